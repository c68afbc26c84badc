#include <cmath>
#include <utility>

#include "tests/support/sample_snapshot.hpp"

namespace wf::sample {
namespace {

constexpr float kDepth = 42;  // the plan is written with y down

struct Room {
  const char* id;
  const char* name;
  float x, y, w, h;
  const char* category;
};
constexpr Room kRooms[] = {{"n1", "Control room", 0, 0, 14, 10, "secure"},
                           {"n2", "Briefing", 14, 0, 8, 10, "conferenceroom"},
                           {"n3", "Operations", 22, 0, 16, 10, "office"},
                           {"n4", "Meeting 2.1", 38, 0, 8.5F, 10, "conferenceroom"},
                           {"n5", "Meeting 2.2", 46.5F, 0, 8.5F, 10, "conferenceroom"},
                           {"n6", "Finance", 55, 0, 12, 10, "office"},
                           {"n7", "Legal", 67, 0, 8, 10, "office"},
                           {"k1", "Lab A", 0, 13, 14, 16, "laboratory"},
                           {"k2", "Lab stores", 14, 13, 11, 7, "storage"},
                           {"k3", "Lab B", 14, 20, 11, 9, "laboratory"},
                           {"k4", "Stair A", 28, 13, 6, 6, "stairs"},
                           {"k5", "Lifts", 34, 13, 5.5F, 6, "elevator"},
                           {"k6", "Lift lobby", 39.5F, 13, 9.5F, 6, "lobby"},
                           {"k7", "WC", 49, 13, 4, 6, "restroom"},
                           {"k8", "WC", 53, 13, 4, 6, "restroom"},
                           {"k9", "Pantry", 28, 19, 9, 10, "foodservice"},
                           {"k10", "Atrium", 37, 19, 11, 10, "opentobelow"},
                           {"k11", "Print room", 48, 19, 9, 10, "storage"},
                           {"k12", "Comms", 60, 13, 10, 6, "serverroom"},
                           {"k13", "UPS and power", 70, 13, 14, 6, "serverroom"},
                           {"k14", "Server lobby", 60, 19, 8, 10, "secure"},
                           {"k15", "Server room", 68, 19, 16, 10, "secure"},
                           {"s1", "Archive", 0, 32, 11, 10, "storage"},
                           {"s2", "Mail room", 11, 32, 8.5F, 10, "storage"},
                           {"s3", "HR", 19.5F, 32, 10.5F, 10, "office"},
                           {"s4", "Training", 30, 32, 13, 10, "conferenceroom"},
                           {"s5", "Canteen", 43, 32, 15, 10, "foodservice"},
                           {"s6", "First aid", 58, 32, 7, 10, "office"},
                           {"s7", "IT workshop", 65, 32, 10, 10, "serverroom"},
                           {"s8", "Stair B", 75, 32, 9, 10, "stairs"},
                           {"c1", "Corridor north", 0, 10, 84, 3, "walkway"},
                           {"c2", "Corridor south", 0, 29, 84, 3, "walkway"},
                           {"c3", "Corridor west", 25, 13, 3, 16, "walkway"},
                           {"c4", "Corridor east", 57, 13, 3, 16, "walkway"}};

struct Door {
  const char* id;
  float x, y;
  bool horizontal;
  float width;
  const char* a;
  const char* b;
};
constexpr Door kDoors[] = {{"D-201", 11, 10, true, 1.3F, "n1", "c1"},     {"D-202", 18, 10, true, 1.2F, "n2", "c1"},
                           {"D-203", 26, 10, true, 1.3F, "n3", "c1"},     {"D-204", 35, 10, true, 1.3F, "n3", "c1"},
                           {"D-207", 59, 10, true, 1.2F, "n6", "c1"},     {"D-208", 71, 10, true, 1.2F, "n7", "c1"},
                           {"D-211", 8, 13, true, 1.3F, "k1", "c1"},      {"D-212", 8, 29, true, 1.3F, "k1", "c2"},
                           {"D-213", 19, 13, true, 1.3F, "k2", "c1"},     {"D-214", 19.5F, 29, true, 1.4F, "k3", "c2"},
                           {"D-221", 63.5F, 13, true, 1.3F, "k12", "c1"}, {"D-222", 77, 13, true, 1.4F, "k13", "c1"},
                           {"D-230", 64, 29, true, 1.4F, "k14", "c2"},    {"D-231", 68, 24, false, 1.4F, "k14", "k15"},
                           {"D-241", 8, 32, true, 1.3F, "s1", "c2"},      {"D-243", 24.5F, 32, true, 1.2F, "s3", "c2"},
                           {"D-244", 33, 32, true, 1.2F, "s4", "c2"},     {"D-246", 47, 32, true, 1.6F, "s5", "c2"},
                           {"D-248", 61, 32, true, 1.2F, "s6", "c2"},     {"D-249", 69.5F, 32, true, 1.3F, "s7", "c2"}};

struct Camera {
  const char* id;
  float x, y, east, view, range;  // `east`: degrees clockwise from east
  const char* covers;
};
constexpr Camera kCameras[] = {{"C-20", 0.6F, 11.5F, 0, 44, 26, "c1"},    {"C-21", 40.2F, 18.4F, -42, 70, 11, "k6"},
                               {"C-22", 83.4F, 11.5F, 180, 44, 26, "c1"}, {"C-23", 26.5F, 13.4F, 90, 46, 18, "c3"},
                               {"C-24", 0.6F, 30.5F, 0, 44, 26, "c2"},    {"C-25", 34, 30.5F, 0, 40, 24, "c2"},
                               {"C-26", 60.5F, 19.5F, 47, 78, 12, "k14"}, {"C-27", 83.4F, 19.5F, 146, 76, 17, "k15"},
                               {"C-28", 24.5F, 20.5F, 140, 76, 12, "k3"}, {"C-29", 0.6F, 28.4F, -42, 76, 15, "k1"},
                               {"C-30", 57.4F, 41.4F, 218, 78, 15, "s5"}, {"C-31", 37.4F, 0.6F, 146, 76, 16, "n3"},
                               {"C-32", 83.4F, 30.5F, 180, 40, 20, "c2"}};

struct Host {
  const char* id;
  float x, y;
  const char* unit;
  const char* address;
};
constexpr Host kHosts[] = {{"sw-2a", 62.4F, 17.2F, "k12", "10.2.0.2"},
                           {"hv-03", 72.1F, 25.2F, "k15", "10.2.7.3"},
                           {"hv-07", 76.4F, 27.9F, "k15", "10.2.7.7"},
                           {"wall-1", 3, 4.6F, "n1", "10.2.1.10"}};

Polygon rectangle(float x, float y, float w, float h) {
  Polygon p;
  p.outer = {{x, kDepth - y - h}, {x + w, kDepth - y - h}, {x + w, kDepth - y}, {x, kDepth - y}};
  p.triangles = {0, 1, 2, 0, 2, 3};
  return p;
}

Device device(const char* id, std::string name, DeviceKind kind, const char* unit, float x, float y) {
  Device d;
  d.id = id;
  d.name = std::move(name);
  d.kind = kind;
  d.level_id = "rotterdam-2";
  d.unit_id = unit;
  d.position = {x, kDepth - y};
  d.placed = true;
  return d;
}

Site rotterdam() {
  Site s;
  s.id = "rotterdam";
  s.name = "HQ Rotterdam";
  s.short_name = "HQ";
  s.locality = "Rotterdam";
  s.time_zone = "Europe/Amsterdam";
  s.origin = {4.4777, 51.9225};
  s.bounds = {{-14, -10}, {98, 52}};
  Polygon ground;
  ground.outer = {{-14, -10}, {98, -10}, {98, 52}, {-14, 52}};
  ground.triangles = {0, 1, 2, 0, 2, 3};
  s.venue = {ground};
  Polygon foot;
  foot.outer = {{0, 0}, {79, 0}, {84, 5}, {84, 32}, {75, 32}, {75, 42}, {0, 42}};
  foot.triangles = {0, 1, 5, 0, 5, 6, 1, 2, 4, 2, 3, 4, 1, 4, 5};
  s.buildings.push_back({"main", "Main building", "unspecified", {foot}, {{0, 0}, {84, 42}}});
  static constexpr std::pair<const char*, const char*> kLevels[] = {
      {"B1", "Parking"}, {"0", "Entrance"}, {"1", "Goods in"}, {"2", "Level 2"}, {"3", "Offices"}, {"4", "Plant"}};
  int ordinal = -1;
  for (const auto& [number, name] : kLevels) {
    Level l;
    l.id = std::string("rotterdam-") + number;
    l.name = name;
    l.short_name = number;
    l.building_id = "main";
    l.ordinal = ordinal++;
    l.polygons = {foot};
    l.bounds = {{0, 0}, {84, 42}};
    s.levels.push_back(std::move(l));
  }
  for (const Room& r : kRooms) {
    Unit u;
    u.id = r.id;
    u.name = r.name;
    u.category = r.category;
    u.level_id = "rotterdam-2";
    u.polygons = {rectangle(r.x, r.y, r.w, r.h)};
    u.label = {r.x + r.w / 2, kDepth - r.y - r.h / 2};
    u.label_width = r.w - 0.6F;
    u.bounds = {{r.x, kDepth - r.y - r.h}, {r.x + r.w, kDepth - r.y}};
    if (u.id == "k15") u.criticality = 4;
    s.units.push_back(std::move(u));
  }
  for (const Door& d : kDoors) {
    Opening o;
    o.id = std::string("o-") + d.id;
    o.level_id = "rotterdam-2";
    o.category = "pedestrian";
    const float half = d.width / 2;
    o.a = d.horizontal ? Point{d.x - half, kDepth - d.y} : Point{d.x, kDepth - d.y + half};
    o.b = d.horizontal ? Point{d.x + half, kDepth - d.y} : Point{d.x, kDepth - d.y - half};
    o.unit_a = d.a;
    o.unit_b = d.b;
    o.has_door = true;
    Device door = device(d.id, std::string("Door ") + d.id, DeviceKind::door, d.a, d.x, d.y);
    door.opening_id = o.id;
    s.openings.push_back(std::move(o));
    s.devices.push_back(std::move(door));
  }
  for (const Camera& c : kCameras) {
    Device d = device(c.id, c.id, DeviceKind::camera, c.covers, c.x, c.y);
    d.heading = std::fmod(c.east + 90 + 360, 360.0F);
    d.field_of_view = c.view;
    d.range = c.range;
    d.covers = {c.covers};
    s.devices.push_back(std::move(d));
  }
  for (const Host& h : kHosts) {
    Device d = device(h.id, h.id, DeviceKind::host, h.unit, h.x, h.y);
    d.address = h.address;
    s.devices.push_back(std::move(d));
  }
  return s;
}

Site antwerp() {
  Site s;
  s.id = "antwerp";
  s.name = "Antwerp";
  s.short_name = "Antwerp";
  s.locality = "Antwerp";
  s.time_zone = "Europe/Brussels";
  s.origin = {4.4025, 51.2194};
  s.bounds = {{0, 0}, {30, 20}};
  Polygon foot;
  foot.outer = {{0, 0}, {30, 0}, {30, 20}, {0, 20}};
  foot.triangles = {0, 1, 2, 0, 2, 3};
  s.venue = {foot};
  s.buildings.push_back({"ant-main", "Office", "unspecified", {foot}, {{0, 0}, {30, 20}}});
  Level l;
  l.id = "antwerp-0";
  l.name = "Ground floor";
  l.short_name = "0";
  l.building_id = "ant-main";
  l.polygons = {foot};
  l.bounds = {{0, 0}, {30, 20}};
  s.levels.push_back(std::move(l));
  Unit u;
  u.id = "ant-entrance";
  u.name = "Main entrance";
  u.category = "lobby";
  u.level_id = "antwerp-0";
  u.polygons = {foot};
  u.label = {15, 10};
  u.label_width = 20;
  u.bounds = {{0, 0}, {30, 20}};
  s.units.push_back(std::move(u));
  return s;
}

}  // namespace

std::shared_ptr<const Estate> estate() {
  static const std::shared_ptr<const Estate> made = [] {
    auto e = std::make_shared<Estate>();
    e->sites.push_back(rotterdam());
    e->sites.push_back(antwerp());
    e->sites.front().calls = {{"Duty manager", "+31 20 555 0110", Priority::high, {true, true, true}},
                              {"IT on call", "+31 20 555 0142", Priority::medium, {false, false, true}},
                              {"Chief Security Officer", "+31 20 555 0101", Priority::critical, {true, true, true}}};
    e->people = {{"p-okafor", "M. Okafor", "operator", "Security", "rotterdam", {"88-0001"}, {"okafor"}},
                 {"p-silva", "G. Silva", "guard", "Security", "rotterdam", {"88-0107"}, {"gsilva"}},
                 {"p-novak", "T. Novak", "guard", "Security", "rotterdam", {"88-0112"}, {}},
                 {"p-haddad", "R. Haddad", "guard", "Security", "rotterdam", {"88-0115"}, {}},
                 {"p-lindqvist", "J. Lindqvist", "supervisor", "Security", "rotterdam", {"88-0002"}, {"lindqvist"}},
                 {"p-dewit", "A. de Wit", "duty manager", "Facilities", "rotterdam", {"88-0031"}, {"dewit"}},
                 {"p-brandt", "S. Brandt", "engineer", "IT", "rotterdam", {"88-1042"}, {"brandt"}},
                 {"p-maes", "L. Maes", "guard", "Security", "antwerp", {"77-0010"}, {}}};
    e->index();
    return std::shared_ptr<const Estate>(e);
  }();
  return made;
}

}  // namespace wf::sample
