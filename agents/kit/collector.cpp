#include "agents/kit/collector.hpp"

#include <algorithm>

#include "agents/kit/kinds.hpp"

namespace wf::kit {
namespace {

constexpr std::int64_t kRetry = kSecond;
/// Positions alone, of input that made no events, are spooled this often.
constexpr std::int64_t kPositionsEvery = 5 * kSecond;
/// An event larger than this is shortened, so that its batch stays far below what the engine accepts.
constexpr std::size_t kMostEventBytes = 1U << 20U;
constexpr std::size_t kMostValueBytes = 64U << 10U;

std::size_t size_of(const Event& event) {
  std::size_t out = 32 + event.kind.size() + event.source.size();
  for (const Field& field : event.fields) out += field.name.size() + field.value.size() + 4;
  return out;
}

std::size_t shorten(Event& event) {
  std::size_t size = 0, kept = 0;
  for (Field& field : event.fields) {
    if (field.value.size() > kMostValueBytes) field.value.resize(kMostValueBytes);
    size += field.name.size() + field.value.size() + 4;
    if (size > kMostEventBytes / 2) break;
    ++kept;
  }
  event.fields.resize(kept);
  event.add("agent.shortened", "true", ValueType::boolean);
  return size_of(event);
}

}  // namespace

void Collector::take(Event&& event) {
  if (observer_) observer_(event);
  std::size_t size = size_of(event);
  if (size > kMostEventBytes) size = shorten(event);
  const std::uint8_t lane = lane_of(event.kind);
  Pending& pending = pending_[lane];
  // One that is large goes alone.
  if (pending.bytes + size > kBatchBytes) encode(lane);
  pending.fields += event.fields.size();
  pending.events.push_back(std::move(event));
  pending.bytes += size;
  ++pending_events_;
  ++taken_;
  pending_bytes_ += size;
  urgent_ |= lane == 0;
  if (pending.events.size() >= kBatchEvents || pending.bytes >= kBatchBytes || pending.fields >= kBatchFields)
    encode(lane);
}

void Collector::encode(std::uint8_t lane) {
  Pending& pending = pending_[lane];
  if (pending.events.empty()) return;
  if (complete_ == encoded_.size()) encoded_.emplace_back();
  Encoded& batch = encoded_[complete_++];
  batch.lane = lane;
  batch.count = static_cast<std::uint32_t>(pending.events.size());
  encoder_.encode(pending.events, batch.bytes);
  pending_bytes_ += batch.bytes.size();
  pending_bytes_ -= pending.bytes;
  pending.events.clear();
  pending.bytes = pending.fields = 0;
}

void Collector::LastResort::take(Event&& event) {
  if (!collector_.failure_.empty() && collector_.pending_bytes_ >= kMostHeld && lane_of(event.kind) != 0) {
    if (collector_.observer_) collector_.observer_(event);
    ++collector_.given_up_;
    return;
  }
  collector_.cannot_wait_ = true;
  collector_.take(std::move(event));
}

void Collector::note(std::string name, std::string position) {
  for (spool::Position& note : notes_)
    if (note.source == name) {
      note.position = std::move(position);
      return;
    }
  notes_.push_back({std::move(name), std::move(position)});
}

std::int64_t Collector::next_wake() const {
  if (!failure_.empty()) return retry_at_;
  if (pending_events_ > 0) return spooled_at_ + kGather;
  return positions_moved_ ? positions_at_ + kPositionsEvery : kNever;
}

void Collector::flush(const SourceSet& sources, const Moment& moment, bool all) {
  if (!failure_.empty() && moment.mono < retry_at_ && !all) return;
  positions_moved_ = pending_events_ > 0;
  for (const auto& source : sources.all())
    if (!positions_moved_) positions_moved_ = source->position() != spool_.position(source->spec().name);
  const bool enough = pending_events_ >= kCommitEvents || pending_bytes_ >= kBatchBytes;
  const bool due = pending_events_ > 0 && (urgent_ || enough || moment.mono - spooled_at_ >= kGather);
  const bool positions_due = positions_moved_ && moment.mono - positions_at_ >= kPositionsEvery;
  if (!due && !positions_due && !(all && positions_moved_)) return;
  if (Result<void> done = spool(sources); !done) {
    // The first reason stands as long as the trouble lasts, whichever file a later attempt stumbles over.
    if (failure_.empty()) failure_ = done.error().text();
    retry_at_ = moment.mono + kRetry;
    return;
  }
  failure_.clear();
  spooled_at_ = positions_at_ = moment.mono;
  positions_moved_ = false;
  for (const auto& source : sources.all()) source->durable(moment);
}

void Collector::rest() {
  if (complete_ > 0 || pending_events_ > 0) return;
  encoded_ = {};
  for (Pending& pending : pending_) pending.events = {};
}

Result<void> Collector::spool(const SourceSet& sources) {
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) encode(lane);
  batches_.clear();
  for (std::size_t i = 0; i < complete_; ++i)
    batches_.push_back({encoded_[i].lane, encoded_[i].count, encoded_[i].bytes});
  positions_.clear();
  for (const auto& source : sources.all()) {
    std::string position = source->position();
    if (position != spool_.position(source->spec().name))
      positions_.push_back({source->spec().name, std::move(position)});
  }
  positions_.insert(positions_.end(), notes_.begin(), notes_.end());
  if (cannot_wait_) (void)spool_.make_room(pending_bytes_);
  const auto no_room = cannot_wait_ ? Spool::WhenNoRoom::give_up : Spool::WhenNoRoom::refuse;
  if (Result<void> done = spool_.append(batches_, positions_, no_room); !done) return done;
  complete_ = 0;
  notes_.clear();
  urgent_ = cannot_wait_ = false;
  pending_events_ = pending_bytes_ = 0;
  return {};
}

}  // namespace wf::kit
