#include "agents/access/dc09_frame.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agents/access/dc09_cipher.hpp"
#include "proto/utf8.hpp"

namespace wf::access {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kStamp = 19;
constexpr std::size_t kMostId = 16;
constexpr std::string_view kShown = "the message begins ";

bool digit(char c) { return c >= '0' && c <= '9'; }
bool alnum(char c) { return digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

int hex_digit(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// -1: these are no hexadecimal digits.
int hex_number(std::string_view text) {
  int out = 0;
  for (char c : text) {
    if (hex_digit(c) < 0) return -1;
    out = out * 16 + hex_digit(c);
  }
  return text.empty() ? -1 : out;
}

std::string hex4(std::size_t number) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out(4, '0');
  for (std::size_t i = 0; i < 4; ++i) out[3 - i] = kDigits[(number >> (4 * i)) & 0xFU];
  return out;
}

std::string beginning(std::string_view bytes) {
  return std::string(kShown) + "'" + one_line(bytes.substr(0, 24)) + "'";
}

Error no_message(std::string what, std::string_view bytes) { return {std::move(what), "", beginning(bytes)}; }

/// Takes one word off the front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}
  bool take(char c) {
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  template <class Allowed>
  std::string_view take_while(std::size_t most, Allowed allowed) {
    std::size_t n = 0;
    while (n < left_.size() && n < most && allowed(left_[n])) ++n;
    const std::string_view out = left_.substr(0, n);
    left_.remove_prefix(n);
    return out;
  }
  [[nodiscard]] std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

/// How a time stamp looks, whatever its numbers are: "_9:05:01,4-1-2026" too.
bool like_stamp(std::string_view text) {
  return text.starts_with('_') && text.find(':') != std::string_view::npos &&
         text.find(',') != std::string_view::npos &&
         text.find_first_not_of("0123456789:,-/. ", 1) == std::string_view::npos;
}

/// Where the data end: at the first bracket behind which nothing, a field or a time stamp begins.
std::size_t end_of_data(std::string_view inside) {
  std::size_t end = inside.find(']');
  while (end != std::string_view::npos && end + 1 < inside.size() && inside[end + 1] != '[' &&
         !like_stamp(inside.substr(end + 1)))
    end = inside.find(']', end + 1);
  return end;
}

/// "data][x…][y…]_stamp": what stands behind the first bracket.
Result<void> parse_inside(std::string_view inside, Dc09Frame& frame) {
  const std::size_t end = end_of_data(inside);
  if (end == std::string_view::npos) return no_message("its data have no end", inside);
  frame.data = inside.substr(0, end);
  inside.remove_prefix(end + 1);
  while (!inside.empty() && inside.front() == '[') {
    const std::size_t close = inside.find(']');
    if (close == std::string_view::npos) return no_message("an extended field has no end", inside);
    if (frame.extended.size() == kDc09MostExtended) return no_message("it has too many extended fields", inside);
    if (close > 1) frame.extended.emplace_back(inside.substr(1, close - 1));
    inside.remove_prefix(close + 1);
  }
  if (inside.empty()) return {};
  if (inside.front() != '_') return no_message("something stands behind its data", inside);
  frame.time = parse_stamp(inside.substr(1));
  frame.unreadable_time = !frame.time;
  return {};
}

Result<std::string> bytes_of_hex(std::string_view text) {
  if (text.empty() || text.size() % (2 * kBlock) != 0)
    return no_message("its encrypted part is no whole number of blocks", text);
  std::string out(text.size() / 2, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int value = hex_number(text.substr(2 * i, 2));
    if (value < 0) return no_message("its encrypted part is not hexadecimal", text);
    out[i] = static_cast<char>(value);
  }
  return out;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    out += kDigits[b >> 4U];
    out += kDigits[b & 0xFU];
  }
  return out;
}

/// DC-09 5.4.4.2: any bytes but those that end the padding or would look like the data's brackets.
std::string padding(std::size_t size, const Random& random) {
  std::string out(size, '\0');
  const std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  random(bytes);
  for (std::uint8_t& b : bytes)
    while (b == '|' || b == '[' || b == ']') random({&b, 1});
  return out;
}

}  // namespace

Dc09Key::~Dc09Key() {
  if (!bytes_.empty()) sodium_memzero(bytes_.data(), bytes_.size());
}

Result<Dc09Key> Dc09Key::from_hex(std::string_view text) {
  if (text.size() != 32 && text.size() != 48 && text.size() != 64)
    return Error{"a key has 32, 48 or 64 hexadecimal digits, this one " + std::to_string(text.size()), "", ""};
  Dc09Key out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int value = hex_number(text.substr(i, 2));
    if (value < 0) return Error{"a key has hexadecimal digits only", "", ""};
    out.bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  return out;
}

Result<Dc09Key> Dc09Key::from_text(std::string_view text) {
  if (text.size() != 16 && text.size() != 24 && text.size() != 32)
    return Error{"a key of characters has 16, 24 or 32 of them, this one " + std::to_string(text.size()), "", ""};
  Dc09Key out;
  out.bytes_.assign(text.begin(), text.end());
  return out;
}

std::uint16_t crc16_arc(std::string_view bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned i = 0; i < 256; ++i) {
      unsigned value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1U) ^ 0xA001U : value >> 1U;
      table[i] = static_cast<std::uint16_t>(value);
    }
    return table;
  }();
  unsigned crc = 0;
  for (const char c : bytes) crc = (crc >> 8U) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return static_cast<std::uint16_t>(crc);
}

Dc09Cut cut_frame(std::string_view bytes) {
  Dc09Cut out;
  const std::size_t begin = bytes.find('\n');
  if (begin != 0) {
    // Line ends between messages are nobody's fault.
    const std::string_view garbage = bytes.substr(0, begin);
    out.consumed = garbage.size();
    if (garbage.find_first_not_of("\r\n \t") == std::string_view::npos) return out;
    out.what = Dc09Cut::What::broken;
    out.error = no_message("bytes that belong to no message", garbage);
    return out;
  }
  const auto broken = [&](std::string what) {
    const std::size_t next = bytes.find('\n', 1);
    out.what = Dc09Cut::What::broken;
    out.consumed = next == std::string_view::npos ? bytes.size() : next;
    out.error = no_message(std::move(what), bytes.substr(1));
    return out;
  };
  if (bytes.size() < 10) return out;
  // A line feed alone before the real one.
  if (bytes[1] == '\n' && bytes[9] != '"' && bytes[7] != '"') {
    out.consumed = 1;
    return out;
  }
  out.binary_crc = bytes[9] != '"' && bytes[7] == '"';
  const std::size_t length_at = out.binary_crc ? 3 : 5;
  if (!out.binary_crc && bytes[9] != '"') return broken("it is no message of DC-09");
  const int length = hex_number(bytes.substr(length_at, 4));
  const int crc = out.binary_crc ? static_cast<unsigned char>(bytes[1]) << 8 | static_cast<unsigned char>(bytes[2])
                                 : hex_number(bytes.substr(1, 4));
  if (length < 0 || crc < 0) return broken("its length or CRC is no hexadecimal number");
  if (length > 0xFFF) return broken("it says that it is longer than a message may be");
  const std::size_t body_at = length_at + 4, end = body_at + static_cast<std::size_t>(length);
  // No message holds a line feed: another one begins there.
  const std::size_t cr = bytes.substr(0, std::min(bytes.size(), end + 1)).find_first_of("\r\n", body_at);
  if (cr == std::string_view::npos) {
    if (bytes.size() > end) return broken("it is longer than it says");
    return out;
  }
  if (bytes[cr] == '\n') return broken("it breaks off");
  if (cr != end) return broken("it is shorter than it says");
  const std::string_view body = bytes.substr(body_at, static_cast<std::size_t>(length));
  if (crc16_arc(body) != crc) return broken("its CRC is wrong");
  out.what = Dc09Cut::What::frame;
  out.consumed = end + 1;
  out.body = body;
  return out;
}

Result<Dc09Frame> parse_frame(std::string_view body) {
  Dc09Frame out;
  Scanner in(body);
  if (!in.take('"')) return no_message("it has no id", body);
  out.encrypted = in.take('*');
  out.id = in.take_while(kMostId, [](char c) { return alnum(c) || c == '-'; });
  if (out.id.empty() || !in.take('"')) return no_message("its id cannot be read", body);
  out.sequence = in.take_while(4, digit);
  if (out.sequence.empty()) return no_message("it has no sequence number", body);
  const auto hex = [](char c) { return hex_digit(c) >= 0; };
  if (in.take('R')) out.receiver = in.take_while(6, hex);
  if (in.take('L')) out.prefix = in.take_while(6, hex);
  if (in.take('#') || (out.id == "NAK" && in.take('A'))) out.account = in.take_while(16, alnum);
  if (!in.take('[')) return no_message("its account cannot be read", body);
  if (!out.encrypted) {
    if (Result<void> inside = parse_inside(in.left(), out); !inside) {
      out.problem = inside.error().what;
      out.data = in.left();
      out.extended.clear();
    }
    return out;
  }
  Result<std::string> sealed = bytes_of_hex(in.left());
  if (!sealed) return sealed.error();
  out.sealed = std::move(*sealed);
  return out;
}

Result<void> open_frame(Dc09Frame& frame, const Dc09Key& key) {
  std::string plain = frame.sealed;
  aes_cbc_decrypt(key.bytes(), plain);
  std::string_view inside = plain;
  // The padding ends with a bar; some write none when there are no data behind it.
  const std::size_t bar = inside.find_first_of("|]");
  if (bar != std::string_view::npos) inside.remove_prefix(inside[bar] == '|' ? bar + 1 : bar);
  Dc09Frame opened = frame;
  Result<void> read = bar == std::string_view::npos ? Error{"", "", ""} : parse_inside(inside, opened);
  // What a wrong key makes of it is no time stamp.
  if (!read || opened.unreadable_time)
    return Error{"it does not open with this account's key", "", "give panel and receiver the same key"};
  opened.sealed.clear();
  frame = std::move(opened);
  return {};
}

std::string build_frame(const Dc09Frame& frame, const Dc09Key* key, const Random& random) {
  std::string body = frame.encrypted ? "\"*" : "\"";
  body += frame.id + "\"" + frame.sequence;
  if (!frame.receiver.empty()) body += "R" + frame.receiver;
  if (!frame.prefix.empty()) body += "L" + frame.prefix;
  body += (frame.id == "NAK" ? "A" : "#") + frame.account + "[";
  std::string inside = frame.data + "]";
  for (const std::string& field : frame.extended) inside += "[" + field + "]";
  if (frame.time) inside += "_" + format_stamp(*frame.time);
  if (frame.encrypted && key != nullptr) {
    std::string plain = "|" + inside;
    plain.insert(0, padding(kBlock - plain.size() % kBlock, random));
    aes_cbc_encrypt(key->bytes(), plain);
    body += to_hex(plain);
  } else {
    body += inside;
  }
  const std::uint16_t crc = crc16_arc(body);
  std::string out = "\n";
  if (frame.binary_crc) {
    out += static_cast<char>(crc >> 8U);
    out += static_cast<char>(crc & 0xFFU);
  } else {
    out += hex4(crc);
  }
  return out + hex4(body.size()) + body + "\r";
}

std::string format_stamp(UtcNs time) {
  const std::string text = format_rfc3339(time - ((time % kSecond) + kSecond) % kSecond);  // 2026-01-31T08:00:00Z
  return text.substr(11, 8) + "," + text.substr(5, 5) + "-" + text.substr(0, 4);
}

std::optional<UtcNs> parse_stamp(std::string_view text) {
  static constexpr std::string_view kPattern = "00:00:00,00-00-0000";
  if (text.size() != kStamp) return std::nullopt;
  for (std::size_t i = 0; i < kStamp; ++i)
    if (kPattern[i] == '0' ? !digit(text[i]) : text[i] != kPattern[i]) return std::nullopt;
  const std::string rfc = std::string(text.substr(15, 4)) + "-" + std::string(text.substr(9, 5)) + "T" +
                          std::string(text.substr(0, 8)) + "Z";
  const Result<UtcNs> time = parse_rfc3339(rfc);
  if (!time) return std::nullopt;
  return *time;
}

}  // namespace wf::access
