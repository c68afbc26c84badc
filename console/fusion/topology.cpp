#include "console/fusion/topology.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "console/fusion/enrich.hpp"

namespace wf::fusion {
namespace {

constexpr int kDeepest = 64;  ///< zones within zones that are looked at

bool upright(const Unit& unit) {
  static constexpr std::array<std::string_view, 6> kNames{"stairs",    "steps", "elevator",
                                                          "escalator", "ramp",  "movingwalkway"};
  return std::find(kNames.begin(), kNames.end(), unit.category) != kNames.end();
}

}  // namespace

bool outdoors(const Unit& unit) {
  return unit.category == "outside" || unit.category == "outdoors" || unit.category == "exterior";
}

Topology::Topology(std::shared_ptr<const Estate> estate)
    : estate_(estate ? std::move(estate) : std::make_shared<const Estate>()) {
  nodes_.emplace_back();
  nodes_[kOutside].outdoors = true;
  for (const Site& site : estate_->sites) add_site(site);
  reached_from_.resize(nodes_.size());
}

void Topology::both(Node a, Node b) {
  nodes_[a].edges.push_back({b, Gate::free, false, nullptr});
  nodes_[b].edges.push_back({a, Gate::free, false, nullptr});
}

void Topology::add_site(const Site& site) {
  for (const Unit& unit : site.units)
    if (by_unit_.emplace(unit.id, static_cast<Node>(nodes_.size())).second) {
      nodes_.emplace_back();
      nodes_.back().unit = &unit;
    }
  Node stairs = kNowhere;
  for (const Unit& unit : site.units) {
    const Node at = by_unit_.at(unit.id);
    if (!unit.within.empty())
      if (const auto outer = by_unit_.find(unit.within); outer != by_unit_.end()) nodes_[at].within = outer->second;
    const Level* level = site.level(unit.level_id);
    if (outdoors(unit) || (level != nullptr && level->outdoor)) {
      nodes_[at].outdoors = true;
      both(at, kOutside);
    }
    if (!upright(unit)) continue;
    if (stairs == kNowhere)
      stairs = at;
    else
      both(stairs, at);
  }
  std::map<std::string, std::pair<bool, bool>> read;  // opening → in, out
  for (const Device& d : site.devices) {
    if (d.kind != DeviceKind::reader || d.opening_id.empty()) continue;
    const auto door = std::find_if(site.devices.begin(), site.devices.end(), [&](const Device& o) {
      return o.kind == DeviceKind::door && o.opening_id == d.opening_id;
    });
    if (door == site.devices.end()) continue;
    const Unit* inner = sides_of(site, *door).first;
    const bool inside = inner != nullptr && d.unit_id == inner->id;
    (inside ? read[d.opening_id].second : read[d.opening_id].first) = true;
  }
  std::map<std::string, bool> guarded;  // openings with a door of ours
  for (const Device& d : site.devices)
    if (d.kind == DeviceKind::door) {
      if (!d.opening_id.empty()) guarded[d.opening_id] = true;
      const auto it = read.find(d.opening_id);
      add_door(site, d, it != read.end() && it->second.first, it != read.end() && it->second.second);
    }
  for (const Opening& o : site.openings) {
    if (guarded.contains(o.id) || (o.unit_a.empty() && o.unit_b.empty())) continue;
    const Node a = node(o.unit_a), b = node(o.unit_b);
    if (a != kNowhere && b != kNowhere) both(a, b);
  }
}

void Topology::add_door(const Site& site, const Device& door, bool in, bool out) {
  const auto [inner, outer] = sides_of(site, door);
  const Opening* opening = site.opening(door.opening_id);
  Sides sides;
  if (inner != nullptr) sides.inner = node(inner->id);
  if (outer != nullptr)
    sides.outer = node(outer->id);
  else if (opening != nullptr && inner != nullptr)
    sides.outer = kOutside;
  else if (inner != nullptr && !inner->within.empty())
    sides.outer = node(inner->within);  // the plan does not say where it leads to
  doors_.emplace(&door, sides);
  if (sides.inner == kNowhere || sides.outer == kNowhere) return;
  const bool exit = opening != nullptr && opening->category.starts_with("emergencyexit");
  const Gate unread = exit ? Gate::shut : Gate::free;
  const Gate inwards = in ? Gate::read : out ? Gate::shut : unread;
  const Gate outwards = out ? Gate::read : in ? Gate::free : unread;
  nodes_[sides.outer].edges.push_back({sides.inner, inwards, false, &door});
  nodes_[sides.inner].edges.push_back({sides.outer, outwards, true, &door});
}

Topology::Node Topology::node(std::string_view unit) const {
  if (unit.empty()) return kOutside;
  const auto it = by_unit_.find(std::string(unit));
  return it == by_unit_.end() ? kNowhere : it->second;
}

const Topology::Sides* Topology::sides(const Device& door) const {
  const auto it = doors_.find(&door);
  return it == doors_.end() ? nullptr : &it->second;
}

void Topology::walk(Node from, const Opened* opened, const std::function<bool(Node)>& stop) const {
  std::vector<bool> seen(nodes_.size());
  std::vector<Node> next{from};
  seen[from] = true;
  while (!next.empty()) {
    const Node at = next.back();
    next.pop_back();
    if (stop(at)) return;
    for (const Edge& e : nodes_[at].edges) {
      if (seen[e.to]) continue;
      if (e.gate != Gate::free && (opened == nullptr || e.door == nullptr || !(*opened)(*e.door))) continue;
      seen[e.to] = true;
      next.push_back(e.to);
    }
  }
}

bool Topology::free(Node from, Node to) const {
  if (from >= nodes_.size() || to >= nodes_.size()) return false;
  std::vector<bool>& row = reached_from_[from];
  if (row.empty()) {
    row.resize(nodes_.size());
    walk(from, nullptr, [&](Node at) {
      row[at] = true;
      return false;
    });
  }
  return row[to];
}

Topology::Way Topology::way(Node from, Node to, const Opened& opened) const {
  Way out;
  if (from >= nodes_.size() || to >= nodes_.size()) return out;
  struct Seen {
    std::uint32_t badges = 0xFFFFFFFF;
    Node before = kNowhere;
    const Edge* by = nullptr;
  };
  std::vector<Seen> seen(nodes_.size());
  std::deque<std::pair<std::uint32_t, Node>> next{{0, from}};
  seen[from].badges = 0;
  while (!next.empty()) {
    const auto [badges, at] = next.front();
    next.pop_front();
    if (badges != seen[at].badges) continue;
    if (at == to) break;
    for (const Edge& e : nodes_[at].edges) {
      const bool unread = e.gate == Gate::free || (e.door != nullptr && opened(*e.door));
      if (!unread && e.gate == Gate::shut) continue;
      const std::uint32_t cost = badges + (unread ? 0 : 1);
      if (cost >= seen[e.to].badges) continue;
      seen[e.to] = {cost, at, unread ? nullptr : &e};
      if (unread)
        next.emplace_front(cost, e.to);
      else
        next.emplace_back(cost, e.to);
    }
  }
  out.known = seen[to].badges != 0xFFFFFFFF;
  if (!out.known) return out;
  for (Node at = to; at != from; at = seen[at].before)
    if (seen[at].by != nullptr) out.steps.push_back({seen[at].by->door, seen[at].by->outward});
  std::reverse(out.steps.begin(), out.steps.end());
  return out;
}

bool Topology::within(Node at, Node zone) const {
  for (int i = 0; at < nodes_.size() && i < kDeepest; at = nodes_[at].within, ++i)
    if (at == zone) return true;
  return false;
}

bool Topology::held(Node at, Node zone, const Opened& opened) const {
  if (at >= nodes_.size()) return false;
  bool out = true;
  walk(at, &opened, [&](Node there) {
    out = within(there, zone);
    return !out;
  });
  return out;
}

bool Topology::held(Node at, const Opened& opened) const {
  if (at >= nodes_.size()) return false;
  const bool outside = nodes_[at].outdoors;
  if (!outside && free(at, kOutside)) return false;
  bool out = true;
  walk(at, &opened, [&](Node there) {
    out = nodes_[there].outdoors == outside;
    return !out;
  });
  return out;
}

}  // namespace wf::fusion
