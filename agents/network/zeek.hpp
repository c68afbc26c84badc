#pragma once
#include "agents/kit/source.hpp"

namespace wf::network {

/// "zeek:PATH": follows one log of Zeek, or all logs of a folder, in Zeek's own format or as JSON lines.
[[nodiscard]] kit::SourceMade make_zeek(const kit::SourceSpec& spec);

extern const char* const kZeekHelp;

}  // namespace wf::network
