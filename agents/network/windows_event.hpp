#pragma once
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// An event of the Windows event log as forwarders render it in JSON: NXLog (to_json), Winlogbeat and Elastic Agent
/// (winlog.event_data.…), Wazuh (win.eventdata.…), and the XML's own shape (Event.System, Event.EventData). `event`
/// holds the flattened record; what a forwarder put around Windows' own field names is taken off, so that public rules
/// find EventID, Channel, TargetUserName, Image, CommandLine. Fills time, kind, severity, logsource and the normalised
/// fields. False: it is no Windows event. `zone` is for times without an offset.
[[nodiscard]] bool read_windows_event(Event& event, kit::Zone& zone);

}  // namespace wf::network
