#include "console/fusion/local_time.hpp"

#include <date/tz.h>

#include <limits>

namespace wf::fusion {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

LocalTime::Moment LocalTime::at(const std::string& zone, UtcNs time) {
  const std::int64_t seconds = floor_div(time, kSecond);
  Offset& o = offsets_[zone];
  if (seconds < o.begin || seconds >= o.end) {
    try {
      const auto info = date::locate_zone(zone)->get_info(date::sys_seconds(std::chrono::seconds(seconds)));
      o = {info.begin.time_since_epoch().count(), info.end.time_since_epoch().count(), info.offset.count()};
    } catch (const std::exception&) {
      o = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 0};
    }
  }
  const std::int64_t local = seconds + o.seconds;
  const std::int64_t days = floor_div(local, 86'400);
  Moment m;
  m.hour = static_cast<int>((local - days * 86'400) / 3600);
  m.weekday = static_cast<int>((days % 7 + 7 + 3) % 7) + 1;  // 1970-01-01 was a Thursday
  return m;
}

}  // namespace wf::fusion
