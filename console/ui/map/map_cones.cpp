#include "console/ui/map/map_cones.hpp"

#include <algorithm>

namespace wf::ui {
namespace {

constexpr float kRadians = 3.14159265F / 180;
constexpr float kNearest = 0.08F;  // the wall that the camera hangs on does not blind it
constexpr int kRays = 40;
constexpr std::size_t kMostCorners = 240;

float reach(Point from, Point direction, float range, const std::vector<Segment>& walls) {
  float best = range;
  for (const Segment& w : walls) {
    const Point e = w.b - w.a;
    const float den = cross(direction, e);
    if (std::abs(den) < 1e-9F) continue;
    const Point to = w.a - from;
    const float t = cross(to, e) / den;
    if (t <= kNearest || t >= best) continue;
    const float u = cross(to, direction) / den;
    if (u >= -1e-4F && u <= 1 + 1e-4F) best = t;
  }
  return best;
}

}  // namespace

std::vector<Bounds> boxes_of(const std::vector<MapWall>& walls) {
  std::vector<Bounds> boxes;
  boxes.reserve(walls.size());
  for (const MapWall& w : walls) {
    Bounds b = nowhere();
    include(b, w.a);
    include(b, w.b);
    boxes.push_back(b);
  }
  return boxes;
}

Ring cast_cone(const Eye& eye, const std::vector<MapWall>& walls, const MapGrid& grid) {
  Ring ring;
  if (!finite(eye.at) || !(eye.range > 0.1F) || !(eye.view > 0.5F) || !std::isfinite(eye.heading)) return ring;
  const float range = std::min(eye.range, 2000.0F);
  const float half = std::min(eye.view, 360.0F) * kRadians / 2;
  // Angles are measured clockwise from the heading.
  const float heading = std::fmod(eye.heading, 360.0F) * kRadians;
  const Point ahead{std::sin(heading), std::cos(heading)};
  const Point right{ahead.y, -ahead.x};
  std::vector<Segment> near;
  const Bounds box{{eye.at.x - range, eye.at.y - range}, {eye.at.x + range, eye.at.y + range}};
  grid.visit(box, [&](std::uint32_t i) { near.push_back({walls[i].a, walls[i].b}); });

  std::vector<float> angles;
  angles.reserve(kRays + 1 + near.size() * 4);
  for (int i = 0; i <= kRays; ++i)
    angles.push_back(-half + 2 * half * static_cast<float>(i) / static_cast<float>(kRays));
  for (std::size_t i = 0; i < std::min(near.size(), kMostCorners); ++i)
    for (const Point corner : {near[i].a, near[i].b}) {
      const Point d = corner - eye.at;
      if (dot(d, d) > range * range) continue;
      const float a = std::atan2(dot(d, right), dot(d, ahead));
      for (const float beside : {a - 3e-4F, a + 3e-4F})
        if (beside > -half && beside < half) angles.push_back(beside);
    }
  std::sort(angles.begin(), angles.end());

  ring.push_back(eye.at);
  for (const float a : angles) {
    const Point d = ahead * std::cos(a) + right * std::sin(a);
    const Point end = eye.at + d * reach(eye.at, d, range, near);
    // A point in the middle of a straight run says nothing.
    while (ring.size() >= 3) {
      const Point p = ring[ring.size() - 2];
      const Point q = ring.back();
      const float l = length(end - p);
      if (l < 0.01F || std::abs(cross(q - p, end - p)) > 0.01F * l || dot(q - p, end - q) < 0) break;
      ring.pop_back();
    }
    ring.push_back(end);
  }
  if (ring.size() < 3) ring.clear();
  return ring;
}

}  // namespace wf::ui
