// GeoJSON (RFC 7946): whatever has coordinates, alone, in features or in collections of either.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "console/site/base_map_files.hpp"

namespace wf::site {
namespace {

using Json = nlohmann::json;

constexpr std::uintmax_t kLargest = 256U << 20U;
constexpr int kDeepest = 8;  ///< collections in collections
constexpr std::size_t kMostPlaces = 20'000, kLongestName = 80;

class Reader {
 public:
  explicit Reader(MapShapes& out) : out_(out) {}

  void take(const Json& node, const Json* properties, int depth) {
    if (!node.is_object() || depth > kDeepest) return;
    const std::string type = text(node, "type");
    if (type == "FeatureCollection") {
      each(node, "features", [&](const Json& feature) { take(feature, nullptr, depth + 1); });
    } else if (type == "Feature") {
      const auto geometry = node.find("geometry"), own = node.find("properties");
      if (geometry != node.end()) take(*geometry, own != node.end() && own->is_object() ? &*own : nullptr, depth + 1);
    } else if (type == "GeometryCollection") {
      each(node, "geometries", [&](const Json& geometry) { take(geometry, properties, depth + 1); });
    } else if (const auto at = node.find("coordinates"); at != node.end()) {
      geometry(type, *at, properties);
    }
  }
  [[nodiscard]] bool found() const { return found_; }

 private:
  static std::string text(const Json& node, const char* name) {
    const auto it = node.find(name);
    return it != node.end() && it->is_string() ? it->get<std::string>() : std::string();
  }
  template <class F>
  static void each(const Json& node, const char* name, const F& f) {
    const auto it = node.find(name);
    if (it != node.end() && it->is_array())
      for (const Json& one : *it) f(one);
  }
  static bool point(const Json& at, LonLat& out) {
    if (!at.is_array() || at.size() < 2 || !at[0].is_number() || !at[1].is_number()) return false;
    out = {at[0].get<double>(), at[1].get<double>()};
    return bring_to_globe(out.lon, out.lat);
  }
  static Ring ring(const Json& points) {
    Ring out;
    LonLat p;
    if (!points.is_array()) return out;
    for (const Json& at : points) {
      if (!point(at, p)) break;
      out.push_back({static_cast<float>(p.lon), static_cast<float>(p.lat)});
    }
    return out;
  }
  static Ring closed(const Json& points) {
    Ring out = ring(points);
    if (out.size() > 1 && out.front().x == out.back().x && out.front().y == out.back().y) out.pop_back();
    return out;
  }
  void area(const Json& rings) {
    if (!rings.is_array() || rings.empty()) return;
    MapShapes::Area area;
    area.outer = closed(rings[0]);
    if (area.outer.size() < 3) return;
    for (std::size_t i = 1; i < rings.size(); ++i) area.holes.push_back(closed(rings[i]));
    out_.areas.push_back(std::move(area));
    found_ = true;
  }
  void line(const Json& points) {
    Ring line = ring(points);
    if (line.size() < 2) return;
    out_.lines.push_back(std::move(line));
    found_ = true;
  }
  void place(const Json& at, const Json* properties) {
    BaseMap::Place place;
    if (properties == nullptr || out_.places.size() >= kMostPlaces || !point(at, place.at)) return;
    for (const char* key : {"name", "NAME"})
      if (place.name.empty()) place.name = text(*properties, key).substr(0, kLongestName);
    if (place.name.empty()) return;
    for (const char* key : {"scalerank", "SCALERANK"})
      if (const auto it = properties->find(key); it != properties->end() && it->is_number())
        place.rank = static_cast<int>(std::clamp(it->get<double>(), -1e6, 1e6));
    out_.places.push_back(std::move(place));
    found_ = true;
  }
  void geometry(const std::string& type, const Json& at, const Json* properties) {
    const auto all = [&](const auto& one) {
      if (at.is_array())
        for (const Json& part : at) one(part);
    };
    if (type == "Polygon") area(at);
    if (type == "MultiPolygon") all([&](const Json& rings) { area(rings); });
    if (type == "LineString") line(at);
    if (type == "MultiLineString") all([&](const Json& points) { line(points); });
    if (type == "Point") place(at, properties);
    if (type == "MultiPoint") all([&](const Json& p) { place(p, properties); });
  }

  MapShapes& out_;
  bool found_ = false;
};

}  // namespace

Result<void> read_geojson(const std::filesystem::path& file, MapShapes& out) {
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(file, failed);
  std::ifstream in(file, std::ios::binary);
  if (failed || !in)
    return Error{"the base map cannot be read", file.string(), "name a GeoJSON file or a shapefile (.shp)"};
  if (size > kLargest) return Error{"the base map is larger than 256 MiB", file.string(), "use a coarser one"};
  const Json json = Json::parse(in, nullptr, false);
  if (json.is_discarded()) return Error{"the base map is no JSON", file.string(), "name a GeoJSON file"};
  Reader reader(out);
  reader.take(json, nullptr, 0);
  if (!reader.found())
    return Error{"the base map has nothing to draw", file.string(),
                 "it needs polygons, lines, or points with a name, in degrees"};
  return {};
}

}  // namespace wf::site
