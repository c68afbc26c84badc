#include "console/model/site.hpp"

#include <algorithm>
#include <cctype>

namespace wf {
namespace {

template <class T>
const T* find_in(const std::vector<T>& items, const std::unordered_map<std::string, std::uint32_t>& index,
                 std::string_view id) {
  const auto it = index.find(std::string(id));
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

}  // namespace

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

DevicePlace Estate::find_device(std::string_view name) const {
  const auto it = device_names.find(std::string(name));
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
  for (std::uint32_t i = 0; i < people.size(); ++i) {
    for (const std::string& c : people[i].credentials) credential_index.emplace(c, i);
    for (const std::string& a : people[i].accounts) account_index.emplace(lower(a), i);
  }
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
}

}  // namespace wf
