#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/event_codec.hpp"
#include "proto/link_message.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::link {

/// A batch as it came from an admitted agent. Its origin's agent is the name that the agent was enrolled
/// under (ZAP's User-Id), never what the peer calls itself.
struct ReceivedBatch {
  BatchOrigin origin;
  std::uint32_t count = 0;
  std::string payload;         ///< an encoded EventBatch, not yet decoded
  std::uint64_t reply_to = 0;  ///< opaque; names the connection for LinkServer::acknowledge
};

/// What the link knows of an agent. Only the link's thread makes these.
struct PeerState {
  std::string agent, kind, version, remote;
  bool connected = false;
  bool revoked = false;
  UtcNs last_heard = 0;
  std::int64_t clock_skew = 0;
  AgentReport report;
};

struct LinkOptions {
  std::string endpoint =
      "tcp://127.0.0.1:7710";  ///< tcp://… with CURVE, or ipc://… in a directory of mode 0700 (plain)
  std::filesystem::path keys;  ///< directory of the engine's keys, agents and invitations; made with mode 0700
  std::uint32_t window = 64;   ///< unacknowledged batches an agent may have
  std::function<UtcNs()> clock;
};

/// Calls from the link's own thread; they must not block.
struct LinkHandlers {
  /// Takes a batch. False: the engine's queue is full; the link keeps it, reads no more from anybody and
  /// offers it again until it is taken, so that agents spool.
  std::function<bool(ReceivedBatch&)> on_batch;
  /// What is stored already of an agent, for WELCOME.
  std::function<std::vector<LaneStored>(const std::string& agent)> stored;
  /// Security-relevant facts in one line each: refused keys, revoked agents, broken frames, enrolments.
  std::function<void(const std::string& agent, const std::string& line)> on_audit;
};

/// The engine's end of the link: one ROUTER on one thread, CURVE with ZAP enforced and bound first.
/// Public methods may be called from any thread.
class LinkServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LinkServer>> start(LinkOptions options, LinkHandlers handlers);
  virtual ~LinkServer() = default;  ///< stops and joins the thread
  /// Tells the agent that these events are durable.
  virtual void acknowledge(const BatchOrigin& origin, std::uint32_t count, std::uint64_t reply_to) = 0;
  [[nodiscard]] virtual std::vector<PeerState> peers() const = 0;
  /// The endpoint really bound (a port of 0 or * resolved).
  [[nodiscard]] virtual std::string endpoint() const = 0;
  /// CLOCK_MONOTONIC, ns, when its thread last began a round; one begins at least every quarter second.
  [[nodiscard]] virtual std::int64_t last_turn() const = 0;
};

// --- keys, invitations, enrolled agents (files in LinkOptions::keys) ---

/// Z85 text of the engine's public key; makes the key pair at first use (secret file mode 0600).
[[nodiscard]] Result<std::string> engine_public_key(const std::filesystem::path& keys);

struct Invitation {
  std::string agent;  ///< name that the agent will have; empty: it asks for one
  std::string kinds;  ///< access, camera, network, host, comma-separated; empty: any
  UtcNs expires = 0;
  std::uint32_t uses = 1;
};
/// Makes a token, one line of text for a file: engine address, engine key, one-time key, expiry.
[[nodiscard]] Result<std::string> make_invitation(const std::filesystem::path& keys, const std::string& endpoint,
                                                  const Invitation& invitation);

struct EnrolledAgent {
  std::string name, kind, public_key;
  UtcNs enrolled = 0;
  bool revoked = false;
};
[[nodiscard]] Result<std::vector<EnrolledAgent>> enrolled_agents(const std::filesystem::path& keys,
                                                                 std::vector<std::string>* unreadable = nullptr);
/// Marks an agent revoked; a running LinkServer sees it at its next message.
[[nodiscard]] Result<void> revoke_agent(const std::filesystem::path& keys, const std::string& name);

}  // namespace wf::link
