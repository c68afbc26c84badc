#include "console/site/site_files.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "console/model/call.hpp"
#include "console/site/geometry.hpp"
#include "console/site/yaml_file.hpp"

namespace wf::site {
namespace {

namespace fs = std::filesystem;

std::optional<DeviceKind> device_kind(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, DeviceKind>, 8> kKinds{
      {{"door", DeviceKind::door},
       {"reader", DeviceKind::reader},
       {"camera", DeviceKind::camera},
       {"host", DeviceKind::host},
       {"network", DeviceKind::network},
       {"controller", DeviceKind::controller},
       {"sensor", DeviceKind::sensor},
       {"guard_post", DeviceKind::guard_post}}};
  for (const auto& [word, kind] : kKinds)
    if (word == name) return kind;
  return std::nullopt;
}

constexpr const char* kDevices = "devices.yaml";

class DevicesFile {
 public:
  DevicesFile(Site& site, std::vector<std::string>& settled, Warnings& warnings)
      : site_(site), settled_(settled), warnings_(warnings), plane_(site.origin) {}

  void read(const YAML::Node& root) {
    check_keys(root, {"v", "zones", "openings", "devices", "agents", "calls"}, kDevices, "", warnings_);
    for (const YAML::Node& node : maps(root, "zones", kDevices, warnings_)) zone(node);
    for (const YAML::Node& node : maps(root, "openings", kDevices, warnings_)) opening(node);
    for (const YAML::Node& node : maps(root, "devices", kDevices, warnings_)) device(node);
    for (const YAML::Node& node : maps(root, "agents", kDevices, warnings_)) agent(node);
    for (const YAML::Node& node : maps(root, "calls", kDevices, warnings_)) call(node);
    site_.index();
    for (Device& d : site_.devices) hang(d);
    for (AgentPlace& a : site_.agents)
      if (site_.device(a.behind) == nullptr) {
        warnings_.add(kDevices, places_["agent " + a.name], "behind '" + a.behind + "', which is no device of the site",
                      "it is left out");
        a.behind.clear();
      }
    std::erase_if(site_.agents, [](const AgentPlace& a) { return a.behind.empty(); });
    for (Device& d : site_.devices)
      std::erase_if(d.covers, [&](const std::string& id) {
        if (site_.unit(id) != nullptr || site_.device(id) != nullptr) return false;
        warnings_.add(kDevices, places_[d.id], "covers '" + id + "', which is no unit or device", "it is left out");
        return true;
      });
  }

 private:
  std::string text(const YAML::Node& node, const char* key, const std::string& of) {
    return value<std::string>(node, key, {}, kDevices, of, warnings_);
  }

  std::uint8_t criticality(const YAML::Node& node, const std::string& of) {
    const int level = value<int>(node, "criticality", 1, kDevices, of, warnings_);
    if (level >= 1 && level <= 4) return static_cast<std::uint8_t>(level);
    warnings_.add(kDevices, of, "criticality " + std::to_string(level) + " is not 1 to 4", "1 is taken");
    return 1;
  }

  static std::string named(const std::string& id, const YAML::Node& node) { return id + " (" + line_of(node) + ")"; }

  void zone(const YAML::Node& node) {
    const std::string list = "zones, " + line_of(node), id = text(node, "unit", list), at = named(id, node);
    check_keys(node, {"unit", "category", "criticality", "name", "aliases", "within", "limit"}, kDevices, at,
               warnings_);
    const auto it = site_.unit_index.find(id);
    if (it == site_.unit_index.end())
      return warnings_.add(kDevices, list, "'" + id + "' is no unit of the site", "it is left out");
    if (!zones_.insert(id).second)
      return warnings_.add(kDevices, list, "'" + id + "' is there twice", "the first one is kept");
    Unit& unit = site_.units[it->second];
    if (const std::string category = text(node, "category", at); !category.empty()) unit.category = category;
    if (const std::string name = text(node, "name", at); !name.empty()) unit.name = name;
    unit.criticality = criticality(node, at);
    for (std::string& alias : texts(node, "aliases", kDevices, at, warnings_)) {
      if (const auto [other, fresh] = zone_aliases_.emplace(alias, id); fresh)
        unit.aliases.push_back(std::move(alias));
      else
        warnings_.add(kDevices, at, "'" + alias + "' also means " + other->second, "it stays there");
    }
    if (const int limit = value<int>(node, "limit", 0, kDevices, at, warnings_); limit >= 0)
      unit.limit = static_cast<std::uint32_t>(limit);
    else
      warnings_.add(kDevices, at, "limit " + std::to_string(limit) + " is no number of people", "no limit is taken");
    within(unit, text(node, "within", at), at);
  }

  /// The unit that one must be in before this one. Those that would close a circle are left out.
  void within(Unit& unit, const std::string& outer, const std::string& at) {
    if (outer.empty()) return;
    if (site_.unit(outer) == nullptr)
      return warnings_.add(kDevices, at, "within '" + outer + "', which is no unit of the site", "it is left out");
    std::string circle = unit.id;
    for (std::string inner = outer; !inner.empty(); inner = site_.unit(inner)->within) {
      circle += " within " + inner;
      if (inner == unit.id)
        return warnings_.add(kDevices, at, "lies within itself: " + circle, "this `within` is left out");
    }
    unit.within = outer;
  }

  void agent(const YAML::Node& node) {
    const std::string name = text(node, "agent", "agents, " + line_of(node)), at = named(name, node);
    check_keys(node, {"agent", "behind"}, kDevices, at, warnings_);
    if (name.empty()) return warnings_.add(kDevices, line_of(node), "an agent has no name", "it is left out");
    if (!places_.emplace("agent " + name, at).second)
      return warnings_.add(kDevices, at, "is there twice", "the first one is kept");
    site_.agents.push_back({name, text(node, "behind", at)});
  }

  void call(const YAML::Node& node) {
    const std::string list = "calls, " + line_of(node);
    check_keys(node, {"who", "number", "from", "domains"}, kDevices, list, warnings_);
    Contact c;
    c.who = text(node, "who", list);
    c.number = text(node, "number", list);
    if (c.who.empty() || c.number.empty())
      return warnings_.add(kDevices, list, "whom to call needs `who` and `number`", "it is left out");
    if (c.who.size() + c.number.size() + 2 > kMostContact)
      return warnings_.add(kDevices, list, "`who` and `number` are longer than 118 bytes together", "it is left out");
    static constexpr std::array<std::string_view, 4> kPriorities{"low", "medium", "high", "critical"};
    const std::string from = text(node, "from", list);
    const auto at = std::find(kPriorities.begin(), kPriorities.end(), from);
    if (at != kPriorities.end())
      c.from = static_cast<Priority>(at - kPriorities.begin());
    else if (!from.empty())
      warnings_.add(kDevices, list, "from '" + from + "' is none of low, medium, high, critical", "medium is taken");
    static constexpr std::array<std::string_view, 3> kDomains{"door", "camera", "network"};
    std::array<bool, 3> domains{};
    for (const std::string& name : texts(node, "domains", kDevices, list, warnings_)) {
      const auto found = std::find(kDomains.begin(), kDomains.end(), name);
      if (found == kDomains.end())
        warnings_.add(kDevices, list, "domain '" + name + "' is none of door, camera, network", "it is left out");
      else
        domains[static_cast<std::size_t>(found - kDomains.begin())] = true;
    }
    // Whose list names nothing that there is, is called for all: better once too often than not at all.
    if (domains != std::array<bool, 3>{}) c.domains = domains;
    site_.calls.push_back(std::move(c));
  }

  /// Keeps `behind` of a device if it names another one and closes no circle.
  void hang(Device& d) {
    if (d.behind.empty()) return;
    const std::string& at = places_[d.id];
    if (site_.device(d.behind) == nullptr) {
      warnings_.add(kDevices, at, "behind '" + d.behind + "', which is no device of the site", "it is left out");
      d.behind.clear();
      return;
    }
    std::string circle = d.id;
    std::size_t steps = 0;
    for (const Device* next = site_.device(d.behind); next != nullptr && steps <= site_.devices.size(); ++steps) {
      circle += " behind " + next->id;
      if (next == &d) {
        warnings_.add(kDevices, at, "hangs behind itself: " + circle, "this `behind` is left out");
        d.behind.clear();
        return;
      }
      next = next->behind.empty() ? nullptr : site_.device(next->behind);
    }
  }

  void opening(const YAML::Node& node) {
    const std::string list = "openings, " + line_of(node), id = text(node, "opening", list), at = named(id, node);
    check_keys(node, {"opening", "units"}, kDevices, at, warnings_);
    const auto it = site_.opening_index.find(id);
    if (it == site_.opening_index.end())
      return warnings_.add(kDevices, list, "'" + id + "' is no opening of the site", "it is left out");
    std::vector<std::string> units = texts(node, "units", kDevices, at, warnings_);
    std::erase_if(units, [&](const std::string& unit) {
      if (site_.unit(unit) != nullptr) return false;
      warnings_.add(kDevices, at, "'" + unit + "' is no unit of the site", "it is left out");
      return true;
    });
    if (units.empty() || units.size() > 2)
      return warnings_.add(kDevices, at, "an opening joins one or two units", "geometry decides");
    Opening& opening = site_.openings[it->second];
    opening.unit_a = units[0];
    opening.unit_b = units.size() > 1 ? units[1] : std::string();
    settled_.push_back(id);
  }

  void device(const YAML::Node& node) {
    Device d;
    d.id = text(node, "id", "devices, " + line_of(node));
    const std::string at = named(d.id, node);
    if (d.id.empty()) return warnings_.add(kDevices, line_of(node), "a device has no id", "it is left out");
    check_keys(node,
               {"id", "kind", "name", "level", "unit", "opening", "position", "heading", "field_of_view", "range",
                "address", "aliases", "covers", "owner", "criticality", "egress", "behind", "tailgating"},
               kDevices, at, warnings_);
    const std::string kind = text(node, "kind", at);
    if (const auto known = device_kind(kind); known)
      d.kind = *known;
    else
      return warnings_.add(
          kDevices, at, "kind '" + kind + "' is unknown",
          "it is left out; kinds are door, reader, camera, host, network, controller, sensor, guard_post");
    if (const auto [it, fresh] = site_.device_index.emplace(d.id, static_cast<std::uint32_t>(site_.devices.size()));
        !fresh)
      return warnings_.add(kDevices, at, "is there twice", "the first one is kept");
    d.name = text(node, "name", at);
    d.level_id = known(text(node, "level", at), "level", site_.level_index, at);
    d.unit_id = known(text(node, "unit", at), "unit", site_.unit_index, at);
    d.opening_id = known(text(node, "opening", at), "opening", site_.opening_index, at);
    d.heading = value<float>(node, "heading", 0, kDevices, at, warnings_);
    d.field_of_view = value<float>(node, "field_of_view", 0, kDevices, at, warnings_);
    d.range = value<float>(node, "range", 0, kDevices, at, warnings_);
    d.address = text(node, "address", at);
    d.aliases = texts(node, "aliases", kDevices, at, warnings_);
    d.covers = texts(node, "covers", kDevices, at, warnings_);
    d.owner = text(node, "owner", at);
    d.behind = text(node, "behind", at);
    d.criticality = criticality(node, at);
    d.egress = value<bool>(node, "egress", false, kDevices, at, warnings_);
    d.tailgating = text(node, "tailgating", at);
    if (!d.tailgating.empty() && d.tailgating != "log" && d.tailgating != "challenge" && d.tailgating != "dispatch") {
      warnings_.add(kDevices, at, "tailgating '" + d.tailgating + "' is none of log, challenge, dispatch",
                    "challenge is taken");
      d.tailgating.clear();
    }
    place(node, d, at);
    places_.emplace(d.id, at);
    if (d.kind == DeviceKind::door && d.opening_id.empty())
      warnings_.add(kDevices, at, "is a door without an opening", "give the opening that it closes");
    site_.devices.push_back(std::move(d));
  }

  std::string known(std::string id, const char* what, const std::unordered_map<std::string, std::uint32_t>& index,
                    const std::string& device) {
    if (id.empty() || index.contains(id)) return id;
    warnings_.add(kDevices, device, "'" + id + "' is no " + what + " of the site", "correct the reference");
    return {};
  }

  void place(const YAML::Node& node, Device& d, const std::string& at) {
    if (const Opening* opening = site_.opening(d.opening_id); opening != nullptr) {
      d.level_id = opening->level_id;
      d.position = {(opening->a.x + opening->b.x) / 2, (opening->a.y + opening->b.y) / 2};
      d.placed = true;
    }
    if (const Unit* unit = site_.unit(d.unit_id); unit != nullptr) d.level_id = unit->level_id;
    const YAML::Node position = node["position"];
    if (position.IsDefined() && !position.IsNull()) {
      double lon = 0, lat = 0;
      if (position.IsSequence() && position.size() == 2 && YAML::convert<double>::decode(position[0], lon) &&
          YAML::convert<double>::decode(position[1], lat)) {
        d.position = plane_.to_plane({lon, lat});
        d.placed = true;
      } else {
        warnings_.add(kDevices, at, "position is not [longitude, latitude]", "it is left out");
      }
    }
    if (d.placed && d.unit_id.empty() && d.opening_id.empty() && !d.level_id.empty())
      for (const Unit& unit : site_.units)
        if (unit.level_id == d.level_id && distance_to(unit.polygons, d.position) == 0) d.unit_id = unit.id;
    if (d.level_id.empty())
      warnings_.add(kDevices, at, "stands on no level", "give its level, unit or opening; it is not on the map");
    else if (const Unit* unit = site_.unit(d.unit_id);
             unit != nullptr && d.placed && d.kind != DeviceKind::door && distance_to(unit->polygons, d.position) > 1)
      warnings_.add(kDevices, at, "stands outside of its unit '" + unit->name + "'", "correct position or unit");
  }

  std::set<std::string> zones_;
  std::map<std::string, std::string> zone_aliases_;  ///< → unit
  std::map<std::string, std::string> places_;        ///< device → its id and line
  Site& site_;
  std::vector<std::string>& settled_;
  Warnings& warnings_;
  Plane plane_;
};

}  // namespace

Result<void> read_site_file(const fs::path& folder, Site& site, Warnings& warnings) {
  constexpr const char* kFile = "site.yaml";
  site.id = fs::weakly_canonical(folder).filename().string();
  site.time_zone = "UTC";
  if (!fs::exists(folder / kFile)) {
    warnings.add(kFile, "", "is missing",
                 "the site is called '" + site.id + "' and keeps UTC; give id, name and time_zone");
    return {};
  }
  auto root = read_yaml(folder / kFile);
  if (!root) return root.error();
  check_keys(*root, {"v", "id", "name", "short_name", "locality", "time_zone"}, kFile, "", warnings);
  site.id = value(*root, "id", site.id, kFile, "", warnings);
  site.name = value(*root, "name", site.name, kFile, "", warnings);
  site.short_name = value(*root, "short_name", site.name, kFile, "", warnings);
  site.locality = value(*root, "locality", site.locality, kFile, "", warnings);
  const std::string zone = value<std::string>(*root, "time_zone", {}, kFile, "", warnings);
  const fs::path zones = "/usr/share/zoneinfo";
  if (zone.empty())
    warnings.add(kFile, "time_zone", "is missing", "UTC is taken; give the IANA name, such as Europe/Amsterdam");
  else if (zone.find("..") != std::string::npos || (fs::exists(zones) && !fs::is_regular_file(zones / zone)))
    warnings.add(kFile, "time_zone", "'" + zone + "' is not in the IANA list", "UTC is taken");
  else
    site.time_zone = zone;
  return {};
}

Result<void> read_devices_file(const fs::path& folder, Site& site, std::vector<std::string>& settled,
                               Warnings& warnings) {
  if (!fs::exists(folder / kDevices)) return {};
  auto root = read_yaml(folder / kDevices);
  if (!root) return root.error();
  DevicesFile(site, settled, warnings).read(*root);
  return {};
}

}  // namespace wf::site
