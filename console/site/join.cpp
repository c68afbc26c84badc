#include <algorithm>
#include <cmath>
#include <map>

#include "console/site/geometry.hpp"
#include "console/site/venue.hpp"

namespace wf::site {
namespace {

using nlohmann::json;

constexpr double kReach = 0.3;  ///< metres between an opening's midpoint and a unit that it joins

/// What a relationship says of an opening.
struct Stated {
  std::string origin, destination;
};

std::map<std::string, Stated> stated_joins(const Imdf& imdf) {
  std::map<std::string, Stated> out;
  for (const Feature& f : imdf.of("relationship")) {
    const auto end = [&](const char* property) {
      const auto it = f.properties.find(property);
      return it != f.properties.end() && text_of(*it, "feature_type") == "unit" ? text_of(*it, "id") : std::string();
    };
    const auto it = f.properties.find("intermediary");
    if (it == f.properties.end()) continue;
    for (const json& way : it->is_array() ? *it : json::array({*it}))
      if (text_of(way, "feature_type") == "opening") out[text_of(way, "id")] = {end("origin"), end("destination")};
  }
  return out;
}

Point side_of(const Opening& opening, double offset) {
  const double dx = double(opening.b.x) - opening.a.x, dy = double(opening.b.y) - opening.a.y;
  const double length = std::max(std::hypot(dx, dy), 1e-6);
  return {static_cast<float>((double(opening.a.x) + opening.b.x) / 2 - dy / length * offset),
          static_cast<float>((double(opening.a.y) + opening.b.y) / 2 + dx / length * offset)};
}

class Joiner {
 public:
  Joiner(Site& site, Warnings& warnings) : site_(site), warnings_(warnings) {
    for (const Unit& unit : site.units) by_level_[unit.level_id].push_back(&unit);
  }

  void join(Opening& opening) {
    const Point middle = side_of(opening, 0);
    std::vector<const Unit*> near;
    for (const Unit* unit : by_level_[opening.level_id]) {
      if (middle.x < unit->bounds.min.x - kReach || middle.x > unit->bounds.max.x + kReach ||
          middle.y < unit->bounds.min.y - kReach || middle.y > unit->bounds.max.y + kReach)
        continue;
      if (distance_to(unit->polygons, middle) <= kReach) near.push_back(unit);
    }
    constexpr const char* kOverride = "state its units in devices.yaml under openings";
    if (near.size() == 2) {
      opening.unit_a = near[0]->id;
      opening.unit_b = near[1]->id;
    } else if (near.size() > 2) {
      const Unit *left = on_side(near, opening, kReach), *right = on_side(near, opening, -kReach);
      if (left != nullptr) opening.unit_a = left->id;
      if (right != nullptr && right != left) opening.unit_b = right->id;
      warn(opening, "touches " + std::to_string(near.size()) + " units",
           "those on its two sides are taken; if they are wrong, " + std::string(kOverride));
    } else if (near.size() == 1) {
      opening.unit_a = near[0]->id;
      if (!at_the_edge(opening, middle)) warn(opening, "touches only the unit '" + near[0]->name + "'", kOverride);
    } else {
      warn(opening, "touches no unit", kOverride);
    }
  }

 private:
  static const Unit* on_side(const std::vector<const Unit*>& units, const Opening& opening, double offset) {
    const Point p = side_of(opening, offset);
    return *std::min_element(units.begin(), units.end(), [&](const Unit* a, const Unit* b) {
      return distance_to(a->polygons, p) < distance_to(b->polygons, p);
    });
  }

  /// A door in the outline of its level leads outside: one unit is then all there is.
  bool at_the_edge(const Opening& opening, Point middle) const {
    const Level* level = site_.level(opening.level_id);
    return level != nullptr && distance_to_edge(level->polygons, middle) <= 2 * kReach;
  }

  void warn(const Opening& opening, const std::string& what, const std::string& to_do) {
    warnings_.add("opening.geojson", opening.id, opening.name.empty() ? what : "'" + opening.name + "' " + what, to_do);
  }

  Site& site_;
  Warnings& warnings_;
  std::map<std::string, std::vector<const Unit*>> by_level_;
};

}  // namespace

void join_openings(const Imdf& imdf, Site& site, const std::vector<std::string>& settled, Warnings& warnings) {
  const auto stated = stated_joins(imdf);
  Joiner joiner(site, warnings);
  for (Opening& opening : site.openings) {
    if (std::find(settled.begin(), settled.end(), opening.id) != settled.end()) continue;
    const auto it = stated.find(opening.id);
    if (it != stated.end() &&
        (site.unit(it->second.origin) != nullptr || site.unit(it->second.destination) != nullptr)) {
      opening.unit_a = site.unit(it->second.origin) != nullptr ? it->second.origin : std::string();
      opening.unit_b = site.unit(it->second.destination) != nullptr ? it->second.destination : std::string();
      if (opening.unit_a.empty()) std::swap(opening.unit_a, opening.unit_b);
      continue;
    }
    joiner.join(opening);
  }
}

}  // namespace wf::site
