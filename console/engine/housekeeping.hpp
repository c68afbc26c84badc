#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "console/engine/agents.hpp"
#include "console/engine/clock.hpp"
#include "console/engine/clock_watch.hpp"
#include "console/engine/key_watch.hpp"
#include "console/link/fact.hpp"
#include "console/link/link_server.hpp"
#include "console/store/store.hpp"

namespace wf::engine {

/// What has to be done now and then and nobody waits for: the search's index, checkpoints, the ledger's gaps, a look at
/// the engine's own clock and at keys. A thread of its own; questions from any thread.
class Housekeeping {
 public:
  struct Needs {
    Clock clock;
    std::filesystem::path keys;
    std::int64_t max_key_age = 0;  ///< ns; 0: keys do not grow too old
    UtcNs newest = 0;              ///< of the log, which the clock must not be behind; 0: the log is empty
    std::function<std::vector<link::PeerState>()> peers;
    std::function<void(const link::Fact&)> tell;  ///< what began to be wrong
  };
  Housekeeping(store::Store& store, Needs needs);
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  void start();
  void stop();

  /// What is wrong with clock or keys, in one line; empty: nothing.
  [[nodiscard]] std::string problem() const;
  struct Ledger {
    std::map<std::string, AgentNumbers> numbers;  ///< by agent
    UtcNs checked = 0;                            ///< engine clock; 0: not yet
  };
  [[nodiscard]] Ledger ledger() const;
  [[nodiscard]] std::int64_t beat() const { return beat_; }  ///< CLOCK_MONOTONIC

 private:
  void run();
  [[nodiscard]] std::string look(bool with_keys);

  store::Store& store_;
  const Needs needs_;
  ClockWatch clock_watch_;  ///< of the thread, as the next
  KeyWatch key_watch_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by mutex_, as the next two
  std::string problem_;
  Ledger ledger_;
  std::atomic<std::int64_t> beat_;
  std::thread thread_;
};

}  // namespace wf::engine
