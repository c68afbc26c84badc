#include "console/engine/dispatch.hpp"

#include <algorithm>
#include <utility>

namespace wf::engine {

std::string agent_for(const Snapshot& seen, const std::string& device, std::string_view action) {
  const AgentState* best = nullptr;
  const auto connected = [](const AgentState& agent) {
    return agent.health == AgentState::Health::live || agent.health == AgentState::Health::late;
  };
  bool offered = false;
  for (const AgentState& agent : seen.agents) {
    if (agent.health == AgentState::Health::revoked) continue;
    for (const OfferedOutput& output : agent.report.outputs) {
      if (output.device != device) continue;
      offered = true;
      if (std::find(output.actions.begin(), output.actions.end(), action) == output.actions.end()) continue;
      // Agents stand by name: a later one is better only if it is there.
      if (best == nullptr || (connected(agent) && !connected(*best))) best = &agent;
    }
  }
  if (best != nullptr) return best->name;
  if (offered || !seen.devices) return {};
  const auto known = seen.devices->find(device);
  if (known == seen.devices->end()) return {};
  const std::string& name = known->second.agent;
  for (const AgentState& agent : seen.agents)
    if (agent.name == name) {
      // It is here and says what it does: not this.
      const bool says = connected(agent) && !agent.report.sources.empty();
      return says || agent.health == AgentState::Health::revoked ? std::string() : name;
    }
  return name;
}

CommandDispatch::CommandDispatch(link::CommandKey key, Send send, Tell tell)
    : key_(std::move(key)), send_(std::move(send)), tell_(std::move(tell)) {}

void CommandDispatch::add(const DeviceCommand& command) {
  const std::lock_guard hold(mutex_);
  waiting_.emplace(command.id, Waiting{command, false, 0});
}

void CommandDispatch::step(UtcNs now, std::int64_t mono) {
  std::vector<DeviceCommand> due;
  {
    const std::lock_guard hold(mutex_);
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      Waiting& waiting = it->second;
      if (now >= waiting.command.expires) {
        it = waiting_.erase(it);
        continue;
      }
      if (!waiting.asked && (waiting.tried == 0 || mono - waiting.tried >= kTryEvery)) {
        waiting.asked = true;
        waiting.tried = mono;
        due.push_back(waiting.command);
      }
      ++it;
    }
  }
  for (const DeviceCommand& command : due) send_(command.agent, command.id, key_.sign(command));
}

void CommandDispatch::on_fate(const std::string& id, link::CommandFate fate) {
  DeviceCommand command;
  {
    const std::lock_guard hold(mutex_);
    const auto it = waiting_.find(id);
    if (it == waiting_.end()) return;
    it->second.asked = false;
    if (fate == link::CommandFate::not_connected) return;
    command = std::move(it->second.command);
    waiting_.erase(it);
  }
  tell_(command, fate == link::CommandFate::sent ? std::string()
                                                 : command.agent + " is too old for commands to devices; update it");
}

bool CommandDispatch::empty() const {
  const std::lock_guard hold(mutex_);
  return waiting_.empty();
}

}  // namespace wf::engine
