#pragma once
#include <cstdint>
#include <vector>

#include "console/ui/map/map_geometry.hpp"

namespace wf::ui {

/// A straight piece of wall, in metres. Its ends reach on by a share of half its thickness, so that corners close:
/// 0 at a jamb, 1 at a right angle.
struct MapWall {
  Point a{}, b{};
  float cap_a = 1, cap_b = 1;
};

/// One side of one unit.
struct UnitEdge {
  Point a{}, b{};
  std::uint32_t unit = 0;
  bool open = false;  ///< the unit is a corridor or the like: no wall towards another open one
  bool none = false;  ///< the unit has no walls of its own (outdoors)
};

/// A gap in a wall.
struct WallGap {
  Point a{}, b{};
  bool see_through = false;  ///< no door leaf: cameras look through
};

/// Where two open units touch without a wall.
struct OpenBorder {
  Point a{}, b{};
  std::uint32_t unit_a = 0, unit_b = 0;
};

struct WallPlan {
  std::vector<MapWall> inner, shell;  ///< with gaps, for drawing
  std::vector<MapWall> sight;         ///< what stops a camera's view: closed doors do
  std::vector<OpenBorder> borders;
};

/// Walls of one level from the sides of its units: sides that run along each other become one wall, none stands
/// between two open units. `shell`: rings of the building.
[[nodiscard]] WallPlan build_walls(const std::vector<UnitEdge>& edges, const std::vector<Segment>& shell,
                                   const std::vector<WallGap>& gaps);

/// The angle (radians, in (−45°, 45°]) by which most of the walls' length deviates from the axes.
[[nodiscard]] float prevailing_angle(const std::vector<Segment>& walls);

}  // namespace wf::ui
