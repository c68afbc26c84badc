#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

/// A port of this machine that nobody listens on just now. `type`: SOCK_STREAM or SOCK_DGRAM.
inline std::uint16_t free_port(int type = SOCK_STREAM) {
  const Result<kit::Descriptor> socket = kit::listen_on("127.0.0.1", 0, type, "test");
  REQUIRE(socket);
  return kit::port_of(*socket);
}

/// A socket that is connected to a port of this machine.
inline kit::Descriptor connected(std::uint16_t port, int type = SOCK_STREAM) {
  kit::Descriptor out(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(out.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  return out;
}

}  // namespace wf::test
