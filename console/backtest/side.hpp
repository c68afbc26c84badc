#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/backtest/backtest.hpp"
#include "console/backtest/history.hpp"
#include "console/backtest/people.hpp"
#include "console/engine/rule_changes.hpp"
#include "console/engine/watch.hpp"
#include "console/store/store.hpp"

namespace wf::backtest {

/// One record of the log, and what it changed then.
struct Step {
  store::Record record;
  fusion::Changes then;
};

/// What happened: the log as an engine replays it after a restart. One thread.
class Then {
 public:
  explicit Then(engine::Watch::FindEstate sites) : watch_(nullptr, std::move(sites)) {}
  void take(Step& step);

 private:
  engine::Watch watch_;
};

/// The candidate's side. It knows what happened from the steps, and follows them one by one. One thread.
class Candidate {
 public:
  Candidate(const Options& options, engine::Watch::FindEstate sites);
  /// False: what was asked for is known, nothing more is wanted.
  bool take(Step& step);
  [[nodiscard]] Report report();
  [[nodiscard]] UtcNs now() const { return now_; }

 private:
  /// Rules, policy and site from now on.
  void configure();
  void apply(const store::Record& record);
  /// What happens without a record: the time passes, and people come to rows that nobody had then.
  void pass(UtcNs until);
  void carry_out(const Command& command);
  /// `together`: what is refused of both sides' rules beside one another.
  void note_left_out(const std::vector<std::string>& together);
  [[nodiscard]] bool settled() const;

  const Options options_;
  engine::Watch watch_;
  engine::Configuration of_then_;
  engine::RuleChanges changes_of_then_;
  std::set<std::string> rule_commands_;  ///< ids of those that were carried out
  bool begun_ = false;                   ///< the candidate judges
  History then_, now_rows_;
  People people_;
  fusion::Changes changes_;
  std::vector<std::uint64_t> unsettled_;  ///< rows of then that opened in time and are not resolved
  UtcNs first_ = 0, now_ = 0, ticked_ = 0;
  Report report_;
};

}  // namespace wf::backtest
