#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agents/kit/source_set.hpp"
#include "agents/kit/spool.hpp"
#include "proto/event_codec.hpp"

namespace wf::kit {

/// Takes the sources' events, makes batches of them and spools these with the sources' positions. One thread.
///
/// When the spool is full or its disk fails, sources that can wait are not read on. From those that cannot, life
/// safety is taken nevertheless (in memory until the disk takes it); the rest is given up and counted.
class Collector final : public Sink {
 public:
  static constexpr std::size_t kBatchEvents = 256;
  static constexpr std::size_t kBatchBytes = 256U << 10U;
  /// Batches that become durable together, at most: one sync serves them all.
  static constexpr std::size_t kCommitEvents = 4096;
  /// A batch is spooled at once, unless one was less than this before: then what comes meanwhile joins it.
  static constexpr std::int64_t kGather = 20 * kMillisecond;

  explicit Collector(Spool& spool) : spool_(spool), last_resort_(*this) {}

  void take(Event&& event) override;
  [[nodiscard]] bool full() const override {
    return blocked() || pending_bytes_ >= kBatchBytes || pending_events_ >= kCommitEvents;
  }
  /// Nothing can be spooled for now: the spool is at its limit, or its disk fails.
  [[nodiscard]] bool blocked() const { return spool_.full() || !failure_.empty(); }
  /// For sources that cannot wait while blocked(): keeps life safety, gives up the rest.
  [[nodiscard]] Sink& last_resort() { return last_resort_; }

  /// Spools what is due. `all`: what is not due yet as well.
  void flush(const SourceSet& sources, const Moment& moment, bool all = false);
  /// CLOCK_MONOTONIC at which flush() has something to do.
  [[nodiscard]] std::int64_t next_wake() const;
  [[nodiscard]] bool empty() const { return pending_events_ == 0; }

  /// Why the disk takes nothing; empty: it does.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// Events since the start.
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
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
  };
  struct Encoded {
    std::uint8_t lane = 1;
    std::uint32_t count = 0;
    std::string bytes;
  };

  void encode(std::uint8_t lane);
  Result<void> spool(const SourceSet& sources);

  Spool& spool_;
  LastResort last_resort_;
  BatchEncoder encoder_;
  std::array<Pending, kLanes> pending_;
  std::vector<Encoded> encoded_;  ///< batches that are complete, until the disk takes them
  std::size_t pending_events_ = 0;
  std::size_t pending_bytes_ = 0;  ///< encoded, and estimated for what is not yet
  bool urgent_ = false;            ///< life safety is among them
  std::int64_t spooled_at_ = 0, retry_at_ = 0, positions_at_ = 0;
  bool positions_moved_ = false;
  std::uint64_t taken_ = 0, given_up_ = 0;
  std::string failure_;
};

}  // namespace wf::kit
