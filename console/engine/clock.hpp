#pragma once
#include <string>
#include <string_view>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::engine {

/// The engine's clock: the system's, or an injected one that runs from a fixed start at a fixed rate, so that
/// a demo's night is a night whenever it is started. Every process of a demo gets the same three numbers.
class Clock {
 public:
  Clock() = default;  ///< the system clock
  /// engine time = start + (CLOCK_MONOTONIC − anchor) × speed
  Clock(UtcNs start, std::int64_t anchor, double speed)
      : injected_(true), start_(start), anchor_(anchor), speed_(speed) {}
  /// "START,ANCHOR,SPEED": UTC nanoseconds, CLOCK_MONOTONIC nanoseconds, rate.
  [[nodiscard]] static Result<Clock> parse(std::string_view text);

  [[nodiscard]] UtcNs now() const;
  [[nodiscard]] double speed() const { return injected_ ? speed_ : 1.0; }
  [[nodiscard]] bool injected() const { return injected_; }
  [[nodiscard]] std::string text() const;  ///< as parse() reads it; empty for the system clock

 private:
  bool injected_ = false;
  UtcNs start_ = 0;
  std::int64_t anchor_ = 0;
  double speed_ = 1.0;
};

/// CLOCK_MONOTONIC in nanoseconds; the same for all processes of a machine.
[[nodiscard]] std::int64_t monotonic_ns();

}  // namespace wf::engine
