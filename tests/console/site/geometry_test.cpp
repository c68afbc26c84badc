#include "console/site/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "console/site/triangulate.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::site;

namespace {

Ring rectangle(float x0, float y0, float x1, float y1) { return {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}; }

/// A ring that never crosses itself: corners at rising angles about a centre.
Ring star(std::mt19937& random, Point centre, float least, float most, int corners) {
  std::uniform_real_distribution<float> radius(least, most), jitter(0.05F, 0.95F);
  Ring ring;
  for (int i = 0; i < corners; ++i) {
    const float angle = (static_cast<float>(i) + jitter(random)) * 6.2831853F / static_cast<float>(corners);
    const float r = radius(random);
    ring.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return ring;
}

/// Triangles cover the polygon exactly: the sum of areas, and every triangle's middle lies inside.
void check_cover(const Polygon& polygon) {
  REQUIRE(!polygon.outer.empty());
  const double area = area_of(polygon);
  CHECK(triangle_area_of(polygon) == Approx(area).epsilon(1e-4).margin(1e-4));
  Ring points = polygon.outer;
  for (const Ring& hole : polygon.holes) points.insert(points.end(), hole.begin(), hole.end());
  REQUIRE(polygon.triangles.size() % 3 == 0);
  for (std::size_t i = 0; i < polygon.triangles.size(); i += 3) {
    Point middle{0, 0};
    for (std::size_t k = 0; k < 3; ++k) {
      REQUIRE(polygon.triangles[i + k] < points.size());
      middle.x += points[polygon.triangles[i + k]].x / 3;
      middle.y += points[polygon.triangles[i + k]].y / 3;
    }
    CHECK(distance_to(polygon, middle) < 1e-3);
  }
}

}  // namespace

TEST_CASE("a rectangle becomes two triangles, whichever way it runs") {
  Ring ring = rectangle(0, 0, 4, 3);
  for (int turn = 0; turn < 2; ++turn) {
    const Polygon p = make_polygon(ring, {});
    CHECK(p.triangles.size() == 6);
    CHECK(signed_area(p.outer) == Approx(12));
    check_cover(p);
    std::reverse(ring.begin(), ring.end());
  }
}

TEST_CASE("closing points, repeated points, straight points and spikes are taken out of a ring") {
  Ring ring{{0, 0}, {0, 0}, {2, 0}, {4, 0}, {4, 3}, {6, 3}, {4, 3}, {4, 3}, {0, 3}, {0, 1}, {0, 0}};
  REQUIRE(tidy(ring));
  CHECK(ring.size() == 4);
  CHECK(std::abs(signed_area(ring)) == Approx(12));
}

TEST_CASE("rings without area give nothing") {
  for (Ring ring : {Ring{}, Ring{{1, 1}}, Ring{{0, 0}, {5, 5}}, Ring{{0, 0}, {2, 2}, {5, 5}, {0, 0}},
                    Ring{{3, 3}, {3, 3}, {3, 3}, {3, 3}}}) {
    CHECK_FALSE(tidy(ring));
    CHECK(make_polygon(ring, {}).outer.empty());
  }
}

TEST_CASE("triangles of random outlines sum to the outline's area") {
  std::mt19937 random(20260312);
  for (int round = 0; round < 400; ++round) {
    INFO("round " << round);
    check_cover(make_polygon(star(random, {10, -4}, 0.5F, 20, 3 + round % 60), {}));
  }
}

TEST_CASE("triangles of random outlines with holes leave the holes out") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    INFO("round " << round);
    std::vector<Ring> holes;
    for (const Point centre : {Point{-4, -4}, Point{4, -4}, Point{-4, 4}, Point{4, 4}, Point{0, 0}})
      if (random() % 4 != 0) holes.push_back(star(random, centre, 0.3F, 1.9F, 3 + static_cast<int>(random() % 12)));
    check_cover(make_polygon(star(random, {0, 0}, 11, 25, 8 + round % 40), holes));
  }
}

TEST_CASE("holes in a row, at one height and touching the outline's corners are triangulated") {
  check_cover(make_polygon(rectangle(0, 0, 20, 10), {rectangle(2, 4, 4, 6), rectangle(6, 4, 8, 6),
                                                     rectangle(10, 4, 12, 6), rectangle(14, 4, 16, 6)}));
  check_cover(
      make_polygon(rectangle(0, 0, 20, 10), {rectangle(2, 2, 4, 4), rectangle(2, 6, 4, 8), rectangle(8, 2, 12, 8)}));
  // A corridor around a core, as buildings have them.
  check_cover(make_polygon(rectangle(0, 0, 84, 19), {rectangle(2, 2, 82, 17)}));
  // The hole's corner lies on the outline.
  check_cover(make_polygon(rectangle(0, 0, 10, 10), {{{10, 5}, {8, 6}, {8, 4}}}));
}

TEST_CASE("an outline with teeth in one line is triangulated") {
  Ring comb{{0, 0}};
  for (int i = 0; i < 20; ++i) {
    const auto x = static_cast<float>(20 - i);
    comb.push_back({x, 0});
    comb.push_back({x, 5});
    comb.push_back({x - 0.5F, 5});
    comb.push_back({x - 0.5F, 0});
  }
  comb.push_back({0, 0});
  std::reverse(comb.begin(), comb.end());
  Ring l{{0, 0}, {10, 0}, {10, 2}, {2, 2}, {2, 8}, {10, 8}, {10, 10}, {0, 10}};
  check_cover(make_polygon(l, {}));
  Ring saw{{0, 0}, {12, 0}};
  for (int i = 0; i < 12; ++i) {
    const auto x = static_cast<float>(12 - i);
    saw.push_back({x, 3});
    saw.push_back({x - 0.5F, 1});
  }
  saw.push_back({0, 3});
  check_cover(make_polygon(saw, {}));
}

TEST_CASE("an outline that crosses itself still ends and shows by its area") {
  const Polygon bow = make_polygon({{0, 0}, {10, 10}, {10, 1}, {0, 10}}, {});
  CHECK(std::abs(triangle_area_of(bow) - area_of(bow)) > 1);
  std::mt19937 random(3);
  std::uniform_real_distribution<float> at(0, 10);
  for (int round = 0; round < 200; ++round) {
    Ring ring;
    for (int i = 0; i < 30; ++i) ring.push_back({std::round(at(random)), std::round(at(random))});
    CHECK(make_polygon(ring, {ring}).triangles.size() <= 3 * 70);
  }
}

TEST_CASE("a point is inside, outside, or in a hole") {
  const Polygon p = make_polygon(rectangle(0, 0, 10, 10), {rectangle(4, 4, 6, 6)});
  CHECK(contains(p, {1, 1}));
  CHECK_FALSE(contains(p, {5, 5}));
  CHECK_FALSE(contains(p, {11, 5}));
  CHECK(distance_to(p, {1, 1}) == 0);
  CHECK(distance_to(p, {5, 5}) == Approx(1));
  CHECK(distance_to(p, {13, 14}) == Approx(5));
  CHECK(distance_to_edge({p}, {2, 5}) == Approx(2));
}

TEST_CASE("a name stands in the middle of a room and away from the notch of an L") {
  const Label room = place_label({make_polygon(rectangle(10, 20, 18, 24), {})});
  CHECK(room.at.x == Approx(14).margin(0.1));
  CHECK(room.at.y == Approx(22).margin(0.1));
  CHECK(room.width == Approx(8).margin(0.2));

  const std::vector<Polygon> l{make_polygon({{0, 0}, {20, 0}, {20, 2}, {8, 2}, {8, 8}, {0, 8}}, {})};
  const Label corner = place_label(l);
  CHECK(distance_to_edge(l, corner.at) > 3.8);
  CHECK(corner.at.x < 8);

  const std::vector<Polygon> ring{make_polygon(rectangle(0, 0, 30, 30), {rectangle(4, 4, 26, 26)})};
  const Label around = place_label(ring);
  CHECK(contains(ring[0], around.at));
  CHECK(distance_to_edge(ring, around.at) > 1.9);
}

TEST_CASE("the name of several parts stands in the largest") {
  const std::vector<Polygon> parts{make_polygon(rectangle(0, 0, 2, 2), {}), make_polygon(rectangle(10, 0, 20, 8), {})};
  CHECK(place_label(parts).at.x > 10);
}

TEST_CASE("the plane is metres: a minute of latitude is a nautical mile, and back is where it began") {
  const Plane plane({4.4777, 51.9244});
  const Point north = plane.to_plane({4.4777, 51.9244 + 1.0 / 60});
  CHECK(north.x == Approx(0).margin(1e-6));
  CHECK(north.y == Approx(1854.5).margin(1.0));  // WGS84 at 52°: 111.26 km a degree
  const Point east = plane.to_plane({4.4777 + 1.0 / 60, 51.9244});
  CHECK(east.x == Approx(1146.5).margin(1.5));
  const LonLat back = plane.to_globe({120, -45});
  const Point again = plane.to_plane(back);
  CHECK(again.x == Approx(120).margin(1e-3));
  CHECK(again.y == Approx(-45).margin(1e-3));
}
