#pragma once
#include "agents/kit/source.hpp"

namespace wf::network {

/// "post:HOST:PORT,token=FILE[,cert=FILE,key=FILE][,tz=ZONE]": takes JSON records by HTTP POST (http::PostSource), one
/// object, a list of them, or one a line, and makes of each what it would be in a syslog message: Windows events as
/// forwarders render them, EVE and Zeek records, and others.
[[nodiscard]] kit::SourceMade make_json_post(const kit::SourceSpec& spec);

/// One line for --help.
extern const char* const kJsonPostHelp;

}  // namespace wf::network
