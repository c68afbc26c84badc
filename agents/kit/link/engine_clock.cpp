#include "agents/kit/link/engine_clock.hpp"

#include <time.h>

namespace wf::kit {
namespace {

/// How far a message's clock may be ahead of what is possible, by drift, and how far behind, by its way here too.
constexpr std::int64_t kMostAhead = 2 * kSecond, kMostBehind = 5 * kSecond;

/// CLOCK_MONOTONIC stands still while the machine sleeps, and what a socket holds grows old meanwhile.
std::int64_t time_slept() {
  timespec boot{}, mono{};
  ::clock_gettime(CLOCK_MONOTONIC, &mono);
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  return (boot.tv_sec - mono.tv_sec) * kSecond + (boot.tv_nsec - mono.tv_nsec);
}

}  // namespace

void EngineClock::hello(std::int64_t mono) {
  asked_ = mono;
  asked_slept_ = slept_ != nullptr ? slept_() : time_slept();
}

void EngineClock::welcome(UtcNs clock, std::int64_t mono) {
  base_ = clock;
  hello_ = asked_;
  answered_ = mono;
  hello_slept_ = asked_slept_;
  known_ = clock != 0;
}

std::int64_t EngineClock::passed(std::int64_t mono) const {
  return mono - hello_ + (slept_ != nullptr ? slept_() : time_slept()) - hello_slept_;
}

UtcNs EngineClock::latest(std::int64_t mono) const { return base_ + passed(mono); }

bool EngineClock::contradicts(UtcNs clock, std::int64_t mono) const {
  if (!known_ || clock == 0) return false;
  const std::int64_t ahead = clock - latest(mono);
  return ahead > kMostAhead || -ahead > kMostBehind + (answered_ - hello_);
}

}  // namespace wf::kit
