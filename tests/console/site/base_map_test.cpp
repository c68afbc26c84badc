#include "console/site/base_map.hpp"

#include <shapefil.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "console/site/geometry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wf;
using namespace wf::site;

namespace {

namespace fs = std::filesystem;

struct Loaded {
  BaseMap map;
  std::vector<std::string> problems;
};

Loaded load(const std::vector<fs::path>& files) {
  Loaded out;
  out.map = load_base_map(files, out.problems);
  return out;
}

/// In the folder for as long as this lives.
struct Given {
  test::TemporaryFolder folder;
  fs::path write(const std::string& text, const char* name = "map.geojson") {
    const fs::path file = folder.path() / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
};

bool on_land(const BaseMap& map, float lon, float lat) {
  return std::any_of(map.land.begin(), map.land.end(), [&](const Polygon& polygon) {
    return contains(polygon, {lon, lat});
  });
}

struct Close {
  void operator()(SHPInfo* file) const { SHPClose(file); }
};

/// Two islands, the first with a lake, as a shapefile writes them: outer rings clockwise, holes the other way.
fs::path write_shapefile(const fs::path& folder, int type) {
  const fs::path file = folder / "coast.shp";
  const std::unique_ptr<SHPInfo, Close> shp(SHPCreate(file.c_str(), type));
  double x[] = {0, 0, 10, 10, 0, 4, 6, 6, 4, 4}, y[] = {0, 10, 10, 0, 0, 4, 4, 6, 6, 4};
  int parts[] = {0, 5};
  SHPObject* first = SHPCreateObject(type, -1, 2, parts, nullptr, 10, x, y, nullptr, nullptr);
  SHPWriteObject(shp.get(), -1, first);
  SHPDestroyObject(first);
  double far_x[] = {20, 20, 22, 20}, far_y[] = {0, 2, 0, 0};
  SHPObject* second = SHPCreateSimpleObject(type, 4, far_x, far_y, nullptr);
  SHPWriteObject(shp.get(), -1, second);
  SHPDestroyObject(second);
  return file;
}

}  // namespace

TEST_CASE("GeoJSON gives land with holes, lines, and places by rank, from collections and bare geometries") {
  Given given;
  const fs::path file = given.write(R"({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [
      [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[4, 4], [4, 6], [6, 6], [6, 4], [4, 4]]],
      [[[20, 0], [22, 0], [20, 2], [20, 0]]]]}},
    {"type": "Feature", "properties": null, "geometry": {"type": "GeometryCollection", "geometries": [
      {"type": "LineString", "coordinates": [[0, 5], [10, 5]]},
      {"type": "MultiLineString", "coordinates": [[[1, 1], [2, 2]], [[3, 3], [4, 4]]]}]}},
    {"type": "Feature", "properties": {"name": "Small", "scalerank": 7}, "geometry": {"type": "Point", "coordinates": [1, 2]}},
    {"type": "Feature", "properties": {"NAME": "Large", "SCALERANK": 1}, "geometry": {"type": "Point", "coordinates": [3, 4, 5]}},
    {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [3, 4]}},
    {"type": "Feature", "geometry": null}]})");
  const Loaded got = load({file});
  CHECK(got.problems.empty());
  REQUIRE(got.map.land.size() == 2);
  CHECK(got.map.land[0].holes.size() == 1);
  CHECK(triangle_area_of(got.map.land[0]) == Approx(96));
  CHECK(on_land(got.map, 1, 1));
  CHECK_FALSE(on_land(got.map, 5, 5));
  CHECK(got.map.lines.size() == 3);
  REQUIRE(got.map.places.size() == 2);
  CHECK(got.map.places[0].name == "Large");
  CHECK(got.map.places[1].at.lat == 2);
  const Loaded bare = load({given.write(R"({"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]})")});
  CHECK(bare.problems.empty());
  CHECK(bare.map.land.size() == 1);
}

TEST_CASE("a ring ends before the first point that is no place on the globe") {
  Given given;
  const Loaded got = load({given.write(R"({"type": "Polygon", "coordinates":
    [[[0,0],[10,0],[10,10],[0,10],[500000,6000000],[0,0]]]})")});
  REQUIRE(got.map.land.size() == 1);
  CHECK(got.map.land[0].outer.size() == 4);
  CHECK(load({given.write(R"({"type": "LineString", "coordinates": [[0,0],["x",1],[2,2]]})")}).map.empty());
}

TEST_CASE("a file that is no map is one line, and the others count") {
  Given given;
  const fs::path good = given.write(R"({"type": "LineString", "coordinates": [[0,0],[1,1]]})", "good.json");
  for (const auto& [text, says] : {std::pair{"", "no JSON"}, std::pair{"{\"type\": \"Polygon\"", "no JSON"},
                                   std::pair{"[1, 2]", "nothing to draw"},
                                   std::pair{R"({"type": "FeatureCollection", "features": 3})", "nothing to draw"}}) {
    const fs::path bad = given.write(text, "bad.geojson");
    const Loaded got = load({bad, good});
    REQUIRE(got.problems.size() == 1);
    CHECK(got.problems[0].find(says) != std::string::npos);
    CHECK(got.problems[0].find("bad.geojson") != std::string::npos);
    CHECK(got.map.lines.size() == 1);
  }
  CHECK(load({given.folder.path() / "none.geojson"}).problems.size() == 1);
  CHECK(load({given.folder.path()}).problems.size() == 1);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"({"type": "GeometryCollection", "geometries": [)";
  deep += R"({"type": "Point", "coordinates": [1, 2]})";
  for (int i = 0; i < 100; ++i) deep += "]}";
  CHECK(load({given.write(deep)}).map.empty());
}

TEST_CASE("a shapefile gives its areas with their holes, or its lines") {
  Given given;
  const Loaded areas = load({write_shapefile(given.folder.path(), SHPT_POLYGON)});
  CHECK(areas.problems.empty());
  REQUIRE(areas.map.land.size() == 2);
  CHECK(areas.map.land[0].holes.size() == 1);
  CHECK(on_land(areas.map, 1, 1));
  CHECK_FALSE(on_land(areas.map, 5, 5));
  const Loaded lines = load({write_shapefile(given.folder.path(), SHPT_ARC)});
  CHECK(lines.map.land.empty());
  CHECK(lines.map.lines.size() == 3);
  const Loaded points = load({write_shapefile(given.folder.path(), SHPT_POINT)});
  REQUIRE(points.problems.size() == 1);
  CHECK(points.problems[0].find("neither areas nor lines") != std::string::npos);
}

TEST_CASE("a shapefile that was cut anywhere, or whose bytes were changed, gives what can be read of it") {
  Given given;
  const fs::path file = write_shapefile(given.folder.path(), SHPT_POLYGON);
  std::ifstream in(file, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, size);
    refused += load({file}).problems.size();
  }
  CHECK(refused > 5);
  for (std::size_t at = 24; at < whole.size(); at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x7F);
    std::ofstream(file, std::ios::binary) << changed;
    const Loaded got = load({file});
    CHECK(got.map.land.size() <= 3);
  }
  std::ofstream(file, std::ios::binary) << whole;
  fs::remove(given.folder.path() / "coast.shx");
  CHECK(load({file}).problems.size() == 1);
}

TEST_CASE("more points than can be drawn smoothly are thinned, and what is large keeps its shape") {
  Given given;
  std::string text = R"({"type": "Polygon", "coordinates": [[)";
  constexpr int kPoints = 200'000;
  for (int i = 0; i <= kPoints; ++i) {
    const double a = 6.283185307 * (i % kPoints) / kPoints;
    char point[64];
    std::snprintf(point, sizeof point, "%s[%.7f,%.7f]", i == 0 ? "" : ",", 20 * std::cos(a), 20 * std::sin(a));
    text += point;
  }
  const Loaded got = load({given.write(text + "]]}")});
  REQUIRE(got.map.land.size() == 1);
  CHECK(got.map.land[0].outer.size() <= kMostMapPoints);
  CHECK(got.map.land[0].outer.size() > 200);
  CHECK(area_of(got.map.land[0]) == Approx(1256.6).epsilon(0.01));
}

TEST_CASE("the distribution's coastlines and Natural Earth's are read where they are") {
  const auto known = [](const BaseMap& map) {
    CHECK(on_land(map, 10, 50));         // Germany
    CHECK(on_land(map, -100, 40));       // the Great Plains
    CHECK(on_land(map, 135, -25));       // Australia
    CHECK_FALSE(on_land(map, -30, 30));  // the Atlantic
    CHECK_FALSE(on_land(map, 80, -20));  // the Indian Ocean
  };
  if (const std::vector<fs::path> installed = installed_base_map(); installed.empty()) {
    std::printf("package python-cartopy-data is absent: its coastlines were not tested\n");
  } else {
    const Loaded got = load(installed);
    CHECK(got.problems.empty());
    known(got.map);
  }
  const fs::path natural = fs::path(WF_SHARED_DATA) / "basemap";
  if (!fs::exists(natural)) {
    std::printf("the base maps of shared/data/basemap are absent: not tested\n");
    return;
  }
  const Loaded got = load({natural / "ne_110m_land.json", natural / "ne_110m_admin_0_boundary_lines_land.json",
                           natural / "ne_110m_populated_places_simple.json"});
  CHECK(got.problems.empty());
  known(got.map);
  CHECK(got.map.lines.size() > 100);
  CHECK(got.map.places.size() > 100);
}
