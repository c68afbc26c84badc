#pragma once
#include "agents/kit/source.hpp"

namespace wf::host {

/// "sessions:[PATH]": who is logged in on which console, from where and since when: as systemd-logind knows it, or a
/// utmp(5) file; /run/utmp if no logind runs. An event host.session for each that opens or closes, and at the first
/// start for each that is open. position() is what is known to be open: what opened or closed while the agent did not
/// run is told at its next start.
[[nodiscard]] kit::SourceMade make_sessions(const kit::SourceSpec& spec);

}  // namespace wf::host
