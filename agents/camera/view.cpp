#include "agents/camera/view.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "agents/kit/yaml_reader.hpp"
#include "proto/utf8.hpp"

namespace wf::camera {
namespace {

constexpr std::size_t kMostZones = 32, kMostMasks = 32, kMostCorners = 64;

class Reader : kit::YamlReader {
 public:
  Reader(const std::string& file, std::vector<Error>& problems) : YamlReader(file, problems) {}

  View read(const YAML::Node& root) {
    View out;
    if (!root.IsMap()) {
      problem(root, "a view is a map of keys", "begin it with 'v: 1'");
      return out;
    }
    version(root);
    only_keys(root, {"v", "zones", "masks", "absorb", "stills"});
    duration(root, "absorb", kMinute, 24 * 60 * kMinute, out.background.absorb);
    const YAML::Node zones = root["zones"], masks = root["masks"], stills = root["stills"];
    if (zones && list(zones, "zones", kMostZones))
      for (const YAML::Node& zone : zones) read_zone(zone, out);
    if (masks && list(masks, "masks", kMostMasks))
      for (const YAML::Node& mask : masks) out.masks.push_back(outline(mask));
    if (stills) read_stills(stills, out.stills);
    return out;
  }

 private:
  bool list(const YAML::Node& node, const char* key, std::size_t most) {
    if (node.IsSequence() && node.size() <= most) return true;
    problem(node, "'" + std::string(key) + "' must be a list of at most " + std::to_string(most),
            "write each behind a '-'");
    return false;
  }

  void read_zone(const YAML::Node& node, View& out) {
    if (!node.IsMap()) return problem(node, "a zone is a map of keys", "give name and outline");
    only_keys(node, {"name", "outline", "place", "smallest", "dwell", "loiter"});
    PresenceZone zone;
    std::string place;
    text(node, "name", zone.name);
    text(node, "place", place);
    zone.name = one_line(std::string_view(zone.name).substr(0, 64));
    if (zone.name.empty()) problem(node, "a zone needs a name", "write name: Gate");
    for (const PresenceZone& other : out.zones)
      if (other.name == zone.name) problem(node, "two zones are called '" + zone.name + "'", "rename one of them");
    if (node["outline"]) zone.outline = outline(node["outline"]);
    percent(node, "smallest", 0.02, 100, zone.smallest);
    duration(node, "dwell", 200 * kMillisecond, 10 * kMinute, zone.dwell);
    duration(node, "loiter", kSecond, 24 * 60 * kMinute, zone.loiter);
    out.zones.push_back(std::move(zone));
    out.places.push_back(one_line(std::string_view(place).substr(0, 128)));
  }

  void read_stills(const YAML::Node& node, View::Stills& out) {
    if (!node.IsMap()) return problem(node, "'stills' is a map of keys", "write stills: {before: 2s, after: 2s}");
    only_keys(node, {"before", "after", "width", "kib", "per_minute"});
    out.wanted = true;
    duration(node, "before", kSecond, 10 * kSecond, out.before);
    duration(node, "after", 0, 5 * kSecond, out.after);
    number(node, "width", 160, 4096, out.width);
    number(node, "kib", 16, 2048, out.kib);
    number(node, "per_minute", 1, 240, out.per_minute);
  }

  bool value(const YAML::Node& node, double& out) {
    if (!node.IsScalar()) return false;
    const std::string& text = node.Scalar();
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failed == std::errc{} && end == text.data() + text.size() && std::isfinite(out);
  }

  /// Written in per cent, kept as a part.
  void percent(const YAML::Node& map, const char* key, double least, double most, double& out) {
    const YAML::Node node = map[key];
    if (!node) return;
    double number = 0;
    if (!value(node, number) || number < least || number > most)
      return problem(node, "'" + std::string(key) + "' is no part of the picture",
                     "give per cent of its area, like 0.15");
    out = number / 100;
  }

  Polygon outline(const YAML::Node& node) {
    Polygon out;
    const auto wrong = [&](const YAML::Node& where) {
      problem(where, "an outline is a list of 3 to 64 corners [x, y], each from 0 to 1",
              "write [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]; 0, 0 is the upper left corner of the picture");
      return Polygon{{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    };
    if (!node.IsSequence() || node.size() < 3 || node.size() > kMostCorners) return wrong(node);
    for (const YAML::Node& corner : node) {
      PicturePoint point;
      if (!corner.IsSequence() || corner.size() != 2 || !value(corner[0], point.x) || !value(corner[1], point.y) ||
          std::min(point.x, point.y) < 0 || std::max(point.x, point.y) > 1)
        return wrong(corner);
      out.push_back(point);
    }
    return out;
  }
};

}  // namespace

View read_view(std::string_view text, const std::string& file, std::vector<Error>& problems) {
  try {
    return Reader(file, problems).read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    problems.push_back({"this is no YAML: " + e.msg, kit::at_line(file, e.mark), "see agents/camera/README.md"});
    return {};
  }
}

}  // namespace wf::camera
