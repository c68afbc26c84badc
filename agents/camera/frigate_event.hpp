#pragma once
#include <optional>
#include <string_view>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::camera {

/// The event of a message of Frigate (its MQTT documentation, versions 0.12 to 0.17): tracked objects, reviews, what
/// was recognised, triggers, motion, and whether it and its cameras are there. Nothing: it says no news, as most of the
/// many updates of an object do. `topic` is without the prefix: "events", "front_door/motion"; empty: it is told by the
/// message. `now` stands where the message has no time. An error: it cannot be used.
[[nodiscard]] Result<std::optional<Event>> frigate_event(std::string_view topic, std::string_view payload, UtcNs now);

/// A line or document of a file: a message as it is, or with its topic in an object (`mosquitto_sub -F %J`).
[[nodiscard]] Result<std::optional<Event>> frigate_document(std::string_view text, UtcNs now);

}  // namespace wf::camera
