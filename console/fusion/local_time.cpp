#include "console/fusion/local_time.hpp"

#include <date/tz.h>

#include <limits>

namespace wf::fusion {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

std::int64_t LocalTime::local_seconds(const std::string& zone, std::int64_t seconds) {
  Offset& o = offsets_[zone];
  if (seconds < o.begin || seconds >= o.end) {
    try {
      const auto info = date::locate_zone(zone)->get_info(date::sys_seconds(std::chrono::seconds(seconds)));
      o = {info.begin.time_since_epoch().count(), info.end.time_since_epoch().count(), info.offset.count()};
    } catch (const std::exception&) {
      o = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 0};
    }
  }
  return seconds + o.seconds;
}

UtcNs LocalTime::week(const std::string& zone, UtcNs time) {
  const std::int64_t seconds = floor_div(time, kSecond);
  const std::int64_t local = local_seconds(zone, seconds);
  const std::int64_t monday = floor_div(floor_div(local, 86'400) + 3, 7) * 7 - 3;  // 1970-01-01 was a Thursday
  return (monday * 86'400 - (local - seconds)) * kSecond;
}

LocalTime::Moment LocalTime::at(const std::string& zone, UtcNs time) {
  const std::int64_t local = local_seconds(zone, floor_div(time, kSecond));
  const std::int64_t days = floor_div(local, 86'400);
  Moment m;
  m.hour = static_cast<int>((local - days * 86'400) / 3600);
  m.weekday = static_cast<int>((days % 7 + 7 + 3) % 7) + 1;  // 1970-01-01 was a Thursday
  return m;
}

}  // namespace wf::fusion
