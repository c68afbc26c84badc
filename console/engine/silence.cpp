#include "console/engine/silence.hpp"

#include <fmt/format.h>

namespace wf::engine {

Silence::Silence(std::vector<std::string> silent, std::int64_t mono) : started_(mono) {
  for (std::string& agent : silent) known_[std::move(agent)].told = true;
}

void Silence::look(const std::vector<AgentState>& agents, std::int64_t mono,
                   const std::function<bool(const std::string&)>& spoke,
                   const std::function<void(const link::Fact&)>& tell) {
  const auto say = [&](link::Topic topic, const AgentState& agent, std::string line) {
    link::Fact fact{topic, agent.name, agent.remote, std::move(line)};
    fact.fields.push_back({"agent.kind", agent.kind, ValueType::string});
    tell(fact);
  };
  for (const AgentState& agent : agents) {
    Known& known = known_[agent.name];
    if (agent.health == AgentState::Health::live) {
      known.heard = mono;
      if (!known.told) continue;
      known.told = false;
      say(link::Topic::heard, agent, fmt::format("{} speaks again", agent.name));
      continue;
    }
    // Who was revoked, or never said anything, is not missed.
    if (known.told || agent.health == AgentState::Health::revoked) continue;
    const bool here = known.heard != 0;
    if (mono - (here ? known.heard : started_) < (here ? kAfter : kAfterStart)) continue;
    if (!here && !spoke(agent.name)) continue;
    known.told = true;
    say(link::Topic::silent, agent, fmt::format("nothing is heard of {}", agent.name));
  }
}

}  // namespace wf::engine
