#pragma once
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// Whether a text is a record as FortiOS logs it: "date=2026-03-12 time=22:31:05 devname="…" logid="…" type="traffic"
/// …".
[[nodiscard]] bool is_fortigate(std::string_view text);
/// Such a record: kind, severity, logsource (product fortigate, service its type), the event's time (eventtime, else
/// date, time and tz, else `zone`), all fields under FortiOS' names, those that public rules for firewalls look at, and
/// the normalised ones.
void read_fortigate(std::string_view text, kit::Zone& zone, Event& event);

}  // namespace wf::network
