#include "console/ui/map/map_walls.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace wf::ui {
namespace {

constexpr float kPi = 3.14159265F;
constexpr float kSameAngle = 0.004F;  // radians
constexpr float kSameLine = 0.12F;    // metres
constexpr float kGapReach = 0.45F;    // an opening lies at most so far from its wall
constexpr float kShortest = 0.02F;

/// An edge on its line.
struct OnLine {
  const UnitEdge* edge = nullptr;
  float angle = 0, offset = 0, from = 0, to = 0;
};

struct Line {
  Point along{}, across{};
  float offset = 0;
  [[nodiscard]] Point at(float t) const { return along * t + across * offset; }
};

/// Walks along one line and merges what lies on it.
void merge(const Line& line, std::vector<OnLine>& on, WallPlan& out) {
  struct Stop {
    float t;
    bool begins;
    const UnitEdge* edge;
  };
  std::vector<Stop> stops;
  stops.reserve(on.size() * 2);
  for (const OnLine& o : on) {
    stops.push_back({o.from, true, o.edge});
    stops.push_back({o.to, false, o.edge});
  }
  std::sort(stops.begin(), stops.end(), [](const Stop& a, const Stop& b) { return a.t < b.t; });
  std::vector<const UnitEdge*> active;
  bool walled = false;
  float wall_from = 0;
  for (std::size_t i = 0; i < stops.size();) {
    const float t = stops[i].t;
    // Stops closer than a finger's width are one, or slivers of wall would stand where rooms do not quite meet.
    for (; i < stops.size() && stops[i].t - t < kShortest; ++i) {
      if (stops[i].begins) {
        active.push_back(stops[i].edge);
      } else {
        const auto it = std::find(active.begin(), active.end(), stops[i].edge);
        if (it != active.end()) active.erase(it);
      }
    }
    std::size_t closed = 0;
    std::size_t open = 0;
    for (const UnitEdge* e : active) (e->none ? 0 : e->open ? ++open : ++closed);
    const bool wall = closed > 0 || open == 1;
    if (!wall && open >= 2 && i < stops.size() && stops[i].t - t > 0.3F) {
      const UnitEdge* first = nullptr;
      for (const UnitEdge* e : active) {
        if (e->none) continue;
        if (first == nullptr) {
          first = e;
        } else if (e->unit != first->unit) {
          out.borders.push_back({line.at(t), line.at(stops[i].t), first->unit, e->unit});
          break;
        }
      }
    }
    if (wall && !walled) wall_from = t;
    if (!wall && walled && t - wall_from > kShortest) out.inner.push_back({line.at(wall_from), line.at(t), 1, 1});
    walled = wall;
  }
}

/// Cuts the gaps out of the walls.
std::vector<MapWall> cut(const std::vector<MapWall>& walls, const std::vector<WallGap>& gaps, const MapGrid& grid,
                         bool only_see_through) {
  std::vector<MapWall> out;
  out.reserve(walls.size() + gaps.size());
  std::vector<std::pair<float, float>> holes;
  for (const MapWall& w : walls) {
    const Point d = w.b - w.a;
    const float l = length(d);
    if (l <= kShortest) continue;
    const Point u = d * (1 / l);
    holes.clear();
    Bounds box = nowhere();
    include(box, w.a);
    include(box, w.b);
    grid.visit(grown(box, kGapReach), [&](std::uint32_t i) {
      const WallGap& g = gaps[i];
      if (only_see_through && !g.see_through) return;
      const Point gd = g.b - g.a;
      const float gl = length(gd);
      if (gl <= kShortest || std::abs(cross(u, gd)) > 0.2F * gl) return;
      if (std::abs(cross(u, middle(g.a, g.b) - w.a)) > kGapReach) return;
      float t0 = dot(g.a - w.a, u);
      float t1 = dot(g.b - w.a, u);
      if (t0 > t1) std::swap(t0, t1);
      if (t1 > 0 && t0 < l) holes.emplace_back(t0, t1);
    });
    std::sort(holes.begin(), holes.end());
    float from = 0;
    float cap = w.cap_a;
    for (const auto& [t0, t1] : holes) {
      if (t0 - from > kShortest) out.push_back({w.a + u * from, w.a + u * t0, cap, 0});
      if (t1 > from) {
        from = t1;
        cap = 0;
      }
    }
    if (l - from > kShortest) out.push_back({w.a + u * from, w.b, cap, w.cap_b});
  }
  return out;
}

}  // namespace

WallPlan build_walls(const std::vector<UnitEdge>& edges, const std::vector<Segment>& shell,
                     const std::vector<WallGap>& gaps) {
  WallPlan plan;
  std::vector<OnLine> all;
  all.reserve(edges.size());
  for (const UnitEdge& e : edges) {
    const Point d = e.b - e.a;
    if (length(d) < kShortest) continue;
    float angle = std::atan2(d.y, d.x);
    if (angle < 0) angle += kPi;
    if (angle >= kPi - kSameAngle) angle -= kPi;
    all.push_back({&e, angle, 0, 0, 0});
  }
  std::sort(all.begin(), all.end(), [](const OnLine& a, const OnLine& b) { return a.angle < b.angle; });
  std::vector<OnLine> on;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    double sum = 0;  // the longest edges say the angle best
    double weight = 0;
    while (end < all.size() && all[end].angle - all[i].angle < kSameAngle) {
      const double l = length(all[end].edge->b - all[end].edge->a);
      sum += static_cast<double>(all[end].angle) * l;
      weight += l;
      ++end;
    }
    const float angle = weight > 0 ? static_cast<float>(sum / weight) : all[i].angle;
    Line line{{std::cos(angle), std::sin(angle)}, {-std::sin(angle), std::cos(angle)}, 0};
    for (std::size_t j = i; j < end; ++j) {
      const UnitEdge& e = *all[j].edge;
      all[j].offset = dot(middle(e.a, e.b), line.across);
      all[j].from = std::min(dot(e.a, line.along), dot(e.b, line.along));
      all[j].to = std::max(dot(e.a, line.along), dot(e.b, line.along));
    }
    std::sort(all.begin() + static_cast<std::ptrdiff_t>(i), all.begin() + static_cast<std::ptrdiff_t>(end),
              [](const OnLine& a, const OnLine& b) { return a.offset < b.offset; });
    for (std::size_t j = i; j < end;) {
      on.clear();
      double offsets = 0;
      std::size_t k = j;
      for (; k < end && all[k].offset - all[j].offset < kSameLine; ++k) {
        on.push_back(all[k]);
        offsets += static_cast<double>(all[k].offset);
      }
      line.offset = static_cast<float>(offsets / static_cast<double>(on.size()));
      merge(line, on, plan);
      j = k;
    }
    i = end;
  }

  std::vector<Bounds> boxes;
  boxes.reserve(gaps.size());
  for (const WallGap& g : gaps) {
    Bounds b = nowhere();
    include(b, g.a);
    include(b, g.b);
    boxes.push_back(b);
  }
  MapGrid grid;
  grid.build(boxes);
  std::vector<MapWall> ring;
  ring.reserve(shell.size());
  for (const Segment& s : shell) ring.push_back({s.a, s.b, 1, 1});
  for (std::size_t i = 0; i < ring.size(); ++i) {
    // Sides come ring by ring: the one behind begins where this one ends, but for the last of a ring.
    MapWall& w = ring[i];
    for (MapWall& next : ring) {
      if (length(next.a - w.b) > kShortest) continue;
      const float l = length(w.b - w.a) * length(next.b - next.a);
      if (l <= 0) continue;
      const float bend = std::atan2(std::abs(cross(w.b - w.a, next.b - next.a)), dot(w.b - w.a, next.b - next.a));
      w.cap_b = next.cap_a = std::min(1.5F, std::tan(std::min(bend, 2.0F) / 2));
      break;
    }
  }
  plan.sight = cut(plan.inner, gaps, grid, true);
  const std::vector<MapWall> outer = cut(ring, gaps, grid, true);
  plan.sight.insert(plan.sight.end(), outer.begin(), outer.end());
  plan.inner = cut(plan.inner, gaps, grid, false);
  plan.shell = cut(ring, gaps, grid, false);
  return plan;
}

float prevailing_angle(const std::vector<Segment>& walls) {
  constexpr std::size_t kBins = 180;  // half a degree each, of a quarter turn
  constexpr float kQuarter = kPi / 2;
  std::array<double, kBins> weight{};
  std::array<double, kBins> moment{};
  for (const Segment& s : walls) {
    const Point d = s.b - s.a;
    const float l = length(d);
    if (!(l > 0.2F) || !std::isfinite(l)) continue;
    float a = std::fmod(std::atan2(d.y, d.x) + 2 * kPi, kQuarter);
    // The bins stand around 0, so that an upright plan does not fall into two of them.
    if (a > kQuarter - kQuarter / static_cast<float>(kBins) / 2) a -= kQuarter;
    const auto bin = static_cast<std::size_t>(std::clamp(
        static_cast<int>(std::floor(a / kQuarter * static_cast<float>(kBins) + 0.5F)), 0, static_cast<int>(kBins) - 1));
    weight[bin] += static_cast<double>(l);
    moment[bin] += static_cast<double>(l) * static_cast<double>(a);
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < kBins; ++i)
    if (weight[i] > weight[best]) best = i;
  if (weight[best] <= 0) return 0;
  double w = weight[best];
  double m = moment[best];
  if (best + 1 < kBins) {
    w += weight[best + 1];
    m += moment[best + 1];
  }
  if (best > 0) {
    w += weight[best - 1];
    m += moment[best - 1];
  }
  const auto angle = static_cast<float>(m / w);
  return angle > kQuarter / 2 ? angle - kQuarter : angle;
}

}  // namespace wf::ui
