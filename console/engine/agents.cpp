#include "console/engine/agents.hpp"

namespace wf::engine {

std::map<std::string, std::uint64_t> gaps_of(const std::vector<store::LedgerRange>& ledger) {
  std::map<std::string, std::uint64_t> out;
  const store::LedgerRange* before = nullptr;
  for (const store::LedgerRange& range : ledger) {
    const bool same_lane =
        before != nullptr && before->agent == range.agent && before->epoch == range.epoch && before->lane == range.lane;
    const std::uint64_t next = same_lane ? before->last + 1 : 1;
    if (range.first > next) out[range.agent] += range.first - next;
    before = &range;
  }
  return out;
}

std::vector<AgentState> agent_states(const std::vector<link::PeerState>& peers,
                                     const std::map<std::string, std::uint64_t>& gaps, UtcNs now,
                                     std::int64_t late_after) {
  std::vector<AgentState> out;
  out.reserve(peers.size());
  for (const link::PeerState& peer : peers) {
    AgentState agent;
    agent.name = peer.agent;
    agent.kind = peer.kind;
    agent.version = peer.version;
    agent.remote = peer.remote;
    agent.last_heard = peer.last_heard;
    agent.clock_skew = peer.clock_skew;
    agent.report = peer.report;
    if (peer.revoked)
      agent.health = AgentState::Health::revoked;
    else if (peer.last_heard == 0)
      agent.health = AgentState::Health::never;
    else if (!peer.connected)
      agent.health = AgentState::Health::silent;
    else
      agent.health = now - peer.last_heard > late_after ? AgentState::Health::late : AgentState::Health::live;
    if (const auto gap = gaps.find(peer.agent); gap != gaps.end()) agent.gap_events = gap->second;
    out.push_back(std::move(agent));
  }
  return out;
}

}  // namespace wf::engine
