#include "agents/kit/crc32c.hpp"

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

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
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
