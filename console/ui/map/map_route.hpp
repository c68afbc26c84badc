#pragma once
#include <cstdint>
#include <vector>

#include "console/ui/map/map_level.hpp"

namespace wf::ui {

/// A place on a level to walk from or to.
struct RouteStop {
  Point at{};
  std::int32_t unit = -1;     ///< index in Site::units; −1: not known
  std::int32_t opening = -1;  ///< index in Site::openings when it stands in a door; then `unit` is not used
};

/// Walking ways through one level: units joined by openings, and by borders without a wall.
class MapRoutes {
 public:
  void build(const LevelPlan& plan, float turn);
  /// The way from one stop to the other, both included, along corridors and through doors, with corners along the
  /// building's axes. Empty: no way is known.
  [[nodiscard]] std::vector<Point> route(const RouteStop& from, const RouteStop& to) const;

 private:
  struct Portal {
    Point at{};
    std::int32_t a = -1, b = -1;  ///< units
    std::int32_t opening = -1;
  };
  [[nodiscard]] const std::vector<std::uint32_t>* portals_of(std::int32_t unit) const;

  const Site* site_ = nullptr;
  float turn_ = 0;
  std::vector<Portal> portals_;
  std::vector<std::int32_t> units_;  // sorted, with the lists beside
  std::vector<std::vector<std::uint32_t>> lists_;
};

/// A way inside one unit with corners along axes turned by `turn`; keeps away from walls. Straight when there is
/// nothing better.
[[nodiscard]] std::vector<Point> walk_unit(const Unit& unit, Point from, Point to, float turn);

[[nodiscard]] float length_of(const std::vector<Point>& way);
/// The point `distance` metres along the way.
[[nodiscard]] Point point_along(const std::vector<Point>& way, float distance);

}  // namespace wf::ui
