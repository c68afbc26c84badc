#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "console/link/admission.hpp"
#include "console/link/attachment_gate.hpp"
#include "console/link/audit_throttle.hpp"
#include "console/link/batches.hpp"
#include "console/link/changes.hpp"
#include "console/link/connections.hpp"
#include "console/link/credit_pace.hpp"
#include "console/link/leases.hpp"
#include "console/link/link_server.hpp"
#include "console/link/outbox.hpp"
#include "console/link/penalty_box.hpp"
#include "console/link/roster.hpp"
#include "console/link/rotation.hpp"

namespace wf::link {

/// A message as it came from the ROUTER. What ZAP said of the connection, but for its number, is needed for its first
/// message only, while Sessions::known() says no.
struct Incoming {
  std::string route;       ///< the ROUTER's id of the connection
  std::string user_id;     ///< ZAP's User-Id; empty on ipc
  std::string public_key;  ///< Z85; empty on ipc
  std::string remote;
  std::vector<std::string> frames;
  std::uint64_t admitted = 0;  ///< the number that ZAP's answer gave the connection
  std::uint64_t door = 0;      ///< at the Guard
};

/// What Sessions asks of the Guard.
struct Doors {
  std::function<void(std::uint64_t door, const std::string& agent)> spoke;
  std::function<void(std::uint64_t door)> close;
};

/// What the link's protocol says to each connection. Knows no socket and no clock: messages and times come in,
/// frames go out. The link's thread only, but for peers().
class Sessions {
 public:
  Sessions(const LinkOptions& options, const LinkHandlers& handlers, Admission& admission, bool plain,
           Outbox::Sender sender, Doors doors = {});

  /// The door of a connection that said something before; null: it did not. Forgets another one of the same route:
  /// a peer may ask for the id that another had.
  [[nodiscard]] const std::uint64_t* known(const std::string& route, std::uint64_t admitted);
  void on_message(Incoming& message, std::int64_t mono);
  /// Batches wait for room in the engine: call offer() every few milliseconds.
  [[nodiscard]] bool holding() const { return batches_.holding(); }
  void offer() { batches_.offer(); }
  [[nodiscard]] std::size_t held_bytes() const { return batches_.held_bytes(); }
  /// The Guard lost a connection.
  void ended(std::uint64_t door);
  /// The Guard ended one that sent more than anybody may.
  void flooded(std::uint64_t door, std::int64_t mono);
  /// Who flooded and may not come in yet, by its enrolled name or else its key.
  [[nodiscard]] bool kept_out(const std::string& who, std::int64_t mono) const {
    return penalties_.left(who, mono) > 0;
  }
  /// It tried to come in meanwhile.
  void knocked(const std::string& who, const std::string& address, std::int64_t mono);
  /// Of a connection's lane what follows each other is answered together.
  void acknowledge(std::span<const Acknowledgement> done, std::int64_t mono);
  /// Sends acknowledgements that were held back and may go now; call it after pause() nanoseconds.
  void release(std::int64_t mono);
  /// Nanoseconds until there is something to release; nothing: there is none.
  [[nodiscard]] std::optional<std::int64_t> pause(std::int64_t mono) const;
  /// Sends a signed command at once or not at all; LinkHandlers::on_command hears which.
  void command(const std::string& agent, const std::string& id, std::string payload, std::int64_t mono);
  void answer_piece(PieceAnswer answer, std::int64_t mono);
  /// Heartbeats, silence, revocations, counted audit lines. `drained`: nothing waits to be read, so that who is
  /// silent really is.
  void tick(std::int64_t mono, bool drained);
  /// A security-relevant fact, rate-limited.
  void report(Fact fact, std::int64_t mono);

  [[nodiscard]] std::vector<PeerState> peers() const { return roster_.peers(); }  ///< any thread

 private:
  /// Messages that are no batches: so many at once.
  static constexpr double kPatience = 200;

  void understand(Incoming& message, std::int64_t mono);
  void refuse_unread(const Incoming& message, const std::string& what, std::int64_t mono);
  /// What an admitted connection says.
  void take(Connection& connection, const LinkMessage& header, Incoming& message, std::int64_t mono);
  /// The connection of a message; null when it was refused.
  Connection* admit(const Incoming& message, const LinkMessage& header, std::int64_t mono);
  /// A connection's first message makes it; null when it was refused.
  Connection* meet(const Incoming& message, const LinkMessage& header, std::int64_t mono);
  // greeting.cpp also has admit() and meet()
  void on_hello(Connection& connection, const LinkMessage& header, std::int64_t mono);
  void on_enrol(Connection& connection, const LinkMessage& header, std::int64_t mono);
  [[nodiscard]] bool still_admitted(Connection& connection, std::int64_t mono);
  void welcome(Connection& connection, std::int64_t mono);
  /// What an agent that was revoked says to its owner.
  [[nodiscard]] static std::string revoked_text(const std::string& agent);
  // deliveries.cpp also has acknowledge(), release() and pause()
  void confirm(const Acknowledgement& done, std::int64_t mono);
  void answer(Connection& connection, const Acknowledgement& done, std::int64_t mono);
  void say_answers(std::int64_t mono);
  /// Says what is stored of a connection and was not said yet, life safety first.
  void say_stored(Connection& connection, std::int64_t mono);
  void on_batch(Connection& connection, const LinkMessage& header, std::string& payload, std::int64_t mono);
  void on_given_up(Connection& connection, const LinkMessage& header, std::int64_t mono);
  /// Gives what was received to the engine, or holds it until there is room.
  void hand_on(Connection& connection, ReceivedBatch batch, std::int64_t mono);
  void turn_away(Connection& connection, const Batches::Refusal& refusal, std::int64_t mono);
  /// An agent that may speak for some devices only speaks for others.
  void keep_to_scope(ReceivedBatch& batch, std::int64_t mono);
  void on_status(Connection& connection, const std::string& payload, std::int64_t mono);
  // ownership.cpp
  /// What HELLO says of its epoch: a copy's, a new one, or the one that is known.
  void greet(Connection& connection, const LinkMessage& header, std::int64_t mono);
  /// May numbers of this epoch come on this connection? Fills in what the batch must carry for it.
  [[nodiscard]] bool owns(Connection& connection, const LinkMessage& header, ReceivedBatch& batch, std::int64_t mono);
  /// Nothing more is taken until the agent says hello with a new epoch; then `why` is reported.
  void make_renew(Connection& connection, std::string why, std::int64_t mono);
  /// Tells it once all that was taken is answered, so that nothing which is stored is numbered anew.
  void tell_renew(Connection& connection, std::int64_t mono);
  void refuse(Connection& connection, const std::string& reason, std::int64_t mono) {
    outbox_.refuse(connection, reason, mono);
  }
  // penalties.cpp also has flooded() and knocked()
  /// Ends a connection. On ipc, where only this user gets in, it is refused only.
  void close(Connection& connection);
  /// It flooded: nothing of its agent is let in for a while. Its agent's other connections are ended with it.
  void keep_out(Connection& connection, std::int64_t mono);
  /// Whether a connection may cost so many messages that are no batches now; one that goes on and on is ended.
  [[nodiscard]] bool bears(Connection& connection, double messages, std::int64_t mono);
  /// A fact about a connection's agent, or about its address while it has none.
  void report(Topic topic, const Connection& connection, std::string line, std::int64_t mono);
  /// Forgets the connections that sending found gone.
  void bury();
  void forget(std::uint64_t number);
  void list_enrolled() { roster_.list(admission_.agents(), plain_); }

  const LinkOptions& options_;
  const LinkHandlers& handlers_;
  Admission& admission_;
  const bool plain_;
  AuditThrottle throttle_;
  Leases leases_;
  std::map<std::string, std::uint64_t> announced_;  ///< the newest epoch of an agent that was reported as new
  std::map<std::string, std::string> renewed_;      ///< agents that were told to number anew and have not yet: why
  Connections connections_;
  Outbox outbox_;
  Roster roster_;
  Rotation rotation_;
  Changes changes_;
  AttachmentGate attachments_;
  Batches batches_;
  CreditPace pace_;
  PenaltyBox penalties_;
  const Doors doors_;
  std::int64_t listed_ = 0;
  std::vector<std::uint64_t> answered_;  ///< connections that have something to be told; reused
};

}  // namespace wf::link
