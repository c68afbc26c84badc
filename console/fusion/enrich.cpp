#include "console/fusion/enrich.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace wf::fusion {
namespace {

int guarded(const Unit* unit) {
  if (unit == nullptr) return -1;
  return unit->criticality * 2 + (thoroughfare(*unit) ? 0 : 1);
}

Field* find(Event& event, std::string_view name) {
  for (Field& f : event.fields)
    if (f.name == name) return &f;
  return nullptr;
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

/// What is of a person ends with them.
Issued::State state_of(const Issued& issued, const Person* holder, UtcNs at) {
  const Issued::State state = issued.state(at);
  if (state != Issued::State::active || holder == nullptr) return state;
  if (at < holder->from) return Issued::State::not_yet;
  return holder->until != 0 && at >= holder->until ? Issued::State::expired : state;
}

/// Kinds of events at which it matters whether somebody can have come or gone unread.
bool asks_whereabouts(std::string_view kind) {
  return kind.starts_with("access.") || kind == "host.login" || kind == "host.usb" || kind == "host.sudo";
}

}  // namespace

bool thoroughfare(const Unit& unit) {
  static constexpr std::array<std::string_view, 12> kPublic{"walkway",    "lobby",   "stairs",        "elevator",
                                                            "escalator",  "ramp",    "movingwalkway", "steps",
                                                            "footbridge", "outside", "outdoors",      "parking"};
  return std::find(kPublic.begin(), kPublic.end(), unit.category) != kPublic.end();
}

std::pair<const Unit*, const Unit*> sides_of(const Site& site, const Device& door) {
  const Opening* opening = site.opening(door.opening_id);
  const Unit* a = opening == nullptr ? nullptr : site.unit(opening->unit_a);
  const Unit* b = opening == nullptr ? nullptr : site.unit(opening->unit_b);
  if (const Unit* own = site.unit(door.unit_id); own != nullptr) return {own, own == a ? b : a};
  return guarded(a) > guarded(b) ? std::pair{a, b} : std::pair{b, a};
}

Enricher::Enricher(std::shared_ptr<const Estate> estate)
    : estate_(estate ? std::move(estate) : std::make_shared<Estate>()) {
  for (const Site& site : estate_->sites)
    for (const Device& device : site.devices) {
      sites_.emplace(&device, &site);
      if (device.kind == DeviceKind::door && !device.opening_id.empty())
        door_at_opening_.emplace(site.id + " " + device.opening_id, &device);
    }
  for (const Person& p : estate_->people) person_by_name_.emplace(p.name, &p);
}

const Site* Enricher::site_of(const Device& device) const { return sites_.at(&device); }

void Enricher::resolve(Event& event, Facts& facts) const {
  struct Name {
    std::string_view field;
    const Device* Facts::*target;
    bool rename;
  };
  static constexpr std::array<Name, 6> kNames{{{"door.id", &Facts::door, true},
                                               {"reader.id", &Facts::reader, true},
                                               {"camera.id", &Facts::camera, true},
                                               {"host.name", &Facts::host, false},
                                               {"src.ip", &Facts::src_host, false},
                                               {"dst.ip", &Facts::dst_host, false}}};
  std::string_view account;
  for (Field& f : event.fields) {
    if (f.type == ValueType::null || f.value.empty()) continue;
    for (const Name& n : kNames) {
      if (f.name != n.field || facts.*n.target != nullptr) continue;
      const DevicePlace place = estate_->find_device(f.value);
      if (place.device == nullptr) continue;
      facts.*n.target = place.device;
      if (n.rename) f.value = place.device->id;
    }
    if (f.name == "credential.id" && facts.person == nullptr) {
      resolve_credential(f, event.time, facts);
    } else if (f.name == "person.id" && facts.person == nullptr) {
      facts.person = estate_->person(f.value);
      if (facts.person == nullptr) facts.person = estate_->person_by_alias(f.value);
      if (facts.person != nullptr) f.value = facts.person->id;
    } else if (f.name == "person.name" && facts.person == nullptr) {
      const auto it = person_by_name_.find(f.value);
      facts.person = it != person_by_name_.end() ? it->second : estate_->person_by_alias(f.value);
    } else if (f.name == "user.name") {
      account = f.value;
    } else if (f.name == "site.id" && facts.site == nullptr) {
      facts.site = estate_->site(f.value);
    } else if (f.name == "zone.id") {
      if (const UnitPlace place = estate_->find_unit(f.value); place.unit != nullptr) f.value = place.unit->id;
    }
  }
  if (!account.empty()) resolve_account(account, event.time, facts);
  if (facts.host == nullptr) facts.host = facts.dst_host != nullptr ? facts.dst_host : facts.src_host;
  if (facts.door == nullptr && facts.reader != nullptr && !facts.reader->opening_id.empty()) {
    const auto it = door_at_opening_.find(site_of(*facts.reader)->id + " " + facts.reader->opening_id);
    if (it != door_at_opening_.end()) facts.door = it->second;
  }
}

void Enricher::resolve_credential(Field& field, UtcNs at, Facts& facts) const {
  facts.credential = estate_->credential(field.value, at);
  if (facts.credential == nullptr) {
    facts.person = estate_->person_by_credential(field.value);
    return;
  }
  field.value = facts.credential->id;
  facts.person = estate_->person(facts.credential->person);
  facts.credential_state = state_of(*facts.credential, facts.person, at);
}

void Enricher::resolve_account(std::string_view name, UtcNs at, Facts& facts) const {
  facts.account = estate_->account(name, at);
  const Person* holder =
      facts.account == nullptr ? estate_->person_by_account(name) : estate_->person(facts.account->person);
  if (facts.account != nullptr) facts.account_state = state_of(*facts.account, holder, at);
  if (facts.person == nullptr) facts.person = holder;
}

void Enricher::place_door(Facts& facts) const {
  const auto [inner, outer] = sides_of(*facts.site, *facts.door);
  facts.unit = inner;
  facts.outer = outer;
  if (inner != nullptr) facts.zones.push_back(inner);
  facts.doors.push_back(facts.door);
}

void Enricher::place_camera(Facts& facts) const {
  auto add = [&](const Unit* unit) {
    if (unit != nullptr && std::find(facts.zones.begin(), facts.zones.end(), unit) == facts.zones.end())
      facts.zones.push_back(unit);
  };
  for (const std::string& id : facts.camera->covers) {
    add(facts.site->unit(id));
    const Device* device = facts.site->device(id);
    if (device == nullptr || device->kind != DeviceKind::door) continue;
    facts.doors.push_back(device);
    add(sides_of(*facts.site, *device).first);
  }
  facts.unit = facts.site->unit(facts.camera->unit_id);
  if (facts.unit == nullptr && !facts.zones.empty()) facts.unit = facts.zones.front();
  if (facts.zones.empty()) add(facts.unit);
}

Facts Enricher::apply(Event& event, const Presence& presence) {
  Facts facts;
  resolve(event, facts);
  for (const Device* device : {facts.door, facts.reader, facts.camera, facts.host})
    if (device != nullptr) {
      facts.site = site_of(*device);
      facts.criticality = std::max(facts.criticality, device->criticality);
    }
  if (facts.door != nullptr) facts.site = site_of(*facts.door);
  if (facts.door != nullptr) {
    place_door(facts);
  } else if (facts.camera != nullptr) {
    facts.site = site_of(*facts.camera);
    place_camera(facts);
  } else if (const Device* device = facts.reader != nullptr ? facts.reader : facts.host; device != nullptr) {
    facts.unit = facts.site->unit(device->unit_id);
    if (facts.unit != nullptr) facts.zones.push_back(facts.unit);
  }
  if (facts.unit == nullptr && facts.site != nullptr)
    if (const Field* zone = find(event, "zone.id"); zone != nullptr) facts.unit = facts.site->unit(zone->value);
  if (facts.unit == nullptr && facts.site == nullptr)
    if (const Field* zone = find(event, "zone.id"); zone != nullptr)
      for (const Site& s : estate_->sites)
        if (const Unit* unit = s.unit(zone->value); unit != nullptr) {
          facts.site = &s;
          facts.unit = unit;
          facts.zones.push_back(unit);
          break;
        }
  for (const Unit* unit : facts.zones) facts.criticality = std::max(facts.criticality, unit->criticality);
  if (facts.unit != nullptr) facts.criticality = std::max(facts.criticality, facts.unit->criticality);
  if (facts.site != nullptr && facts.unit != nullptr) {
    facts.level = facts.site->level(facts.unit->level_id);
  } else if (facts.site != nullptr) {
    for (const Device* device : {facts.door, facts.reader, facts.camera, facts.host})
      if (device != nullptr && facts.level == nullptr) facts.level = facts.site->level(device->level_id);
  }
  add_fields(event, facts, presence);
  return facts;
}

void Enricher::add_fields(Event& event, Facts& facts, const Presence& presence) {
  const UtcNs t = event.time;
  const Site* clock_site = facts.site;
  if (clock_site == nullptr && !estate_->sites.empty()) clock_site = &estate_->sites.front();
  if (clock_site != nullptr) {
    const LocalTime::Moment m = local_.at(clock_site->time_zone, t);
    set(event, "local.hour", m.hour);
    set(event, "local.weekday", m.weekday);
    set(event, "local.after_hours", m.after_hours() ? "true" : "false", ValueType::boolean);
  }
  if (facts.site != nullptr) {
    set(event, "site.id", facts.site->id);
    set(event, "site.name", facts.site->short_name.empty() ? facts.site->name : facts.site->short_name);
  }
  if (facts.level != nullptr) set(event, "level.name", facts.level->name);
  if (facts.unit != nullptr) {
    set(event, "zone.id", facts.unit->id);
    set(event, "zone.name", facts.unit->name.empty() ? facts.unit->category : facts.unit->name);
    set(event, "zone.category", facts.unit->category);
    set(event, "zone.criticality", facts.unit->criticality);
    set(event, "zone.people", presence.people_in(facts.unit->id));
  }
  // One name for the zone that doors lead into, cameras watch and hosts stand in, so that rules can correlate them.
  const Unit* guarded_zone = facts.unit;
  for (const Unit* unit : facts.zones)
    if (guarded_zone == nullptr || unit->criticality > guarded_zone->criticality) guarded_zone = unit;
  if (guarded_zone != nullptr) {
    set(event, "guarded.id", guarded_zone->id);
    set(event, "guarded.name", guarded_zone->name.empty() ? guarded_zone->category : guarded_zone->name);
    set(event, "guarded.criticality", guarded_zone->criticality);
  }
  if (facts.door != nullptr) {
    set(event, "door.id", facts.door->id);
    set(event, "door.name", facts.door->name.empty() ? facts.door->id : facts.door->name);
    const bool secure = (facts.unit != nullptr && facts.unit->criticality >= 3) ||
                        (facts.outer != nullptr && facts.outer->criticality >= 3);
    set(event, "door.secure", secure ? "true" : "false", ValueType::boolean);
  }
  if (facts.camera != nullptr) {
    set(event, "camera.name", facts.camera->name.empty() ? facts.camera->id : facts.camera->name);
    std::uint32_t grants = 0;
    for (const Unit* unit : facts.zones) event.fields.push_back({"covers.zone", unit->id, ValueType::string});
    for (const Device* door : facts.doors) {
      event.fields.push_back({"covers.door", door->id, ValueType::string});
      grants = std::max(grants, presence.grants(door->id, t, 30 * kSecond));
    }
    if (!facts.doors.empty()) set(event, "door.grants_30s", grants);
    if (event.kind == "camera.line_crossed") set(event, "door.tailgating", tailgating_at(facts.doors));
  }
  if (facts.person != nullptr) {
    const Person& p = *facts.person;
    set(event, "person.id", p.id);
    set(event, "person.name", p.name);
    set(event, "person.department", p.department);
    set(event, "person.present",
        presence.present(p.id, facts.site == nullptr ? std::string_view{} : std::string_view(facts.site->id), t));
    set(event, "person.zone", presence.zone(p.id, t));
    if (const UtcNs last = presence.last_badge(p.id); last != 0 && last <= t)
      set(event, "person.last_badge_age_s", (t - last) / kSecond);
    if (asks_whereabouts(event.kind))
      if (const auto there = presence.whereabouts(p.id, t); there) {
        set(event, "person.since_s", std::max<std::int64_t>(0, t - there->since) / kSecond);
        set(event, "person.sure", there->sure ? "true" : "false", ValueType::boolean);
        set(event, "person.evidence", there->evidence);
      }
  }
  if (facts.credential != nullptr) {
    set(event, "credential.state", name_of(facts.credential_state));
    set(event, "credential.replaced_by", facts.credential->replaced_by);
  } else if (facts.person != nullptr && facts.person->until != 0 && t >= facts.person->until &&
             find(event, "credential.id") != nullptr) {
    set(event, "credential.state", name_of(Issued::State::expired));
  }
  if (facts.account != nullptr) set(event, "account.state", name_of(facts.account_state));
  if (event.kind.starts_with("access.")) {
    if (const Presence::Travel travel = presence.travel(event, facts); travel.between_sites) {
      set(event, "travel.impossible", travel.impossible ? "true" : "false", ValueType::boolean);
      set(event, "travel.km", rounded(travel.km), ValueType::number);
      set(event, "travel.minutes", rounded(travel.minutes), ValueType::number);
      set(event, "travel.kmh", rounded(travel.kmh), ValueType::number);
      set(event, "travel.from", travel.from_site);
    }
  }
  if (facts.src_host != nullptr) set(event, "src.host", facts.src_host->id);
  if (facts.dst_host != nullptr) set(event, "dst.host", facts.dst_host->id);
  if (facts.host != nullptr) {
    const Device& h = *facts.host;
    set(event, "host.id", h.id);
    set(event, "host.zone", h.unit_id);
    set(event, "host.criticality", h.criticality);
    if (!h.owner.empty()) {
      set(event, "host.owner", h.owner);
      set(event, "host.owner_present", presence.present(h.owner, site_of(h)->id, t));
    }
  }
  if (facts.criticality > 1 || facts.door != nullptr || facts.camera != nullptr || facts.host != nullptr) {
    std::uint8_t device = 1;
    for (const Device* d : {facts.door, facts.reader, facts.camera, facts.host})
      if (d != nullptr) device = std::max(device, d->criticality);
    set(event, "device.criticality", device);
  }
  if (facts.site != nullptr && facts.unit != nullptr && find(event, "place") == nullptr) {
    std::string place;
    for (const std::string& part : estate_->place_path(*facts.site, facts.unit->level_id, facts.unit->id))
      place += (place.empty() ? "" : " › ") + part;
    set(event, "place", place);
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
