#include "agents/kit/read/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>

namespace wf::kit {
namespace {

constexpr std::int64_t kSlack = 5 * kMinute;
// An offset is at most 26 hours from any other; local times this far from a change are not touched by it.
constexpr std::int64_t kAside = 2 * 86'400;

std::int64_t seconds(UtcNs time) {
  const std::int64_t whole = time / kSecond;
  return time % kSecond < 0 ? whole - 1 : whole;
}

std::optional<std::int64_t> fixed_offset(const std::string& name) {
  if (name.size() < 3 || (name[0] != '+' && name[0] != '-')) return {};
  const auto probe = parse_rfc3339("2000-01-01T00:00:00" + name);
  if (!probe) return {};
  return utc_from_civil(2000, 1, 1) - *probe;
}

}  // namespace

Result<Zone> Zone::find(const std::string& name, const std::string& where) {
  Zone zone;
  if (name == "UTC" || name == "Z") return zone;
  if (const auto offset = fixed_offset(name)) {
    zone.fixed_ = *offset;
    return zone;
  }
  try {
    zone.zone_ = name == "local" ? date::current_zone() : date::locate_zone(name);
  } catch (const std::exception&) {
    if (name == "local") return zone;  // a machine without /etc/localtime keeps UTC
    return Error{"there is no time zone '" + name + "'", where,
                 "write a name of the IANA database such as Europe/Amsterdam, UTC, or an offset such as +01:00"};
  }
  return zone;
}

UtcNs Zone::to_utc(UtcNs local, std::optional<UtcNs> before) {
  if (zone_ == nullptr) return local - fixed_;
  const std::int64_t s = seconds(local);
  if (s >= begin_ && s < end_) return local - offset_ * kSecond;
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  const date::local_info info = zone->get_info(date::local_seconds(std::chrono::seconds(s)));
  const std::int64_t first = info.first.offset.count();
  if (info.result == date::local_info::unique) {
    // Away from both ends there is no second reading.
    offset_ = first;
    begin_ = std::max<std::int64_t>(info.first.begin.time_since_epoch().count(), -1'000'000'000'000) + first + kAside;
    end_ = std::min<std::int64_t>(info.first.end.time_since_epoch().count(), 1'000'000'000'000) + first - kAside;
  }
  const UtcNs time = local - first * kSecond;
  if (info.result == date::local_info::ambiguous && before && time < *before - kSlack)
    return local - info.second.offset.count() * kSecond;
  return time;
}

UtcNs Zone::to_local(UtcNs utc) const {
  if (zone_ == nullptr) return utc + fixed_;
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  return utc + zone->get_info(date::sys_seconds(std::chrono::seconds(seconds(utc)))).offset.count() * kSecond;
}

}  // namespace wf::kit
