// ESRI shapefiles through shapelib: polygons, arcs, points. Of their table nothing is needed.
#include <shapefil.h>

#include <memory>

#include "console/site/base_map_files.hpp"
#include "console/site/geometry.hpp"

namespace wf::site {
namespace {

struct Close {
  void operator()(SHPInfo* file) const { SHPClose(file); }
};
struct Destroy {
  void operator()(SHPObject* shape) const { SHPDestroyObject(shape); }
};

bool is_area(int type) { return type == SHPT_POLYGON || type == SHPT_POLYGONZ || type == SHPT_POLYGONM; }
bool is_line(int type) { return type == SHPT_ARC || type == SHPT_ARCZ || type == SHPT_ARCM; }

/// Points [first, end) of a shape, up to the first that is no place on the globe.
Ring part_of(const SHPObject& shape, int first, int end) {
  Ring out;
  for (int i = first; i < end; ++i) {
    double x = shape.padfX[i], y = shape.padfY[i];
    if (!bring_to_globe(x, y)) break;
    out.push_back({static_cast<float>(x), static_cast<float>(y)});
  }
  return out;
}

/// Rings that run clockwise are outer ones; the others are holes of the outer one before.
void take_area(const SHPObject& shape, MapShapes& out) {
  bool begun = false;
  for (int part = 0; part < shape.nParts; ++part) {
    const int end = part + 1 < shape.nParts ? shape.panPartStart[part + 1] : shape.nVertices;
    Ring ring = part_of(shape, shape.panPartStart[part], end);
    if (ring.size() > 1 && ring.front().x == ring.back().x && ring.front().y == ring.back().y) ring.pop_back();
    if (ring.size() < 3) continue;
    if (!begun || signed_area(ring) < 0) {
      out.areas.push_back({std::move(ring), {}});
      begun = true;
    } else {
      out.areas.back().holes.push_back(std::move(ring));
    }
  }
}

}  // namespace

Result<void> read_shapefile(const std::filesystem::path& file, MapShapes& out) {
  // It complains on standard error of what is said here in one line.
  SAHooks hooks;
  SASetupDefaultHooks(&hooks);
  hooks.Error = [](const char*) {};
  const std::unique_ptr<SHPInfo, Close> shp(SHPOpenLL(file.c_str(), "rb", &hooks));
  if (!shp) return Error{"the base map cannot be read", file.string(), "name a shapefile that has its .shx beside it"};
  int count = 0, type = 0;
  SHPGetInfo(shp.get(), &count, &type, nullptr, nullptr);
  if (!is_area(type) && !is_line(type))
    return Error{"the base map has neither areas nor lines", file.string(), "use a shapefile of polygons or arcs"};
  std::size_t taken = 0;
  for (int i = 0; i < count; ++i) {
    const std::unique_ptr<SHPObject, Destroy> shape(SHPReadObject(shp.get(), i));
    if (!shape || shape->nVertices <= 0) continue;
    const std::size_t before = out.areas.size() + out.lines.size();
    if (is_area(shape->nSHPType)) {
      take_area(*shape, out);
    } else if (is_line(shape->nSHPType)) {
      for (int part = 0; part < shape->nParts; ++part) {
        const int end = part + 1 < shape->nParts ? shape->panPartStart[part + 1] : shape->nVertices;
        if (Ring line = part_of(*shape, shape->panPartStart[part], end); line.size() > 1)
          out.lines.push_back(std::move(line));
      }
    }
    taken += out.areas.size() + out.lines.size() - before;
  }
  if (taken == 0)
    return Error{"the base map has nothing to draw", file.string(), "it needs polygons or arcs in degrees (WGS 84)"};
  return {};
}

}  // namespace wf::site
