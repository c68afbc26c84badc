#include <algorithm>
#include <utility>

#include "agents/kit/link/link_client.hpp"

/// Which batches go out, and what becomes of them.
namespace wf::kit {
namespace {

constexpr int kBatchesAtOnce = 32;
/// One batch of so many is the bulk lane's, so that a backlog of normal events does not starve it.
constexpr std::uint32_t kBulkShare = 4;
/// Of the engine's window so much is life safety's alone.
constexpr std::uint32_t kKeptShare = 8;

}  // namespace

bool LinkClient::delivered() const {
  return state_ == State::connected && unacknowledged_ == 0 && caught_up() && attachments_.settled();
}

bool LinkClient::caught_up() const {
  if (held_ || urgent_held_) return false;
  for (std::uint8_t lane = 0; lane < kLanes; ++lane)
    if (!spool_.read_all(lane)) return false;
  return true;
}

std::optional<std::uint8_t> LinkClient::next_batch() {
  constexpr std::array<std::uint8_t, kLanes - 1> kUsual{1, 2}, kBulkFirst{2, 1};
  for (const std::uint8_t lane : turn_ % kBulkShare == kBulkShare - 1 ? kBulkFirst : kUsual)
    if (spool_.read(lane, batch_)) return lane;
  return std::nullopt;
}

void LinkClient::declare_given_up(const Moment& moment) {
  if (wire_version_ < 2) return;
  if (spool_.given_up().empty()) return declared_.clear();
  for (const GivenUpRange& range : spool_.given_up()) {
    if (range.settled || std::find(declared_.begin(), declared_.end(), range) != declared_.end()) continue;
    LinkMessage message = message_of(LinkKind::given_up);
    message.epoch = range.epoch;
    message.lane = range.lane;
    message.first_sequence = range.first;
    message.last_sequence = range.last;
    message.reason = words_of(range.reason);
    if (!send(std::move(message), moment)) return;
    declared_.push_back(range);
  }
}

bool LinkClient::send_batches(const Moment& moment) {
  for (int i = 0; i < kBatchesAtOnce; ++i) {
    Sending done = send_urgent(moment);
    if (done == Sending::held) return false;
    if (done == Sending::nothing) done = send_usual(moment);
    if (done != Sending::sent) return false;
  }
  return true;
}

LinkClient::Sending LinkClient::send_urgent(const Moment& moment) {
  if (!urgent_held_ && (unacknowledged_ >= window_ || !spool_.read(0, urgent_))) return Sending::nothing;
  urgent_held_ = !send_batch(0, urgent_, window_, window_bytes_, moment);
  return urgent_held_ ? Sending::held : Sending::sent;
}

LinkClient::Sending LinkClient::send_usual(const Moment& moment) {
  const std::uint32_t window = window_ - window_ / kKeptShare;
  if (unacknowledged_ >= window) return Sending::held;
  if (!held_) held_ = next_batch();
  if (!held_) {
    // Numbers at a lane's end whose events are damaged will never be sent: nothing waits for them any more.
    for (std::uint8_t lane = 0; lane < kLanes; ++lane)
      if (outstanding_[lane].empty() && spool_.read_all(lane)) spool_.acknowledge(lane, spool_.next_sequence(lane) - 1);
    pace_.ran_dry();
    return Sending::nothing;
  }
  if (!pace_.may(batch_.bytes.size(), moment.mono)) return Sending::held;
  if (!send_batch(*held_, batch_, window, window_bytes_ - window_bytes_ / kKeptShare, moment)) return Sending::held;
  held_.reset();
  ++turn_;  // not of life safety, which has no turns
  return Sending::sent;
}

bool LinkClient::send_batch(std::uint8_t lane, StoredBatch& batch, std::uint32_t window, std::uint64_t window_bytes,
                            const Moment& moment) {
  const std::size_t bytes = batch.bytes.size();
  // One batch may always be under way, however large; and one of life safety beside it, where the engine knows that.
  const bool alone =
      unacknowledged_ == 0 || (lane == 0 && outstanding_[0].empty() && wire_version_ >= kUrgentBesideWindow);
  if (unacknowledged_ >= window || (window_bytes > 0 && !alone && unacknowledged_bytes_ + bytes > window_bytes))
    return false;
  LinkMessage header = message_of(LinkKind::batch);
  header.epoch = spool_.epoch();
  header.lane = lane;
  header.first_sequence = batch.first_sequence;
  header.count = batch.count;
  header.clock = moment.now;
  encode_link(header, header_);
  if (!socket_.give(header_, batch.bytes)) return false;
  sent_ = moment.mono;
  outstanding_[lane].push_back(
      {batch.first_sequence, batch.first_sequence + batch.count - 1, bytes, false, pace_.sent(bytes, moment.mono)});
  ++unacknowledged_;
  unacknowledged_bytes_ += bytes;
  return true;
}

void LinkClient::on_ack(const LinkMessage& message, const Moment& moment) {
  // Of a range that was given up.
  if (message.last_sequence > 0)
    return spool_.settle(message.epoch, message.lane, message.first_sequence, message.last_sequence);
  if (message.epoch != spool_.epoch() || message.count == 0) return;
  const std::uint64_t last = message.first_sequence + message.count - 1;
  std::deque<Outstanding>& lane = outstanding_[message.lane];
  // Ranges may cover several batches, and may come in any order.
  for (Outstanding& batch : lane) {
    if (batch.stored || batch.first < message.first_sequence || batch.last > last) continue;
    batch.stored = true;
    --unacknowledged_;
    unacknowledged_bytes_ -= batch.bytes;
    pace_.confirmed(batch.sent, batch.bytes, moment.mono);
  }
  std::uint64_t up_to = 0;
  for (; !lane.empty() && lane.front().stored; lane.pop_front()) up_to = lane.front().last;
  confirmed_[message.lane] = std::max(confirmed_[message.lane], up_to);
  // It may have been given up while it was on its way.
  spool_.settle(message.epoch, message.lane, message.first_sequence, last);
}

void LinkClient::confirm() {
  for (std::uint8_t lane = 0; lane < kLanes; ++lane)
    if (const std::uint64_t up_to = std::exchange(confirmed_[lane], 0); up_to > 0) spool_.acknowledge(lane, up_to);
}

}  // namespace wf::kit
