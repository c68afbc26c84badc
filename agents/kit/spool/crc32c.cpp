#include "agents/kit/spool/crc32c.hpp"

#include <array>
#include <cstring>

namespace wf::kit {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78U;  // reflected

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables t{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ kPolynomial : crc >> 1U;
    t[0][i] = crc;
  }
  for (std::uint32_t i = 0; i < 256; ++i)
    for (std::size_t k = 1; k < 8; ++k) t[k][i] = t[k - 1][i] >> 8U ^ t[0][t[k - 1][i] & 0xffU];
  return t;
}

constexpr Tables kTables = make_tables();

#if defined(__x86_64__)
/// The instruction takes three cycles and may begin each cycle: three stretches of so many bytes at once.
constexpr std::size_t kStretch = 2048;

using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

/// What a checksum becomes when a stretch of zeros follows: linear, so a table for each byte of it.
constexpr Shift make_shift() {
  std::array<std::uint32_t, 32> bits{};  // what each bit becomes
  for (std::size_t i = 0; i < 32; ++i) bits[i] = 1U << i;
  const auto apply = [](const std::array<std::uint32_t, 32>& to, std::uint32_t crc) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 32; ++i)
      if ((crc >> i & 1U) != 0) out ^= to[i];
    return out;
  };
  for (std::uint32_t& bit : bits) bit = (bit & 1U) != 0 ? bit >> 1U ^ kPolynomial : bit >> 1U;  // by one bit of zeros
  for (std::size_t zeros = 1; zeros < kStretch * 8; zeros *= 2) {
    std::array<std::uint32_t, 32> twice{};
    for (std::size_t i = 0; i < 32; ++i) twice[i] = apply(bits, bits[i]);
    bits = twice;
  }
  Shift out{};
  for (std::size_t byte = 0; byte < 4; ++byte)
    for (std::uint32_t value = 0; value < 256; ++value) out[byte][value] = apply(bits, value << (8 * byte));
  return out;
}

constexpr Shift kShift = make_shift();

std::uint32_t over_a_stretch(std::uint32_t crc) {
  return kShift[0][crc & 0xffU] ^ kShift[1][crc >> 8U & 0xffU] ^ kShift[2][crc >> 16U & 0xffU] ^ kShift[3][crc >> 24U];
}

/// SSE 4.2 has an instruction for just this polynomial.
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::string_view bytes, std::uint32_t before) {
  std::uint64_t crc = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  const auto eight = [](const char* from) {
    std::uint64_t out = 0;
    std::memcpy(&out, from, 8);
    return out;
  };
  for (; left >= 3 * kStretch; left -= 3 * kStretch, at += 3 * kStretch) {
    std::uint64_t second = 0, third = 0;
    for (std::size_t i = 0; i < kStretch; i += 8) {
      crc = __builtin_ia32_crc32di(crc, eight(at + i));
      second = __builtin_ia32_crc32di(second, eight(at + kStretch + i));
      third = __builtin_ia32_crc32di(third, eight(at + 2 * kStretch + i));
    }
    crc = over_a_stretch(static_cast<std::uint32_t>(crc)) ^ second;
    crc = over_a_stretch(static_cast<std::uint32_t>(crc)) ^ third;
  }
  for (; left >= 8; left -= 8, at += 8) crc = __builtin_ia32_crc32di(crc, eight(at));
  auto rest = static_cast<std::uint32_t>(crc);
  for (; left > 0; --left, ++at) rest = __builtin_ia32_crc32qi(rest, static_cast<std::uint8_t>(*at));
  return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
#if defined(__x86_64__)
  static const bool there = __builtin_cpu_supports("sse4.2") != 0;
  if (there) return crc32c_by_instruction(bytes, before);
#endif
  return crc32c_by_table(bytes, before);
}

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  // Eight bytes a step ("slicing-by-8", Kounavis and Berry 2005). The bytes are put together one by one, so that
  // the result does not depend on the machine's byte order.
  for (; left >= 8; left -= 8, at += 8) {
    std::array<std::uint8_t, 8> b{};
    std::memcpy(b.data(), at, 8);
    crc ^= static_cast<std::uint32_t>(b[0]) | static_cast<std::uint32_t>(b[1]) << 8U |
           static_cast<std::uint32_t>(b[2]) << 16U | static_cast<std::uint32_t>(b[3]) << 24U;
    crc = kTables[7][crc & 0xffU] ^ kTables[6][crc >> 8U & 0xffU] ^ kTables[5][crc >> 16U & 0xffU] ^
          kTables[4][crc >> 24U] ^ kTables[3][b[4]] ^ kTables[2][b[5]] ^ kTables[1][b[6]] ^ kTables[0][b[7]];
  }
  for (; left > 0; --left, ++at) crc = crc >> 8U ^ kTables[0][(crc ^ static_cast<std::uint8_t>(*at)) & 0xffU];
  return ~crc;
}

}  // namespace wf::kit
