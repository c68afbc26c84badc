#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "console/cli/settle.hpp"
#include "console/model/command.hpp"
#include "console/seat/seat.hpp"
#include "proto/result.hpp"

namespace wf::cli {

/// A seat on a running engine for one command of the command line, and waiting until it shows what is wanted. One
/// thread.
class Seated {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kAnswerWithin{10};

  explicit Seated(std::unique_ptr<seat::Seat> seat) : seat_(std::move(seat)) {
    seat_->set_on_change([this] {
      const std::lock_guard hold(mutex_);
      ++news_;
      changed_.notify_all();
    });
  }
  ~Seated() { seat_->set_on_change({}); }
  Seated(const Seated&) = delete;
  Seated& operator=(const Seated&) = delete;
  [[nodiscard]] seat::Seat& seat() { return *seat_; }
  /// False: not within that time.
  template <class Done>
  bool wait(Clock::time_point end, const Done& done) {
    std::uint64_t seen = 0;
    for (;;) {
      if (done()) return true;
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, end, [&] { return news_ != seen; })) return false;
      seen = news_;
    }
  }
  /// Gives a command and waits for the answer; nothing: the engine gave none.
  std::optional<CommandReply> ask(Command command);

 private:
  std::unique_ptr<seat::Seat> seat_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t news_ = 0;
};

/// A seat on the engine that `connect` names (ipc://PATH, or a file with a seat's token), or on the one that has
/// --data; it has shown its first snapshot.
[[nodiscard]] Result<std::unique_ptr<Seated>> sit_down(const Shared& shared, const std::string& connect);

/// --data and --connect: which engine a command sits down at.
void add_engine_options(CLI::App& command, Shared& shared, std::string& connect);

/// Gives a command and prints the engine's answer; the program's exit status.
int carry_out(Seated& seated, Command command);

}  // namespace wf::cli
