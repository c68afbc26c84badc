// The fields of the site that an event is given: what rules and words may ask for.
#include <algorithm>
#include <array>
#include <cstdio>

#include "console/fusion/enrich.hpp"

namespace wf::fusion {
namespace {

/// What add_fields() may add; kNames has them in the same order.
enum Which : std::uint8_t {
  local_hour,
  local_weekday,
  local_after_hours,
  site_id,
  site_name,
  level_name,
  zone_id,
  zone_name,
  zone_category,
  zone_criticality,
  zone_people,
  guarded_id,
  guarded_name,
  guarded_criticality,
  door_id,
  door_name,
  door_secure,
  camera_name,
  covers_zone,
  covers_door,
  door_grants_30s,
  door_tailgating,
  person_id,
  person_name,
  person_department,
  person_present,
  person_zone,
  person_last_badge_age_s,
  person_since_s,
  person_sure,
  person_evidence,
  credential_state,
  credential_replaced_by,
  account_state,
  travel_impossible,
  travel_km,
  travel_minutes,
  travel_kmh,
  travel_from,
  src_host,
  dst_host,
  host_id,
  host_zone,
  host_criticality,
  host_owner,
  host_owner_present,
  device_criticality,
  place,
  kFields
};
constexpr std::array<std::string_view, kFields> kNames{"local.hour",
                                                       "local.weekday",
                                                       "local.after_hours",
                                                       "site.id",
                                                       "site.name",
                                                       "level.name",
                                                       "zone.id",
                                                       "zone.name",
                                                       "zone.category",
                                                       "zone.criticality",
                                                       "zone.people",
                                                       "guarded.id",
                                                       "guarded.name",
                                                       "guarded.criticality",
                                                       "door.id",
                                                       "door.name",
                                                       "door.secure",
                                                       "camera.name",
                                                       "covers.zone",
                                                       "covers.door",
                                                       "door.grants_30s",
                                                       "door.tailgating",
                                                       "person.id",
                                                       "person.name",
                                                       "person.department",
                                                       "person.present",
                                                       "person.zone",
                                                       "person.last_badge_age_s",
                                                       "person.since_s",
                                                       "person.sure",
                                                       "person.evidence",
                                                       "credential.state",
                                                       "credential.replaced_by",
                                                       "account.state",
                                                       "travel.impossible",
                                                       "travel.km",
                                                       "travel.minutes",
                                                       "travel.kmh",
                                                       "travel.from",
                                                       "src.host",
                                                       "dst.host",
                                                       "host.id",
                                                       "host.zone",
                                                       "host.criticality",
                                                       "host.owner",
                                                       "host.owner_present",
                                                       "device.criticality",
                                                       "place"};
static_assert(kFields <= 64);

constexpr SiteFields bit(Which field) { return SiteFields{1} << field; }

const Field* find(const Event& event, std::string_view name) {
  for (const Field& f : event.fields)
    if (f.name == name) return &f;
  return nullptr;
}

void set(Event& event, const char* name, std::string_view value, ValueType type = ValueType::string) {
  if (value.empty() || find(event, name) != nullptr) return;
  event.fields.push_back({name, std::string(value), type});
}

void set(Event& event, const char* name, std::int64_t value) {
  set(event, name, std::to_string(value), ValueType::number);
}

std::string rounded(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, value < 10 ? "%.1f" : "%.0f", value);
  std::string text = buffer;
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

/// What two people on one badge are at these doors: the strictest of their policies.
std::string_view tailgating_at(const std::vector<const Device*>& doors) {
  std::string_view out = doors.empty() ? "challenge" : "log";
  for (const Device* door : doors) {
    if (door->tailgating == "dispatch") return "dispatch";
    if (door->tailgating.empty() || door->tailgating == "challenge") out = "challenge";
  }
  return out;
}

/// Kinds of events at which it matters whether somebody can have come or gone unread.
bool asks_whereabouts(std::string_view kind) {
  return kind.starts_with("access.") || kind == "host.login" || kind == "host.usb" || kind == "host.sudo";
}

}  // namespace

std::span<const std::string_view> Enricher::names() { return kNames; }

void Enricher::complete(Event& event, const Facts& facts, const Presence& presence) {
  add_fields(event, facts, presence, kAll);
}

void Enricher::add_fields(Event& event, const Facts& facts, const Presence& presence, SiteFields which) {
  if (which == 0) return;
  const UtcNs t = event.time;
  const auto wanted = [&](auto... fields) { return (which & (bit(fields) | ...)) != 0; };
  const auto put = [&](Which field, auto&&... value) {
    if (wanted(field)) set(event, kNames[field].data(), value...);
  };
  const Site* clock_site = facts.site;
  if (clock_site == nullptr && !estate_->sites.empty()) clock_site = &estate_->sites.front();
  if (clock_site != nullptr && wanted(local_hour, local_weekday, local_after_hours)) {
    const LocalTime::Moment m = local_.at(clock_site->time_zone, t);
    put(local_hour, m.hour);
    put(local_weekday, m.weekday);
    put(local_after_hours, m.after_hours() ? "true" : "false", ValueType::boolean);
  }
  if (facts.site != nullptr) {
    put(site_id, facts.site->id);
    put(site_name, facts.site->short_name.empty() ? facts.site->name : facts.site->short_name);
  }
  if (facts.level != nullptr) put(level_name, facts.level->name);
  if (facts.unit != nullptr) {
    put(zone_id, facts.unit->id);
    put(zone_name, facts.unit->name.empty() ? facts.unit->category : facts.unit->name);
    put(zone_category, facts.unit->category);
    put(zone_criticality, facts.unit->criticality);
    if (wanted(zone_people)) put(zone_people, presence.people_in(facts.unit->id));
  }
  // One name for the zone that doors lead into, cameras watch and hosts stand in, so that rules can correlate them.
  const Unit* guarded_zone = facts.unit;
  for (const Unit* unit : facts.zones)
    if (guarded_zone == nullptr || unit->criticality > guarded_zone->criticality) guarded_zone = unit;
  if (guarded_zone != nullptr) {
    put(guarded_id, guarded_zone->id);
    put(guarded_name, guarded_zone->name.empty() ? guarded_zone->category : guarded_zone->name);
    put(guarded_criticality, guarded_zone->criticality);
  }
  if (facts.door != nullptr) {
    put(door_id, facts.door->id);
    put(door_name, facts.door->name.empty() ? facts.door->id : facts.door->name);
    const bool secure = (facts.unit != nullptr && facts.unit->criticality >= 3) ||
                        (facts.outer != nullptr && facts.outer->criticality >= 3);
    put(door_secure, secure ? "true" : "false", ValueType::boolean);
  }
  if (facts.camera != nullptr) {
    put(camera_name, facts.camera->name.empty() ? facts.camera->id : facts.camera->name);
    if (wanted(covers_zone) && find(event, "covers.zone") == nullptr)
      for (const Unit* unit : facts.zones) event.fields.push_back({"covers.zone", unit->id, ValueType::string});
    if (wanted(covers_door) && find(event, "covers.door") == nullptr)
      for (const Device* door : facts.doors) event.fields.push_back({"covers.door", door->id, ValueType::string});
    if (!facts.doors.empty() && wanted(door_grants_30s)) {
      std::uint32_t grants = 0;
      for (const Device* door : facts.doors) grants = std::max(grants, presence.grants(door->id, t, 30 * kSecond));
      put(door_grants_30s, grants);
    }
    if (event.kind == "camera.line_crossed") put(door_tailgating, tailgating_at(facts.doors));
  }
  if (facts.person != nullptr) {
    const Person& p = *facts.person;
    put(person_id, p.id);
    put(person_name, p.name);
    put(person_department, p.department);
    if (wanted(person_present))
      put(person_present,
          presence.present(p.id, facts.site == nullptr ? std::string_view{} : std::string_view(facts.site->id), t));
    if (wanted(person_zone)) put(person_zone, presence.zone(p.id, t));
    if (wanted(person_last_badge_age_s))
      if (const UtcNs last = presence.last_badge(p.id); last != 0 && last <= t)
        put(person_last_badge_age_s, (t - last) / kSecond);
    if (asks_whereabouts(event.kind) && wanted(person_since_s, person_sure, person_evidence))
      if (const auto there = presence.whereabouts(p.id, t); there) {
        put(person_since_s, std::max<std::int64_t>(0, t - there->since) / kSecond);
        put(person_sure, there->sure ? "true" : "false", ValueType::boolean);
        put(person_evidence, there->evidence);
      }
  }
  if (facts.credential != nullptr) {
    put(credential_state, name_of(facts.credential_state));
    put(credential_replaced_by, facts.credential->replaced_by);
  } else if (facts.person != nullptr && facts.person->until != 0 && t >= facts.person->until &&
             find(event, "credential.id") != nullptr) {
    put(credential_state, name_of(Issued::State::expired));
  }
  if (facts.account != nullptr) put(account_state, name_of(facts.account_state));
  if (event.kind.starts_with("access.") &&
      wanted(travel_impossible, travel_km, travel_minutes, travel_kmh, travel_from)) {
    if (const Presence::Travel travel = presence.travel(event, facts); travel.between_sites) {
      put(travel_impossible, travel.impossible ? "true" : "false", ValueType::boolean);
      put(travel_km, rounded(travel.km), ValueType::number);
      put(travel_minutes, rounded(travel.minutes), ValueType::number);
      put(travel_kmh, rounded(travel.kmh), ValueType::number);
      put(travel_from, travel.from_site);
    }
  }
  if (facts.src_host != nullptr) put(src_host, facts.src_host->id);
  if (facts.dst_host != nullptr) put(dst_host, facts.dst_host->id);
  if (facts.host != nullptr) {
    const Device& h = *facts.host;
    put(host_id, h.id);
    put(host_zone, h.unit_id);
    put(host_criticality, h.criticality);
    if (!h.owner.empty()) {
      put(host_owner, h.owner);
      if (wanted(host_owner_present)) put(host_owner_present, presence.present(h.owner, site_of(h)->id, t));
    }
  }
  if (facts.criticality > 1 || facts.door != nullptr || facts.camera != nullptr || facts.host != nullptr) {
    std::uint8_t device = 1;
    for (const Device* d : {facts.door, facts.reader, facts.camera, facts.host})
      if (d != nullptr) device = std::max(device, d->criticality);
    put(device_criticality, device);
  }
  if (facts.site != nullptr && facts.unit != nullptr && wanted(place) && find(event, "place") == nullptr) {
    std::string path;
    for (const std::string& part : estate_->place_path(*facts.site, facts.unit->level_id, facts.unit->id))
      path += (path.empty() ? "" : " › ") + part;
    put(place, path);
  }
}

void Enricher::add(Event& event, const Presence::Verdict& verdict) const {
  const auto side = [](const std::string& unit) { return unit.empty() ? std::string_view("outside") : unit; };
  const auto name = [&](const std::string& unit) {
    const Unit* known = estate_->find_unit(unit).unit;
    return known == nullptr ? std::string(side(unit)) : known->name.empty() ? known->category : known->name;
  };
  if (verdict.moved) {
    if (verdict.was_known) {
      set(event, "presence.zone_before", side(verdict.before));
      set(event, "presence.before", name(verdict.before));
    }
    set(event, "presence.zone_after", side(verdict.after));
  }
  if (verdict.violations.empty()) return;
  for (const Violation v : verdict.violations)
    event.fields.push_back({"presence.violation", std::string(name_of(v)), ValueType::string});
  for (const std::string& id : verdict.evidence) event.fields.push_back({"presence.evidence", id, ValueType::string});
  set(event, "presence.missed_door", verdict.missed_door);
  if (!verdict.from_door.empty()) {
    set(event, "presence.from_door", verdict.from_door);
    set(event, "presence.metres", rounded(verdict.metres), ValueType::number);
    set(event, "presence.seconds", rounded(verdict.seconds), ValueType::number);
  }
  if (verdict.zone != nullptr) {
    set(event, "presence.zone", verdict.zone->id);
    set(event, "presence.zone_name", verdict.zone->name.empty() ? verdict.zone->category : verdict.zone->name);
    set(event, "presence.people", verdict.people);
    if (verdict.limit != 0) set(event, "presence.limit", verdict.limit);
  }
}

}  // namespace wf::fusion
