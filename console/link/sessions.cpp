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
/// A clock that is further off is said to be so far off.
constexpr std::int64_t kFarOff = 100 * 365 * kDay;
/// For a refused peer to read why, before its connection is ended; one that floods is given less, since all that it
/// sends meanwhile is decrypted.
constexpr std::int64_t kLastWord = kSecond, kLastWordToFlood = 50 * kMillisecond;
/// How many messages that are no batches a broken one counts as.
constexpr double kBroken = 10;
/// Of an agent's report on itself.
constexpr std::size_t kMostReportBytes = 256U << 10U;
/// Answers beside acknowledgements that may wait for a slow reader. The window bounds those; more is a peer that
/// asks and never reads.
constexpr std::size_t kAnswers = 8;

}  // namespace

Sessions::Sessions(const LinkOptions& options, const LinkHandlers& handlers, Admission& admission, bool plain,
                   Outbox::Sender sender, Doors doors)
    : options_(options),
      handlers_(handlers),
      admission_(admission),
      plain_(plain),
      throttle_([this](const Fact& fact) {
        if (handlers_.on_fact) handlers_.on_fact(fact);
      }),
      leases_(options.lease_secret, handlers.lease),
      outbox_(std::move(sender), options.clock, options.window + kAnswers,
              [this](Connection& connection, std::int64_t mono) {
                report(Topic::deaf, connection,
                       fmt::format("{}: does not read what the engine answers", name_of(connection)), mono);
                close(connection);
              }),
      rotation_(options, admission, outbox_, [this](Fact fact, std::int64_t mono) { report(std::move(fact), mono); }),
      changes_(options.keys,
               [this](const std::string& agent, std::string line) {
                 if (handlers_.on_fact) handlers_.on_fact({Topic::changed, agent, {}, std::move(line)});
               }),
      attachments_(handlers.on_piece, outbox_, [this](Fact fact, std::int64_t mono) { report(std::move(fact), mono); }),
      batches_(options, handlers),
      penalties_(options.first_penalty),
      doors_(std::move(doors)) {
  rotation_.look(0);
  list_enrolled();
}

void Sessions::report(Fact fact, std::int64_t mono) { throttle_.say(std::move(fact), mono); }

void Sessions::report(Topic topic, const Connection& connection, std::string line, std::int64_t mono) {
  report({topic, connection.agent, connection.remote, std::move(line)}, mono);
}

// --- what comes in ---

void Sessions::on_message(Incoming& message, std::int64_t mono) {
  understand(message, mono);
  bury();
}

const std::uint64_t* Sessions::known(const std::string& route, std::uint64_t admitted) {
  const Connection* const found = connections_.find(route);
  if (found == nullptr) return nullptr;
  if (found->admitted == admitted) return &found->door;
  forget(found->number);
  return nullptr;
}

void Sessions::understand(Incoming& message, std::int64_t mono) {
  Connection* const before =
      known(message.route, message.admitted) == nullptr ? nullptr : connections_.find(message.route);
  if (before != nullptr && before->closing) return;
  if (before != nullptr && before->flooded && mono - before->refused_at > kLastWordToFlood) return close(*before);
  if (before != nullptr) {
    message.user_id = before->agent;
    message.remote = before->remote;
  }
  const std::string& who = message.user_id.empty() ? message.remote : message.user_id;
  const auto broken = [&](std::string line) {
    const bool invited = message.user_id.starts_with(kInvitedPrefix);
    report({Topic::broken, invited ? std::string() : message.user_id, message.remote, std::move(line)}, mono);
    if (before != nullptr) (void)bears(*before, kBroken, mono);
  };
  if (message.frames.empty() || message.frames.size() > 2 || message.frames[0].size() > kMaxHeaderBytes) {
    broken(fmt::format("{}: a message that is none was thrown away", who));
    return;
  }
  Result<LinkMessage> header = decode_link(message.frames[0]);
  if (!header) {
    broken(fmt::format("{}: a message was thrown away: {}", who, header.error().what));
    if (header.error().where == kUnknownLane) refuse_unread(message, header.error().what, mono);
    return;
  }
  Connection* const connection = admit(message, *header, mono);
  if (connection == nullptr) return;
  connection->heard = mono;
  // What the window, or an answer for each, bounds.
  const bool bounded =
      header->kind == LinkKind::batch || header->kind == LinkKind::given_up || header->kind == LinkKind::attachment;
  if (!bounded && !bears(*connection, 1, mono)) return;
  if (!connection->agent.empty()) {
    const UtcNs now = options_.clock();
    roster_.change(connection->agent, [&](PeerState& state) {
      state.connected = !connection->left;
      state.last_heard = now;
      state.remote = connection->remote;
      if (header->clock != 0) state.clock_skew = std::clamp(header->clock, now - kFarOff, now + kFarOff) - now;
    });
  }
  take(*connection, *header, message, mono);
}

void Sessions::refuse_unread(const Incoming& message, const std::string& what, std::int64_t mono) {
  // An agent that has spoken is told, so that its owner reads why nothing goes on. A stranger gets no answer.
  Connection* const known = connections_.find(message.route);
  if (known != nullptr && !known->refused && !known->agent.empty())
    refuse(*known, fmt::format("{}; update the agent, or the engine if it is older", what), mono);
}

void Sessions::take(Connection& connection, const LinkMessage& header, Incoming& message, std::int64_t mono) {
  switch (header.kind) {
    case LinkKind::hello:
      return on_hello(connection, header, mono);
    case LinkKind::enrol:
      return on_enrol(connection, header, mono);
    case LinkKind::batch:
      if (message.frames.size() != 2) {
        report(Topic::broken, connection,
               fmt::format("{}: a batch without its events was thrown away", name_of(connection)), mono);
        return refuse(connection, "a batch came without its events; update the agent", mono);
      }
      return on_batch(connection, header, message.frames[1], mono);
    case LinkKind::given_up:
      return on_given_up(connection, header, mono);
    case LinkKind::status:
      rotation_.on_status(connection, header);
      if (message.frames.size() == 2) on_status(connection, message.frames[1], mono);
      return;
    case LinkKind::rotate:
      return rotation_.on_rotate(connection, header, mono);
    case LinkKind::attachment:
      return attachments_.on_piece(connection, header, message.frames, mono);
    case LinkKind::heartbeat:
      return;
    default:
      // What an engine says, and what a newer agent may say that this engine does not understand.
      return;
  }
}

void Sessions::on_status(Connection& connection, const std::string& payload, std::int64_t mono) {
  Result<AgentReport> status = payload.size() > kMostReportBytes ? Result<AgentReport>(Error{"it is too large", "", ""})
                                                                 : decode_report(payload);
  if (!status)
    return report(Topic::broken, connection,
                  fmt::format("{}: a status was thrown away: {}", name_of(connection), status.error().what), mono);
  // What it offers to do at devices that it may not speak for is nothing to send commands to.
  if (const std::shared_ptr<const Scope> scope = admission_.scope(connection.agent); scope && scope->restricted())
    std::erase_if(status->outputs,
                  [&](const OfferedOutput& o) { return !scope->allows(o.device, handlers_.device_names); });
  roster_.change(connection.agent, [&](PeerState& state) { state.report = std::move(*status); });
}

void Sessions::ended(std::uint64_t door) {
  Connection* const connection = connections_.find_door(door);
  if (connection == nullptr) return;
  connection->door = 0;
  connection->left = true;
  if (connection->agent.empty()) return;
  const bool other = connections_.any_of(connection->agent);
  roster_.change(connection->agent, [&](PeerState& state) { state.connected = other; });
}

void Sessions::command(const std::string& agent, const std::string& id, std::string payload, std::int64_t mono) {
  Connection* const connection = connections_.of_agent(agent);
  CommandFate fate = CommandFate::not_connected;
  // Behind answers that a peer does not read it would arrive when its time has passed.
  if (connection != nullptr && connection->unsent.empty() && mono - connection->heard <= kSilent &&
      still_admitted(*connection, mono)) {
    if (connection->wire_version < 2) {
      fate = CommandFate::too_old;
    } else {
      LinkMessage out;
      out.kind = LinkKind::device_command;
      outbox_.send(*connection, std::move(out), mono, std::move(payload));
      const std::uint64_t number = connection->number;
      bury();
      if (connections_.find(number) != nullptr) fate = CommandFate::sent;
    }
  }
  if (handlers_.on_command) handlers_.on_command(id, fate);
}

void Sessions::answer_piece(PieceAnswer answer, std::int64_t mono) {
  Connection* const connection = connections_.find(answer.reply_to);
  attachments_.answer(connection, std::move(answer), mono);
  bury();
}

// --- as time passes ---

void Sessions::bury() {
  for (const std::uint64_t number : outbox_.take_gone()) forget(number);
}

void Sessions::forget(std::uint64_t number) {
  const Connection* const gone = connections_.find(number);
  if (gone == nullptr) return;
  const std::string agent = gone->agent;
  connections_.erase(number);
  if (agent.empty()) return;
  const bool other = connections_.any_of(agent);
  roster_.change(agent, [&](PeerState& state) { state.connected = other; });
}

void Sessions::tick(std::int64_t mono, bool drained) {
  throttle_.flush(mono);
  if (mono - listed_ >= kListEvery) {
    listed_ = mono;
    list_enrolled();
    rotation_.look(mono);
    changes_.look(mono);
  }
  for (const std::uint64_t number : connections_.numbers()) {
    Connection& connection = *connections_.find(number);
    outbox_.flush(connection, mono);
    const std::int64_t last_word = connection.flooded ? kLastWordToFlood : kLastWord;
    if (connection.refused && !connection.closing && connection.door != 0 && mono - connection.refused_at > last_word)
      close(connection);
    if (!connection.agent.empty() && !connection.refused) {
      if (admission_.standing(connection.agent, connection.public_key) == Admission::Standing::revoked) {
        report(Topic::revoked, connection, fmt::format("{}: revoked while connected", connection.agent), mono);
        refuse(connection, revoked_text(connection.agent), mono);
        continue;
      }
      if (drained && mono - connection.heard > kSilent)
        roster_.change(connection.agent, [](PeerState& state) { state.connected = false; });
      rotation_.tick(connection, mono);
    }
    if (mono - connection.sent < kHeartbeat) continue;
    LinkMessage beat;
    beat.kind = LinkKind::heartbeat;
    outbox_.send(connection, std::move(beat), mono);
  }
  bury();
}

}  // namespace wf::link
