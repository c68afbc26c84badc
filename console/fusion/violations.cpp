// What presence finds wrong with a badge event. Each judges one thing, and keeps quiet where it cannot know.
#include <algorithm>
#include <array>
#include <cmath>

#include "console/fusion/presence.hpp"

namespace wf::fusion {
namespace {

/// Kinds at which the badge itself was at the reader.
bool badge_was_there(std::string_view kind) {
  static constexpr std::array<std::string_view, 7> kKinds{"access.granted",  "access.entered", "access.denied",
                                                          "access.passback", "access.duress",  "access.lockout",
                                                          "access.interlock"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

}  // namespace

std::string_view name_of(Violation violation) {
  static constexpr std::array<std::string_view, 10> kNames{
      "exit_without_entry",  "entry_without_exit", "inner_without_outer", "exit_skipped",    "impossible_time",
      "replaced_credential", "revoked_credential", "occupancy",           "last_left_armed", "armed_with_people"};
  return kNames[static_cast<std::size_t>(violation)];
}

Topology::Opened Presence::opened_since(const Spot& spot) const {
  return [this, &spot](const Device& door) { return openings_.unread(spot.site, door.id, spot.since); };
}

/// Did a badge tell of every passage that needs one, from where somebody was to the door that they pass now?
void Presence::judge_way(const Spot& before, const Passage& passage, Verdict& out) const {
  if (!before.known) return;
  const Topology::Node at = topology_->node(before.unit);
  if (at == Topology::kNowhere || passage.origin == Topology::kNowhere || topology_->free(at, passage.origin)) return;
  const Topology::Way way = topology_->way(at, passage.origin, opened_since(before));
  if (!way.known || way.steps.empty()) return;
  const bool out_missed = std::any_of(way.steps.begin(), way.steps.end(), [](const auto& s) { return s.outward; });
  const bool in_missed = std::any_of(way.steps.begin(), way.steps.end(), [](const auto& s) { return !s.outward; });
  if (passage.outward) {
    out.violations.push_back(in_missed ? Violation::exit_without_entry : Violation::exit_skipped);
  } else {
    if (out_missed) out.violations.push_back(Violation::entry_without_exit);
    if (in_missed) out.violations.push_back(Violation::inner_without_outer);
  }
  out.missed_door = way.steps.front().door->id;
  out.evidence.push_back(before.evidence);
}

void Presence::judge_credential(const Facts& facts, Verdict& out) const {
  if (facts.credential_state == Issued::State::replaced) out.violations.push_back(Violation::replaced_credential);
  if (facts.credential_state == Issued::State::revoked) out.violations.push_back(Violation::revoked_credential);
}

void Presence::judge_speed(const Event& event, const Facts& facts, Verdict& out) {
  while (!use_order_.empty() &&
         (event.time - use_order_.front().first > 10 * kMinute || use_order_.size() > kMostUses)) {
    // Unless it was used again since.
    if (const auto it = uses_.find(use_order_.front().second);
        it != uses_.end() && it->second.time <= use_order_.front().first)
      uses_.erase(it);
    use_order_.pop_front();
  }
  const std::string_view credential = event.field("credential.id");
  if (credential.empty() || facts.door == nullptr || !facts.door->placed || !badge_was_there(event.kind)) return;
  const auto [it, fresh] = uses_.try_emplace(std::string(credential));
  Use& use = it->second;
  if (!fresh && event.time < use.time) return;
  if (!fresh && use.site == facts.site->id && use.door != facts.door->id) {
    const double metres = std::hypot(static_cast<double>(facts.door->position.x) - use.place.x,
                                     static_cast<double>(facts.door->position.y) - use.place.y);
    const auto seconds = static_cast<double>(event.time - use.time) / static_cast<double>(kSecond);
    constexpr double kSlack = static_cast<double>(kClocks) / static_cast<double>(kSecond);
    if (metres > kNear && metres / kFastest > seconds + kSlack) {
      out.violations.push_back(Violation::impossible_time);
      out.from_door = use.door;
      out.metres = metres;
      out.seconds = seconds;
      out.evidence.push_back(use.event);
    }
  }
  use = {facts.site->id, facts.door->id, event.id, facts.door->position, event.time};
  use_order_.emplace_back(event.time, credential);
}

std::uint32_t Presence::surely_in(Topology::Node zone, std::vector<std::string>& evidence) const {
  std::uint32_t out = 0;
  for (const auto& [unit, people] : people_) {
    const Topology::Node at = topology_->node(unit);
    if (!topology_->within(at, zone)) continue;
    for (const std::string& key : people) {
      const Spot& spot = stays_.at(key).spot;
      if (!topology_->held(at, zone, opened_since(spot))) continue;
      ++out;
      if (evidence.size() < kMostEvidence) evidence.push_back(spot.evidence);
    }
  }
  return out;
}

void Presence::judge_occupancy(const Spot& before, const Passage& passage, Verdict& out) const {
  for (Topology::Node zone = passage.end; zone != Topology::kNowhere; zone = topology_->outer(zone)) {
    const Unit* unit = topology_->unit(zone);
    if (unit == nullptr || unit->limit == 0) continue;
    if (before.known && topology_->within(topology_->node(before.unit), zone)) continue;  // was counted already
    std::vector<std::string> evidence;
    const std::uint32_t people = surely_in(zone, evidence);
    if (people <= unit->limit) continue;
    out.violations.push_back(Violation::occupancy);
    out.zone = unit;
    out.people = people;
    out.limit = unit->limit;
    out.evidence.insert(out.evidence.end(), evidence.begin(), evidence.end());
    return;
  }
}

void Presence::arm(const Event& event, const Facts& facts, Verdict& out) {
  if (facts.unit == nullptr) return;
  const auto it = armed_.find(facts.unit->id);
  if (it != armed_.end() && event.time < it->second.since) return;
  if (event.kind == "intrusion.disarmed") {
    if (it != armed_.end()) armed_.erase(it);
    return;
  }
  armed_[facts.unit->id] = {event.time, event.id};
  out.people = surely_in(topology_->node(facts.unit->id), out.evidence);
  if (out.people == 0) return;
  out.violations.push_back(Violation::armed_with_people);
  out.zone = facts.unit;
}

void Presence::judge_armed(const std::string& key, const Spot& before, const Passage& passage, Verdict& out) const {
  if (!before.known) return;
  const Topology::Node at = topology_->node(before.unit);
  for (const auto& [id, armed] : armed_) {
    const Topology::Node zone = topology_->node(id);
    // Only somebody who comes out by a badge was there for sure.
    if (!topology_->within(passage.origin, zone) || topology_->within(passage.end, zone)) continue;
    if (!topology_->within(at, zone) || before.since >= armed.since) continue;
    const bool others = std::any_of(people_.begin(), people_.end(), [&](const auto& unit) {
      return topology_->within(topology_->node(unit.first), zone) &&
             (unit.second.size() > 1 || !unit.second.contains(key));
    });
    if (others) continue;
    out.violations.push_back(Violation::last_left_armed);
    out.zone = topology_->unit(zone);
    out.evidence.push_back(armed.evidence);
    out.evidence.push_back(before.evidence);
    return;
  }
}

}  // namespace wf::fusion
