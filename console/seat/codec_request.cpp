#include <algorithm>

#include "console/seat/codec_parts.hpp"
#include "console/seat/seat_codec.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {

void encode_request(const Request& request, std::string& out) {
  pb::SeatRequest to;
  if (request.hello) {
    to.mutable_hello()->set_wire_version(request.hello->wire_version);
    to.mutable_hello()->set_program(request.hello->program);
    to.mutable_hello()->set_seat(request.hello->seat);
    if (request.hello->post) to.mutable_hello()->mutable_post()->set_name(*request.hello->post);
  }
  if (request.command) {
    const Command& c = *request.command;
    pb::SeatCommand& command = *to.mutable_command();
    command.set_id(c.id);
    command.set_kind(static_cast<std::uint32_t>(c.kind));
    command.set_time(c.time);
    command.set_actor(c.actor);
    command.set_seat(c.seat);
    for (const std::uint64_t id : c.incidents) command.add_incidents(id);
    for (const std::uint32_t revision : c.seen_revisions) command.add_seen_revisions(revision);
    command.set_text(c.text);
    command.set_target(c.target);
    command.set_cause(static_cast<std::uint32_t>(c.cause));
    command.set_until(c.until);
    command.set_step(c.step);
    command.set_action(c.action);
    command.set_seconds(c.seconds);
    command.set_valid_seconds(c.valid_seconds);
    command.set_document(c.document);
    command.set_basis(c.basis);
  }
  if (request.ask) {
    pb::SeatQuery& query = *to.mutable_query();
    query.set_token(request.ask->token);
    query.set_what(static_cast<std::uint32_t>(request.ask->query.what));
    query.set_since(request.ask->query.since);
    query.set_until(request.ask->query.until);
    query.set_where(request.ask->query.where);
    query.set_limit(request.ask->query.limit);
    query.set_known(request.ask->query.known);
    query.set_days(request.ask->query.days);
    const RuleEdit& edit = request.ask->query.edit;
    if (!(edit == RuleEdit{})) put(edit, *query.mutable_edit());
  }
  to.set_cancel(request.cancel);
  to.set_health(request.health);
  to.set_heartbeat(!request.hello && !request.command && !request.ask && request.cancel == 0 && !request.health);
  to.SerializeToString(&out);
}

Result<Request> decode_request(std::string_view bytes) {
  pb::SeatRequest in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{"a request cannot be read", "seat", "check that both ends are Watchfloor"};
  }
  Request out;
  if (in.has_hello()) {
    out.hello = Request::Hello{in.hello().wire_version(), in.hello().program(), in.hello().seat()};
    if (in.hello().has_post()) out.hello->post = in.hello().post().name();
  }
  if (in.has_command()) {
    const pb::SeatCommand& c = in.command();
    // A command of a newer seat that this engine does not know must not become another one.
    if (!seat_may_send(c.kind())) {
      return Error{"a command of kind " + std::to_string(c.kind()) + " is not known here", "seat",
                   "bring the engine to the seat's version"};
    }
    Command command;
    command.id = c.id();
    command.kind = static_cast<CommandKind>(c.kind());
    command.time = c.time();
    command.actor = c.actor();
    command.seat = c.seat();
    command.incidents.assign(c.incidents().begin(), c.incidents().end());
    command.seen_revisions.assign(c.seen_revisions().begin(), c.seen_revisions().end());
    command.text = c.text();
    command.target = c.target();
    command.cause = as_enum(c.cause(), Cause::test);
    command.until = c.until();
    command.step = c.step();
    command.action = c.action();
    command.seconds = c.seconds();
    command.valid_seconds = c.valid_seconds();
    command.document = c.document();
    command.basis = c.basis();
    out.command = std::move(command);
  }
  if (in.has_query()) {
    Request::Ask ask;
    ask.token = in.query().token();
    ask.query.what = as_enum(in.query().what(), kLastQuery);
    ask.query.since = in.query().since();
    ask.query.until = in.query().until();
    ask.query.where = in.query().where();
    ask.query.limit = static_cast<std::size_t>(std::min<std::uint64_t>(in.query().limit(), 10'000));
    ask.query.known = in.query().known();
    ask.query.days = in.query().days();
    if (in.query().has_edit()) ask.query.edit = take(in.query().edit());
    out.ask = std::move(ask);
  }
  out.cancel = in.cancel();
  out.health = in.health();
  return out;
}

}  // namespace wf::seat
