#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "console/model/base_map.hpp"

namespace wf::site {

/// Points of land and lines that a base map keeps; of more, each line is drawn coarser until they fit.
inline constexpr std::size_t kMostMapPoints = 30'000;

/// Reads a base map from files one over the other: GeoJSON (RFC 7946), or a shapefile (.shp). Polygons are land, lines
/// are lines, points with a `name` are places, in the order of their `scalerank` where they have one. What cannot be
/// used of a file is left out; a file that cannot be read at all is a line of `problems`, and the others count.
[[nodiscard]] BaseMap load_base_map(const std::vector<std::filesystem::path>& files,
                                    std::vector<std::string>& problems);

/// Debian's coastlines (package python-cartopy-data, GSHHG's crude ones); empty where they are not installed.
[[nodiscard]] std::vector<std::filesystem::path> installed_base_map();

}  // namespace wf::site
