#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/onvif/notice.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::onvif {

/// A door as GetDoorInfo tells of it (Door Control 5.2).
struct DoorInfo {
  std::string token, name;
  bool accesses = true, locks = true, unlocks = true;  ///< false: it says that it takes no AccessDoor, LockDoor…
};

/// What a device answered to a request (ONVIF Core: 8.4.7 GetSystemDateAndTime, 8.1.2 GetCapabilities, 8.1.1
/// GetServices, 9.4 pull points). What does not stand in the answer, or cannot be read, is empty.
struct Reply {
  std::string kind;            ///< of the body, without prefix: "PullMessagesResponse", "Fault"
  std::string fault;           ///< the device's words; empty: it did what it was asked
  bool unauthorized = false;   ///< the fault says that user, password or time were not accepted
  std::optional<UtcNs> clock;  ///< GetSystemDateAndTime's UTCDateTime
  std::string maker, model, firmware, serial;
  std::string event_service;  ///< address
  std::string media_service;  ///< address
  std::string door_service;   ///< address
  std::string subscription;   ///< address
  std::string parameters;     ///< the subscription's reference parameters, to be repeated in each header
  std::string profile;        ///< token of the first media profile
  std::string uri;            ///< of a snapshot
  std::optional<UtcNs> current, termination;
  std::vector<DoorInfo> doors;  ///< no more than kMostDoors
  std::vector<Notice> notices;
  std::size_t too_many = 0;  ///< notices beyond kMostNotices, left out
};

/// A device has no more than this to say at once.
inline constexpr std::size_t kMostNotices = 256, kMostDoors = 256;

/// Reads an answer, whatever its prefixes. An error: it is no XML, or nothing of SOAP.
[[nodiscard]] Result<Reply> read_reply(std::string_view xml);

}  // namespace wf::onvif
