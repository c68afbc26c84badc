#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "console/ui/map/map_geometry.hpp"
#include "tests/console/ui/map_stage.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace wf::ui {
namespace {

using maptest::Plan;

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

TEST_CASE("Nothing to show is shown as nothing, whatever is missing") {
  auto none = std::make_shared<Snapshot>();
  auto empty = maptest::snapshot_of(std::make_shared<Estate>());
  Plan bare;
  auto site_alone = maptest::snapshot_of(bare.estate());
  Plan odd;
  odd.level("0", 0, Polygon{});
  odd.room("", "no such category", Plan::box(0, 0, 4, 4));
  odd.site.units.back().name.clear();
  const float nan = std::nanf("");
  odd.room("broken", "office", Plan::box(0, 0, nan, 3));
  odd.room("endless", "office", Plan::box(0, 0, std::numeric_limits<float>::infinity(), 3));
  odd.room("wrong triangles", "office", Plan::box(5, 0, 4, 4));
  odd.site.units.back().polygons[0].triangles = {0, 1, 99};
  odd.room("flat", "office", Plan::box(5, 5, 0, 0));
  odd.door("D", {nan, 0}, {1, 0}, "x", "y");
  odd.device("C", DeviceKind::camera, {nan, nan}, "broken").range = nan;
  odd.device("H", DeviceKind::host, {1, 1}, "no such unit");
  auto strange = with_incident(odd.estate(), "broken");
  auto lost = with_incident(odd.estate(), "no such unit");
  for (const bool full : {true, false})
    for (const std::shared_ptr<const Snapshot>& s :
         std::initializer_list<std::shared_ptr<const Snapshot>>{none, empty, site_alone, strange, lost}) {
      MapStage stage(s, full);
      stage.selection.incident = 7;
      stage.selection.device = "C";
      stage.state.overlays = {true, true, true, true};
      stage.frame(4);
      stage.snapshot = none;  // the estate goes away under the map
      stage.frame(2);
      stage.snapshot = s;
      stage.frame(2);
      stage.area = {0, 0, 30, 30};
      stage.frame();
      stage.area = {0, 0, 300, 200};
      stage.frame();
    }
}

TEST_CASE("Names, tags, marks and numbers on the map never touch each other") {
  MapStage stage(sample::night());
  stage.selection.incident = stage.snapshot->incidents.front()->id;
  std::size_t names = 0;
  std::size_t tags = 0;
  for (int zoom = 0; zoom < 14; ++zoom) {
    stage.frame(2);
    const MapLayout& l = stage.state.memory->layout;
    std::vector<Rect> boxes;
    for (const auto& n : l.names) boxes.push_back(n.box);
    for (const auto& t : l.tags) boxes.push_back(t.box);
    for (const auto& d : l.discs) boxes.push_back({d.x - d.w / 2, d.y - 8, d.w, 16});
    for (const auto& m : l.marks) boxes.push_back({m.x - m.size * 0.5F, m.y - m.size * 0.5F, m.size, m.size});
    for (std::size_t a = 0; a < boxes.size(); ++a)
      for (std::size_t b = a + 1; b < boxes.size(); ++b) {
        INFO("zoom " << zoom << ", boxes " << a << " and " << b);
        REQUIRE_FALSE(overlap(boxes[a], boxes[b]));
      }
    names = std::max(names, l.names.size());
    tags = std::max(tags, l.tags.size());
    const LevelPlan& plan = *stage.state.memory->layout_of.plan;
    const float scale = stage.state.memory->view.transform().scale;
    for (const auto& n : l.names) CHECK(n.width <= plan.labels[n.floor].width * scale - 10 + 0.01F);
    stage.pointer(900, 480, false, 1.5F);
    stage.frame();
    stage.pointer(900, 480, false);
  }
  CHECK(names > 20);
  CHECK(tags > 8);
}

TEST_CASE("No name of a room stands across the outer wall of its level, in any size of the window") {
  for (const auto& [w, h, full] : {std::tuple{1872.0F, 968.0F, true}, std::tuple{1318.0F, 656.0F, true},
                                   std::tuple{642.0F, 270.0F, false}, std::tuple{900.0F, 440.0F, false}}) {
    MapStage stage(sample::night(), full, w, h);
    stage.frame(3);
    const LevelPlan& plan = *stage.state.memory->layout_of.plan;
    REQUIRE(plan.level != nullptr);
    const auto in = [&](float x, float y) {
      return inside(plan.level->polygons, stage.state.memory->view.transform().to_map({x, y}));
    };
    CHECK(stage.state.memory->layout.names.size() > 4);
    for (const auto& n : stage.state.memory->layout.names) {
      INFO(w << " by " << h << ": " << plan.site->units[plan.floors[n.floor].item].name);
      CHECK((in(n.box.x, n.box.y) && in(n.box.right(), n.box.y) && in(n.box.x, n.box.bottom()) &&
             in(n.box.right(), n.box.bottom())));
    }
  }
}

TEST_CASE("A click on a door opens its card, one on the cross closes it") {
  Plan p = maptest::three_rooms();
  MapStage stage(maptest::snapshot_of(p.estate()));
  const ImVec2 door = stage.screen({4.6F, 3});
  stage.click(door.x, door.y);
  CHECK(stage.selection.device == "D-1");
  CHECK(stage.wrote("Door D-1"));
  CHECK(stage.wrote("No output is enabled for this door."));
  REQUIRE(stage.click("map/card/close"));
  CHECK(stage.selection.device.empty());
  CHECK_FALSE(stage.wrote("Door D-1"));
}

TEST_CASE("A click on a room opens its card, a second click closes it, a drag opens nothing") {
  Plan p = maptest::three_rooms();
  MapStage stage(maptest::snapshot_of(p.estate()));
  const ImVec2 room = stage.screen({15, 5});
  stage.click(room.x, room.y);
  CHECK(stage.state.memory->unit == 1);
  CHECK(stage.wrote("not known"));  // nobody counted people here
  stage.click(room.x, room.y);
  CHECK(stage.state.memory->unit == -1);
  const Point before = stage.state.memory->view.transform().center;
  stage.pointer(room.x, room.y, false);
  stage.frame(2, 0.4);
  stage.pointer(room.x, room.y, true);
  stage.frame(2);
  stage.pointer(room.x + 60, room.y, true);
  stage.frame(2);
  stage.pointer(room.x + 60, room.y, false);
  stage.frame(2);
  CHECK(stage.state.memory->unit == -1);
  CHECK(stage.state.memory->view.transform().center.x < before.x - 0.5F);
  CHECK_FALSE(stage.state.memory->view.fitted());
  ImGui::GetIO().AddInputCharacter('f');
  stage.frame(10);
  CHECK(stage.state.memory->view.fitted());
}

TEST_CASE("The wheel zooms at the pointer, and cards do not let it through") {
  Plan p = maptest::three_rooms();
  MapStage stage(with_incident(p.estate(), "east"));
  stage.selection.incident = 7;
  stage.frame(2);
  const float scale = stage.state.memory->view.transform().scale;
  const Hits::Area* card = stage.hits.find("map/steps");
  REQUIRE(card != nullptr);
  stage.pointer(card->rect.mid_x(), card->rect.mid_y(), false);
  stage.frame(2);
  stage.pointer(card->rect.mid_x(), card->rect.mid_y(), false, 1);
  stage.frame();
  CHECK(stage.state.memory->view.transform().scale == scale);
  stage.pointer(900, 400, false);
  stage.frame(2);
  const Point under = stage.state.memory->view.transform().to_map({900, 400});
  stage.pointer(900, 400, false, 1);
  stage.frame();
  CHECK(stage.state.memory->view.transform().scale > scale);
  const ImVec2 after = stage.screen(under);
  CHECK(std::hypot(after.x - 900, after.y - 400) < 0.1F);
}

TEST_CASE("The map turns to the incident that is selected, and stays where a person goes after") {
  Plan p = maptest::three_rooms();
  p.level("1", 1, Plan::box(0, 0, 30, 13));
  p.room("upstairs", "office", Plan::box(0, 0, 30, 13), "1");
  MapStage stage(with_incident(p.estate(), "east"));
  CHECK(stage.selection.site == "here");
  CHECK(stage.selection.level == "0");
  REQUIRE(stage.click("map/level/1"));
  CHECK(stage.selection.level == "1");
  stage.selection.incident = 7;
  stage.frame(2);
  CHECK(stage.selection.level == "0");
  REQUIRE(stage.click("map/level/1"));
  stage.frame(5);
  CHECK(stage.selection.level == "1");
  stage.selection.show_incident = true;
  stage.frame(2);
  CHECK(stage.selection.level == "0");
  stage.selection.show_incident = false;
  stage.selection.level = "1";  // another part of the console says so
  stage.frame(2);
  CHECK(stage.state.memory->level->id == "1");
  stage.selection.level = "no such level";
  stage.frame(2);
  CHECK(stage.selection.level == "0");  // the worst one
}

TEST_CASE("From the world a click on a site leads in, and the breadcrumb leads back") {
  MapStage stage(sample::night());
  REQUIRE(stage.click("map/crumb/0"));
  REQUIRE(stage.state.memory->world);
  CHECK(stage.hits.find("map/overlay/people") == nullptr);
  REQUIRE(stage.click("map/site/antwerp"));
  CHECK_FALSE(stage.state.memory->world);
  CHECK(stage.selection.site == "antwerp");
}

namespace {

std::shared_ptr<Snapshot> estate_of(const std::vector<std::pair<std::string, LonLat>>& places) {
  auto estate = std::make_shared<Estate>();
  for (const auto& [id, at] : places) {
    Plan p = maptest::three_rooms();
    p.site.id = p.site.name = id;
    p.site.origin = at;
    estate->sites.push_back(p.site);
  }
  return maptest::snapshot_of(std::move(estate));
}

}  // namespace

TEST_CASE("Sites that stand on one another are one pin, which a click takes apart; what cannot be is entered") {
  // Three in one town, 3 km apart; two behind one wall; one far away.
  MapStage stage(estate_of({{"a", {4.40, 51.90}},
                            {"b", {4.44, 51.90}},
                            {"c", {4.40, 51.92}},
                            {"d", {9.99, 53.55}},
                            {"e", {9.99, 53.55}},
                            {"f", {-0.10, 51.50}}}));
  REQUIRE(stage.click("map/crumb/0"));
  CHECK(stage.hits.find("map/site/a") != nullptr);
  CHECK(stage.hits.find("map/site/b") == nullptr);
  CHECK(stage.hits.find("map/site/d") != nullptr);
  CHECK(stage.hits.find("map/site/e") == nullptr);
  CHECK(stage.hits.find("map/site/f") != nullptr);
  CHECK(std::any_of(stage.written.begin(), stage.written.end(),
                    [](const WrittenText& w) { return w.text == "3 sites, quiet"; }));
  REQUIRE(stage.click("map/site/a"));
  stage.frame(10);
  REQUIRE(stage.state.memory->world);
  for (const char* site : {"map/site/a", "map/site/b", "map/site/c"}) CHECK(stage.hits.find(site) != nullptr);
  REQUIRE(stage.click("map/site/b"));
  CHECK_FALSE(stage.state.memory->world);
  CHECK(stage.selection.site == "b");
  REQUIRE(stage.click("map/crumb/0"));
  stage.frame(10);
  REQUIRE(stage.click("map/site/d"));
  for (int i = 0; i < 4 && stage.state.memory->world; ++i) {
    stage.frame(10);
    REQUIRE(stage.click("map/site/d"));
  }
  CHECK(stage.selection.site == "d");
}

TEST_CASE("The world can be seen whole, before land, coasts and the names that there is room for") {
  MapStage stage(estate_of({{"a", {4.40, 51.90}}}));
  REQUIRE(stage.click("map/crumb/0"));
  const int bare = ImGui::GetDrawData()->TotalVtxCount;
  auto map = std::make_shared<BaseMap>();
  Polygon land = Plan::box(-10, 36, 50, 30);
  map->land = {land, Plan::box(-120, 20, 40, 30)};
  map->lines = {{{5, 36}, {5, 60}}};
  for (int i = 0; i < 40; ++i) map->places.push_back({{4.2 + i * 0.001, 52.0}, "Town " + std::to_string(i), i});
  map->places.push_back({{3.0, 51.0}, "Elsewhere", 99});
  stage.state.memory->ground.set(map);
  stage.frame(2);
  CHECK(ImGui::GetDrawData()->TotalVtxCount > bare);
  const auto written = [&](const std::string& text) {
    return std::any_of(stage.written.begin(), stage.written.end(),
                       [&](const WrittenText& w) { return w.text == text; });
  };
  CHECK(written("Town 0"));
  CHECK_FALSE(written("Town 1"));     // no room beside it
  CHECK_FALSE(written("Elsewhere"));  // out of sight
  for (int i = 0; i < 60; ++i) {
    stage.pointer(936, 484, false, -1);
    stage.frame();
  }
  stage.pointer(936, 484, false);
  stage.frame(2);
  const Bounds seen = stage.state.memory->view.transform().visible();
  CHECK(seen.max.x - seen.min.x > 20'000);  // kilometres at this latitude
  CHECK(written("Elsewhere") == false);
  stage.state.memory->ground.set(nullptr);
  stage.frame(2);
  CHECK_FALSE(written("Town 0"));
}

TEST_CASE("Acknowledging from the map names the revision that was shown") {
  Plan p = maptest::three_rooms();
  MapStage stage(with_incident(p.estate(), "east"));
  stage.selection.incident = 7;
  stage.frame(2);
  REQUIRE(stage.click("map/acknowledge"));
  REQUIRE(stage.commands.size() == 1);
  CHECK(stage.commands[0].kind == CommandKind::acknowledge);
  CHECK(stage.commands[0].incidents == std::vector<std::uint64_t>{7});
  CHECK(stage.commands[0].seen_revisions == std::vector<std::uint32_t>{4});
  REQUIRE(stage.click("map/open-wall"));
  CHECK(stage.view == View::wall);
}

TEST_CASE("A click on an incident's mark selects it") {
  Plan p = maptest::three_rooms();
  MapStage stage(with_incident(p.estate(), "east"));
  REQUIRE(stage.state.memory->layout.marks.size() == 1);
  const MapLayout::Mark m = stage.state.memory->layout.marks[0];
  stage.click(m.x, m.y);
  CHECK(stage.selection.incident == 7);
}

TEST_CASE("Frames are asked for only while something abnormal is visible and moves") {
  Plan p = maptest::three_rooms();
  const auto estate = p.estate();
  {
    MapStage stage(maptest::snapshot_of(estate));
    stage.frame(2);
    CHECK(stage.redraw_in < 0);
  }
  {
    MapStage stage(with_incident(estate, "east", true));  // somebody has it
    stage.frame(2);
    CHECK(stage.redraw_in < 0);
  }
  MapStage stage(with_incident(estate, "east"));
  stage.frame(2);
  CHECK(stage.redraw_in >= 0.05);  // at most twenty a second
  CHECK(stage.redraw_in <= 0.2);
  stage.still = true;  // motion is reduced
  stage.frame(2);
  CHECK(stage.redraw_in < 0);
  stage.still = false;
  stage.state.memory->view.center_on({500, 500}, 0, 0, false);  // out of sight
  stage.frame(2);
  CHECK(stage.redraw_in < 0);
}

TEST_CASE("What is laid out is kept while nothing changes") {
  MapStage stage(sample::night());
  stage.frame(3);
  const float x = -12345;
  REQUIRE_FALSE(stage.state.memory->layout.names.empty());
  stage.state.memory->layout.names[0].x = x;
  stage.frame(3);
  CHECK(stage.state.memory->layout.names[0].x == x);
  stage.pointer(900, 400, false, 1);
  stage.frame(2);
  CHECK(stage.state.memory->layout.names[0].x != x);
}

TEST_CASE("Ten thousand devices on five thousand rooms are drawn without glyphs or names until one looks closely") {
  Plan p;
  p.level("0", 0, Plan::box(0, 0, 700, 500));
  for (int x = 0; x < 100; ++x)
    for (int y = 0; y < 50; ++y)
      p.room("room " + std::to_string(x) + "." + std::to_string(y), "office",
             Plan::box(static_cast<float>(x) * 7, static_cast<float>(y) * 10, 7, 10));
  for (int i = 0; i < 10000; ++i)
    p.device("d" + std::to_string(i), i % 20 == 0 ? DeviceKind::reader : DeviceKind::host,
             {static_cast<float>(i % 100) * 7 + 2 + static_cast<float>(i % 3), static_cast<float>(i / 200) * 10 + 3},
             "room 0.0");
  MapStage stage(maptest::snapshot_of(p.estate()));
  stage.frame(2);
  CHECK(stage.state.memory->layout.tags.empty());
  CHECK(ImGui::GetDrawData()->TotalVtxCount < 120000);
  stage.state.memory->view.center_on({350, 250}, 20, 0, false);
  stage.frame(2);
  CHECK(stage.state.memory->layout.names.size() > 10);
  CHECK(ImGui::GetDrawData()->TotalVtxCount < 60000);
}

}  // namespace
}  // namespace wf::ui
