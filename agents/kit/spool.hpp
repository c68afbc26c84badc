#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/disk.hpp"
#include "agents/kit/spool_lane.hpp"

namespace wf::kit {

using spool::StoredBatch;

struct SpoolOptions {
  std::filesystem::path directory;            ///< made with mode 0700
  std::uint64_t limit_bytes = 256ULL << 20U;  ///< full() from here on
  std::uint64_t segment_bytes = 4ULL << 20U;  ///< a segment is left for a new one from here on
  Disk* disk = nullptr;                       ///< null: the real one
};

/// A batch to spool, encoded as it will be sent.
struct BatchToSpool {
  std::uint8_t lane = 1;
  std::uint32_t count = 0;
  std::string_view bytes;
};

/// What an agent has seen and the engine has not confirmed, on disk, with the positions of its sources. Events
/// and positions become durable together or not at all, so that a restart neither loses nor repeats an event.
/// Each lane numbers its events from 1; a number is never given twice within an epoch. README.md describes the
/// files. One thread; one process a directory, which open() does not check.
class Spool {
 public:
  /// Opens or makes a spool, cuts off what a crash left unfinished and finds the sources' positions.
  [[nodiscard]] static Result<Spool> open(SpoolOptions options);

  /// Makes batches and positions durable. When it returns an error nothing was added; the same call may be
  /// made again later. A batch of lane 0 may use the space that is kept back for a full disk.
  [[nodiscard]] Result<void> append(std::span<const BatchToSpool> batches, std::span<const spool::Position> positions);

  /// The next batch of a lane that was not read yet; false: there is none now. rewind() begins again with the
  /// oldest one that is not acknowledged.
  [[nodiscard]] bool read(std::uint8_t lane, StoredBatch& out) { return lanes_[lane].read(out); }
  void rewind();
  /// True when read() came to the end of the lane.
  [[nodiscard]] bool read_all(std::uint8_t lane) const { return lanes_[lane].read_all(); }
  /// Everything up to and including `sequence` is stored at the engine and may be dropped.
  void acknowledge(std::uint8_t lane, std::uint64_t sequence);

  /// Random, made with the spool. 0 never occurs.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  /// The engine has numbers of this epoch that this spool never gave: an older copy of it was put back. Numbers
  /// all that is not acknowledged anew under a new epoch: events may be stored twice, but none is lost.
  [[nodiscard]] Result<void> renew();

  [[nodiscard]] std::uint64_t next_sequence(std::uint8_t lane) const { return lanes_[lane].next(); }
  [[nodiscard]] std::uint64_t acknowledged(std::uint8_t lane) const { return lanes_[lane].acknowledged(); }
  [[nodiscard]] std::uint64_t events() const;  ///< not acknowledged, all lanes
  [[nodiscard]] std::uint64_t bytes() const;   ///< on disk
  /// Events that were durable and cannot be read any more.
  [[nodiscard]] std::uint64_t lost() const;
  /// Reached the limit: read no more sources that can wait.
  [[nodiscard]] bool full() const { return bytes() >= options_.limit_bytes; }
  /// Position of a source as of the last append; empty: none.
  [[nodiscard]] std::string position(const std::string& source) const;
  /// What open() had to mend, one line each.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  explicit Spool(SpoolOptions options) : options_(std::move(options)) {}
  [[nodiscard]] Result<void> recover();
  [[nodiscard]] Result<void> read_epoch();
  void read_acknowledged();
  void write_acknowledged();
  [[nodiscard]] Result<void> try_append(std::span<const BatchToSpool> batches, std::string_view positions);
  [[nodiscard]] std::string opening_record() const;
  /// Gives back what segments hold that are written to and wholly acknowledged; true if there was any.
  bool shed();
  void keep_reserve();

  SpoolOptions options_;
  Disk* disk_ = nullptr;
  std::uint64_t epoch_ = 0;
  std::vector<spool::Lane> lanes_;
  std::map<std::string, std::string> positions_;
  std::uint64_t commit_ = 0;
  bool torn_ = false;  ///< a failed append could not be taken back yet
  bool reserve_ = false;
  Descriptor acknowledged_file_;
  std::uint64_t acknowledged_writes_ = 0;
  std::vector<std::string> problems_;
  std::string buffer_;  ///< reused
};

}  // namespace wf::kit
