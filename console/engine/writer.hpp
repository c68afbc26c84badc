#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "console/engine/clock.hpp"
#include "console/engine/commit_bound.hpp"
#include "console/engine/intake.hpp"
#include "console/engine/own_events.hpp"
#include "console/store/store.hpp"

namespace wf::engine {

/// Puts what waits in the intake into the log in one transaction, then acknowledges, then hands the records on in log
/// order. While one transaction is synced the next one gathers, so a busy link makes large transactions and a quiet one
/// waits for nothing; while several agents send, a transaction takes a few milliseconds (commit_bound.hpp), since what
/// may not wait has to wait for it. Owns the store's writing side; one thread, but for what says otherwise.
class Writer {
 public:
  struct Exits {
    std::function<bool()> room;  ///< may more records be handed on?
    std::function<void(std::vector<store::Record>&&)> hand_on;
    /// What became of a transaction's batches, all at once.
    std::function<void(std::span<const link::Acknowledgement>)> acknowledge;
    /// When there is no room: may records of agents that send little be handed on?
    std::function<bool()> spare = {};
  };
  /// `last` is the time of the log's newest record: the log's times never go back.
  Writer(store::Store& store, Intake& intake, Clock clock, UtcNs last, Exits exits);

  /// Until the intake is closed and empty. What cannot be stored (a full disk) is kept and tried again; orders are
  /// then refused with the reason, and nothing is acknowledged.
  void run();
  /// Stores what fusion found last; after run(), the same thread or a later one.
  void finish();

  /// Ticks are logged once a second of the engine's clock while they are wanted. Any thread.
  void want_ticks(bool wanted);
  /// Why nothing can be stored now; empty when it can. Any thread.
  [[nodiscard]] std::string problem() const;
  /// Batches that could not be stored because their numbers are impossible. Any thread.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t log_position() const { return position_; }  ///< any thread
  [[nodiscard]] std::int64_t beat() const { return beat_; }               ///< CLOCK_MONOTONIC; any thread

 private:
  void gather(Intake::Haul& haul);
  void take_batch(link::ReceivedBatch& batch, UtcNs now);
  /// Tells the link what became of each batch and given-up range of the transaction.
  void acknowledge();
  void store();
  void stored();
  void failed(const Error& error);
  void set_problem(std::string text);
  [[nodiscard]] UtcNs stamp();
  [[nodiscard]] std::chrono::nanoseconds patience() const;

  store::Store& store_;
  Intake& intake_;
  const Clock clock_;
  const Exits exits_;
  OwnEvents own_events_;
  CommitBound bound_;
  UtcNs last_, last_tick_ = 0;

  // What the next transaction holds.
  store::Commit commit_;
  std::vector<Order> orders_;                    ///< those of commit_, in order
  std::vector<link::Acknowledgement> receipts_;  ///< batches and given-up ranges, in the order of commit_'s
  bool tick_in_commit_ = false;
  std::chrono::nanoseconds retry_{0};  ///< not 0: the last transaction failed

  std::atomic<bool> ticks_wanted_ = false;
  std::atomic<std::uint64_t> refused_ = 0, position_ = 0;
  std::atomic<std::int64_t> beat_ = 0;
  mutable std::mutex mutex_;
  std::string problem_;  ///< guarded by mutex_
};

}  // namespace wf::engine
