#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "console/model/snapshot.hpp"
#include "console/ui/icons.hpp"

namespace wf::ui {

/// What all agents together say.
struct FeedSum {
  std::size_t known = 0, live = 0, silent = 0;  ///< revoked ones are left out; late counts as silent
  std::uint64_t gaps = 0, spooled = 0, refused = 0;
  UtcNs last_event = 0;
};
[[nodiscard]] FeedSum sum_of(const std::vector<AgentState>& agents);

[[nodiscard]] Icon agent_icon(std::string_view kind);
[[nodiscard]] std::string_view name_of(AgentState::Health health);
/// Filled while it is heard, a ring in the medium priority's colour while it is not.
void health_dot(Painter& p, AgentState::Health health, float cx, float cy);
[[nodiscard]] UtcNs last_event_of(const AgentState& a);
/// Its sources in a few words: "osdp:ttyS0", "2 sources", "no source".
[[nodiscard]] std::string agent_summary(const AgentState& a);

}  // namespace wf::ui
