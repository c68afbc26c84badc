#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "console/model/snapshot.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/time_text.hpp"

namespace wf::ui {

/// What all agents together say.
struct FeedSum {
  std::size_t known = 0, live = 0, silent = 0;  ///< revoked ones are left out; late counts as silent
  std::uint64_t gaps = 0, given_up = 0, spooled = 0, refused = 0;
  UtcNs last_event = 0;
};
[[nodiscard]] FeedSum sum_of(const std::vector<AgentState>& agents);
/// Numbers that the ledger misses. The engine's sum and the agents' are of two moments: the larger counts.
[[nodiscard]] std::uint64_t missing_of(const Snapshot& snapshot);
/// "none lost", "3 missing", "69 given up", "3 missing, 69 given up".
[[nodiscard]] std::string loss_in_words(const Snapshot& snapshot);

/// Skew of a clock that a person should know of.
inline constexpr std::int64_t kNotableSkew = 2 * kSecond;

/// "kept out until 12:03:04 because it flooded"; empty: it is not kept out now.
[[nodiscard]] std::string kept_out_in_words(const AgentState& a, const SiteTime& time, UtcNs now);
/// How its connection stands: "connected from 10.2.1.7", "ended; it was from 10.2.1.7", "refused: it was revoked".
[[nodiscard]] std::string connection_in_words(const AgentState& a);
/// How old its key is and when it changes: "21 d old, changes Mon 1 Dec".
[[nodiscard]] std::string key_in_words(const AgentState& a, const SiteTime& time, UtcNs now);
/// What came late: "all came in time", "12 over 15 min late, 3 over 72 h, history only".
[[nodiscard]] std::string lateness_in_words(const AgentState& a);

[[nodiscard]] Icon agent_icon(std::string_view kind);
[[nodiscard]] Text name_of(AgentState::Health health);
/// Filled while it is heard, a ring in the medium priority's colour while it is not.
void health_dot(Painter& p, AgentState::Health health, float cx, float cy);
[[nodiscard]] UtcNs last_event_of(const AgentState& a);
/// Its sources in a few words: "osdp:ttyS0", "2 sources", "no source".
[[nodiscard]] std::string agent_summary(const AgentState& a);

}  // namespace wf::ui
