#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/model/entity.hpp"
#include "proto/time.hpp"

namespace wf {

/// WGS84, degrees.
struct LonLat {
  double lon = 0, lat = 0;
};

/// Metres in the site's local plane: x east, y north of Site::origin.
struct Point {
  float x = 0, y = 0;
};

using Ring = std::vector<Point>;  ///< not closed: the last point differs from the first
struct Polygon {
  Ring outer;
  std::vector<Ring> holes;
  std::vector<std::uint32_t> triangles;  ///< index triples into outer then holes, concatenated
};

struct Bounds {
  Point min{0, 0}, max{0, 0};
};

/// IMDF unit: a room, corridor, stairwell… A unit is what Watchfloor calls a zone.
struct Unit {
  std::string id, name, category;  ///< category as IMDF 1.0 lists them, plus ours in devices.yaml `zones`
  std::string level_id;
  std::vector<Polygon> polygons;
  Point label{};          ///< a point well inside
  float label_width = 0;  ///< metres of free width around the label
  Bounds bounds;
  std::uint8_t criticality = 1;      ///< 1 normal … 4 vital, from devices.yaml
  std::vector<std::string> aliases;  ///< names that sources use for it
  std::string within;                ///< the unit that one must be in before this one; never a circle
  std::uint32_t limit = 0;           ///< most people in it and in what is within it; 0: no limit
};

/// IMDF opening.
struct Opening {
  std::string id, name, category, level_id;
  Point a{}, b{};              ///< ends of the gap
  std::string unit_a, unit_b;  ///< ids of the units it joins; empty: outside or not found
  bool has_door = false;
  std::string door_type;
};

struct Fixture {
  std::string id, category, level_id;
  std::vector<Polygon> polygons;
};

/// IMDF detail: lines for the eye alone, such as stair treads and road markings.
struct Detail {
  std::string id, level_id;
  std::vector<Ring> lines;  ///< open lines
};

struct Level {
  std::string id, name, short_name, building_id;
  int ordinal = 0;
  bool outdoor = false;
  std::vector<Polygon> polygons;
  Bounds bounds;
};

struct Building {
  std::string id, name, category;
  std::vector<Polygon> footprint;
  Bounds bounds;
};

enum class DeviceKind : std::uint8_t { door, reader, camera, host, network, controller, sensor, guard_post };

/// A device of devices.yaml, placed on the venue.
struct Device {
  std::string id, name;
  DeviceKind kind = DeviceKind::host;
  std::string level_id, unit_id, opening_id;
  Point position{};
  bool placed = false;               ///< position is known
  float heading = 0;                 ///< camera: degrees clockwise from north
  float field_of_view = 0;           ///< camera: degrees
  float range = 0;                   ///< camera: metres
  std::string address;               ///< host: IP address, when it has one
  std::vector<std::string> aliases;  ///< names that sources use for it
  std::vector<std::string> covers;   ///< camera: unit or device ids that it watches
  std::string owner;                 ///< host: person id
  std::uint8_t criticality = 1;
  bool egress = false;          ///< door on an escape route: never locked against leaving
  std::string tailgating = {};  ///< door: what two people on one badge are: log, challenge, dispatch; empty: challenge
  std::string behind = {};      ///< the device without which this one is not heard of: its switch, its controller
};

/// Where an agent's messages come from.
struct AgentPlace {
  std::string name;
  std::string behind;  ///< the device that they pass
};

struct Person {
  std::string id, name, role, department, site_id;
  std::vector<std::string> credentials, accounts;
  std::vector<std::string> aliases = {};  ///< names that sources use for them
  UtcNs from = 0, until = 0;              ///< belongs to the house in [from, until); 0: without an end
};

/// What the directory says of one credential or account: whose, and when. The same name may be given to somebody
/// else once its time is over.
struct Issued {
  enum class State : std::uint8_t { active, not_yet, expired, replaced, revoked };
  std::string id;
  std::vector<std::string> aliases;  ///< names that sources use for it
  std::string person;                ///< whose; empty: nobody's, as a visitor's badge
  UtcNs from = 0, until = 0;         ///< valid in [from, until); 0: without an end
  UtcNs revoked = 0;                 ///< since when; 0: never
  std::string replaced_by;           ///< the one that took its place
  UtcNs replaced = 0;                ///< since when; 0: as long as replaced_by is known

  [[nodiscard]] State state(UtcNs at) const;
  /// When it ends by any of these; the greatest time if never.
  [[nodiscard]] UtcNs end() const;
};
/// "active", "not yet", "expired", "replaced", "revoked".
[[nodiscard]] std::string_view name_of(Issued::State state);

/// Whom a site wants told of an incident, by telephone.
struct Contact {
  std::string who, number;                        ///< number: as it is dialled, for people
  Priority from = Priority::medium;               ///< of this priority or worse
  std::array<bool, 3> domains{true, true, true};  ///< of incidents that touch one of these; indexed by Domain
};

/// One venue with its devices.
struct Site {
  std::string id, name, short_name, locality, time_zone;  ///< time_zone: IANA name
  LonLat origin;                                          ///< of the local plane: the venue's display point
  Bounds bounds;
  std::vector<Polygon> venue;
  std::vector<Building> buildings;
  std::vector<Level> levels;  ///< by building, then ordinal
  std::vector<Unit> units;
  std::vector<Opening> openings;
  std::vector<Fixture> fixtures;
  std::vector<Detail> details;
  std::vector<Device> devices;
  std::vector<AgentPlace> agents;  ///< those that hang behind a device
  std::vector<Contact> calls;      ///< in the order in which they are called

  [[nodiscard]] const Level* level(std::string_view id) const;
  [[nodiscard]] const Unit* unit(std::string_view id) const;
  [[nodiscard]] const Opening* opening(std::string_view id) const;
  [[nodiscard]] const Device* device(std::string_view id) const;
  [[nodiscard]] const Building* building(std::string_view id) const;

  /// Ids to positions in the vectors above; made by index().
  std::unordered_map<std::string, std::uint32_t> level_index, unit_index, opening_index, device_index, building_index;
  void index();
};

/// Why a door of the site is never locked, in words for people: emergency exits, and doors without a declared way out.
/// Empty: it may be locked, against entry.
[[nodiscard]] std::string why_never_locked(const Site& site, const Device& door);

/// Where something of an estate is.
struct DevicePlace {
  const Site* site = nullptr;
  const Device* device = nullptr;
};

struct UnitPlace {
  const Site* site = nullptr;
  const Unit* unit = nullptr;
};

/// All sites that one engine guards, and its directory of people. Immutable after loading.
struct Estate {
  std::vector<Site> sites;
  std::vector<Person> people;
  /// Those that the directory says more of than whose they are. Times of one name never overlap.
  std::vector<Issued> credentials, accounts;

  [[nodiscard]] const Site* site(std::string_view id) const;
  [[nodiscard]] const Person* person(std::string_view id) const;
  [[nodiscard]] const Person* person_by_credential(std::string_view credential) const;
  [[nodiscard]] const Person* person_by_account(std::string_view account) const;  ///< letters' case is ignored
  [[nodiscard]] const Person* person_by_alias(std::string_view alias) const;
  /// By id or alias: of several the one whose time has begun last at `at`, or the first to come. Null: the directory
  /// says nothing of it but, perhaps, whose it is.
  [[nodiscard]] const Issued* credential(std::string_view name, UtcNs at) const;
  [[nodiscard]] const Issued* account(std::string_view name, UtcNs at) const;  ///< letters' case is ignored
  /// Finds a device by id, alias, name or address, in any site.
  [[nodiscard]] DevicePlace find_device(std::string_view name) const;
  /// Finds a unit by id, alias, or a name that no other unit of the estate has.
  [[nodiscard]] UnitPlace find_unit(std::string_view name) const;
  /// Path for people: site, building if there are several, level, unit.
  [[nodiscard]] std::vector<std::string> place_path(const Site& site, std::string_view level_id,
                                                    std::string_view unit_id) const;

  std::unordered_map<std::string, std::uint32_t> person_index, credential_index, account_index, alias_index;
  std::unordered_map<std::string, std::vector<std::uint32_t>> issued_credentials, issued_accounts;  ///< by time
  std::unordered_map<std::string, std::pair<std::uint32_t, std::uint32_t>> device_names;  ///< → site, device
  std::unordered_map<std::string, std::pair<std::uint32_t, std::uint32_t>> unit_names;    ///< → site, unit
  /// Fills all indices, of the sites too. Call once after the vectors are final.
  void index();
};

}  // namespace wf
