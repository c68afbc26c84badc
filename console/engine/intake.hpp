#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "console/link/fair_queue.hpp"
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
/// room. Lines (link/line.hpp) take turns by bytes: who floods stands in its own way, and life safety, then an agent
/// that sends little, has room and a place in the next transaction whatever the others do. Orders are bounded in number
/// and refused. Findings are bounded by what the fusion queue holds, since the writer feeds that queue only while it
/// has room. Any thread.
class Intake {
 public:
  static constexpr std::size_t kMostBatches = 4096, kMostBytes = 64U << 20U, kMostOrders = 1024, kMostNotes = 4096;
  /// Room that a line with nothing in it always has.
  static constexpr std::size_t kShare = 256U << 10U;
  /// Of all that send much in one transaction, while others send too, where the writer does not know better.
  static constexpr std::size_t kTransaction = 1U << 20U;
  /// Beside the bound, for lines that have nothing waiting.
  static constexpr std::size_t kSpare = 16U << 20U;
  /// Beside the bound, for somebody who is in danger.
  static constexpr std::size_t kSpareOrders = 256;

  /// Takes the batch, or says false: no room, or closed.
  bool offer(link::ReceivedBatch& batch);
  /// False: too many wait, or closed; the order is then as it was.
  bool order(Order& order);
  void findings(Findings&& findings);
  /// A line for the audit. Beyond kMostNotes waiting ones lines are counted instead, and the count becomes a line.
  void note(store::AuditLine line);
  /// An event of the engine's own and its line of the audit, with the same bound.
  void note(store::AuditLine line, Event own);

  struct Haul {
    std::vector<link::ReceivedBatch> batches;
    std::vector<Order> orders;
    Findings findings;
    std::vector<Event> own;
  };
  enum class Batches {
    none,
    quiet,  ///< those of life safety, and of agents that send little
    all
  };
  /// Adds what waits to `haul`, up to `most` batches of those that are wanted; waits for something up to `wait`. While
  /// several lines send, of those that send much up to `bytes`, and once one batch; less beside what may not wait.
  /// False once closed and empty, but for findings. One thread, the writer's.
  bool take(Haul& haul, Batches wanted, std::size_t most, std::chrono::nanoseconds wait,
            std::size_t bytes = kTransaction);
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
  link::FairQueue<link::ReceivedBatch> batches_;
  /// What each line had in transactions of late; only of those that had something.
  struct Spent {
    std::size_t bytes = 0;  ///< since `begin`
    std::int64_t begin = 0, last = 0;
  };
  [[nodiscard]] bool quiet(const std::string& line, std::int64_t mono) const;
  void take_batches(Haul& haul, Batches wanted, std::size_t most, std::size_t bytes);
  std::map<std::string, Spent> spent_;
  std::vector<Order> orders_;
  Findings findings_;
  std::vector<Event> own_;
  std::size_t unnoted_ = 0;
  bool closed_ = false, woken_ = false;
  bool quiet_waits_ = false;  ///< a batch of a line that sends little came since the last take() of such
  bool pressed_ = false;      ///< the last take() had something that may not wait, and little beside it
};

}  // namespace wf::engine
