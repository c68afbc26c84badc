#include "proto/time.hpp"

#include <array>

namespace wf {
namespace {

// Days since 1970-01-01 of a date in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", days_from_civil).
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

struct Civil {
  int year, month, day;
};

Civil civil_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

int days_in_month(int year, int month) {
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

void put_digits(char* to, std::int64_t value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads from the front of a text; every take_ leaves the text where it was when it fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
  char next() { return text_[at_++]; }
  bool take_any(std::string_view chars) {
    if (done() || chars.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  bool take_number(int width, int& out) {
    if (text_.size() - at_ < static_cast<std::size_t>(width)) return false;
    int value = 0;
    for (int i = 0; i < width; ++i) {
      const char c = text_[at_ + static_cast<std::size_t>(i)];
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    at_ += static_cast<std::size_t>(width);
    out = value;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

Error bad_time(std::string_view text, std::string what) {
  std::string shown(text.substr(0, 40));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  return {"\"" + shown + "\" " + std::move(what), "", "write a time as 2026-01-31T08:00:00Z"};
}

}  // namespace

UtcNs utc_from_civil(int year, int month, int day, int hour, int minute, int second) {
  return ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * kMinute + second * kSecond;
}

std::string format_rfc3339(UtcNs time) {
  std::int64_t days = time / kDay;
  std::int64_t rest = time % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  const Civil date = civil_from_days(days);
  char text[] = "0000-00-00T00:00:00.000000000Z";
  put_digits(text, date.year, 4);
  put_digits(text + 5, date.month, 2);
  put_digits(text + 8, date.day, 2);
  put_digits(text + 11, rest / kHour, 2);
  put_digits(text + 14, rest / kMinute % 60, 2);
  put_digits(text + 17, rest / kSecond % 60, 2);
  const std::int64_t fraction = rest % kSecond;
  std::size_t length = 19;
  if (fraction != 0) {
    put_digits(text + 20, fraction, 9);
    length = fraction % 1000 != 0 ? 29 : fraction % kMillisecond != 0 ? 26 : 23;
  }
  text[length] = 'Z';
  return {text, length + 1};
}

Result<UtcNs> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.take_number(4, year) || !in.take_any("-") || !in.take_number(2, month) || !in.take_any("-") ||
      !in.take_number(2, day) || !in.take_any("Tt ") || !in.take_number(2, hour) || !in.take_any(":") ||
      !in.take_number(2, minute) || !in.take_any(":") || !in.take_number(2, second))
    return bad_time(text, "is not a time");
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return bad_time(text, "has no such day");
  // 60 is a leap second; POSIX time has none, so it becomes the second after.
  if (hour > 23 || minute > 59 || second > 60) return bad_time(text, "has no such hour, minute or second");
  // int64 nanoseconds reach from 1677-09-21 to 2262-04-11.
  if (year < 1678 || year > 2261) return bad_time(text, "is outside the years 1678 to 2261");

  std::int64_t fraction = 0;
  if (in.take_any(".,")) {
    if (!is_digit(in.peek())) return bad_time(text, "has no digits after the decimal sign");
    std::int64_t unit = kSecond / 10;  // digits beyond the ninth are less than a nanosecond
    while (is_digit(in.peek())) {
      fraction += (in.next() - '0') * unit;
      unit /= 10;
    }
  }

  std::int64_t offset = 0;
  in.take_any(" ");
  if (!in.take_any("Zz")) {
    const bool west = in.peek() == '-';
    int hours = 0, minutes = 0;
    if (in.done()) return bad_time(text, "has no time zone");
    if (!in.take_any("+-") || !in.take_number(2, hours)) return bad_time(text, "has no time zone that can be read");
    if (in.take_any(":") ? !in.take_number(2, minutes) : !in.done() && !in.take_number(2, minutes))
      return bad_time(text, "has no time zone that can be read");
    if (hours > 23 || minutes > 59) return bad_time(text, "has no such time zone");
    offset = (hours * 60 + minutes) * kMinute * (west ? -1 : 1);
  }
  if (!in.done()) return bad_time(text, "has text after the time");
  return utc_from_civil(year, month, day, hour, minute, second) + fraction - offset;
}

}  // namespace wf
