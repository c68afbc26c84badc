#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wf::ui {

/// Decodes the code point at `i` and moves `i` behind it. A broken byte counts as one U+FFFD. Precondition: i < size.
inline std::uint32_t next_code_point(std::string_view s, std::size_t& i) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(s[at]); };
  const unsigned char c = byte(i);
  if (c < 0x80) return s[i++];
  const std::size_t n = (c & 0xE0U) == 0xC0 ? 2 : (c & 0xF0U) == 0xE0 ? 3 : (c & 0xF8U) == 0xF0 ? 4 : 0;
  if (n == 0 || i + n > s.size()) {
    ++i;
    return 0xFFFD;
  }
  std::uint32_t out = c & (0xFFU >> (n + 1));
  for (std::size_t j = 1; j < n; ++j) {
    if ((byte(i + j) & 0xC0U) != 0x80) {
      ++i;
      return 0xFFFD;
    }
    out = (out << 6U) | (byte(i + j) & 0x3FU);
  }
  i += n;
  return out > 0xFFFF ? 0xFFFD : out;
}

}  // namespace wf::ui
