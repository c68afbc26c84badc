#pragma once
#include <cstdint>
#include <vector>

#include "console/ui/map/map_scene.hpp"

namespace wf::ui {

/// What no camera with a picture sees, of the corridors (indoors) or of the open ground (outdoors), on a grid of
/// half a metre.
struct BlindSpots {
  std::vector<Segment> hatch;  ///< metres
  std::uint32_t cells = 0, blind = 0;
  bool none_to_watch = true;  ///< the level has no such floors

  void make(const LevelPlan& plan, const LevelNews& news, float turn);
  /// Share that is seen, percent.
  [[nodiscard]] int seen_percent() const {
    return cells == 0 ? 0 : static_cast<int>((100ULL * (cells - blind) + cells / 2) / cells);
  }
};

/// Where events of open incidents happened within the last hour, as squares of a metre and a share of the most.
struct EventHeat {
  struct Cell {
    Point middle;
    float share;
  };
  std::vector<Cell> cells;
  std::uint32_t events = 0;
  float side = 1;  ///< of a square, metres

  void make(const LevelPlan& plan, const Snapshot& snapshot, float turn);
};

void draw_blind(const MapScene& s, const BlindSpots& blind);
void draw_heat(const MapScene& s, const EventHeat& heat);

}  // namespace wf::ui
