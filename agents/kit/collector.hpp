#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agents/kit/source_set.hpp"
#include "agents/kit/spool/spool.hpp"
#include "proto/event_codec.hpp"

namespace wf::kit {

/// Takes the sources' events, makes batches of them and spools these with the sources' positions. One thread.
///
/// When the spool is full or its disk fails, sources that can wait are not read on. What comes from those that cannot
/// takes the place of the oldest of the lowest lane. While the disk takes nothing at all it is held in memory: life
/// safety always, the rest up to kMostHeld; what is beyond that is given up and counted.
class Collector final : public Sink {
 public:
  static constexpr std::size_t kBatchEvents = 256;
  static constexpr std::size_t kBatchBytes = 256U << 10U;
  /// Fields of the events that wait to be encoded: before that they take several times as much memory.
  static constexpr std::size_t kBatchFields = 4096;
  /// Batches that become durable together, at most: one sync serves them all.
  static constexpr std::size_t kCommitEvents = 4096;
  /// A batch is spooled at once, unless one was less than this before: then what comes meanwhile joins it.
  static constexpr std::int64_t kGather = 20 * kMillisecond;
  /// Bytes held in memory for sources that cannot wait.
  static constexpr std::size_t kMostHeld = 1U << 20U;

  explicit Collector(Spool& spool) : spool_(spool), last_resort_(*this) {}
  /// Sees each event before it is taken, or given up.
  void set_observer(std::function<void(const Event&)> observer) { observer_ = std::move(observer); }

  void take(Event&& event) override;
  [[nodiscard]] bool full() const override {
    return blocked() || pending_bytes_ >= kBatchBytes || pending_events_ >= kCommitEvents;
  }
  /// Nothing can be spooled for now: the spool is at its limit, or its disk fails.
  [[nodiscard]] bool blocked() const { return spool_.full() || !failure_.empty(); }
  /// For sources that cannot wait while blocked().
  [[nodiscard]] Sink& last_resort() { return last_resort_; }

  /// Spools this position together with the events taken so far.
  void note(std::string name, std::string position);
  /// Spools what is due, and tells the sources when it is durable. `all`: what is not due yet as well.
  void flush(const SourceSet& sources, const Moment& moment, bool all = false);
  /// CLOCK_MONOTONIC at which flush() has something to do.
  [[nodiscard]] std::int64_t next_wake() const;
  [[nodiscard]] bool empty() const { return pending_events_ == 0; }

  /// Gives back the memory that a busy time took.
  void rest();
  /// Why the disk takes nothing; empty: it does.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// Events since the start.
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  /// Never spooled, since the start.
  [[nodiscard]] std::uint64_t given_up() const { return given_up_; }

 private:
  class LastResort final : public Sink {
   public:
    explicit LastResort(Collector& collector) : collector_(collector) {}
    void take(Event&& event) override;
    [[nodiscard]] bool full() const override { return false; }

   private:
    Collector& collector_;
  };
  struct Pending {
    std::vector<Event> events;
    std::size_t bytes = 0;  ///< estimated
    std::size_t fields = 0;
  };
  struct Encoded {
    std::uint8_t lane = 1;
    std::uint32_t count = 0;
    std::string bytes;
  };

  void encode(std::uint8_t lane);
  Result<void> spool(const SourceSet& sources);

  Spool& spool_;
  std::function<void(const Event&)> observer_;
  LastResort last_resort_;
  BatchEncoder encoder_;
  std::array<Pending, kLanes> pending_;
  std::vector<Encoded> encoded_;  ///< the first `complete_` wait for the disk; the others' memory is used again
  std::size_t complete_ = 0;
  std::vector<BatchToSpool> batches_;       ///< reused
  std::vector<spool::Position> positions_;  ///< reused
  std::size_t pending_events_ = 0;
  std::size_t pending_bytes_ = 0;  ///< encoded, and estimated for what is not yet
  bool urgent_ = false;            ///< life safety is among them
  bool cannot_wait_ = false;       ///< as is what would be lost if it were not spooled
  std::vector<spool::Position> notes_;
  std::int64_t spooled_at_ = 0, retry_at_ = 0, positions_at_ = 0;
  bool positions_moved_ = false;
  std::uint64_t taken_ = 0, given_up_ = 0;
  std::string failure_;
};

}  // namespace wf::kit
