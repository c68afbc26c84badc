#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::http {

/// An address of http, https, rtsp, rtsps, mqtt or mqtts (RFC 3986), without a user.
struct Address {
  std::string scheme;
  std::string host;        ///< an IPv6 address without its brackets
  std::uint16_t port = 0;  ///< the scheme's own where none is written
  std::string path;        ///< with the query: "/onvif/device_service?x=1"; "/" where none is written
  bool path_given = false;

  [[nodiscard]] std::string text() const;
  /// "host", or "host:port" where it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
  bool operator==(const Address&) const = default;
};

/// Reads one. A user or password in it is refused, and no error repeats it.
[[nodiscard]] Result<Address> read_address(std::string_view text);

/// What a device calls one of its services, asked as it was configured: the path is its own; the port too, if it speaks
/// of the same host. A device behind address translation, or set up elsewhere, does not know how it is reached, and
/// none may send its password's digest to a host of its choice or from TLS to plain text.
[[nodiscard]] Address same_device(const Address& configured, std::string_view told);

}  // namespace wf::http
