#include "console/engine/clock_watch.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

namespace wf::engine {
namespace {

/// NTP slews by half a millisecond a second at most; what is more than this was set.
constexpr std::int64_t kJump = 2 * kSecond;
constexpr std::int64_t kShowJumpFor = 15 * kMinute;
/// A time service needs a while after the machine's start, and a server may be away for a moment.
constexpr std::int64_t kUnsynchronisedFor = 10 * kMinute;
constexpr std::int64_t kBehind = kDay;
constexpr std::int64_t kAgentsOff = kMinute;
constexpr std::size_t kEnoughAgents = 3;
/// No engine ran before 2024, and none of this release will in 2100.
constexpr UtcNs kEarliest = 1'704'067'200 * kSecond, kLatest = 4'102'444'800 * kSecond;

std::int64_t now_of(clockid_t id) {
  timespec ts{};
  ::clock_gettime(id, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * kSecond + ts.tv_nsec;
}

/// "3 h", "2 min", "5 s", "400 days".
std::string span(std::int64_t ns) {
  const std::int64_t s = std::abs(ns) / kSecond;
  if (s >= 2 * 86'400) return fmt::format("{} days", s / 86'400);
  if (s >= 2 * 3600) return fmt::format("{} h", s / 3600);
  if (s >= 120) return fmt::format("{} min", s / 60);
  return fmt::format("{} s", s);
}

std::string second(UtcNs time) { return format_rfc3339(time / kSecond * kSecond); }

}  // namespace

std::optional<ClockReading> read_clock(const std::filesystem::path& timesync) {
  ClockReading out;
  const std::int64_t before = now_of(CLOCK_BOOTTIME);
  out.utc = now_of(CLOCK_REALTIME);
  out.boot = now_of(CLOCK_BOOTTIME);
  if (out.boot - before > kSecond / 10) return std::nullopt;
  std::error_code failed;
  if (std::filesystem::is_directory(timesync, failed))
    out.synchronised = std::filesystem::exists(timesync / "synchronized", failed);
  return out;
}

void ClockWatch::say(Matter& matter, std::string line) {
  const bool begins = matter.line.empty() && !line.empty();
  matter.line = std::move(line);
  if (begins) news_.push_back(matter.line);
}

void ClockWatch::look(const ClockReading& reading, std::vector<std::int64_t> skews) {
  if (last_) {
    const std::int64_t jump = (reading.utc - last_->utc) - (reading.boot - last_->boot);
    if (std::abs(jump) > kJump) {
      jump_.line.clear();  // each jump is news
      jumped_ = reading.boot;
      say(jump_, fmt::format("the engine's clock was set {} by {} at {}; times of events around it may be wrong",
                             jump > 0 ? "forward" : "back", span(jump), second(reading.utc)));
    } else if (jumped_ != 0 && reading.boot - jumped_ > kShowJumpFor) {
      jumped_ = 0;
      say(jump_, {});
    }
  }
  last_ = reading;

  if (reading.utc < kEarliest || reading.utc > kLatest)
    say(years_, fmt::format("the engine's clock says {}; set it", second(reading.utc)));
  else if (newest_ != 0 && reading.utc < newest_ - kBehind)
    say(years_, fmt::format("the engine's clock says {}, and its newest record is of {}; set the clock",
                            second(reading.utc), second(newest_)));
  else
    say(years_, {});

  if (reading.synchronised.value_or(true)) {
    unsynchronised_ = 0;
    say(service_, {});
  } else if (unsynchronised_ == 0) {
    unsynchronised_ = std::max<std::int64_t>(reading.boot, 1);
  } else if (reading.boot - unsynchronised_ > kUnsynchronisedFor) {
    say(service_, "systemd-timesyncd runs and is not in step with a time server; see `timedatectl timesync-status`");
  }

  std::string line;
  if (skews.size() >= kEnoughAgents) {
    const auto middle = skews.begin() + static_cast<std::ptrdiff_t>(skews.size() / 2);
    std::nth_element(skews.begin(), middle, skews.end());
    if (std::abs(*middle) > kAgentsOff)
      line = fmt::format("the clocks of most agents are {} {} the engine's: its own may be wrong", span(*middle),
                         *middle > 0 ? "ahead of" : "behind");
  }
  // The span changes all the time; it is one matter.
  if (line.empty() || agents_.line.empty()) say(agents_, std::move(line));
}

std::string ClockWatch::problem() const {
  for (const Matter* matter : {&years_, &jump_, &agents_, &service_})
    if (!matter->line.empty()) return matter->line;
  return {};
}

std::vector<std::string> ClockWatch::take_news() { return std::exchange(news_, {}); }

}  // namespace wf::engine
