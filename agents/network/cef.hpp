#pragma once
#include <cstddef>
#include <string_view>

#include "agents/kit/read/log_stamp.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::network {

/// A message in ArcSight's Common Event Format, version 25 ("CEF:0|Vendor|Product|Version|Class|Name|Severity|k=v …"):
/// header fields under the names of its dictionary (deviceVendor, deviceEventClassId, name, severity…), extensions
/// under their own keys, the normalised fields beside them. `message` begins behind "CEF:". The event's time becomes
/// when the message says that it was received (rt: milliseconds, or a date), and where `stamped` says that nothing else
/// told the time, when it says that it ended, began or happened (end, start, …UtcTime). `clock`: for dates without year
/// or offset.
[[nodiscard]] Result<void> read_cef(std::string_view message, const kit::LogClock& clock, bool stamped, Event& event);

/// Where a CEF message begins in a syslog message's text: behind "CEF:" and blanks; npos: nowhere.
[[nodiscard]] std::size_t find_cef(std::string_view text);

}  // namespace wf::network
