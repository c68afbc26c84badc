#include "console/site/base_map.hpp"

#include <algorithm>
#include <cmath>

#include "console/site/base_map_files.hpp"
#include "console/site/geometry.hpp"

namespace wf::site {
namespace {

/// Every point at least `step` degrees from the one before; the first and the last stay.
void thin(Ring& ring, float step) {
  if (ring.size() < 3) return;
  std::size_t kept = 1;
  for (std::size_t i = 1; i + 1 < ring.size(); ++i)
    if (std::hypot(ring[i].x - ring[kept - 1].x, ring[i].y - ring[kept - 1].y) >= step) ring[kept++] = ring[i];
  ring[kept++] = ring.back();
  ring.resize(kept);
}

std::size_t points_of(const MapShapes& shapes) {
  std::size_t out = 0;
  for (const MapShapes::Area& area : shapes.areas) {
    out += area.outer.size();
    for (const Ring& hole : area.holes) out += hole.size();
  }
  for (const Ring& line : shapes.lines) out += line.size();
  return out;
}

void fit(MapShapes& shapes) {
  for (float step = 0.01F; points_of(shapes) > kMostMapPoints && step < 30; step *= 2) {
    for (MapShapes::Area& area : shapes.areas) {
      thin(area.outer, step);
      for (Ring& hole : area.holes) thin(hole, step);
    }
    std::erase_if(shapes.areas, [](const MapShapes::Area& area) { return area.outer.size() < 4; });
    for (Ring& line : shapes.lines) thin(line, step);
  }
}

}  // namespace

bool bring_to_globe(double& lon, double& lat) {
  constexpr double kRounding = 0.001;
  if (!(std::abs(lon) <= 180 + kRounding) || !(std::abs(lat) <= 90 + kRounding)) return false;
  lon = std::clamp(lon, -180.0, 180.0);
  lat = std::clamp(lat, -90.0, 90.0);
  return true;
}

BaseMap load_base_map(const std::vector<std::filesystem::path>& files, std::vector<std::string>& problems) {
  MapShapes shapes;
  for (const std::filesystem::path& file : files) {
    std::string kind = file.extension().string();
    std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
    const Result<void> read = kind == ".shp" ? read_shapefile(file, shapes) : read_geojson(file, shapes);
    if (!read) problems.push_back(read.error().text());
  }
  fit(shapes);
  BaseMap out;
  for (MapShapes::Area& area : shapes.areas) {
    Polygon polygon = make_polygon(std::move(area.outer), std::move(area.holes));
    if (!polygon.outer.empty()) out.land.push_back(std::move(polygon));
  }
  std::erase_if(shapes.lines, [](const Ring& line) { return line.size() < 2; });
  out.lines = std::move(shapes.lines);
  out.places = std::move(shapes.places);
  std::stable_sort(out.places.begin(), out.places.end(),
                   [](const BaseMap::Place& a, const BaseMap::Place& b) { return a.rank < b.rank; });
  return out;
}

std::vector<std::filesystem::path> installed_base_map() {
  const std::filesystem::path coast = "/usr/share/cartopy/data/shapefiles/gshhs/c/GSHHS_c_L1.shp";
  std::error_code failed;
  return std::filesystem::exists(coast, failed) ? std::vector{coast} : std::vector<std::filesystem::path>{};
}

}  // namespace wf::site
