#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::network {

/// "udp://HOST:PORT", "tcp://HOST:PORT", "tls://HOST:PORT", or HOST:PORT for UDP and TCP.
struct ListenAddress {
  bool udp = false, tcp = false, tls = false;
  std::string host;  ///< numeric; empty: every address of IPv4
  std::uint16_t port = 0;
  std::string text;
};
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace wf::network
