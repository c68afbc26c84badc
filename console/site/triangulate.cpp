#include "console/site/triangulate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace wf::site {
namespace {

/// A corner of the boundary that is still to be clipped: a ring of nodes in one vector.
struct Node {
  double x, y;
  std::uint32_t index;  ///< into the polygon's points
  std::uint32_t before, after;
};

/// Twice the area of a, b, c; positive if they turn left.
double turn(const Node& a, const Node& b, const Node& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool same(const Node& a, const Node& b) { return a.x == b.x && a.y == b.y; }

/// Inside or on the edge of a triangle that turns left.
bool in_triangle(const Node& a, const Node& b, const Node& c, const Node& p) {
  return turn(a, b, p) >= 0 && turn(b, c, p) >= 0 && turn(c, a, p) >= 0;
}

class Clipper {
 public:
  explicit Clipper(Polygon& polygon) : out_(polygon.triangles) {
    out_.clear();
    const std::uint32_t first = add_ring(polygon.outer);
    std::vector<std::uint32_t> holes;
    for (const Ring& hole : polygon.holes) {
      const std::uint32_t begin = add_ring(hole);
      std::uint32_t rightmost = begin;
      for (std::uint32_t at = nodes_[begin].after; at != begin; at = nodes_[at].after)
        if (nodes_[at].x > nodes_[rightmost].x) rightmost = at;
      holes.push_back(rightmost);
    }
    // From the right: a bridge then never has to pass a hole that is not joined yet.
    std::sort(holes.begin(), holes.end(), [&](std::uint32_t a, std::uint32_t b) {
      return nodes_[a].x != nodes_[b].x ? nodes_[a].x > nodes_[b].x : nodes_[a].y < nodes_[b].y;
    });
    for (const std::uint32_t hole : holes) join(first, hole);
    clip(first);
  }

 private:
  std::uint32_t add_ring(const Ring& ring) {
    const auto first = static_cast<std::uint32_t>(nodes_.size());
    const auto n = static_cast<std::uint32_t>(ring.size());
    for (std::uint32_t i = 0; i < n; ++i)
      nodes_.push_back({ring[i].x, ring[i].y, next_index_++, first + (i + n - 1) % n, first + (i + 1) % n});
    return first;
  }

  /// The corner of the outer boundary that the hole's rightmost corner sees: Eberly, "Triangulation by Ear
  /// Clipping", section 3.
  std::uint32_t visible_from(std::uint32_t first, const Node& hole) const {
    double nearest = std::numeric_limits<double>::max();
    std::uint32_t found = first, at = first;
    do {
      const Node &a = nodes_[at], &b = nodes_[nodes_[at].after];
      // Edges with the inside on their left, crossed by the ray to the right, rise.
      if (a.y <= hole.y && b.y >= hole.y && a.y != b.y) {
        const double x = a.x + (hole.y - a.y) / (b.y - a.y) * (b.x - a.x);
        if (x >= hole.x && x < nearest) {
          nearest = x;
          found = a.y == hole.y && a.x == x ? at : b.y == hole.y && b.x == x ? a.after : a.x > b.x ? at : a.after;
          if (x == hole.x) return found;
        }
      }
      at = a.after;
    } while (at != first);
    if (nearest == std::numeric_limits<double>::max()) return first;
    const Node target = nodes_[found];
    Node hit = hole;
    hit.x = nearest;
    if (same(hit, target)) return best_copy(first, found, hole);
    // Reflex corners in the triangle hole–hit–target hide the target; the one with the smallest angle is seen.
    double best_slope = std::abs(target.y - hole.y) / (target.x - hole.x);
    double best_reach = target.x - hole.x;
    at = first;
    do {
      const Node& p = nodes_[at];
      const bool inside = target.y > hole.y ? in_triangle(hole, hit, target, p) : in_triangle(hole, target, hit, p);
      if (!same(p, target) && p.x > hole.x && inside && turn(nodes_[p.before], p, nodes_[p.after]) <= 0) {
        const double slope = std::abs(p.y - hole.y) / (p.x - hole.x);
        if (slope < best_slope || (slope == best_slope && p.x - hole.x < best_reach)) {
          best_slope = slope;
          best_reach = p.x - hole.x;
          found = at;
        }
      }
      at = p.after;
    } while (at != first);
    return best_copy(first, found, hole);
  }

  /// Bridges leave several nodes at one place; the right one has the hole between its two edges.
  std::uint32_t best_copy(std::uint32_t first, std::uint32_t found, const Node& hole) const {
    std::uint32_t at = first;
    do {
      const Node& p = nodes_[at];
      if (same(p, nodes_[found])) {
        const Node &a = nodes_[p.before], &b = nodes_[p.after];
        const bool convex = turn(a, p, b) >= 0;
        const bool left_of_in = turn(a, p, hole) >= 0, left_of_out = turn(p, b, hole) >= 0;
        if (convex ? left_of_in && left_of_out : left_of_in || left_of_out) return at;
      }
      at = p.after;
    } while (at != first);
    return found;
  }

  void join(std::uint32_t first, std::uint32_t hole) {
    const std::uint32_t outer = visible_from(first, nodes_[hole]);
    const auto outer_copy = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back(nodes_[outer]);
    const std::uint32_t hole_copy = outer_copy + 1;
    nodes_.push_back(nodes_[hole]);
    // outer → hole … around … hole_copy → outer_copy → what followed outer
    const std::uint32_t hole_end = nodes_[hole].before, outer_next = nodes_[outer].after;
    nodes_[outer].after = hole;
    nodes_[hole].before = outer;
    nodes_[hole_end].after = hole_copy;
    nodes_[hole_copy].before = hole_end;
    nodes_[hole_copy].after = outer_copy;
    nodes_[outer_copy].before = hole_copy;
    nodes_[outer_copy].after = outer_next;
    nodes_[outer_next].before = outer_copy;
  }

  bool is_ear(std::uint32_t tip) const {
    const Node &b = nodes_[tip], &a = nodes_[b.before], &c = nodes_[b.after];
    if (turn(a, b, c) <= 0) return false;
    for (std::uint32_t at = c.after; at != b.before; at = nodes_[at].after) {
      const Node& p = nodes_[at];
      // Only corners that do not turn left can cut the ear. A bridge's other copy of a lies on a's place and
      // does not; one on b or c does if its edges lead into the ear.
      if (same(p, a) || turn(nodes_[p.before], p, nodes_[p.after]) > 0) continue;
      if (in_triangle(a, b, c, p) && !(same(p, c) && !enters(p, a, b, c)) && !(same(p, b) && !enters(p, a, b, c)))
        return false;
    }
    return true;
  }

  /// True if one of p's edges runs into the inside of the triangle that p stands on.
  bool enters(const Node& p, const Node& a, const Node& b, const Node& c) const {
    for (const std::uint32_t other : {p.before, p.after}) {
      const Node& o = nodes_[other];
      const Node middle{p.x + (o.x - p.x) * 1e-3, p.y + (o.y - p.y) * 1e-3, 0, 0, 0};
      if (turn(a, b, middle) > 0 && turn(b, c, middle) > 0 && turn(c, a, middle) > 0) return true;
    }
    return false;
  }

  void remove(std::uint32_t at) {
    nodes_[nodes_[at].before].after = nodes_[at].after;
    nodes_[nodes_[at].after].before = nodes_[at].before;
  }

  void clip(std::uint32_t at) {
    std::uint32_t left = static_cast<std::uint32_t>(nodes_.size()), stuck = 0;
    while (left > 3) {
      const std::uint32_t before = nodes_[at].before, after = nodes_[at].after;
      const double area = turn(nodes_[before], nodes_[at], nodes_[after]);
      const bool flat = area == 0;
      // After a full round without an ear the outline crosses itself: clip a convex corner, then anything.
      const bool forced = stuck > 2 * left || (stuck > left && area > 0);
      if (flat ? stuck > 0 || same(nodes_[before], nodes_[after]) : is_ear(at) || forced) {
        if (area > 0) out_.insert(out_.end(), {nodes_[before].index, nodes_[at].index, nodes_[after].index});
        remove(at);
        --left;
        stuck = 0;
        at = nodes_[after].after;  // skipping one gives rounder triangles
        continue;
      }
      at = after;
      ++stuck;
    }
    if (left == 3 && turn(nodes_[nodes_[at].before], nodes_[at], nodes_[nodes_[at].after]) > 0)
      out_.insert(out_.end(), {nodes_[nodes_[at].before].index, nodes_[at].index, nodes_[nodes_[at].after].index});
  }

  std::vector<std::uint32_t>& out_;
  std::vector<Node> nodes_;
  std::uint32_t next_index_ = 0;
};

}  // namespace

void triangulate(Polygon& polygon) {
  polygon.triangles.clear();
  if (polygon.outer.size() >= 3) Clipper clipper(polygon);
}

}  // namespace wf::site
