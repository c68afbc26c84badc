#include "console/ui/map/map_route.hpp"

#include <algorithm>
#include <functional>
#include <queue>

namespace wf::ui {
namespace {

constexpr float kFar = 1e30F;

void append(std::vector<Point>& way, const std::vector<Point>& more) {
  for (const Point& p : more) {
    if (!way.empty() && length(p - way.back()) < 0.05F) continue;
    while (way.size() >= 2) {  // no corner in a straight run
      const Point u = way.back() - way[way.size() - 2];
      const Point v = p - way.back();
      if (std::abs(cross(u, v)) > 0.02F * length(u) * length(v) || dot(u, v) < 0) break;
      way.pop_back();
    }
    way.push_back(p);
  }
}

}  // namespace

float length_of(const std::vector<Point>& way) {
  float l = 0;
  for (std::size_t i = 1; i < way.size(); ++i) l += length(way[i] - way[i - 1]);
  return l;
}

Point point_along(const std::vector<Point>& way, float distance) {
  if (way.empty()) return {};
  for (std::size_t i = 1; i < way.size(); ++i) {
    const float l = length(way[i] - way[i - 1]);
    if (distance <= l && l > 0) return way[i - 1] + (way[i] - way[i - 1]) * std::max(0.0F, distance / l);
    distance -= l;
  }
  return way.back();
}

const std::vector<std::uint32_t>* MapRoutes::portals_of(std::int32_t unit) const {
  const auto it = std::lower_bound(units_.begin(), units_.end(), unit);
  if (unit < 0 || it == units_.end() || *it != unit) return nullptr;
  return &lists_[static_cast<std::size_t>(it - units_.begin())];
}

void MapRoutes::build(const LevelPlan& plan, float turn) {
  site_ = plan.site;
  turn_ = turn;
  portals_.clear();
  units_.clear();
  lists_.clear();
  const auto unit_of = [&](const std::string& id) {
    if (id.empty()) return -1;
    const auto it = site_->unit_index.find(id);
    return it == site_->unit_index.end() ? -1 : static_cast<std::int32_t>(it->second);
  };
  for (const MapDoor& d : plan.doors) {
    const Opening& o = site_->openings[d.opening];
    const std::int32_t a = unit_of(o.unit_a);
    const std::int32_t b = unit_of(o.unit_b);
    if (a >= 0 || b >= 0) portals_.push_back({middle(o.a, o.b), a, b, static_cast<std::int32_t>(d.opening)});
  }
  for (const OpenBorder& b : plan.walls.borders)
    portals_.push_back(
        {middle(b.a, b.b), static_cast<std::int32_t>(b.unit_a), static_cast<std::int32_t>(b.unit_b), -1});
  std::vector<std::pair<std::int32_t, std::uint32_t>> pairs;
  for (std::uint32_t i = 0; i < portals_.size(); ++i) {
    if (portals_[i].a >= 0) pairs.emplace_back(portals_[i].a, i);
    if (portals_[i].b >= 0) pairs.emplace_back(portals_[i].b, i);
  }
  std::sort(pairs.begin(), pairs.end());
  for (const auto& [unit, portal] : pairs) {
    if (units_.empty() || units_.back() != unit) {
      units_.push_back(unit);
      lists_.emplace_back();
    }
    lists_.back().push_back(portal);
  }
}

std::vector<Point> MapRoutes::route(const RouteStop& from, const RouteStop& to) const {
  if (site_ == nullptr || !finite(from.at) || !finite(to.at)) return {};
  const auto unit = [&](std::int32_t i) -> const Unit* {
    return i >= 0 && static_cast<std::size_t>(i) < site_->units.size() ? &site_->units[static_cast<std::size_t>(i)]
                                                                       : nullptr;
  };
  const auto portal_of = [&](const RouteStop& s) -> std::int32_t {
    for (std::uint32_t i = 0; i < portals_.size() && s.opening >= 0; ++i)
      if (portals_[i].opening == s.opening) return static_cast<std::int32_t>(i);
    return -1;
  };
  const std::int32_t start = portal_of(from);
  const std::int32_t goal = portal_of(to);
  // Both in one unit: no door between them.
  const auto shares = [&](std::int32_t portal, std::int32_t u) {
    const Portal& p = portals_[static_cast<std::size_t>(portal)];
    return u >= 0 && (p.a == u || p.b == u);
  };
  std::int32_t common = -1;
  if (start < 0 && goal < 0) {
    if (from.unit >= 0 && from.unit == to.unit) common = from.unit;
  } else if (start >= 0 && goal >= 0) {
    if (start == goal) return {from.at, to.at};
    const Portal& p = portals_[static_cast<std::size_t>(start)];
    for (const std::int32_t u : {p.a, p.b})
      if (shares(goal, u)) common = u;
  } else {
    const std::int32_t u = start >= 0 ? to.unit : from.unit;
    if (shares(start >= 0 ? start : goal, u)) common = u;
  }
  if (const Unit* u = unit(common)) {
    std::vector<Point> way;
    append(way, walk_unit(*u, from.at, to.at, turn_));
    return way;
  }

  // Dijkstra over the portals; `via` is the unit that was crossed to reach one.
  std::vector<float> cost(portals_.size(), kFar);
  std::vector<std::int32_t> previous(portals_.size(), -1);
  std::vector<std::int32_t> via(portals_.size(), -1);
  using Item = std::pair<float, std::uint32_t>;
  std::priority_queue<Item, std::vector<Item>, std::greater<>> queue;
  if (start >= 0) {
    cost[static_cast<std::size_t>(start)] = 0;
    queue.emplace(0.0F, static_cast<std::uint32_t>(start));
  } else if (const auto* list = portals_of(from.unit)) {
    for (const std::uint32_t p : *list) {
      cost[p] = length(portals_[p].at - from.at);
      via[p] = from.unit;
      queue.emplace(cost[p], p);
    }
  }
  std::int32_t last = -1;
  float best = kFar;
  while (!queue.empty()) {
    const auto [c, p] = queue.top();
    queue.pop();
    if (c > cost[p]) continue;
    if (c >= best) break;
    const Portal& portal = portals_[p];
    const bool ends = goal >= 0 ? static_cast<std::int32_t>(p) == goal
                                : (to.unit >= 0 && (portal.a == to.unit || portal.b == to.unit));
    if (ends) {
      const float all = c + (goal >= 0 ? 0 : length(to.at - portal.at));
      if (all < best) {
        best = all;
        last = static_cast<std::int32_t>(p);
      }
      continue;
    }
    for (const std::int32_t u : {portal.a, portal.b}) {
      const auto* list = portals_of(u);
      if (list == nullptr || u == via[p]) continue;
      for (const std::uint32_t q : *list) {
        const float next = c + length(portals_[q].at - portal.at);
        if (q == p || next >= cost[q]) continue;
        cost[q] = next;
        previous[q] = static_cast<std::int32_t>(p);
        via[q] = u;
        queue.emplace(next, q);
      }
    }
  }
  if (last < 0) return {};
  std::vector<std::uint32_t> chain;
  for (std::int32_t p = last; p >= 0; p = previous[static_cast<std::size_t>(p)])
    chain.push_back(static_cast<std::uint32_t>(p));
  std::reverse(chain.begin(), chain.end());
  std::vector<Point> way;
  Point at = from.at;
  for (const std::uint32_t p : chain) {
    if (const Unit* u = unit(via[p])) append(way, walk_unit(*u, at, portals_[p].at, turn_));
    at = portals_[p].at;
  }
  if (goal < 0)
    if (const Unit* u = unit(to.unit)) append(way, walk_unit(*u, at, to.at, turn_));
  if (way.empty()) way = {from.at, to.at};
  return way;
}

}  // namespace wf::ui
