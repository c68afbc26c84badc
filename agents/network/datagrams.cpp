#include "agents/network/datagrams.hpp"

#include <sys/uio.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace wf::network {
namespace {

constexpr int kBufferBytes = 4 << 20;

}  // namespace

void Datagrams::open(kit::Descriptor socket) {
  socket_ = std::move(socket);
  overflow_ = said_ = 0;
  const int on = 1;
  (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  // Beyond net.core.rmem_max only with CAP_NET_ADMIN.
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBufferBytes, sizeof kBufferBytes) != 0)
    (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof kBufferBytes);
  socklen_t size = sizeof buffer_bytes_;
  (void)::getsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes_, &size);
}

std::size_t Datagrams::receive(const Take& take) {
  if (!socket_.open()) return 0;
  // Not filled: pages that no datagram reaches stay the system's.
  if (!bytes_) bytes_.reset(new char[at_once_ * most_bytes_]);
  std::array<mmsghdr, kAtOnce> headers{};
  std::array<iovec, kAtOnce> vectors{};
  alignas(cmsghdr) std::array<std::array<char, CMSG_SPACE(sizeof(std::uint32_t))>, kAtOnce> control{};
  for (std::size_t i = 0; i < at_once_; ++i) {
    vectors[i] = {bytes_.get() + i * most_bytes_, most_bytes_};
    msghdr& header = headers[i].msg_hdr;
    header.msg_name = from_[i].get();
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
    header.msg_control = control[i].data();
    header.msg_controllen = control[i].size();
  }
  const int count = ::recvmmsg(socket_.get(), headers.data(), static_cast<unsigned>(at_once_), MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const msghdr& header = headers[at].msg_hdr;
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(const_cast<msghdr*>(&header), c))
      if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
        std::memcpy(&overflow_, CMSG_DATA(c), sizeof overflow_);
    kit::SocketAddress& from = from_[at];
    from.size = header.msg_namelen;
    // One sender sends many.
    if (from.size != last_from_.size || std::memcmp(from.get(), last_from_.get(), from.size) != 0 ||
        last_peer_.empty()) {
      last_from_ = from;
      last_peer_ = from.size == 0 ? std::string() : from.host();
    }
    take({bytes_.get() + at * most_bytes_, headers[at].msg_len}, last_peer_, (header.msg_flags & MSG_TRUNC) == 0);
  }
  return static_cast<std::size_t>(count);
}

std::uint64_t Datagrams::dropped() { return static_cast<std::uint32_t>(overflow_ - std::exchange(said_, overflow_)); }

}  // namespace wf::network
