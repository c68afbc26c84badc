#include "agents/kit/source_health.hpp"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace wf::kit {
namespace {

constexpr std::uint32_t kShortest = 300;  ///< seconds of silence that are never told
constexpr std::int64_t kMostAhead = 2 * kMinute;
constexpr std::uint64_t kWindow = 200, kSmallWindow = 20;
constexpr std::string_view kVersion = "1";

std::string span(std::uint32_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 2 * 3600) return std::to_string((seconds + 30) / 60) + " min";
  return std::to_string((seconds + 1800) / 3600) + " h";
}

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %"; }

bool take_number(std::string_view& text, std::uint64_t& out) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const auto [at, failed] = std::from_chars(text.data(), text.data() + end, out);
  if (failed != std::errc{} || at != text.data() + end) return false;
  text.remove_prefix(std::min(end + 1, text.size()));
  return true;
}

}  // namespace

SourceHealth::SourceHealth(std::string_view kept) {
  std::uint64_t version = 0, usual = 0;
  if (!take_number(kept, version) || std::to_string(version) != kVersion || !take_number(kept, usual) || usual > 1001)
    return;
  std::array<Hour, 48> hours{};
  for (Hour& hour : hours) {
    std::uint64_t days = 0;
    if (!take_number(kept, days) || days > 100'000) return;
    hour.days = static_cast<std::uint32_t>(days);
    for (std::size_t k = 0; k < std::min<std::size_t>(days, kDays); ++k) {
      std::uint64_t seconds = 0;
      if (!take_number(kept, seconds) || seconds > kNothing) return;
      hour.longest[k] = static_cast<std::uint32_t>(seconds);
    }
  }
  hours_ = hours;
  usual_ = usual > 1000 ? -1 : static_cast<double>(usual) / 1000;
}

std::string SourceHealth::kept() const {
  std::string out(kVersion);
  out += ' ' + std::to_string(usual_ < 0 ? 1001 : static_cast<int>(usual_ * 1000 + 0.5));
  for (const Hour& hour : hours_) {
    out += ' ' + std::to_string(hour.days);
    for (std::size_t k = 0; k < std::min<std::size_t>(hour.days, kDays); ++k)
      out += ' ' + std::to_string(hour.longest[k]);
  }
  return out;
}

UtcNs SourceHealth::silent_since() const { return last_ >= at_.begins - kHour ? last_ : at_.begins; }

bool SourceHealth::learned() { return std::exchange(learned_, false); }

SourceHealth::Local SourceHealth::local(UtcNs now) {
  const time_t seconds = static_cast<time_t>(now / kSecond);
  tm civil{};
  if (::localtime_r(&seconds, &civil) == nullptr) return {};
  Local out;
  out.hour = civil.tm_hour;
  out.weekend = civil.tm_wday == 0 || civil.tm_wday == 6;
  out.begins = (static_cast<std::int64_t>(seconds) - civil.tm_min * 60 - civil.tm_sec) * kSecond;
  return out;
}

void SourceHealth::close_hour(UtcNs now) {
  const Local next = local(now);
  if (at_.begins == next.begins) return;
  // A clock that jumped, or a machine that slept, teaches nothing.
  const bool follows = at_.begins != 0 && next.begins - at_.begins == kHour;
  if (at_.begins != 0 && whole_ && follows) {
    Hour& hour = hours_[slot(at_)];
    const auto tail = static_cast<std::uint32_t>(std::max<std::int64_t>(next.begins - silent_since(), 0) / kSecond);
    hour.longest[hour.days % kDays] = came_ ? std::max(longest_, tail) : kNothing;
    ++hour.days;
    learned_ = true;
  }
  whole_ = follows;
  at_ = next;
  longest_ = 0;
  came_ = false;
}

void SourceHealth::look(const SourceStatus& status, std::int64_t ahead, UtcNs now) {
  close_hour(now);
  const std::uint64_t all = status.read + status.events;
  const bool came = all != seen_;
  if (came) {
    if (last_ != 0)
      longest_ =
          std::max(longest_, static_cast<std::uint32_t>(std::max<std::int64_t>(now - silent_since(), 0) / kSecond));
    seen_ = all;
    last_ = now;
    came_ = true;
  } else if (last_ == 0 || last_ > now) {
    last_ = now;  // silence counts from the start, and not from a clock that was set back
  }
  look_at_format(status);
  look_at_clock(ahead, came);
  problem_ = silence(now);
  if (problem_.empty()) problem_ = drifted_.empty() ? clock_ : drifted_;
}

std::uint32_t SourceHealth::limit_of(const Hour& hour, std::uint32_t& longest) const {
  const std::size_t known = std::min<std::size_t>(hour.days, kDays);
  if (known < kEnough) return 0;
  longest = 0;
  std::size_t nothing = 0;
  for (std::size_t k = 0; k < known; ++k)
    if (hour.longest[k] == kNothing)
      ++nothing;
    else
      longest = std::max(longest, hour.longest[k]);
  // An hour in which often nothing comes has no usual silence.
  if (nothing * 5 > known) return 0;
  return std::max(2 * longest, kShortest);
}

std::string SourceHealth::silence(UtcNs now) {
  due_ = std::numeric_limits<UtcNs>::max();
  std::uint32_t longest = 0;
  const Hour& hour = hours_[slot(at_)];
  const std::uint32_t limit = limit_of(hour, longest);
  if (limit == 0) return {};
  // Where nothing usually comes in the hour before, silence counts from this one's beginning.
  std::uint32_t unused = 0;
  const Hour& before = hours_[slot(local(at_.begins - kSecond))];
  const UtcNs since = limit_of(before, unused) == 0 ? std::max(last_, at_.begins) : last_;
  const UtcNs tells = since + static_cast<std::int64_t>(limit) * kSecond;
  if (now < tells) {
    due_ = tells;
    return {};
  }
  const auto silent = static_cast<std::uint32_t>((now - since) / kSecond);
  // Rounded, so that the same silence is told once and not once a minute.
  const std::uint32_t shown = silent < 2 * limit ? limit : silent < 8 * limit ? 2 * limit : 8 * limit;
  return "silent for over " + span(shown) + "; between " + std::to_string(at_.hour) + " and " +
         std::to_string((at_.hour + 1) % 24) + (at_.weekend ? " o'clock on weekends" : " o'clock on weekdays") +
         " it was never silent for more than " + span(longest) + " in " +
         std::to_string(std::min<std::size_t>(hour.days, kDays)) + " days";
}

void SourceHealth::look_at_format(const SourceStatus& status) {
  if (status.read < read_ || status.refused < refused_) {  // it began anew
    read_ = status.read;
    refused_ = status.refused;
    return;
  }
  const std::uint64_t records = status.read - read_, bad = std::min(status.refused - refused_, records);
  const double share = records == 0 ? 0 : static_cast<double>(bad) / static_cast<double>(records);
  if (records < kWindow && !(records >= kSmallWindow && share > 0.5)) return;
  read_ = status.read;
  refused_ = status.refused;
  const double usual = std::max(usual_, 0.0);
  if (share >= 0.2 && share > 4 * usual) {
    drifted_ = percent(share) + " of the last " + std::to_string(records) + " records cannot be read, usually " +
               percent(usual) + ": its format has changed, or its time zone; the last: " + status.problem;
    return;
  }
  drifted_.clear();
  usual_ = usual_ < 0 ? share : 0.8 * usual_ + 0.2 * share;
}

void SourceHealth::look_at_clock(std::int64_t ahead, bool came) {
  if (!came) return;
  if (ahead > kMostAhead) {
    right_ = 0;
    if (++ahead_ == 3)
      clock_ = "its events are " +
               span(static_cast<std::uint32_t>(std::min<std::int64_t>(ahead / kSecond, 1'000'000'000))) +
               " ahead of this machine's clock: its clock is wrong, or its time zone (tz=)";
  } else {
    ahead_ = 0;
    if (++right_ >= 3) clock_.clear();
  }
}

}  // namespace wf::kit
