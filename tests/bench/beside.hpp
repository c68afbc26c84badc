#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <thread>

namespace wf::bench {

/// Work on a thread of its own that neither outlives a benchmark that fails nor ends the program when it fails itself:
/// what it throws is thrown where it is waited for. Its methods are for the thread that made it.
class Beside {
 public:
  /// `end`, from any thread and more than once, makes `work` return soon.
  Beside(std::function<void()> work, std::function<void()> end);
  ~Beside();  ///< ends it
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  /// Waits until it is done by itself; throws what it threw.
  void join();
  /// The same, but tells it to end first.
  void finish();
  /// It is done, or threw.
  [[nodiscard]] bool over() const { return over_; }

 private:
  std::function<void()> end_;
  std::atomic<bool> over_ = false;
  std::exception_ptr thrown_;  // written before over_
  std::thread thread_;
};

}  // namespace wf::bench
