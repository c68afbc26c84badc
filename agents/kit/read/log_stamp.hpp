#pragma once
#include <optional>
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// What a time stamp without year and offset needs.
struct LogClock {
  UtcNs now = 0;  ///< by the agent's clock: the year is the latest in which the stamp is at most a day ahead of it
  Zone* zone = nullptr;
  std::optional<UtcNs> before;  ///< time of the record before, for hours that occur twice
};

struct LogStamp {
  UtcNs time = 0;
  std::string_view host;  ///< where one stands before the stamp (Cisco's origin-id), else empty
};

/// Takes the time stamp off the front of a log line, with the blanks behind it:
///  - "Mar  2 22:31:05" (RFC 3164), and what devices make of it: a day without padding, a year before or behind the
///    time, fractions, a weekday, a zone ("UTC", "+02:00"; other abbreviations only where a ':' follows, as local
///    time), Cisco's "000123: host: *Mar  1 18:46:11.123 CET:";
///  - ISO 8601 with 'T' or a blank, '-' or '/', and with or without an offset: without one it is local time.
/// Which text it refuses it leaves as it was.
[[nodiscard]] Result<LogStamp> take_log_stamp(std::string_view& text, const LogClock& clock);

/// A TIMESTAMP of RFC 5424; besides "-" (now) and, as Meraki writes it, seconds since 1970 with a fraction.
[[nodiscard]] Result<UtcNs> log_time_5424(std::string_view word, UtcNs now);

}  // namespace wf::kit
