#include "console/site/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <queue>

#include "console/site/triangulate.hpp"

namespace wf::site {
namespace {

constexpr double kSame = 1e-4;  ///< metres: points that are nearer than this are one point

double cross(Point a, Point b, Point c) {
  return (double(b.x) - a.x) * (double(c.y) - a.y) - (double(b.y) - a.y) * (double(c.x) - a.x);
}

double length(Point a, Point b) { return std::hypot(double(b.x) - a.x, double(b.y) - a.y); }

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = double(b.x) - a.x, dy = double(b.y) - a.y, squared = dx * dx + dy * dy;
  double t = squared > 0 ? ((double(p.x) - a.x) * dx + (double(p.y) - a.y) * dy) / squared : 0;
  t = std::clamp(t, 0.0, 1.0);
  return std::hypot(p.x - (a.x + t * dx), p.y - (a.y + t * dy));
}

template <class F>
void each_edge(const Polygon& polygon, F&& f) {
  auto ring_edges = [&](const Ring& ring) {
    for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) f(ring[j], ring[i]);
  };
  if (!polygon.outer.empty()) ring_edges(polygon.outer);
  for (const Ring& hole : polygon.holes)
    if (!hole.empty()) ring_edges(hole);
}

double edge_distance(const Polygon& polygon, Point p) {
  double best = std::numeric_limits<double>::max();
  each_edge(polygon, [&](Point a, Point b) { best = std::min(best, distance_to_segment(p, a, b)); });
  return best;
}

/// Positive inside, negative outside.
double depth(const Polygon& polygon, Point p) {
  const double d = edge_distance(polygon, p);
  return contains(polygon, p) ? d : -d;
}

Point centroid(const Ring& ring) {
  double x = 0, y = 0, twice = 0;
  const Point o = ring.front();
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const double c = cross(o, ring[j], ring[i]);
    x += (double(ring[j].x) + ring[i].x + o.x) * c;
    y += (double(ring[j].y) + ring[i].y + o.y) * c;
    twice += c;
  }
  return {static_cast<float>(x / (3 * twice)), static_cast<float>(y / (3 * twice))};
}

/// Free distance from p to the left and right at p's height, the smaller one.
double free_half_width(const Polygon& polygon, Point p) {
  double left = std::numeric_limits<double>::max(), right = left;
  each_edge(polygon, [&](Point a, Point b) {
    if ((a.y > p.y) == (b.y > p.y)) return;
    const double x = a.x + (double(p.y) - a.y) / (double(b.y) - a.y) * (double(b.x) - a.x);
    if (x < p.x)
      left = std::min(left, p.x - x);
    else
      right = std::min(right, x - p.x);
  });
  const double half = std::min(left, right);
  return half == std::numeric_limits<double>::max() ? 0 : half;
}

Point pole(const Polygon& polygon) {
  constexpr double kPrecision = 0.05;
  struct Cell {
    double x, y, half, depth, most;
  };
  struct Less {
    bool operator()(const Cell& a, const Cell& b) const { return a.most < b.most; }
  };
  auto cell = [&](double x, double y, double half) {
    const double d = depth(polygon, {static_cast<float>(x), static_cast<float>(y)});
    return Cell{x, y, half, d, d + half * std::numbers::sqrt2};
  };
  const Bounds box = bounds_of({polygon});
  const double w = double(box.max.x) - box.min.x, h = double(box.max.y) - box.min.y;
  const double half = std::max(std::min(w, h) / 2, std::max(w, h) / 64);
  std::priority_queue<Cell, std::vector<Cell>, Less> queue;
  for (double x = box.min.x; x < box.max.x; x += 2 * half)
    for (double y = box.min.y; y < box.max.y; y += 2 * half) queue.push(cell(x + half, y + half, half));
  const Point middle = centroid(polygon.outer);
  Cell best = cell(middle.x, middle.y, 0);
  while (!queue.empty()) {
    const Cell c = queue.top();
    queue.pop();
    // A centroid that is nearly as deep stays: names in aligned rooms then stand in line.
    if (c.depth > best.depth + kPrecision) best = c;
    if (c.most - best.depth <= kPrecision) break;
    const double q = c.half / 2;
    for (const double dx : {-q, q})
      for (const double dy : {-q, q}) queue.push(cell(c.x + dx, c.y + dy, q));
  }
  return {static_cast<float>(best.x), static_cast<float>(best.y)};
}

}  // namespace

double signed_area(const Ring& ring) {
  if (ring.size() < 3) return 0;
  double twice = 0;
  for (std::size_t i = 1; i + 1 < ring.size(); ++i) twice += cross(ring[0], ring[i], ring[i + 1]);
  return twice / 2;
}

double area_of(const Polygon& polygon) {
  double area = std::abs(signed_area(polygon.outer));
  for (const Ring& hole : polygon.holes) area -= std::abs(signed_area(hole));
  return area;
}

double triangle_area_of(const Polygon& polygon) {
  Ring points = polygon.outer;
  for (const Ring& hole : polygon.holes) points.insert(points.end(), hole.begin(), hole.end());
  double area = 0;
  for (std::size_t i = 0; i + 2 < polygon.triangles.size(); i += 3)
    area += std::abs(cross(points[polygon.triangles[i]], points[polygon.triangles[i + 1]],
                           points[polygon.triangles[i + 2]])) /
            2;
  return area;
}

bool tidy(Ring& ring) {
  for (std::size_t before = 0; before != ring.size() && !ring.empty();) {
    before = ring.size();
    Ring kept;
    for (const Point& p : ring)
      if (kept.empty() || length(kept.back(), p) > kSame) kept.push_back(p);
    while (kept.size() > 1 && length(kept.front(), kept.back()) <= kSame) kept.pop_back();
    ring.clear();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Point last = ring.empty() ? kept.back() : ring.back();
      const Point next = i + 1 < kept.size() ? kept[i + 1] : ring.empty() ? kept.front() : ring.front();
      // How far the point is from the line of its neighbours; at a spike they are one point.
      const double base = length(last, next);
      if (base > kSame && std::abs(cross(last, kept[i], next)) / base > kSame) ring.push_back(kept[i]);
    }
  }
  if (ring.size() < 3 || std::abs(signed_area(ring)) < kSame) ring.clear();
  return !ring.empty();
}

Polygon make_polygon(Ring outer, std::vector<Ring> holes) {
  Polygon out;
  if (!tidy(outer)) return out;
  if (signed_area(outer) < 0) std::reverse(outer.begin(), outer.end());
  out.outer = std::move(outer);
  for (Ring& hole : holes) {
    if (!tidy(hole)) continue;
    if (signed_area(hole) > 0) std::reverse(hole.begin(), hole.end());
    out.holes.push_back(std::move(hole));
  }
  triangulate(out);
  return out;
}

bool contains(const Polygon& polygon, Point p) {
  bool inside = false;
  each_edge(polygon, [&](Point a, Point b) {
    if ((a.y > p.y) == (b.y > p.y)) return;
    if (p.x < a.x + (double(p.y) - a.y) / (double(b.y) - a.y) * (double(b.x) - a.x)) inside = !inside;
  });
  return inside;
}

double distance_to(const Polygon& polygon, Point p) { return contains(polygon, p) ? 0 : edge_distance(polygon, p); }

double distance_to(const std::vector<Polygon>& polygons, Point p) {
  double best = std::numeric_limits<double>::max();
  for (const Polygon& polygon : polygons) best = std::min(best, distance_to(polygon, p));
  return best;
}

double distance_to_edge(const std::vector<Polygon>& polygons, Point p) {
  double best = std::numeric_limits<double>::max();
  for (const Polygon& polygon : polygons) best = std::min(best, edge_distance(polygon, p));
  return best;
}

Bounds bounds_of(const std::vector<Polygon>& polygons) {
  Bounds out;
  bool first = true;
  for (const Polygon& polygon : polygons)
    for (const Point& p : polygon.outer) {
      if (first) out = {p, p};
      first = false;
      out.min = {std::min(out.min.x, p.x), std::min(out.min.y, p.y)};
      out.max = {std::max(out.max.x, p.x), std::max(out.max.y, p.y)};
    }
  return out;
}

Label place_label(const std::vector<Polygon>& polygons) {
  const Polygon* largest = nullptr;
  for (const Polygon& p : polygons)
    if (!p.outer.empty() && (largest == nullptr || area_of(p) > area_of(*largest))) largest = &p;
  if (largest == nullptr) return {};
  Label out;
  out.at = pole(*largest);
  double half = free_half_width(*largest, out.at);
  for (const float dy : {-0.5F, 0.5F}) {
    const Point p{out.at.x, out.at.y + dy};
    if (contains(*largest, p)) half = std::min(half, free_half_width(*largest, p));
  }
  out.width = static_cast<float>(2 * half);
  return out;
}

Plane::Plane(LonLat origin) : origin_(origin) {
  constexpr double kRadians = std::numbers::pi / 180, kSemiMajor = 6378137.0, kSquaredEccentricity = 6.69437999014e-3;
  const double s = std::sin(origin.lat * kRadians), w = 1 - kSquaredEccentricity * s * s;
  metres_per_lat_ = kSemiMajor * (1 - kSquaredEccentricity) / (w * std::sqrt(w)) * kRadians;
  metres_per_lon_ = kSemiMajor / std::sqrt(w) * std::cos(origin.lat * kRadians) * kRadians;
}

Point Plane::to_plane(LonLat p) const {
  return {static_cast<float>((p.lon - origin_.lon) * metres_per_lon_),
          static_cast<float>((p.lat - origin_.lat) * metres_per_lat_)};
}

LonLat Plane::to_globe(Point p) const {
  return {origin_.lon + p.x / metres_per_lon_, origin_.lat + p.y / metres_per_lat_};
}

}  // namespace wf::site
