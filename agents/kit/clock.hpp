#pragma once
#include <cstdint>
#include <limits>
#include <string_view>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// An agent's clock: the system's, or an injected one that runs from a fixed start at a fixed rate. All
/// programs of a demo get the same three numbers.
class Clock {
 public:
  Clock() = default;  ///< the system clock
  /// time = start + (CLOCK_MONOTONIC − anchor) × speed
  Clock(UtcNs start, std::int64_t anchor, double speed)
      : injected_(true), start_(start), anchor_(anchor), speed_(speed) {}
  /// "START,ANCHOR,SPEED": UTC nanoseconds, CLOCK_MONOTONIC nanoseconds, rate above 0.
  [[nodiscard]] static Result<Clock> parse(std::string_view text);

  /// UTC at a moment of CLOCK_MONOTONIC, in nanoseconds.
  [[nodiscard]] UtcNs at(std::int64_t monotonic) const;
  [[nodiscard]] UtcNs now() const;
  [[nodiscard]] bool injected() const { return injected_; }

 private:
  bool injected_ = false;
  UtcNs start_ = 0;
  std::int64_t anchor_ = 0;
  double speed_ = 1.0;
};

/// CLOCK_MONOTONIC in nanoseconds.
[[nodiscard]] std::int64_t monotonic_ns();

/// One look at both clocks; every time-dependent function of the kit takes it, so that tests decide what time it is.
struct Moment {
  UtcNs now = 0;          ///< the agent's clock
  std::int64_t mono = 0;  ///< for intervals
  bool operator==(const Moment&) const = default;
};

}  // namespace wf::kit
