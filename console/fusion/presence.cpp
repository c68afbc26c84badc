#include "console/fusion/presence.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace wf::fusion {
namespace {

double distance_km(LonLat a, LonLat b) {
  constexpr double kRadians = 3.14159265358979323846 / 180, kEarth = 6371.0088;
  const double dlat = (b.lat - a.lat) * kRadians / 2, dlon = (b.lon - a.lon) * kRadians / 2;
  const double h = std::sin(dlat) * std::sin(dlat) +
                   std::cos(a.lat * kRadians) * std::cos(b.lat * kRadians) * std::sin(dlon) * std::sin(dlon);
  return 2 * kEarth * std::asin(std::min(1.0, std::sqrt(h)));
}

bool passes(std::string_view kind) { return kind == "access.granted" || kind == "access.entered"; }

}  // namespace

std::string presence_key(const Event& event, const Facts& facts) {
  if (facts.person != nullptr) return facts.person->id;
  if (const std::string_view credential = event.field("credential.id"); !credential.empty())
    return "credential " + std::string(credential);
  return {};
}

const Presence::Stay* Presence::find(std::string_view person) const {
  const auto it = stays_.find(person);
  return it == stays_.end() ? nullptr : &it->second;
}

Presence::Travel Presence::travel(const Event& event, const Facts& facts) const {
  Travel out;
  const std::string key = presence_key(event, facts);
  const Stay* stay = key.empty() ? nullptr : find(key);
  if (stay == nullptr || !stay->used || facts.site == nullptr || stay->last_site == facts.site->id) return out;
  out.between_sites = true;
  out.from_site = stay->last_site_name;
  out.km = distance_km(stay->last_place, facts.site->origin);
  out.minutes = static_cast<double>(std::abs(event.time - stay->last)) / static_cast<double>(kMinute);
  out.kmh = out.km / std::max(out.minutes, 1.0 / 60) * 60;
  out.impossible = out.minutes < out.km / 900 * 60 + 10;
  return out;
}

void Presence::move(const std::string& key, Stay& stay, Spot spot, Verdict& out) {
  Spot& old = stay.spot;
  out.changed |= old.known != spot.known || old.unit != spot.unit || old.site != spot.site;
  if (old.known) {
    by_last_.erase({stay.last, key});
    if (const auto it = people_.find(old.unit); it != people_.end()) {
      it->second.erase(key);
      if (it->second.empty()) people_.erase(it);
    }
  }
  old = std::move(spot);
  if (!old.known) return;
  by_last_.emplace(stay.last, key);
  if (!old.unit.empty()) people_[old.unit].insert(key);
}

void Presence::forget_stale(UtcNs now, Verdict& out) {
  while (!by_last_.empty() && now - by_last_.begin()->first > kStale) {
    const std::string key = by_last_.begin()->second;
    move(key, stays_.at(key), {}, out);
  }
}

void Presence::remember_unknown(const std::string& key, Verdict& out) {
  unknown_.push_back(key);
  if (unknown_.size() <= kMostUnknown) return;
  if (const auto oldest = stays_.find(unknown_.front()); oldest != stays_.end()) {
    move(oldest->first, oldest->second, {}, out);
    stays_.erase(oldest);
  }
  unknown_.pop_front();
}

Presence::Passage Presence::passage(const Event& event, const Facts& facts) const {
  Passage out;
  const std::string_view direction = event.field("direction");
  // A reader stands on the side that one comes from.
  out.outward = facts.reader != nullptr && facts.unit != nullptr && facts.reader->unit_id == facts.unit->id;
  if (direction == "out" || direction == "exit") out.outward = true;
  if (direction == "in" || direction == "entry") out.outward = false;
  const Unit* to = out.outward ? facts.outer : facts.unit;
  if (const Topology::Sides* sides = topology_->sides(*facts.door); sides != nullptr) {
    out.origin = out.outward ? sides->inner : sides->outer;
    out.end = out.outward ? sides->outer : sides->inner;
    if (to == nullptr) to = topology_->unit(out.end);
  }
  if (to != nullptr && !outdoors(*to)) out.unit = to->id;
  return out;
}

void Presence::undo_untaken(const std::string& key, Stay& stay, Verdict& out) {
  if (!stay.granted_only || !openings_.tells(stay.door) || openings_.taken(stay.door, stay.spot.since)) return;
  move(key, stay, std::exchange(stay.previous, {}), out);
  stay.granted_only = false;
  stay.door.clear();
}

void Presence::take_passage(const Event& event, const Facts& facts, const std::string& key, Stay& stay, Verdict& out) {
  Passage way = passage(event, facts);
  if (stay.spot.known && stay.door == facts.door->id && stay.outward == way.outward &&
      event.time - stay.passed <= kOnePassage) {
    const bool entered = event.kind == "access.entered";
    if (stay.granted_only && (entered || !openings_.taken(stay.door, stay.spot.since))) {
      stay.granted_only = !entered;
      stay.passed = event.time;
      return;
    }
  }
  undo_untaken(key, stay, out);
  const Spot before = stay.spot;
  out.moved = true;
  out.was_known = before.known;
  out.before = before.unit;
  out.after = way.unit;
  judge_way(before, way, out);
  if (event.kind == "access.granted") stay.previous = before;
  stay.granted_only = event.kind == "access.granted";
  stay.door = facts.door->id;
  stay.outward = way.outward;
  stay.passed = event.time;
  move(key, stay, {true, facts.site->id, way.unit, event.time, event.id}, out);
  judge_occupancy(before, way, out);
  judge_armed(key, before, way, out);
}

void Presence::take_badge(const Event& event, const Facts& facts, Verdict& out) {
  const std::string key = presence_key(event, facts);
  if (key.empty() || facts.site == nullptr) return;
  const auto [at, fresh] = stays_.try_emplace(key);
  Stay& stay = at->second;
  if (fresh && facts.person == nullptr) remember_unknown(key, out);
  if (stay.used && event.time < stay.last) return;  // late: it says nothing of now
  judge_credential(facts, out);
  judge_speed(event, facts, out);
  if (stay.used && passes(event.kind) && travel(event, facts).impossible) {
    out.violations.push_back(Violation::impossible_time);
    out.evidence.push_back(stay.last_event);
  }
  if (stay.spot.known) {
    by_last_.erase({stay.last, key});
    by_last_.emplace(event.time, key);
  }
  stay.used = true;
  stay.last = event.time;
  stay.last_event = event.id;
  stay.last_site = facts.site->id;
  stay.last_site_name = facts.site->short_name.empty() ? facts.site->name : facts.site->short_name;
  stay.last_place = facts.site->origin;
  if (event.kind == "access.not_taken") {
    if (stay.granted_only) move(key, stay, std::exchange(stay.previous, {}), out);
    stay.granted_only = false;
    stay.door.clear();
  } else if (passes(event.kind) && facts.door != nullptr) {
    take_passage(event, facts, key, stay, out);
  }
}

bool Presence::concerned(std::string_view kind) {
  // access, door, fire, intrusion; agent and link tell of lost events.
  return !kind.empty() && std::string_view("adfil").find(kind.front()) != std::string_view::npos;
}

Presence::Verdict Presence::take(const Event& event, const Facts& facts) {
  Verdict out;
  if (event.drill) return out;
  openings_.take(event, facts);
  if (event.kind == "intrusion.armed" || event.kind == "intrusion.disarmed") arm(event, facts, out);
  if (!event.kind.starts_with("access.") || event.kind == "access.mode" || event.kind == "access.remote_open")
    return out;
  forget_stale(event.time, out);
  take_badge(event, facts, out);
  // One name once, and few.
  std::vector<std::string> ids;
  for (std::string& id : out.evidence)
    if (!id.empty() && id != event.id && ids.size() < kMostEvidence &&
        std::find(ids.begin(), ids.end(), id) == ids.end())
      ids.push_back(std::move(id));
  out.evidence = std::move(ids);
  return out;
}

std::string_view Presence::present(std::string_view person, std::string_view site, UtcNs now) const {
  const Stay* stay = find(person);
  if (stay == nullptr || !stay->spot.known || now - stay->last > kStale) return "unknown";
  return !stay->spot.unit.empty() && (site.empty() || stay->spot.site == site) ? "true" : "false";
}

std::string_view Presence::zone(std::string_view person, UtcNs now) const {
  const Stay* stay = find(person);
  if (stay == nullptr || !stay->spot.known || now - stay->last > kStale) return {};
  return stay->spot.unit;
}

std::optional<Presence::Whereabouts> Presence::whereabouts(std::string_view person, UtcNs now) const {
  const Stay* stay = find(person);
  if (stay == nullptr || !stay->spot.known || now - stay->last > kStale) return std::nullopt;
  const Spot& spot = stay->spot;
  return Whereabouts{spot.since, spot.evidence, topology_->held(topology_->node(spot.unit), opened_since(spot))};
}

UtcNs Presence::last_badge(std::string_view person) const {
  const Stay* stay = find(person);
  return stay == nullptr ? 0 : stay->last;
}

std::uint32_t Presence::people_in(std::string_view unit) const {
  const auto it = people_.find(unit);
  return it == people_.end() ? 0 : static_cast<std::uint32_t>(it->second.size());
}

std::map<std::string, std::uint32_t> Presence::zone_people() const {
  std::map<std::string, std::uint32_t> out;
  for (const auto& [unit, people] : people_) out.emplace(unit, static_cast<std::uint32_t>(people.size()));
  return out;
}

}  // namespace wf::fusion
