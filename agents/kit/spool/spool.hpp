#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/spool/disk.hpp"
#include "agents/kit/spool/spool_epoch.hpp"
#include "agents/kit/spool/spool_given_up.hpp"
#include "agents/kit/spool/spool_lane.hpp"

namespace wf::kit {

using spool::StoredBatch;

struct SpoolOptions {
  std::filesystem::path directory;            ///< made with mode 0700
  std::uint64_t limit_bytes = 256ULL << 20U;  ///< full() from here on
  std::uint64_t segment_bytes = 4ULL << 20U;  ///< a segment is left for a new one from here on
  std::int64_t max_age = 0;                   ///< nanoseconds; 0: events never become too old
  std::string machine;                        ///< what tells this machine from others; empty: nothing does
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
/// Each lane numbers its events from 1; a number is never given twice within an epoch. What is given up is recorded
/// durably before it is removed. README.md describes the files. One thread; one process a directory, which open()
/// does not check.
class Spool {
 public:
  /// Opens or makes a spool, cuts off what a crash left unfinished and finds the sources' positions. A directory that
  /// was copied, or came from another machine, gets a new epoch.
  [[nodiscard]] static Result<Spool> open(SpoolOptions options);

  enum class WhenNoRoom {
    refuse,  ///< what asks can wait
    give_up  ///< make room by giving up the oldest of the lowest lane; never of lane 0
  };
  /// Makes batches and positions durable. When it returns an error nothing was added; the same call may be
  /// made again later. A batch of lane 0 may use the space that is kept back for a full disk.
  [[nodiscard]] Result<void> append(std::span<const BatchToSpool> batches, std::span<const spool::Position> positions,
                                    WhenNoRoom no_room = WhenNoRoom::refuse);
  /// Gives up the oldest of the lowest lane until `bytes` more fit below the limit; false: there is not enough.
  bool make_room(std::uint64_t bytes);
  /// Tells the time, for the age of what is spooled; gives up what is too old.
  void keep_time(const Moment& moment);

  /// The next batch of a lane that was not read yet; false: there is none now. rewind() begins again with the
  /// oldest one that is not acknowledged.
  [[nodiscard]] bool read(std::uint8_t lane, StoredBatch& out);
  void rewind();
  /// True when read() came to the end of the lane.
  [[nodiscard]] bool read_all(std::uint8_t lane) const { return lanes_[lane].read_all(); }
  /// Everything up to and including `sequence` is stored at the engine and may be dropped.
  void acknowledge(std::uint8_t lane, std::uint64_t sequence);

  /// Ranges that will never come, of this epoch and earlier ones; the engine wants to know those not settled.
  [[nodiscard]] const std::vector<GivenUpRange>& given_up() const { return given_up_.ranges(); }
  /// The engine knows what became of these numbers.
  void settle(std::uint64_t epoch, std::uint8_t lane, std::uint64_t first, std::uint64_t last);
  /// Serial of the last given-up range that an event said: position spool::kGivenUp of the last append.
  [[nodiscard]] std::uint64_t said() const;

  /// Random, made with the spool. 0 never occurs.
  [[nodiscard]] std::uint64_t epoch() const { return numbers_.epoch; }
  /// Numbers all that is not acknowledged anew under a new epoch: events may be stored twice, but none is lost. For
  /// when the epoch belongs to another copy of this spool, or the engine has numbers that this one never gave.
  [[nodiscard]] Result<void> renew();
  /// The engine's lease of this epoch; empty: there is none.
  [[nodiscard]] const std::string& lease() const { return lease_; }
  /// Durable when it returns.
  [[nodiscard]] Result<void> keep_lease(const std::string& lease);

  [[nodiscard]] std::uint64_t next_sequence(std::uint8_t lane) const {
    return lanes_[lane].next() - numbers_.base[lane];
  }
  [[nodiscard]] std::uint64_t acknowledged(std::uint8_t lane) const {
    return lanes_[lane].acknowledged() - numbers_.base[lane];
  }
  [[nodiscard]] std::uint64_t events() const;  ///< not acknowledged, all lanes
  [[nodiscard]] std::uint64_t bytes() const;   ///< on disk
  /// Events that were durable and cannot be read any more.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  /// Events that were given up for want of room or for their age since open().
  [[nodiscard]] std::uint64_t gave_up() const { return gave_up_; }
  /// Reached the limit: read no more sources that can wait.
  [[nodiscard]] bool full() const { return bytes() >= options_.limit_bytes; }
  [[nodiscard]] std::uint64_t limit() const { return options_.limit_bytes; }
  /// Position of a source as of the last append; empty: none.
  [[nodiscard]] std::string_view position(std::string_view source) const;
  /// What open() had to mend, one line each.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  explicit Spool(SpoolOptions options);
  // spool_recovery.cpp
  [[nodiscard]] Result<void> read_epoch(std::string& renew_because);
  [[nodiscard]] Result<void> recover(std::array<spool::NumberRange, kLanes>& gone);
  [[nodiscard]] Result<void> read_acknowledged();
  void finish_giving_up();

  [[nodiscard]] Result<void> try_append(std::span<const BatchToSpool> batches, std::string_view positions);
  void undo();
  [[nodiscard]] std::string opening_record() const;
  enum class Removal {
    now,
    in_groups  ///< each removal waits for a sync, which holds up the link while it brings a backlog
  };
  /// Writes what is acknowledged, and removes the segments that are done with; false: it could not.
  bool settle_acknowledged(Removal when = Removal::now);
  [[nodiscard]] bool worth_removing() const;
  /// Gives back what segments hold that are written to and wholly acknowledged; true if there was any.
  bool shed();
  void keep_reserve();
  /// Of lane 2, else of lane 1; false: there is nothing, or it cannot be recorded.
  bool give_up_oldest(GiveUpReason reason);
  bool give_up_oldest(std::uint8_t lane, GiveUpReason reason);
  /// Numbers inside.
  void note_damage(std::uint8_t lane, const spool::NumberRange& range);
  [[nodiscard]] GivenUpRange range_of(std::uint8_t lane, const spool::NumberRange& inside, GiveUpReason reason) const;
  [[nodiscard]] std::filesystem::path file(const char* name) const { return options_.directory / name; }

  SpoolOptions options_;
  Disk* disk_ = nullptr;
  spool::EpochFile numbers_;
  std::string lease_;
  std::vector<spool::Lane> lanes_;
  std::map<std::string, std::string, std::less<>> positions_;
  std::uint64_t commit_ = 0;          ///< last number given to a commit, durable or not: none is given twice
  std::uint64_t durable_commit_ = 0;  ///< the last that is durable
  bool torn_ = false;                 ///< a failed append could not be taken back yet
  int no_room_ = 0;                   ///< errno of the last failed append
  bool reserve_ = false;
  bool epoch_unsure_ = false;  ///< renew() failed: after a restart the epoch may be either
  spool::SlotFile acknowledged_file_;
  spool::GivenUp given_up_;
  std::uint64_t lost_ = 0, gave_up_ = 0;
  std::array<std::uint64_t, kLanes> lost_below_{};  ///< numbers inside that were counted as lost
  Moment time_;
  std::int64_t age_due_ = 0;  ///< CLOCK_MONOTONIC
  std::vector<std::string> problems_;
  std::string buffer_, position_buffer_;  ///< reused
};

}  // namespace wf::kit
