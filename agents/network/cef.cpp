#include "agents/network/cef.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace wf::network {
namespace {

constexpr std::size_t kMostExtensions = 256;
constexpr std::size_t kMostKey = 128;

/// A field of the header: ends at a bar; '\' escapes a bar and itself. False: there is no bar.
bool take_header(std::string_view& text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '|') {
      text.remove_prefix(i + 1);
      return true;
    }
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '|' || text[i + 1] == '\\')) ++i;
    out.push_back(text[i]);
  }
  return false;
}

bool is_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == '[' || c == ']';
}

/// In an extension's value '\' escapes '=', '\' (and, as many devices have it, '|'); "\n" and "\r" are line ends.
std::string unescaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out.push_back(value[i]);
      continue;
    }
    const char next = value[i + 1];
    if (next == 'n' || next == 'r')
      out.push_back(next == 'n' ? '\n' : '\r');
    else if (next == '=' || next == '\\' || next == '|')
      out.push_back(next);
    else
      out.append(value.substr(i, 2));
    ++i;
  }
  return out;
}

/// Where the next "key=" begins at or behind `from`, its '=' not escaped; npos: none.
std::size_t next_key(std::string_view text, std::size_t from, std::size_t& equals) {
  for (std::size_t at = from; (at = text.find('=', at)) != std::string_view::npos; ++at) {
    std::size_t escapes = 0;
    while (at > escapes && text[at - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 1) continue;
    std::size_t begin = at;
    while (begin > from && is_key(text[begin - 1])) --begin;
    if (begin == at || at - begin > kMostKey || (begin > 0 && text[begin - 1] != ' ')) continue;
    equals = at;
    return begin;
  }
  return std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == ' ' ? '_' : c;
  return out;
}

// 0–3 low, 4–6 medium, 7–8 high, 9–10 very high; some devices write the words.
std::uint8_t severity_of(std::string_view text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number >= 0 && number <= 10)
    return number == 0 ? 1 : number <= 3 ? 2 : number <= 6 ? 3 : number <= 8 ? 4 : 5;
  const std::string word = lower(text);
  if (word == "low") return 2;
  if (word == "medium") return 3;
  if (word == "high") return 4;
  return word == "very-high" || word == "veryhigh" ? 5 : 0;
}

struct Name {
  std::string_view key, normal;
  ValueType type = ValueType::string;
};
constexpr std::array kNames{
    Name{"src", "src.ip"},           Name{"spt", "src.port", ValueType::number},
    Name{"dst", "dst.ip"},           Name{"dpt", "dst.port", ValueType::number},
    Name{"suser", "user.name"},      Name{"msg", "message"},
    Name{"sourceAddress", "src.ip"}, Name{"destinationAddress", "dst.ip"},
};

constexpr int kNoTime = 9;

/// Which of a message's times counts: the smallest. 0 is when the device received what it tells of.
int time_rank(std::string_view key) {
  if (key == "rt" || key == "deviceReceiptTime") return 0;
  if (key == "end" || key == "endTime") return 1;
  if (key == "start" || key == "startTime") return 2;
  return key.ends_with("UtcTime") || key.ends_with("utcTime") ? 3 : kNoTime;
}

/// Milliseconds since 1970, or a date in one of the forms of the specification ("Mar 12 2026 22:31:05.123 UTC").
std::optional<UtcNs> time_of(std::string_view text, const kit::LogClock& clock) {
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error == std::errc{} && end == text.data() + text.size()) {
    constexpr std::int64_t kFrom = 100'000'000'000, kTo = 9'000'000'000'000;
    if (milliseconds > kFrom && milliseconds < kTo) return milliseconds * kMillisecond;
    return {};
  }
  const Result<kit::LogStamp> stamp = kit::take_log_stamp(text, clock);
  if (!stamp || !text.empty()) return {};
  return stamp->time;
}

}  // namespace

std::size_t find_cef(std::string_view text) {
  for (std::size_t at = text.find("CEF:"); at != std::string_view::npos; at = text.find("CEF:", at + 4)) {
    if (at > 0 && text[at - 1] != ' ') continue;
    const std::size_t version = text.find_first_not_of(' ', at + 4);
    if (version == std::string_view::npos) return version;
    const std::size_t end = text.find_first_not_of("0123456789.", version);
    if (end != std::string_view::npos && end > version && text[end] == '|') return version;
  }
  return std::string_view::npos;
}

Result<void> read_cef(std::string_view message, const kit::LogClock& clock, bool stamped, Event& event) {
  static constexpr std::array<const char*, 7> kHeader{
      "cefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity"};
  std::string value;
  for (std::size_t i = 0; i < kHeader.size(); ++i) {
    // The last bar may be missing where there is no extension.
    const bool whole = take_header(message, value);
    if (!whole && i + 1 < kHeader.size())
      return Error{"a CEF message whose header ends after " + std::to_string(i) + " of 7 fields", "",
                   "does something on the way cut messages off?"};
    if (!whole) message = {};
    event.add(kHeader[i], value);
  }
  const std::uint8_t severity = severity_of(event.field("severity"));
  event.kind = severity >= 3 ? "network.alert" : "network.other";
  event.severity = severity;
  event.logsource = {lower(event.field("deviceProduct")), "cef", ""};
  std::size_t equals = 0, extensions = 0;
  int best = kNoTime;
  for (std::size_t at = next_key(message, 0, equals); at != std::string_view::npos && extensions < kMostExtensions;
       ++extensions) {
    const std::string key(message.substr(at, equals - at));
    const std::size_t begin = equals + 1;
    const std::size_t next = next_key(message, begin, equals);
    std::string_view raw = message.substr(begin, next == std::string_view::npos ? next : next - begin);
    while (!raw.empty() && raw.back() == ' ') raw.remove_suffix(1);
    std::string text = unescaped(raw);
    for (const Name& known : kNames)
      if (known.key == key && event.field(known.normal).empty()) event.add(std::string(known.normal), text, known.type);
    if (key == "proto") event.add("net.proto", lower(text));
    if (key == "dhost" || key == "dvchost" || (key == "shost" && event.field("host.name").empty()))
      if (event.field("host.name").empty()) event.add("host.name", text);
    if (const int rank = time_rank(key); rank < best && (rank == 0 || !stamped))
      if (const std::optional<UtcNs> time = time_of(text, clock)) {
        event.time = *time;
        best = rank;
      }
    event.add(key, std::move(text));
    at = next;
  }
  // A login's user is the one at its destination, where it names no other.
  if (const std::string user(event.field("duser")); event.field("user.name").empty() && !user.empty() && user[0] != '(')
    event.add("user.name", user);
  if (severity >= 3) event.add("alert.title", std::string(event.field("name")));
  if (event.field("message").empty() && !event.field("name").empty())
    event.add("message", std::string(event.field("name")));
  return {};
}

}  // namespace wf::network
