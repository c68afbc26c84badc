#include "console/engine/clock.hpp"

#include <fmt/format.h>
#include <time.h>

#include <charconv>
#include <cmath>

namespace wf::engine {
namespace {

std::int64_t read_clock(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * kSecond + ts.tv_nsec;
}

template <class T>
bool read_number(std::string_view& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty() && text.front() == ',') text.remove_prefix(1);
  return true;
}

}  // namespace

std::int64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }

UtcNs Clock::now() const {
  if (!injected_) return read_clock(CLOCK_REALTIME);
  return start_ + static_cast<std::int64_t>(std::llround(static_cast<double>(monotonic_ns() - anchor_) * speed_));
}

Result<Clock> Clock::parse(std::string_view text) {
  UtcNs start = 0;
  std::int64_t anchor = 0;
  double speed = 1;
  std::string_view rest = text;
  if (!read_number(rest, start) || !read_number(rest, anchor) || !read_number(rest, speed) || !rest.empty() ||
      !(speed > 0)) {
    return Error{"'" + std::string(text) + "' is not a clock", "--clock",
                 "give START,ANCHOR,SPEED: UTC nanoseconds, CLOCK_MONOTONIC nanoseconds, a rate above 0"};
  }
  return Clock(start, anchor, speed);
}

std::string Clock::text() const { return injected_ ? fmt::format("{},{},{}", start_, anchor_, speed_) : std::string{}; }

}  // namespace wf::engine
