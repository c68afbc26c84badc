#include "console/ui/map/map_details.hpp"

#include <algorithm>

namespace wf::ui {
namespace {

constexpr float kTread = 0.52F, kBay = 2.6F, kBayDepth = 4.8F, kHatch = 0.8F, kDash = 2;

/// The box around a polygon in the direction of its longest side.
struct Frame4 {
  Point origin{}, along{}, across{};
  float l = 0, w = 0;
  [[nodiscard]] Point at(float a, float b) const { return origin + along * a + across * b; }
};

Frame4 frame_of(const Ring& ring) {
  Frame4 f;
  float longest = 0;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Point d = ring[i] - ring[j];
    const float l = length(d);
    if (l > longest) {
      longest = l;
      f.along = d * (1 / l);
    }
  }
  if (longest <= 0) return f;
  f.across = {-f.along.y, f.along.x};
  Bounds b = nowhere();
  for (const Point& p : ring) include(b, {dot(p, f.along), dot(p, f.across)});
  f.origin = f.along * b.min.x + f.across * b.min.y;
  f.l = b.max.x - b.min.x;
  f.w = b.max.y - b.min.y;
  return f;
}

}  // namespace

void add_details(const Unit& unit, Floor floor, std::vector<Detail>& out) {
  using Kind = Detail::Kind;
  if (unit.polygons.empty() || !sound(unit.polygons[0])) return;
  const Ring& ring = unit.polygons[0].outer;
  const bool plain = unit.polygons.size() == 1 && unit.polygons[0].holes.empty();
  const Frame4 f = frame_of(ring);
  if (!(f.l > 0.5F) || !(f.w > 0.5F) || f.l > 5000) return;
  const auto line = [&](Kind kind, float a0, float b0, float a1, float b1) {
    const Segment s{f.at(a0, b0), f.at(a1, b1)};
    if (inside(unit.polygons, s.a) && inside(unit.polygons, s.b)) out.push_back({kind, s});
  };
  if (floor == Floor::void_) {
    std::vector<Segment> lines;
    hatch_lines(unit.polygons, 0.7854F, kHatch, lines);
    for (const Segment& s : lines) out.push_back({Kind::hatch, s});
  } else if (unit.category == "elevator" && plain) {
    // One shaft is a square with a cross; a bank of lifts is a row of them.
    const float side = std::min(1.9F, f.w * 0.5F);
    const int count = std::clamp(static_cast<int>((f.l - 0.6F) / (side + 0.4F)), 1, 6);
    const float step = f.l / static_cast<float>(count);
    for (int i = 0; i < count; ++i) {
      const float a = step * (static_cast<float>(i) + 0.5F) - side / 2;
      const float b = f.w > 2.6F * side / 1.9F ? f.w * 0.3F - side / 2 : f.w / 2 - side / 2;
      const float b0 = std::max(0.3F, b);
      line(Kind::fixture, a, b0, a + side, b0);
      line(Kind::fixture, a + side, b0, a + side, b0 + side);
      line(Kind::fixture, a + side, b0 + side, a, b0 + side);
      line(Kind::fixture, a, b0 + side, a, b0);
      line(Kind::fixture, a, b0, a + side, b0 + side);
      line(Kind::fixture, a + side, b0, a, b0 + side);
    }
  } else if (unit.category == "stairs" || unit.category == "steps" || unit.category == "escalator") {
    const float flight = std::min(f.w * 0.42F, 2.6F);
    const int treads = std::min(12, static_cast<int>((f.l - 1.4F) / kTread));
    for (int i = 1; i <= treads; ++i)
      line(Kind::fixture, 0.6F + kTread * static_cast<float>(i), f.w * 0.06F + 0.2F,
           0.6F + kTread * static_cast<float>(i), f.w * 0.06F + 0.2F + flight);
  } else if (floor == Floor::parking && ring.size() <= 8) {
    // Bays stand along the long sides; a narrow strip has one row.
    const bool two = f.w > 2 * kBayDepth + 4;
    const float depth = std::min(kBayDepth, f.w - 0.4F);
    const int bays = static_cast<int>((f.l - 0.4F) / kBay);
    const float start = (f.l - kBay * static_cast<float>(bays)) / 2;
    for (int i = 0; i <= bays; ++i) {
      const float a = start + kBay * static_cast<float>(i);
      line(Kind::marking, a, 0.15F, a, depth);
      if (two) line(Kind::marking, a, f.w - 0.15F, a, f.w - depth);
    }
  } else if (floor == Floor::road && ring.size() <= 6 && f.l > 12 && f.l > 3 * f.w) {
    for (float a = 1; a + kDash < f.l; a += 2 * kDash) line(Kind::marking, a, f.w / 2, a + kDash, f.w / 2);
  }
}

}  // namespace wf::ui
