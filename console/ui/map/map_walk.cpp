// Walking inside one unit: a small grid along the building's axes, Dijkstra with a price for turns and for walls.
#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>

#include "console/ui/map/map_route.hpp"

namespace wf::ui {
namespace {

constexpr float kTurnPrice = 2.5F;   // metres that a turn is worth
constexpr float kMostCells = 24000;  // larger units get larger cells
constexpr float kCell = 0.4F;

class Walk {
 public:
  Walk(const Unit& unit, float turn) : unit_(unit), cos_(std::cos(turn)), sin_(std::sin(turn)) {}

  std::vector<Point> run(Point from, Point to) {
    a_ = turned(from);
    b_ = turned(to);
    if (!lay_out()) return {from, to};
    const int start = nearest(a_);
    const int goal = nearest(b_);
    if (start < 0 || goal < 0) return {from, to};
    std::vector<int> cells = search(start, goal);
    if (cells.empty()) return {from, to};
    std::vector<Point> corners = straighten(cells);
    for (Point& p : corners) p = back(p);
    return corners;
  }

 private:
  // Turned so that the building's walls lie along x and y.
  [[nodiscard]] Point turned(Point p) const { return {p.x * cos_ + p.y * sin_, -p.x * sin_ + p.y * cos_}; }
  [[nodiscard]] Point back(Point p) const { return {p.x * cos_ - p.y * sin_, p.x * sin_ + p.y * cos_}; }
  [[nodiscard]] Point middle_of(int cell) const {
    return {box_.min.x + (static_cast<float>(cell % columns_) + 0.5F) * cell_,
            box_.min.y + (static_cast<float>(cell / columns_) + 0.5F) * cell_};
  }

  bool lay_out() {
    box_ = nowhere();
    for (const Polygon& q : unit_.polygons)
      if (sound(q))
        for (const Point& p : q.outer) include(box_, turned(p));
    if (!somewhere(box_)) return false;
    const float w = box_.max.x - box_.min.x;
    const float h = box_.max.y - box_.min.y;
    cell_ = std::max(kCell, std::sqrt(w * h / kMostCells));
    columns_ = std::max(1, static_cast<int>(std::ceil(w / cell_)));
    rows_ = std::max(1, static_cast<int>(std::ceil(h / cell_)));
    const std::size_t count = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
    clearance_.assign(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
      const Point p = back(middle_of(static_cast<int>(i)));
      const bool in = std::any_of(unit_.polygons.begin(), unit_.polygons.end(),
                                  [&](const Polygon& q) { return sound(q) && inside(q, p); });
      if (in) clearance_[i] = 1000;
    }
    // Two sweeps give each free cell its distance to the nearest wall, in cells.
    const auto at = [&](int x, int y) -> int {
      return x < 0 || y < 0 || x >= columns_ || y >= rows_ ? 0 : clearance_[static_cast<std::size_t>(y * columns_ + x)];
    };
    for (int y = 0; y < rows_; ++y)
      for (int x = 0; x < columns_; ++x) {
        int& c = clearance_[static_cast<std::size_t>(y * columns_ + x)];
        if (c > 0) c = std::min({c, at(x - 1, y) + 1, at(x, y - 1) + 1});
      }
    for (int y = rows_ - 1; y >= 0; --y)
      for (int x = columns_ - 1; x >= 0; --x) {
        int& c = clearance_[static_cast<std::size_t>(y * columns_ + x)];
        if (c > 0) c = std::min({c, at(x + 1, y) + 1, at(x, y + 1) + 1});
      }
    return true;
  }

  /// The free cell nearest to p, within a few metres.
  [[nodiscard]] int nearest(Point p) const {
    const int cx = static_cast<int>(std::floor((p.x - box_.min.x) / cell_));
    const int cy = static_cast<int>(std::floor((p.y - box_.min.y) / cell_));
    int best = -1;
    float least = 1e30F;
    const int reach = std::max(2, static_cast<int>(3.0F / cell_));
    for (int y = std::max(0, cy - reach); y <= std::min(rows_ - 1, cy + reach); ++y)
      for (int x = std::max(0, cx - reach); x <= std::min(columns_ - 1, cx + reach); ++x) {
        const int cell = y * columns_ + x;
        if (clearance_[static_cast<std::size_t>(cell)] == 0) continue;
        const Point d = middle_of(cell) - p;
        if (dot(d, d) < least) {
          least = dot(d, d);
          best = cell;
        }
      }
    return best;
  }

  /// Cells from start to goal; states are a cell and the axis by which it was entered.
  std::vector<int> search(int start, int goal) {
    const std::size_t states = clearance_.size() * 2;
    std::vector<float> cost(states, 1e30F);
    std::vector<std::int32_t> came(states, -1);
    using Item = std::pair<float, std::uint32_t>;
    std::priority_queue<Item, std::vector<Item>, std::greater<>> queue;
    const int gx = goal % columns_;
    const int gy = goal / columns_;
    const auto guess = [&](int cell) {
      return static_cast<float>(std::abs(cell % columns_ - gx) + std::abs(cell / columns_ - gy)) * cell_;
    };
    for (std::uint32_t axis = 0; axis < 2; ++axis) {
      const std::uint32_t s = static_cast<std::uint32_t>(start) * 2 + axis;
      cost[s] = 0;
      queue.emplace(guess(start), s);
    }
    std::int32_t found = -1;
    while (!queue.empty()) {
      const auto [priority, s] = queue.top();
      queue.pop();
      const int cell = static_cast<int>(s / 2);
      if (cell == goal) {
        found = static_cast<std::int32_t>(s);
        break;
      }
      if (priority > cost[s] + guess(cell) + 1e-3F) continue;
      const int x = cell % columns_;
      const int y = cell / columns_;
      for (int k = 0; k < 4; ++k) {
        const int nx = x + (k == 0) - (k == 1);
        const int ny = y + (k == 2) - (k == 3);
        if (nx < 0 || ny < 0 || nx >= columns_ || ny >= rows_) continue;
        const int next = ny * columns_ + nx;
        const int clear = clearance_[static_cast<std::size_t>(next)];
        if (clear == 0) continue;
        const std::uint32_t axis = k < 2 ? 0 : 1;
        const float wall = static_cast<float>(clear) * cell_;
        // Nobody walks along the skirting board.
        const float step = cell_ * (1 + 1.2F / (1 + wall * wall) + (clear == 1 ? 4.0F : 0.0F));
        const float c = cost[s] + step + (axis != (s & 1U) ? kTurnPrice : 0);
        const std::uint32_t t = static_cast<std::uint32_t>(next) * 2 + axis;
        if (c >= cost[t]) continue;
        cost[t] = c;
        came[t] = static_cast<std::int32_t>(s);
        queue.emplace(c + guess(next), t);
      }
    }
    std::vector<int> cells;
    for (std::int32_t s = found; s >= 0; s = came[static_cast<std::size_t>(s)])
      if (cells.empty() || cells.back() != s / 2) cells.push_back(s / 2);
    std::reverse(cells.begin(), cells.end());
    return cells;
  }

  /// How far it is from p to the unit's edge in a direction.
  [[nodiscard]] float room(Point p, Point direction) const {
    float best = 1e30F;
    const auto ring = [&](const Ring& r) {
      for (std::size_t i = 0, j = r.size() - 1; i < r.size(); j = i++) {
        const Point a = turned(r[j]);
        const Point e = turned(r[i]) - a;
        const float den = cross(direction, e);
        if (std::abs(den) < 1e-9F) continue;
        const float t = cross(a - p, e) / den;
        const float u = cross(a - p, direction) / den;
        if (t > 0 && t < best && u >= 0 && u <= 1) best = t;
      }
    };
    for (const Polygon& q : unit_.polygons) {
      if (!sound(q)) continue;
      ring(q.outer);
      for (const Ring& hole : q.holes) ring(hole);
    }
    return best;
  }

  /// Runs of cells become lines: the first and the last go through the ends, the others through the middle of a
  /// corridor.
  std::vector<Point> straighten(const std::vector<int>& cells) {
    struct Run {
      bool level;  // along x
      float c;     // its fixed coordinate
    };
    std::vector<Run> runs;
    std::size_t begin = 0;
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const bool level = cells[i] / columns_ == cells[i - 1] / columns_;
      if (runs.empty() || runs.back().level != level) {
        if (!runs.empty()) centre(runs.back().level, runs.back().c, cells[begin], cells[i - 1]);
        const Point p = middle_of(cells[i - 1]);
        runs.push_back({level, level ? p.y : p.x});
        begin = i - 1;
      }
    }
    if (runs.size() <= 1) {
      const Point d = b_ - a_;
      // One straight run, or none: a small step aside is not worth a corner.
      if (std::min(std::abs(d.x), std::abs(d.y)) < 1.2F * cell_) return {a_, b_};
      const bool level = runs.empty() ? std::abs(d.x) > std::abs(d.y) : runs[0].level;
      return level ? std::vector<Point>{a_, {b_.x, a_.y}, b_} : std::vector<Point>{a_, {a_.x, b_.y}, b_};
    }
    runs.front().c = runs.front().level ? a_.y : a_.x;
    runs.back().c = runs.back().level ? b_.y : b_.x;
    std::vector<Point> out{a_};
    for (std::size_t i = 1; i < runs.size(); ++i)
      out.push_back(runs[i].level ? Point{runs[i - 1].c, runs[i].c} : Point{runs[i].c, runs[i - 1].c});
    out.push_back(b_);
    return out;
  }

  void centre(bool level, float& c, int first, int last) const {
    const Point mid = middle(middle_of(first), middle_of(last));
    const Point side = level ? Point{0, 1} : Point{1, 0};
    const float up = room(mid, side);
    const float down = room(mid, side * -1.0F);
    if (up + down < 6) c = (level ? mid.y : mid.x) + (up - down) / 2;
  }

  const Unit& unit_;
  float cos_, sin_;
  Point a_{}, b_{};
  Bounds box_ = nowhere();
  float cell_ = kCell;
  int columns_ = 1, rows_ = 1;
  std::vector<int> clearance_;
};

}  // namespace

std::vector<Point> walk_unit(const Unit& unit, Point from, Point to, float turn) {
  if (!finite(from) || !finite(to)) return {};
  return Walk(unit, turn).run(from, to);
}

}  // namespace wf::ui
