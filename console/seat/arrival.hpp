#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "console/engine/clock.hpp"
#include "console/seat/backend.hpp"
#include "proto/result.hpp"

namespace wf::seat {

/// An engine that starts on a thread of its own, because a long log takes it minutes to read. Until it is there its
/// seats see the picture that was kept last (kept_picture.hpp), marked as old; questions about the past are answered;
/// commands are refused with the reason, but for a panic, which waits for the engine and is then given first.
class Arrival {
 public:
  /// How far it is: position of the log that was read, and its last one. False: stop starting.
  using Reading = std::function<bool(std::uint64_t position, std::uint64_t newest)>;
  /// Starts the engine; what it gives outlives this object.
  using Start = std::function<Result<Backend>(const Reading& reading)>;
  struct Needs {
    std::filesystem::path data;
    engine::Clock clock;
    std::string user, role, seat;  ///< of who looks, until the engine says it
    std::function<QueryPage(const Query&, const std::atomic<bool>& cancelled)> past;  ///< asks the database alone
  };

  /// A log of so many records is worth waiting for before there is a window, and so long. A longer one is not: the kept
  /// picture is shown meanwhile.
  static constexpr std::uint64_t kShortLog = 1000;
  static constexpr std::chrono::milliseconds kPatience{250};

  Arrival(Needs needs, Start start);
  /// Stops a start that goes on, and waits for it.
  ~Arrival();
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  /// Waits until the engine is there or cannot be, or it reads a log that is long or takes it longer than `patience`.
  /// True: it is over.
  [[nodiscard]] bool wait(std::chrono::nanoseconds patience = kPatience);
  /// Why it could not start; nothing while it starts and once it is there.
  [[nodiscard]] std::optional<Error> failure() const;
  /// For seats, from the first moment on; used no longer than this object. Once the engine is there it is its own.
  [[nodiscard]] Backend backend();

 private:
  struct Watcher {
    std::function<void()> on_change;
    std::uint64_t token = 0;  ///< the engine's
  };
  struct Held {
    Command command;
    std::function<void(CommandReply)> reply;
  };

  void run(const Start& start);
  bool read(std::uint64_t position, std::uint64_t newest);
  void arrived(Backend backend);
  void tell();
  [[nodiscard]] const Backend* engine() const { return there_.load(); }
  void submit(Command command, std::function<void(CommandReply)> reply);
  [[nodiscard]] std::string problem() const;

  const Needs needs_;
  std::atomic<const Backend*> there_{nullptr};  ///< engine_, once it is there
  std::atomic<bool> stop_{false};
  std::mutex watching_;  ///< held while watchers are called, so that none is after it was taken out; before mutex_
  std::uint64_t last_token_ = 0;               ///< guarded by watching_
  std::map<std::uint64_t, Watcher> watchers_;  ///< guarded by watching_
  mutable std::mutex mutex_;                   // guards all below
  std::condition_variable changed_;
  Backend engine_;
  std::optional<Error> failure_;
  bool over_ = false;
  std::shared_ptr<const Snapshot> old_;
  std::uint64_t position_ = 0, newest_ = 0;
  std::chrono::steady_clock::time_point told_;
  std::map<const void*, std::vector<GuardPost>> posts_;
  std::vector<Held> held_;
  std::thread thread_;
};

}  // namespace wf::seat
