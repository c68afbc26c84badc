#pragma once
#include <map>
#include <string>
#include <vector>

#include "console/link/link_server.hpp"
#include "console/model/snapshot.hpp"
#include "console/store/store.hpp"

namespace wf::engine {

/// How the numbers of one agent stand, over all its epochs and lanes.
struct AgentNumbers {
  std::uint64_t missing = 0, given_up = 0;
  std::uint32_t epochs = 0;
  std::vector<AgentState::Lane> lanes;      ///< at most AgentState::kMostLanes, as the ledger lists them
  std::vector<AgentState::Numbers> ranges;  ///< at most AgentState::kMostNumbers, missing ones first, newest first
};
[[nodiscard]] std::map<std::string, AgentNumbers> numbers_of(const std::vector<store::LaneAccount>& accounts);

/// What the agents view shows of each agent that the link knows. An agent is live while it is connected, late when
/// nothing was heard of it for two reports (`late_after`, engine clock), silent once the link gave it up, and never
/// before its first word. `rotate_after` as in LinkOptions.
[[nodiscard]] std::vector<AgentState> agent_states(const std::vector<link::PeerState>& peers,
                                                   const std::map<std::string, AgentNumbers>& numbers, UtcNs now,
                                                   std::int64_t late_after, std::int64_t rotate_after = 0);

}  // namespace wf::engine
