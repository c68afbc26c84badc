#include "console/ui/map/map_level.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "console/ui/map/map_details.hpp"

namespace wf::ui {
namespace {

/// Appends polygons to the plan's triangles. Polygons that are not sound are left out.
FloorMesh add_mesh(LevelPlan& plan, const std::vector<Polygon>& polygons, std::uint32_t item, Floor floor) {
  FloorMesh mesh{item,
                 floor,
                 static_cast<std::uint32_t>(plan.points.size()),
                 0,
                 static_cast<std::uint32_t>(plan.indices.size()),
                 0,
                 nowhere()};
  for (const Polygon& q : polygons) {
    if (!sound(q)) continue;
    const auto base = static_cast<std::uint32_t>(plan.points.size()) - mesh.first_point;
    plan.points.insert(plan.points.end(), q.outer.begin(), q.outer.end());
    for (const Ring& hole : q.holes) plan.points.insert(plan.points.end(), hole.begin(), hole.end());
    const std::uint32_t count = static_cast<std::uint32_t>(plan.points.size()) - mesh.first_point - base;
    for (const Point& p : q.outer) include(mesh.bounds, p);
    const bool usable = !q.triangles.empty() && q.triangles.size() % 3 == 0 &&
                        std::all_of(q.triangles.begin(), q.triangles.end(), [&](std::uint32_t i) { return i < count; });
    if (usable) {
      for (const std::uint32_t i : q.triangles) plan.indices.push_back(base + i);
    } else {  // a fan is right for the convex ring that most rooms are
      for (std::uint32_t i = 1; i + 1 < q.outer.size(); ++i)
        for (const std::uint32_t k : {0U, i, i + 1}) plan.indices.push_back(base + k);
    }
  }
  mesh.points = static_cast<std::uint32_t>(plan.points.size()) - mesh.first_point;
  mesh.indices = static_cast<std::uint32_t>(plan.indices.size()) - mesh.first_index;
  return mesh;
}

template <class Fn>
void each_side(const std::vector<Polygon>& polygons, Fn&& fn) {
  for (const Polygon& q : polygons) {
    if (!sound(q)) continue;
    const auto ring = [&](const Ring& r) {
      for (std::size_t i = 0, j = r.size() - 1; i < r.size(); j = i++) fn(r[j], r[i]);
    };
    ring(q.outer);
    for (const Ring& hole : q.holes) ring(hole);
  }
}

/// Towards the room rather than the corridor, as doors of rooms open.
Point swing_of(const LevelPlan& plan, const Opening& o) {
  const Point d = o.b - o.a;
  const float l = length(d);
  if (l <= 0) return {0, 1};
  const Point n{-d.y / l, d.x / l};
  const Point mid = middle(o.a, o.b);
  const auto weight = [&](Point p) {
    const int at = plan.floor_at(p);
    if (at < 0) return 0;
    const Floor floor = plan.floors[static_cast<std::size_t>(at)].floor;
    if (is_outdoor(floor)) return 1;
    return is_open(floor) ? 2 : 3;
  };
  return weight(mid + n * 0.6F) >= weight(mid - n * 0.6F) ? n : n * -1.0F;
}

/// The unit's own label point when it lies in the unit, else some point that does, and the free width there.
LabelSpot label_spot(const Unit& unit, const FloorMesh& mesh, const LevelPlan& plan, float turn) {
  LabelSpot spot{unit.label, 0};
  const auto in = [&](Point p) {
    return finite(p) && std::any_of(unit.polygons.begin(), unit.polygons.end(),
                                    [&](const Polygon& q) { return sound(q) && inside(q, p); });
  };
  if (!in(spot.at)) spot.at = middle(mesh.bounds.min, mesh.bounds.max);
  float largest = 0;
  for (std::uint32_t i = 0; i + 2 < mesh.indices && !in(spot.at); i += 3) {
    const auto corner = [&](std::uint32_t k) {
      return plan.points[mesh.first_point + plan.indices[mesh.first_index + i + k]];
    };
    const float size = std::abs(cross(corner(1) - corner(0), corner(2) - corner(0)));
    if (size <= largest) continue;
    largest = size;
    spot.at = (corner(0) + corner(1) + corner(2)) * (1.0F / 3);
  }
  // The screen's horizontal is the building's axis.
  const Point along{std::cos(turn), std::sin(turn)};
  float left = 1e9F;
  float right = 1e9F;
  each_side(unit.polygons, [&](Point a, Point b) {
    const Point e = b - a;
    const float den = cross(along, e);
    if (std::abs(den) < 1e-9F) return;
    const float t = cross(a - spot.at, e) / den;
    const float u = cross(a - spot.at, along) / den;
    if (u < 0 || u > 1) return;
    if (t >= 0) right = std::min(right, t);
    if (t <= 0) left = std::min(left, -t);
  });
  if (left < 1e9F && right < 1e9F) spot.width = 2 * std::min(left, right);
  return spot;
}

void add_doors(LevelPlan& plan, const std::vector<std::uint32_t>& openings) {
  const Site& site = *plan.site;
  std::unordered_map<std::string_view, std::int32_t> door_of;
  for (std::size_t i = 0; i < site.devices.size(); ++i)
    if (site.devices[i].kind == DeviceKind::door && !site.devices[i].opening_id.empty())
      door_of.emplace(site.devices[i].opening_id, static_cast<std::int32_t>(i));
  for (const std::uint32_t i : openings) {
    const Opening& o = site.openings[i];
    MapDoor door;
    door.opening = i;
    door.a = o.a;
    door.b = o.b;
    const auto it = door_of.find(o.id);
    if (it != door_of.end()) door.device = it->second;
    door.leaf = o.has_door || door.device >= 0;
    door.swing = swing_of(plan, o);
    for (const Polygon& q : plan.level->polygons) {
      if (!sound(q)) continue;
      for (std::size_t k = 0, j = q.outer.size() - 1; k < q.outer.size() && !door.shell; j = k++)
        door.shell = distance_to_segment(middle(o.a, o.b), q.outer[j], q.outer[k]) < 0.4F;
    }
    plan.doors.push_back(door);
  }
}

void add_devices(LevelPlan& plan) {
  const Site& site = *plan.site;
  std::vector<Bounds> boxes;
  const MapGrid grid = [&] {
    MapGrid g;
    g.build(boxes_of(plan.walls.sight));
    return g;
  }();
  for (std::uint32_t i = 0; i < site.devices.size(); ++i) {
    const Device& d = site.devices[i];
    if (!d.placed || !finite(d.position) || (plan.level != nullptr && d.level_id != plan.level->id)) continue;
    plan.devices.push_back(i);
    boxes.push_back({d.position, d.position});
    if (d.kind != DeviceKind::camera) continue;
    MapCone cone{i, cast_cone({d.position, d.heading, d.field_of_view, d.range}, plan.walls.sight, grid), nowhere()};
    if (cone.ring.empty()) continue;
    for (const Point& p : cone.ring) include(cone.bounds, p);
    plan.cones.push_back(std::move(cone));
  }
  plan.device_grid.build(boxes);
  const auto boxed = [&](std::uint32_t i) {
    const DeviceKind kind = site.devices[plan.devices[i]].kind;
    return kind != DeviceKind::door && kind != DeviceKind::reader && kind != DeviceKind::camera;
  };
  constexpr float kAlone = 4;  // metres; farther neighbours never matter
  plan.crowding.assign(plan.devices.size(), kAlone);
  for (std::uint32_t i = 0; i < plan.devices.size(); ++i) {
    if (!boxed(i)) continue;
    const Point at = site.devices[plan.devices[i]].position;
    plan.device_grid.visit({{at.x - kAlone, at.y - kAlone}, {at.x + kAlone, at.y + kAlone}}, [&](std::uint32_t k) {
      if (k != i && boxed(k))
        plan.crowding[i] = std::min(plan.crowding[i], length(site.devices[plan.devices[k]].position - at));
    });
  }
}

}  // namespace

Floor floor_of(std::string_view c) {
  static const std::unordered_map<std::string_view, Floor> kFloors{
      {"walkway", Floor::corridor},
      {"walkway.island", Floor::corridor},
      {"movingwalkway", Floor::corridor},
      {"lobby", Floor::corridor},
      {"platform", Floor::corridor},
      {"footbridge", Floor::corridor},
      {"ramp", Floor::corridor},
      {"conferenceroom", Floor::meeting},
      {"huddleroom", Floor::meeting},
      {"classroom", Floor::meeting},
      {"auditorium", Floor::meeting},
      {"theater", Floor::meeting},
      {"movietheater", Floor::meeting},
      {"laboratory", Floor::lab},
      {"serverroom", Floor::secure},
      {"controlroom", Floor::secure},
      {"vault", Floor::secure},
      {"secure", Floor::secure},
      {"server", Floor::secure},
      {"nonpublic", Floor::technical},
      {"technical", Floor::technical},
      {"storage", Floor::storage},
      {"mailroom", Floor::storage},
      {"stairs", Floor::stairs},
      {"steps", Floor::stairs},
      {"elevator", Floor::stairs},
      {"escalator", Floor::stairs},
      {"kitchen", Floor::amenity},
      {"foodservice", Floor::amenity},
      {"lounge", Floor::amenity},
      {"privatelounge", Floor::amenity},
      {"mothersroom", Floor::amenity},
      {"shower", Floor::amenity},
      {"firstaid", Floor::amenity},
      {"library", Floor::amenity},
      {"recreation", Floor::amenity},
      {"waitingroom", Floor::amenity},
      {"smokingarea", Floor::amenity},
      {"opentobelow", Floor::void_},
      {"structure", Floor::solid},
      {"column", Floor::solid},
      {"brick", Floor::solid},
      {"concrete", Floor::solid},
      {"drywall", Floor::solid},
      {"glass", Floor::solid},
      {"wood", Floor::solid},
      {"road", Floor::road},
      {"parking", Floor::parking},
      {"vegetation", Floor::green},
      {"fieldofplay", Floor::green},
      {"terrace", Floor::paved},
      {"unenclosedarea", Floor::paved},
  };
  const auto it = kFloors.find(c);
  if (it != kFloors.end()) return it->second;
  if (c.starts_with("restroom")) return Floor::amenity;
  return Floor::office;
}

ImU32 color_of(const MapColors& m, Floor floor) {
  switch (floor) {
    case Floor::corridor:
      return m.corridor;
    case Floor::office:
      return m.office;
    case Floor::meeting:
      return m.meeting;
    case Floor::lab:
      return m.lab;
    case Floor::technical:
      return m.technical;
    case Floor::secure:
      return m.secure;
    case Floor::storage:
      return m.storage;
    case Floor::stairs:
      return m.stairs;
    case Floor::amenity:
      return m.amenity;
    case Floor::void_:
      return m.void_;
    case Floor::solid:
      return m.wall;
    case Floor::road:
    case Floor::parking:
      return m.road;
    case Floor::green:
      return mixed(m.ground, m.outside, 0.5F);
    case Floor::paved:
      return mixed(m.ground, m.road, 0.5F);
  }
  return m.office;
}

bool is_open(Floor floor) { return floor == Floor::corridor; }
bool is_outdoor(Floor floor) {
  return floor == Floor::road || floor == Floor::parking || floor == Floor::green || floor == Floor::paved;
}

int LevelPlan::floor_at(Point p) const {
  if (!finite(p)) return -1;
  int best = -1;
  float least = 0;
  unit_grid.visit({p, p}, [&](std::uint32_t i) {
    const FloorMesh& m = floors[i];
    const float size = (m.bounds.max.x - m.bounds.min.x) * (m.bounds.max.y - m.bounds.min.y);
    if (best >= 0 && size >= least) return;
    const auto& polygons = site->units[m.item].polygons;
    const bool in =
        std::any_of(polygons.begin(), polygons.end(), [&](const Polygon& q) { return sound(q) && inside(q, p); });
    if (!in) return;
    best = static_cast<int>(i);
    least = size;
  });
  return best;
}

int LevelPlan::device_near(Point p, float reach) const {
  if (!finite(p) || !(reach >= 0)) return -1;
  int best = -1;
  float least = reach * reach;
  device_grid.visit({{p.x - reach, p.y - reach}, {p.x + reach, p.y + reach}}, [&](std::uint32_t i) {
    const Point d = site->devices[devices[i]].position - p;
    const float d2 = dot(d, d);
    // Equal distances: the later device is drawn on top.
    if (d2 > least || (d2 == least && static_cast<int>(devices[i]) < best)) return;
    least = d2;
    best = static_cast<int>(devices[i]);
  });
  return best;
}

std::unique_ptr<LevelPlan> build_level(const Site& site, const Level* level, float turn) {
  auto plan = std::make_unique<LevelPlan>();
  plan->site = &site;
  plan->level = level;
  for (std::uint32_t i = 0; i < site.buildings.size(); ++i) {
    const FloorMesh mesh = add_mesh(*plan, site.buildings[i].footprint, i, Floor::corridor);
    if (mesh.indices > 0) plan->footprints.push_back(mesh);
  }
  std::vector<UnitEdge> edges;
  std::vector<Bounds> boxes;
  for (std::uint32_t i = 0; i < site.units.size() && level != nullptr; ++i) {
    const Unit& u = site.units[i];
    if (u.level_id != level->id) continue;
    const Floor floor = floor_of(u.category);
    const FloorMesh mesh = add_mesh(*plan, u.polygons, i, floor);
    if (mesh.indices == 0) continue;
    plan->floors.push_back(mesh);
    each_side(u.polygons, [&](Point a, Point b) {
      edges.push_back({a, b, i, is_open(floor), is_outdoor(floor) || level->outdoor || floor == Floor::solid});
    });
    add_details(u, floor, plan->details);
  }
  // Large floors first, so that what lies inside another is drawn over it.
  std::stable_sort(plan->floors.begin(), plan->floors.end(), [&](const FloorMesh& a, const FloorMesh& b) {
    const auto size = [](const FloorMesh& m) {
      return (m.bounds.max.x - m.bounds.min.x) * (m.bounds.max.y - m.bounds.min.y);
    };
    return size(a) > size(b);
  });
  for (const FloorMesh& m : plan->floors) boxes.push_back(m.bounds);
  plan->unit_grid.build(boxes);
  for (const FloorMesh& m : plan->floors) plan->labels.push_back(label_spot(site.units[m.item], m, *plan, turn));
  plan->label_widths.assign(plan->floors.size(), -1.0F);
  for (std::uint32_t i = 0; i < site.fixtures.size() && level != nullptr; ++i) {
    if (site.fixtures[i].level_id != level->id) continue;
    const FloorMesh mesh = add_mesh(*plan, site.fixtures[i].polygons, i, Floor::office);
    if (mesh.indices > 0) plan->fixtures.push_back(mesh);
  }

  std::vector<Segment> shell;
  std::vector<WallGap> gaps;
  std::vector<std::uint32_t> openings;
  if (level != nullptr) {
    if (!level->outdoor) each_side(level->polygons, [&](Point a, Point b) { shell.push_back({a, b}); });
    for (std::uint32_t i = 0; i < site.openings.size(); ++i) {
      const Opening& o = site.openings[i];
      if (o.level_id != level->id || !finite(o.a) || !finite(o.b)) continue;
      openings.push_back(i);
      gaps.push_back({o.a, o.b, !o.has_door});
    }
  }
  plan->walls = build_walls(edges, shell, gaps);
  if (plan->outdoor())  // from outside, buildings hide what is behind them
    for (const Building& b : site.buildings)
      each_side(b.footprint, [&](Point a, Point c) { plan->walls.sight.push_back({a, c, 0, 0}); });
  if (level != nullptr) add_doors(*plan, openings);
  add_devices(*plan);

  if (level != nullptr && !level->outdoor)
    each_side(level->polygons, [&](Point a, Point) { plan->outline.push_back(a); });
  if (plan->outline.empty())
    for (const FloorMesh& m : plan->floors)
      for (const Point corner :
           {m.bounds.min, m.bounds.max, Point{m.bounds.min.x, m.bounds.max.y}, Point{m.bounds.max.x, m.bounds.min.y}})
        plan->outline.push_back(corner);
  if (plan->outline.empty() || (level != nullptr && level->outdoor)) {
    each_side(site.venue, [&](Point a, Point) { plan->outline.push_back(a); });
    for (const Building& b : site.buildings)
      each_side(b.footprint, [&](Point a, Point) { plan->outline.push_back(a); });
  }
  if (plan->outline.empty())
    for (const std::uint32_t d : plan->devices) plan->outline.push_back(site.devices[d].position);
  return plan;
}

float site_turn(const Site& site) {
  std::vector<Segment> walls;
  for (const Building& b : site.buildings) each_side(b.footprint, [&](Point a, Point c) { walls.push_back({a, c}); });
  for (const Level& l : site.levels)
    if (!l.outdoor) each_side(l.polygons, [&](Point a, Point c) { walls.push_back({a, c}); });
  if (walls.empty())
    for (const Unit& u : site.units) each_side(u.polygons, [&](Point a, Point c) { walls.push_back({a, c}); });
  return prevailing_angle(walls);
}

}  // namespace wf::ui
