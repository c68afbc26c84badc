#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/model/site.hpp"

namespace wf::fusion {

/// Where people of an estate can walk, and which of it a badge tells: units and the one outside, the openings and
/// doors between them. Immutable but for what it remembers of its own answers; one thread.
///
/// An opening without a door of devices.yaml is free. A door is read in the directions in which a reader hangs: one
/// in the unit that the door guards reads the way out, any other the way in. A direction without a reader is free
/// outwards and shut inwards. A door without readers is free both ways, but an emergency exit is shut until it says
/// that it opened. Stairs, lifts, ramps and escalators of one site are one; what is outdoors is outside.
class Topology {
 public:
  using Node = std::uint32_t;
  static constexpr Node kOutside = 0, kNowhere = 0xFFFFFFFF;
  /// Was this door opened without a badge since the moment in question?
  using Opened = std::function<bool(const Device& door)>;

  /// The two sides of a door.
  struct Sides {
    Node inner = kNowhere, outer = kNowhere;
  };
  /// A passage that a badge would have told.
  struct Step {
    const Device* door = nullptr;
    bool outward = false;
  };
  struct Way {
    bool known = false;       ///< there is a way at all; if not, the plan says too little to judge
    std::vector<Step> steps;  ///< the fewest badges that it takes
  };

  explicit Topology(std::shared_ptr<const Estate> estate);

  /// By id; kOutside for an empty one, kNowhere for one that the estate does not know.
  [[nodiscard]] Node node(std::string_view unit) const;
  [[nodiscard]] const Sides* sides(const Device& door) const;
  /// Can somebody get there without a badge and without a door that says so?
  [[nodiscard]] bool free(Node from, Node to) const;
  /// The way with the fewest badges; doors that were opened cost none. Of equals the one found first.
  [[nodiscard]] Way way(Node from, Node to, const Opened& opened) const;
  /// Is `at` this zone, or within it?
  [[nodiscard]] bool within(Node at, Node zone) const;
  /// The zone that this one lies within; kNowhere if none.
  [[nodiscard]] Node outer(Node zone) const { return zone < nodes_.size() ? nodes_[zone].within : kNowhere; }
  /// The unit of a node; null for the outside.
  [[nodiscard]] const Unit* unit(Node at) const { return at < nodes_.size() ? nodes_[at].unit : nullptr; }
  /// True if somebody who was in `at` is still in `zone` or what is within it, unless a badge told otherwise.
  [[nodiscard]] bool held(Node at, Node zone, const Opened& opened) const;
  /// True if somebody inside is still inside, or somebody outside still outside, unless a badge told otherwise.
  [[nodiscard]] bool held(Node at, const Opened& opened) const;

 private:
  enum class Gate : std::uint8_t { free, read, shut };
  struct Edge {
    Node to = kNowhere;
    Gate gate = Gate::free;
    bool outward = false;
    const Device* door = nullptr;
  };
  struct Room {
    const Unit* unit = nullptr;
    Node within = kNowhere;
    bool outdoors = false;
    std::vector<Edge> edges;
  };
  void add_site(const Site& site);
  void add_door(const Site& site, const Device& door, bool in, bool out);
  void both(Node a, Node b);
  /// All that can be reached from a node; `stop` ends the walk.
  void walk(Node from, const Opened* opened, const std::function<bool(Node)>& stop) const;

  std::shared_ptr<const Estate> estate_;
  std::vector<Room> nodes_;
  std::unordered_map<std::string, Node> by_unit_;
  std::unordered_map<const Device*, Sides> doors_;       ///< only looked into
  mutable std::vector<std::vector<bool>> reached_from_;  ///< answers of free(), a row when it is first asked for
};

/// IMDF categories, and ours, of units that are not in a building.
[[nodiscard]] bool outdoors(const Unit& unit);

}  // namespace wf::fusion
