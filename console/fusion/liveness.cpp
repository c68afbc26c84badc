#include "console/fusion/liveness.hpp"

#include <algorithm>
#include <array>

#include "console/fusion/fusion.hpp"

namespace wf::fusion {
namespace {

struct Row {
  std::string_view kind;
  const char* reason;  ///< null: it tells again
  bool picture = false;
};

constexpr std::array<Row, 8> kCamera{{{"camera.offline", "was offline"},
                                      {"camera.online", nullptr},
                                      {"camera.covered", "was covered", true},
                                      {"camera.blurred", "was blurred", true},
                                      {"camera.moved", "was turned away", true},
                                      {"camera.dark", "was dark", true},
                                      {"camera.tamper", "was tampered with", true},
                                      {"camera.restored", nullptr, true}}};
constexpr std::array<Row, 2> kDoor{{{"door.fault", "had a fault"}, {"door.restored", nullptr}}};
constexpr std::array<Row, 2> kHost{{{"host.offline", "was offline"}, {"host.online", nullptr}}};

}  // namespace

void Liveness::Gaps::begin(UtcNs time, const char* why) {
  const bool lasts = newest.from != 0 && newest.until == 0;
  if (time < ended) {
    // Its end was told first. Said once more of the newest, that began earlier.
    if (lasts) return;
    if (newest.from != 0 && time <= newest.until) {
      newest.from = std::min(newest.from, time);
      return;
    }
    before = newest;
    newest = {time, ended, why};
    return;
  }
  if (lasts) {
    newest.from = std::min(newest.from, time);
    return;
  }
  if (newest.from != 0) before = newest;
  newest = {time, 0, why};
}

void Liveness::Gaps::end(UtcNs time) {
  ended = std::max(ended, time);
  if (newest.from != 0 && newest.until == 0 && time >= newest.from) newest.until = time;
}

Liveness::Life& Liveness::life_of(const Device& device) {
  Life*& known = by_device_[&device];
  if (known == nullptr) known = &lives_[device.id];
  return *known;
}

std::pair<const std::string, Liveness::Agent>* Liveness::agent_of(std::string_view name) {
  if (last_ != nullptr && last_->first == name) return last_;
  auto it = agents_.find(name);
  if (it == agents_.end()) {
    if (name.empty() || agents_.size() >= kMostAgents) return nullptr;
    it = agents_.emplace(std::string(name), Agent{}).first;
  }
  return last_ = &*it;
}

void Liveness::take(const Event& e, const Facts& f) {
  auto* const agent = agent_of(e.agent);
  if (agent != nullptr) agent->second.heard = std::max(agent->second.heard, e.time);
  const auto heard = [&](const Device* device, const auto& table) {
    if (device == nullptr) return;
    Life& life = life_of(*device);
    life.heard = std::max(life.heard, e.time);
    if (agent != nullptr) life.agent = &agent->first;
    for (const Row& row : table)
      if (row.kind == e.kind) {
        Gaps& gaps = row.picture ? life.picture : life.away;
        if (row.reason == nullptr)
          gaps.end(e.time);
        else
          gaps.begin(e.time, row.reason);
      }
  };
  static constexpr std::array<Row, 0> kNone{};
  heard(f.door, kDoor);
  heard(f.reader, kNone);
  heard(f.camera, kCamera);
  // What a sensor says of a host is no word of the host's.
  if (e.kind.starts_with("host.")) heard(f.host, kHost);
  if (agent == nullptr) return;
  if (e.kind.starts_with("access.") && f.site != nullptr) {
    auto at = badges_.find(f.site->id);
    if (at == badges_.end()) at = badges_.emplace(f.site->id, std::set<std::string>{}).first;
    if (!at->second.contains(agent->first)) at->second.insert(agent->first);
  } else if (e.kind == "agent.lost") {
    agent->second.source.begin(e.time, "had lost its source");
  } else if (e.kind == "agent.started") {
    agent->second.source.end(e.time);
  } else if (e.kind == "agent.gave_up") {
    agent->second.lost = std::max(agent->second.lost, e.time);
  } else if (e.kind == "link.given_up" || e.kind == "link.epoch") {
    if (auto* const other = agent_of(e.field("agent.name")); other != nullptr)
      other->second.lost = std::max(other->second.lost, e.time);
  }
}

std::string Liveness::agent_deaf(const std::string& name, UtcNs from, UtcNs until, const Policy& policy) const {
  const auto it = agents_.find(name);
  if (it == agents_.end()) return "agent " + name + " was silent";
  const Agent& agent = it->second;
  if (const char* const why = agent.source.why(from, until); why != nullptr) return "agent " + name + " " + why;
  if (agent.lost >= from) return "agent " + name + " lost events";
  if (agent.heard < until - policy.evidence_agent) return "agent " + name + " was silent";
  return {};
}

std::string Liveness::why_deaf(std::string_view device, UtcNs from, UtcNs until, const Policy& policy) const {
  const auto it = lives_.find(device);
  if (it == lives_.end()) return "was never heard";
  const Life& life = it->second;
  for (const Gaps* const gaps : {&life.away, &life.picture})
    if (const char* const why = gaps->why(from, until); why != nullptr) return why;
  if (life.heard < until - policy.evidence_device) return "was silent";
  return life.agent == nullptr ? std::string() : agent_deaf(*life.agent, from, until, policy);
}

std::string Liveness::why_deaf_to_badges(std::string_view site, UtcNs from, UtcNs until, const Policy& policy) const {
  const auto at = badges_.find(site);
  if (at == badges_.end()) return "no badge was ever heard there";
  for (const std::string& agent : at->second)
    if (std::string why = agent_deaf(agent, from, until, policy); !why.empty()) return why;
  return {};
}

}  // namespace wf::fusion
