#pragma once
#include <vector>

#include "console/ui/map/map_walls.hpp"

namespace wf::ui {

/// Where a camera stands and what it could see without walls.
struct Eye {
  Point at{};
  float heading = 0;  ///< degrees clockwise from north
  float view = 0;     ///< degrees
  float range = 0;    ///< metres
};

/// What it sees: a ring that starts at the camera and is star-shaped around it. Empty: it sees nothing known.
/// Rays: 40 over the field of view, and two past each corner of a wall within it, so that edges are exact.
[[nodiscard]] Ring cast_cone(const Eye& eye, const std::vector<MapWall>& walls, const MapGrid& grid);

/// Boxes of walls, for the grid that cast_cone wants.
[[nodiscard]] std::vector<Bounds> boxes_of(const std::vector<MapWall>& walls);

}  // namespace wf::ui
