#pragma once
#include <vector>

#include "agents/kit/read/log_line.hpp"
#include "proto/event.hpp"

namespace wf::kit {

/// What a line of a host's log means: its kind, severity, logsource and normalised fields. A line that no
/// pattern knows is host.log. Several equal events where the log says "message repeated N times".
[[nodiscard]] std::vector<Event> events_of(const LogLine& line);

/// Whether a line is about who comes, who goes and who becomes root (or tried).
[[nodiscard]] bool about_authentication(const Event& event);

}  // namespace wf::kit
