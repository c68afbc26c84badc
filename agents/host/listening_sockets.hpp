#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace wf::host {

/// A socket that others can reach: TCP that listens, UDP without a peer.
struct ListeningSocket {
  std::string protocol;  ///< "tcp", "udp"
  std::string address;   ///< "0.0.0.0", "::", "192.0.2.1"
  std::uint16_t port = 0;
  std::uint32_t uid = 0;
  std::uint32_t inode = 0;  ///< by which a process is found
  [[nodiscard]] std::string name() const {
    return protocol + " " + (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" +
           std::to_string(port);
  }
};

/// At most; a machine with more has the rest left out.
inline constexpr std::size_t kMostSockets = 1024;
/// By name(). Several of one name (SO_REUSEPORT) are one.
using ListeningSockets = std::map<std::string, ListeningSocket>;

/// What the kernel says now (sock_diag(7)); needs no right.
[[nodiscard]] Result<ListeningSockets> listening_sockets();

/// Who has a socket open.
struct SocketOwner {
  std::uint32_t pid = 0;  ///< 0: not found, or not permitted to see
  std::string name, exe, command_line;
};
/// Owners of sockets by inode. Looks through /proc, of which a user sees its own processes only, and with
/// CAP_SYS_PTRACE those of all.
[[nodiscard]] std::map<std::uint32_t, SocketOwner> socket_owners(const std::vector<std::uint32_t>& inodes);

}  // namespace wf::host
