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
  const Unit* outer = nullptr;       ///< the other side of the door
  std::vector<const Unit*> zones;    ///< units that the event concerns; a camera's are those it watches
  std::vector<const Device*> doors;  ///< doors that it concerns; a camera's are those it watches
  std::uint8_t criticality = 1;      ///< highest of zone and devices
};

/// What fusion remembers of an event: enough for a line of an incident and for joining.
struct Digest {
  UtcNs time = 0;
  std::string event_id, kind, text;
  Domain domain = Domain::network;
  bool drill = false;
  std::string site_id, level_id, unit_id, device_id;
  std::vector<EntityRef> entities;
  std::vector<std::string> keys;  ///< what it can be joined by: "door:D-231", "zone:U-17", "src:10.1.2.3"…
  std::uint8_t criticality = 1;
};

}  // namespace wf::fusion
