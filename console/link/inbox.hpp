#pragma once
#include <mutex>
#include <span>
#include <vector>

namespace wf::link {

/// What other threads bring to one that sleeps. Any thread puts, one takes.
template <class T>
class Inbox {
 public:
  /// True: the thread that takes is to be woken. Behind what was not taken yet there is a wake-up on its way.
  [[nodiscard]] bool put(std::span<const T> items) {
    const std::lock_guard hold(mutex_);
    waiting_.insert(waiting_.end(), items.begin(), items.end());
    if (waiting_.empty() || wake_due_) return false;
    return wake_due_ = true;
  }
  /// All that came since the last time; it stands until the next time. Whatever becomes of it, what is put from now on
  /// wakes again.
  [[nodiscard]] const std::vector<T>& take() {
    taken_.clear();
    const std::lock_guard hold(mutex_);
    taken_.swap(waiting_);
    wake_due_ = false;
    return taken_;
  }

 private:
  std::mutex mutex_;
  std::vector<T> waiting_;  ///< guarded by mutex_
  bool wake_due_ = false;   ///< guarded by mutex_
  std::vector<T> taken_;    ///< of the thread that takes; the two keep their memory
};

}  // namespace wf::link
