#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/time.hpp"

namespace wf::onvif {

/// What a device is asked.
enum class Request : std::uint8_t {
  clock,        ///< GetSystemDateAndTime, which needs no user
  information,  ///< GetDeviceInformation
  services,     ///< GetCapabilities
  create,       ///< CreatePullPointSubscription
  pull,
  renew,
  synchronize,  ///< SetSynchronizationPoint: all properties are told again
  unsubscribe,
  service_list,  ///< GetServices
  access_door,   ///< AccessDoor, UnlockDoor and LockDoor (Door Control 5.4): what may be done to a door
  unlock_door,
  lock_door,
  door_info,  ///< GetDoorInfo: which door it is, and what may be done to it
};

/// A WS-UsernameToken with a digest (OASIS UsernameToken Profile 1.0, 3.1), as a header's element: Base64(SHA-1(nonce +
/// created + password)). `created` is the time by the device's clock.
[[nodiscard]] std::string username_token(std::string_view user, std::string_view password,
                                         const std::array<std::uint8_t, 16>& nonce, UtcNs created);

/// The parts of a request that its kind does not say.
struct RequestParts {
  std::string to;                     ///< the whole address
  std::string security;               ///< username_token(), or nothing
  std::string parameters;             ///< a subscription's reference parameters, as XML
  std::array<std::uint8_t, 16> id{};  ///< of the message, random
  std::string time;    ///< create: InitialTerminationTime, none if empty; renew: TerminationTime; pull: Timeout;
                       ///< access_door: AccessTime, the device's own if empty
  std::string door;    ///< of the last four: its token
  unsigned limit = 0;  ///< pull: MessageLimit
};

/// A SOAP 1.2 envelope with WS-Addressing 1.0.
[[nodiscard]] std::string write_request(Request request, const RequestParts& parts);
/// Its wsa:Action, which also stands in Content-Type.
[[nodiscard]] std::string_view action_of(Request request);
/// The request's name, for messages.
[[nodiscard]] std::string_view name_of(Request request);
/// "PT10S"
[[nodiscard]] std::string duration_text(std::int64_t nanoseconds);

}  // namespace wf::onvif
