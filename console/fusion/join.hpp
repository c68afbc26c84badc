#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/facts.hpp"

namespace wf::fusion {

/// Weight of a tie and its words, seen from what joins: "host in that room".
struct TieWeight {
  int weight = 0;
  const char* words = "";
};

/// The table of weights: join.cpp's, with what a site's policy changes. README.md explains it. Immutable; any thread.
class JoinWeights {
 public:
  /// `changed`: weights by name ("next room", "enough"); names that are not known are left out.
  explicit JoinWeights(const std::map<std::string, int>& changed = {});
  [[nodiscard]] TieWeight of(Tie joining, Tie present) const {
    return at_[static_cast<std::size_t>(joining)][static_cast<std::size_t>(present)];
  }
  int enough = 50;        ///< an event joins an incident if the score of their ties reaches this
  int context = 80;       ///< a line of context needs a tie of this: the very same thing, not a place nearby
  int thoroughfare = 25;  ///< most that a tie through a zone where everybody walks weighs
  int further = 5;        ///< what each further tie adds, up to four of them
  int age = 15;           ///< what the length of the join window takes off; half of it takes half

  static constexpr int kMost = 200;  ///< a weight is 0 to this
  struct Named {
    std::string_view name;
    int weight = 0;
  };
  /// Every name that can be changed, and its weight unless it is: the ties, strongest first, then what is no tie.
  [[nodiscard]] static const std::vector<Named>& all();

 private:
  std::array<std::array<TieWeight, kTies>, kTies> at_{};
};

/// The ties of an incident: key → which ways it is tied to it, one bit for each Tie.
using Ties = std::map<std::string, std::uint16_t, std::less<>>;

struct JoinScore {
  int points = 0;
  const char* words = "";      ///< of the strongest tie
  int weight = 0;              ///< of the strongest tie
  std::uint32_t further = 0;   ///< ties to other things beside it
  const Link* link = nullptr;  ///< the strongest, one of `joining`; null: there is none
  bool adjacent = false;       ///< it is by the site's topology and not to the same thing
};
/// Scores an event against an incident's ties. `gap` is the event time between them, `window` the policy's.
[[nodiscard]] JoinScore score(const JoinWeights& weights, std::span<const Link> joining, const Ties& present,
                              std::int64_t gap, std::int64_t window);

/// The entity that a tie's key names ("door D-231"), its name its id.
[[nodiscard]] EntityRef entity_of_key(std::string_view key);

/// Does a rule's `watchfloor: join` list (entity kinds by name; empty: all) allow this tie?
[[nodiscard]] bool may_join(const std::vector<std::string>& kinds, Tie tie);

}  // namespace wf::fusion
