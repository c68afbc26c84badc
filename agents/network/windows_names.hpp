#pragma once
#include <string_view>

#include "proto/event.hpp"

namespace wf::network {

/// Gives the fields of a Windows event Windows' own names, which public rules look for (EventID, Channel,
/// Provider_Name, Computer, SubjectUserName…), whatever a forwarder put around them: NXLog, Winlogbeat (all versions),
/// Elastic Agent, Wazuh, OpenTelemetry, Fluent Bit, EvtxECmd, PowerShell's Get-WinEvent, and XML that was made JSON.
/// False, and nothing changed: it is no event of Windows, or does not say its number and its channel or provider.
[[nodiscard]] bool name_windows_fields(Event& event);

/// Whether a field of this name may get another one by it.
[[nodiscard]] bool is_renamed_by_windows(std::string_view name);

/// Adds the named data of an event that came without: by their order (StringInserts of Fluent Bit, Properties of
/// PowerShell) for the events of the channels Security, System and PowerShell that rules ask for most, and from
/// Sysmon's message, which has a "Name: value" a line.
void name_windows_inserts(std::string_view service, int id, Event& event);

}  // namespace wf::network
