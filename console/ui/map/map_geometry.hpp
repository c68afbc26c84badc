#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "console/model/site.hpp"

namespace wf::ui {

inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(Point a, float k) { return {a.x * k, a.y * k}; }
inline float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
inline float cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }
inline float length(Point a) { return std::sqrt(dot(a, a)); }
inline Point middle(Point a, Point b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }
inline bool finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

inline Bounds nowhere() {
  constexpr float inf = std::numeric_limits<float>::infinity();
  return {{inf, inf}, {-inf, -inf}};
}
inline bool somewhere(const Bounds& b) { return b.max.x >= b.min.x && b.max.y >= b.min.y; }
inline void include(Bounds& b, Point p) {
  if (p.x < b.min.x) b.min.x = p.x;
  if (p.y < b.min.y) b.min.y = p.y;
  if (p.x > b.max.x) b.max.x = p.x;
  if (p.y > b.max.y) b.max.y = p.y;
}
inline bool touch(const Bounds& a, const Bounds& b) {
  return a.min.x <= b.max.x && b.min.x <= a.max.x && a.min.y <= b.max.y && b.min.y <= a.max.y;
}
inline bool holds(const Bounds& b, Point p) {
  return p.x >= b.min.x && p.x <= b.max.x && p.y >= b.min.y && p.y <= b.max.y;
}
inline Bounds grown(const Bounds& b, float by) { return {{b.min.x - by, b.min.y - by}, {b.max.x + by, b.max.y + by}}; }

/// By the even-odd rule.
[[nodiscard]] bool inside(const Ring& ring, Point p);
[[nodiscard]] bool inside(const Polygon& polygon, Point p);
[[nodiscard]] bool inside(const std::vector<Polygon>& polygons, Point p);
/// False when any coordinate is not a number or endless, or there are fewer than three points.
[[nodiscard]] bool sound(const Polygon& polygon);
/// Of the sound ones; nowhere() when there are none.
[[nodiscard]] Bounds bounds_of(const std::vector<Polygon>& polygons);
[[nodiscard]] float area_of(const Ring& ring);  ///< ≥ 0
[[nodiscard]] float distance_to_segment(Point p, Point a, Point b);

struct Segment {
  Point a, b;
};
/// Parallel lines `step` apart in direction `angle` (radians), cut to the polygons.
void hatch_lines(const std::vector<Polygon>& polygons, float angle, float step, std::vector<Segment>& out);

/// Items by their boxes in a uniform grid, to find those near a point or in a box without looking at all.
class MapGrid {
 public:
  /// Boxes that are nowhere() are never found.
  void build(const std::vector<Bounds>& boxes);
  /// Calls fn(index) for each item whose box touches `area`, once each.
  template <class Fn>
  void visit(const Bounds& area, Fn&& fn) const {
    if (boxes_.empty() || !touch(area, all_)) return;
    const int x0 = column(area.min.x), x1 = column(area.max.x);
    const int y0 = row(area.min.y), y1 = row(area.max.y);
    for (int y = y0; y <= y1; ++y)
      for (int x = x0; x <= x1; ++x) {
        const std::size_t cell =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(x);
        for (std::uint32_t i = starts_[cell]; i < starts_[cell + 1]; ++i) {
          const std::uint32_t item = items_[i];
          const Bounds& b = boxes_[item];
          if (!touch(b, area)) continue;
          // An item lies in several cells: only the first cell that the search shares with it reports it.
          if (x != std::max(x0, column(b.min.x)) || y != std::max(y0, row(b.min.y))) continue;
          fn(item);
        }
      }
  }
  [[nodiscard]] std::size_t size() const { return boxes_.size(); }

 private:
  [[nodiscard]] int column(float x) const { return clamped((x - all_.min.x) / cell_, columns_); }
  [[nodiscard]] int row(float y) const { return clamped((y - all_.min.y) / cell_, rows_); }
  static int clamped(float v, int n) {
    if (!(v > 0)) return 0;
    return v >= static_cast<float>(n) ? n - 1 : static_cast<int>(v);
  }
  std::vector<Bounds> boxes_;
  std::vector<std::uint32_t> starts_, items_;
  Bounds all_ = nowhere();
  float cell_ = 1;
  int columns_ = 1, rows_ = 1;
};

}  // namespace wf::ui
