#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/facts.hpp"

namespace wf::fusion {

/// An event joins an incident if the score of their ties reaches this.
inline constexpr int kJoins = 50;
/// A context line needs a tie to the very same thing, not to a place nearby.
inline constexpr int kContextJoins = 80;
/// Weight of a tie through a zone where everybody walks.
inline constexpr int kThoroughfare = 25;
/// Each further tie adds this, up to four of them.
inline constexpr int kFurtherTie = 5;
/// What the length of the join window takes off; half of it takes half.
inline constexpr int kAge = 15;

/// Weight of a tie and its words, seen from what joins: "host in that room".
struct TieWeight {
  int weight = 0;
  const char* words = "";
};
[[nodiscard]] TieWeight tie_weight(Tie joining, Tie present);

/// The ties of an incident: key → which ways it is tied to it, one bit for each Tie.
using Ties = std::map<std::string, std::uint16_t, std::less<>>;

struct JoinScore {
  int points = 0;
  const char* words = "";  ///< of the strongest tie
};
/// Scores an event against an incident's ties. `gap` is the event time between them, `window` the policy's.
[[nodiscard]] JoinScore score(std::span<const Link> joining, const Ties& present, std::int64_t gap,
                              std::int64_t window);

/// Does a rule's `watchfloor: join` list (entity kinds by name; empty: all) allow this tie?
[[nodiscard]] bool may_join(const std::vector<std::string>& kinds, Tie tie);

}  // namespace wf::fusion
