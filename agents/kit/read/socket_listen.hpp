#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "agents/kit/descriptor.hpp"
#include "proto/result.hpp"

namespace wf::kit {

/// An address and port of a peer or of our own.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  /// The numeric address without its port; an IPv4 address mapped into IPv6 as IPv4.
  [[nodiscard]] std::string host() const;
};

/// A non-blocking socket (SOCK_STREAM: listening) on a numeric address; an empty host is every address of IPv4.
[[nodiscard]] Result<Descriptor> listen_on(const std::string& host, std::uint16_t port, int type,
                                           const std::string& shown);
/// The port that a socket got.
[[nodiscard]] std::uint16_t port_of(const Descriptor& socket);

}  // namespace wf::kit
