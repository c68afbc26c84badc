#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "console/link/link_server.hpp"
#include "console/model/command.hpp"
#include "console/store/store.hpp"

namespace wf::engine {

/// What fusion found and the store must keep. It can be found again from the log, so nothing waits for it.
struct Findings {
  std::vector<store::StoredIncident> incidents;
  std::vector<store::StoredAlert> alerts;
  std::vector<store::AuditLine> audit;
  [[nodiscard]] bool empty() const { return incidents.empty() && alerts.empty() && audit.empty(); }
};

/// Something that a person asks for and that the log must hold before it is done: a command, or a new
/// configuration.
struct Order {
  Command command;
  std::string configuration;  ///< not empty: this, and no command
  store::AuditLine audit;     ///< its time is filled in when it is stored
  /// The writer's thread: called once with "stored", or with why it was not and will not be.
  std::function<void(const Result<void>&)> done;
};

/// All that waits for the writer. Batches are bounded in number and bytes: the link holds back when there is no
/// room. Orders are bounded in number and refused. Findings are bounded by what the fusion queue holds, since the
/// writer feeds that queue only while it has room. Any thread.
class Intake {
 public:
  static constexpr std::size_t kMostBatches = 4096, kMostBytes = 64U << 20U, kMostOrders = 1024, kMostNotes = 4096;

  /// Takes the batch, or says false: no room, or closed.
  bool offer(link::ReceivedBatch& batch);
  /// False: too many wait, or closed; the order is then as it was.
  bool order(Order& order);
  void findings(Findings&& findings);
  /// A line for the audit. Beyond kMostNotes waiting ones lines are counted instead, and the count becomes a line.
  void note(store::AuditLine line);

  struct Haul {
    std::vector<link::ReceivedBatch> batches;
    std::vector<Order> orders;
    Findings findings;
  };
  /// Adds what waits to `haul` (batches only when `with_batches`, up to `most` of them); waits for something up to
  /// `wait`. False once closed and empty, but for findings. One thread, the writer's.
  bool take(Haul& haul, bool with_batches, std::size_t most, std::chrono::nanoseconds wait);
  /// Makes a waiting take() return.
  void wake();
  /// From now on offer() and order() say false.
  void close();
  [[nodiscard]] bool closed() const;
  /// Batches that wait.
  [[nodiscard]] std::size_t depth() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<link::ReceivedBatch> batches_;
  std::size_t bytes_ = 0;
  std::vector<Order> orders_;
  Findings findings_;
  std::size_t unnoted_ = 0;
  bool closed_ = false, woken_ = false;
};

}  // namespace wf::engine
