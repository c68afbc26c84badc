#include "console/fusion/sigma/atom.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace wf::sigma {
namespace {

bool digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (text.size() < at + count) return false;
  out = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  return true;
}

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int day_of_year(int year, int month, int day) {
  static constexpr std::array<int, 12> kBefore{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  return kBefore[static_cast<std::size_t>(month - 1)] + day + (month > 2 && leap(year) ? 1 : 0);
}

/// 1 Monday … 7 Sunday (Sakamoto's method).
int weekday(int year, int month, int day) {
  static constexpr std::array<int, 12> kShift{0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
  if (month < 3) --year;
  const int sunday_zero =
      (year + year / 4 - year / 100 + year / 400 + kShift[static_cast<std::size_t>(month - 1)] + day) % 7;
  return sunday_zero == 0 ? 7 : sunday_zero;
}

/// ISO 8601 week number.
int iso_week(int year, int month, int day) {
  const int week = (day_of_year(year, month, day) - weekday(year, month, day) + 10) / 7;
  auto weeks_in = [](int y) { return weekday(y, 1, 1) == 4 || (leap(y) && weekday(y, 1, 1) == 3) ? 53 : 52; };
  if (week < 1) return weeks_in(year - 1);
  return week > weeks_in(year) ? 1 : week;
}

bool address_bytes(std::string_view text, bool& v6, std::array<std::uint8_t, 16>& out) {
  char buffer[64];
  if (const auto zone = text.find('%'); zone != std::string_view::npos) text = text.substr(0, zone);
  if (text.empty() || text.size() >= sizeof buffer) return false;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  out.fill(0);
  v6 = text.find(':') != std::string_view::npos;
  return inet_pton(v6 ? AF_INET6 : AF_INET, buffer, out.data()) == 1;
}

}  // namespace

bool holds(Compare compare, double left, double right) {
  switch (compare) {
    case Compare::lt:
      return left < right;
    case Compare::lte:
      return left <= right;
    case Compare::gt:
      return left > right;
    case Compare::gte:
      return left >= right;
    case Compare::eq:
      return left == right;
    case Compare::neq:
      return left != right;
  }
  return false;
}

bool parse_number(std::string_view text, double& out) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const std::size_t first = !text.empty() && text.front() == '-' ? 1 : 0;  // what follows is no "inf" or "nan"
  if (text.size() <= first || (text[first] != '.' && (text[first] < '0' || text[first] > '9'))) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool time_part(std::string_view text, TimePart part, double& out) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  if (!digits(text, 0, 4, year) || text.size() < 10 || text[4] != '-' || text[7] != '-' || !digits(text, 5, 2, month) ||
      !digits(text, 8, 2, day) || month < 1 || month > 12 || day < 1 || day > 31)
    return false;
  const bool timed = text.size() >= 16 && (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && text[13] == ':' &&
                     digits(text, 11, 2, hour) && digits(text, 14, 2, minute);
  switch (part) {
    case TimePart::minute:
      out = minute;
      return timed;
    case TimePart::hour:
      out = hour;
      return timed;
    case TimePart::day:
      out = day;
      return true;
    case TimePart::week:
      out = iso_week(year, month, day);
      return true;
    case TimePart::month:
      out = month;
      return true;
    case TimePart::year:
      out = year;
      return true;
  }
  return false;
}

bool Network::parse(std::string_view text, Network& out) {
  const auto slash = text.find('/');
  if (!address_bytes(text.substr(0, slash), out.v6, out.address)) return false;
  const unsigned longest = out.v6 ? 128 : 32;
  out.bits = longest;
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), out.bits);
    if (length.empty() || error != std::errc{} || end != length.data() + length.size() || out.bits > longest)
      return false;
  }
  for (unsigned bit = out.bits; bit < longest; ++bit)
    if ((out.address[bit / 8] & (0x80U >> (bit % 8))) != 0) return false;
  return true;
}

bool Network::contains(std::string_view address_text) const {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> other{};
  if (!address_bytes(address_text, is_v6, other) || is_v6 != v6) return false;
  const unsigned whole = bits / 8;
  if (std::memcmp(address.data(), other.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFFU << (8 - rest));
  return (address[whole] & mask) == (other[whole] & mask);
}

Expr Expr::join(Kind kind, std::vector<Expr> children) {
  if (children.size() == 1) return std::move(children.front());
  return {kind, nullptr, std::move(children)};
}

Expr Expr::negated(Expr child) {
  Expr out{Kind::negate, nullptr, {}};
  out.children.push_back(std::move(child));
  return out;
}

}  // namespace wf::sigma
