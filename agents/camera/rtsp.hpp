#pragma once
#include "agents/kit/source.hpp"

namespace wf::camera {

/// "rtsp:rtsp(s)://HOST[:PORT]/PATH[,user=NAME,password_file=FILE,device=ID,transport=auto|tcp|udp]" watches whether a
/// camera gives pictures and whether they show something.
[[nodiscard]] kit::SourceMade make_rtsp(const kit::SourceSpec& spec);

extern const char* const kRtspHelp;

}  // namespace wf::camera
