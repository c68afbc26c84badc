#pragma once
#include <string>

#include "agents/kit/source.hpp"

namespace wf::http {

/// "post:HOST:PORT,map=MAPPING,token=FILE[,cert=FILE,key=FILE][,tz=ZONE]": takes records by HTTP POST and makes events
/// of them by a mapping (agents/kit/mapped/README.md). A body is answered 200 once all its events are on the agent's
/// disk, so a sender that repeats what was not answered loses nothing; 422 with the first reason if none of its records
/// can be used. `domain` as for make_mapped().
[[nodiscard]] kit::SourceMade make_post(const kit::SourceSpec& spec, const std::string& domain);

/// One line for --help.
extern const char* const kPostHelp;

}  // namespace wf::http
