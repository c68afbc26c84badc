#pragma once
#include <cstdint>
#include <string>

#include "agents/kit/clock.hpp"
#include "agents/kit/outputs/output_list.hpp"
#include "proto/device_command.hpp"
#include "proto/event.hpp"

namespace wf::kit {

/// The event device.command (proto/README.md) that says one state of a command.
[[nodiscard]] Event event_of(const DeviceCommand& command, const std::string& state, const std::string& reason,
                             const Moment& moment);
/// The one that says that `count` commands came that are none of the engine's. It names no id: nothing in them is true.
[[nodiscard]] Event event_of_forged(const std::string& why, std::uint64_t count, const Moment& moment);
/// Does this event of the agent's own prove that a command begun at `begun` (agent's clock) took effect?
[[nodiscard]] bool proves(const OutputSpec::Confirm& by, const Event& event, UtcNs begun);

}  // namespace wf::kit
