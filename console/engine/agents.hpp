#pragma once
#include <map>
#include <string>
#include <vector>

#include "console/link/link_server.hpp"
#include "console/model/snapshot.hpp"
#include "console/store/store.hpp"

namespace wf::engine {

/// How many numbers the ledger misses of each agent: holes between what is stored.
[[nodiscard]] std::map<std::string, std::uint64_t> gaps_of(const std::vector<store::LedgerRange>& ledger);

/// What the agents view shows of each agent that the link knows. An agent is live while it is connected, late when
/// nothing was heard of it for two reports (`late_after`, engine clock), silent once the link gave it up, and never
/// before its first word.
[[nodiscard]] std::vector<AgentState> agent_states(const std::vector<link::PeerState>& peers,
                                                   const std::map<std::string, std::uint64_t>& gaps, UtcNs now,
                                                   std::int64_t late_after);

}  // namespace wf::engine
