#pragma once
#include "agents/kit/source.hpp"

namespace wf::camera {

/// "frigate:FILE" reads messages of Frigate from a file; "frigate:mqtt(s)://HOST[:PORT][/PREFIX][,user=NAME,
/// password_file=FILE,ca=FILE,id=NAME]" subscribes to them at a broker.
[[nodiscard]] kit::SourceMade make_frigate(const kit::SourceSpec& spec);

extern const char* const kFrigateHelp;

}  // namespace wf::camera
