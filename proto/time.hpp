#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf {

/// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as POSIX time).
using UtcNs = std::int64_t;

inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

/// RFC 3339 in UTC with as many of 0, 3, 6 or 9 decimals as the value needs: "2026-01-31T08:00:00.123Z".
[[nodiscard]] std::string format_rfc3339(UtcNs time);

/// Reads RFC 3339. Also accepts what real sources write: an offset without a colon ("+0000", Suricata),
/// a blank in place of 'T', and up to nine decimals. A time without a zone is refused.
[[nodiscard]] Result<UtcNs> parse_rfc3339(std::string_view text);

/// A civil (calendar) moment to UTC. month 1..12, day 1..31; values are not range-checked.
[[nodiscard]] UtcNs utc_from_civil(int year, int month, int day, int hour = 0, int minute = 0, int second = 0);

}  // namespace wf
