#include "console/fusion/sigma/pattern.hpp"

#include <array>
#include <cstring>

namespace wf::sigma {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::array<std::string_view, 5> kDashes{"-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};

bool continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool word_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') || u == '_' || u >= 0x80;
}

std::uint32_t lower_of(std::uint32_t c) {
  const bool even = (c & 1U) == 0;
  if (c >= 0xC0 && c <= 0xDE) return c == 0xD7 ? c : c + 0x20;
  if ((c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return even ? c + 1 : c;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return even ? c : c + 1;
  if (c == 0x178) return 0xFF;
  if (c >= 0x391 && c <= 0x3A9) return c == 0x3A2 ? c : c + 0x20;
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 0x25;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 0x3F;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F)) return even ? c + 1 : c;
  if (c >= 0xFF21 && c <= 0xFF3A) return c + 0x20;
  return c;
}

}  // namespace

void append_literal(Pattern& pattern, std::string_view text) {
  if (text.empty()) return;
  if (pattern.empty() || pattern.back().kind != Token::Kind::literal) pattern.push_back({Token::Kind::literal, {}});
  pattern.back().text.append(text);
}

Pattern parse_pattern(std::string_view value) {
  Pattern out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && i + 1 < value.size() && (value[i + 1] == '\\' || value[i + 1] == '*' || value[i + 1] == '?')) {
      append_literal(out, value.substr(++i, 1));
    } else if (c == '*') {
      if (out.empty() || out.back().kind != Token::Kind::any_run) out.push_back({Token::Kind::any_run, {}});
    } else if (c == '?') {
      out.push_back({Token::Kind::any_char, {}});
    } else {
      append_literal(out, value.substr(i, 1));
    }
  }
  return out;
}

bool has_wildcard(const Pattern& pattern) {
  for (const Token& t : pattern)
    if (t.kind == Token::Kind::any_char || t.kind == Token::Kind::any_run) return true;
  return false;
}

Pattern with_any_dash(const Pattern& pattern) {
  Pattern out;
  for (const Token& t : pattern) {
    if (t.kind != Token::Kind::literal) {
      out.push_back(t);
      continue;
    }
    for (std::size_t i = 0; i < t.text.size(); ++i) {
      const char c = t.text[i];
      const bool begins = i == 0 || !word_char(t.text[i - 1]);
      if ((c == '-' || c == '/') && begins && i + 1 < t.text.size() && word_char(t.text[i + 1]))
        out.push_back({Token::Kind::dash, {}});
      else
        append_literal(out, std::string_view(t.text).substr(i, 1));
    }
  }
  return out;
}

std::vector<Pattern> expand_dashes(const Pattern& pattern) {
  std::vector<Pattern> out{{}};
  for (const Token& t : pattern) {
    if (t.kind != Token::Kind::dash) {
      for (Pattern& p : out) t.kind == Token::Kind::literal ? append_literal(p, t.text) : p.push_back(t);
      continue;
    }
    std::vector<Pattern> next;
    for (const Pattern& p : out)
      for (const std::string_view dash : kDashes) append_literal(next.emplace_back(p), dash);
    out = std::move(next);
  }
  return out;
}

bool fold_case(std::string_view text, char* out) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U, kHigh = 0x8080808080808080U;
  bool ascii = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Eight ASCII bytes at a time: a byte between 'A' and 'Z' sets its high bit in `upper`.
    for (std::uint64_t eight = 0; i + 8 <= text.size(); i += 8) {
      std::memcpy(&eight, text.data() + i, 8);
      if ((eight & kHigh) != 0) break;
      const std::uint64_t upper = ((eight + kOnes * (0x80 - 'A')) ^ (eight + kOnes * (0x7F - 'Z'))) & kHigh;
      eight |= upper >> 2U;
      std::memcpy(out + i, &eight, 8);
    }
    if (i >= text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      out[i] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      continue;
    }
    ascii = false;
    if ((c & 0xE0U) == 0xC0U && i + 1 < text.size() && continuation(text[i + 1])) {
      const auto low = lower_of((c & 0x1FU) << 6U | (static_cast<unsigned char>(text[i + 1]) & 0x3FU));
      out[i] = static_cast<char>(0xC0U | (low >> 6U));
      out[i + 1] = static_cast<char>(0x80U | (low & 0x3FU));
      ++i;
    } else if (c == 0xEF && i + 2 < text.size() && continuation(text[i + 1]) && continuation(text[i + 2])) {
      const auto low = lower_of((c & 0x0FU) << 12U | (static_cast<unsigned char>(text[i + 1]) & 0x3FU) << 6U |
                                (static_cast<unsigned char>(text[i + 2]) & 0x3FU));
      out[i] = static_cast<char>(0xE0U | (low >> 12U));
      out[i + 1] = static_cast<char>(0x80U | ((low >> 6U) & 0x3FU));
      out[i + 2] = static_cast<char>(0x80U | (low & 0x3FU));
      i += 2;
    } else {
      out[i] = static_cast<char>(c);
    }
  }
  return ascii;
}

std::string folded(std::string_view text) {
  std::string out(text.size(), '\0');
  fold_case(text, out.data());
  return out;
}

TextMatcher::TextMatcher(const Pattern& pattern, bool cased) : cased_(cased) {
  Segment segment;
  auto close = [&] {
    if (segment.tokens.empty()) return;
    segment.plain = segment.tokens.size() == 1 && segment.tokens[0].kind == Token::Kind::literal;
    if (segment.plain) segment.text = segment.tokens[0].text;
    segments_.push_back(std::move(segment));
    segment = {};
  };
  open_start_ = !pattern.empty() && pattern.front().kind == Token::Kind::any_run;
  open_end_ = !pattern.empty() && pattern.back().kind == Token::Kind::any_run;
  for (const Token& t : pattern) {
    if (t.kind == Token::Kind::any_run) {
      close();
      continue;
    }
    segment.tokens.push_back(t);
    if (t.kind != Token::Kind::literal) continue;
    const bool starts = &t == &pattern.front(), ends = &t == &pattern.back();
    required_.push_back({starts && ends ? Place::whole
                         : starts       ? Place::start
                         : ends         ? Place::end
                                        : Place::anywhere,
                         folded(t.text)});
    if (!cased) segment.tokens.back().text = required_.back().text;
  }
  close();
  if (segments_.empty()) {
    shape_ = open_start_ ? Shape::anything : Shape::exact;
  } else if (segments_.size() == 1 && segments_[0].plain) {
    text_ = segments_[0].text;
    shape_ = open_start_ ? (open_end_ ? Shape::contains : Shape::suffix) : (open_end_ ? Shape::prefix : Shape::exact);
  } else {
    shape_ = Shape::general;
  }
  if (shape_ == Shape::exact && required_.empty()) required_.push_back({Place::whole, {}});
}

std::size_t TextMatcher::match_at(const Segment& segment, std::string_view text, std::size_t at) {
  for (const Token& t : segment.tokens) {
    switch (t.kind) {
      case Token::Kind::literal:
        if (text.substr(at, t.text.size()) != t.text) return kNone;
        at += t.text.size();
        break;
      case Token::Kind::any_char:
        if (at >= text.size()) return kNone;
        for (++at; at < text.size() && continuation(text[at]);) ++at;
        break;
      case Token::Kind::dash: {
        std::size_t length = 0;
        for (const std::string_view dash : kDashes)
          if (text.substr(at, dash.size()) == dash) length = dash.size();
        if (length == 0) return kNone;
        at += length;
        break;
      }
      case Token::Kind::any_run:
        return kNone;
    }
  }
  return at;
}

std::size_t TextMatcher::find(const Segment& segment, std::string_view text, std::size_t from) {
  if (segment.plain) {
    const void* hit = memmem(text.data() + from, text.size() - from, segment.text.data(), segment.text.size());
    return hit == nullptr ? kNone
                          : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()) + segment.text.size();
  }
  const Token& first = segment.tokens.front();
  for (std::size_t at = from; at <= text.size(); ++at) {
    if (first.kind == Token::Kind::literal) {
      const void* hit = memmem(text.data() + at, text.size() - at, first.text.data(), first.text.size());
      if (hit == nullptr) return kNone;
      at = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
    }
    if (at < text.size() && continuation(text[at])) continue;
    const std::size_t end = match_at(segment, text, at);
    if (end != kNone) return end;
  }
  return kNone;
}

bool TextMatcher::general(std::string_view text) const {
  std::size_t at = 0, first = 0, last = segments_.size();
  if (!open_start_) {
    at = match_at(segments_[0], text, 0);
    if (at == kNone) return false;
    if (segments_.size() == 1 && !open_end_) return at == text.size();
    first = 1;
  }
  if (!open_end_) --last;
  for (std::size_t i = first; i < last; ++i) {
    at = find(segments_[i], text, at);
    if (at == kNone) return false;
  }
  if (open_end_) return true;
  const Segment& end = segments_.back();
  if (end.plain) return text.size() >= at + end.text.size() && text.substr(text.size() - end.text.size()) == end.text;
  for (std::size_t i = at; i <= text.size(); ++i) {
    if (i < text.size() && continuation(text[i])) continue;
    if (match_at(end, text, i) == text.size()) return true;
  }
  return false;
}

bool TextMatcher::matches(std::string_view raw, std::string_view lower) const {
  const std::string_view text = cased_ ? raw : lower;
  switch (shape_) {
    case Shape::exact:
      return text == text_;
    case Shape::prefix:
      return text.starts_with(text_);
    case Shape::suffix:
      return text.ends_with(text_);
    case Shape::contains:
      return memmem(text.data(), text.size(), text_.data(), text_.size()) != nullptr;
    case Shape::anything:
      return true;
    case Shape::general:
      return general(text);
  }
  return false;
}

}  // namespace wf::sigma
