#pragma once
#include "agents/kit/source.hpp"

namespace wf::access {

/// "unifi:FILE" reads messages of UniFi Protect and UniFi Access from a file of JSON: one document after the other, the
/// elements of an array, or the members of one object.
[[nodiscard]] kit::SourceMade make_unifi(const kit::SourceSpec& spec);

/// One line for --help.
extern const char* const kUnifiHelp;

}  // namespace wf::access
