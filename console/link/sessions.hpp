#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "console/link/admission.hpp"
#include "console/link/audit_throttle.hpp"
#include "console/link/link_server.hpp"

namespace wf::link {

/// A message as it came from the ROUTER, with what ZAP said of its connection.
struct Incoming {
  std::string route;       ///< the ROUTER's own id of the connection; agents set none
  std::string user_id;     ///< ZAP's User-Id; empty on ipc
  std::string public_key;  ///< Z85; empty on ipc
  std::string remote;
  std::vector<std::string> frames;
};

/// A stored batch to tell an agent of.
struct Acknowledgement {
  BatchOrigin origin;
  std::uint32_t count = 0;
  std::uint64_t reply_to = 0;
};

/// What the link's protocol says to each connection. Knows no socket and no clock: messages and times come in,
/// header frames go out. The link's thread only, but for peers().
class Sessions {
 public:
  enum class Sent { sent, full, gone };
  /// Sends one header frame without blocking.
  using Sender = std::function<Sent(const std::string& route, const std::string& header)>;

  Sessions(const LinkOptions& options, const LinkHandlers& handlers, Admission& admission, bool plain, Sender sender);

  void on_message(Incoming& message, std::int64_t mono);
  /// A batch waits for room in the engine: read nothing more until offer() gave it away.
  [[nodiscard]] bool holding() const { return held_.has_value(); }
  void offer();
  void acknowledge(const Acknowledgement& done, std::int64_t mono);
  /// Heartbeats, silence, revocations, counted audit lines. `drained`: nothing waits to be read, so that who is
  /// silent really is.
  void tick(std::int64_t mono, bool drained);
  /// A security-relevant fact that is not about a session (a refused key), rate-limited.
  void audit(const std::string& topic, const std::string& agent, const std::string& line, std::int64_t mono);

  [[nodiscard]] std::vector<PeerState> peers() const;  ///< any thread

 private:
  struct Connection {
    std::uint64_t number = 0;
    std::string route, agent, public_key, remote;
    bool invited = false;
    bool refused = false;
    std::uint32_t in_flight = 0;  ///< batches taken and not acknowledged
    std::int64_t heard = 0, sent = 0;
    std::vector<std::string> unsent;  ///< acknowledgements that met a full pipe
  };

  /// The connection of a message; null when it was refused.
  Connection* admit(const Incoming& message, const LinkMessage& header, std::int64_t mono);
  void on_hello(Connection& connection, const LinkMessage& header, std::int64_t mono);
  void on_enrol(Connection& connection, const LinkMessage& header, std::int64_t mono);
  void on_batch(Connection& connection, const LinkMessage& header, std::string& payload, std::int64_t mono);
  void welcome(Connection& connection, std::uint32_t wire_version, std::int64_t mono);
  void refuse(Connection& connection, const std::string& reason, std::int64_t mono);
  /// False when the connection is gone.
  bool send(Connection& connection, const LinkMessage& message, std::int64_t mono);
  void keep_unsent(Connection& connection, std::int64_t mono);
  void drop(const std::string& route);
  PeerState& peer(const std::string& agent);  ///< call with mutex_ held
  [[nodiscard]] bool still_admitted(Connection& connection, std::int64_t mono);
  void list_enrolled();

  const LinkOptions& options_;
  const LinkHandlers& handlers_;
  Admission& admission_;
  const bool plain_;
  const Sender sender_;
  AuditThrottle throttle_;
  std::unordered_map<std::string, Connection> by_route_;
  std::unordered_map<std::uint64_t, std::string> route_by_number_;
  std::uint64_t last_number_ = 0;
  std::int64_t listed_ = 0;
  std::optional<ReceivedBatch> held_;
  std::string header_;  ///< reused
  mutable std::mutex mutex_;
  std::map<std::string, PeerState> peers_;  ///< guarded by mutex_
};

}  // namespace wf::link
