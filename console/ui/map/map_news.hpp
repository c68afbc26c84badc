#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "console/model/snapshot.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/map/map_level.hpp"
#include "console/ui/map/map_route.hpp"
#include "console/ui/standing.hpp"

namespace wf::ui {

/// The worst open incident of a place. Shelved ones do not count: nobody is called for them now.
struct PlaceNews {
  bool any = false;
  Priority worst = Priority::low;
  bool held = true;  ///< somebody has every one of the worst priority
  std::uint32_t incidents = 0;
  std::uint64_t incident = 0;  ///< the worst one, first of the wall
  std::uint32_t people = 0;
  bool people_known = false;

  [[nodiscard]] MarkState mark() const { return held ? MarkState::held : MarkState::open; }
  void take(const Standing::Row& row);
  bool operator==(const PlaceNews&) const = default;
};

/// What a snapshot says about places: made once for each snapshot, not for each frame.
class EstateNews {
 public:
  /// True when something of it is another than before.
  bool update(const Standing& standing);

  [[nodiscard]] const PlaceNews& of_site(std::size_t site) const;
  /// Of a level or unit of estate().
  [[nodiscard]] const PlaceNews& of_level(const Level& level) const;
  [[nodiscard]] const PlaceNews& of_unit(const Unit& unit) const;
  [[nodiscard]] const Estate* estate() const { return estate_.get(); }
  [[nodiscard]] const std::shared_ptr<const std::map<std::string, DeviceState>>& devices() const { return devices_; }
  /// Goes up when anything of it changed: a snapshot that says the same of every place is no news.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  void gather(const Standing& standing);

  std::shared_ptr<const Estate> estate_;
  std::shared_ptr<const std::map<std::string, DeviceState>> devices_;
  std::shared_ptr<const std::map<std::string, std::uint32_t>> people_;
  std::uint64_t standing_ = 0, generation_ = 0;  ///< standing_: version of what was taken
  std::vector<PlaceNews> sites_;
  std::unordered_map<const Level*, PlaceNews> levels_;
  std::unordered_map<const Unit*, PlaceNews> units_;
};

enum class DoorLeaf : std::uint8_t { closed, open, held, forced };
[[nodiscard]] DoorLeaf leaf_of(const DeviceState* state);
/// A camera whose picture is missing or useless.
[[nodiscard]] bool without_picture(const DeviceState* state);

/// One unit of the shown level that has open incidents.
struct UnitNews {
  std::uint32_t floor = 0;
  PlaceNews news;
};

/// What the shown level's drawing needs of the snapshot.
struct LevelNews {
  std::vector<const DeviceState*> states;  ///< by LevelPlan::devices; null: nothing heard
  std::vector<const DeviceState*> doors;   ///< by LevelPlan::doors
  std::vector<const DeviceState*> cones;   ///< by LevelPlan::cones
  std::vector<UnitNews> units;
  std::vector<std::int32_t> people;  ///< by floor; −1 not known
  std::uint32_t cameras = 0, without_picture = 0;
  UtcNs without_picture_since = 0;
  std::uint64_t cover_key = 0;  ///< changes with the set of cameras that have a picture

  void update(const LevelPlan& plan, const EstateNews& news, const Snapshot& snapshot);

 private:
  void find_states(const LevelPlan& plan, const std::map<std::string, DeviceState>* all);
  std::shared_ptr<const std::map<std::string, DeviceState>> states_of;  ///< the pointers point into them
};

/// One numbered place of the selected incident's path; several lines of its why may share one.
struct PathStop {
  Point at{};
  int first = 1, last = 1;  ///< positions in Incident::why, from 1
  float along = 0;          ///< metres from the path's beginning
  int device = -1;          ///< position in LevelPlan::devices of the host or the like that stands here; −1: none
};
/// From one stop to the next.
struct PathLeg {
  std::vector<Point> way;
  bool known = true;  ///< false: no way is known, a straight line stands for it
};
/// The selected incident on the shown level, in time order.
struct IncidentPath {
  std::vector<PathStop> stops;
  std::vector<PathLeg> legs;  ///< between stops: one fewer
  float metres = 0;
  UtcNs from = 0, to = 0;
  int elsewhere = 0;  ///< lines of the why that are not on this level
};
[[nodiscard]] IncidentPath path_of(const Incident& incident, const LevelPlan& plan, const MapRoutes& routes);

}  // namespace wf::ui
