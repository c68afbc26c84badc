#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "proto/result.hpp"

namespace wf::watchdog {

/// A dead man's switch: calls an address as long as its process is well; who waits there calls for help when the calls
/// stop. On a thread of its own, so that no address, however slow, holds anything up.
class Heartbeat {
 public:
  struct Options {
    std::chrono::nanoseconds every{std::chrono::seconds(60)};
    std::string address;  ///< as it may be shown
    /// Why not to call now: what is wrong with the process; empty: all is well.
    std::function<std::string()> unwell;
    /// One call; returns when `stop` is set.
    std::function<Result<void>(const std::atomic<bool>& stop)> beat;
    /// What is wrong with the heartbeat itself, at each change; empty: nothing.
    std::function<void(const std::string& problem)> report;
  };
  explicit Heartbeat(Options options);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  void run();

  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace wf::watchdog
