#pragma once
#include <functional>
#include <memory>

#include "agents/http/client.hpp"
#include "agents/kit/outputs/output.hpp"
#include "agents/onvif/pull_point.hpp"
#include "proto/result.hpp"

namespace wf::onvif {

/// Drives a door of an ONVIF controller (Door Control Service; Profiles A, C and D): an entry of `outputs` with
/// `to: {door: TOKEN}`. An unlock is UnlockDoor, and its end LockDoor; with `ends_itself` it is AccessDoor for so many
/// seconds (`time: own`: for the device's own time), which the device ends. A release is UnlockDoor, a lock LockDoor,
/// the ordinary state, in which cards and exit buttons work; a door is never blocked, locked down or double-locked.
/// What was sent and not answered is not sent again. `device` is who is asked, over connections of the output's own.
[[nodiscard]] Result<std::unique_ptr<kit::Output>> make_door_output(const kit::OutputSpec& spec, PullPoint& device,
                                                                    http::Trust trust);

}  // namespace wf::onvif
