#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.hpp"
#include "proto/utf8.hpp"

namespace wf::test {

/// Seeded events for property tests: the same seed gives the same events on every machine.
class EventGenerator {
 public:
  explicit EventGenerator(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  /// Text of valid UTF-8 with what breaks naive writers: quotes, controls, DEL, characters of every length.
  std::string text() {
    static constexpr std::uint32_t kOdd[] = {0,      1,      9,      10,     13,      0x1f,    '"',
                                             '\\',   '/',    0x7f,   0x80,   0xe9,    0x7ff,   0x800,
                                             0x2028, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600, 0x10ffff};
    std::string out;
    for (std::uint64_t n = one_in(40) ? below(3000) : below(16); n > 0; --n) {
      if (one_in(5))
        append_code_point(kOdd[below(std::size(kOdd))], out);
      else
        out.push_back(static_cast<char>('a' + below(26)));
    }
    return out;
  }
  std::string name() {
    static constexpr std::string_view kNames[] = {"src.ip", "dst.ip", "alert.signature", "user.name", "x", ""};
    if (!one_in(3)) return std::string(kNames[below(std::size(kNames))]);
    for (;;)  // readers of JSON lines refuse names beyond 1024 bytes
      if (std::string out = text(); out.size() <= 1024) return out;
  }
  Field field() {
    static constexpr std::string_view kNumbers[] = {"0", "-0", "1.50", "18446744073709551616", "-1e-300", "443"};
    switch (below(5)) {
      case 0:
        return {name(), std::string(kNumbers[below(std::size(kNumbers))]), ValueType::number};
      case 1:
        return {name(), one_in(2) ? "true" : "false", ValueType::boolean};
      case 2:
        return {name(), "", ValueType::null};
      default:
        return {name(), text(), ValueType::string};
    }
  }
  std::int64_t time() {
    if (one_in(4)) return static_cast<std::int64_t>(random_());
    return 1'700'000'000 * kSecond + static_cast<std::int64_t>(below(1000) * below(1'000'000'000));
  }
  Event event() {
    Event e;
    e.time = time();
    e.seen = one_in(3) ? 0 : one_in(3) ? e.time : time();
    e.source = one_in(3) ? text() : "suricata:/var/log/suricata/eve.json";
    e.kind = one_in(3) ? text() : "network.alert";
    e.severity = static_cast<std::uint8_t>(below(6));
    e.logsource = {one_in(2) ? "suricata" : text(), one_in(2) ? "alert" : text(), one_in(2) ? "" : text()};
    e.drill = one_in(5);
    for (std::uint64_t n = one_in(30) ? below(200) : below(12); n > 0; --n) e.fields.push_back(field());
    return e;
  }
  std::vector<Event> events(std::uint64_t most) {
    std::vector<Event> out(below(most + 1));
    for (Event& e : out) e = event();
    return out;
  }
  /// One to four random changes: bytes set, cut, removed, inserted, doubled.
  std::string mutated(std::string bytes) {
    for (std::uint64_t n = 1 + below(4); n > 0; --n) {
      if (bytes.empty()) bytes.push_back(static_cast<char>(random_()));
      const std::size_t at = below(bytes.size());
      switch (below(5)) {
        case 0:
          bytes[at] = static_cast<char>(random_());
          break;
        case 1:
          bytes.resize(at);
          break;
        case 2:
          bytes.erase(at, 1 + below(16));
          break;
        case 3:
          bytes.insert(at, 1, static_cast<char>(random_()));
          break;
        default:
          bytes.insert(at, bytes.substr(at, below(32)));
      }
    }
    return bytes;
  }

 private:
  std::mt19937_64 random_;
};

/// "0a 02 68 69  # a comment" lines to bytes; every test of the wire format reads as its annotation.
inline std::string hex(std::string_view annotated) {
  std::string out;
  int high = -1;
  for (std::size_t i = 0; i < annotated.size(); ++i) {
    const char c = annotated[i];
    if (c == '#') {
      while (i < annotated.size() && annotated[i] != '\n') ++i;
      continue;
    }
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<char>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

}  // namespace wf::test
