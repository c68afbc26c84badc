#include "agents/kit/read/json_glance.hpp"

#include <cstdint>
#include <cstring>

namespace wf::kit {
namespace {

constexpr int kDeepest = 64;  ///< as flatten_json()

/// Whether one of eight characters is a quote, a backslash, a control character or no ASCII.
bool has_odd(std::uint64_t eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U, kHigh = 0x8080808080808080U;
  const auto zero = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  return ((((eight - 0x20 * kOnes) & ~eight) | zero(eight ^ ('"' * kOnes)) | zero(eight ^ ('\\' * kOnes)) | eight) &
          kHigh) != 0;
}

bool named(std::string_view outer, std::string_view name, std::string_view wanted) {
  if (outer.empty()) return name == wanted;
  return wanted.size() == outer.size() + 1 + name.size() && wanted[outer.size()] == '.' && wanted.starts_with(outer) &&
         wanted.ends_with(name);
}

}  // namespace

RawRecord::Known JsonGlance::find(std::string_view name, std::string_view& value) {
  std::size_t looked = 0;
  for (;;) {
    for (; looked < count_; ++looked) {
      const Entry& entry = entries_[looked];
      const std::string_view entry_name = entry.name.text();
      // Below what is deeper, or a list, anything may have the name.
      if (named(entry.outer.text(), entry_name, name) ||
          (entry.known == RawRecord::Known::unknown && name.size() > entry_name.size() &&
           name.find('.') != std::string_view::npos &&
           (entry_name.empty() || name.find(entry_name) != std::string_view::npos))) {
        value = entry.value.text();
        return entry.known;
      }
    }
    if (!more()) return whole_ ? RawRecord::Known::absent : RawRecord::Known::unknown;
  }
}

void JsonGlance::blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
    ++at_;
}

bool JsonGlance::stop() {
  over_ = true;
  return false;
}

/// What stands between the quotes; `plain`: it means itself.
bool JsonGlance::string(std::string_view& out, bool& plain) {
  if (at_ >= text_.size() || text_[at_] != '"') return false;
  const std::size_t from = ++at_;
  plain = true;
  for (; at_ < text_.size(); ++at_) {
    // Eight at a time as long as none of them ends it, is to be unescaped, or is no ASCII.
    for (std::uint64_t eight = 0; text_.size() - at_ > sizeof eight; at_ += sizeof eight) {
      std::memcpy(&eight, text_.data() + at_, sizeof eight);
      if (has_odd(eight)) break;
    }
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') {
      out = text_.substr(from, at_ - from);
      ++at_;
      return true;
    }
    if (c == '\\') {
      plain = false;
      ++at_;
    } else if (c >= 0x80) {
      plain = false;  // it may be broken, and be mended
    } else if (c < 0x20) {
      return false;
    }
  }
  return false;
}

/// Behind the bracket that opens one to behind the one that closes it.
bool JsonGlance::skip_nested() {
  int depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      std::string_view ignored;
      bool plain = false;
      if (!string(ignored, plain)) return false;
      continue;
    }
    ++at_;
    if (c == '{' || c == '[') {
      if (++depth > kDeepest) return false;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return true;
    }
  }
  return false;
}

bool JsonGlance::more() {
  if (over_) return false;
  if (!begun_) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != '{') return stop();
    ++at_;
    begun_ = true;
  }
  for (;;) {
    blanks();
    if (at_ >= text_.size()) return stop();
    if (text_[at_] == '}') {
      ++at_;
      comma_ = true;
      if (inside_) {
        inside_ = false;
        outer_ = {};
        continue;
      }
      whole_ = true;
      return stop();
    }
    if (comma_) {
      if (text_[at_] != ',') return stop();
      ++at_;
      blanks();
    }
    if (count_ == kMost) return stop();
    std::string_view name, value;
    RawRecord::Known known = RawRecord::Known::value;
    bool plain = false;
    if (!string(name, plain) || !plain || (name.empty() && inside_)) return stop();
    blanks();
    if (at_ >= text_.size() || text_[at_] != ':') return stop();
    ++at_;
    blanks();
    if (at_ >= text_.size()) return stop();
    comma_ = true;
    const char c = text_[at_];
    if (c == '{' && !inside_ && !name.empty()) {
      ++at_;
      inside_ = true;
      comma_ = false;
      outer_ = name;
      continue;
    }
    if (c == '{' || c == '[') {
      known = RawRecord::Known::unknown;
      if (!skip_nested()) return stop();
    } else if (c == '"') {
      if (!string(value, plain)) return stop();
      if (!plain) known = RawRecord::Known::unknown;
    } else {
      const std::size_t end = text_.find_first_of(",}] \t\r\n", at_);
      if (end == std::string_view::npos || end == at_) return stop();
      value = text_.substr(at_, end - at_);
      at_ = end;
      if (value == "null") known = RawRecord::Known::absent;
    }
    entries_[count_++] = {
        {outer_.data(), outer_.size()}, {name.data(), name.size()}, {value.data(), value.size()}, known};
    return true;
  }
}

}  // namespace wf::kit
