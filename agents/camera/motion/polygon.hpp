#pragma once
#include <vector>

namespace wf::camera {

/// Of a picture: x from 0 (left) to 1 (right), y from 0 (top) to 1 (bottom).
struct PicturePoint {
  double x = 0, y = 0;
};
using Polygon = std::vector<PicturePoint>;

/// Even-odd; a point on the outline is on either side.
[[nodiscard]] bool inside(const Polygon& polygon, double x, double y);

}  // namespace wf::camera
