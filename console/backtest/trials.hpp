#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "console/backtest/backtest.hpp"
#include "console/engine/rules_in_force.hpp"
#include "console/model/query.hpp"
#include "console/model/trial.hpp"

namespace wf::backtest {

/// Tries rules on the past for the seats of a running engine, one at a time, on a thread of its own with the lowest
/// priority, over a read-only view of the data directory. Any thread.
class Trials {
 public:
  struct Needs {
    std::filesystem::path data;
    std::function<UtcNs()> now;                                          ///< engine clock
    std::function<std::shared_ptr<const engine::RulesInForce>()> rules;  ///< in force
    /// Called on the trial's thread as it goes on and once it has ended; may be empty.
    std::function<void(const Trial&)> told = {};
  };
  explicit Trials(Needs needs);
  ~Trials();  ///< stops the one that runs
  Trials(const Trials&) = delete;
  Trials& operator=(const Trials&) = delete;

  /// Answers trial, trial_state and trial_stop. The answer to each is the trial that runs, or ran last; one that is not
  /// begun is an error that says why.
  [[nodiscard]] QueryPage answer(const Query& query);

 private:
  /// Empty: it runs.
  [[nodiscard]] std::string start(const Query& query);
  /// The trial to come is the one of the question; mutex_ is held.
  void take_over(const Query& query, const std::string& title, UtcNs from, UtcNs now);
  void stop(std::uint64_t number);
  void run(const Options& options);
  [[nodiscard]] Trial state() const;

  const Needs needs_;
  mutable std::mutex mutex_;
  Trial trial_;             ///< guarded by mutex_
  std::int64_t began_ = 0;  ///< CLOCK_MONOTONIC; guarded by mutex_
  std::atomic<bool> cancelled_{false};
  std::thread thread_;  ///< guarded by mutex_
};

}  // namespace wf::backtest
