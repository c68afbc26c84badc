#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "console/engine/rules_in_force.hpp"
#include "console/model/snapshot.hpp"

namespace wf::engine {

/// The newest snapshot with the rules of its moment, and who wants to know when there is one. Any thread.
class Published {
 public:
  /// Null before the first.
  [[nodiscard]] std::shared_ptr<const Snapshot> current() const {
    const std::lock_guard hold(mutex_);
    return snapshot_;
  }
  [[nodiscard]] RulesShown rules() const {
    const std::lock_guard hold(mutex_);
    return rules_;
  }
  /// Once `snapshot` is the current one `shown` runs, then all who watch are told.
  template <class Shown>
  void put(std::shared_ptr<const Snapshot> snapshot, RulesShown rules, Shown&& shown) {
    {
      const std::lock_guard hold(mutex_);
      snapshot_.swap(snapshot);
      std::swap(rules_, rules);
    }
    shown();
    const std::lock_guard hold(watchers_mutex_);
    for (const auto& [token, tell] : watchers_) tell();
  }

  std::uint64_t watch(std::function<void()> on_change) {
    const std::lock_guard hold(watchers_mutex_);
    watchers_.emplace(++last_, std::move(on_change));
    return last_;
  }
  /// When it returns nobody is in that watcher's call, and none comes any more.
  void unwatch(std::uint64_t token) {
    const std::lock_guard hold(watchers_mutex_);
    watchers_.erase(token);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;  ///< guarded by mutex_
  RulesShown rules_;                          ///< guarded by mutex_
  std::mutex watchers_mutex_;                 ///< held while they are called: after unwatch() none is
  std::map<std::uint64_t, std::function<void()>> watchers_;
  std::uint64_t last_ = 0;
};

}  // namespace wf::engine
