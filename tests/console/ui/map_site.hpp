#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "console/model/snapshot.hpp"

namespace wf::maptest {

/// A small site drawn by hand: rooms are rectangles in metres, x east, y north.
struct Plan {
  Site site;

  Plan() {
    site.id = "here";
    site.name = site.short_name = "Here";
    site.time_zone = "UTC";
    site.buildings.push_back({"b", "House", "", {}, {}});
  }
  static Polygon box(float x, float y, float w, float h) {
    Polygon p;
    p.outer = {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}};
    p.triangles = {0, 1, 2, 0, 2, 3};
    return p;
  }
  Level& level(const std::string& id, int ordinal, const Polygon& outline, bool outdoor = false) {
    Level l;
    l.id = id;
    l.name = "Level " + id;
    l.short_name = id;
    l.building_id = outdoor ? "" : "b";
    l.ordinal = ordinal;
    l.outdoor = outdoor;
    l.polygons = {outline};
    site.levels.push_back(l);
    return site.levels.back();
  }
  void room(const std::string& id, const std::string& category, const Polygon& p, const std::string& level_id = "0") {
    Unit u;
    u.id = u.name = id;
    u.category = category;
    u.level_id = level_id;
    u.polygons = {p};
    u.label = {(p.outer[0].x + p.outer[2].x) / 2, (p.outer[0].y + p.outer[2].y) / 2};
    u.label_width = p.outer[2].x - p.outer[0].x;
    site.units.push_back(u);
  }
  void door(const std::string& id, Point a, Point b, const std::string& unit_a, const std::string& unit_b,
            bool leaf = true, const std::string& level_id = "0") {
    Opening o;
    o.id = "o-" + id;
    o.level_id = level_id;
    o.a = a;
    o.b = b;
    o.unit_a = unit_a;
    o.unit_b = unit_b;
    o.has_door = leaf;
    site.openings.push_back(o);
    if (!leaf) return;
    Device& d = device(id, DeviceKind::door, {(a.x + b.x) / 2, (a.y + b.y) / 2}, unit_b, level_id);
    d.opening_id = o.id;
  }
  Device& device(const std::string& id, DeviceKind kind, Point at, const std::string& unit,
                 const std::string& level_id = "0") {
    Device d;
    d.id = d.name = id;
    d.kind = kind;
    d.position = at;
    d.placed = true;
    d.unit_id = unit;
    d.level_id = level_id;
    site.devices.push_back(d);
    return site.devices.back();
  }
  std::shared_ptr<const Estate> estate() {
    auto e = std::make_shared<Estate>();
    e->sites.push_back(site);
    e->index();
    return e;
  }
};

/// Two rooms at the ends of a corridor that a third one hides from each other.
inline Plan three_rooms() {
  Plan p;
  p.level("0", 0, Plan::box(0, 0, 30, 13));
  p.room("west", "office", Plan::box(0, 3, 10, 10));
  p.room("middle", "office", Plan::box(10, 3, 10, 10));
  p.room("east", "office", Plan::box(20, 3, 10, 10));
  p.room("hall", "walkway", Plan::box(0, 0, 30, 3));
  p.door("D-1", {4, 3}, {5.2F, 3}, "west", "hall");
  p.door("D-2", {24, 3}, {25.2F, 3}, "hall", "east");
  return p;
}

inline std::shared_ptr<Snapshot> snapshot_of(std::shared_ptr<const Estate> estate) {
  auto s = std::make_shared<Snapshot>();
  s->version = 1;
  s->now = 1'000'000 * kSecond;
  s->estate = std::move(estate);
  return s;
}

}  // namespace wf::maptest
