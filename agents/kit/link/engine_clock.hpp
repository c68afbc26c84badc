#pragma once
#include <cstdint>

#include "agents/kit/clock.hpp"

namespace wf::kit {

/// What time it is at the engine, without trust in this machine's own clock: the engine's word in WELCOME, which
/// cannot be older than the HELLO that it answers, and CLOCK_BOOTTIME since that HELLO. latest() is never behind the
/// engine's clock (but for its drift), so that a command whose time has passed there is never taken for a fresh one,
/// however long it was on its way. One thread.
class EngineClock {
 public:
  void hello(std::int64_t mono);
  /// Answer to the last hello(), which came now.
  void welcome(UtcNs clock, std::int64_t mono);
  void forget() { known_ = false; }
  [[nodiscard]] bool known() const { return known_; }
  /// The engine wrote WELCOME no later than this, by its clock. Precondition: known().
  [[nodiscard]] UtcNs welcomed() const { return base_ + answered_ - hello_; }
  /// The engine's clock is not beyond this. Precondition: known().
  [[nodiscard]] UtcNs latest(std::int64_t mono) const;
  /// A message's clock that cannot be: the engine's clock was set, or ran away from ours. Say hello again.
  [[nodiscard]] bool contradicts(UtcNs clock, std::int64_t mono) const;
  /// How long this machine slept, for tests; ns, never less than before.
  void set_slept(std::int64_t (*slept)()) { slept_ = slept; }

 private:
  [[nodiscard]] std::int64_t passed(std::int64_t mono) const;

  bool known_ = false;
  UtcNs base_ = 0;
  std::int64_t asked_ = 0, hello_ = 0, answered_ = 0;
  std::int64_t asked_slept_ = 0, hello_slept_ = 0;
  std::int64_t (*slept_)() = nullptr;
};

}  // namespace wf::kit
