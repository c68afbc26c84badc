#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/sigma/pattern.hpp"

namespace re2 {
class RE2;
}

namespace wf::sigma {

/// How two numbers compare.
enum class Compare : std::uint8_t { lt, lte, gt, gte, eq, neq };
[[nodiscard]] bool holds(Compare compare, double left, double right);

/// Parts of a date that the time modifiers look at; the text is read as written, without a zone.
enum class TimePart : std::uint8_t { minute, hour, day, week, month, year };
/// False if the text does not begin with a date (and, for hour and minute, a time).
[[nodiscard]] bool time_part(std::string_view text, TimePart part, double& out);

/// A whole text that is a decimal number.
[[nodiscard]] bool parse_number(std::string_view text, double& out);

/// A network in CIDR notation; v4 addresses never lie in v6 networks and the other way round.
struct Network {
  bool v6 = false;
  unsigned bits = 0;
  std::array<std::uint8_t, 16> address{};
  /// False if it is not CIDR, or has bits set beyond its length.
  [[nodiscard]] static bool parse(std::string_view text, Network& out);
  [[nodiscard]] bool contains(std::string_view address_text) const;
};

/// One test of one field: what a value of a detection item becomes.
struct Atom {
  enum class Op : std::uint8_t { text, regex, is_null, exists, number, part, network, other_field };
  Op op = Op::text;
  std::string field;  ///< empty: keyword, any string value of the event
  TextMatcher text;
  std::shared_ptr<const re2::RE2> regex;
  Compare compare = Compare::eq;
  TimePart time = TimePart::hour;
  double number = 0;
  Network network;
  enum class Relation : std::uint8_t { equals, starts, ends, contains } relation = Relation::equals;
  std::string other;   ///< other_field: its name
  bool cased = false;  ///< other_field
  bool wanted = true;  ///< exists
  std::string key;     ///< canonical text; equal keys mean equal atoms, evaluated once an event
};

/// A condition as a tree of atoms.
struct Expr {
  enum class Kind : std::uint8_t { atom, all, any, negate } kind = Kind::atom;
  std::shared_ptr<const Atom> atom;
  std::vector<Expr> children;

  [[nodiscard]] static Expr of(std::shared_ptr<const Atom> atom) { return {Kind::atom, std::move(atom), {}}; }
  /// A list of one is that one.
  [[nodiscard]] static Expr join(Kind kind, std::vector<Expr> children);
  [[nodiscard]] static Expr negated(Expr child);
};

}  // namespace wf::sigma
