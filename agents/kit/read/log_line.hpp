#pragma once
#include <string_view>

#include "agents/kit/read/log_stamp.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// One line of a system log, whatever its form. The texts lie in the line that it was read from.
struct LogLine {
  UtcNs time = 0;
  std::string_view host;
  std::string_view program;  ///< "sshd"; without "(pam_unix)" and the like
  std::string_view pid;      ///< digits or empty
  std::string_view process;  ///< PROCID of RFC 5424 where it is no number
  std::string_view message;
  int facility = -1;                        ///< RFC 5424, table 1; -1 unknown
  int severity = -1;                        ///< table 2: 0 emergency … 7 debug; -1 unknown
  std::string_view message_id, structured;  ///< of RFC 5424; empty if it is none, or "-"
  bool old_pam = false;                     ///< "sshd(pam_unix)[123]", as PAM wrote it until 2007
};

/// Reads BSD syslog as files have it (RFC 3164: "Mar 12 22:31:05 host sshd[123]: text"), the same with an ISO
/// time stamp (rsyslog's RSYSLOG_FileFormat, the default of Debian 12), and RFC 5424; a "<PRI>" may precede the
/// first two. A line may have no host, as what a program sends to /dev/log. What else devices write as a time stamp:
/// log_stamp.hpp.
[[nodiscard]] Result<LogLine> parse_log_line(std::string_view line, LogClock clock);

/// Takes a program's tag ("sshd[123]: ", "app: ") off the front of the message of a line that has neither time nor
/// host.
void take_log_tag(LogLine& line);

}  // namespace wf::kit
