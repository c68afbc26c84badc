#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "console/model/base_map.hpp"
#include "proto/result.hpp"

namespace wf::site {

/// What a file says, as it says it: rings without the repeated last point, nothing triangulated.
struct MapShapes {
  struct Area {
    Ring outer;
    std::vector<Ring> holes;
  };
  std::vector<Area> areas;
  std::vector<Ring> lines;
  std::vector<BaseMap::Place> places;
};

/// Is it on the globe? What lies beyond its edge by rounding alone, as in Natural Earth's files, comes back to it.
[[nodiscard]] bool bring_to_globe(double& lon, double& lat);

/// Adds what the file holds; the error is about the whole file. Points that are no place on the globe end their ring.
[[nodiscard]] Result<void> read_geojson(const std::filesystem::path& file, MapShapes& out);
[[nodiscard]] Result<void> read_shapefile(const std::filesystem::path& file, MapShapes& out);

}  // namespace wf::site
