#include "agents/host/escaped_text.hpp"

#include <charconv>

namespace wf::host {

std::string joined(std::initializer_list<std::string_view> texts) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  const char* between = "";
  for (const std::string_view text : texts) {
    out += between;
    between = ";";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte > ' ' && byte < 0x7f && c != '%' && c != ';') {
        out += c;
      } else {
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
      }
    }
  }
  return out;
}

bool separated(std::string_view word, std::vector<std::string>& texts) {
  texts.assign(1, {});
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == ';') {
      texts.emplace_back();
    } else if (word[i] != '%') {
      texts.back() += word[i];
    } else {
      unsigned byte = 0;
      if (word.size() - i < 3) return false;
      const auto [end, error] = std::from_chars(word.data() + i + 1, word.data() + i + 3, byte, 16);
      if (error != std::errc{} || end != word.data() + i + 3) return false;
      texts.back() += static_cast<char>(byte);
      i += 2;
    }
  }
  return true;
}

}  // namespace wf::host
