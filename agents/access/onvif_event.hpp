#pragma once
#include <optional>

#include "agents/access/onvif_notice.hpp"
#include "proto/event.hpp"

namespace wf::access {

/// The event of a notice (ONVIF Access Control and Door Control, and some of Device and of cameras). Nothing: it says
/// that something is as it should be when a subscription begins, which is state and no news. `now` stands where the
/// device's time cannot be read.
[[nodiscard]] std::optional<Event> onvif_event(const OnvifNotice& notice, UtcNs now);

}  // namespace wf::access
