#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace zmq {
class context_t;
class socket_t;
}  // namespace zmq

namespace wf::seat {

/// ZAP (ZeroMQ RFC 27) for seats: admits the keys of keys/seats, under the user's name. It must be bound before the
/// socket that it guards, in the same context: libzmq admits every key while nobody answers. The server's thread only.
class SeatGate {
 public:
  SeatGate(zmq::context_t& context, std::filesystem::path keys);
  ~SeatGate();
  [[nodiscard]] zmq::socket_t& socket();
  /// Answers all requests that wait. `number` is asked for each, and goes into the metadata of the connection's
  /// messages (link::kNumberProperty).
  void answer(const std::function<std::uint64_t()>& number);
  /// Is that user (as User-Id) still admitted? Looks at the file.
  [[nodiscard]] bool still_admitted(const std::string& name) const;
  /// Nothing when the user's file is gone or cannot be read: then nobody knows what that user may.
  [[nodiscard]] std::optional<std::string> role_of(const std::string& name) const;

 private:
  std::filesystem::path keys_;
  std::unique_ptr<zmq::socket_t> socket_;
};

}  // namespace wf::seat
