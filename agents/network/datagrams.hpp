#pragma once
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/read/socket_listen.hpp"

namespace wf::network {

/// Receives datagrams many at a time (recvmmsg(2)), and counts those that the kernel had to drop because nobody read in
/// time (SO_RXQ_OVFL). Memory: as many of as many bytes, of which only what was ever filled is resident. One thread.
class Datagrams {
 public:
  /// At most 16 at a time; a datagram of more than `most_bytes` is cut off.
  explicit Datagrams(std::size_t most_bytes = 64U << 10U, std::size_t at_once = kAtOnce)
      : most_bytes_(most_bytes), at_once_(at_once < kAtOnce ? at_once : kAtOnce) {}

  /// Takes a socket that is bound. Its buffer is made as large as the system allows, at most 4 MiB.
  void open(kit::Descriptor socket);
  void close() { socket_.reset(); }
  [[nodiscard]] bool is_open() const { return socket_.open(); }
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// Calls `take` with each datagram and the address that it came from (valid until it returns), `whole` false if it
  /// was cut off. The number received; 0: none are there.
  using Take = std::function<void(std::string_view bytes, const std::string& peer, bool whole)>;
  std::size_t receive(const Take& take);
  /// Dropped by the kernel since the last call.
  [[nodiscard]] std::uint64_t dropped();
  /// Bytes that the kernel holds for the socket.
  [[nodiscard]] int buffer_bytes() const { return buffer_bytes_; }

 private:
  static constexpr std::size_t kAtOnce = 16;
  std::size_t most_bytes_, at_once_;
  kit::Descriptor socket_;
  std::unique_ptr<char[]> bytes_;
  std::array<kit::SocketAddress, kAtOnce> from_;
  std::string last_peer_;
  kit::SocketAddress last_from_;
  std::uint32_t overflow_ = 0, said_ = 0;
  int buffer_bytes_ = 0;
};

}  // namespace wf::network
