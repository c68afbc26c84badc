#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "console/link/fact.hpp"

namespace zmq {
class context_t;
class message_t;
class socket_t;
}  // namespace zmq

namespace wf::seat {

/// What seats may cost the engine in connections, in memory inside libzmq and in requests: link::Guard for the seats'
/// socket on tcp, with the counting of requests. Its facts say "a seat" and come throttled. The server's thread only.
class SeatGuard {
 public:
  /// The socket is made unable to fill a pipe (socket_guard.hpp) and watched; before it is bound. Throws zmq::error_t.
  SeatGuard(zmq::context_t& context, zmq::socket_t& router, std::function<void(const link::Fact&)> report);
  ~SeatGuard();
  SeatGuard(const SeatGuard&) = delete;
  SeatGuard& operator=(const SeatGuard&) = delete;

  [[nodiscard]] zmq::socket_t& monitor();
  /// What libzmq told of connections; call it in each round.
  void hear();
  /// For the metadata of a connection that is judged now.
  [[nodiscard]] std::uint64_t next_number();
  /// A message of an admitted user came. False: it is one of too many (2,000 at once, 200 a second), its connection is
  /// ended and the message is not to be answered.
  [[nodiscard]] bool came(zmq::message_t& message, const std::string& user);
  /// Looks at memory and at who says nothing; call it in each round.
  void watch();
  /// Milliseconds after which watch() wants to be called.
  [[nodiscard]] long wait_ms() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace wf::seat
