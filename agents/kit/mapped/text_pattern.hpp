#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::kit {

/// A line of text with holes, as a mapping names it: "Door {door.id} denied card {card:word} ({reason})". Literal text
/// stands for itself, a blank for one or more blanks or tabs; "{{" and "}}" are braces. A hole is {NAME} or
/// {NAME:KIND}; one without a name is passed over. Kinds: word (no blank), number, ip (letters' and digits' part of an
/// address), quoted
/// ("…", in which \" and "" are a quote; without its quotes), rest (all that is left), text (if absent: up to the first
/// place where what follows the hole fits). The pattern is the whole line, blanks at its end aside. Nothing is tried
/// twice; what is longer than kLongestLine is not matched, because a hostile line may cost its length squared.
/// Immutable.
class TextPattern {
 public:
  static constexpr std::size_t kLongestLine = 8U << 10U;
  /// An error says what cannot be read, or that two texts follow each other with nothing between them.
  [[nodiscard]] static Result<TextPattern> parse(const std::string& pattern, const std::string& where);

  /// Appends a field for each hole that has a name; nothing, and false, if the line is another one.
  [[nodiscard]] bool match(std::string_view line, std::vector<Field>& out) const;
  /// Names of its holes.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  enum class Kind { literal, blank, word, number, ip, quoted, rest, text };
  struct Part {
    Kind kind = Kind::literal;
    std::string text;  ///< of a literal; else the hole's name
  };
  struct Span {
    const Part* part = nullptr;
    std::string_view text;
  };
  [[nodiscard]] static bool take(const Part& part, std::string_view line, std::size_t& at, std::vector<Span>& found);
  /// Matches parts [from, to) at `at`.
  [[nodiscard]] bool run(std::size_t from, std::size_t to, std::string_view line, std::size_t& at,
                         std::vector<Span>& found) const;
  [[nodiscard]] static Result<Kind> kind_named(std::string_view name, const std::string& where);

  std::vector<Part> parts_;
};

}  // namespace wf::kit
