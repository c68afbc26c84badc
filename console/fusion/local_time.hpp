#pragma once
#include <map>
#include <string>

#include "proto/time.hpp"

namespace wf::fusion {

/// Wall-clock time of sites, from the time-zone database. Remembers each zone's current offset, so that the
/// database is asked once between two changes of the clock. Not thread-safe.
class LocalTime {
 public:
  struct Moment {
    int hour = 0;     ///< 0–23
    int weekday = 1;  ///< 1 Monday … 7 Sunday
    /// 19:00 to 07:00 and weekends.
    [[nodiscard]] bool after_hours() const { return weekday > 5 || hour < 7 || hour >= 19; }
  };
  /// `zone` is an IANA name; an unknown one counts as UTC.
  [[nodiscard]] Moment at(const std::string& zone, UtcNs time);
  /// When the week of that time began there: Monday, 00:00. A change of the clock within the week is not looked at.
  [[nodiscard]] UtcNs week(const std::string& zone, UtcNs time);

 private:
  struct Offset {
    std::int64_t begin = 0, end = 0, seconds = 0;  ///< valid in [begin, end), seconds since 1970
  };
  [[nodiscard]] std::int64_t local_seconds(const std::string& zone, std::int64_t seconds);
  std::map<std::string, Offset> offsets_;
};

}  // namespace wf::fusion
