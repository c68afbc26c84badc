#include "console/ui/draw/time_text.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace wf::ui {
namespace {

date::sys_seconds seconds_of(UtcNs t) {
  return date::sys_seconds{std::chrono::seconds{t >= 0 ? t / kSecond : (t - kSecond + 1) / kSecond}};
}

struct Hms {
  long long h, m, s;
};
Hms hms(std::int64_t ns) {
  const long long day = ((ns / kSecond) % 86400 + 86400) % 86400;
  return {day / 3600, day / 60 % 60, day % 60};
}

}  // namespace

void SiteTime::set_zone(std::string_view name) {
  if (name == name_ && (zone_ != nullptr || begin_ > end_)) return;
  if (name == name_) return;
  name_ = name;
  begin_ = 1;
  end_ = 0;
  offset_ = 0;
  abbreviation_ = "UTC";
  zone_ = nullptr;
  if (name_.empty()) return;
  try {
    zone_ = date::locate_zone(name_);
  } catch (const std::exception&) {
    zone_ = nullptr;  // said by the site's check; here the clock shows UTC
  }
}

void SiteTime::look_up(UtcNs t) const {
  if (zone_ == nullptr || (t >= begin_ && t < end_)) return;
  try {
    const date::sys_info info = zone_->get_info(seconds_of(t));
    offset_ = std::chrono::duration_cast<std::chrono::nanoseconds>(info.offset).count();
    abbreviation_ = info.abbrev;
    constexpr std::int64_t kFar = 9'000'000'000;
    begin_ = std::max<std::int64_t>(info.begin.time_since_epoch().count(), -kFar) * kSecond;
    end_ = std::min<std::int64_t>(info.end.time_since_epoch().count(), kFar) * kSecond;
  } catch (const std::exception&) {
    offset_ = 0;
    abbreviation_ = "UTC";
    begin_ = INT64_MIN;
    end_ = INT64_MAX;
  }
}

std::int64_t SiteTime::offset(UtcNs t) const {
  look_up(t);
  return offset_;
}

std::string SiteTime::clock(UtcNs t) const {
  const Hms v = hms(t + offset(t));
  return fmt::format("{:02}:{:02}:{:02}", v.h, v.m, v.s);
}

std::string SiteTime::minutes(UtcNs t) const {
  const Hms v = hms(t + offset(t));
  return fmt::format("{:02}:{:02}", v.h, v.m);
}

std::string SiteTime::date(UtcNs t) const {
  // The day's form without its weekday and what joins that.
  std::string out = day(t);
  const std::string& form = language().day;
  const auto local = date::floor<date::days>(seconds_of(t + offset(t)));
  const std::string& weekday = language().weekdays[date::weekday{local}.c_encoding() % 7];
  const std::size_t at = form.starts_with("{weekday}") ? 0 : out.rfind(weekday);
  if (at == std::string::npos) return out;
  out.erase(at, weekday.size());
  const auto joins = [](char c) { return c == ' ' || c == ','; };
  while (!out.empty() && joins(out.front())) out.erase(0, 1);
  while (!out.empty() && joins(out.back())) out.pop_back();
  return out;
}

std::string SiteTime::day(UtcNs t) const {
  const auto days = date::floor<date::days>(seconds_of(t + offset(t)));
  const date::year_month_day d{days};
  const Language& l = language();
  std::string out = l.day;
  const auto put = [&](std::string_view place, const std::string& what) {
    if (const std::size_t at = out.find(place); at != std::string::npos) out.replace(at, place.size(), what);
  };
  put("{weekday}", l.weekdays[date::weekday{days}.c_encoding() % 7]);
  put("{month}", l.months[(static_cast<unsigned>(d.month()) + 11) % 12]);
  put("{day}", std::to_string(static_cast<unsigned>(d.day())));
  return out;
}

std::string SiteTime::zone(UtcNs t) const {
  look_up(t);
  return zone_ == nullptr ? std::string("UTC") : abbreviation_;
}

std::string utc_text(UtcNs t) {
  std::string s = format_rfc3339(t / kSecond * kSecond);
  if (s.size() > 11) {
    s[10] = ' ';
    if (s.back() == 'Z') s.pop_back();
    s += " UTC";
  }
  return s;
}

std::string duration(std::int64_t ns) {
  const long long s = std::max<std::int64_t>(0, ns) / kSecond;
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  if (s < 86400) return text_of<"{} h {:02}">(s / 3600, s / 60 % 60);
  return text_of<"{} d {} h">(s / 86400, s / 3600 % 24);
}

std::string span(std::int64_t ns) {
  const long long s = std::max<std::int64_t>(0, ns) / kSecond;
  if (s < 60) return text_of<"{} s">(s);
  if (s < 3600) return text_of<"{} min">(s / 60);
  if (s < 86400) return text_of<"{} h">(s / 3600);
  return text_of<"{} d">(s / 86400);
}

std::string ago(std::int64_t ns) { return ns < kSecond ? "now"_tr.str() : text_of<"{} ago">(span(ns)); }

std::string ago_in_minutes(std::int64_t ns) { return ns < kMinute ? "just now"_tr.str() : text_of<"{} ago">(span(ns)); }

std::string lag(std::int64_t ns) {
  if (ns < 0) ns = 0;
  if (ns < 10 * kSecond)
    return text_of<"{} s">(decimal_text(static_cast<double>(ns / (kSecond / 10)) / 10, 1));  // cut, never rounded up
  return span(ns);
}

std::string bytes_text(std::uint64_t n) {
  if (n < 1024) return fmt::format("{} B", n);
  double v = static_cast<double>(n);
  for (const char* u : {"KiB", "MiB", "GiB"}) {
    v /= 1024;
    if (v < 1024) return fmt::format("{} {}", decimal_text(v, 1), u);
  }
  return fmt::format("{} TiB", decimal_text(v / 1024, 1));
}

}  // namespace wf::ui
