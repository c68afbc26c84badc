#include "console/link/roster.hpp"

#include <algorithm>

namespace wf::link {

void Roster::list(const std::vector<EnrolledAgent>& enrolled, bool plain) {
  const std::lock_guard hold(mutex_);
  for (const EnrolledAgent& agent : enrolled) {
    PeerState& state = peers_[agent.name];
    state.agent = agent.name;
    if (!plain || state.kind.empty()) state.kind = agent.kind;
    state.revoked = agent.revoked;
    if (agent.revoked) state.connected = false;
    state.enrolled = agent.enrolled;
    state.key_since = agent.key_since;
    state.devices = agent.devices;
    state.rotate = agent.rotate;
  }
}

std::string Roster::kind(const std::string& agent) const {
  const std::lock_guard hold(mutex_);
  const auto found = peers_.find(agent);
  return found == peers_.end() ? std::string() : found->second.kind;
}

std::size_t Roster::count() const {
  const std::lock_guard hold(mutex_);
  return static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [](const auto& peer) { return !peer.second.revoked; }));
}

std::vector<PeerState> Roster::peers() const {
  const std::lock_guard hold(mutex_);
  std::vector<PeerState> out;
  out.reserve(peers_.size());
  for (const auto& [name, state] : peers_) out.push_back(state);
  return out;
}

}  // namespace wf::link
