#pragma once
#include <imgui.h>

#include <vector>

#include "console/model/site.hpp"
#include "console/ui/draw/hits.hpp"

namespace wf::ui {

/// Metres of a site's plane to units of the screen and back. Without a turn north is up.
class MapTransform {
 public:
  Point center{};   ///< metres; stands in the middle of the port
  float scale = 8;  ///< units a metre
  Rect port;        ///< where the map is drawn, units

  /// Turns the plan, radians, counterclockwise.
  void set_turn(float radians);
  [[nodiscard]] float turn() const { return turn_; }

  [[nodiscard]] ImVec2 to_screen(Point p) const {
    const float dx = p.x - center.x;
    const float dy = p.y - center.y;
    return {port.mid_x() + (dx * cos_ - dy * sin_) * scale, port.mid_y() - (dx * sin_ + dy * cos_) * scale};
  }
  [[nodiscard]] Point to_map(ImVec2 s) const {
    const float rx = (s.x - port.mid_x()) / scale;
    const float ry = -(s.y - port.mid_y()) / scale;
    return {center.x + rx * cos_ + ry * sin_, center.y - rx * sin_ + ry * cos_};
  }
  /// A direction of the map as one of the screen, same length.
  [[nodiscard]] ImVec2 turned(Point d) const { return {d.x * cos_ - d.y * sin_, -(d.x * sin_ + d.y * cos_)}; }
  /// The part of the map that the port shows, as an upright box around it.
  [[nodiscard]] Bounds visible() const;
  /// Changes the scale by `factor`, within [least, most], and keeps what lies under `pointer` there.
  void zoom_at(ImVec2 pointer, float factor, float least, float most);
  /// Centre and scale with which `points` fill `free`, a part of the port. False: nothing to fit.
  [[nodiscard]] bool fit(const std::vector<Point>& points, const Rect& free, Point& center_out, float& scale_out) const;

  [[nodiscard]] bool same_as(const MapTransform& o) const {
    return center.x == o.center.x && center.y == o.center.y && scale == o.scale && turn_ == o.turn_ &&
           port.x == o.port.x && port.y == o.port.y && port.w == o.port.w && port.h == o.port.h;
  }

 private:
  float turn_ = 0, cos_ = 1, sin_ = 0;
};

inline constexpr float kMapClosest = 160, kMapFarthest = 0.02F;  ///< units a metre

}  // namespace wf::ui
