#pragma once
#include <string_view>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::network {

/// A message in ArcSight's Common Event Format, version 25 ("CEF:0|Vendor|Product|Version|Class|Name|Severity|k=v …"):
/// header fields under the names of its dictionary (deviceVendor, deviceEventClassId, name, severity…), extensions
/// under their own keys, the normalised fields beside them. `message` begins behind "CEF:". The event's time is changed
/// only if the message says when it was received (rt, in milliseconds).
[[nodiscard]] Result<void> read_cef(std::string_view message, Event& event);

}  // namespace wf::network
