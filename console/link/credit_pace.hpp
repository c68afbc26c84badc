#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "console/link/fair_queue.hpp"
#include "console/link/link_server.hpp"
#include "proto/time.hpp"

namespace wf::link {

/// When acknowledgements go out. An agent sends as fast as its credit comes back, and one thread of libzmq decrypts
/// for all: so what brings much gets its acknowledgements no faster than kRate bytes a second, all such agents
/// together and by turns, while an agent that brings little speaks too, or did within kRemembered. Who is alone, or
/// only beside others that bring much, waits for nothing. Who brought much, or was made to wait, within kRemembered is
/// none that brings little, or agents that wait would keep each other waiting. Of what is kept life safety's goes
/// first. Times are CLOCK_MONOTONIC in nanoseconds. One thread.
class CreditPace {
 public:
  /// A batch came. With its bytes it costs what a message costs beside them.
  void came(const BatchOrigin& origin, std::size_t bytes, std::int64_t mono);
  /// What came is durable. True: it is kept until next() gives it.
  [[nodiscard]] bool hold(const Acknowledgement& done, std::size_t bytes, std::int64_t mono);
  /// The next acknowledgement that was kept and may go now; false: none.
  [[nodiscard]] bool next(Acknowledgement& out, std::int64_t mono);
  [[nodiscard]] bool holding() const { return !held_.empty(); }
  /// Nanoseconds until next() has one, if nothing else happens; asked only while something is kept.
  [[nodiscard]] std::int64_t wait(std::int64_t mono) const;

  /// Of the agents that bring much, together: above what a store that keeps up takes, and an eighth to a quarter of
  /// what a core decrypts.
  static constexpr std::int64_t kRate = 32 << 20;
  /// What an agent may bring each second, and at once, and still brings little.
  static constexpr std::int64_t kLittle = 1 << 20, kAtOnce = 512 << 10;
  /// The same of an agent's life safety, whose acknowledgements wait for nothing as long as it is little; one batch of
  /// any size is little.
  static constexpr std::int64_t kUrgent = 256 << 10, kUrgentAtOnce = 64 << 10;
  static constexpr std::int64_t kMessage = 2 << 10;  ///< what a message costs beside its bytes
  static constexpr std::int64_t kRemembered = 10 * kSecond;
  /// What was not used for want of a wake-up may be made up for.
  static constexpr std::int64_t kSlack = 8 * kMillisecond;

 private:
  /// Runs empty at a rate.
  struct Bucket {
    std::int64_t level = 0, at = 0;
    void run(std::int64_t rate, std::int64_t mono);
  };
  struct Account {
    Bucket all, urgent;
    std::int64_t spoke = 0;  ///< when it last brought something and it was little; 0: it was not
    std::int64_t much = 0;   ///< when it last brought much or was made to wait; 0: never
  };
  /// Somebody brings little.
  [[nodiscard]] bool crowded(std::int64_t mono) const { return mono < light_until_; }
  void look_for_light(std::int64_t mono);
  /// Something of the agent is kept.
  [[nodiscard]] bool waits(const std::string& agent) const;

  struct Held {
    Acknowledgement done;
    std::int64_t cost = 0;
  };
  std::map<std::string, Account> accounts_;
  FairQueue<Held> held_;  ///< by line
  std::int64_t light_until_ = 0;
  std::int64_t paid_at_ = 0;  ///< when all that went out is paid for at kRate
};

}  // namespace wf::link
