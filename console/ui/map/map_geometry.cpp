#include "console/ui/map/map_geometry.hpp"

#include <algorithm>

namespace wf::ui {

bool inside(const Ring& ring, Point p) {
  bool in = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Point& a = ring[i];
    const Point& b = ring[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

bool inside(const Polygon& polygon, Point p) {
  if (!inside(polygon.outer, p)) return false;
  return std::none_of(polygon.holes.begin(), polygon.holes.end(), [&](const Ring& hole) { return inside(hole, p); });
}

bool inside(const std::vector<Polygon>& polygons, Point p) {
  return std::any_of(polygons.begin(), polygons.end(), [&](const Polygon& q) { return inside(q, p); });
}

bool sound(const Polygon& polygon) {
  if (polygon.outer.size() < 3) return false;
  const auto good = [](const Ring& r) { return std::all_of(r.begin(), r.end(), [](Point p) { return finite(p); }); };
  return good(polygon.outer) && std::all_of(polygon.holes.begin(), polygon.holes.end(), good);
}

Bounds bounds_of(const std::vector<Polygon>& polygons) {
  Bounds b = nowhere();
  for (const Polygon& q : polygons)
    if (sound(q))
      for (const Point& p : q.outer) include(b, p);
  return b;
}

float area_of(const Ring& ring) {
  float twice = 0;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) twice += cross(ring[j], ring[i]);
  return std::abs(twice) / 2;
}

float distance_to_segment(Point p, Point a, Point b) {
  const Point d = b - a;
  const float l2 = dot(d, d);
  const float t = l2 > 0 ? std::clamp(dot(p - a, d) / l2, 0.0F, 1.0F) : 0.0F;
  return length(p - (a + d * t));
}

void hatch_lines(const std::vector<Polygon>& polygons, float angle, float step, std::vector<Segment>& out) {
  const Point along{std::cos(angle), std::sin(angle)};
  const Point across{-along.y, along.x};
  std::vector<float> cuts;
  for (const Polygon& q : polygons) {
    if (!sound(q)) continue;
    float least = dot(q.outer[0], across);
    float most = least;
    for (const Point& p : q.outer) {
      least = std::min(least, dot(p, across));
      most = std::max(most, dot(p, across));
    }
    // Counted from the origin, so that neighbours' lines meet.
    for (float c = std::ceil(least / step) * step; c < most; c += step) {
      cuts.clear();
      const auto cut = [&](const Ring& r) {
        for (std::size_t i = 0, j = r.size() - 1; i < r.size(); j = i++) {
          const float da = dot(r[j], across) - c;
          const float db = dot(r[i], across) - c;
          if ((da > 0) == (db > 0)) continue;
          const float ta = dot(r[j], along);
          cuts.push_back(ta + (dot(r[i], along) - ta) * da / (da - db));
        }
      };
      cut(q.outer);
      for (const Ring& hole : q.holes) cut(hole);
      std::sort(cuts.begin(), cuts.end());
      for (std::size_t i = 0; i + 1 < cuts.size(); i += 2)
        out.push_back({along * cuts[i] + across * c, along * cuts[i + 1] + across * c});
    }
  }
}

void MapGrid::build(const std::vector<Bounds>& boxes) {
  boxes_ = boxes;
  all_ = nowhere();
  for (const Bounds& b : boxes_)
    if (somewhere(b)) {
      include(all_, b.min);
      include(all_, b.max);
    }
  starts_.assign(2, 0);
  items_.clear();
  columns_ = rows_ = 1;
  if (!somewhere(all_)) {
    boxes_.clear();
    return;
  }
  const float w = std::max(1.0F, all_.max.x - all_.min.x);
  const float h = std::max(1.0F, all_.max.y - all_.min.y);
  cell_ = std::max(0.5F, std::sqrt(w * h / static_cast<float>(boxes_.size() + 1)) * 1.5F);
  cell_ = std::max({cell_, w / 1000, h / 1000});
  columns_ = std::max(1, static_cast<int>(w / cell_) + 1);
  rows_ = std::max(1, static_cast<int>(h / cell_) + 1);
  const std::size_t cells = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
  starts_.assign(cells + 1, 0);
  const auto each_cell = [&](const Bounds& b, auto&& fn) {
    for (int y = row(b.min.y); y <= row(b.max.y); ++y)
      for (int x = column(b.min.x); x <= column(b.max.x); ++x)
        fn(static_cast<std::size_t>(y) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(x));
  };
  for (const Bounds& b : boxes_)
    if (somewhere(b)) each_cell(b, [&](std::size_t c) { ++starts_[c + 1]; });
  for (std::size_t c = 0; c < cells; ++c) starts_[c + 1] += starts_[c];
  items_.resize(starts_[cells]);
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (std::uint32_t i = 0; i < boxes_.size(); ++i)
    if (somewhere(boxes_[i])) each_cell(boxes_[i], [&](std::size_t c) { items_[next[c]++] = i; });
}

}  // namespace wf::ui
