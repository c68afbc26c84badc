#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "console/link/guard.hpp"

namespace zmq {
class context_t;
class socket_t;
}  // namespace zmq

namespace wf::link {

/// The clock of guards, throttles and sessions: CLOCK_MONOTONIC in nanoseconds.
[[nodiscard]] std::int64_t steady_ns();

/// A Guard that hears the monitor of one ROUTER (zmq_socket_monitor(3)). One thread, that of the socket.
///
/// Such a socket has rcvhwm 0: what libzmq reads ahead is bounded in bytes, here. At a mark libzmq 4.3 stops reading,
/// and a connection that dies in that state with a PING among what was read already ends the process: out_event()
/// asserts that there was no error.
class SocketGuard {
 public:
  SocketGuard(GuardLimits limits, Guard::Says says);
  ~SocketGuard();
  SocketGuard(const SocketGuard&) = delete;
  SocketGuard& operator=(const SocketGuard&) = delete;

  /// Before the socket is bound; it must live until close() or longer than this. Throws zmq::error_t.
  void open(zmq::context_t& context, zmq::socket_t& router);
  /// To be polled for input, once it is open.
  [[nodiscard]] zmq::socket_t& monitor() { return *monitor_; }
  /// Takes what the monitor told; before each answer to ZAP, and before looking after a message's door.
  void hear(std::int64_t mono);
  [[nodiscard]] Guard& guard() { return guard_; }

  /// A context of one I/O thread in which each frame has memory of its own. By itself libzmq reads into buffers of 8
  /// KiB and lets a frame of a few bytes keep the whole of one (18 KiB with what counts its users): a peer that sends
  /// them one by one made 2.7 GB of 12 MiB on the wire. Throws zmq::error_t.
  [[nodiscard]] static zmq::context_t frugal_context();
  /// Limits within this process's descriptors, of which an eighth (64 at least) stays free; a connection takes two.
  [[nodiscard]] static GuardLimits limits(std::size_t connections, std::uint64_t bytes);

 private:
  void filter(const std::vector<Origin>& crowds);
  /// What the Guard says, and the filter of the listening sockets with it.
  [[nodiscard]] Guard::Says with_filter(Guard::Says says);

  std::vector<int> listening_;  ///< libzmq's descriptors, open as long as the socket is
  Guard guard_;
  std::unique_ptr<zmq::socket_t> monitor_;
  zmq::socket_t* router_ = nullptr;
};

}  // namespace wf::link
