#include "proto/utf8.hpp"

#include <simdjson.h>

namespace wf {

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::size_t utf8_length(std::string_view text, std::size_t& bad) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  bad = 1;
  if (lead < 0x80) return 1;
  // Unicode 15, table 3-7: the second byte's range depends on the first.
  std::size_t length = 0;
  std::uint8_t low = 0x80, high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  } else {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size() || at(i) < low || at(i) > high) {
      bad = i;
      return 0;
    }
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

std::string one_line(std::string_view text) {
  std::string clean, out;
  append_utf8(text, clean);
  out.reserve(clean.size());
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(clean[i]);
    const bool c1 = byte == 0xc2 && static_cast<std::uint8_t>(clean[i + 1]) < 0xa0;
    if (byte < 0x20 || byte == 0x7f || c1) {
      out.append("\xef\xbf\xbd");
      if (c1) ++i;
    } else {
      out.push_back(clean[i]);
    }
  }
  return out;
}

void append_utf8(std::string_view text, std::string& out) {
  if (is_utf8(text)) {
    out.append(text);
    return;
  }
  while (!text.empty()) {
    std::size_t bad = 0;
    const std::size_t length = utf8_length(text, bad);
    if (length == 0) {
      out.append("\xef\xbf\xbd");
      text.remove_prefix(bad);
    } else {
      out.append(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
}

void append_code_point(std::uint32_t code, std::string& out) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = 0xfffd;
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0U | code >> 6U);
    put(0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(0xe0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3fU));
    put(0x80U | (code & 0x3fU));
  } else {
    put(0xf0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3fU));
    put(0x80U | (code >> 6U & 0x3fU));
    put(0x80U | (code & 0x3fU));
  }
}

}  // namespace wf
