#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "console/link/link_server.hpp"

namespace wf::link {

/// What the link knows of each agent, for those who ask. Any thread.
class Roster {
 public:
  /// Changes what is known of an agent, and makes it known. `change` runs under the lock.
  template <class Change>
  void change(const std::string& agent, Change&& change) {
    const std::lock_guard hold(mutex_);
    PeerState& state = peers_[agent];
    state.agent = agent;
    change(state);
  }
  /// Takes over who is enrolled; with `plain` a kind that is known already stays.
  void list(const std::vector<EnrolledAgent>& enrolled, bool plain);
  [[nodiscard]] std::string kind(const std::string& agent) const;
  /// Agents that may come: known, and not revoked.
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::vector<PeerState> peers() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, PeerState> peers_;  ///< guarded by mutex_
};

}  // namespace wf::link
