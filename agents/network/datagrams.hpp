#pragma once
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/socket_listen.hpp"

namespace wf::network {

/// Receives datagrams many at a time (recvmmsg(2)), and counts those that the kernel had to drop because nobody read in
/// time (SO_RXQ_OVFL). Memory: 16 of 64 KiB, of which only what was ever filled is resident. One thread.
class Datagrams {
 public:
  static constexpr std::size_t kMostBytes = 64U << 10U;

  /// Takes a socket that is bound. Its buffer is made as large as the system allows, at most 4 MiB.
  void open(kit::Descriptor socket);
  void close() { socket_.reset(); }
  [[nodiscard]] bool is_open() const { return socket_.open(); }
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// Calls `take` with each datagram and the address that it came from (valid until it returns); at most 16. The number
  /// received; 0: none are there.
  std::size_t receive(const std::function<void(std::string_view bytes, const std::string& peer)>& take);
  /// Dropped by the kernel since the last call.
  [[nodiscard]] std::uint64_t dropped();
  /// Bytes that the kernel holds for the socket.
  [[nodiscard]] int buffer_bytes() const { return buffer_bytes_; }

 private:
  static constexpr std::size_t kAtOnce = 16;
  kit::Descriptor socket_;
  std::unique_ptr<char[]> bytes_;
  std::array<kit::SocketAddress, kAtOnce> from_;
  std::string last_peer_;
  kit::SocketAddress last_from_;
  std::uint32_t overflow_ = 0, said_ = 0;
  int buffer_bytes_ = 0;
};

}  // namespace wf::network
