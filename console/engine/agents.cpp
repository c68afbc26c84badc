#include "console/engine/agents.hpp"

#include <set>

namespace wf::engine {

std::map<std::string, AgentNumbers> numbers_of(const std::vector<store::LaneAccount>& accounts) {
  std::map<std::string, AgentNumbers> out;
  std::map<std::string, std::set<std::uint64_t>> epochs;
  for (const bool given_up : {false, true}) {
    for (const store::LaneAccount& lane : accounts) {
      AgentNumbers& numbers = out[lane.agent];
      if (!given_up) {
        numbers.missing += lane.missing;
        numbers.given_up += lane.given_up;
        epochs[lane.agent].insert(lane.epoch);
        const AgentState::Lane shown{lane.epoch, lane.lane, lane.up_to, lane.stored, lane.missing, lane.given_up};
        // Of an agent with more lanes than can be shown, one that misses numbers is shown.
        if (numbers.lanes.size() < AgentState::kMostLanes)
          numbers.lanes.push_back(shown);
        else if (lane.missing > 0)
          numbers.lanes.back() = shown;
      }
      const auto& parts = given_up ? lane.given_ranges : lane.gaps;
      for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        if (numbers.ranges.size() < AgentState::kMostNumbers)
          numbers.ranges.push_back({lane.epoch, lane.lane, part->first, part->last, given_up, part->reason});
    }
  }
  for (auto& [agent, numbers] : out) numbers.epochs = static_cast<std::uint32_t>(epochs[agent].size());
  return out;
}

std::vector<AgentState> agent_states(const std::vector<link::PeerState>& peers,
                                     const std::map<std::string, AgentNumbers>& numbers, UtcNs now,
                                     std::int64_t late_after, std::int64_t rotate_after) {
  std::vector<AgentState> out;
  out.reserve(peers.size());
  for (const link::PeerState& peer : peers) {
    AgentState agent;
    agent.name = peer.agent;
    agent.kind = peer.kind;
    agent.version = peer.version;
    agent.remote = peer.remote;
    agent.last_heard = peer.last_heard;
    agent.kept_out_until = peer.kept_out_until;
    agent.clock_skew = peer.clock_skew;
    agent.report = peer.report;
    agent.enrolled = peer.enrolled;
    agent.devices = peer.devices;
    agent.key_since = peer.key_since;
    agent.key_asked = peer.rotate;
    if (rotate_after > 0 && peer.key_since > 0 && !peer.revoked) agent.key_due = peer.key_since + rotate_after;
    if (peer.revoked)
      agent.health = AgentState::Health::revoked;
    else if (peer.last_heard == 0)
      agent.health = AgentState::Health::never;
    else if (!peer.connected)
      agent.health = AgentState::Health::silent;
    else
      agent.health = now - peer.last_heard > late_after ? AgentState::Health::late : AgentState::Health::live;
    if (const auto known = numbers.find(peer.agent); known != numbers.end()) {
      agent.gap_events = known->second.missing;
      agent.given_up_events = known->second.given_up;
      agent.epochs = known->second.epochs;
      agent.numbers = known->second.ranges;
      agent.ledger = known->second.lanes;
    }
    out.push_back(std::move(agent));
  }
  return out;
}

}  // namespace wf::engine
