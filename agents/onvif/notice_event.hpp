#pragma once
#include <optional>

#include "agents/onvif/camera_topic.hpp"
#include "agents/onvif/notice.hpp"
#include "proto/event.hpp"

namespace wf::onvif {

/// Whose eyes a device is seen with: an input that is switched is an exit button at a door's controller, and some point
/// that is in alarm at a camera.
enum class Role : std::uint8_t { access, camera };

/// The event of a notice (ONVIF Access Control and Door Control, and some of Device and of cameras). Nothing: it says
/// that something is as it should be when a subscription begins, which is state and no news, unless it `differs` from
/// what was told last. `now` stands where the device's time cannot be read.
[[nodiscard]] std::optional<Event> event_of(const Notice& notice, Role role, UtcNs now, bool differs = false,
                                            Recording recording = Recording::on_events);
/// An event of such a kind is the beginning of something whose end will be told.
[[nodiscard]] bool lasting(const Event& event);

}  // namespace wf::onvif
