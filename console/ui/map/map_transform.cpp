#include "console/ui/map/map_transform.hpp"

#include <algorithm>
#include <cmath>

#include "console/ui/map/map_geometry.hpp"

namespace wf::ui {

void MapTransform::set_turn(float radians) {
  turn_ = std::isfinite(radians) ? radians : 0;
  cos_ = std::cos(turn_);
  sin_ = std::sin(turn_);
}

Bounds MapTransform::visible() const {
  Bounds b = nowhere();
  for (const ImVec2 corner : {ImVec2(port.x, port.y), ImVec2(port.right(), port.y), ImVec2(port.x, port.bottom()),
                              ImVec2(port.right(), port.bottom())})
    include(b, to_map(corner));
  return b;
}

void MapTransform::zoom_at(ImVec2 pointer, float factor, float least, float most) {
  if (!(factor > 0)) return;
  const Point under = to_map(pointer);
  scale = std::clamp(scale * factor, least, most);
  const Point moved = to_map(pointer);
  center.x += under.x - moved.x;
  center.y += under.y - moved.y;
}

bool MapTransform::fit(const std::vector<Point>& points, const Rect& free, Point& center_out, float& scale_out) const {
  Bounds b = nowhere();  // in the turned frame, x right and y up
  for (const Point& p : points) {
    if (!finite(p)) continue;
    include(b, {p.x * cos_ - p.y * sin_, p.x * sin_ + p.y * cos_});
  }
  if (!somewhere(b) || free.w <= 1 || free.h <= 1) return false;
  const float w = std::max(0.5F, b.max.x - b.min.x);
  const float h = std::max(0.5F, b.max.y - b.min.y);
  scale_out = std::clamp(std::min(free.w / w, free.h / h), kMapFarthest, kMapClosest);
  // The middle of what is fitted stands in the middle of `free`; the port's middle shows something beside it.
  const float x = (b.min.x + b.max.x) / 2 + (port.mid_x() - free.mid_x()) / scale_out;
  const float y = (b.min.y + b.max.y) / 2 - (port.mid_y() - free.mid_y()) / scale_out;
  center_out = {x * cos_ + y * sin_, -x * sin_ + y * cos_};
  return true;
}

}  // namespace wf::ui
