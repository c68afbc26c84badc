#include "agents/kit/link/link_client.hpp"

#include <algorithm>

#include "agents/kit/spool/disk.hpp"

namespace wf::kit {
namespace {

constexpr std::int64_t kAnswerWithin = 5 * kSecond;  ///< from connecting to WELCOME or ENROLLED
constexpr std::int64_t kHeartbeat = 5 * kSecond;
constexpr std::int64_t kSilent = 15 * kSecond;  ///< three heartbeats missed
constexpr std::int64_t kReportEvery = 10 * kSecond;
constexpr std::int64_t kReportSoon = kSecond;  ///< least time between two reports
/// Below what the socket queues, so that a batch within the window can always be sent.
constexpr std::uint32_t kMostWindow = 1000;
/// An engine that asks for a new epoch again and again is at fault.
constexpr std::uint32_t kMostRenewals = 3;
constexpr const char* kKept = "; its events stay in the spool, and it asks again every minute";

}  // namespace

LinkMessage LinkClient::message_of(LinkKind kind) {
  LinkMessage out;
  out.kind = kind;
  return out;
}

LinkClient::LinkClient(LinkOptions options, Spool& spool)
    : options_(std::move(options)),
      spool_(spool),
      ring_(options_.identity, options_.invitation, options_.identity_file, options_.engines.size()),
      attachments_(options_.attachments, [this](const std::string& line) { say(engine() + ": " + line); }),
      choice_(options_.engines.size(), options_.seed),
      said_(options_.engines.size()) {}

void LinkClient::say(const std::string& line) {
  if (line == said_[choice_.current()]) return;
  said_[choice_.current()] = line;
  if (options_.say) options_.say(line);
}

std::int64_t LinkClient::next_wake() const {
  if (state_ == State::waiting) return retry_at_;
  if (state_ == State::connecting) return deadline_;
  const std::int64_t report = report_changed_ ? std::min(report_at_, reported_ + kReportSoon) : report_at_;
  return std::min({sent_ + kHeartbeat, heard_ + kSilent, report, attachments_.next_wake(), say_key_at_,
                   look_ ? look_until_ : choice_.look_at()});
}

void LinkClient::connect(const Moment& moment) {
  KeyRing::Way way;
  if (!plain())
    way = ring_.way(choice_.current());
  else if (Result<void> guarded = check_private_endpoint(engine()); !guarded)
    return disconnect(moment, guarded.error().text(), kRefusedWait);
  enrolling_ = way.enrol;
  say_key_at_ = kNever;
  if (enrolling_ && ring_.invitation()->expires < moment.now) {
    if (ring_.unwelcome(choice_.current(), moment.now)) return reconnect(moment);
    refusal_ = "this invitation expired on " + format_rfc3339(ring_.invitation()->expires) +
               " (this machine's clock says " + format_rfc3339(moment.now) + "); ask for a new one";
    return disconnect(moment, refusal_, kRefusedWait);
  }
  if (Result<void> begun = socket_.connect(engine(), way.keys); !begun) return disconnect(moment, begun.error().text());
  heard_ = moment.mono;
  renewals_ = 0;
  say_hello(moment);
}

void LinkClient::say_hello(const Moment& moment) {
  state_ = State::connecting;
  deadline_ = moment.mono + kAnswerWithin;
  commands_.hello(moment.mono);
  LinkMessage first = message_of(enrolling_ ? LinkKind::enrol : LinkKind::hello);
  first.agent_version = options_.version;
  first.agent_kind = options_.kind;
  first.agent_name = options_.name;
  if (enrolling_) {
    first.public_key = ring_.identity().public_key;
  } else {
    first.epoch = spool_.epoch();
    first.lease = spool_.lease();
  }
  if (!enrolling_ && !plain()) say_kept_keys(first);
  send(std::move(first), moment);
}

void LinkClient::reconnect(const Moment& moment) {
  attachments_.cut();
  connect(moment);
}

void LinkClient::disconnect(const Moment& moment, const std::string& why, std::int64_t least_wait) {
  socket_.close();
  attachments_.cut();
  state_ = State::waiting;
  say(why);
  look_.reset();
  const bool urgent = spool_.next_sequence(0) > spool_.acknowledged(0) + 1;
  retry_at_ = choice_.failed(moment.mono, urgent, least_wait);
}

void LinkClient::look(const Moment& moment) {
  if (!look_) {
    if (moment.mono < choice_.look_at()) return;
    looked_at_ = choice_.look(moment.mono);
    look_until_ = moment.mono + kAnswerWithin;
    const std::string& there = options_.engines[looked_at_];
    ConnectionKeys keys;
    if (!there.starts_with("ipc://")) keys = ring_.way(looked_at_).keys;
    look_.emplace();
    if (!look_->connect(there, keys)) look_.reset();
    return;
  }
  const LinkSocket::Fate fate = look_->fate();
  if (look_->agreed()) {
    say(options_.engines[looked_at_] + " is back: going there");
    look_.reset();
    socket_.close();
    attachments_.cut();
    choice_.take(looked_at_);
    connect(moment);
  } else if (fate != LinkSocket::Fate::alive || moment.mono >= look_until_) {
    look_.reset();
  }
}

bool LinkClient::send(LinkMessage message, const Moment& moment, std::string_view payload) {
  message.clock = moment.now;
  encode_link(message, header_);
  if (!socket_.send(header_, payload)) return false;
  sent_ = moment.mono;
  return true;
}

bool LinkClient::step(const Moment& moment) {
  if (state_ == State::waiting) {
    if (moment.mono < retry_at_) return false;
    connect(moment);
  }
  receive(moment);
  if (state_ == State::connecting && moment.mono >= deadline_)
    disconnect(moment, engine() + ": no answer; is it the engine's address, and does it run?");
  if (state_ != State::connected) return false;
  if (moment.mono - heard_ >= kSilent) {
    disconnect(moment, engine() + ": silent for 15 seconds; connecting again");
    return false;
  }
  declare_given_up(moment);
  const bool more = send_batches(moment);
  attachments_.step(
      moment, unacknowledged_ < window_ && caught_up(),
      [&](LinkMessage&& header, std::string_view piece) { return send(std::move(header), moment, piece); });
  if (moment.mono >= report_at_ || (report_changed_ && moment.mono >= reported_ + kReportSoon)) {
    std::string payload;
    if (options_.report) encode_report(options_.report(), payload);
    LinkMessage status = message_of(LinkKind::status);
    if (!plain()) say_kept_keys(status);
    if (payload.empty() || send(std::move(status), moment, payload)) {
      report_changed_ = false;
      reported_ = moment.mono;
    }
    report_at_ = moment.mono + kReportEvery;
  }
  if (moment.mono >= say_key_at_) say_key(moment);
  if (moment.mono - sent_ >= kHeartbeat) send(message_of(LinkKind::heartbeat), moment);
  // What was sent may have made libzmq take in answers without a wake-up. They may have made room for more, and
  // nothing else may come to say so.
  const bool heard = receive(moment);
  if (state_ == State::connected) look(moment);
  return (more || heard || attachments_.answered()) && state_ == State::connected;
}

bool LinkClient::receive(const Moment& moment) {
  bool heard = false;
  while (state_ != State::waiting && socket_.receive(received_, payload_)) {
    heard = true;
    heard_ = moment.mono;
    // A message that is none comes from an engine that is none: its silence will end the connection.
    const Result<LinkMessage> message = decode_link(received_);
    if (!message) continue;
    if (message->kind != LinkKind::ack) confirm();
    on_message(*message, moment);
    if (options_.keeps_time && state_ == State::connected && commands_.contradicted(*message, moment)) {
      const std::size_t same = choice_.current();
      disconnect(moment, engine() + ": the engine's clock is not what it was; connecting again to learn it");
      choice_.take(same);
    }
  }
  confirm();
  if (state_ != State::waiting) follow(moment);
  return heard;
}

void LinkClient::follow(const Moment& moment) {
  switch (socket_.fate()) {
    case LinkSocket::Fate::alive:
      return;
    case LinkSocket::Fate::unreachable:
      return disconnect(moment, engine() + ": no engine answers there; trying again until one does");
    case LinkSocket::Fate::unwelcome:
      if (!plain() && ring_.unwelcome(choice_.current(), moment.now)) return reconnect(moment);
      refusal_ = unwelcome();
      return disconnect(moment, engine() + ": " + refusal_, kRefusedWait);
    case LinkSocket::Fate::incompatible:
      if (!plain() && ring_.incompatible(choice_.current(), moment.now)) return reconnect(moment);
      return disconnect(moment, engine() +
                                    ": what answers there is not the engine that this agent was enrolled with, or "
                                    "keeps this agent out for a minute because it flooded it");
    case LinkSocket::Fate::ended:
      return disconnect(moment, engine() + ": the connection ended; connecting again");
  }
}

void LinkClient::on_message(const LinkMessage& message, const Moment& moment) {
  switch (message.kind) {
    case LinkKind::welcome:
      return on_welcome(message, moment);
    case LinkKind::ack:
      return on_ack(message, moment);
    case LinkKind::enrolled:
      return on_enrolled(message, moment);
    case LinkKind::device_command:
      if (options_.on_command && state_ == State::connected) options_.on_command(payload_, moment);
      return;
    case LinkKind::attachment_stored:
      return attachments_.on_stored(message, moment);
    case LinkKind::refuse:
      return on_refuse(message, moment);
    case LinkKind::heartbeat:
      return learn(message);
    case LinkKind::rotate:
      return on_rotate(moment);
    case LinkKind::rotated:
      if (state_ != State::connected || plain() || !ring_.rotated(message.public_key)) return;
      say(engine() + ": this agent has a new key");
      return reconnect(moment);
    default:  // what a newer engine says and this agent does not know
      return;
  }
}

void LinkClient::on_welcome(const LinkMessage& message, const Moment& moment) {
  if (enrolling_) return;
  wire_version_ = std::clamp<std::uint32_t>(message.wire_version, 1, kWireVersion);
  const bool ahead = std::any_of(message.stored.begin(), message.stored.end(), [&](const LaneStored& stored) {
    return stored.epoch == spool_.epoch() && stored.sequence >= spool_.next_sequence(stored.lane);
  });
  const bool asked = wire_version_ >= 2 && message.renew;
  if (asked || ahead) {
    if (!renew(asked ? "another copy of this agent has its numbers" : "the spool is older than what the engine has",
               moment))
      return;
    // An engine of version 1 learns of the new epoch from the batches.
    if (wire_version_ >= 2) return say_hello(moment);
  }
  // Durable before a batch is sent: a copy of the spool that has another one is told from this one by it.
  if (wire_version_ >= 2 && !message.lease.empty())
    if (Result<void> kept = spool_.keep_lease(message.lease); !kept)
      return disconnect(moment, kept.error().text(), kRefusedWait);
  for (const LaneStored& stored : message.stored) {
    if (stored.epoch == spool_.epoch()) spool_.acknowledge(stored.lane, stored.sequence);
    if (wire_version_ >= 2 && stored.sequence > 0) spool_.settle(stored.epoch, stored.lane, 1, stored.sequence);
  }
  spool_.rewind();
  for (auto& lane : outstanding_) lane.clear();
  unacknowledged_ = 0;
  unacknowledged_bytes_ = 0;
  declared_.clear();
  held_.reset();
  urgent_held_ = false;
  pace_.restart();
  window_ = std::clamp<std::uint32_t>(message.window, 1, kMostWindow);
  window_bytes_ = message.window_bytes;
  choice_.welcomed(moment.mono);
  refusal_.clear();
  if (!message.agent_name.empty()) options_.name = message.agent_name;
  state_ = State::connected;
  report_at_ = moment.mono;
  for (std::string& line : said_) line.clear();
  say("connected to " + engine() + " as " + options_.name);
  attachments_.welcomed(message.wire_version);
  // Whether the engine uses its next key of commands is seen before it may name a further one.
  commands_.welcomed(message, plain(), ring_.held(), options_.identity_file, moment);
  if (!plain()) keys_welcomed(message, moment);
}

void LinkClient::on_refuse(const LinkMessage& message, const Moment& moment) {
  if (enrolling_ && ring_.unwelcome(choice_.current(), moment.now)) {
    say(engine() + ": " + message.reason);
    return reconnect(moment);
  }
  refusal_ = message.reason.empty() ? "refused without a reason" : message.reason;
  disconnect(moment, engine() + ": " + refusal_ + kKept, kRefusedWait);
}

bool LinkClient::renew(const std::string& because, const Moment& moment) {
  if (++renewals_ > kMostRenewals) {
    disconnect(moment, engine() + ": it asks for new numbers again and again; check the engine's version",
               kRefusedWait);
    return false;
  }
  if (Result<void> renewed = spool_.renew(); !renewed) {
    disconnect(moment, renewed.error().text(), kRefusedWait);
    return false;
  }
  say(because + ": what is not acknowledged is numbered anew");
  return true;
}

}  // namespace wf::kit
