#include "console/link/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wf::link {
namespace {

constexpr std::int64_t kHeartbeat = 5 * kSecond;
/// Three heartbeats missed.
constexpr std::int64_t kSilent = 15 * kSecond;
constexpr std::int64_t kListEvery = kSecond;
constexpr std::uint64_t kLastSequence = (std::uint64_t{1} << 63U) - 1;
/// Answers beside acknowledgements that may wait for a slow reader.
constexpr std::size_t kAnswers = 8;

}  // namespace

Sessions::Sessions(const LinkOptions& options, const LinkHandlers& handlers, Admission& admission, bool plain,
                   Sender sender)
    : options_(options),
      handlers_(handlers),
      admission_(admission),
      plain_(plain),
      sender_(std::move(sender)),
      throttle_([this](const std::string& agent, const std::string& line) {
        if (handlers_.on_audit) handlers_.on_audit(agent, line);
      }) {
  list_enrolled();
}

void Sessions::audit(const std::string& topic, const std::string& agent, const std::string& line, std::int64_t mono) {
  throttle_.say(topic, agent, line, mono);
}

void Sessions::on_message(Incoming& message, std::int64_t mono) {
  const std::string who = message.user_id.empty() ? message.remote : message.user_id;
  if (message.frames.empty() || message.frames.size() > 2 || message.frames[0].size() > kMaxHeaderBytes) {
    audit("broken", who, fmt::format("{}: a message that is none was thrown away", who), mono);
    return;
  }
  Result<LinkMessage> header = decode_link(message.frames[0]);
  if (!header) {
    audit("broken", who, fmt::format("{}: a message was thrown away: {}", who, header.error().what), mono);
    return;
  }
  Connection* const connection = admit(message, *header, mono);
  if (connection == nullptr) return;
  connection->heard = mono;
  if (!connection->agent.empty()) {
    const std::lock_guard hold(mutex_);
    PeerState& state = peer(connection->agent);
    state.connected = true;
    state.last_heard = options_.clock();
    state.remote = connection->remote;
    if (header->clock != 0) state.clock_skew = header->clock - state.last_heard;
  }
  switch (header->kind) {
    case LinkKind::hello:
      return on_hello(*connection, *header, mono);
    case LinkKind::enrol:
      return on_enrol(*connection, *header, mono);
    case LinkKind::batch:
      if (message.frames.size() != 2) {
        audit("broken", who, fmt::format("{}: a batch without its events was thrown away", who), mono);
        return refuse(*connection, "a batch came without its events; update the agent", mono);
      }
      return on_batch(*connection, *header, message.frames[1], mono);
    case LinkKind::status: {
      if (message.frames.size() != 2) return;
      Result<AgentReport> report = decode_report(message.frames[1]);
      if (!report) {
        audit("broken", who, fmt::format("{}: a status was thrown away: {}", who, report.error().what), mono);
        return;
      }
      const std::lock_guard hold(mutex_);
      peer(connection->agent).report = std::move(*report);
      return;
    }
    case LinkKind::heartbeat:
      return;
    case LinkKind::none:
    case LinkKind::welcome:
    case LinkKind::ack:
    case LinkKind::refuse:
    case LinkKind::enrolled:
      // A newer agent may say more than this engine understands.
      return;
  }
}

Sessions::Connection* Sessions::admit(const Incoming& message, const LinkMessage& header, std::int64_t mono) {
  auto found = by_route_.find(message.route);
  if (found == by_route_.end()) {
    Connection made;
    made.number = ++last_number_;
    made.route = message.route;
    made.public_key = message.public_key;
    made.remote = message.remote;
    made.heard = made.sent = mono;
    made.invited = message.user_id.starts_with(kInvitedPrefix);
    if (!made.invited) made.agent = message.user_id;
    route_by_number_[made.number] = made.route;
    found = by_route_.emplace(message.route, std::move(made)).first;
    Connection& fresh = found->second;
    // libzmq reconnects by itself when the engine was away. An agent that did not notice goes on without a
    // HELLO; the WELCOME tells it what is stored.
    if (!fresh.agent.empty() && header.kind != LinkKind::hello) {
      if (!still_admitted(fresh, mono)) return nullptr;
      welcome(fresh, kWireVersion, mono);
      found = by_route_.find(message.route);
      if (found == by_route_.end()) return nullptr;
    }
  }
  Connection& connection = found->second;
  if (connection.refused && header.kind != LinkKind::hello) return nullptr;
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
  const bool revoked = standing == Admission::Standing::revoked;
  {
    const std::lock_guard hold(mutex_);
    PeerState& state = peer(connection.agent);
    state.connected = false;
    state.revoked = revoked;
  }
  const std::string agent = connection.agent;
  audit("revoked", agent,
        fmt::format("{}: a message of {} was thrown away", agent,
                    revoked ? "this revoked agent" : "an agent that is not enrolled any more"),
        mono);
  refuse(connection, revoked ? "this agent was revoked" : "this agent is not enrolled any more", mono);
  return false;
}

void Sessions::on_hello(Connection& connection, const LinkMessage& header, std::int64_t mono) {
  if (header.wire_version == 0) return refuse(connection, "no version of the link; update the agent", mono);
  std::string enrolled_kind;
  {
    const std::lock_guard hold(mutex_);
    PeerState& state = peer(connection.agent);
    state.version = header.agent_version;
    if (plain_) state.kind = header.agent_kind;
    enrolled_kind = state.kind;
  }
  if (!plain_ && enrolled_kind.empty()) {
    list_enrolled();
    const std::lock_guard hold(mutex_);
    enrolled_kind = peer(connection.agent).kind;
  }
  if (header.agent_kind != enrolled_kind) {
    const std::string agent = connection.agent;
    audit("kind", agent,
          fmt::format("{}: enrolled as {}, came as {}", agent, enrolled_kind,
                      valid_agent_name(header.agent_kind) ? header.agent_kind : std::string("something else")),
          mono);
    return refuse(connection,
                  fmt::format("this agent is enrolled as {}; enrol one of this kind beside it", enrolled_kind), mono);
  }
  connection.refused = false;
  // What was taken before is not lost: it is stored, or the agent sends it again after WELCOME.
  connection.in_flight = 0;
  welcome(connection, std::min(header.wire_version, kWireVersion), mono);
}

void Sessions::welcome(Connection& connection, std::uint32_t wire_version, std::int64_t mono) {
  LinkMessage out;
  out.kind = LinkKind::welcome;
  out.wire_version = wire_version;
  out.window = options_.window;
  out.agent_name = connection.agent;
  if (handlers_.stored) out.stored = handlers_.stored(connection.agent);
  send(connection, out, mono);
}

void Sessions::on_enrol(Connection& connection, const LinkMessage& header, std::int64_t mono) {
  if (!connection.invited) return refuse(connection, "this agent is enrolled already", mono);
  const Result<EnrolledAgent> agent = admission_.enrol(connection.public_key, header);
  if (!agent) {
    audit("enrolment", "", fmt::format("an enrolment from {} was refused: {}", connection.remote, agent.error().what),
          mono);
    return refuse(connection, agent.error().text(), mono);
  }
  if (handlers_.on_audit)
    handlers_.on_audit(agent->name,
                       fmt::format("{} enrolled as {} agent from {}", agent->name, agent->kind, connection.remote));
  list_enrolled();
  LinkMessage out;
  out.kind = LinkKind::enrolled;
  out.agent_name = agent->name;
  out.agent_kind = agent->kind;
  send(connection, out, mono);
}

void Sessions::on_batch(Connection& connection, const LinkMessage& header, std::string& payload, std::int64_t mono) {
  const char* wrong = nullptr;
  if (payload.empty() || payload.size() > kMaxBatchBytes)
    wrong = "a batch of no bytes or too many";
  else if (header.count == 0 || header.count > kMaxBatchEvents)
    wrong = "a batch of no events or too many";
  else if (header.first_sequence == 0 || header.first_sequence > kLastSequence - header.count)
    wrong = "a batch with impossible numbers";
  else if (connection.in_flight >= options_.window)
    wrong = "more unacknowledged batches than the window allows";
  if (wrong != nullptr) {
    const std::string agent = connection.agent;
    audit("batch", agent, fmt::format("{}: {} was refused", agent, wrong), mono);
    return refuse(connection, fmt::format("{}; update the agent", wrong), mono);
  }
  ++connection.in_flight;
  ReceivedBatch batch;
  batch.origin = {connection.agent, header.epoch, header.lane, header.first_sequence};
  batch.count = header.count;
  batch.payload = std::move(payload);
  batch.reply_to = connection.number;
  if (!handlers_.on_batch(batch)) held_ = std::move(batch);
}

void Sessions::offer() {
  if (held_ && handlers_.on_batch(*held_)) held_.reset();
}

void Sessions::acknowledge(const Acknowledgement& done, std::int64_t mono) {
  const auto route = route_by_number_.find(done.reply_to);
  if (route == route_by_number_.end()) return;  // it left; WELCOME will tell it
  Connection& connection = by_route_.at(route->second);
  if (connection.in_flight > 0) --connection.in_flight;
  LinkMessage out;
  out.kind = LinkKind::ack;
  out.epoch = done.origin.epoch;
  out.lane = done.origin.lane;
  out.first_sequence = done.origin.first_sequence;
  out.count = done.count;
  send(connection, out, mono);
}

void Sessions::refuse(Connection& connection, const std::string& reason, std::int64_t mono) {
  connection.refused = true;
  LinkMessage out;
  out.kind = LinkKind::refuse;
  out.reason = reason;
  send(connection, out, mono);
}

bool Sessions::send(Connection& connection, const LinkMessage& message, std::int64_t mono) {
  LinkMessage stamped = message;
  stamped.clock = options_.clock();
  encode_link(stamped, header_);
  const Sent sent = connection.unsent.empty() ? sender_(connection.route, header_) : Sent::full;
  if (sent == Sent::gone) {
    drop(std::string(connection.route));
    return false;
  }
  if (sent == Sent::sent)
    connection.sent = mono;
  else if (message.kind != LinkKind::heartbeat)
    keep_unsent(connection, mono);
  return true;
}

void Sessions::keep_unsent(Connection& connection, std::int64_t mono) {
  // The window bounds what there is to acknowledge; more is a peer that asks and never reads. What it misses,
  // its next WELCOME makes good.
  if (connection.unsent.size() < options_.window + kAnswers) return connection.unsent.push_back(header_);
  const std::string& who = connection.agent.empty() ? connection.remote : connection.agent;
  audit("deaf", who, fmt::format("{}: does not read what the engine answers", who), mono);
}

PeerState& Sessions::peer(const std::string& agent) {
  PeerState& found = peers_[agent];
  found.agent = agent;
  return found;
}

void Sessions::drop(const std::string& route) {
  const auto found = by_route_.find(route);
  if (found == by_route_.end()) return;
  const std::string agent = found->second.agent;
  route_by_number_.erase(found->second.number);
  by_route_.erase(found);
  if (agent.empty()) return;
  const bool other = std::any_of(by_route_.begin(), by_route_.end(),
                                 [&](const auto& c) { return c.second.agent == agent && !c.second.refused; });
  const std::lock_guard hold(mutex_);
  peer(agent).connected = other;
}

void Sessions::tick(std::int64_t mono, bool drained) {
  throttle_.flush(mono);
  if (mono - listed_ >= kListEvery) {
    listed_ = mono;
    list_enrolled();
  }
  // send() may drop a connection: walk over a list of names.
  std::vector<std::string> routes;
  routes.reserve(by_route_.size());
  for (const auto& [route, connection] : by_route_) routes.push_back(route);
  for (const std::string& route : routes) {
    Connection& connection = by_route_.at(route);
    while (!connection.unsent.empty()) {
      const Sent sent = sender_(route, connection.unsent.front());
      if (sent == Sent::full) break;
      if (sent == Sent::gone) {
        connection.unsent.clear();
        break;
      }
      connection.sent = mono;
      connection.unsent.erase(connection.unsent.begin());
    }
    if (!connection.agent.empty() && !connection.refused) {
      if (admission_.standing(connection.agent, connection.public_key) == Admission::Standing::revoked) {
        audit("revoked", connection.agent, fmt::format("{}: revoked while connected", connection.agent), mono);
        refuse(connection, "this agent was revoked", mono);
        continue;
      }
      if (drained && mono - connection.heard > kSilent) {
        const std::lock_guard hold(mutex_);
        peer(connection.agent).connected = false;
      }
    }
    if (mono - connection.sent < kHeartbeat) continue;
    LinkMessage beat;
    beat.kind = LinkKind::heartbeat;
    send(connection, beat, mono);
  }
}

void Sessions::list_enrolled() {
  const std::vector<EnrolledAgent> enrolled = admission_.agents();
  const std::lock_guard hold(mutex_);
  for (const EnrolledAgent& agent : enrolled) {
    PeerState& state = peer(agent.name);
    if (!plain_ || state.kind.empty()) state.kind = agent.kind;
    state.revoked = agent.revoked;
    if (agent.revoked) state.connected = false;
  }
}

std::vector<PeerState> Sessions::peers() const {
  const std::lock_guard hold(mutex_);
  std::vector<PeerState> out;
  out.reserve(peers_.size());
  for (const auto& [name, state] : peers_) out.push_back(state);
  return out;
}

}  // namespace wf::link
