#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace wf::kit {

/// Tells systemd how the service fares, as sd_notify(3) does, without its library. Does nothing outside a unit
/// of Type=notify.
class ServiceNotify {
 public:
  ServiceNotify();
  void ready() const { send("READY=1"); }
  void stopping() const { send("STOPPING=1"); }
  /// Says that the agent lives, if it is time to (WatchdogSec= of the unit).
  void watchdog(std::int64_t mono);
  /// CLOCK_MONOTONIC at which watchdog() is due; far away without a watchdog.
  [[nodiscard]] std::int64_t next_wake() const;

 private:
  void send(std::string_view text) const;
  std::string socket_;
  std::int64_t every_ = 0, due_ = 0;
};

}  // namespace wf::kit
