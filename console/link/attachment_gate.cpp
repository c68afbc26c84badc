#include "console/link/attachment_gate.hpp"

#include <fmt/format.h>

#include <utility>

#include "proto/attachment.hpp"

namespace wf::link {
namespace {

constexpr std::uint32_t kSinceVersion = 2;
/// An agent that heard no answer for half a minute asks again while its pieces may still wait here.
constexpr std::uint32_t kMostUnanswered = 2 * kPieceWindow;

}  // namespace

AttachmentGate::AttachmentGate(Take take, Outbox& outbox, Report report)
    : take_(std::move(take)), outbox_(outbox), report_(std::move(report)) {}

void AttachmentGate::on_piece(Connection& connection, const LinkMessage& header, std::vector<std::string>& frames,
                              std::int64_t mono) {
  // Its next HELLO says which version it speaks; until then what it sends is no business of this version.
  if (connection.wire_version < kSinceVersion) return;
  const auto named = [&](Topic topic, const char* what) {
    report_({topic, connection.agent, connection.remote, fmt::format("{}: {}", connection.agent, what)}, mono);
  };
  if (!valid_attachment_hash(header.attachment))
    return named(Topic::attachment, "a piece of an attachment without a name was thrown away");
  if (frames.size() != 2 || frames[1].empty() || frames[1].size() > kMostPieceBytes) {
    named(Topic::attachment, "a piece of an attachment of no bytes or too many was refused");
    return tell(connection, {connection.number, header.attachment, 0, header.total, "a piece of no bytes or too many"},
                mono);
  }
  if (connection.pieces >= kMostUnanswered)
    return named(Topic::flood, "more pieces of attachments than the window allows were thrown away");
  ReceivedPiece piece{connection.agent, header.attachment,    header.media_type, header.offset,
                      header.total,     std::move(frames[1]), connection.number};
  if (take_ && take_(piece)) ++connection.pieces;
}

void AttachmentGate::answer(Connection* connection, PieceAnswer answer, std::int64_t mono) {
  if (connection != nullptr && connection->pieces > 0) --connection->pieces;
  for (Fact& fact : answer.facts) {
    if (connection != nullptr) fact.remote = connection->remote;
    report_(std::move(fact), mono);
  }
  if (connection != nullptr && !connection->refused) tell(*connection, answer, mono);
}

void AttachmentGate::tell(Connection& connection, const PieceAnswer& answer, std::int64_t mono) {
  // A peer that does not even read its acknowledgements is told nothing of attachments.
  if (!connection.unsent.empty()) return;
  LinkMessage out;
  out.kind = LinkKind::attachment_stored;
  out.attachment = answer.hash;
  out.offset = answer.offset;
  out.total = answer.total;
  out.reason = answer.reason;
  outbox_.send(connection, std::move(out), mono);
}

}  // namespace wf::link
