#include <set>

#include "tests/console/site/archive.hpp"

using namespace wf;

namespace {

std::set<std::string> sides(const Site& site, const std::string& key) {
  const Opening* o = site.opening(Archive::id(key));
  REQUIRE(o != nullptr);
  return {o->unit_a, o->unit_b};
}

std::set<std::string> ids(std::initializer_list<std::string> keys) {
  std::set<std::string> out;
  for (const std::string& key : keys) out.insert(key.empty() ? key : Archive::id(key));
  return out;
}

}  // namespace

TEST_CASE("a door joins the two units that it lies between, and an outer door one") {
  Archive a;
  const Site& site = a.load();
  CHECK(sides(site, "inner") == ids({"hall", "room"}));
  CHECK(sides(site, "outer") == ids({"hall", ""}));
  CHECK(site.opening(Archive::id("inner"))->has_door);
}

TEST_CASE("walls of up to 30 cm on each side are bridged, thicker ones are reported") {
  Archive a;
  a.feature("unit", "hall")["geometry"] = Archive::box(0, 0, 9.8, 10);
  a.feature("unit", "room")["geometry"] = Archive::box(10.2, 0, 20, 10);
  CHECK(sides(a.load(), "inner") == ids({"hall", "room"}));
  a.feature("unit", "room")["geometry"] = Archive::box(10.5, 0, 20, 10);
  const Site& site = a.load();
  CHECK(sides(site, "inner") == ids({"hall", ""}));
  CHECK(a.warned({"opening.geojson: " + Archive::id("inner"), "touches only the unit 'hall'", "devices.yaml"}));
}

TEST_CASE("an opening in the middle of nowhere is reported") {
  Archive a;
  a.opening("astray", -20, -20, -19, -20);
  const Site& site = a.load();
  CHECK(a.warned({Archive::id("astray"), "touches no unit"}));
  CHECK(sides(site, "astray") == ids({""}));
}

TEST_CASE("of three touching units those on the two sides are taken, and it is said") {
  Archive a;
  a.feature("unit", "room")["geometry"] = Archive::box(10, 0, 20, 4.6);
  a.unit("corner", Archive::box(10, 4.6, 20, 10));
  const Site& site = a.load();  // the door's midpoint is at y = 4.5, 10 cm below the corner room
  CHECK(sides(site, "inner") == ids({"hall", "room"}));
  CHECK(a.warned({Archive::id("inner"), "touches 3 units"}));
}

TEST_CASE("units of other levels are not joined") {
  Archive a;
  auto level = a.feature("level", "l");
  level["id"] = Archive::id("upper");
  level["properties"]["ordinal"] = 1;
  a.features["level"].push_back(level);
  a.unit("attic", Archive::box(0, 0, 20, 10))["properties"]["level_id"] = Archive::id("upper");
  CHECK(sides(a.load(), "inner") == ids({"hall", "room"}));
}

TEST_CASE("a relationship decides what an opening joins") {
  Archive a;
  a.unit("closet", Archive::box(0, 12, 2, 14));
  a.add("relationship", "r", nullptr,
        {{"category", "traversal"},
         {"direction", "undirected"},
         {"origin", {{"id", Archive::id("hall")}, {"feature_type", "unit"}}},
         {"intermediary", {{{"id", Archive::id("inner")}, {"feature_type", "opening"}}}},
         {"destination", {{"id", Archive::id("closet")}, {"feature_type", "unit"}}}});
  CHECK(sides(a.load(), "inner") == ids({"hall", "closet"}));
}

TEST_CASE("devices.yaml has the last word on what an opening joins") {
  Archive a;
  a.unit("closet", Archive::box(0, 12, 2, 14));
  a.opening("astray", -20, -20, -19, -20);
  a.files["devices.yaml"] = "v: 1\nopenings:\n  - {opening: " + Archive::id("astray") + ", units: [" +
                            Archive::id("closet") + ", " + Archive::id("room") + "]}\n";
  const Site& site = a.load();
  CHECK(a.report.warnings.empty());
  CHECK(sides(site, "astray") == ids({"closet", "room"}));
}
