#include "agents/kit/mapped/suggest_text.hpp"

#include <algorithm>
#include <array>

#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostShown = 60, kMostPattern = 200;

bool letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool plain(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kOther{"null", "Null", "NULL", "true", "false"};
  if (text.empty() || !letter(text.front()) || text.back() == ' ') return false;
  if (std::find(kOther.begin(), kOther.end(), text) != kOther.end()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ' ' || c == '-';
  });
}

std::string_view cut(std::string_view text, std::size_t most) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t bad = 0;
    const std::size_t length = std::max<std::size_t>({utf8_length(text.substr(at), bad), bad, 1});
    if (at + length > most) break;
    at += length;
  }
  return text.substr(0, at);
}

}  // namespace

std::string quoted(std::string_view text) {
  if (plain(text)) return std::string(text);
  std::string out = "\"";
  static constexpr std::string_view kHex = "0123456789abcdef";
  for (std::size_t at = 0; at < text.size();) {
    std::size_t bad = 0;
    const std::size_t length = utf8_length(text.substr(at), bad);
    const auto c = static_cast<unsigned char>(text[at]);
    if (length == 1 && (c < 0x20 || c == 0x7f)) {
      out += {'\\', 'x', kHex[c >> 4U], kHex[c & 15U]};
    } else if (length == 2 && c == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa1) {
      const auto code = static_cast<unsigned char>(text[at + 1]);  // C1 controls and the blank that does not break
      out += {'\\', 'x', kHex[code >> 4U], kHex[code & 15U]};
    } else if (length == 3 && (c == 0xe2 || c == 0xef)) {
      // Among them line separators, the byte order mark and what is no character.
      const unsigned code = (c & 15U) << 12U | (static_cast<unsigned char>(text[at + 1]) & 63U) << 6U |
                            (static_cast<unsigned char>(text[at + 2]) & 63U);
      out += {'\\', 'u', kHex[code >> 12U], kHex[code >> 8U & 15U], kHex[code >> 4U & 15U], kHex[code & 15U]};
    } else {
      if (c == '"' || c == '\\') out.push_back('\\');
      out += text.substr(at, std::max<std::size_t>(length, 1));
    }
    at += std::max<std::size_t>(length, 1);
  }
  return out + "\"";
}

std::string shown(std::string_view value) {
  const std::string_view part = cut(value, kMostShown);
  return "'" + one_line(part) + (part.size() < value.size() ? "…" : "") + "'";
}

std::string as_pattern(std::string_view value) {
  const std::string_view part = cut(value, kMostPattern);
  return std::string(part) + (part.size() < value.size() ? "*" : "");
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace wf::kit
