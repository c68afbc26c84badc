#pragma once
#include <string>
#include <string_view>

#include "agents/camera/motion/presence.hpp"
#include "agents/camera/picture_health.hpp"
#include "proto/event.hpp"

namespace wf::camera {

/// What a camera's stream is told as. `camera` is its name in events.
[[nodiscard]] Event life_event(bool silent, const std::string& why, const std::string& camera, UtcNs time);
[[nodiscard]] Event health_event(PictureHealth::State now, PictureHealth::State before,
                                 const PictureHealth::Measured& measured, const std::string& camera, UtcNs time);
/// `place`: the zone's unit of the site; empty: it names none.
[[nodiscard]] Event presence_event(const Presence::Change& change, const PresenceZone& zone, const std::string& place,
                                   const std::string& camera, UtcNs time);

/// "well", "black"…: how a state is kept.
[[nodiscard]] const char* name_of(PictureHealth::State state);
/// `well` for what is no name.
[[nodiscard]] PictureHealth::State state_of(std::string_view name);

/// Tells which stills belong to an event that was told before they were there (its field `still.of` is that event's
/// kind, its time that event's, to the nanosecond). `lost`: there are none, and none will come.
[[nodiscard]] Event still_event(const std::string& of, const std::string& camera, UtcNs time, bool lost);

}  // namespace wf::camera
