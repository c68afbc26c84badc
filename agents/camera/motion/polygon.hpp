#pragma once
#include <cstdint>
#include <vector>

namespace wf::camera {

/// Of a picture: x from 0 (left) to 1 (right), y from 0 (top) to 1 (bottom).
struct PicturePoint {
  double x = 0, y = 0;
};
using Polygon = std::vector<PicturePoint>;

/// Points of a picture in rows and columns.
struct PointGrid {
  PicturePoint first, step;
  int columns = 0, rows = 0;
};

/// Of each point, row by row: 1 if it is inside, by the even-odd rule; a point on the outline is on either side.
[[nodiscard]] std::vector<std::uint8_t> inside(const Polygon& polygon, const PointGrid& grid);

}  // namespace wf::camera
