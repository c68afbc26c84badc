#pragma once
#include "agents/kit/source.hpp"

namespace wf::access {

inline constexpr const char* kOsdpHelp =
    "PATH of a file that describes a line of OSDP readers (agents/access/README.md)";
/// "osdp:FILE": the control panel of a line of readers.
[[nodiscard]] kit::SourceMade make_osdp(const kit::SourceSpec& spec);

inline constexpr const char* kOsdpCaptureHelp =
    "FILE with a recorded OSDP line; line=FILE that describes it; key=FILE of its secure channel; start=TIME of its "
    "first record if it has none";
/// "osdp_capture:FILE[,line=FILE][,key=FILE][,start=TIME]": what was recorded on a line.
[[nodiscard]] kit::SourceMade make_osdp_capture(const kit::SourceSpec& spec);

}  // namespace wf::access
