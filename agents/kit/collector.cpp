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
  event.fields.resize(std::max<std::size_t>(kept, 0));
  event.add("agent.shortened", "true", ValueType::boolean);
  return size_of(event);
}

}  // namespace

void Collector::take(Event&& event) {
  std::size_t size = size_of(event);
  if (size > kMostEventBytes) size = shorten(event);
  Pending& lane = pending_[lane_of(event.kind)];
  lane.events.push_back(std::move(event));
  lane.sizes.push_back(size);
  ++pending_events_;
  pending_bytes_ += size;
}

void Collector::LastResort::take(Event&& event) {
  if (lane_of(event.kind) == 0)
    collector_.take(std::move(event));
  else
    ++collector_.given_up_;
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
  const bool urgent = !pending_[0].events.empty() || pending_events_ >= kBatchEvents || pending_bytes_ >= kBatchBytes;
  const bool due = pending_events_ > 0 && (urgent || moment.mono - spooled_at_ >= kGather);
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
}

Result<void> Collector::spool(const SourceSet& sources) {
  std::vector<std::string> encoded;
  std::vector<BatchToSpool> batches;
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
    const Pending& pending = pending_[lane];
    for (std::size_t begin = 0; begin < pending.events.size();) {
      std::size_t end = begin, bytes = 0;
      while (end < pending.events.size() && end - begin < kBatchEvents && (end == begin || bytes < kBatchBytes))
        bytes += pending.sizes[end++];
      encoder_.encode(std::span(pending.events).subspan(begin, end - begin), encoded.emplace_back());
      batches.push_back({lane, static_cast<std::uint32_t>(end - begin), {}});
      begin = end;
    }
  }
  for (std::size_t i = 0; i < batches.size(); ++i) batches[i].bytes = encoded[i];
  std::vector<spool::Position> positions;
  for (const auto& source : sources.all()) {
    std::string position = source->position();
    if (position != spool_.position(source->spec().name))
      positions.push_back({source->spec().name, std::move(position)});
  }
  if (Result<void> done = spool_.append(batches, positions); !done) return done;
  for (Pending& pending : pending_) {
    pending.events.clear();
    pending.sizes.clear();
  }
  pending_events_ = pending_bytes_ = 0;
  return {};
}

}  // namespace wf::kit
