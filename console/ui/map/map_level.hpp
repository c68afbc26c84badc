#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "console/ui/draw/theme.hpp"
#include "console/ui/map/map_cones.hpp"
#include "console/ui/map/map_walls.hpp"

namespace wf::ui {

/// What a floor looks like; IMDF's categories fall into these.
enum class Floor : std::uint8_t {
  corridor,
  office,
  meeting,
  lab,
  technical,
  secure,
  storage,
  stairs,
  amenity,
  void_,
  solid,  ///< the unit is itself a wall or column
  road,
  parking,
  green,
  paved,
};
[[nodiscard]] Floor floor_of(std::string_view category);
/// Racks and machines are drawn solid, furniture as an outline.
[[nodiscard]] inline bool is_solid(std::string_view fixture_category) {
  return fixture_category == "equipment" || fixture_category == "obstruction" || fixture_category == "wall";
}
[[nodiscard]] ImU32 color_of(const MapColors& colors, Floor floor);
/// People walk along it: no walls between two of these, blind spots matter on them.
[[nodiscard]] bool is_open(Floor floor);
[[nodiscard]] bool is_outdoor(Floor floor);

/// Triangles of one polygon set within LevelPlan::points and ::indices.
struct FloorMesh {
  std::uint32_t item = 0;  ///< index in the site's units, fixtures or buildings
  Floor floor = Floor::office;
  std::uint32_t first_point = 0, points = 0, first_index = 0, indices = 0;
  Bounds bounds;
};

struct MapDoor {
  std::int32_t device = -1;  ///< index in Site::devices
  std::uint32_t opening = 0;
  Point a{}, b{};  ///< the hinge stands at a
  Point swing{};   ///< unit vector to where the leaf opens
  bool leaf = true, shell = false;
};

/// Where a unit's name may stand.
struct LabelSpot {
  Point at{};       ///< inside the unit
  float width = 0;  ///< metres of free width through it, along the screen when the plan is turned upright
};

struct MapCone {
  std::uint32_t device = 0;
  Ring ring;
  Bounds bounds;
};

/// One thin line of a level's furniture of lines: treads, lifts, markings.
struct Detail {
  enum class Kind : std::uint8_t { fixture, hatch, marking } kind = Kind::fixture;
  Segment line;
};

/// Everything of one level that does not change while the estate is the same, ready to draw and to search.
struct LevelPlan {
  const Site* site = nullptr;
  const Level* level = nullptr;  ///< null: the site without levels, its footprints alone
  std::vector<Point> points;
  std::vector<std::uint32_t> indices;
  std::vector<FloorMesh> floors, fixtures, footprints;
  std::vector<Detail> details;
  WallPlan walls;
  std::vector<MapDoor> doors;
  std::vector<MapCone> cones;
  std::vector<std::uint32_t> devices;       ///< placed ones of this level, indices in Site::devices
  std::vector<float> crowding;              ///< by devices: metres to the nearest other one in a box like a host
  std::vector<Point> outline;               ///< what fitting the level shows whole
  MapGrid unit_grid;                        ///< over floors
  MapGrid device_grid;                      ///< over devices
  std::vector<LabelSpot> labels;            ///< by floor
  mutable std::vector<float> label_widths;  ///< by floor, units at 100 %; < 0: not measured yet

  /// Index in floors of the innermost unit at `p`; −1: none.
  [[nodiscard]] int floor_at(Point p) const;
  /// Index in Site::devices of the device nearest to `p`, not farther than `reach` metres; −1: none.
  [[nodiscard]] int device_near(Point p, float reach) const;
  [[nodiscard]] bool outdoor() const { return level == nullptr || level->outdoor; }
};

/// `turn`: see site_turn. A null level gives the site without levels.
[[nodiscard]] std::unique_ptr<LevelPlan> build_level(const Site& site, const Level* level, float turn);

/// By how much the site's walls are turned from the axes, radians (see prevailing_angle).
[[nodiscard]] float site_turn(const Site& site);

}  // namespace wf::ui
