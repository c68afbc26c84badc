#pragma once
#include <optional>
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// One line of a system log, whatever its form. The texts lie in the line that it was read from.
struct LogLine {
  UtcNs time = 0;
  std::string_view host;
  std::string_view program;  ///< "sshd"; without "(pam_unix)" and the like
  std::string_view pid;      ///< digits or empty
  std::string_view message;
  int facility = -1;                        ///< RFC 5424, table 1; -1 unknown
  int severity = -1;                        ///< table 2: 0 emergency … 7 debug; -1 unknown
  std::string_view message_id, structured;  ///< of RFC 5424; empty if it is none, or "-"
  bool old_pam = false;                     ///< "sshd(pam_unix)[123]", as PAM wrote it until 2007
};

/// What a time stamp without year and offset needs.
struct LogClock {
  UtcNs now = 0;  ///< by the agent's clock: the year is the latest in which the stamp is at most a day ahead of it
  Zone* zone = nullptr;
  std::optional<UtcNs> before;  ///< time of the record before, for hours that occur twice
};

/// Reads BSD syslog as files have it (RFC 3164: "Mar 12 22:31:05 host sshd[123]: text"), the same with an ISO
/// time stamp (rsyslog's RSYSLOG_FileFormat, the default of Debian 12), and RFC 5424; a "<PRI>" may precede the
/// first two. A line may have no host, as what a program sends to /dev/log.
[[nodiscard]] Result<LogLine> parse_log_line(std::string_view line, LogClock clock);

}  // namespace wf::kit
