#include "console/fusion/presence.hpp"

#include <algorithm>
#include <cmath>

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

bool outdoors(const Unit& unit) {
  return unit.category == "outside" || unit.category == "outdoors" || unit.category == "exterior";
}

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

void Presence::move(Stay& stay, const std::string& site, const std::string& unit, bool known) {
  if (stay.known && !stay.unit.empty())
    if (const auto it = zone_people_.find(stay.unit); it != zone_people_.end() && --it->second == 0)
      zone_people_.erase(it);
  stay.site = site;
  stay.unit = unit;
  stay.known = known;
  if (known && !unit.empty()) ++zone_people_[unit];
}

bool Presence::take(const Event& event, const Facts& facts) {
  if (!event.kind.starts_with("access.") || event.kind == "access.mode") return false;
  if (passes(event.kind) && facts.door != nullptr) {
    auto& list = grants_[facts.door->id];
    // Granted and entered are one passage.
    if (event.kind == "access.granted" || list.empty() || event.time - list.back() > 30 * kSecond)
      list.push_back(event.time);
    while (event.time - list.front() > 10 * kMinute) list.pop_front();
  }
  const std::string key = presence_key(event, facts);
  if (key.empty() || facts.site == nullptr) return false;
  const auto [at, fresh] = stays_.try_emplace(key);
  Stay& stay = at->second;
  if (fresh && facts.person == nullptr) {
    unknown_.push_back(key);
    if (unknown_.size() > kMostUnknown) {
      if (const auto oldest = stays_.find(unknown_.front()); oldest != stays_.end()) {
        move(oldest->second, {}, {}, false);
        stays_.erase(oldest);
      }
      unknown_.pop_front();
    }
  }
  if (stay.used && event.time < stay.last) return false;  // late: it says nothing of now
  stay.used = true;
  stay.last = event.time;
  stay.last_site = facts.site->id;
  stay.last_site_name = facts.site->short_name.empty() ? facts.site->name : facts.site->short_name;
  stay.last_place = facts.site->origin;
  if (event.kind == "access.not_taken") {
    move(stay, stay.previous_site, stay.previous_unit, stay.previous_known);
    return true;
  }
  if (!passes(event.kind) || facts.door == nullptr) return false;
  const std::string_view direction = event.field("direction");
  const Unit* to = facts.unit;
  // A reader stands on the side that one comes from.
  if (facts.reader != nullptr && facts.unit != nullptr && facts.reader->unit_id == facts.unit->id) to = facts.outer;
  if (direction == "out" || direction == "exit") to = facts.outer;
  if (direction == "in" || direction == "entry") to = facts.unit;
  const std::string unit = to == nullptr || outdoors(*to) ? std::string() : to->id;
  if (stay.known && stay.unit == unit && stay.site == facts.site->id) return false;
  if (event.kind == "access.granted") {
    stay.previous_site = stay.site;
    stay.previous_unit = stay.unit;
    stay.previous_known = stay.known;
  }
  move(stay, facts.site->id, unit, true);
  return true;
}

std::string_view Presence::present(std::string_view person, std::string_view site, UtcNs now) const {
  const Stay* stay = find(person);
  if (stay == nullptr || !stay->known || now - stay->last > kStale) return "unknown";
  return !stay->unit.empty() && (site.empty() || stay->site == site) ? "true" : "false";
}

std::string_view Presence::zone(std::string_view person, UtcNs now) const {
  const Stay* stay = find(person);
  if (stay == nullptr || !stay->known || now - stay->last > kStale) return {};
  return stay->unit;
}

UtcNs Presence::last_badge(std::string_view person) const {
  const Stay* stay = find(person);
  return stay == nullptr ? 0 : stay->last;
}

std::uint32_t Presence::people_in(std::string_view unit) const {
  const auto it = zone_people_.find(std::string(unit));
  return it == zone_people_.end() ? 0 : it->second;
}

std::uint32_t Presence::grants(std::string_view door, UtcNs time, std::int64_t span) const {
  const auto it = grants_.find(door);
  if (it == grants_.end()) return 0;
  return static_cast<std::uint32_t>(
      std::count_if(it->second.begin(), it->second.end(), [&](UtcNs t) { return t <= time && time - t <= span; }));
}

}  // namespace wf::fusion
