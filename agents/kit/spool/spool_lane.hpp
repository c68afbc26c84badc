#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/kit/spool/disk.hpp"
#include "agents/kit/spool/spool_format.hpp"
#include "proto/time.hpp"

namespace wf::kit::spool {

/// A batch as it was spooled.
struct StoredBatch {
  std::uint64_t first_sequence = 0;
  std::uint32_t count = 0;
  std::string bytes;
};

/// A record found when a segment was looked through.
struct FoundRecord {
  std::uint64_t offset = 0;
  RecordHeader header;
};

/// Numbers from `first` to `last`; none if last < first.
struct NumberRange {
  std::uint64_t first = 1, last = 0;
};

/// The segment files of one lane. Spool decides what is written and when; this keeps the files.
class Lane {
 public:
  Lane(std::filesystem::path directory, std::uint8_t number, std::uint64_t epoch, Disk& disk)
      : directory_(std::move(directory)), number_(number), epoch_(epoch), disk_(&disk) {}

  /// Lists the segments and opens the newest for writing. Files that are no segments of this epoch are put
  /// aside with the ending .bad; `problems` says so.
  [[nodiscard]] Result<void> open(std::vector<std::string>& problems);
  /// All whole records of the newest segment, without those that a later commit took the place of.
  [[nodiscard]] Result<std::vector<FoundRecord>> look_through() const;
  /// Cuts the newest segment behind its last good record and makes the rest durable.
  [[nodiscard]] Result<void> cut(std::uint64_t size);
  /// Positions of a record of the newest segment.
  [[nodiscard]] std::vector<Position> positions_of(const FoundRecord& record) const;

  /// True when begin_segment() has to come before write(): there is no segment, it is full, or it failed before.
  [[nodiscard]] bool needs_segment(std::uint64_t segment_bytes) const {
    return segments_.empty() || sealed_ || segments_.back().size >= segment_bytes;
  }
  /// `opening` is the segment's first record, `now` when it is begun.
  [[nodiscard]] Result<void> begin_segment(std::string_view opening, UtcNs now);
  /// Writes behind the end without syncing; sync() makes it durable; then commit() takes it over. undo() takes
  /// it back; false: it could not, and nothing may be written before a later undo() could.
  [[nodiscard]] Result<void> write(std::string_view bytes);
  void begin_sync() const { newest_.begin_sync(); }
  [[nodiscard]] Result<void> sync();
  void commit(std::uint32_t events);
  [[nodiscard]] bool undo();

  /// The next batch behind the last one read. Damaged records are passed over; take_damaged() names their numbers.
  [[nodiscard]] bool read(StoredBatch& out);
  [[nodiscard]] std::vector<NumberRange> take_damaged() { return std::exchange(damaged_, {}); }
  /// True when read() came to the end of what there is.
  [[nodiscard]] bool read_all() const {
    return segments_.empty() || (read_serial_ == segments_.back().serial && read_offset_ >= segments_.back().size);
  }
  /// Reads again from the oldest batch that is not acknowledged.
  void rewind();
  void acknowledge(std::uint64_t sequence) { acknowledged_ = std::max(acknowledged_, std::min(sequence, next_ - 1)); }
  /// True if there are segments of which everything is acknowledged, besides the newest.
  [[nodiscard]] bool removable() const {
    return segments_.size() > 1 && segments_[1].first_sequence <= acknowledged_ + 1;
  }
  /// How many.
  [[nodiscard]] std::size_t removables() const;
  /// Removes them. Only when what was acknowledged is durable: else a power loss makes them look lost.
  void remove_acknowledged();

  /// True if all that the newest segment holds is acknowledged, and there is something in it to give up.
  [[nodiscard]] bool spent(std::size_t opening_bytes) const {
    return !segments_.empty() && written_ == 0 && acknowledged_ + 1 == next_ &&
           segments_.back().size > kSegmentHeaderBytes + opening_bytes;
  }
  /// What the oldest segment holds that is not acknowledged.
  [[nodiscard]] NumberRange oldest_waiting() const;
  /// True when that segment is the one that is written to.
  [[nodiscard]] bool single() const { return segments_.size() == 1; }
  /// When its newest event was spooled at the latest; 0: not known.
  [[nodiscard]] UtcNs oldest_ended() const { return segments_.size() > 1 ? segments_[1].begun : 0; }
  /// When the newest segment was begun; 0: not known.
  [[nodiscard]] UtcNs newest_begun() const { return segments_.empty() ? 0 : segments_.back().begun; }
  [[nodiscard]] bool newest_has_events() const { return !segments_.empty() && segments_.back().first_sequence < next_; }
  /// The clock was set: all times are later by so much.
  void shift_times(std::int64_t by);
  /// Segments that were begun before `least` or after `now`, by a clock that was wrong, count as begun now.
  void mend_times(UtcNs least, UtcNs now);

  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// For recovery: the next sequence is at least this.
  void raise_next(std::uint64_t next) { next_ = std::max(next_, next); }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t oldest() const { return segments_.empty() ? 1 : segments_.front().first_sequence; }
  [[nodiscard]] bool empty() const { return segments_.empty(); }
  [[nodiscard]] std::uint64_t bytes() const;
  /// errno of the last failure.
  [[nodiscard]] int reason() const { return reason_; }

 private:
  struct Segment {
    std::uint64_t serial = 0, first_sequence = 1, size = 0;
    UtcNs begun = 0;
  };
  [[nodiscard]] std::filesystem::path file(std::uint64_t serial) const;
  [[nodiscard]] Error failed(std::uint64_t serial, std::string_view doing, int reason);
  /// First record at or behind `from` whose checksum holds and that is of no commit before `least_commit`.
  [[nodiscard]] std::optional<FoundRecord> find_record(const DiskFile& in, std::uint64_t from, std::uint64_t size,
                                                       std::uint64_t least_commit) const;
  [[nodiscard]] std::optional<FoundRecord> record_at(const DiskFile& in, std::uint64_t offset,
                                                     std::uint64_t size) const;
  /// The same without looking at the body. The header's bytes are in `head_` then.
  [[nodiscard]] std::optional<FoundRecord> header_at(const DiskFile& in, std::uint64_t offset,
                                                     std::uint64_t size) const;
  /// The batch of the record whose header was read last; false: it is damaged, and `out` is anything.
  [[nodiscard]] bool batch_of(const DiskFile& in, const FoundRecord& record, std::string& out) const;
  /// Making it was cut off: nothing was ever committed to it.
  [[nodiscard]] bool stillborn(const DiskFile& in, std::uint64_t size) const;
  [[nodiscard]] UtcNs begun_at(const DiskFile& in, std::uint64_t size) const;

  /// The events from where read() is up to `to` are not there.
  void pass_over(std::uint64_t to);

  std::filesystem::path directory_;
  std::uint8_t number_;
  std::uint64_t epoch_;
  Disk* disk_;
  std::deque<Segment> segments_;
  DiskFile newest_;
  std::uint64_t last_serial_ = 0;
  std::uint64_t next_ = 1;
  std::uint64_t acknowledged_ = 0;
  std::vector<NumberRange> damaged_;
  std::uint64_t written_ = 0;  ///< bytes behind the newest segment's size that are not committed
  bool sealed_ = false;        ///< the newest segment gets no more: begin a new one
  int reason_ = 0;
  // Where read() goes on.
  std::uint64_t read_serial_ = 0, read_offset_ = 0, read_sequence_ = 0, read_commit_ = 0;
  DiskFile read_;
  mutable std::array<char, kRecordHeaderBytes> head_{};
  mutable std::string body_;  ///< reused
};

}  // namespace wf::kit::spool
