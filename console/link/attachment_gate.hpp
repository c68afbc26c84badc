#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "console/link/connections.hpp"
#include "console/link/fact.hpp"
#include "console/link/outbox.hpp"
#include "proto/link_message.hpp"

namespace wf::link {

/// A piece of an attachment as it came from an admitted agent; what it says of itself is not judged yet, but that it
/// has a name and is no larger than a piece may be.
struct ReceivedPiece {
  std::string agent;  ///< the name that it was enrolled under
  std::string hash, media_type;
  std::uint64_t offset = 0, total = 0;
  std::string payload;
  std::uint64_t reply_to = 0;  ///< opaque; names the connection for LinkServer::answer_piece
};

/// What to tell an agent of a piece.
struct PieceAnswer {
  std::uint64_t reply_to = 0;
  std::string hash;
  std::uint64_t offset = 0, total = 0;  ///< everything before `offset` is stored
  std::string reason;                   ///< not empty: it is not wanted, for good
  std::vector<Fact> facts = {};         ///< what the piece showed of its agent
};

/// Pieces of attachments come in here and their answers go out: bounded for each connection, judged by somebody else.
/// Never in the way of events: what there is no room for is left out, and the agent asks again. The link's thread.
class AttachmentGate {
 public:
  using Take = std::function<bool(ReceivedPiece&)>;
  using Report = std::function<void(Fact, std::int64_t mono)>;
  /// `take` says false when it has no room, or is empty.
  AttachmentGate(Take take, Outbox& outbox, Report report);

  /// `frames`: header and payload.
  void on_piece(Connection& connection, const LinkMessage& header, std::vector<std::string>& frames, std::int64_t mono);
  /// `connection` null: it is gone.
  void answer(Connection* connection, PieceAnswer answer, std::int64_t mono);

 private:
  void tell(Connection& connection, const PieceAnswer& answer, std::int64_t mono);
  const Take take_;
  Outbox& outbox_;
  const Report report_;
};

}  // namespace wf::link
