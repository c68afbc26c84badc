#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Protobuf's wire format (protobuf.dev, "Encoding"): just what the batch codec needs to read and write it
/// without an object a field. Inside proto/ only.
namespace wf::wire {

inline constexpr std::uint32_t kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;
inline constexpr std::size_t kMaxVarint = 10;

constexpr std::uint8_t tag(std::uint32_t field, std::uint32_t type) {
  return static_cast<std::uint8_t>(field << 3U | type);
}
constexpr std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1U) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) { return static_cast<std::int64_t>((v >> 1U) ^ (~(v & 1U) + 1)); }
constexpr std::size_t varint_size(std::uint64_t v) {
  return (static_cast<std::size_t>(std::bit_width(v | 1U)) + 6) / 7;
}

/// Writes at `to`, which has room for kMaxVarint bytes; returns the end of what it wrote.
inline char* put_varint(char* to, std::uint64_t v) {
  while (v >= 0x80) {
    *to++ = static_cast<char>(v | 0x80U);
    v >>= 7U;
  }
  *to++ = static_cast<char>(v);
  return to;
}

/// Reads from the front of a text. Every read says whether it could be done; none goes past the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}
  [[nodiscard]] bool done() const { return at_ == end_; }

  bool varint(std::uint64_t& out) {
    if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) {
      out = static_cast<std::uint8_t>(*at_++);
      return true;
    }
    return long_varint(out);
  }
  bool bytes(std::string_view& out) {
    std::uint64_t size = 0;
    if (!varint(size) || size > static_cast<std::uint64_t>(end_ - at_)) return false;
    out = {at_, static_cast<std::size_t>(size)};
    at_ += size;
    return true;
  }
  /// A field's number and wire type; number 0 and numbers beyond 2^29-1 are refused as protobuf does.
  bool key(std::uint32_t& field, std::uint32_t& type) {
    std::uint64_t v = 0;
    if (!varint(v) || v > 0xffff'ffffU || v < 8) return false;
    field = static_cast<std::uint32_t>(v >> 3U);
    type = static_cast<std::uint32_t>(v & 7U);
    return true;
  }
  /// Passes over a value of a field that this build does not know. Groups do not occur in proto3: refused.
  bool skip(std::uint32_t type) {
    std::uint64_t number = 0;
    std::string_view text;
    switch (type) {
      case kVarint:
        return varint(number);
      case kBytes:
        return bytes(text);
      case kFixed64:
        return advance(8);
      case kFixed32:
        return advance(4);
      default:
        return false;
    }
  }

 private:
  bool long_varint(std::uint64_t& out) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at_ == end_) return false;
      const auto byte = static_cast<std::uint8_t>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) {
        out = value;
        return true;
      }
    }
    return false;
  }
  bool advance(std::ptrdiff_t n) {
    if (end_ - at_ < n) return false;
    at_ += n;
    return true;
  }

  const char* at_;
  const char* end_;
};

}  // namespace wf::wire
