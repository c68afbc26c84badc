#include "agents/kit/spool/spool.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace wf::kit {
namespace {

using spool::RecordHeader;

/// Space kept back for life safety on a full disk.
constexpr std::uint64_t kReserveBytes = 1 << 20;
/// A segment is at most this part of the limit, so that giving one up costs no more.
constexpr std::uint64_t kSegmentShare = 8;
/// Segments that are done with, while a backlog goes out and there is room.
constexpr std::size_t kRemovedAtOnce = 8;
/// Never life safety.
constexpr std::array<std::uint8_t, 2> kMayBeGivenUp{2, 1};
constexpr std::int64_t kAgeEvery = 60 * kSecond;
/// A segment is left for a new one after this part of the age limit.
constexpr std::int64_t kAgeShare = 8;
/// The clock was set if it moved away from CLOCK_MONOTONIC by more than this.
constexpr std::int64_t kClockWasSet = 3600 * kSecond;
/// 2025: a clock before this was never set.
constexpr UtcNs kLeastTime = 1'735'689'600 * kSecond;

}  // namespace

Spool::Spool(SpoolOptions options) : options_(std::move(options)) {
  disk_ = options_.disk != nullptr ? options_.disk : &real_disk();
  options_.segment_bytes =
      std::min(options_.segment_bytes, std::max<std::uint64_t>(options_.limit_bytes, 1) / kSegmentShare);
}

bool Spool::worth_removing() const {
  std::size_t segments = 0;
  for (const spool::Lane& lane : lanes_) segments += lane.removables();
  return segments >= kRemovedAtOnce || (segments > 0 && (events() == 0 || bytes() >= options_.limit_bytes / 2));
}

bool Spool::settle_acknowledged(Removal when) {
  std::string text = spool::hex(numbers_.made);
  for (const spool::Lane& lane : lanes_) text += ' ' + std::to_string(lane.acknowledged());
  // Synced only before files go: after a power loss the engine's WELCOME says the rest again.
  const bool removes = when == Removal::in_groups
                           ? worth_removing()
                           : std::any_of(lanes_.begin(), lanes_.end(), [](const auto& l) { return l.removable(); });
  if (!acknowledged_file_.write(text, removes)) return false;
  if (removes)
    for (spool::Lane& lane : lanes_) lane.remove_acknowledged();
  return true;
}

void Spool::keep_reserve() {
  if (reserve_) return;
  const DiskFile out(*disk_, file("reserve"), O_RDWR | O_CREAT);
  if (!out.open()) return;
  reserve_ = out.allocate(kReserveBytes) == 0;
  if (!reserve_) (void)disk_->remove(file("reserve"));
}

std::string Spool::opening_record() const {
  std::string positions;
  for (const auto& [source, position] : positions_) spool::append_position(source, position, positions);
  if (time_.now != 0) spool::append_position(spool::kBegun, std::to_string(time_.now), positions);
  RecordHeader header;
  header.commit = durable_commit_;
  for (std::size_t lane = 0; lane < kLanes; ++lane) header.next[lane] = lanes_[lane].next();
  std::string out;
  spool::append_record(header, {}, positions, out);
  return out;
}

Result<void> Spool::append(std::span<const BatchToSpool> batches, std::span<const spool::Position> positions,
                           WhenNoRoom no_room) {
  position_buffer_.clear();
  for (const spool::Position& p : positions) spool::append_position(p.source, p.position, position_buffer_);
  const bool urgent = std::any_of(batches.begin(), batches.end(), [](const auto& b) { return b.lane == 0; });
  const auto disk_is_full = [&] { return no_room_ == ENOSPC || no_room_ == EDQUOT; };
  Result<void> done = try_append(batches, position_buffer_);
  // On a full disk what the engine has makes room; else a disk that is full of it alone stays full for ever.
  if (!done && shed()) done = try_append(batches, position_buffer_);
  if (!done && reserve_ && urgent) {
    (void)disk_->remove(file("reserve"));
    reserve_ = false;
    done = try_append(batches, position_buffer_);
  }
  while (!done && disk_is_full() && (urgent || no_room == WhenNoRoom::give_up) && give_up_oldest(GiveUpReason::disk))
    done = try_append(batches, position_buffer_);
  if (!done) return done;
  for (const spool::Position& p : positions) {
    positions_[p.source] = p.position;
    if (p.source == spool::kGivenUp) given_up_.said(said());
  }
  return done;
}

bool Spool::shed() {
  if (torn_) return false;
  const std::string opening = opening_record();
  bool any = std::any_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane.removable(); });
  for (spool::Lane& lane : lanes_) {
    any |= lane.spent(opening.size()) && lane.begin_segment(opening, time_.now);
  }
  return any && settle_acknowledged();
}

void Spool::undo() {
  torn_ = false;
  for (spool::Lane& lane : lanes_) torn_ |= !lane.undo();
}

Result<void> Spool::try_append(std::span<const BatchToSpool> batches, std::string_view positions) {
  if (torn_) {
    undo();
    if (torn_) return file_error(options_.directory, "take back an unfinished write", errno);
  }
  RecordHeader header;
  header.commit = ++commit_;
  header.parts = std::max<std::uint32_t>(static_cast<std::uint32_t>(batches.size()), 1);
  for (std::size_t lane = 0; lane < kLanes; ++lane) header.next[lane] = lanes_[lane].next();
  std::array<std::uint64_t, kLanes> next = header.next;
  std::array<bool, kLanes> touched{};
  if (batches.empty()) touched[1] = true;  // positions alone
  for (const BatchToSpool& batch : batches) {
    header.next[batch.lane] += batch.count;
    touched[batch.lane] = true;
  }
  const bool several = std::count(touched.begin(), touched.end(), true) > 1;
  std::string_view left = positions;  // in the first record only
  Result<void> done;
  const auto attempt = [&](std::size_t lane, Result<void> result) {
    if (!result) no_room_ = lanes_[lane].reason();
    done = std::move(result);
    return done.ok();
  };
  for (std::size_t lane = 0; done && lane < kLanes; ++lane) {
    if (!touched[lane]) continue;
    if (lanes_[lane].needs_segment(options_.segment_bytes) &&
        !attempt(lane, lanes_[lane].begin_segment(opening_record(), time_.now)))
      break;
    buffer_.clear();
    if (batches.empty()) {
      header.first_sequence = next[lane];
      spool::append_record(header, {}, left, buffer_);
    }
    for (const BatchToSpool& batch : batches) {
      if (batch.lane != lane) continue;
      header.first_sequence = next[lane];
      header.count = batch.count;
      spool::append_record(header, batch.bytes, left, buffer_);
      left = {};
      next[lane] += batch.count;
    }
    if (attempt(lane, lanes_[lane].write(buffer_)) && several) lanes_[lane].begin_sync();
  }
  for (std::size_t lane = 0; done && lane < kLanes; ++lane)
    if (touched[lane]) (void)attempt(lane, lanes_[lane].sync());
  if (!done) {
    undo();
    return done;
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    if (touched[lane]) lanes_[lane].commit(static_cast<std::uint32_t>(next[lane] - lanes_[lane].next()));
  durable_commit_ = commit_;
  return {};
}

GivenUpRange Spool::range_of(std::uint8_t lane, const spool::NumberRange& inside, GiveUpReason reason) const {
  const std::uint64_t base = numbers_.base[lane];
  return {0, numbers_.epoch, lane, inside.first - base, inside.last - base, reason, false};
}

bool Spool::give_up_oldest(std::uint8_t lane, GiveUpReason reason) {
  // A range is recorded with its epoch.
  if (torn_ || epoch_unsure_) return false;
  spool::Lane& from = lanes_[lane];
  if (from.removable() && !settle_acknowledged()) return false;
  const spool::NumberRange waiting = from.oldest_waiting();
  if (waiting.last < waiting.first) return false;
  // Only whole segments go; what is written to must be another one.
  if (from.single() && !from.begin_segment(opening_record(), time_.now)) return false;
  const GivenUpRange range = range_of(lane, waiting, reason);
  const std::uint64_t count = given_up_.missing(range);
  if (!given_up_.add(range)) return false;
  gave_up_ += count;
  from.acknowledge(waiting.last);
  return settle_acknowledged();
}

bool Spool::give_up_oldest(GiveUpReason reason) {
  return std::any_of(kMayBeGivenUp.begin(), kMayBeGivenUp.end(),
                     [&](std::uint8_t lane) { return give_up_oldest(lane, reason); });
}

bool Spool::make_room(std::uint64_t bytes) {
  const auto fits = [&] { return this->bytes() + bytes <= options_.limit_bytes; };
  if (!fits()) (void)shed();
  while (!fits())
    if (!give_up_oldest(GiveUpReason::full)) return false;
  return true;
}

void Spool::keep_time(const Moment& moment) {
  if (time_ == Moment{}) {
    for (spool::Lane& lane : lanes_) lane.mend_times(kLeastTime, moment.now);
  } else if (const std::int64_t set = (moment.now - time_.now) - (moment.mono - time_.mono);
             set > kClockWasSet || set < -kClockWasSet) {
    for (spool::Lane& lane : lanes_) lane.shift_times(set);
  }
  time_ = moment;
  if (options_.max_age == 0 || moment.mono < age_due_) return;
  age_due_ = moment.mono + kAgeEvery;
  for (const std::uint8_t lane : kMayBeGivenUp) {
    spool::Lane& of = lanes_[lane];
    if (of.removable() && !settle_acknowledged()) continue;  // what is too old is not what the engine has
    const bool stale = of.newest_has_events() && moment.now - of.newest_begun() > options_.max_age / kAgeShare;
    if (stale && !torn_) (void)!of.begin_segment(opening_record(), moment.now);
    while (of.oldest_ended() != 0 && moment.now - of.oldest_ended() > options_.max_age)
      if (!give_up_oldest(lane, GiveUpReason::age)) break;
  }
}

bool Spool::read(std::uint8_t lane, StoredBatch& out) {
  for (;;) {
    const bool found = lanes_[lane].read(out);
    for (const spool::NumberRange& damaged : lanes_[lane].take_damaged()) note_damage(lane, damaged);
    if (!found) return false;
    const spool::NumberRange numbers{out.first_sequence, out.first_sequence + out.count - 1};
    out.first_sequence -= numbers_.base[lane];
    // After a power loss files may be there again that were given up.
    if (given_up_.ranges().empty() || given_up_.missing(range_of(lane, numbers, GiveUpReason::full)) > 0) return true;
  }
}

void Spool::note_damage(std::uint8_t lane, const spool::NumberRange& range) {
  const GivenUpRange gone = range_of(lane, range, GiveUpReason::damaged);
  const std::uint64_t missing = given_up_.missing(gone);
  if (missing == 0) return;
  // A second reading does not count the same events again.
  if (range.last > lost_below_[lane]) lost_ += missing;
  lost_below_[lane] = std::max(lost_below_[lane], range.last);
  // If it cannot be recorded now, it is found again when the lane is read from its beginning.
  (void)!given_up_.add(gone);
}

void Spool::rewind() {
  for (spool::Lane& lane : lanes_) lane.rewind();
}

void Spool::acknowledge(std::uint8_t lane, std::uint64_t sequence) {
  if (sequence <= acknowledged(lane)) return;
  lanes_[lane].acknowledge(sequence + numbers_.base[lane]);
  (void)settle_acknowledged(Removal::in_groups);
  given_up_.forget(numbers_.epoch, lane, acknowledged(lane));
  if (full()) (void)shed();
  keep_reserve();
}

void Spool::settle(std::uint64_t epoch, std::uint8_t lane, std::uint64_t first, std::uint64_t last) {
  if (given_up_.ranges().empty()) return;
  given_up_.settle(epoch, lane, first, last);
  given_up_.forget(numbers_.epoch, lane, acknowledged(lane));
}

std::uint64_t Spool::said() const { return spool::number_of(position(spool::kGivenUp)); }

Result<void> Spool::renew() {
  spool::EpochFile next = numbers_;
  next.epoch = spool::random_epoch();
  for (std::size_t lane = 0; lane < kLanes; ++lane) next.base[lane] = lanes_[lane].acknowledged();
  if (disk_->place(options_.directory, next.place) != 0) next.place = {};
  next.machine = options_.machine;
  Result<void> written = next.write(*disk_, file("epoch"));
  epoch_unsure_ = !written;
  if (!written) return written;
  numbers_ = next;
  lease_.clear();
  lost_below_ = {};
  rewind();
  return {};
}

Result<void> Spool::keep_lease(const std::string& lease) {
  if (lease == lease_) return {};
  if (Result<void> written = spool::write_lease(*disk_, file("lease"), numbers_.epoch, lease); !written) return written;
  lease_ = lease;
  return {};
}

std::uint64_t Spool::events() const {
  std::uint64_t out = 0;
  for (const spool::Lane& lane : lanes_) out += lane.next() - 1 - lane.acknowledged();
  return out;
}

std::uint64_t Spool::bytes() const {
  std::uint64_t out = 0;
  for (const spool::Lane& lane : lanes_) out += lane.bytes();
  return out;
}

std::string_view Spool::position(std::string_view source) const {
  const auto found = positions_.find(source);
  return found == positions_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace wf::kit
