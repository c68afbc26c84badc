#include "agents/host/listening_sockets.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <memory>

#include "agents/kit/descriptor.hpp"

namespace wf::host {
namespace {

// enum of net/tcp_states.h, which user space has no header of: UDP without a peer is TCP_CLOSE.
constexpr std::uint32_t kListen = 1U << 10U, kUnconnected = 1U << 7U;
constexpr int kPatience = 1000;
constexpr std::size_t kMostCommandLine = 4096;

Error refused(int code) {
  return {std::string("the kernel does not tell of sockets: ") + std::strerror(code), "listening",
          "allow AF_NETLINK to the service (RestrictAddressFamilies=)"};
}

void take(const inet_diag_msg& found, const char* protocol, ListeningSockets& out) {
  if (out.size() >= kMostSockets) return;
  ListeningSocket s;
  s.protocol = protocol;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (found.idiag_family != AF_INET && found.idiag_family != AF_INET6) return;
  ::inet_ntop(found.idiag_family, found.id.idiag_src, text.data(), text.size());
  s.address = text.data();
  s.port = ntohs(found.id.idiag_sport);
  s.uid = found.idiag_uid;
  s.inode = found.idiag_inode;
  if (s.port != 0) out.emplace(s.name(), std::move(s));
}

Result<void> dump(int fd, std::uint8_t family, std::uint8_t protocol, ListeningSockets& out) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } ask{};
  ask.header.nlmsg_len = sizeof ask;
  ask.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  ask.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  ask.request.sdiag_family = family;
  ask.request.sdiag_protocol = protocol;
  ask.request.idiag_states = protocol == IPPROTO_TCP ? kListen : kUnconnected;
  if (::send(fd, &ask, sizeof ask, 0) < 0) return refused(errno);
  alignas(nlmsghdr) std::array<char, 32U << 10U> buffer;
  for (;;) {
    pollfd wait{fd, POLLIN, 0};
    if (::poll(&wait, 1, kPatience) <= 0) return refused(ETIMEDOUT);
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return refused(errno);
    std::size_t at = 0;
    const auto size = static_cast<std::size_t>(n);
    while (at + sizeof(nlmsghdr) <= size) {
      nlmsghdr header{};
      std::memcpy(&header, buffer.data() + at, sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - at) break;
      if (header.nlmsg_type == NLMSG_DONE) return {};
      if (header.nlmsg_type == NLMSG_ERROR) {
        nlmsgerr error{};
        if (header.nlmsg_len >= sizeof header + sizeof error)
          std::memcpy(&error, buffer.data() + at + sizeof header, sizeof error);
        return refused(-error.error);
      }
      if (header.nlmsg_len >= sizeof header + sizeof(inet_diag_msg)) {
        inet_diag_msg found{};
        std::memcpy(&found, buffer.data() + at + sizeof header, sizeof found);
        take(found, protocol == IPPROTO_TCP ? "tcp" : "udp", out);
      }
      at += NLMSG_ALIGN(header.nlmsg_len);
    }
  }
}

std::string first_of(const std::string& path, std::size_t most) {
  std::ifstream in(path, std::ios::binary);
  std::string out(most, '\0');
  in.read(out.data(), static_cast<std::streamsize>(most));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  while (!out.empty() && (out.back() == '\0' || out.back() == '\n')) out.pop_back();
  std::replace(out.begin(), out.end(), '\0', ' ');
  return out;
}

std::string link_of(const std::string& path) {
  std::array<char, 4096> text;
  const ssize_t n = ::readlink(path.c_str(), text.data(), text.size());
  return n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : std::string();
}

struct Close {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, Close>;

}  // namespace

Result<ListeningSockets> listening_sockets() {
  const kit::Descriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd.open()) return refused(errno);
  ListeningSockets out;
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}})
    for (const std::uint8_t protocol : {std::uint8_t{IPPROTO_TCP}, std::uint8_t{IPPROTO_UDP}})
      // A kernel without the module for UDP tells of TCP all the same.
      if (Result<void> done = dump(fd.get(), family, protocol, out);
          !done && protocol == IPPROTO_TCP && family == AF_INET)
        return done.error();
  return out;
}

std::map<std::uint32_t, SocketOwner> socket_owners(const std::vector<std::uint32_t>& inodes) {
  std::map<std::uint32_t, SocketOwner> out;
  const Folder proc(::opendir("/proc"));
  if (proc == nullptr) return out;
  while (const dirent* process = ::readdir(proc.get())) {
    const std::string_view name = process->d_name;
    std::uint32_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    const std::string folder = "/proc/" + std::string(name);
    const Folder files(::opendir((folder + "/fd").c_str()));
    if (files == nullptr) continue;
    while (const dirent* file = ::readdir(files.get())) {
      if (file->d_name[0] == '.') continue;
      const std::string link = link_of(folder + "/fd/" + file->d_name);
      if (!link.starts_with("socket:[")) continue;
      std::uint32_t inode = 0;
      std::from_chars(link.data() + 8, link.data() + link.size(), inode);
      // The oldest process that has it is the one that opened it, mostly; its children have it too.
      if (std::find(inodes.begin(), inodes.end(), inode) == inodes.end() || out.count(inode) != 0) continue;
      out[inode] = {pid, first_of(folder + "/comm", 64), link_of(folder + "/exe"),
                    first_of(folder + "/cmdline", kMostCommandLine)};
    }
    if (out.size() == inodes.size()) break;
  }
  return out;
}

}  // namespace wf::host
