#include <cmath>
#include <limits>
#include <random>

#include "console/ui/map/map_news.hpp"
#include "console/ui/map/map_overlays.hpp"
#include "tests/console/ui/map_site.hpp"
#include "tests/support/catch.hpp"

namespace wf::ui {
namespace {

using maptest::Plan;

float uniform(std::mt19937& r, float a, float b) { return std::uniform_real_distribution<float>(a, b)(r); }

/// Total length of walls that pass through a point, within a hand's width.
bool wall_at(const std::vector<MapWall>& walls, Point p) {
  for (const MapWall& w : walls)
    if (distance_to_segment(p, w.a, w.b) < 0.05F) return true;
  return false;
}

TEST_CASE("Sides that two rooms share become one wall") {
  std::vector<UnitEdge> edges;
  const auto box = [&](std::uint32_t unit, float x, float w) {
    const Point c[] = {{x, 0}, {x + w, 0}, {x + w, 4}, {x, 4}};
    for (int i = 0; i < 4; ++i) edges.push_back({c[i], c[(i + 1) % 4], unit, false, false});
  };
  box(0, 0, 5);
  box(1, 5.02F, 5);  // a finger's width apart
  const WallPlan plan = build_walls(edges, {}, {});
  float upright = 0;
  float level = 0;
  for (const MapWall& w : plan.inner) {
    if (std::abs(w.a.x - w.b.x) < 0.01F) upright += std::abs(w.a.y - w.b.y);
    if (std::abs(w.a.y - w.b.y) < 0.01F) level += std::abs(w.a.x - w.b.x);
  }
  CHECK(upright == Approx(12).margin(0.1));
  CHECK(level == Approx(20).margin(0.2));
}

TEST_CASE("An opening is a gap in its wall, and cameras see through it only without a door") {
  Plan p = maptest::three_rooms();
  p.door("gap", {14, 3}, {16, 3}, "middle", "hall", false);
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  CHECK(wall_at(plan->walls.inner, {2, 3}));
  CHECK_FALSE(wall_at(plan->walls.inner, {4.6F, 3}));
  CHECK_FALSE(wall_at(plan->walls.inner, {15, 3}));
  CHECK(wall_at(plan->walls.sight, {4.6F, 3}));
  CHECK_FALSE(wall_at(plan->walls.sight, {15, 3}));
  REQUIRE(plan->doors.size() == 3);
  CHECK(plan->doors[0].device >= 0);
  CHECK(plan->doors[0].swing.y > 0.9F);  // into the room, not into the corridor
  CHECK_FALSE(plan->doors[2].leaf);
}

TEST_CASE("Between two corridors stands no wall, and people walk across") {
  Plan p;
  p.level("0", 0, Plan::box(0, 0, 20, 20));
  p.room("a", "walkway", Plan::box(0, 0, 20, 3));
  p.room("b", "walkway", Plan::box(8, 3, 3, 10));
  p.room("c", "office", Plan::box(0, 3, 8, 10));
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  CHECK_FALSE(wall_at(plan->walls.inner, {9.5F, 3}));
  CHECK(wall_at(plan->walls.inner, {4, 3}));
  CHECK(wall_at(plan->walls.inner, {8, 8}));
  REQUIRE(plan->walls.borders.size() == 1);
  MapRoutes routes;
  routes.build(*plan, 0);
  const auto way = routes.route({{1, 1.5F}, 0, -1}, {{9.5F, 11}, 1, -1});
  REQUIRE(way.size() >= 2);
  CHECK(length(way.back() - Point{9.5F, 11}) < 0.01F);
}

TEST_CASE("A camera sees no farther than its range and not through walls") {
  std::mt19937 r(5);
  Plan p = maptest::three_rooms();
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  MapGrid grid;
  grid.build(boxes_of(plan->walls.sight));
  for (int i = 0; i < 200; ++i) {
    const Eye eye{{uniform(r, 10.5F, 19.5F), uniform(r, 3.5F, 12.5F)},
                  uniform(r, -720, 720),
                  uniform(r, 5, 170),
                  uniform(r, 1, 40)};
    const Ring cone = cast_cone(eye, plan->walls.sight, grid);
    REQUIRE(cone.size() >= 3);
    for (const Point& q : cone) {
      CHECK(length(q - eye.at) <= eye.range + 0.01F);
      CHECK(q.x >= 9.9F);  // the middle room has no door: nothing outside it is seen
      CHECK(q.x <= 20.1F);
      CHECK(q.y >= 2.9F);
      CHECK(q.y <= 13.1F);
    }
  }
  const Ring free = cast_cone({{5, 5}, 0, 90, 10}, {}, MapGrid{});
  for (std::size_t i = 1; i < free.size(); ++i) CHECK(length(free[i] - Point{5, 5}) == Approx(10).margin(0.01));
  CHECK(cast_cone({{5, 5}, 0, 90, std::nanf("")}, {}, MapGrid{}).empty());
  CHECK(cast_cone({{std::nanf(""), 5}, 0, 90, 10}, {}, MapGrid{}).empty());
  CHECK(cast_cone({{5, 5}, 0, 0, 10}, {}, MapGrid{}).empty());
}

TEST_CASE("A way leads through doors and stays inside the rooms that it crosses") {
  Plan p = maptest::three_rooms();
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  MapRoutes routes;
  routes.build(*plan, 0);
  const auto way = routes.route({{2, 11}, 0, -1}, {{28, 11}, 2, -1});
  REQUIRE(way.size() >= 4);
  CHECK(length(way.front() - Point{2, 11}) < 0.01F);
  CHECK(length(way.back() - Point{28, 11}) < 0.01F);
  bool first = false;
  bool second = false;
  for (float d = 0; d <= length_of(way); d += 0.1F) {
    const Point q = point_along(way, d);
    first = first || length(q - Point{4.6F, 3}) < 0.15F;
    second = second || length(q - Point{24.6F, 3}) < 0.15F;
    CHECK(plan->floor_at(q) >= 0);
    // The room between has no door.
    if (q.y > 3.1F) CHECK((q.x < 10 || q.x > 20));
  }
  CHECK(first);
  CHECK(second);
  // Corners stand along the building's axes.
  for (std::size_t i = 1; i < way.size(); ++i) {
    const Point d = way[i] - way[i - 1];
    CHECK(std::min(std::abs(d.x), std::abs(d.y)) < 0.5F);
  }
  // Along the corridor it keeps to the middle.
  CHECK(point_along(way, length_of(way) / 2).y == Approx(1.5F).margin(0.3));
  CHECK(routes.route({{2, 11}, 0, -1}, {{15, 8}, 1, -1}).empty());  // nobody gets into the middle room
  CHECK(routes.route({{std::nanf(""), 11}, 0, -1}, {{15, 8}, 1, -1}).empty());
  CHECK(routes.route({{2, 11}, -1, -1}, {{15, 8}, -1, -1}).empty());
  const auto near = routes.route({{2, 11}, 0, -1}, {{8, 5}, 0, -1});
  REQUIRE(near.size() >= 2);
  for (float d = 0; d <= length_of(near); d += 0.1F) CHECK(inside(site.units[0].polygons, point_along(near, d)));
  const auto door = routes.route({{4.6F, 3}, -1, 0}, {{24.6F, 3}, -1, 1});
  CHECK(length_of(door) >= 20);
  CHECK(length_of(door) < 26);
}

TEST_CASE("An incident's path has its numbers in time order, joins what happened at one place, and counts the rest") {
  Plan p = maptest::three_rooms();
  p.device("host-1", DeviceKind::host, {27, 10}, "east");
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  MapRoutes routes;
  routes.build(*plan, 0);
  Incident i;
  const auto add = [&](const char* device, const char* unit) {
    Contribution c;
    c.time = static_cast<UtcNs>(i.why.size() + 1) * kMinute;
    c.site_id = "here";
    c.device_id = device;
    c.unit_id = unit;
    i.why.push_back(c);
  };
  add("", "west");
  add("D-2", "east");
  add("D-2", "east");
  add("", "nowhere known");
  add("host-1", "east");
  const IncidentPath path = path_of(i, *plan, routes);
  REQUIRE(path.stops.size() == 3);
  CHECK(path.stops[0].first == 1);
  CHECK(path.stops[1].first == 2);
  CHECK(path.stops[1].last == 3);
  CHECK(path.stops[2].first == 5);
  CHECK(path.stops[2].device >= 0);
  CHECK(path.elsewhere == 1);
  REQUIRE(path.legs.size() == 2);
  CHECK(path.legs[0].known);
  CHECK(path.legs[1].known);
  CHECK(path.metres > 25);
  CHECK(path.stops[0].along < path.stops[1].along);
  CHECK(path.stops[2].along == Approx(path.metres));
  CHECK(path.to - path.from == 4 * kMinute);
}

TEST_CASE("Where no way is known a straight line stands for it, and says so") {
  Plan p = maptest::three_rooms();
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  MapRoutes routes;
  routes.build(*plan, 0);
  Incident i;
  for (const char* unit : {"west", "middle"}) {
    Contribution c;
    c.unit_id = unit;
    i.why.push_back(c);
  }
  const IncidentPath path = path_of(i, *plan, routes);
  REQUIRE(path.legs.size() == 1);
  CHECK_FALSE(path.legs[0].known);
  CHECK(path.legs[0].way.size() == 2);
}

TEST_CASE("The device and the unit under a point are those that looking at all of them finds") {
  std::mt19937 r(6);
  Plan p;
  p.level("0", 0, Plan::box(0, 0, 60, 40));
  for (int x = 0; x < 6; ++x)
    for (int y = 0; y < 4; ++y)
      p.room("u" + std::to_string(x) + std::to_string(y), "office",
             Plan::box(static_cast<float>(x) * 10 + 0.5F, static_cast<float>(y) * 10, 9, 10));
  p.room("inner", "office", Plan::box(13, 3, 2, 2));
  for (int i = 0; i < 400; ++i)
    p.device("h" + std::to_string(i), DeviceKind::host, {uniform(r, 0, 60), uniform(r, 0, 40)}, "u00");
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  for (int k = 0; k < 1000; ++k) {
    const Point q{uniform(r, -5, 65), uniform(r, -5, 45)};
    const float reach = uniform(r, 0, 4);
    int best = -1;
    float least = reach;
    for (std::size_t i = 0; i < site.devices.size(); ++i) {
      const float d = length(site.devices[i].position - q);
      if (d <= least) {
        least = d;
        best = static_cast<int>(i);
      }
    }
    REQUIRE(plan->device_near(q, reach) == best);
    std::string unit;
    float smallest = std::numeric_limits<float>::max();
    for (const Unit& u : site.units)
      if (inside(u.polygons, q) && area_of(u.polygons[0].outer) < smallest) {
        smallest = area_of(u.polygons[0].outer);
        unit = u.id;
      }
    const int floor = plan->floor_at(q);
    REQUIRE((floor < 0 ? std::string() : site.units[plan->floors[static_cast<std::size_t>(floor)].item].id) == unit);
  }
  CHECK(plan->floor_at({std::nanf(""), 1}) == -1);
  CHECK(plan->device_near({std::nanf(""), 1}, 5) == -1);
}

TEST_CASE("A plan that stands askew is turned upright by its walls") {
  for (const float degrees : {0.0F, 12.5F, -30.0F, 44.0F, 90.0F, 179.9F}) {
    const float a = degrees * 3.14159265F / 180;
    std::vector<Segment> walls;
    for (int i = 0; i < 8; ++i) {
      const auto t = static_cast<float>(i);
      walls.push_back({{t, 0}, {t + 20 * std::cos(a), 20 * std::sin(a)}});
      walls.push_back({{0, t}, {-9 * std::sin(a), t + 9 * std::cos(a)}});
    }
    walls.push_back({{0, 0}, {3, 5}});
    const float found = prevailing_angle({walls.begin(), walls.end()});
    const float off = std::remainder(found - a, 3.14159265F / 2);
    INFO(degrees);
    CHECK(std::abs(off) < 0.03F);
    CHECK(std::abs(found) <= 3.14159265F / 4 + 0.01F);
  }
  CHECK(prevailing_angle({}) == 0);
}

TEST_CASE("Blind spots are the corridor's part that no camera with a picture sees") {
  Plan p = maptest::three_rooms();
  Device& c = p.device("C-1", DeviceKind::camera, {0.2F, 1.5F}, "hall");
  c.heading = 90;
  c.field_of_view = 120;
  c.range = 15;
  const auto estate = p.estate();
  const Site& site = estate->sites[0];
  const auto plan = build_level(site, site.level("0"), 0);
  auto snapshot = maptest::snapshot_of(estate);
  Standing standing;
  standing.update(snapshot);
  EstateNews news;
  news.update(standing);
  LevelNews level;
  level.update(*plan, news, *snapshot);
  BlindSpots blind;
  blind.make(*plan, level, 0);
  CHECK(blind.cells == 60 * 6);
  CHECK(blind.seen_percent() > 40);
  CHECK(blind.seen_percent() < 55);
  for (const Segment& s : blind.hatch) CHECK(middle(s.a, s.b).y <= 3);

  auto states = std::make_shared<std::map<std::string, DeviceState>>();
  (*states)["C-1"].state = "offline";
  snapshot = std::make_shared<Snapshot>(*snapshot);
  snapshot->devices = states;
  snapshot->version = 2;
  CHECK_FALSE(standing.update(snapshot));
  REQUIRE(news.update(standing));
  const std::uint64_t before = level.cover_key;
  level.update(*plan, news, *snapshot);
  CHECK(level.cover_key != before);
  CHECK(level.without_picture == 1);
  blind.make(*plan, level, 0);
  CHECK(blind.seen_percent() == 0);
}

TEST_CASE("News of places: the worst open incident counts, shelved ones do not, people are summed") {
  Plan p = maptest::three_rooms();
  const auto estate = p.estate();
  auto snapshot = maptest::snapshot_of(estate);
  const auto add = [&](std::uint64_t id, Priority priority, const char* unit, IncidentState state, std::uint32_t ack) {
    auto i = std::make_shared<Incident>();
    i->id = id;
    i->priority = priority;
    i->site_id = "here";
    i->unit_id = unit;
    i->state = state;
    i->acknowledged_revision = ack;
    snapshot->incidents.push_back(i);
  };
  add(1, Priority::critical, "west", IncidentState::shelved, 0);
  add(2, Priority::high, "west", IncidentState::acknowledged, 1);
  add(3, Priority::high, "east", IncidentState::fresh, 0);
  add(4, Priority::low, "east", IncidentState::fresh, 0);
  auto people = std::make_shared<std::map<std::string, std::uint32_t>>();
  (*people)["west"] = 2;
  (*people)["hall"] = 3;
  (*people)["unknown zone"] = 9;
  snapshot->zone_people = people;
  Standing standing;
  standing.update(snapshot);
  EstateNews news;
  REQUIRE(news.update(standing));
  CHECK_FALSE(news.update(standing));
  const Site& site = estate->sites[0];
  const Unit& west = *site.unit("west");
  const Level& ground = *site.level("0");
  CHECK(news.of_unit(west).worst == Priority::high);
  CHECK(news.of_unit(west).held);
  CHECK(news.of_unit(west).incidents == 1);
  CHECK_FALSE(news.of_level(ground).held);
  CHECK(news.of_level(ground).incident == 3);
  CHECK(news.of_level(ground).people == 5);
  CHECK(news.of_site(0).incidents == 3);
  CHECK_FALSE(news.of_unit(*site.unit("middle")).any);
  CHECK_FALSE(news.of_unit(*site.unit("middle")).people_known);
  CHECK_FALSE(news.of_site(7).any);
}

}  // namespace
}  // namespace wf::ui
