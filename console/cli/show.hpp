#pragma once
#include <functional>
#include <mutex>

#include "console/cli/signals.hpp"
#include "console/seat/seat.hpp"
#include "console/shell/shell.hpp"

namespace wf::cli {

/// Wakes a window from another thread, once it can be woken.
class Waker {
 public:
  void set(std::function<void()> wake);
  void wake();

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
};

/// Runs a window on a seat until it is closed or a signal stops the program; gives the exit status.
int show(seat::Seat& seat, const shell::WindowOptions& window, const Signals& signals, Waker& waker);

}  // namespace wf::cli
