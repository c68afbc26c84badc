#pragma once
#include <string_view>

#include "proto/event.hpp"

namespace wf::network {

/// Whether a message is a Windows event in XML ("<Event xmlns=…"), as Sysmon for Linux and forwarders that were told to
/// render XML write it.
[[nodiscard]] bool is_windows_xml(std::string_view text);

/// Adds what such a message says to the event, under Windows' own names: <System>'s elements, and <Data Name="…"> of
/// <EventData> or the elements of <UserData>. False, and nothing added: it cannot be read.
[[nodiscard]] bool read_windows_xml(std::string_view text, Event& event);

}  // namespace wf::network
