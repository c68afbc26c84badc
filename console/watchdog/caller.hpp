#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "console/watchdog/judge.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::watchdog {

/// A call as a helper gets it.
struct Message {
  Call call;
  std::string engine;  ///< where it is, as the watcher calls it
  UtcNs time = 0;      ///< of the call
};
/// One object: v, kind, trouble, text, engine, since, time.
[[nodiscard]] std::string to_json(const Message& message);

/// Somebody who can be called.
class Helper {
 public:
  virtual ~Helper() = default;
  [[nodiscard]] virtual std::string name() const = 0;  ///< for people, without secrets
  /// Blocks for half a minute at most; ends early once `stop` is set.
  [[nodiscard]] virtual Result<void> call(const Message& message, const std::atomic<bool>& stop) = 0;
  /// Whether the helper could be called now, without calling; what will end that soon, empty: nothing known. Blocks as
  /// call().
  [[nodiscard]] virtual Result<std::string> check(const std::atomic<bool>& stop) = 0;
};

/// Starts a program, which must be an absolute path and executable: no arguments, no shell, standard input empty, and
/// the facts in WATCHFLOOR_KIND, _TROUBLE, _TEXT, _ENGINE, _SINCE, _TIME. It has to end with 0 within 30 seconds.
[[nodiscard]] Result<std::unique_ptr<Helper>> run_program(const std::string& path);
/// POSTs to_json() to an http:// or https:// address; `authorities` as in http.hpp. check() is a handshake.
[[nodiscard]] Result<std::unique_ptr<Helper>> post_to(const std::string& url, const std::string& authorities = {});

/// Calls one helper, on a thread of its own, so that one who does not answer holds up neither the watch nor the
/// others. A call that failed is tried again until it arrives or there are newer ones to make; nothing is left out
/// uncounted. While there is nothing to call, it looks now and then whether the helper could be called. Any thread.
class Caller {
 public:
  struct Times {
    std::chrono::milliseconds again = std::chrono::seconds(15);       ///< after a call that failed
    std::chrono::milliseconds check = std::chrono::hours(6);          ///< between two looks
    std::chrono::milliseconds check_again = std::chrono::minutes(5);  ///< after one that found trouble
  };
  /// On the caller's thread, at each change; an empty text ends it.
  struct Tell {
    std::function<void(const std::string& helper, const std::string& problem)> problem;  ///< it cannot be called
    std::function<void(const std::string& helper, const std::string& soon)> soon;        ///< that will be so soon
  };
  Caller(std::unique_ptr<Helper> helper, Tell tell, Times times);
  Caller(std::unique_ptr<Helper> helper, Tell tell) : Caller(std::move(helper), std::move(tell), Times{}) {}
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  void put(Message message);
  /// Waits until nothing waits to be called; false: it still does after `limit`, or the last call failed.
  [[nodiscard]] bool drained(std::chrono::milliseconds limit);
  [[nodiscard]] const Helper& helper() const { return *helper_; }

 private:
  static constexpr std::size_t kMostWaiting = 16;
  void run();
  /// True: it could be called.
  bool look();
  void say(std::string problem);

  const std::unique_ptr<Helper> helper_;
  const Tell tell_;
  const Times times_;
  std::string problem_, soon_;  ///< as told; of the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> waiting_;             ///< guarded by mutex_
  std::size_t left_out_ = 0;                ///< guarded by mutex_
  bool calling_ = false, failing_ = false;  ///< guarded by mutex_
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace wf::watchdog
