#include "console/model/site.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>

namespace wf {
namespace {

/// A text as the key of an index, valid until this thread's next call: every event asks for what it names, and most of
/// it is not there.
const std::string& key_of(std::string_view text) {
  static thread_local std::string key;
  key = text;
  return key;
}

template <class T>
const T* find_in(const std::vector<T>& items, const std::unordered_map<std::string, std::uint32_t>& index,
                 std::string_view id) {
  const auto it = index.find(key_of(id));
  return it == index.end() ? nullptr : &items[it->second];
}

template <class T>
void fill(std::unordered_map<std::string, std::uint32_t>& index, const std::vector<T>& items) {
  index.clear();
  index.reserve(items.size());
  for (std::uint32_t i = 0; i < items.size(); ++i) index.emplace(items[i].id, i);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

using ByTime = std::unordered_map<std::string, std::vector<std::uint32_t>>;

void fill(ByTime& index, const std::vector<Issued>& items, std::string (*key)(std::string_view)) {
  index.clear();
  const auto put = [&](const std::string& name, std::uint32_t i) {
    std::vector<std::uint32_t>& at = index[key(name)];
    if (std::find(at.begin(), at.end(), i) == at.end()) at.push_back(i);
  };
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    put(items[i].id, i);
    for (const std::string& alias : items[i].aliases) put(alias, i);
  }
  for (auto& [name, at] : index)
    std::stable_sort(at.begin(), at.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return items[a].from < items[b].from; });
}

const Issued* find_in(const std::vector<Issued>& items, const ByTime& index, std::string_view name, UtcNs at) {
  const auto it = index.find(key_of(name));
  if (it == index.end()) return nullptr;
  const Issued* best = &items[it->second.front()];
  for (const std::uint32_t i : it->second)
    if (items[i].from <= at) best = &items[i];
  return best;
}

std::string as_it_is(std::string_view text) { return std::string(text); }

}  // namespace

UtcNs Issued::end() const {
  UtcNs out = std::numeric_limits<UtcNs>::max();
  for (const UtcNs t : {until, revoked, replaced_by.empty() ? 0 : replaced})
    if (t != 0) out = std::min(out, t);
  return out;
}

Issued::State Issued::state(UtcNs at) const {
  if (revoked != 0 && at >= revoked) return State::revoked;
  if (!replaced_by.empty() && at >= replaced) return State::replaced;
  if (at < from) return State::not_yet;
  return until != 0 && at >= until ? State::expired : State::active;
}

std::string_view name_of(Issued::State state) {
  static constexpr std::string_view kNames[] = {"active", "not yet", "expired", "replaced", "revoked"};
  return kNames[static_cast<std::size_t>(state)];
}

const Level* Site::level(std::string_view id) const { return find_in(levels, level_index, id); }
const Unit* Site::unit(std::string_view id) const { return find_in(units, unit_index, id); }
const Opening* Site::opening(std::string_view id) const { return find_in(openings, opening_index, id); }
const Device* Site::device(std::string_view id) const { return find_in(devices, device_index, id); }
const Building* Site::building(std::string_view id) const { return find_in(buildings, building_index, id); }

void Site::index() {
  fill(level_index, levels);
  fill(unit_index, units);
  fill(opening_index, openings);
  fill(device_index, devices);
  fill(building_index, buildings);
}

const Site* Estate::site(std::string_view id) const {
  for (const Site& s : sites)
    if (s.id == id) return &s;
  return nullptr;
}

const Person* Estate::person(std::string_view id) const { return find_in(people, person_index, id); }
const Person* Estate::person_by_credential(std::string_view credential) const {
  return find_in(people, credential_index, credential);
}
const Person* Estate::person_by_account(std::string_view account) const {
  return find_in(people, account_index, lower(account));
}

const Person* Estate::person_by_alias(std::string_view alias) const { return find_in(people, alias_index, alias); }

const Issued* Estate::credential(std::string_view name, UtcNs at) const {
  return issued_credentials.empty() ? nullptr : find_in(credentials, issued_credentials, name, at);
}
const Issued* Estate::account(std::string_view name, UtcNs at) const {
  return issued_accounts.empty() ? nullptr : find_in(accounts, issued_accounts, lower(name), at);
}

UnitPlace Estate::find_unit(std::string_view name) const {
  const auto it = unit_names.find(key_of(name));
  if (it == unit_names.end()) return {};
  const Site& site = sites[it->second.first];
  return {&site, &site.units[it->second.second]};
}

DevicePlace Estate::find_device(std::string_view name) const {
  const auto it = device_names.find(key_of(name));
  if (it == device_names.end()) return {};
  const Site& site = sites[it->second.first];
  return {&site, &site.devices[it->second.second]};
}

std::vector<std::string> Estate::place_path(const Site& site, std::string_view level_id,
                                            std::string_view unit_id) const {
  std::vector<std::string> path{site.short_name.empty() ? site.name : site.short_name};
  const Unit* unit = site.unit(unit_id);
  const Level* level = site.level(unit != nullptr ? std::string_view(unit->level_id) : level_id);
  if (level != nullptr) {
    const Building* building = site.building(level->building_id);
    if (building != nullptr && site.buildings.size() > 1) path.push_back(building->name);
    path.push_back(level->name);
  }
  if (unit != nullptr) path.push_back(unit->name.empty() ? unit->category : unit->name);
  return path;
}

void Estate::index() {
  for (Site& s : sites) s.index();
  fill(person_index, people);
  credential_index.clear();
  account_index.clear();
  alias_index.clear();
  for (std::uint32_t i = 0; i < people.size(); ++i) {
    for (const std::string& c : people[i].credentials) credential_index.emplace(c, i);
    for (const std::string& a : people[i].accounts) account_index.emplace(lower(a), i);
    for (const std::string& a : people[i].aliases) alias_index.emplace(a, i);
  }
  fill(issued_credentials, credentials, as_it_is);
  fill(issued_accounts, accounts, lower);
  device_names.clear();
  // Ids win over aliases, aliases over names, names over addresses: each pass only fills what is free.
  for (int pass = 0; pass < 4; ++pass) {
    for (std::uint32_t s = 0; s < sites.size(); ++s) {
      for (std::uint32_t d = 0; d < sites[s].devices.size(); ++d) {
        const Device& device = sites[s].devices[d];
        if (pass == 0) device_names.emplace(device.id, std::pair{s, d});
        if (pass == 1)
          for (const std::string& alias : device.aliases) device_names.emplace(alias, std::pair{s, d});
        if (pass == 2 && !device.name.empty()) device_names.emplace(device.name, std::pair{s, d});
        if (pass == 3 && !device.address.empty()) device_names.emplace(device.address, std::pair{s, d});
      }
    }
  }
  unit_names.clear();
  std::map<std::string, std::uint32_t> named;
  for (const Site& site : sites)
    for (const Unit& unit : site.units) ++named[unit.name];
  for (int pass = 0; pass < 3; ++pass)
    for (std::uint32_t s = 0; s < sites.size(); ++s)
      for (std::uint32_t u = 0; u < sites[s].units.size(); ++u) {
        const Unit& unit = sites[s].units[u];
        if (pass == 0) unit_names.emplace(unit.id, std::pair{s, u});
        if (pass == 1)
          for (const std::string& alias : unit.aliases) unit_names.emplace(alias, std::pair{s, u});
        if (pass == 2 && !unit.name.empty() && named[unit.name] == 1) unit_names.emplace(unit.name, std::pair{s, u});
      }
}

std::string why_never_locked(const Site& site, const Device& door) {
  const Opening* const opening = site.opening(door.opening_id);
  if (opening != nullptr && opening->category.starts_with("emergencyexit"))
    return door.id + " is an emergency exit and is never locked";
  if (!door.egress) return door.id + " has no declared way out (`egress: true` in devices.yaml) and is not locked";
  return {};
}

}  // namespace wf
