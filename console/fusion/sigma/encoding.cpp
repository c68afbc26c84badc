#include "console/fusion/sigma/encoding.hpp"

#include <cstdint>

namespace wf::sigma {

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j > bytes.size() ? '=' : kAlphabet[(group >> (18U - 6U * j)) & 0x3FU];
  }
  return out;
}

std::string base64_at_offset(std::string_view bytes, std::size_t offset) {
  const std::string whole = base64(std::string(offset, ' ') + std::string(bytes));
  const std::size_t begin = offset == 0 ? 0 : offset + 1;
  const std::size_t rest = (bytes.size() + offset) % 3;
  const std::size_t cut = rest == 0 ? 0 : (rest == 1 ? 3 : 2);
  if (whole.size() <= begin + cut) return {};
  return whole.substr(begin, whole.size() - begin - cut);
}

std::string utf16(std::string_view text, bool big_endian) {
  std::string out;
  auto unit = [&](std::uint32_t u) {
    const char high = static_cast<char>(u >> 8U), low = static_cast<char>(u & 0xFFU);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? c : c & (0xFFU >> (length + 1));
    for (std::size_t j = 1; j < length && i + j < text.size(); ++j)
      point = point << 6U | (static_cast<unsigned char>(text[i + j]) & 0x3FU);
    i += length;
    if (point > 0xFFFF) {
      unit(0xD800U + ((point - 0x10000U) >> 10U));
      unit(0xDC00U + ((point - 0x10000U) & 0x3FFU));
    } else {
      unit(point);
    }
  }
  return out;
}

}  // namespace wf::sigma
