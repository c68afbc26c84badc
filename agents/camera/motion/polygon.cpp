#include "agents/camera/motion/polygon.hpp"

#include <algorithm>

namespace wf::camera {

std::vector<std::uint8_t> inside(const Polygon& polygon, const PointGrid& grid) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows), 0);
  std::vector<double> crossings;
  for (int row = 0; row < grid.rows; ++row) {
    const double y = grid.first.y + row * grid.step.y;
    crossings.clear();
    for (std::size_t i = 0, j = polygon.empty() ? 0 : polygon.size() - 1; i < polygon.size(); j = i++) {
      const PicturePoint &a = polygon[i], &b = polygon[j];
      if ((a.y > y) != (b.y > y)) crossings.push_back((b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x);
    }
    if (crossings.empty()) continue;
    std::sort(crossings.begin(), crossings.end());
    // A point is inside if an odd number of edges is to the right of it.
    std::size_t left = 0;
    for (int column = 0; column < grid.columns; ++column) {
      const double x = grid.first.x + column * grid.step.x;
      while (left < crossings.size() && crossings[left] <= x) ++left;
      if (left == crossings.size()) break;
      out[static_cast<std::size_t>(row * grid.columns + column)] = (crossings.size() - left) % 2 != 0 ? 1 : 0;
    }
  }
  return out;
}

}  // namespace wf::camera
