#pragma once
#include <cstddef>
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// Where an event of Windows in Snare's form begins ("MSWinEventLog", tab, …), in a message or at its front; npos:
/// nowhere.
[[nodiscard]] std::size_t find_snare(std::string_view text);

/// Such an event: criticality, channel, counter, time, EventID, provider, user, kind of user, audit, computer,
/// category, data and message, between tabs, or what relays write for them ("#011"). Windows' own names, what the
/// message says besides (name_windows_message), and the event's time, without an offset that of `zone`. False: too
/// little of it is there.
[[nodiscard]] bool read_snare(std::string_view text, kit::Zone& zone, Event& event);

}  // namespace wf::network
