#include "agents/kit/mapped/mapped_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace wf::kit {
namespace {

constexpr std::string_view kLetters = "YymdebaHIMSfpzj%";
constexpr std::array<int, 12> kDays{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

struct Civil {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, day_of_year = 0;
  bool twelve = false, afternoon = false;
  std::int64_t fraction = 0;
  std::optional<std::int64_t> offset;
};

// One to `width` digits.
bool take_number(std::string_view& text, int width, int least, int most, int& out) {
  int value = 0, digits = 0;
  while (digits < width && !text.empty() && is_digit(text.front())) {
    value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++digits;
  }
  out = value;
  return digits > 0 && value >= least && value <= most;
}

std::int64_t take_fraction(std::string_view& text) {
  std::int64_t value = 0, unit = kSecond / 10;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    value += (text.front() - '0') * unit;
    unit /= 10;
  }
  return value;
}

bool take_month(std::string_view& text, int& month) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (text.size() < 3) return false;
  const std::array<char, 3> three{lower(text[0]), lower(text[1]), lower(text[2])};
  const std::size_t at = kMonths.find(std::string_view(three.data(), 3));
  if (at == std::string_view::npos || at % 3 != 0) return false;
  month = static_cast<int>(at / 3) + 1;
  text.remove_prefix(3);
  // The whole name will do as well.
  static constexpr std::array<std::string_view, 12> kRest{"uary", "ruary", "ch",     "il",   "",      "e",
                                                          "y",    "ust",   "tember", "ober", "ember", "ember"};
  const std::string_view rest = kRest[at / 3];
  if (text.size() >= rest.size() &&
      std::equal(rest.begin(), rest.end(), text.begin(), [](char a, char b) { return a == lower(b); }))
    text.remove_prefix(rest.size());
  return true;
}

// A weekday says nothing that the date does not.
bool take_weekday(std::string_view& text) {
  std::size_t letters = 0;
  while (letters < text.size() && lower(text[letters]) >= 'a' && lower(text[letters]) <= 'z') ++letters;
  text.remove_prefix(letters);
  return letters >= 2;
}

bool take_offset(std::string_view& text, std::int64_t& offset) {
  if (!text.empty() && lower(text.front()) == 'z') {
    text.remove_prefix(1);
    offset = 0;
    return true;
  }
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
  const bool west = text.front() == '-';
  text.remove_prefix(1);
  int hours = 0, minutes = 0;
  if (!take_number(text, 2, 0, 23, hours)) return false;
  if (!text.empty() && text.front() == ':') text.remove_prefix(1);
  if (!text.empty() && is_digit(text.front()) && !take_number(text, 2, 0, 59, minutes)) return false;
  offset = (hours * 60 + minutes) * kMinute * (west ? -1 : 1);
  return true;
}

bool take_part(std::string_view& text, char letter, Civil& c) {
  switch (letter) {
    case 'Y':
      return take_number(text, 4, 1678, 2261, c.year);
    case 'y':
      if (!take_number(text, 2, 0, 99, c.year)) return false;
      c.year += c.year < 69 ? 2000 : 1900;  // POSIX
      return true;
    case 'm':
      return take_number(text, 2, 1, 12, c.month);
    case 'b':
      return take_month(text, c.month);
    case 'a':
      return take_weekday(text);
    case 'd':
    case 'e':
      while (letter == 'e' && !text.empty() && text.front() == ' ') text.remove_prefix(1);
      return take_number(text, 2, 1, 31, c.day);
    case 'j':
      return take_number(text, 3, 1, 366, c.day_of_year);
    case 'H':
      return take_number(text, 2, 0, 23, c.hour);
    case 'I':
      c.twelve = true;
      return take_number(text, 2, 1, 12, c.hour);
    case 'M':
      return take_number(text, 2, 0, 59, c.minute);
    case 'S':
      return take_number(text, 2, 0, 60, c.second);
    case 'f':
      if (text.empty() || !is_digit(text.front())) return false;
      c.fraction = take_fraction(text);
      return true;
    case 'p': {
      if (text.size() < 2 || lower(text[1]) != 'm' || (lower(text[0]) != 'a' && lower(text[0]) != 'p')) return false;
      c.afternoon = lower(text[0]) == 'p';
      text.remove_prefix(2);
      return true;
    }
    case 'z': {
      std::int64_t offset = 0;
      if (!take_offset(text, offset)) return false;
      c.offset = offset;
      return true;
    }
    default:
      if (text.empty() || text.front() != '%') return false;
      text.remove_prefix(1);
      return true;
  }
}

Error no_time(std::string_view text, const std::string& format) {
  std::string shown(text.substr(0, 40));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  return {"\"" + shown + "\" is not a time of the form " + format, "", ""};
}

Result<UtcNs> read_epoch(std::string_view text, std::int64_t unit) {
  const std::string_view all = text;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  std::int64_t fraction = 0;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    // A fraction of a unit, to the nanosecond.
    const std::int64_t of_second = take_fraction(text);
    fraction = of_second / (kSecond / unit);
  }
  if (error != std::errc{} || whole < 0 || !text.empty() || whole > 9'000'000'000'000'000'000 / unit)
    return no_time(all, "a number since 1970");
  const UtcNs time = whole * unit + fraction;
  return negative ? -time : time;
}

/// "46095.290313", with a comma where the spreadsheet has one: the civil time as if it were UTC.
Result<UtcNs> read_excel(std::string_view text) {
  constexpr int kFirst = 25'569, kLast = 109'574;  // 1970 to 2199: smaller numbers are no times of events
  constexpr std::int64_t kSecondsOfDay = 24 * 3600;
  const std::string_view all = text;
  int days = 0;
  bool good = take_number(text, 6, kFirst, kLast, days);
  std::int64_t fraction = 0;  // of a day, in 1e-9
  if (good && !text.empty() && (text.front() == '.' || text.front() == ',')) {
    text.remove_prefix(1);
    good = !text.empty();
    fraction = take_fraction(text);
  }
  if (!good || !text.empty()) return no_time(all, "a day's number as spreadsheets have it");
  return (days - kFirst) * kDay + (fraction * kSecondsOfDay + kSecond / 2) / kSecond * kSecond;
}

}  // namespace

Result<TimeFormat> TimeFormat::parse(const std::string& format, const std::string& where) {
  TimeFormat out;
  out.pattern_ = format;
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kEpochs{
      {{"epoch_s", kSecond}, {"epoch_ms", kMillisecond}, {"epoch_us", 1000}, {"epoch_ns", 1}}};
  for (const auto& [name, unit] : kEpochs)
    if (name == format) {
      out.kind_ = Kind::epoch;
      out.unit_ = unit;
      return out;
    }
  if (format == "rfc3339") return out;
  if (format == "excel") {
    out.kind_ = Kind::excel;
    out.local_ = true;
    return out;
  }
  out.kind_ = Kind::pattern;
  std::string seen;
  for (std::size_t i = 0; i + 1 < format.size(); ++i) {
    if (format[i] != '%') continue;
    const char letter = format[++i];
    if (kLetters.find(letter) == std::string_view::npos)
      return Error{std::string("time format '%") + letter + "' is not known", where,
                   "there are %Y %y %m %b %d %e %a %j %H %I %M %S %f %p %z"};
    seen.push_back(letter);
  }
  const auto has = [&](std::string_view letters) { return seen.find_first_of(letters) != std::string::npos; };
  if (!has("Yy") || !(has("j") || (has("mb") && has("de"))))
    return Error{"time format '" + format + "' does not make a date", where,
                 "write rfc3339, epoch_s, epoch_ms, excel, or a pattern such as \"%Y-%m-%d %H:%M:%S.%f\""};
  out.local_ = !has("z");
  return out;
}

Result<UtcNs> TimeFormat::read(std::string_view text, Zone& zone, std::optional<UtcNs> before) const {
  if (kind_ == Kind::rfc3339) return parse_rfc3339(text);
  if (kind_ == Kind::epoch) return read_epoch(text, unit_);
  if (kind_ == Kind::excel) {
    const Result<UtcNs> local = read_excel(text);
    return local ? Result<UtcNs>(zone.to_utc(*local, before)) : local;
  }
  const std::string_view all = text;
  Civil c;
  for (std::size_t i = 0; i < pattern_.size(); ++i) {
    const char p = pattern_[i];
    bool good = false;
    if (p == '%' && i + 1 < pattern_.size()) {
      good = take_part(text, pattern_[++i], c);
    } else if (p == ' ') {
      good = !text.empty() && text.front() == ' ';
      while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    } else if (!text.empty() && text.front() == p) {
      good = true;
      text.remove_prefix(1);
    } else if ((p == '.' || p == ',') && pattern_.substr(i + 1) == "%f" && text.empty()) {
      break;  // many devices leave out a fraction of nothing
    }
    if (!good) return no_time(all, pattern_);
  }
  if (!text.empty()) return no_time(all, pattern_);
  if (c.twelve) c.hour = c.hour % 12 + (c.afternoon ? 12 : 0);
  const bool leap = (c.year % 4 == 0 && c.year % 100 != 0) || c.year % 400 == 0;
  UtcNs local = 0;
  if (c.day_of_year > 0) {
    if (c.day_of_year == 366 && !leap) return no_time(all, pattern_);
    local = utc_from_civil(c.year, 1, 1, c.hour, c.minute, c.second) + (c.day_of_year - 1) * kDay;
  } else {
    if (c.day > kDays[static_cast<std::size_t>(c.month - 1)] || (c.month == 2 && c.day == 29 && !leap))
      return no_time(all, pattern_);
    local = utc_from_civil(c.year, c.month, c.day, c.hour, c.minute, c.second);
  }
  local += c.fraction;
  return c.offset ? local - *c.offset : zone.to_utc(local, before);
}

}  // namespace wf::kit
