#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/link/identity.hpp"
#include "agents/kit/link/link_socket.hpp"

namespace wf::kit {

/// What an engine said to somebody who only asks whether it would let this agent in.
struct EngineAnswer {
  bool admitted = false;
  std::string text;                  ///< one line: what is so, or what is wrong and what to do
  std::optional<std::int64_t> skew;  ///< this machine's clock minus the engine's, half the way there and back off
};

/// Connects to an engine with the agent's keys, or the invitation's, and says a heartbeat instead of HELLO: an engine
/// answers it, and hands out no lease, takes no events and enrols nobody. Where an identity has two pairs of keys or
/// knows the engine's next key, each way is tried. Blocks for five seconds a way at most.
[[nodiscard]] EngineAnswer ask_engine(const std::string& engine, const std::optional<Identity>& identity,
                                      const std::optional<Invitation>& invitation, const Clock& clock);

}  // namespace wf::kit
