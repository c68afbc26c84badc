// Who may speak, and how it is greeted: what Sessions makes of a connection's first messages.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "console/link/sessions.hpp"

namespace wf::link {

Connection* Sessions::meet(const Incoming& message, const LinkMessage& header, std::int64_t mono) {
  Connection made;
  made.route = message.route;
  made.admitted = message.admitted;
  made.public_key = message.public_key;
  made.remote = message.remote;
  made.heard = made.sent = made.patience_at = mono;
  made.patience = kPatience;
  made.door = message.door;
  made.left = message.door == 0 && !plain_;
  made.invited = message.user_id.starts_with(kInvitedPrefix);
  if (!made.invited && !message.user_id.starts_with(kWatcherPrefix)) made.agent = message.user_id;
  Connection& fresh = connections_.add(std::move(made));
  batches_.grant(fresh, roster_.count());
  if (doors_.spoke) doors_.spoke(fresh.door, fresh.agent);
  if (!fresh.agent.empty())
    if (Connection* const oldest = connections_.oldest_beyond(fresh.agent, options_.connections_of_agent)) {
      report(Topic::flood, *oldest,
             fmt::format("{}: more than {} connections with its key; the oldest was closed", fresh.agent,
                         options_.connections_of_agent),
             mono);
      close(*oldest);
    }
  // libzmq reconnects by itself when the engine was away. An agent that did not notice goes on without a HELLO; the
  // WELCOME tells it what is stored, in the version that every agent speaks.
  if (!fresh.agent.empty() && header.kind != LinkKind::hello) {
    if (!still_admitted(fresh, mono)) return nullptr;
    fresh.epoch = header.epoch;
    if (leases_.known(fresh.agent, header.epoch)) {
      // Only its lease tells an agent from a copy of it, and only HELLO says the lease.
      refuse(fresh, "say hello first", mono);
      return nullptr;
    }
    welcome(fresh, mono);
  }
  return &fresh;
}

Connection* Sessions::admit(const Incoming& message, const LinkMessage& header, std::int64_t mono) {
  Connection* const found = connections_.find(message.route);
  Connection* const known = found != nullptr ? found : meet(message, header, mono);
  if (known == nullptr) return nullptr;
  Connection& connection = *known;
  if (connection.closing || (connection.refused && (connection.flooded || header.kind != LinkKind::hello)))
    return nullptr;
  if (plain_ && header.kind == LinkKind::hello) {
    // Only who may enter the directory gets here: the name is taken at its word, but for a revoked one.
    if (!valid_agent_name(header.agent_name)) {
      refuse(connection, "an agent's name is 1 to 32 of a-z, 0-9 and '-'", mono);
      return nullptr;
    }
    connection.agent = header.agent_name;
    // Judged as the agent of that name, if one is enrolled.
    for (const EnrolledAgent& agent : admission_.agents())
      if (agent.name == connection.agent) connection.public_key = agent.public_key;
  }
  if (connection.agent.empty()) {
    if (connection.invited && header.kind == LinkKind::enrol) return &connection;
    refuse(connection, connection.invited ? "an invitation is for enrolment only" : "say hello first", mono);
    return nullptr;
  }
  return still_admitted(connection, mono) ? &connection : nullptr;
}

bool Sessions::still_admitted(Connection& connection, std::int64_t mono) {
  const Admission::Standing standing = admission_.standing(connection.agent, connection.public_key);
  const bool good = standing == Admission::Standing::good || (plain_ && standing == Admission::Standing::gone);
  if (good) return true;
  if (standing == Admission::Standing::unknown) {
    // No word of the agent's standing: it comes again, and ZAP tells it "later" until its file can be read.
    report(Topic::flood, connection,
           fmt::format("{}: its file was changed and cannot be opened now; it is not heard", connection.agent), mono);
    // On ipc there is no connection to end.
    if (plain_)
      refuse(connection, "the engine cannot open this agent's file now", mono);
    else
      close(connection);
    return false;
  }
  const bool revoked = standing == Admission::Standing::revoked;
  const std::string agent = connection.agent;
  roster_.change(agent, [&](PeerState& state) {
    state.connected = false;
    state.revoked = revoked;
  });
  report(Topic::revoked, connection,
         fmt::format("{}: a message of {} was thrown away", agent,
                     revoked ? "this revoked agent" : "an agent that is not enrolled any more"),
         mono);
  refuse(connection, revoked ? revoked_text(agent) : "this agent's key is not enrolled any more", mono);
  return false;
}

void Sessions::on_hello(Connection& connection, const LinkMessage& header, std::int64_t mono) {
  if (header.wire_version == 0) return refuse(connection, "no version of the link; update the agent", mono);
  const std::string& agent = connection.agent;
  roster_.change(agent, [&](PeerState& state) {
    state.version = header.agent_version;
    if (plain_) state.kind = header.agent_kind;
  });
  std::string enrolled_kind = roster_.kind(agent);
  if (!plain_ && enrolled_kind.empty()) {
    list_enrolled();
    enrolled_kind = roster_.kind(agent);
  }
  if (header.agent_kind != enrolled_kind) {
    report(Topic::kind, connection,
           fmt::format("{}: enrolled as {}, came as {}", agent, enrolled_kind,
                       valid_agent_name(header.agent_kind) ? header.agent_kind : std::string("something else")),
           mono);
    return refuse(connection,
                  fmt::format("this agent is enrolled as {}; enrol one of this kind beside it", enrolled_kind), mono);
  }
  connection.refused = false;
  connection.wire_version = std::min(header.wire_version, kWireVersion);
  // What was taken before is not lost: it is stored, or the agent sends it again after WELCOME.
  connection.in_flight = 0;
  batches_.begin_anew(connection);
  rotation_.on_hello(connection, header, mono);
  greet(connection, header, mono);
}

void Sessions::welcome(Connection& connection, std::int64_t mono) {
  LinkMessage out;
  out.kind = LinkKind::welcome;
  out.wire_version = connection.wire_version;
  batches_.grant(connection, roster_.count());
  out.window = connection.window;
  if (connection.wire_version >= 2) out.window_bytes = connection.window_bytes;
  out.agent_name = connection.agent;
  if (connection.wire_version >= 2) out.command_key = options_.command_key;
  rotation_.announce(connection, out);
  out.lease = connection.lease;
  out.renew = connection.renewal != Connection::Renewal::none;
  // An agent with a lease is not told: a copy of it may have stored those numbers. It sends again what it has no
  // acknowledgement for, and the store compares.
  if (handlers_.stored && connection.wire_version < 2) {
    out.stored = handlers_.stored(connection.agent);
    std::erase_if(out.stored, [&](const LaneStored& lane) { return lane.epoch != connection.epoch; });
  }
  outbox_.send(connection, std::move(out), mono);
}

void Sessions::on_enrol(Connection& connection, const LinkMessage& header, std::int64_t mono) {
  if (!connection.invited) return refuse(connection, "this agent is enrolled already", mono);
  const Result<EnrolledAgent> agent = admission_.enrol(connection.public_key, header);
  if (!agent) {
    report(Topic::enrolment_refused, connection,
           fmt::format("an enrolment from {} was refused: {}", connection.remote, agent.error().what), mono);
    return refuse(connection, agent.error().text(), mono);
  }
  // Never counted together: each agent that is let in is a fact of its own.
  if (handlers_.on_fact)
    handlers_.on_fact({Topic::enrolled,
                       agent->name,
                       connection.remote,
                       fmt::format("{} enrolled as {} agent from {}", agent->name, agent->kind, connection.remote),
                       {{"agent.kind", agent->kind}}});
  list_enrolled();
  LinkMessage out;
  out.kind = LinkKind::enrolled;
  out.agent_name = agent->name;
  out.agent_kind = agent->kind;
  out.command_key = options_.command_key;
  out.devices = agent->devices;
  outbox_.send(connection, std::move(out), mono);
}

std::string Sessions::revoked_text(const std::string& agent) {
  return fmt::format(
      "this agent was revoked; its events stay in its spool until it is let in again with an invitation of "
      "`watchfloor agent invite --name {}`",
      agent);
}

}  // namespace wf::link
