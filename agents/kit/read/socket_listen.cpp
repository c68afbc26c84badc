#include "agents/kit/read/socket_listen.hpp"

#include <netdb.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace wf::kit {
namespace {

constexpr int kBacklog = 32;

std::string to_do(int error) {
  if (error == EADDRINUSE) return "another program listens there; stop it, or choose another port";
  if (error == EADDRNOTAVAIL) return "this machine has no such address";
  if (error == EACCES) return "choose a port above 1023, or let the service have CAP_NET_BIND_SERVICE";
  return "check the address";
}

}  // namespace

std::string SocketAddress::host() const {
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(get(), size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) return "?";
  const std::string out = text.data();
  return out.starts_with("::ffff:") ? out.substr(7) : out;
}

Result<Descriptor> listen_on(const std::string& host, std::uint16_t port, int type, const std::string& shown) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_family = host.empty() ? AF_INET : AF_UNSPEC;
  hints.ai_socktype = type;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.empty() ? nullptr : host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return Error{"'" + host + "' is no address to listen on", shown, "write a numeric one, like 0.0.0.0 or [::]"};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> keep(found, ::freeaddrinfo);
  Descriptor out(::socket(found->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  const bool stream = type == SOCK_STREAM;
  // Of a datagram socket it would let a second receiver take this one's place.
  if (out.open() && stream) (void)::setsockopt(out.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!out.open() || ::bind(out.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      (stream && ::listen(out.get(), kBacklog) != 0)) {
    const int error = errno;
    return Error{std::string("cannot listen: ") + std::strerror(error), shown, to_do(error)};
  }
  return out;
}

std::uint16_t port_of(const Descriptor& socket) {
  SocketAddress address;
  if (::getsockname(socket.get(), address.get(), &address.size) != 0) return 0;
  return ntohs(address.storage.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port
                   : reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
}

}  // namespace wf::kit
