#include "agents/kit/read/log_stamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace wf::kit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }

template <class Number>
bool number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

Error no_stamp(const char* what) {
  return {what, "",
          "is this a system log? it begins with a time such as 'Mar 12 22:31:05' or 2026-03-12T22:31:05+01:00"};
}

struct Stamp {
  int year = -1, month = -1, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t fraction = 0;
  std::optional<std::int64_t> offset;  ///< east of UTC, in ns; none: local time
};

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

bool day_exists(int year, int month, int day) {
  static constexpr std::array<int, 12> kDays{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day >= 1 && day <= kDays[static_cast<std::size_t>(month - 1)] && (month != 2 || day < 29 || leap(year));
}

UtcNs local_time(UtcNs local, const LogClock& clock) {
  return clock.zone == nullptr ? local : clock.zone->to_utc(local, clock.before);
}

std::optional<UtcNs> time_of(const Stamp& s, const LogClock& clock) {
  const auto in_year = [&](int year) {
    const UtcNs local = utc_from_civil(year, s.month, s.day, s.hour, s.minute, s.second) + s.fraction;
    return s.offset ? local - *s.offset : local_time(local, clock);
  };
  if (s.year >= 0) {
    if (!day_exists(s.year, s.month, s.day)) return {};
    return in_year(s.year);
  }
  // The latest year in which the stamp is at most a day ahead of the clock.
  int year = 1970 + static_cast<int>(clock.now / kDay / 365) + 1;
  for (int tries = 0; tries < 10; ++tries, --year) {
    if (!day_exists(year, s.month, s.day)) continue;
    const UtcNs time = in_year(year);
    if (time <= clock.now + kDay) return time;
  }
  return {};
}

bool in_range(const Stamp& s) {
  return s.day >= 1 && s.day <= 31 && s.hour >= 0 && s.hour <= 23 && s.minute >= 0 && s.minute <= 59 && s.second >= 0 &&
         s.second <= 60;
}

/// 1 to 12; -1: none.
int month_of(std::string_view text) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (text.size() < 3) return -1;
  const std::array<char, 3> name{lower(text[0]), lower(text[1]), lower(text[2])};
  const std::size_t at = kMonths.find(std::string_view(name.data(), name.size()));
  return at == std::string_view::npos || at % 3 != 0 ? -1 : static_cast<int>(at / 3) + 1;
}

bool is_utc(std::string_view name) { return name == "Z" || name == "UTC" || name == "GMT"; }

/// Abbreviations that routers and switches write. Which offset each has is known to nobody: they are local time.
bool is_zone(std::string_view name) {
  static constexpr std::array<std::string_view, 26> kZones{
      "CET", "CEST", "EET", "EEST", "WET", "WEST", "BST",  "MSK",  "EST",  "EDT", "CST", "CDT", "MST",
      "MDT", "PST",  "PDT", "AKST", "HST", "IST",  "AEST", "AEDT", "NZST", "JST", "KST", "HKT", "SGT"};
  return is_utc(name) || std::find(kZones.begin(), kZones.end(), name) != kZones.end();
}

/// "UTC ", "CET: ", "+01:00 ".
bool begins_with_zone(std::string_view text) {
  if (text[0] == '+' || text[0] == '-') return text.size() > 1 && is_digit(text[1]);
  const std::size_t end = std::min(text.find_first_of(" :"), text.size());
  const std::string_view name = text.substr(0, end);
  return is_zone(name) && (is_utc(name) || text.substr(end).starts_with(':'));
}

// "Mmm dd HH:MM:SS " as nearly everybody writes it. The day may be padded with a blank.
bool take_usual(std::string_view& text, Stamp& s) {
  if (text.size() < 16 || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':' || text[15] != ' ')
    return false;
  const int month = month_of(text);
  const std::string_view day = text[4] == ' ' ? text.substr(5, 1) : text.substr(4, 2);
  if (month < 0 || !number(day, s.day) || !number(text.substr(7, 2), s.hour) || !number(text.substr(10, 2), s.minute) ||
      !number(text.substr(13, 2), s.second) || !in_range(s))
    return false;
  // A year or a zone that follows is read with the others.
  const std::string_view behind = text.substr(16);
  if (behind.size() >= 5 && (behind[4] == ' ' || behind[4] == ':') && (behind[0] == '1' || behind[0] == '2') &&
      std::all_of(behind.begin(), behind.begin() + 4, is_digit))
    return false;
  if (!behind.empty() && (behind[0] == '+' || behind[0] == '-' || is_upper(behind[0])) && begins_with_zone(behind))
    return false;
  s.month = month;
  text.remove_prefix(16);
  return true;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  [[nodiscard]] std::string_view rest() const { return text_; }
  [[nodiscard]] char peek(std::size_t at = 0) const { return at < text_.size() ? text_[at] : '\0'; }
  void skip(std::size_t n) { text_.remove_prefix(std::min(n, text_.size())); }
  void blanks() { skip(std::min(text_.find_first_not_of(' '), text_.size())); }
  bool take(char c) {
    if (peek() != c) return false;
    skip(1);
    return true;
  }
  [[nodiscard]] std::size_t digits() const {
    std::size_t n = 0;
    while (is_digit(peek(n))) ++n;
    return n;
  }
  /// A number of `least` to `most` digits.
  bool take_number(std::size_t least, std::size_t most, int& out) {
    const std::size_t n = digits();
    if (n < least || n > most || !number(text_.substr(0, n), out)) return false;
    skip(n);
    return true;
  }

 private:
  std::string_view text_;
};

bool ends_stamp(char c) { return c == ' ' || c == ':' || c == '\0'; }

bool take_year(Scanner& in, Stamp& s) {
  Scanner at = in;
  int year = 0;
  if (s.year >= 0 || !at.take_number(4, 4, year) || year < 1970 || year > 2199 || !ends_stamp(at.peek())) return false;
  s.year = year;
  in = at;
  return true;
}

/// "Z", "UTC", "+02:00", "-0700"; other abbreviations that are known, where a ':' or a year follows.
void take_zone(Scanner& in, Stamp& s) {
  Scanner at = in;
  at.blanks();
  if (at.peek() == '+' || at.peek() == '-') {
    const bool west = at.peek() == '-';
    at.skip(1);
    int hours = 0, minutes = 0;
    if (!is_digit(at.peek()) || !is_digit(at.peek(1))) return;
    number(at.rest().substr(0, 2), hours);
    at.skip(2);
    at.take(':');
    if (at.digits() >= 2) {
      number(at.rest().substr(0, 2), minutes);
      at.skip(2);
    }
    if (hours > 23 || minutes > 59 || !ends_stamp(at.peek())) return;
    s.offset = (hours * 60 + minutes) * kMinute * (west ? -1 : 1);
    in = at;
    return;
  }
  std::size_t letters = 0;
  while (is_upper(at.peek(letters))) ++letters;
  if (letters == 0 || letters > 5) return;
  const std::string_view name = at.rest().substr(0, letters);
  if (!is_zone(name)) return;
  const bool utc = is_utc(name);
  at.skip(letters);
  if (!ends_stamp(at.peek())) return;
  Scanner behind = at;
  behind.blanks();
  Stamp year;
  if (!utc && at.peek() != ':' && !take_year(behind, year)) return;
  if (utc) s.offset = 0;
  in = at;
}

/// Month, day and time, with what stands among them.
bool take_loose(Scanner& in, Stamp& s) {
  if (in.peek() == '*' || in.peek() == '.') in.skip(1);  // Cisco: the clock was never set, or nobody confirms it
  static constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  if (std::find(kDays.begin(), kDays.end(), in.rest().substr(0, 3)) != kDays.end()) {
    in.skip(3);
    in.take(',');
    if (in.peek() != ' ') return false;
    in.blanks();
  }
  if (take_year(in, s)) in.blanks();
  s.month = month_of(in.rest());
  if (s.month < 0 || in.peek(3) != ' ') return false;
  in.skip(3);
  in.blanks();
  if (!in.take_number(1, 2, s.day) || !(in.take(' ') || (in.take(',') && in.take(' ')))) return false;
  in.blanks();
  if (take_year(in, s)) in.blanks();
  if (!in.take_number(2, 2, s.hour) || !in.take(':') || !in.take_number(2, 2, s.minute) || !in.take(':') ||
      !in.take_number(2, 2, s.second) || !in_range(s))
    return false;
  if ((in.peek() == '.' || in.peek() == ',') && is_digit(in.peek(1))) {
    in.skip(1);
    std::int64_t unit = kSecond / 10;
    for (; is_digit(in.peek()); in.skip(1), unit /= 10) s.fraction += (in.peek() - '0') * unit;
  }
  const auto year_behind = [&] {
    Scanner at = in;
    at.blanks();
    if (take_year(at, s)) in = at;
  };
  year_behind();
  take_zone(in, s);
  year_behind();
  in.take(':');
  if (!ends_stamp(in.peek())) return false;
  in.blanks();
  return true;
}

std::optional<LogStamp> take_bsd(std::string_view& text, const LogClock& clock) {
  Stamp s;
  LogStamp out;
  if (!take_usual(text, s)) {
    Scanner in(text);
    in.blanks();
    // Cisco: the message's number, and the host if it is told to say it.
    const std::size_t digits = in.digits();
    const bool numbered = digits > 0 && digits <= 10 && in.peek(digits) == ':' && in.peek(digits + 1) == ' ';
    if (numbered) {
      in.skip(digits + 1);
      in.blanks();
    }
    Scanner at = in;
    s = {};
    if (!take_loose(at, s)) {
      const std::size_t colon = in.rest().find(": ");
      if (!numbered || colon == std::string_view::npos || colon == 0 || colon > 255 ||
          in.rest().substr(0, colon).find(' ') != std::string_view::npos)
        return {};
      out.host = in.rest().substr(0, colon);
      at = in;
      at.skip(colon + 2);
      at.blanks();
      s = {};
      if (!take_loose(at, s)) return {};
    }
    const std::optional<UtcNs> time = time_of(s, clock);
    if (!time) return {};
    out.time = *time;
    text = at.rest();
    return out;
  }
  const std::optional<UtcNs> time = time_of(s, clock);
  if (!time) return {};
  out.time = *time;
  return out;
}

/// "2026-03-12T22:31:05+01:00", "2026-03-12 22:31:05,123", "2026/03/12 22:31:05".
std::optional<UtcNs> take_iso(std::string_view& text, const LogClock& clock) {
  const auto behind = [&](std::size_t end) {
    text.remove_prefix(std::min(end + 1, text.size()));
    return text;
  };
  const std::size_t end = std::min(text.find(' '), text.size());
  if (const Result<UtcNs> time = parse_rfc3339(text.substr(0, end))) {
    behind(end);
    return *time;
  }
  if (text.size() < 19 || !is_digit(text[0]) || !(text[4] == '-' || text[4] == '/') || text[7] != text[4]) return {};
  std::string date(text.substr(0, 10));
  date[4] = date[7] = '-';
  std::size_t to = std::min(text.find(' ', 11), text.size());
  std::string rest(text.substr(11, std::min<std::size_t>(to - 11, 40)));
  if (rest.ends_with(':')) rest.pop_back();
  // An offset that stands by itself.
  if (to + 3 < text.size() && (text[to + 1] == '+' || text[to + 1] == '-') && is_digit(text[to + 2])) {
    const std::size_t next = std::min(text.find(' ', to + 1), text.size());
    if (const Result<UtcNs> time = parse_rfc3339(date + "T" + rest + std::string(text.substr(to + 1, next - to - 1)))) {
      behind(next);
      return *time;
    }
  }
  if (const Result<UtcNs> time = parse_rfc3339(date + "T" + rest)) {
    behind(to);
    return *time;
  }
  const Result<UtcNs> local = parse_rfc3339(date + "T" + rest + "Z");
  if (!local) return {};
  behind(to);
  return local_time(*local, clock);
}

}  // namespace

Result<LogStamp> take_log_stamp(std::string_view& text, const LogClock& clock) {
  if (!text.empty() && is_digit(text.front()))
    if (const std::optional<UtcNs> time = take_iso(text, clock)) return LogStamp{*time, {}};
  if (const std::optional<LogStamp> stamp = take_bsd(text, clock)) return *stamp;
  return no_stamp("no time stamp at the front of the line");
}

Result<UtcNs> log_time_5424(std::string_view word, UtcNs now) {
  if (word == "-") return now;
  const std::size_t point = word.find('.');
  std::int64_t seconds = 0;
  if (point == 10 && number(word.substr(0, point), seconds) && word.size() <= 20) {
    if (seconds > std::numeric_limits<UtcNs>::max() / kSecond - 1) return no_stamp("the time stamp is out of range");
    std::int64_t out = seconds * kSecond, unit = kSecond / 10;
    for (const char c : word.substr(point + 1)) {
      if (!is_digit(c)) return no_stamp("the time stamp cannot be read");
      out += (c - '0') * unit;
      unit /= 10;
    }
    return out;
  }
  return parse_rfc3339(word);
}

}  // namespace wf::kit
