#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/disk.hpp"
#include "agents/kit/spool_format.hpp"

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

/// The segment files of one lane. Spool decides what is written and when; this keeps the files.
class Lane {
 public:
  Lane(std::filesystem::path directory, std::uint8_t number, std::uint64_t epoch, Disk& disk)
      : directory_(std::move(directory)), number_(number), epoch_(epoch), disk_(&disk) {}

  /// Lists the segments and opens the newest for writing. Files that are no segments of this epoch are put
  /// aside with the ending .bad; `problems` says so.
  [[nodiscard]] Result<void> open(std::vector<std::string>& problems);
  /// All whole records of the newest segment.
  [[nodiscard]] Result<std::vector<FoundRecord>> look_through() const;
  /// Cuts the newest segment behind its last good record.
  [[nodiscard]] Result<void> cut(std::uint64_t size);
  /// Positions of a record of the newest segment.
  [[nodiscard]] std::vector<Position> positions_of(const FoundRecord& record) const;

  /// A segment to write to, a new one if there is none, it is full, or it failed before. `opening` is its first record.
  [[nodiscard]] Result<void> prepare(std::uint64_t segment_bytes, std::string_view opening);
  /// Writes behind the end without syncing; sync() makes it durable; then commit() takes it over. undo() takes
  /// it back; false: it could not, and nothing may be written before a later undo() could.
  [[nodiscard]] Result<void> write(std::string_view bytes);
  [[nodiscard]] Result<void> sync();
  void commit(std::uint32_t events);
  [[nodiscard]] bool undo();

  /// The next batch behind the last one read. Damaged records are passed over and their events counted in lost().
  [[nodiscard]] bool read(StoredBatch& out);
  /// True when read() came to the end of what there is.
  [[nodiscard]] bool read_all() const {
    return segments_.empty() || (read_serial_ == segments_.back().serial && read_offset_ >= segments_.back().size);
  }
  /// Reads again from the oldest batch that is not acknowledged.
  void rewind();
  /// Removes segments of which everything is acknowledged.
  void acknowledge(std::uint64_t sequence);

  /// True if all that the newest segment holds is acknowledged, and there is something in it to give up.
  [[nodiscard]] bool spent(std::size_t opening_bytes) const {
    return !segments_.empty() && written_ == 0 && acknowledged_ + 1 == next_ &&
           segments_.back().size > kSegmentHeaderBytes + opening_bytes;
  }
  /// Begins a new segment and removes the spent ones; false: there is no room even for that.
  [[nodiscard]] bool shed(std::string_view opening);

  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// For recovery: the next sequence is at least this.
  void raise_next(std::uint64_t next) { next_ = std::max(next_, next); }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t oldest() const { return segments_.empty() ? 1 : segments_.front().first_sequence; }
  [[nodiscard]] bool empty() const { return segments_.empty(); }
  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  struct Segment {
    std::uint64_t serial = 0, first_sequence = 1, size = 0;
  };
  [[nodiscard]] std::filesystem::path file(std::uint64_t serial) const;
  [[nodiscard]] Result<void> begin_segment(std::string_view opening);
  /// First record at or behind `from` whose checksum holds.
  [[nodiscard]] std::optional<FoundRecord> find_record(int fd, std::uint64_t from, std::uint64_t size) const;
  [[nodiscard]] std::optional<FoundRecord> record_at(int fd, std::uint64_t offset, std::uint64_t size) const;
  /// The same without looking at the body.
  [[nodiscard]] std::optional<FoundRecord> header_at(int fd, std::uint64_t offset, std::uint64_t size) const;

  /// The events from where read() is up to `to` are not there.
  void pass_over(std::uint64_t to);

  std::filesystem::path directory_;
  std::uint8_t number_;
  std::uint64_t epoch_;
  Disk* disk_;
  std::deque<Segment> segments_;
  Descriptor newest_;
  std::uint64_t last_serial_ = 0;
  std::uint64_t next_ = 1;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t lost_ = 0, lost_below_ = 0;
  std::uint64_t written_ = 0;  ///< bytes behind the newest segment's size that are not committed
  bool sealed_ = false;        ///< the newest segment had an error: begin a new one
  // Where read() goes on.
  std::uint64_t read_serial_ = 0, read_offset_ = 0, read_sequence_ = 0;
  Descriptor read_;
  mutable std::string body_;  ///< reused
};

}  // namespace wf::kit::spool
