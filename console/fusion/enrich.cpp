#include "console/fusion/enrich.hpp"

#include <algorithm>
#include <array>

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

/// What is of a person ends with them.
Issued::State state_of(const Issued& issued, const Person* holder, UtcNs at) {
  const Issued::State state = issued.state(at);
  if (state != Issued::State::active || holder == nullptr) return state;
  if (at < holder->from) return Issued::State::not_yet;
  return holder->until != 0 && at >= holder->until ? Issued::State::expired : state;
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
  if (event.kind.starts_with("device.")) resolve_device(event, facts);
  if (!account.empty()) resolve_account(account, event.time, facts);
  if (facts.host == nullptr) facts.host = facts.dst_host != nullptr ? facts.dst_host : facts.src_host;
  if (facts.door == nullptr && facts.reader != nullptr && !facts.reader->opening_id.empty()) {
    const auto it = door_at_opening_.find(site_of(*facts.reader)->id + " " + facts.reader->opening_id);
    if (it != door_at_opening_.end()) facts.door = it->second;
  }
}

/// What panels and controllers tell of themselves names a device of any kind.
void Enricher::resolve_device(Event& event, Facts& facts) const {
  Field* const field = find(event, "device.id");
  if (field == nullptr || field->value.empty()) return;
  const Device* const device = estate_->find_device(field->value).device;
  if (device == nullptr) return;
  field->value = device->id;
  const Device* Facts::*const target = device->kind == DeviceKind::door     ? &Facts::door
                                       : device->kind == DeviceKind::reader ? &Facts::reader
                                       : device->kind == DeviceKind::camera ? &Facts::camera
                                                                            : &Facts::host;
  if (facts.*target == nullptr) facts.*target = device;
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

Facts Enricher::apply(Event& event, const Presence& presence, SiteFields which) {
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
  add_fields(event, facts, presence, which);
  return facts;
}

}  // namespace wf::fusion
