#pragma once
#include <cstddef>
#include <cstdint>
#include <random>

#include "agents/kit/source.hpp"

namespace wf::kit {

/// Which engine of the list to go to, and when. Times are CLOCK_MONOTONIC. One thread.
///
/// - Each engine of the list has its turn before the waits grow. One whose connection ended is waited for alone for
///   kStay, since it may only have been restarted.
/// - Waits grow from 250 ms to kSoonWait during the first kSoon after the connection ended, to kUrgentWait as long as
///   life safety waits, else to kLongestWait; each from half to one and a half of that, so that a thousand agents do
///   not come back at once.
/// - While another than the first is used, those before it are tried in turn every kLook, likewise spread.
class EngineChoice {
 public:
  static constexpr std::int64_t kFirstWait = 250'000'000;
  static constexpr std::int64_t kStay = 3'000'000'000;
  static constexpr std::int64_t kSoon = 60'000'000'000;
  static constexpr std::int64_t kSoonWait = 1'500'000'000;
  static constexpr std::int64_t kUrgentWait = 5'000'000'000;
  static constexpr std::int64_t kLongestWait = 30'000'000'000;
  static constexpr std::int64_t kLook = 60'000'000'000;

  EngineChoice(std::size_t engines, std::uint64_t seed)
      : engines_(engines), random_(static_cast<std::minstd_rand::result_type>(seed)) {}

  [[nodiscard]] std::size_t current() const { return current_; }
  /// The attempt failed, or the connection ended: chooses the next one; returns when to try it. `urgent`: life safety
  /// waits. `least_wait`: for an engine that refused.
  std::int64_t failed(std::int64_t now, bool urgent, std::int64_t least_wait);
  /// The current one took the agent in.
  void welcomed(std::int64_t now);

  /// When to look whether a better one is there; never while the first is used.
  [[nodiscard]] std::int64_t look_at() const { return look_at_; }
  /// The one to look at; the next look is due later.
  [[nodiscard]] std::size_t look(std::int64_t now);
  /// Goes to one that was found.
  void take(std::size_t engine) { current_ = engine; }

 private:
  /// From half to one and a half.
  [[nodiscard]] std::int64_t spread(std::int64_t wait);

  std::size_t engines_, current_ = 0, look_ = 0;
  std::minstd_rand random_;
  std::uint32_t failures_ = 0;  ///< since the last welcome
  bool connected_ = false;
  bool staying_ = false;     ///< the one that was lost is waited for
  std::int64_t since_ = -1;  ///< the connection ended, or the first attempt failed
  std::int64_t look_at_ = kNever;
};

}  // namespace wf::kit
