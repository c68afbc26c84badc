#pragma once
#include <cstdint>
#include <string>

#include "proto/time.hpp"

namespace wf::fusion {

inline constexpr std::int64_t kLateAfter = 15 * kMinute;
inline constexpr std::int64_t kHistoryAfter = 72 * kHour;
inline constexpr std::int64_t kAheadAfter = 15 * kMinute;

/// How an event's time stands to the moment when it was logged. README.md says what follows from it.
enum class Timeliness : std::uint8_t {
  live,     ///< under 15 minutes late
  late,     ///< up to 72 hours: may raise alerts, marked as late
  history,  ///< older: stored and searchable, nothing else
  ahead     ///< more than 15 minutes in the future: a clock is wrong; judged at the log's time
};
[[nodiscard]] constexpr Timeliness timeliness(UtcNs event, UtcNs logged) {
  if (event > logged + kAheadAfter) return Timeliness::ahead;
  if (event < logged - kHistoryAfter) return Timeliness::history;
  return event <= logged - kLateAfter ? Timeliness::late : Timeliness::live;
}

/// "40 min", "3 h", "2 days".
[[nodiscard]] std::string span_in_words(std::int64_t span);

}  // namespace wf::fusion
