#include <cmath>
#include <random>
#include <set>

#include "console/ui/map/map_geometry.hpp"
#include "console/ui/map/map_transform.hpp"
#include "console/ui/map/map_view.hpp"
#include "tests/support/catch.hpp"

namespace wf::ui {
namespace {

float uniform(std::mt19937& r, float a, float b) { return std::uniform_real_distribution<float>(a, b)(r); }

MapTransform some_view(std::mt19937& r) {
  MapTransform t;
  t.port = {uniform(r, 0, 300), uniform(r, 0, 300), uniform(r, 200, 2000), uniform(r, 200, 1200)};
  t.center = {uniform(r, -200, 200), uniform(r, -200, 200)};
  t.scale = uniform(r, 0.5F, 60);
  t.set_turn(uniform(r, -0.8F, 0.8F));
  return t;
}

TEST_CASE("From the map to the screen and back is where it began") {
  std::mt19937 r(1);
  for (int i = 0; i < 500; ++i) {
    const MapTransform t = some_view(r);
    const ImVec2 s(uniform(r, t.port.x, t.port.right()), uniform(r, t.port.y, t.port.bottom()));
    const ImVec2 again = t.to_screen(t.to_map(s));
    REQUIRE(std::hypot(again.x - s.x, again.y - s.y) < 0.05F);
  }
}

TEST_CASE("Zooming keeps what lies under the pointer there, and stops at the limits") {
  std::mt19937 r(2);
  for (int i = 0; i < 500; ++i) {
    MapTransform t = some_view(r);
    const ImVec2 pointer(uniform(r, t.port.x, t.port.right()), uniform(r, t.port.y, t.port.bottom()));
    const Point under = t.to_map(pointer);
    t.zoom_at(pointer, uniform(r, 0.2F, 5), 0.4F, 80);
    CHECK(t.scale >= 0.4F);
    CHECK(t.scale <= 80);
    const ImVec2 after = t.to_screen(under);
    REQUIRE(std::hypot(after.x - pointer.x, after.y - pointer.y) < 0.1F);
  }
  MapTransform t;
  t.port = {0, 0, 100, 100};
  t.zoom_at({50, 50}, std::nanf(""), 1, 10);
  t.zoom_at({50, 50}, -1, 1, 10);
  CHECK(t.scale == 8);
}

TEST_CASE("A fit shows every point inside the free part and fills it in one direction") {
  std::mt19937 r(3);
  for (int i = 0; i < 200; ++i) {
    MapTransform t = some_view(r);
    const Rect free = Rect{t.port.x + 20, t.port.y + 50, t.port.w - 90, t.port.h - 80};
    std::vector<Point> points;
    for (int k = 0; k < 6; ++k) points.push_back({uniform(r, -80, 80), uniform(r, -40, 40)});
    Point center{};
    float scale = 0;
    REQUIRE(t.fit(points, free, center, scale));
    t.center = center;
    t.scale = scale;
    float w = 0;
    float h = 0;
    for (const Point& p : points)
      for (const Point& q : points) {
        const ImVec2 a = t.to_screen(p);
        const ImVec2 b = t.to_screen(q);
        CHECK(a.x >= free.x - 0.1F);
        CHECK(a.x <= free.right() + 0.1F);
        CHECK(a.y >= free.y - 0.1F);
        CHECK(a.y <= free.bottom() + 0.1F);
        w = std::max(w, a.x - b.x);
        h = std::max(h, a.y - b.y);
      }
    CHECK((std::abs(w - free.w) < 0.5F || std::abs(h - free.h) < 0.5F));
  }
}

TEST_CASE("The grid finds what looking at every item finds, each once") {
  std::mt19937 r(4);
  for (const int count : {0, 1, 7, 300}) {
    std::vector<Bounds> boxes;
    for (int i = 0; i < count; ++i) {
      const Point a{uniform(r, -50, 50), uniform(r, -20, 20)};
      boxes.push_back(i % 11 == 3 ? nowhere() : Bounds{a, {a.x + uniform(r, 0, 12), a.y + uniform(r, 0, 3)}});
    }
    MapGrid grid;
    grid.build(boxes);
    for (int k = 0; k < 200; ++k) {
      const Point a{uniform(r, -70, 70), uniform(r, -30, 30)};
      const Bounds area{a, {a.x + uniform(r, 0, 30), a.y + uniform(r, 0, 30)}};
      std::set<std::uint32_t> expected;
      for (std::uint32_t i = 0; i < boxes.size(); ++i)
        if (somewhere(boxes[i]) && touch(boxes[i], area)) expected.insert(i);
      std::multiset<std::uint32_t> found;
      grid.visit(area, [&](std::uint32_t i) { found.insert(i); });
      REQUIRE(std::multiset<std::uint32_t>(expected.begin(), expected.end()) == found);
    }
  }
}

TEST_CASE("Hatching stays inside its polygon and out of its hole") {
  Polygon p;
  p.outer = {{0, 0}, {10, 0}, {10, 8}, {0, 8}};
  p.holes = {{{4, 3}, {6, 3}, {6, 5}, {4, 5}}};
  std::vector<Segment> lines;
  hatch_lines({p}, 0.7854F, 0.7F, lines);
  REQUIRE(lines.size() > 10);
  for (const Segment& s : lines) {
    const Point m = middle(s.a, s.b);
    CHECK(inside(p, m));
    CHECK(m.x > -0.01F);
  }
}

TEST_CASE("A map moves to its fit in 200 ms and a resized one fits at once") {
  MapView v;
  const std::vector<Point> square{{0, 0}, {10, 0}, {10, 10}, {0, 10}};
  v.set_outline(square, 1);
  v.place({0, 0, 400, 400}, {0, 0, 400, 400}, 0);
  CHECK(v.transform().scale == Approx(40));
  CHECK_FALSE(v.step(0));
  v.zoom({10, 10}, 0.5F);
  CHECK_FALSE(v.fitted());
  v.fit(5.0, true);
  CHECK(v.step(5.1));
  CHECK(v.transform().scale > 20);
  CHECK(v.transform().scale < 40);
  CHECK_FALSE(v.step(5.21));
  CHECK(v.transform().scale == Approx(40));
  v.place({0, 0, 200, 400}, {0, 0, 200, 400}, 0);
  CHECK(v.transform().scale == Approx(20));
  v.pan({30, 0});
  const float scale = v.transform().scale;
  v.place({0, 0, 800, 400}, {0, 0, 800, 400}, 0);  // who looks closely keeps the scale
  CHECK(v.transform().scale == scale);
}

}  // namespace
}  // namespace wf::ui
