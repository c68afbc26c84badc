#include "console/ui/map/map_overlays.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace wf::ui {
namespace {

constexpr float kBlindCell = 0.5F;
constexpr std::size_t kMostBlindCells = 400000;
constexpr float kHeatReach = 4.5F;  // metres around an event

/// The level's plane turned so that walls are upright, as the hatch and the squares want it.
struct Turned {
  float c, s;
  explicit Turned(float turn) : c(std::cos(turn)), s(std::sin(turn)) {}
  [[nodiscard]] Point in(Point p) const { return {p.x * c + p.y * s, -p.x * s + p.y * c}; }
  [[nodiscard]] Point out(Point p) const { return {p.x * c - p.y * s, p.x * s + p.y * c}; }
};

std::int64_t key_of(int x, int y) { return (static_cast<std::int64_t>(x) << 32) ^ static_cast<std::uint32_t>(y); }

}  // namespace

void BlindSpots::make(const LevelPlan& plan, const LevelNews& news, float turn) {
  hatch.clear();
  cells = blind = 0;
  none_to_watch = true;
  const Turned frame(turn);
  const bool outdoor = plan.outdoor();
  std::vector<Bounds> boxes;
  for (std::size_t i = 0; i < plan.cones.size(); ++i)
    boxes.push_back(without_picture(news.cones[i]) ? nowhere() : plan.cones[i].bounds);
  MapGrid grid;
  grid.build(boxes);
  const auto covered = [&](Point p) {
    bool found = false;
    grid.visit({p, p}, [&](std::uint32_t i) { found = found || inside(plan.cones[i].ring, p); });
    return found;
  };
  float step = kBlindCell;
  double area = 0;
  for (const FloorMesh& m : plan.floors)
    if (outdoor ? is_outdoor(m.floor) : is_open(m.floor))
      area += static_cast<double>((m.bounds.max.x - m.bounds.min.x) * (m.bounds.max.y - m.bounds.min.y));
  // Wide grounds are looked at in larger steps.
  step = std::max(step, static_cast<float>(std::sqrt(area / static_cast<double>(kMostBlindCells))));
  if (outdoor) step = std::max(step, 1.0F);
  std::unordered_map<std::int64_t, bool> dark;  // by diagonal position, to join cells into lines
  for (const FloorMesh& m : plan.floors) {
    if (!(outdoor ? is_outdoor(m.floor) : is_open(m.floor))) continue;
    none_to_watch = false;
    const Unit& unit = plan.site->units[m.item];
    Bounds b = nowhere();
    for (const Polygon& q : unit.polygons)
      if (sound(q))
        for (const Point& p : q.outer) include(b, frame.in(p));
    if (!somewhere(b)) continue;
    for (int y = static_cast<int>(std::floor(b.min.y / step)); static_cast<float>(y) * step < b.max.y; ++y)
      for (int x = static_cast<int>(std::floor(b.min.x / step)); static_cast<float>(x) * step < b.max.x; ++x) {
        const Point p = frame.out({(static_cast<float>(x) + 0.5F) * step, (static_cast<float>(y) + 0.5F) * step});
        if (!inside(unit.polygons, p)) continue;
        ++cells;
        if (covered(p)) continue;
        ++blind;
        if (((x - y) & 1) == 0) dark.emplace(key_of(x - y, x), true);
      }
  }
  // Cells with equal x − y lie on one slanted line.
  std::vector<std::pair<int, int>> sorted;
  sorted.reserve(dark.size());
  for (const auto& [key, set] : dark)
    if (set) sorted.emplace_back(static_cast<int>(key >> 32), static_cast<int>(static_cast<std::uint32_t>(key)));
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t k = i + 1;
    while (k < sorted.size() && sorted[k].first == sorted[i].first && sorted[k].second == sorted[k - 1].second + 1) ++k;
    const auto corner = [&](int x) {
      return frame.out({static_cast<float>(x) * step, static_cast<float>(x - sorted[i].first) * step});
    };
    hatch.push_back({corner(sorted[i].second), corner(sorted[k - 1].second + 1)});
    i = k;
  }
}

void EventHeat::make(const LevelPlan& plan, const Snapshot& snapshot, float turn) {
  cells.clear();
  events = 0;
  if (plan.level == nullptr) return;
  const Site& site = *plan.site;
  const Turned frame(turn);
  side = plan.outdoor() ? 2.0F : 1.0F;
  struct Spot {
    Point at;
    int floor;
    float weight;
  };
  std::vector<Spot> spots;
  for (const auto& i : snapshot.incidents) {
    if (!i || i->site_id != site.id) continue;
    for (const Contribution& c : i->why) {
      if (snapshot.now - c.time > kHour || c.time > snapshot.now + kMinute) continue;
      const Device* d = c.device_id.empty() ? nullptr : site.device(c.device_id);
      const Unit* u = site.unit(c.unit_id);
      Spot spot{{}, -1, static_cast<float>(std::max(1U, c.repeats))};
      if (d != nullptr && d->placed && d->level_id == plan.level->id) {
        spot.at = d->position;
      } else if (u != nullptr && u->level_id == plan.level->id) {
        spot.at = u->label;
      } else {
        continue;
      }
      if (!finite(spot.at)) continue;
      events += std::max(1U, c.repeats);
      spot.floor = plan.floor_at(spot.at);
      spots.push_back(spot);
    }
  }
  std::unordered_map<std::int64_t, std::pair<Point, float>> sum;
  const float reach = kHeatReach * side;
  for (const Spot& spot : spots) {
    const Point c = frame.in(spot.at);
    for (int y = static_cast<int>(std::floor((c.y - reach) / side)); static_cast<float>(y) * side < c.y + reach; ++y)
      for (int x = static_cast<int>(std::floor((c.x - reach) / side)); static_cast<float>(x) * side < c.x + reach;
           ++x) {
        const Point m{(static_cast<float>(x) + 0.5F) * side, (static_cast<float>(y) + 0.5F) * side};
        const float d = length(m - c) / reach;
        if (d >= 1) continue;
        const Point at = frame.out(m);
        if (plan.floor_at(at) < 0 && spot.floor >= 0) continue;  // not through the outer wall
        auto& cell = sum[key_of(x, y)];
        cell.first = at;
        cell.second += std::sqrt(spot.weight) * (1 - d) * (1 - d);
      }
  }
  float most = 0;
  for (const auto& [key, cell] : sum) most = std::max(most, cell.second);
  for (const auto& [key, cell] : sum)
    if (cell.second > 0.02F * most) cells.push_back({cell.first, cell.second / most});
}

void draw_blind(const MapScene& s, const BlindSpots& blind) {
  if (s.scale() < 3) return;
  const ImU32 color = faded(s.p.t.t3, 0.55F);
  for (const Segment& l : blind.hatch) {
    Bounds b = nowhere();
    include(b, l.a);
    include(b, l.b);
    if (!touch(b, s.seen)) continue;
    const ImVec2 a = s.at(l.a);
    const ImVec2 c = s.at(l.b);
    s.p.line(a.x, a.y, c.x, c.y, color, 1);
  }
}

void draw_heat(const MapScene& s, const EventHeat& heat) {
  const float half = heat.side / 2;
  // The view is turned back by the building's angle: a square of the building is upright on the screen.
  ImDrawList& list = s.p.list();
  const float k = s.p.scale();
  for (const EventHeat::Cell& cell : heat.cells) {
    if (!holds(s.seen, cell.middle)) continue;
    const ImVec2 q = s.at(cell.middle);
    const float r = half * s.scale();
    list.AddRectFilled({std::round((q.x - r) * k), std::round((q.y - r) * k)},
                       {std::round((q.x + r) * k), std::round((q.y + r) * k)},
                       faded(s.p.t.map.cone, 0.05F + 0.4F * cell.share));
  }
}

}  // namespace wf::ui
