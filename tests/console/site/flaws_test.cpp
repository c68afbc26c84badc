// What real IMDF archives get wrong: each loads, each is named.
#include "tests/console/site/archive.hpp"

using namespace wf;

TEST_CASE("a sound archive loads without a word") {
  Archive a;
  const Site& site = a.load();
  for (const std::string& w : a.report.warnings) UNSCOPED_INFO(w);
  CHECK(a.report.warnings.empty());
  CHECK(site.id == "works");
  CHECK(site.locality == "Rotterdam");
  CHECK(site.units.size() == 2);
  CHECK(site.unit(Archive::id("room"))->bounds.min.x == Approx(10).margin(0.05));
  CHECK(site.buildings.at(0).name == "Hall building");
  CHECK(site.levels.at(0).building_id == Archive::id("b"));
}

TEST_CASE("an opening as MultiLineString is taken by its longest line") {
  Archive a;
  a.feature("opening", "inner")["geometry"] = {{"type", "MultiLineString"},
                                               {"coordinates",
                                                {Archive::json::array({Archive::at(10, 4), Archive::at(10, 6)}),
                                                 Archive::json::array({Archive::at(3, 3), Archive::at(3, 3.2)})}}};
  const Site& site = a.load();
  CHECK(a.warned({"opening.geojson: " + Archive::id("inner"), "MultiLineString"}));
  CHECK(site.opening(Archive::id("inner"))->b.y == Approx(6).margin(0.05));
}

TEST_CASE("a building with a polygon serves as its own footprint") {
  Archive a;
  a.feature("building", "b")["geometry"] = Archive::box(0, 0, 20, 10);
  a.features.erase("footprint");
  const Site& site = a.load();
  CHECK(a.warned({"building.geojson: " + Archive::id("b"), "polygon of its own"}));
  CHECK(site.buildings.at(0).footprint.size() == 1);
}

TEST_CASE("a building without any outline takes that of its lowest level") {
  Archive a;
  a.features.erase("footprint");
  const Site& site = a.load();
  CHECK(a.warned({"building.geojson", "has no footprint"}));
  CHECK(site.buildings.at(0).bounds.max.x == Approx(20).margin(0.05));
}

TEST_CASE("extra files are named and not read") {
  Archive a;
  a.files["facility.geojson"] = "this is not even JSON";
  a.load();
  CHECK(a.warned({"facility.geojson", "no part of IMDF 1.0"}));
  CHECK(a.report.warnings.size() == 1);
}

TEST_CASE("a dangling reference is named; what stands on no level is left out") {
  Archive a;
  a.add("anchor", "n", {{"type", "Point"}, {"coordinates", Archive::at(1, 1)}}, {{"unit_id", Archive::id("nowhere")}});
  a.unit("lost", Archive::box(0, 0, 5, 5))["properties"]["level_id"] = Archive::id("gone");
  const Site& site = a.load();
  CHECK(a.warned({"anchor.geojson: " + Archive::id("n"), "unit_id", "names no unit"}));
  CHECK(a.warned({"unit.geojson: " + Archive::id("lost"), "names no level"}));
  CHECK(a.warned({"unit.geojson: " + Archive::id("lost"), "left out"}));
  CHECK(site.units.size() == 2);
}

TEST_CASE("a category outside the list is kept and named") {
  Archive a;
  a.feature("unit", "room")["properties"]["category"] = "throneroom";
  const Site& site = a.load();
  CHECK(a.warned({"unit.geojson: " + Archive::id("room"), "'throneroom'"}));
  CHECK(site.unit(Archive::id("room"))->category == "throneroom");
}

TEST_CASE("access_control that is always null is said once") {
  Archive a;
  for (auto& f : a.features["opening"]) f["properties"]["access_control"] = nullptr;
  a.load();
  CHECK(a.warned({"opening.geojson", "access_control"}));
  CHECK(a.report.warnings.size() == 1);
}

TEST_CASE("a name without the manifest's language is shown in another, a region serves its language") {
  Archive a;
  a.feature("unit", "room")["properties"]["name"] = {{"nl", "Kamer"}};
  a.feature("unit", "hall")["properties"]["name"] = {{"en-GB", "Hallway"}};
  const Site& site = a.load();
  CHECK(a.warned({"unit.geojson: " + Archive::id("room"), "'en'", "'nl' is shown"}));
  CHECK(a.report.warnings.size() == 1);
  CHECK(site.unit(Archive::id("room"))->name == "Kamer");
  CHECK(site.unit(Archive::id("hall"))->name == "Hallway");
}

TEST_CASE("a level without units is named") {
  Archive a;
  auto level = a.feature("level", "l");
  level["id"] = Archive::id("upper");
  level["properties"]["ordinal"] = 1;
  level["properties"]["name"] = {{"en", "Level 1"}};
  a.features["level"].push_back(level);
  const Site& site = a.load();
  CHECK(a.warned({"level.geojson: " + Archive::id("upper"), "'Level 1' has no units"}));
  CHECK(site.levels.size() == 2);
}

TEST_CASE("features without id, with a repeated id, or with the id among the properties are named") {
  Archive a;
  auto twin = a.feature("unit", "room");
  a.features["unit"].push_back(twin);
  auto nameless = twin;
  nameless.erase("id");
  a.features["unit"].push_back(nameless);
  auto inner = nameless;
  inner["properties"]["id"] = Archive::id("late");
  inner["geometry"] = Archive::box(0, 0, 1, 1);
  a.features["unit"].push_back(inner);
  const Site& site = a.load();
  CHECK(a.warned({Archive::id("room"), "used by another unit"}));
  CHECK(a.warned({"unit.geojson: feature 4", "has no id"}));
  CHECK(a.warned({Archive::id("late"), "among the properties"}));
  CHECK(site.units.size() == 3);
}

TEST_CASE("broken geometry is left out and named") {
  Archive a;
  a.unit("far", {{"type", "Polygon"}, {"coordinates", {{{400.0, 95.0}, {401.0, 95.0}, {401.0, 96.0}}}}});
  a.unit("flat",
         {{"type", "Polygon"}, {"coordinates", Archive::json::array({Archive::ring({{1, 1}, {2, 2}, {3, 3}})})}});
  a.unit("point", {{"type", "Point"}, {"coordinates", Archive::at(1, 1)}});
  a.unit("bow", {{"type", "Polygon"},
                 {"coordinates", Archive::json::array({Archive::ring({{1, 1}, {9, 9}, {9, 3}, {1, 8}})})}});
  const Site& site = a.load();
  CHECK(a.warned({Archive::id("far"), "no place on the globe"}));
  CHECK(a.warned({Archive::id("flat"), "without area"}));
  CHECK(a.warned({Archive::id("point"), "has a point where IMDF wants a polygon"}));
  CHECK(a.warned({Archive::id("bow"), "crosses itself"}));
  CHECK(site.units.size() == 3);
}

TEST_CASE("missing required properties, a wrong feature_type and a missing manifest are named") {
  Archive a;
  a.feature("level", "l")["properties"].erase("short_name");
  a.feature("level", "l")["properties"]["building_ids"] = nullptr;
  a.feature("unit", "room")["feature_type"] = "room";
  a.manifest = nullptr;
  const Site& site = a.load();
  CHECK(a.warned({"level.geojson", "has no short_name"}));
  CHECK(a.warned({"level.geojson", "indoors but in no building"}));
  CHECK(a.warned({"unit.geojson", "feature_type 'room'"}));
  CHECK(a.warned({"manifest.json", "is missing"}));
  CHECK(site.levels.at(0).short_name == "0");
}

TEST_CASE("only an unreadable file or a missing venue is an error") {
  SECTION("no venue") {
    Archive a;
    a.features.erase("venue");
    const auto loaded = a.try_load();
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().text().find("venue.geojson") != std::string::npos);
  }
  SECTION("a venue without a feature") {
    Archive a;
    a.features["venue"] = Archive::json::array();
    CHECK_FALSE(a.try_load().ok());
  }
  SECTION("a file that is not JSON says where it broke") {
    Archive a;
    a.features.erase("unit");
    a.files["unit.geojson"] = "{\"type\": \"FeatureCollection\",\n \"features\": [ }";
    const auto loaded = a.try_load();
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().text().find("unit.geojson") != std::string::npos);
    CHECK(loaded.error().text().find("line 2") != std::string::npos);
  }
  SECTION("a file that is JSON but no feature collection") {
    Archive a;
    a.features.erase("unit");
    a.files["unit.geojson"] = "[1, 2]";
    CHECK_FALSE(a.try_load().ok());
  }
  SECTION("an empty folder and none at all") {
    site::SiteReport report;
    Archive a;
    std::filesystem::create_directories(a.folder);
    CHECK_FALSE(site::load_estate(a.folder, report).ok());
    CHECK_FALSE(site::load_estate(a.folder / "none", report).ok());
  }
}

TEST_CASE("nonsense in every place of a feature ends in warnings, never in a crash") {
  const Archive::json nonsense[] = {nullptr,
                                    true,
                                    -7,
                                    1e300,
                                    "text",
                                    Archive::json::array(),
                                    Archive::json::object(),
                                    {1, "a"},
                                    {{"type", "Polygon"}, {"coordinates", {1, 2}}},
                                    {{"type", "Polygon"}, {"coordinates", {{{1, "x"}, {2}}}}},
                                    {{"type", "LineString"}, {"coordinates", Archive::json::array()}}};
  for (const char* type : {"level", "unit", "opening", "building", "footprint"})
    for (const char* place :
         {"id", "geometry", "properties", "feature_type", "properties/name", "properties/level_id",
          "properties/category", "properties/building_ids", "properties/ordinal", "properties/door"})
      for (const auto& value : nonsense) {
        Archive a;
        INFO(type << " " << place << " " << value.dump());
        a.features[type][0][Archive::json::json_pointer(std::string("/") + place)] = value;
        CHECK(a.try_load().ok());
      }
}
