#pragma once
#include <atomic>
#include <functional>
#include <initializer_list>
#include <thread>

namespace wf::cli {

/// SIGINT, SIGTERM, SIGHUP and those of `more` as calls on a thread of its own. Make it before any other thread: those
/// then leave these signals to it. SIGPIPE is ignored from then on.
class Signals {
 public:
  explicit Signals(std::function<void(int number)> on_signal, std::initializer_list<int> more = {});
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  /// SIGINT or SIGTERM came. Any thread.
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  std::function<void(int)> on_signal_;
  std::atomic<bool> stopped_{false}, over_{false};
  int wake_ = -1, signals_ = -1;
  std::thread thread_;
};

/// As many descriptors as the system lets this process have: every agent and every stranger at the door needs one.
void raise_descriptor_limit();

}  // namespace wf::cli
