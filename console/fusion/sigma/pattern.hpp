#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wf::sigma {

/// One piece of a Sigma string value (rules specification 2.1, "String Wildcard" and "Escape Character").
struct Token {
  enum class Kind : std::uint8_t {
    literal,
    any_char,  ///< `?`: exactly one character (code point)
    any_run,   ///< `*`: any number of characters, newlines included
    dash       ///< windash: one of - / and the en dash, em dash, horizontal bar
  } kind = Kind::literal;
  std::string text;  ///< literal: its bytes
  bool operator==(const Token&) const = default;
};
using Pattern = std::vector<Token>;

/// Splits a value into tokens. A backslash escapes only `*`, `?` and itself; elsewhere it stands for itself.
[[nodiscard]] Pattern parse_pattern(std::string_view value);
[[nodiscard]] bool has_wildcard(const Pattern& pattern);
/// `-` and `/` that begin a word become Token::Kind::dash.
[[nodiscard]] Pattern with_any_dash(const Pattern& pattern);
/// Every text that the dashes of a pattern stand for: 5 to the power of their number.
[[nodiscard]] std::vector<Pattern> expand_dashes(const Pattern& pattern);
void append_literal(Pattern& pattern, std::string_view text);

/// Lower case of ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic and full-width letters in UTF-8. The result
/// has the input's length, so that positions agree. Bytes that are not UTF-8 stay. Writes into `out`; true if the
/// text is ASCII.
bool fold_case(std::string_view text, char* out);
[[nodiscard]] std::string folded(std::string_view text);

/// Where in a value a text must stand.
enum class Place : std::uint8_t { whole, start, end, anywhere };

/// A folded text that every folded value which matches has at this place.
struct Required {
  Place place = Place::anywhere;
  std::string text;
};

/// A pattern compiled for whole-value matching; linear in the text for each of its segments, never exponential.
class TextMatcher {
 public:
  TextMatcher() = default;
  TextMatcher(const Pattern& pattern, bool cased);
  /// `raw` is the value, `lower` its folded form; which one is looked at depends on `cased`.
  [[nodiscard]] bool matches(std::string_view raw, std::string_view lower) const;
  /// What a matching value must have; empty if there is nothing.
  [[nodiscard]] const std::vector<Required>& required() const { return required_; }
  /// True if a value matches as soon as it has the one required text.
  [[nodiscard]] bool decided_by_text() const { return !cased_ && shape_ <= Shape::contains; }
  /// What a match costs, roughly, beside comparing two short texts.
  [[nodiscard]] unsigned cost() const {
    return shape_ < Shape::contains || shape_ == Shape::anything ? 1 : shape_ == Shape::contains ? 4 : 8;
  }

 private:
  enum class Shape : std::uint8_t { exact, prefix, suffix, contains, anything, general };
  struct Segment {
    bool plain = true;
    std::string text;
    std::vector<Token> tokens;
  };
  [[nodiscard]] static std::size_t match_at(const Segment& segment, std::string_view text, std::size_t at);
  [[nodiscard]] static std::size_t find(const Segment& segment, std::string_view text, std::size_t from);
  [[nodiscard]] bool general(std::string_view text) const;

  Shape shape_ = Shape::exact;
  bool cased_ = false, open_start_ = false, open_end_ = false;
  std::string text_;
  std::vector<Segment> segments_;
  std::vector<Required> required_;
};

}  // namespace wf::sigma
