#include "agents/kit/link_client.hpp"

#include <algorithm>

namespace wf::kit {
namespace {

constexpr std::int64_t kAnswerWithin = 5 * kSecond;  ///< from connecting to WELCOME or ENROLLED
constexpr std::int64_t kHeartbeat = 5 * kSecond;
constexpr std::int64_t kSilent = 15 * kSecond;  ///< three heartbeats missed
constexpr std::int64_t kReportEvery = 10 * kSecond;
constexpr std::int64_t kReportSoon = kSecond;  ///< least time between two reports
constexpr std::int64_t kFirstWait = 250 * kMillisecond;
constexpr std::int64_t kLongestWait = 30 * kSecond;
constexpr std::int64_t kRefusedWait = 60 * kSecond;
constexpr int kBatchesAtOnce = 32;
/// Below what the socket queues, so that a batch within the window can always be sent.
constexpr std::uint32_t kMostWindow = 1000;
/// One batch of so many is the bulk lane's, so that a backlog of normal events does not starve it.
constexpr std::uint32_t kBulkShare = 4;

LinkMessage message_of(LinkKind kind) {
  LinkMessage out;
  out.kind = kind;
  return out;
}

}  // namespace

LinkClient::LinkClient(LinkOptions options, Spool& spool)
    : options_(std::move(options)),
      spool_(spool),
      random_(static_cast<std::minstd_rand::result_type>(options_.seed)),
      said_(options_.engines.size()) {}

void LinkClient::say(const std::string& line) {
  if (line == said_[engine_]) return;
  said_[engine_] = line;
  if (options_.say) options_.say(line);
}

std::int64_t LinkClient::next_wake() const {
  if (state_ == State::waiting) return retry_at_;
  if (state_ == State::connecting) return deadline_;
  const std::int64_t report = report_changed_ ? std::min(report_at_, reported_ + kReportSoon) : report_at_;
  return std::min({sent_ + kHeartbeat, heard_ + kSilent, report});
}

bool LinkClient::delivered() const {
  if (state_ != State::connected || unacknowledged_ > 0 || held_) return false;
  for (std::uint8_t lane = 0; lane < kLanes; ++lane)
    if (!spool_.read_all(lane)) return false;
  return true;
}

void LinkClient::connect(const Moment& moment) {
  ConnectionKeys keys;
  enrolling_ = false;
  if (!plain()) {
    const Identity& own = options_.identity;
    keys = {own.engine_key, own.public_key, own.secret_key};
    enrolling_ = !own.enrolled && options_.invitation.has_value();
    if (enrolling_) {
      keys.public_key = options_.invitation->public_key;
      keys.secret_key = options_.invitation->secret_key;
    }
  }
  if (Result<void> begun = socket_.connect(engine(), keys); !begun) return disconnect(moment, begun.error().text());
  state_ = State::connecting;
  deadline_ = moment.mono + kAnswerWithin;
  heard_ = moment.mono;
  LinkMessage first = message_of(enrolling_ ? LinkKind::enrol : LinkKind::hello);
  first.agent_version = options_.version;
  first.agent_kind = options_.kind;
  first.agent_name = options_.name;
  if (enrolling_)
    first.public_key = options_.identity.public_key;
  else
    first.epoch = spool_.epoch();
  send(std::move(first), moment);
}

void LinkClient::disconnect(const Moment& moment, const std::string& why, std::int64_t least_wait) {
  socket_.close();
  state_ = State::waiting;
  say(why);
  // Each engine of the list gets its turn before the waits grow.
  const auto round = std::min<std::uint32_t>(failures_ / static_cast<std::uint32_t>(options_.engines.size()), 7);
  ++failures_;
  engine_ = (engine_ + 1) % options_.engines.size();
  std::int64_t wait = std::max(std::min(kFirstWait << round, kLongestWait), least_wait);
  // From half to one and a half, so that a thousand agents do not come back at once.
  wait = wait / 2 +
         static_cast<std::int64_t>(static_cast<double>(wait) * std::uniform_real_distribution<double>(0, 1)(random_));
  retry_at_ = moment.mono + wait;
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
  const bool more = send_batches(moment);
  if (moment.mono >= report_at_ || (report_changed_ && moment.mono >= reported_ + kReportSoon)) {
    std::string payload;
    if (options_.report) encode_report(options_.report(), payload);
    if (payload.empty() || send(message_of(LinkKind::status), moment, payload)) {
      report_changed_ = false;
      reported_ = moment.mono;
    }
    report_at_ = moment.mono + kReportEvery;
  }
  if (moment.mono - sent_ >= kHeartbeat) send(message_of(LinkKind::heartbeat), moment);
  // What was sent may have made libzmq take in answers without a wake-up.
  receive(moment);
  return more && state_ == State::connected;
}

void LinkClient::receive(const Moment& moment) {
  while (state_ != State::waiting && socket_.receive(received_)) {
    heard_ = moment.mono;
    // A message that is none comes from an engine that is none: its silence will end the connection.
    if (const Result<LinkMessage> message = decode_link(received_)) on_message(*message, moment);
  }
  if (state_ == State::waiting) return;
  switch (socket_.fate()) {
    case LinkSocket::Fate::alive:
      return;
    case LinkSocket::Fate::unreachable:
      return disconnect(moment, engine() + ": no engine answers there; trying again until one does");
    case LinkSocket::Fate::unwelcome:
      refusal_ = enrolling_ ? "the engine does not know this invitation; ask for a new one"
                            : "the engine does not admit this agent's key; it was revoked, or enrolled elsewhere";
      return disconnect(moment, engine() + ": " + refusal_, kRefusedWait);
    case LinkSocket::Fate::incompatible:
      return disconnect(moment, engine() + ": what answers there is not the engine that this agent was enrolled with");
    case LinkSocket::Fate::ended:
      return disconnect(moment, engine() + ": the connection ended; connecting again");
  }
}

void LinkClient::on_message(const LinkMessage& message, const Moment& moment) {
  switch (message.kind) {
    case LinkKind::welcome:
      return on_welcome(message, moment);
    case LinkKind::ack:
      return on_ack(message);
    case LinkKind::enrolled:
      return on_enrolled(message, moment);
    case LinkKind::refuse:
      refusal_ = message.reason.empty() ? "refused without a reason" : message.reason;
      return disconnect(moment, engine() + ": " + refusal_, kRefusedWait);
    default:  // heartbeats; what a newer engine says and this agent does not know
      return;
  }
}

void LinkClient::on_welcome(const LinkMessage& message, const Moment& moment) {
  if (enrolling_) return;
  bool ahead = false;
  for (const LaneStored& stored : message.stored) {
    if (stored.epoch != spool_.epoch()) continue;
    ahead |= stored.sequence >= spool_.next_sequence(stored.lane);
  }
  if (ahead) {
    // The engine has events that this spool never numbered: an older copy of the spool was put back.
    if (Result<void> renewed = spool_.renew(); !renewed)
      return disconnect(moment, renewed.error().text(), kRefusedWait);
    say("the spool is older than what the engine has; its events are numbered anew");
  }
  for (const LaneStored& stored : message.stored)
    if (stored.epoch == spool_.epoch()) spool_.acknowledge(stored.lane, stored.sequence);
  spool_.rewind();
  for (auto& lane : outstanding_) lane.clear();
  unacknowledged_ = 0;
  held_.reset();
  window_ = std::clamp<std::uint32_t>(message.window, 1, kMostWindow);
  failures_ = 0;
  refusal_.clear();
  if (!message.agent_name.empty()) options_.name = message.agent_name;
  state_ = State::connected;
  report_at_ = moment.mono;
  for (std::string& line : said_) line.clear();
  say("connected to " + engine() + " as " + options_.name);
}

void LinkClient::on_ack(const LinkMessage& message) {
  if (message.epoch != spool_.epoch() || message.count == 0) return;
  const std::uint64_t last = message.first_sequence + message.count - 1;
  std::deque<Outstanding>& lane = outstanding_[message.lane];
  // Ranges may cover several batches, and may come in any order.
  for (Outstanding& batch : lane) {
    if (batch.stored || batch.first < message.first_sequence || batch.last > last) continue;
    batch.stored = true;
    --unacknowledged_;
  }
  std::uint64_t up_to = 0;
  for (; !lane.empty() && lane.front().stored; lane.pop_front()) up_to = lane.front().last;
  if (up_to > 0) spool_.acknowledge(message.lane, up_to);
}

void LinkClient::on_enrolled(const LinkMessage& message, const Moment& moment) {
  if (!enrolling_) return;
  options_.identity.enrolled = true;
  options_.identity.name = message.agent_name;
  options_.name = message.agent_name;
  if (Result<void> written = write_identity(options_.identity_file, options_.identity); !written) {
    // Asking again gives the same answer, as long as the keys are the same.
    options_.identity.enrolled = false;
    return disconnect(moment, written.error().text(), kRefusedWait);
  }
  refusal_.clear();
  say("enrolled as " + options_.name);
  connect(moment);
}

std::optional<std::uint8_t> LinkClient::next_batch() {
  constexpr std::array<std::uint8_t, kLanes> kUsual{0, 1, 2}, kBulkFirst{0, 2, 1};
  for (const std::uint8_t lane : turn_ % kBulkShare == kBulkShare - 1 ? kBulkFirst : kUsual)
    if (spool_.read(lane, batch_)) return lane;
  return std::nullopt;
}

bool LinkClient::send_batches(const Moment& moment) {
  for (int i = 0; i < kBatchesAtOnce; ++i) {
    if (unacknowledged_ >= window_) return false;
    if (!held_) held_ = next_batch();
    if (!held_) {
      // Numbers at a lane's end whose events are damaged will never be sent: nothing waits for them any more.
      for (std::uint8_t lane = 0; lane < kLanes; ++lane)
        if (outstanding_[lane].empty() && spool_.read_all(lane))
          spool_.acknowledge(lane, spool_.next_sequence(lane) - 1);
      return false;
    }
    LinkMessage header = message_of(LinkKind::batch);
    header.epoch = spool_.epoch();
    header.lane = *held_;
    header.first_sequence = batch_.first_sequence;
    header.count = batch_.count;
    if (!send(std::move(header), moment, batch_.bytes)) return false;
    outstanding_[*held_].push_back({batch_.first_sequence, batch_.first_sequence + batch_.count - 1, false});
    ++unacknowledged_;
    ++turn_;
    held_.reset();
  }
  return true;
}

}  // namespace wf::kit
