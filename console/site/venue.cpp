#include "console/site/venue.hpp"

#include <algorithm>
#include <cmath>

#include "console/site/geometry.hpp"

namespace wf::site {
namespace {

using nlohmann::json;

class Builder {
 public:
  Builder(const Imdf& imdf, Warnings& warnings, LonLat origin) : imdf_(imdf), warnings_(warnings), plane_(origin) {
    site_.origin = origin;
  }

  Result<Site> build() {
    const Feature& venue = imdf_.of("venue").front();
    if (imdf_.of("venue").size() > 1)
      warnings_.add(venue.file, venue.id, "is not the only venue", "the others are left out");
    site_.venue = polygons(venue);
    if (site_.venue.empty()) return Error{"the venue " + venue.id + " has no area", venue.file, "give it a polygon"};
    site_.name = label_text(imdf_, venue, "name", warnings_);
    site_.bounds = bounds_of(site_.venue);
    for (const Feature& f : imdf_.of("address"))
      if (f.id == text_of(venue.properties, "address_id")) site_.locality = text_of(f.properties, "locality");
    buildings();
    levels();
    units();
    openings();
    rest();
    return std::move(site_);
  }

 private:
  Point point(const json& position) const {
    return plane_.to_plane({position[0].get<double>(), position[1].get<double>()});
  }

  Ring line(const json& positions) const {
    Ring out;
    if (!positions.is_array()) return out;
    for (const json& p : positions)
      if (p.is_array() && p.size() >= 2 && p[0].is_number()) out.push_back(point(p));
    return out;
  }

  std::vector<Ring> lines(const Feature& feature) const {
    std::vector<Ring> out;
    const json& coordinates = feature.geometry["coordinates"];
    if (text_of(feature.geometry, "type") == "LineString")
      out.push_back(line(coordinates));
    else
      for (const json& part : coordinates) out.push_back(line(part));
    std::erase_if(out, [](const Ring& r) { return r.size() < 2; });
    return out;
  }

  void add_polygon(const Feature& feature, const json& rings, std::vector<Polygon>& out) {
    if (!rings.is_array() || rings.empty()) return;
    std::vector<Ring> holes;
    for (std::size_t i = 1; i < rings.size(); ++i) holes.push_back(line(rings[i]));
    Polygon polygon = make_polygon(line(rings[0]), std::move(holes));
    if (polygon.outer.empty())
      return warnings_.add(feature.file, feature.id, "has a ring without area", "it is left out");
    const double area = area_of(polygon);
    if (std::abs(triangle_area_of(polygon) - area) > 0.01 * area + 0.01)
      warnings_.add(feature.file, feature.id, "its outline crosses itself or its holes",
                    "its fill may be wrong; redraw it");
    out.push_back(std::move(polygon));
  }

  std::vector<Polygon> polygons(const Feature& feature) {
    std::vector<Polygon> out;
    if (!feature.geometry.is_object()) return out;
    const json& coordinates = feature.geometry["coordinates"];
    if (text_of(feature.geometry, "type") == "Polygon")
      add_polygon(feature, coordinates, out);
    else if (text_of(feature.geometry, "type") == "MultiPolygon")
      for (const json& part : coordinates) add_polygon(feature, part, out);
    return out;
  }

  void buildings() {
    for (const Feature& f : imdf_.of("building")) {
      Building building{f.id, label_text(imdf_, f, "name", warnings_), f.category, {}, {}};
      if (building.name.empty()) building.name = "Building " + std::to_string(site_.buildings.size() + 1);
      // The outline on the ground is what people know a building by; other footprints serve where it lacks.
      for (const std::string_view category : {"ground", "aerial", "subterranean"}) {
        if (!building.footprint.empty()) break;
        for (const Feature& foot : imdf_.of("footprint"))
          if (foot.category == category && names(foot, "building_ids", f.id))
            for (Polygon& p : polygons(foot)) building.footprint.push_back(std::move(p));
      }
      if (building.footprint.empty()) building.footprint = polygons(f);
      if (building.footprint.empty())
        warnings_.add(f.file, f.id, "has no footprint", "the outline of its lowest level is drawn");
      building.bounds = bounds_of(building.footprint);
      site_.buildings.push_back(std::move(building));
    }
  }

  static bool names(const Feature& feature, const char* property, const std::string& id) {
    const auto it = feature.properties.find(property);
    return it != feature.properties.end() && it->is_array() && std::find(it->begin(), it->end(), json(id)) != it->end();
  }

  void levels() {
    for (const Feature& f : imdf_.of("level")) {
      Level level;
      level.id = f.id;
      level.name = label_text(imdf_, f, "name", warnings_);
      level.short_name = label_text(imdf_, f, "short_name", warnings_);
      if (const auto it = f.properties.find("ordinal"); it != f.properties.end() && it->is_number_integer())
        level.ordinal = it->get<int>();
      if (const auto it = f.properties.find("outdoor"); it != f.properties.end() && it->is_boolean())
        level.outdoor = it->get<bool>();
      if (level.name.empty()) level.name = "Level " + std::to_string(level.ordinal);
      if (level.short_name.empty()) level.short_name = std::to_string(level.ordinal);
      for (const Building& b : site_.buildings)
        if (names(f, "building_ids", b.id) && level.building_id.empty()) level.building_id = b.id;
      if (level.building_id.empty() && !level.outdoor)
        warnings_.add(f.file, f.id, "is indoors but in no building", "give its building_ids");
      level.polygons = polygons(f);
      level.bounds = bounds_of(level.polygons);
      site_.levels.push_back(std::move(level));
    }
    auto rank = [&](const Level& level) {
      for (std::size_t i = 0; i < site_.buildings.size(); ++i)
        if (site_.buildings[i].id == level.building_id) return i;
      return site_.buildings.size();
    };
    std::stable_sort(site_.levels.begin(), site_.levels.end(), [&](const Level& a, const Level& b) {
      return rank(a) != rank(b) ? rank(a) < rank(b) : a.ordinal < b.ordinal;
    });
    for (Building& b : site_.buildings) {
      if (!b.footprint.empty()) continue;
      const auto it = std::find_if(site_.levels.begin(), site_.levels.end(),
                                   [&](const Level& level) { return level.building_id == b.id; });
      if (it == site_.levels.end()) continue;
      b.footprint = it->polygons;
      b.bounds = it->bounds;
    }
  }

  /// The level that a feature stands on; null and a warning if there is none.
  const Level* level_of(const Feature& feature) {
    const std::string id = text_of(feature.properties, "level_id");
    for (const Level& level : site_.levels)
      if (level.id == id) return &level;
    warnings_.add(feature.file, feature.id, "stands on no level", "it is left out");
    return nullptr;
  }

  void units() {
    std::vector<std::string> used;
    for (const Feature& f : imdf_.of("unit")) {
      const Level* level = level_of(f);
      if (level == nullptr) continue;
      Unit unit;
      unit.id = f.id;
      unit.name = label_text(imdf_, f, "name", warnings_);
      unit.category = f.category;
      unit.level_id = level->id;
      unit.polygons = polygons(f);
      if (unit.polygons.empty()) continue;
      const Label label = place_label(unit.polygons);
      unit.label = label.at;
      unit.label_width = label.width;
      unit.bounds = bounds_of(unit.polygons);
      used.push_back(level->id);
      site_.units.push_back(std::move(unit));
    }
    for (const Level& level : site_.levels)
      if (std::find(used.begin(), used.end(), level.id) == used.end())
        warnings_.add("level.geojson", level.id, "'" + level.name + "' has no units",
                      "only its outline is drawn, and nothing can be placed in a room of it");
  }

  void openings() {
    for (const Feature& f : imdf_.of("opening")) {
      const Level* level = level_of(f);
      if (level == nullptr) continue;
      std::vector<Ring> parts = lines(f);
      if (parts.empty()) {
        warnings_.add(f.file, f.id, "is a line of fewer than two points", "it is left out");
        continue;
      }
      auto length = [](const Ring& r) { return std::hypot(r.back().x - r.front().x, r.back().y - r.front().y); };
      const Ring& gap = *std::max_element(parts.begin(), parts.end(),
                                          [&](const Ring& a, const Ring& b) { return length(a) < length(b); });
      Opening opening;
      opening.id = f.id;
      opening.name = label_text(imdf_, f, "name", warnings_);
      opening.category = f.category;
      opening.level_id = level->id;
      opening.a = gap.front();
      opening.b = gap.back();
      if (const auto it = f.properties.find("door"); it != f.properties.end() && it->is_object()) {
        opening.has_door = true;
        opening.door_type = text_of(*it, "type");
      }
      site_.openings.push_back(std::move(opening));
    }
  }

  void rest() {
    for (const char* type : {"fixture", "kiosk"})
      for (const Feature& f : imdf_.of(type)) {
        const Level* level = level_of(f);
        std::vector<Polygon> shape = level == nullptr ? std::vector<Polygon>{} : polygons(f);
        if (!shape.empty()) site_.fixtures.push_back({f.id, f.category, level->id, std::move(shape)});
      }
    for (const Feature& f : imdf_.of("detail"))
      if (const Level* level = level_of(f); level != nullptr) site_.details.push_back({f.id, level->id, lines(f)});
  }

  const Imdf& imdf_;
  Warnings& warnings_;
  Plane plane_;
  Site site_;
};

/// The venue's display point; else the middle of its outline's box.
LonLat origin_of(const Feature& venue) {
  const auto it = venue.properties.find("display_point");
  if (it != venue.properties.end() && it->is_object() && it->contains("coordinates")) {
    const json& at = (*it)["coordinates"];
    if (at.is_array() && at.size() >= 2 && at[0].is_number() && at[1].is_number())
      return {at[0].get<double>(), at[1].get<double>()};
  }
  double west = 180, east = -180, south = 90, north = -90;
  auto visit = [&](auto&& self, const json& node) -> void {
    if (!node.empty() && node[0].is_number()) {
      west = std::min(west, node[0].get<double>());
      east = std::max(east, node[0].get<double>());
      south = std::min(south, node[1].get<double>());
      north = std::max(north, node[1].get<double>());
    } else {
      for (const json& child : node) self(self, child);
    }
  };
  visit(visit, venue.geometry["coordinates"]);
  return {(west + east) / 2, (south + north) / 2};
}

}  // namespace

Result<Site> build_venue(const Imdf& imdf, Warnings& warnings) {
  return Builder(imdf, warnings, origin_of(imdf.of("venue").front())).build();
}

}  // namespace wf::site
