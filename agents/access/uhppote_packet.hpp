#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::access {

/// The event packet of a UHPPOTE controller (UT0311-L0x): 64 bytes, function 20 (B0: an event of its log that somebody
/// asked for), numbers little-endian, times BCD.
struct UhppotePacket {
  std::uint32_t serial = 0;
  std::uint32_t index = 0;  ///< of the event in the controller's log; 0: the log is empty
  std::uint8_t type = 0;    ///< 0 none, 1 swipe, 2 door, 3 alarm, 255 overwritten
  bool granted = false;
  std::uint8_t door = 0;       ///< 1 to 4
  std::uint8_t direction = 0;  ///< 1 in, 2 out
  std::uint32_t card = 0;
  std::uint8_t reason = 0;
  std::optional<UtcNs> local;  ///< the controller's civil time as if it were UTC; nothing: its clock is not set
};

inline constexpr std::size_t kUhppoteSize = 64;

[[nodiscard]] Result<UhppotePacket> parse_uhppote(std::string_view bytes);
/// Nothing: the packet tells of no event. `now`: the time of one whose own cannot be read.
[[nodiscard]] std::optional<Event> uhppote_event(const UhppotePacket& packet, kit::Zone& zone, UtcNs now);

}  // namespace wf::access
