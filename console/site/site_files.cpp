#include "console/site/site_files.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <optional>

#include "console/site/geometry.hpp"

namespace wf::site {
namespace {

namespace fs = std::filesystem;

Result<YAML::Node> read_yaml(const fs::path& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return Error{"cannot be read", path.string(), "it is a folder; name a file so"};
  try {
    YAML::Node node = YAML::LoadFile(path.string());
    if (node.IsDefined() && !node.IsNull() && !node.IsMap())
      return Error{"is not a map of keys", path.string(), "see the sample in assets/site"};
    return node;
  } catch (const YAML::Exception& e) {
    return Error{e.msg, path.string() + ":" + std::to_string(e.mark.line + 1), "correct the YAML"};
  }
}

/// A key's value as T; the default, and a warning, where it is of another kind.
template <class T>
T value(const YAML::Node& map, const char* key, T otherwise, const char* file, const std::string& of,
        Warnings& warnings) {
  const YAML::Node node = map[key];
  if (!node.IsDefined() || node.IsNull()) return otherwise;
  T out;
  if (node.IsScalar() && YAML::convert<T>::decode(node, out)) return out;
  warnings.add(file, of, std::string(key) + " (line " + std::to_string(node.Mark().line + 1) + ") is not as expected",
               "it is left out");
  return otherwise;
}

void check_keys(const YAML::Node& map, std::initializer_list<std::string_view> known, const char* file,
                const std::string& of, Warnings& warnings) {
  for (const auto& pair : map) {
    const std::string key = pair.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end())
      warnings.add(file, of, "'" + key + "' (line " + std::to_string(pair.first.Mark().line + 1) + ") is no known key",
                   "it is left out");
  }
}

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
    check_keys(root, {"v", "zones", "openings", "devices"}, kDevices, "", warnings_);
    for (const YAML::Node& node : entries(root, "zones")) zone(node);
    for (const YAML::Node& node : entries(root, "openings")) opening(node);
    for (const YAML::Node& node : entries(root, "devices")) device(node);
    site_.index();
    for (Device& d : site_.devices)
      std::erase_if(d.covers, [&](const std::string& id) {
        if (site_.unit(id) != nullptr || site_.device(id) != nullptr) return false;
        warnings_.add(kDevices, d.id, "covers '" + id + "', which is no unit or device", "it is left out");
        return true;
      });
  }

 private:
  std::vector<YAML::Node> entries(const YAML::Node& root, const char* key) {
    std::vector<YAML::Node> out;
    const YAML::Node list = root[key];
    if (!list.IsDefined() || list.IsNull()) return out;
    if (!list.IsSequence()) {
      warnings_.add(kDevices, key, "is not a list", "it is left out");
      return out;
    }
    for (const YAML::Node& node : list) {
      if (node.IsMap())
        out.push_back(node);
      else
        warnings_.add(kDevices, key, "line " + std::to_string(node.Mark().line + 1) + " is not a map",
                      "it is left out");
    }
    return out;
  }

  std::string text(const YAML::Node& node, const char* key, const std::string& of) {
    return value<std::string>(node, key, {}, kDevices, of, warnings_);
  }

  std::vector<std::string> list(const YAML::Node& node, const char* key, const std::string& of) {
    std::vector<std::string> out;
    const YAML::Node items = node[key];
    if (!items.IsDefined() || items.IsNull()) return out;
    if (items.IsScalar()) return {items.Scalar()};
    if (items.IsSequence() && std::all_of(items.begin(), items.end(), [](const YAML::Node& n) { return n.IsScalar(); }))
      for (const YAML::Node& item : items) out.push_back(item.Scalar());
    else
      warnings_.add(kDevices, of, std::string(key) + " is not a list of names", "it is left out");
    return out;
  }

  std::uint8_t criticality(const YAML::Node& node, const std::string& of) {
    const int level = value<int>(node, "criticality", 1, kDevices, of, warnings_);
    if (level >= 1 && level <= 4) return static_cast<std::uint8_t>(level);
    warnings_.add(kDevices, of, "criticality " + std::to_string(level) + " is not 1 to 4", "1 is taken");
    return 1;
  }

  void zone(const YAML::Node& node) {
    const std::string id = text(node, "unit", "zones");
    check_keys(node, {"unit", "category", "criticality", "name"}, kDevices, id, warnings_);
    const auto it = site_.unit_index.find(id);
    if (it == site_.unit_index.end())
      return warnings_.add(kDevices, "zones", "'" + id + "' is no unit of the site", "it is left out");
    Unit& unit = site_.units[it->second];
    if (const std::string category = text(node, "category", id); !category.empty()) unit.category = category;
    if (const std::string name = text(node, "name", id); !name.empty()) unit.name = name;
    unit.criticality = criticality(node, id);
  }

  void opening(const YAML::Node& node) {
    const std::string id = text(node, "opening", "openings");
    check_keys(node, {"opening", "units"}, kDevices, id, warnings_);
    const auto it = site_.opening_index.find(id);
    if (it == site_.opening_index.end())
      return warnings_.add(kDevices, "openings", "'" + id + "' is no opening of the site", "it is left out");
    std::vector<std::string> units = list(node, "units", id);
    std::erase_if(units, [&](const std::string& unit) {
      if (site_.unit(unit) != nullptr) return false;
      warnings_.add(kDevices, id, "'" + unit + "' is no unit of the site", "it is left out");
      return true;
    });
    if (units.empty() || units.size() > 2)
      return warnings_.add(kDevices, id, "an opening joins one or two units", "geometry decides");
    Opening& opening = site_.openings[it->second];
    opening.unit_a = units[0];
    opening.unit_b = units.size() > 1 ? units[1] : std::string();
    settled_.push_back(id);
  }

  void device(const YAML::Node& node) {
    Device d;
    d.id = text(node, "id", "devices");
    if (d.id.empty())
      return warnings_.add(kDevices, "line " + std::to_string(node.Mark().line + 1), "a device has no id",
                           "it is left out");
    check_keys(node,
               {"id", "kind", "name", "level", "unit", "opening", "position", "heading", "field_of_view", "range",
                "address", "aliases", "covers", "owner", "criticality", "egress"},
               kDevices, d.id, warnings_);
    const std::string kind = text(node, "kind", d.id);
    if (const auto known = device_kind(kind); known)
      d.kind = *known;
    else
      return warnings_.add(
          kDevices, d.id, "kind '" + kind + "' is unknown",
          "it is left out; kinds are door, reader, camera, host, network, controller, sensor, guard_post");
    if (const auto [it, fresh] = site_.device_index.emplace(d.id, static_cast<std::uint32_t>(site_.devices.size()));
        !fresh)
      return warnings_.add(kDevices, d.id, "is there twice", "the first one is kept");
    d.name = text(node, "name", d.id);
    d.level_id = known(text(node, "level", d.id), "level", site_.level_index, d.id);
    d.unit_id = known(text(node, "unit", d.id), "unit", site_.unit_index, d.id);
    d.opening_id = known(text(node, "opening", d.id), "opening", site_.opening_index, d.id);
    d.heading = value<float>(node, "heading", 0, kDevices, d.id, warnings_);
    d.field_of_view = value<float>(node, "field_of_view", 0, kDevices, d.id, warnings_);
    d.range = value<float>(node, "range", 0, kDevices, d.id, warnings_);
    d.address = text(node, "address", d.id);
    d.aliases = list(node, "aliases", d.id);
    d.covers = list(node, "covers", d.id);
    d.owner = text(node, "owner", d.id);
    d.criticality = criticality(node, d.id);
    d.egress = value<bool>(node, "egress", false, kDevices, d.id, warnings_);
    place(node, d);
    if (d.kind == DeviceKind::door && d.opening_id.empty())
      warnings_.add(kDevices, d.id, "is a door without an opening", "give the opening that it closes");
    site_.devices.push_back(std::move(d));
  }

  std::string known(std::string id, const char* what, const std::unordered_map<std::string, std::uint32_t>& index,
                    const std::string& device) {
    if (id.empty() || index.contains(id)) return id;
    warnings_.add(kDevices, device, "'" + id + "' is no " + what + " of the site", "correct the reference");
    return {};
  }

  void place(const YAML::Node& node, Device& d) {
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
        warnings_.add(kDevices, d.id, "position is not [longitude, latitude]", "it is left out");
      }
    }
    if (d.placed && d.unit_id.empty() && d.opening_id.empty() && !d.level_id.empty())
      for (const Unit& unit : site_.units)
        if (unit.level_id == d.level_id && distance_to(unit.polygons, d.position) == 0) d.unit_id = unit.id;
    if (d.level_id.empty())
      warnings_.add(kDevices, d.id, "stands on no level", "give its level, unit or opening; it is not on the map");
    else if (const Unit* unit = site_.unit(d.unit_id);
             unit != nullptr && d.placed && d.kind != DeviceKind::door && distance_to(unit->polygons, d.position) > 1)
      warnings_.add(kDevices, d.id, "stands outside of its unit '" + unit->name + "'", "correct position or unit");
  }

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
