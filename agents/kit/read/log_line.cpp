#include "agents/kit/read/log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace wf::kit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

template <class Number>
bool number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

Error no_log_line(const char* what) {
  return {what, "",
          "is this a system log? it begins with a time such as 'Mar 12 22:31:05' or 2026-03-12T22:31:05+01:00"};
}

/// "program[123]: …"
bool begins_with_tag(std::string_view text) {
  const std::size_t end = text.find_first_of(": [(");
  if (end == std::string_view::npos || end == 0 || text[end] != '[') return false;
  const std::size_t close = text.find(']', end);
  return close != std::string_view::npos && text.substr(close + 1).starts_with(':');
}

/// "authpriv.info " of BusyBox and OpenWrt, which write facility and severity into the line.
bool take_level(std::string_view& text, LogLine& line) {
  static constexpr std::array<std::string_view, 24> kFacilities{
      "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
      "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
  static constexpr std::array<std::string_view, 10> kSeverities{"emerg",  "alert", "crit",  "err",  "warning",
                                                                "notice", "info",  "debug", "warn", "error"};
  const std::size_t point = text.substr(0, 9).find('.');
  if (point == std::string_view::npos || point < 3) return false;
  const std::size_t end = text.find(' ', point);
  if (end == std::string_view::npos || end - point > 8) return false;
  const auto* const facility = std::find(kFacilities.begin(), kFacilities.end(), text.substr(0, point));
  const auto* const severity =
      std::find(kSeverities.begin(), kSeverities.end(), text.substr(point + 1, end - point - 1));
  if (facility == kFacilities.end() || severity == kSeverities.end()) return false;
  if (line.facility < 0) {
    line.facility = static_cast<int>(facility - kFacilities.begin());
    const auto level = static_cast<int>(severity - kSeverities.begin());
    line.severity = level == 8 ? 4 : level == 9 ? 3 : level;
  }
  text.remove_prefix(end + 1);
  return true;
}

/// "program[pid]: message", "program: message".
void take_log_message(std::string_view text, LogLine& line) {
  // login of old: " -- root[2421]: ROOT LOGIN ON tty2", with who came as the tag.
  const bool old_login = text.starts_with(" -- ");
  if (old_login) text.remove_prefix(4);
  if (text.starts_with(": %")) text.remove_prefix(2);  // "fw-1 : %ASA-6-302013: …", with a device-id
  // A tag has no blank; "last message repeated 3 times" and kernel lines may have none.
  const std::size_t tag_end = text.find_first_of(": [(");
  if (tag_end != std::string_view::npos && tag_end > 0 && text[tag_end] != ' ') {
    std::string_view rest = text.substr(tag_end);
    std::string_view pid;
    bool old_pam = false;
    if (rest.front() == '(') {
      const std::size_t close = rest.find(')');
      if (close == std::string_view::npos) rest = {};
      old_pam = rest.substr(0, close).starts_with("(pam_");
      rest.remove_prefix(std::min(close + 1, rest.size()));
    }
    if (take(rest, '[')) {
      const std::size_t close = rest.find(']');
      pid = rest.substr(0, close);
      rest.remove_prefix(close == std::string_view::npos ? rest.size() : close + 1);
    }
    if (take(rest, ':')) {
      take(rest, ' ');
      line.program = old_login ? "login" : text.substr(0, tag_end);
      line.pid = std::all_of(pid.begin(), pid.end(), is_digit) ? pid : std::string_view{};
      line.old_pam = old_pam;
      text = rest;
    }
  } else if (tag_end != std::string_view::npos && text.find(": ") != std::string_view::npos &&
             text.substr(0, 6) == "syslog") {
    line.program = text.substr(0, tag_end);  // "syslogd 1.4.1: restart."
    text.remove_prefix(tag_end + 1);
  }
  // Solaris and its heirs: "[ID 800047 auth.notice] text".
  if (text.starts_with("[ID "))
    if (const std::size_t close = text.find("] "); close != std::string_view::npos && close < 48)
      text.remove_prefix(close + 2);
  line.message = text;
}

/// What frameworks for logging write behind their time.
bool is_level(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kLevels{"TRACE", "DEBUG", "INFO",  "NOTICE", "WARN",     "WARNING",
                                                            "ERROR", "ERR",   "FATAL", "SEVERE", "CRITICAL", "[INFO]"};
  return std::find(kLevels.begin(), kLevels.end(), word) != kLevels.end();
}

// "host program[pid]: message" or "host program: message".
Result<LogLine> take_tail(std::string_view text, LogLine line) {
  const std::string_view all = text;
  if (text.starts_with("[pid ")) {
    // vsftpd's own log: "[pid 27245] [user] OK LOGIN: Client "192.0.2.9"".
    const std::size_t close = text.find("] ");
    if (close == std::string_view::npos) return no_log_line("the line ends after its time stamp");
    line.program = "vsftpd";
    line.pid = text.substr(5, close - 5);
    if (!std::all_of(line.pid.begin(), line.pid.end(), is_digit)) line.pid = {};
    line.message = text.substr(close + 2);
    return line;
  }
  if (take_level(text, line)) {
    take_log_message(text, line);
    return line;
  }
  line.host = take_word(text);
  // A program's tag where the host should be, or how bad it is: there is no host.
  if (is_level(line.host)) {
    line.host = {};
    text = all;
  } else if (line.host.size() > 1 && line.host.ends_with(':') && line.host.find(':') == line.host.size() - 1) {
    line.host = {};
    text = all;
  } else if (line.host.empty()) {
    return no_log_line("the line ends after its time stamp");
  }
  // UniFi's gateways say their name twice.
  if (text.size() > line.host.size() && text.starts_with(line.host) && text[line.host.size()] == ' ')
    if (const std::string_view behind = text.substr(line.host.size() + 1); begins_with_tag(behind)) text = behind;
  if (line.host == "-") line.host = {};
  (void)take_level(text, line);
  take_log_message(text, line);
  return line;
}

// RFC 5424, section 6, behind "<PRI>VERSION ".
Result<LogLine> take_5424(std::string_view text, LogLine line, UtcNs now) {
  const std::string_view stamp = take_word(text);
  const Result<UtcNs> time = log_time_5424(stamp, now);
  if (!time) return time.error();
  const auto value = [](std::string_view word) { return word == "-" ? std::string_view{} : word; };
  line.time = *time;
  line.host = value(take_word(text));
  line.program = value(take_word(text));
  if (!stamp.empty() && is_digit(stamp.front()) && stamp.find('-') == std::string_view::npos) {
    line.message = text;  // Meraki, whose messages look like RFC 5424 up to here
    return line;
  }
  line.pid = value(take_word(text));
  if (!std::all_of(line.pid.begin(), line.pid.end(), is_digit)) line.process = std::exchange(line.pid, {});
  line.message_id = value(take_word(text));
  if (!take(text, '-')) {
    const std::string_view elements = text;
    // STRUCTURED-DATA: elements in brackets, values in quotes, in which ']' and '"' are escaped.
    bool quoted = false;
    while (!text.empty() && text.front() == '[') {
      std::size_t i = 1;
      for (; i < text.size() && (quoted || text[i] != ']'); ++i) {
        if (text[i] == '\\' && quoted)
          ++i;
        else if (text[i] == '"')
          quoted = !quoted;
      }
      text.remove_prefix(std::min(i + 1, text.size()));
    }
    line.structured = elements.substr(0, elements.size() - text.size());
  }
  take(text, ' ');
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  line.message = text;
  return line;
}

/// How many bytes at the front of what follows the priority are the VERSION of RFC 5424 and its blank; 0: none. Beyond
/// version 1, which nobody has defined, a time stamp must follow: a number may begin any message.
std::size_t version_5424(std::string_view text) {
  if (text.starts_with("1 ")) return 2;
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits > 3 || text[0] == '0' || !text.substr(digits).starts_with(' ')) return 0;
  std::string_view rest = text.substr(digits + 1);
  return log_time_5424(take_word(rest), 0) ? digits + 1 : 0;
}

}  // namespace

Result<LogLine> parse_log_line(std::string_view text, LogClock clock) {
  LogLine line;
  if (take(text, '<')) {
    const std::size_t close = text.find('>');
    int priority = 0;
    if (close == std::string_view::npos || close > 3 || !number(text.substr(0, close), priority) || priority > 191 ||
        priority < 0)
      return no_log_line("what begins with '<' is no syslog priority");
    line.facility = priority / 8;
    line.severity = priority % 8;
    text.remove_prefix(close + 1);
    if (const std::size_t version = version_5424(text); version > 0)
      return take_5424(text.substr(version), line, clock.now);
  }
  const Result<LogStamp> stamp = take_log_stamp(text, clock);
  if (!stamp) return stamp.error();
  line.time = stamp->time;
  if (stamp->host.empty()) return take_tail(text, line);
  // Cisco's origin-id stands before the time.
  Result<LogLine> tail = take_tail(text, line);
  if (!tail) return tail;
  tail->host = stamp->host;
  return tail;
}

void take_log_tag(LogLine& line) {
  const std::string_view text = line.message;
  const auto in_tag = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-' || c == '.' ||
           c == '/';
  };
  const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), in_tag) - text.begin());
  if (end == 0 || end > 48) return;
  std::string_view rest = text.substr(end), pid;
  if (take(rest, '[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos || !std::all_of(rest.begin(), rest.begin() + close, is_digit)) return;
    pid = rest.substr(0, close);
    rest.remove_prefix(close + 1);
  }
  if (!rest.starts_with(": ")) return;
  line.program = text.substr(0, end);
  line.pid = pid;
  line.message = rest.substr(2);
}

}  // namespace wf::kit
