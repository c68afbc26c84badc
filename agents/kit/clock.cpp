#include "agents/kit/clock.hpp"

#include <time.h>

#include <charconv>
#include <cmath>
#include <string>

namespace wf::kit {
namespace {

std::int64_t read_clock(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * kSecond + ts.tv_nsec;
}

template <class T>
bool take_number(std::string_view& text, T& out, bool last) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (last) return text.empty();
  if (text.empty() || text.front() != ',') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::int64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }

UtcNs Clock::at(std::int64_t monotonic) const {
  if (!injected_) return read_clock(CLOCK_REALTIME);
  return start_ + static_cast<std::int64_t>(std::llround(static_cast<double>(monotonic - anchor_) * speed_));
}

UtcNs Clock::now() const { return at(monotonic_ns()); }

Result<Clock> Clock::parse(std::string_view text) {
  UtcNs start = 0;
  std::int64_t anchor = 0;
  double speed = 1;
  std::string_view rest = text;
  if (!take_number(rest, start, false) || !take_number(rest, anchor, false) || !take_number(rest, speed, true) ||
      !(speed > 0) || !std::isfinite(speed)) {
    return Error{"'" + std::string(text) + "' is not a clock", "--clock",
                 "give START,ANCHOR,SPEED: UTC nanoseconds, CLOCK_MONOTONIC nanoseconds, a rate above 0"};
  }
  return Clock(start, anchor, speed);
}

}  // namespace wf::kit
