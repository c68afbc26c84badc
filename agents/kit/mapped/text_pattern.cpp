#include "agents/kit/mapped/text_pattern.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostParts = 64;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ip(char c) {
  return is_digit(c) || c == '.' || c == ':' || c == '%' || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

template <class Is>
std::size_t run_of(std::string_view line, std::size_t at, Is is) {
  const std::size_t from = at;
  while (at < line.size() && is(line[at])) ++at;
  return at - from;
}

/// Length of "-12.5" at `at`; 0: there is none.
std::size_t number_at(std::string_view line, std::size_t at) {
  std::size_t n = at < line.size() && (line[at] == '-' || line[at] == '+') ? 1 : 0;
  const std::size_t whole = run_of(line, at + n, is_digit);
  if (whole == 0) return 0;
  n += whole;
  if (at + n < line.size() && line[at + n] == '.')
    if (const std::size_t part = run_of(line, at + n + 1, is_digit); part > 0) n += 1 + part;
  return n;
}

/// Length of a quoted text with its quotes; 0: there is none.
std::size_t quoted_at(std::string_view line, std::size_t at) {
  if (at >= line.size() || line[at] != '"') return 0;
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      if (i + 1 >= line.size() || line[i + 1] != '"') return i + 1 - at;
      ++i;
    }
  }
  return 0;
}

std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    const bool escapes = i + 2 < text.size() && ((text[i] == '\\' && (text[i + 1] == '"' || text[i + 1] == '\\')) ||
                                                 (text[i] == '"' && text[i + 1] == '"'));
    if (escapes) ++i;
    out += text[i];
  }
  return out;
}

}  // namespace

Result<TextPattern::Kind> TextPattern::kind_named(std::string_view name, const std::string& where) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 6> kKinds{{{"word", Kind::word},
                                                                            {"number", Kind::number},
                                                                            {"ip", Kind::ip},
                                                                            {"quoted", Kind::quoted},
                                                                            {"rest", Kind::rest},
                                                                            {"text", Kind::text}}};
  for (const auto& [known, kind] : kKinds)
    if (known == name) return kind;
  return Error{"a hole cannot be '" + std::string(name) + "'", where,
               "there are: word, number, ip, quoted, rest, text"};
}

Result<TextPattern> TextPattern::parse(const std::string& pattern, const std::string& where) {
  TextPattern out;
  const auto literal = [&](char c) {
    if (is_blank(c)) {
      if (out.parts_.empty() || out.parts_.back().kind != Kind::blank) out.parts_.push_back({Kind::blank, {}});
      return;
    }
    if (out.parts_.empty() || out.parts_.back().kind != Kind::literal) out.parts_.push_back({Kind::literal, {}});
    out.parts_.back().text += c;
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if ((c == '{' || c == '}') && i + 1 < pattern.size() && pattern[i + 1] == c) {
      literal(c);
      ++i;
    } else if (c == '{') {
      const std::size_t end = pattern.find('}', i);
      if (end == std::string::npos) return Error{"a '{' is not closed", where, "write {{ for a brace"};
      const std::string_view hole = std::string_view(pattern).substr(i + 1, end - i - 1);
      const std::size_t colon = hole.rfind(':');
      Kind kind = Kind::text;
      if (colon != std::string_view::npos) {
        const Result<Kind> named = kind_named(hole.substr(colon + 1), where);
        if (!named) return named.error();
        kind = *named;
      }
      const std::string name(hole.substr(0, colon));
      if (name.find('{') != std::string::npos) return Error{"a '{' is not closed", where, "write {{ for a brace"};
      const bool open = kind == Kind::text && !out.parts_.empty() && out.parts_.back().kind == Kind::text;
      if (open)
        return Error{"where {" + out.parts_.back().text + "} ends and {" + name + "} begins cannot be told", where,
                     "put text between them, or say what the first is: {NAME:word}"};
      if (!out.parts_.empty() && out.parts_.back().kind == Kind::rest)
        return Error{"nothing comes behind the rest", where, "let {" + out.parts_.back().text + ":rest} be the last"};
      out.parts_.push_back({kind, name});
      i = end;
    } else if (c == '}') {
      return Error{"a '}' closes nothing", where, "write }} for a brace"};
    } else {
      if (!out.parts_.empty() && out.parts_.back().kind == Kind::rest)
        return Error{"nothing comes behind the rest", where, "let {" + out.parts_.back().text + ":rest} be the last"};
      literal(c);
    }
  }
  while (!out.parts_.empty() && out.parts_.back().kind == Kind::blank) out.parts_.pop_back();
  if (out.parts_.empty())
    return Error{"a pattern is empty", where, "write the line with {NAME} where something varies"};
  if (out.parts_.size() > kMostParts)
    return Error{"a pattern has more than 64 parts", where, "leave the end to {:rest}"};
  return out;
}

bool TextPattern::take(const Part& part, std::string_view line, std::size_t& at, std::vector<Span>& found) {
  std::size_t n = 0;
  switch (part.kind) {
    case Kind::literal:
      if (line.substr(std::min(at, line.size()), part.text.size()) != part.text) return false;
      at += part.text.size();
      return true;
    case Kind::blank:
      n = run_of(line, at, is_blank);
      at += n;
      return n > 0;
    case Kind::word:
      n = run_of(line, at, [](char c) { return !is_blank(c); });
      break;
    case Kind::number:
      n = number_at(line, at);
      break;
    case Kind::ip:
      n = run_of(line, at, is_ip);
      // "from 10.0.0.7: denied"
      while (n > 0 && (line[at + n - 1] == ':' || line[at + n - 1] == '.')) --n;
      break;
    case Kind::quoted:
      n = quoted_at(line, at);
      break;
    case Kind::rest:
      found.push_back({&part, line.substr(std::min(at, line.size()))});
      at = line.size();
      return true;
    case Kind::text:
      return false;  // run() knows what follows it
  }
  if (n == 0) return false;
  found.push_back({&part, line.substr(at, n)});
  at += n;
  return true;
}

bool TextPattern::run(std::size_t from, std::size_t to, std::string_view line, std::size_t& at,
                      std::vector<Span>& found) const {
  for (std::size_t k = from; k < to; ++k) {
    const Part& part = parts_[k];
    // A word ends where the literal behind it begins, if it does within the word: "card 88-2140)".
    if (part.kind == Kind::word && k + 1 < to && parts_[k + 1].kind == Kind::literal) {
      const std::size_t n = run_of(line, at, [](char c) { return !is_blank(c); });
      const std::size_t end = line.substr(std::min(at, line.size()), n).find(parts_[k + 1].text);
      if (end == std::string_view::npos || end == 0) return false;
      found.push_back({&part, line.substr(at, end)});
      at += end;
      continue;
    }
    if (!take(part, line, at, found)) return false;
  }
  return true;
}

bool TextPattern::match(std::string_view line, std::vector<Field>& out) const {
  while (!line.empty() && (is_blank(line.back()) || line.back() == '\r')) line.remove_suffix(1);
  thread_local std::vector<Span> found;
  found.clear();
  std::size_t at = 0, from = 0;
  const Part* text = nullptr;  // a hole that is open, since `begin`
  std::size_t begin = 0;
  while (from <= parts_.size()) {
    std::size_t to = from;
    while (to < parts_.size() && parts_[to].kind != Kind::text) ++to;
    const bool last = to == parts_.size();
    const std::size_t held = found.size();
    bool fits = false;
    // What follows an open text is looked for from there on; else it must be here.
    for (std::size_t start = text == nullptr ? at : begin; start <= line.size(); ++start) {
      found.resize(held);
      std::size_t end = start;
      if (text != nullptr) found.push_back({text, line.substr(begin, start - begin)});
      fits = run(from, to, line, end, found) && (!last || end == line.size());
      if (fits) {
        at = end;
        break;
      }
      if (text == nullptr) break;
    }
    if (!fits) return false;
    if (last) break;
    text = &parts_[to];
    begin = at;
    from = to + 1;
  }
  for (const Span& span : found) {
    if (span.part->text.empty()) continue;
    std::string value;
    if (span.part->kind == Kind::quoted)
      append_utf8(unquoted(span.text), value);
    else
      append_utf8(span.text, value);
    const bool number = span.part->kind == Kind::number && span.text.front() != '+';
    out.push_back({span.part->text, std::move(value), number ? ValueType::number : ValueType::string});
  }
  return true;
}

std::vector<std::string> TextPattern::names() const {
  std::vector<std::string> out;
  for (const Part& part : parts_)
    if (part.kind != Kind::literal && part.kind != Kind::blank && !part.text.empty()) out.push_back(part.text);
  return out;
}

}  // namespace wf::kit
