#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/model/entity.hpp"
#include "console/model/site.hpp"
#include "proto/event.hpp"

namespace wf::fusion {

/// What the directory knows of one event. Pointers lead into the Estate and live as long as it does.
struct Facts {
  const Site* site = nullptr;
  const Level* level = nullptr;
  const Unit* unit = nullptr;  ///< where it is: the zone behind a door, of a host, that a camera watches
  const Device* door = nullptr;
  const Device* reader = nullptr;
  const Device* camera = nullptr;
  const Device* host = nullptr;      ///< that the event is about
  const Device* src_host = nullptr;  ///< by address
  const Device* dst_host = nullptr;
  const Person* person = nullptr;
  const Issued* credential = nullptr;  ///< what the directory says of it beyond whose it is
  const Issued* account = nullptr;
  Issued::State credential_state = Issued::State::active, account_state = Issued::State::active;
  const Unit* outer = nullptr;       ///< the other side of the door
  std::vector<const Unit*> zones;    ///< units that the event concerns; a camera's are those it watches
  std::vector<const Device*> doors;  ///< doors that it concerns; a camera's are those it watches
  std::uint8_t criticality = 1;      ///< highest of zone and devices
};

/// IMDF 1.0 unit categories through which everybody walks. Defined in enrich.cpp.
[[nodiscard]] bool thoroughfare(const Unit& unit);

/// How an event touches an entity. Two events are tied when they touch the same one; join.cpp weighs the pairs.
enum class Tie : std::uint8_t {
  door,          ///< it happened at this door
  door_watched,  ///< its camera watches this door
  zone,          ///< it happened in this zone, or at a door into it
  zone_watched,  ///< its camera watches this zone
  zone_of_host,  ///< its host stands in this zone
  zone_beside,   ///< the zone on the other side of its door
  person,        ///< this person did it
  owner,         ///< this person owns its host
  credential,
  camera,
  host,
  source,  ///< this address began it
  target,  ///< this address was its target
  account,
  agent,  ///< what the engine says of this agent
  point   ///< this measured or supervised point
};
inline constexpr std::size_t kTies = 16;

struct Link {
  Tie tie = Tie::host;
  bool thoroughfare = false;  ///< a zone through which everybody walks; it says little
  std::string key;            ///< the entity: "door D-231", "zone U-17", "address 10.1.2.3"…
  bool operator==(const Link&) const = default;
};

/// What fusion remembers of an event: enough for a line of an incident and for joining.
struct Digest {
  UtcNs time = 0;
  std::string event_id, kind;
  std::string once, many, brief;  ///< words.hpp
  std::string condition = {};     ///< that it begins (conditions.hpp); empty: none
  std::string fold;               ///< events of one incident with equal `fold` are one line with a count; empty: never
  /// The same for context, where less detail matters: one signature from one address, whatever it was aimed at.
  /// Empty: as above.
  std::string wide_fold, wide_many;
  Domain domain = Domain::network;
  bool drill = false, life_safety = false;
  bool late = false;  ///< logged more than 15 minutes after it happened
  std::string site_id, level_id, unit_id, device_id;
  std::vector<EntityRef> entities;
  std::vector<Link> links;
  std::uint8_t criticality = 1;
  /// Hashes, at most Contribution::kMostAttachments. Some come later than the event.
  mutable std::vector<std::string> attachments = {};
  mutable std::string not_kept = {};  ///< why its agent could not keep one
  mutable std::uint64_t home = 0;     ///< the incident that it was put into; 0: none. Fusion's bookkeeping
};

}  // namespace wf::fusion
