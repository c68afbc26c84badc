#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "console/link/attachment_gate.hpp"
#include "console/link/enrolment.hpp"
#include "console/link/fact.hpp"
#include "console/link/scope.hpp"
#include "proto/event_codec.hpp"
#include "proto/link_message.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::link {

/// A batch, or a range of numbers that was given up, as it came from an admitted agent. Its origin's agent is the name
/// that the agent was enrolled under (ZAP's User-Id), never what the peer calls itself.
struct ReceivedBatch {
  BatchOrigin origin;
  std::uint32_t count = 0;
  std::string payload;  ///< an encoded EventBatch, not yet decoded
  /// Not 0: the numbers from origin.first_sequence to this one will never come, for this reason. No count and payload.
  std::uint64_t given_up_to = 0;
  std::string reason;
  /// A copy of the agent may use the same numbers: compare with what is stored (store::Record::compare).
  bool compare = false;
  std::string lease;           ///< not empty: to be made durable together with it
  std::uint64_t reply_to = 0;  ///< opaque; names the connection for LinkServer::acknowledge
};

/// What became of a ReceivedBatch.
struct Acknowledgement {
  enum class Outcome : std::uint8_t {
    stored,    ///< durable; also what was known already
    conflict,  ///< other events are stored under its numbers: the agent must number anew
    refused    ///< the lane has too many separate ranges that were given up
  };
  BatchOrigin origin;
  std::uint32_t count = 0;
  std::uint64_t given_up_to = 0;
  std::uint64_t reply_to = 0;
  Outcome outcome = Outcome::stored;
};

/// What the link knows of an agent. Only the link's thread makes these.
struct PeerState {
  std::string agent, kind, version, remote;
  bool connected = false;
  bool revoked = false;
  UtcNs last_heard = 0;
  UtcNs kept_out_until = 0;  ///< it flooded the link; 0, or past: it may come
  std::int64_t clock_skew = 0;
  AgentReport report;
  // From its file, as EnrolledAgent has them.
  UtcNs enrolled = 0, key_since = 0;
  std::vector<std::string> devices;
  bool rotate = false;
};

struct LinkOptions {
  std::string endpoint =
      "tcp://127.0.0.1:7710";  ///< tcp://… with CURVE, or ipc://… in a directory of mode 0700 (plain)
  std::filesystem::path keys;  ///< directory of the engine's keys, agents and invitations; made with mode 0700
  std::uint32_t window = 64;   ///< unacknowledged batches an agent may have
  /// Bytes that the link may hold of what agents sent, beside the engine's queue: their windows are shares of it.
  std::size_t budget = 64U << 20U;
  std::size_t connections = 4096;        ///< at most, and no more than half of the descriptors that are not reserved
  std::size_t connections_of_agent = 4;  ///< beyond it the oldest is closed
  std::int64_t first_penalty = kSecond;  ///< who floods is kept out for so long, then longer (penalty_box.hpp); ns
  std::int64_t rotate_after = 0;         ///< an agent whose key is older is asked for a new one; ns, 0: never
  std::function<UtcNs()> clock;
  std::string command_key;   ///< hexadecimal; agents are told it as the key of commands to devices
  std::string lease_secret;  ///< signs leases (leases.hpp); the same after a restart
};

/// What became of a command that was to be sent.
enum class CommandFate : std::uint8_t { sent, not_connected, too_old };

/// Calls from the link's own thread; they must not block.
struct LinkHandlers {
  /// Takes a batch. False: the engine's queue is full; the link keeps it and offers it again until it is taken. What
  /// agents may have unacknowledged bounds what it keeps, so that they spool.
  std::function<bool(ReceivedBatch&)> on_batch;
  /// What is accounted for already of an agent, for WELCOME.
  std::function<std::vector<LaneStored>(const std::string& agent)> stored;
  /// What the site calls the device of a source's name, for agents that may speak for some devices only; may be null.
  DeviceNames device_names;
  /// The lease of an agent's epoch that is durable; empty: none.
  std::function<std::string(const std::string& agent, std::uint64_t epoch)> lease;
  /// Security-relevant facts: refused keys, revoked agents, broken frames, enrolments… Like ones come counted.
  std::function<void(const Fact&)> on_fact;
  /// What became of send_command(); `id` as given there.
  std::function<void(const std::string& id, CommandFate fate)> on_command;
  /// Takes a piece of an attachment, to be answered with LinkServer::answer_piece. False: no room; it is left out.
  std::function<bool(ReceivedPiece&)> on_piece;
};

/// The engine's end of the link: one ROUTER on one thread, CURVE with ZAP enforced and bound first.
/// Public methods may be called from any thread.
class LinkServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LinkServer>> start(LinkOptions options, LinkHandlers handlers);
  virtual ~LinkServer() = default;  ///< stops and joins the thread
  /// Tells agents that these events are durable, or what else became of them. Batches of a lane that follow each other
  /// are one answer: give what belongs together in one call.
  virtual void acknowledge(std::span<const Acknowledgement> done) = 0;
  /// Sends a signed command to an agent if it is connected now; LinkHandlers::on_command says whether it was. It is
  /// never kept for later.
  virtual void send_command(const std::string& agent, const std::string& id, std::string payload) = 0;
  /// Tells an agent what is stored of its attachment.
  virtual void answer_piece(PieceAnswer answer) = 0;
  [[nodiscard]] virtual std::vector<PeerState> peers() const = 0;
  /// The endpoint really bound (a port of 0 or * resolved).
  [[nodiscard]] virtual std::string endpoint() const = 0;
  /// CLOCK_MONOTONIC, ns, when its thread last began a round; one begins at least every quarter second.
  [[nodiscard]] virtual std::int64_t last_turn() const = 0;
};

}  // namespace wf::link
