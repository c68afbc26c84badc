#include "agents/kit/read/log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

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

// "Mmm dd HH:MM:SS " at the front of the text; -1: none. The day may be padded with a blank.
struct Stamp {
  int month = -1, day = 0, hour = 0, minute = 0, second = 0;
};
Stamp take_bsd_stamp(std::string_view& text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  Stamp s;
  if (text.size() < 16 || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':' || text[15] != ' ')
    return s;
  const std::size_t month = kMonths.find(text.substr(0, 3));
  if (month == std::string_view::npos || month % 3 != 0) return s;
  const std::string_view day = text[4] == ' ' ? text.substr(5, 1) : text.substr(4, 2);
  if (!number(day, s.day) || !number(text.substr(7, 2), s.hour) || !number(text.substr(10, 2), s.minute) ||
      !number(text.substr(13, 2), s.second))
    return s;
  if (s.day < 1 || s.day > 31 || s.hour > 23 || s.minute > 59 || s.second > 60 || s.hour < 0 || s.minute < 0 ||
      s.second < 0)
    return s;
  s.month = static_cast<int>(month / 3) + 1;
  text.remove_prefix(16);
  return s;
}

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// The latest year in which the stamp is at most a day ahead of the clock.
std::optional<UtcNs> with_year(const Stamp& s, const LogClock& clock) {
  static constexpr std::array<int, 12> kDays{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (s.day > kDays[static_cast<std::size_t>(s.month - 1)]) return {};
  int year = 1970 + static_cast<int>(clock.now / kDay / 365) + 1;
  for (int tries = 0; tries < 10; ++tries, --year) {
    if (s.month == 2 && s.day == 29 && !leap(year)) continue;
    const UtcNs local = utc_from_civil(year, s.month, s.day, s.hour, s.minute, s.second);
    const UtcNs time = clock.zone == nullptr ? local : clock.zone->to_utc(local, clock.before);
    if (time <= clock.now + kDay) return time;
  }
  return {};
}

// "host program[pid]: message" or "host program: message".
Result<LogLine> take_tail(std::string_view text, LogLine line) {
  const std::string_view all = text;
  line.host = take_word(text);
  // A program's tag where the host should be: there is no host.
  if (line.host.size() > 1 && line.host.ends_with(':') && line.host.find(':') == line.host.size() - 1) {
    line.host = {};
    text = all;
  } else if (line.host.empty() || text.empty()) {
    return no_log_line("the line ends after its time stamp");
  }
  // login of old: " -- root[2421]: ROOT LOGIN ON tty2", with who came as the tag.
  const bool old_login = text.starts_with(" -- ");
  if (old_login) text.remove_prefix(4);
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
  line.message = text;
  return line;
}

// RFC 5424, section 6, behind "<PRI>1 ".
Result<LogLine> take_5424(std::string_view text, LogLine line, UtcNs now) {
  const std::string_view stamp = take_word(text);
  // Who has no clock says "-".
  const Result<UtcNs> time = stamp == "-" ? Result<UtcNs>(now) : parse_rfc3339(stamp);
  if (!time) return time.error();
  const auto value = [](std::string_view word) { return word == "-" ? std::string_view{} : word; };
  line.time = *time;
  line.host = value(take_word(text));
  line.program = value(take_word(text));
  line.pid = value(take_word(text));
  if (!std::all_of(line.pid.begin(), line.pid.end(), is_digit)) line.pid = {};
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
    if (text.starts_with("1 ")) {
      text.remove_prefix(2);
      return take_5424(text, line, clock.now);
    }
  }
  if (!text.empty() && is_digit(text.front())) {
    const Result<UtcNs> time = parse_rfc3339(take_word(text));
    if (!time) return time.error();
    line.time = *time;
    return take_tail(text, line);
  }
  const Stamp stamp = take_bsd_stamp(text);
  if (stamp.month < 0) return no_log_line("no time stamp at the front of the line");
  const std::optional<UtcNs> time = with_year(stamp, clock);
  if (!time) return no_log_line("the time stamp's day does not exist");
  line.time = *time;
  return take_tail(text, line);
}

}  // namespace wf::kit
