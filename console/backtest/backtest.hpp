#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "console/backtest/report.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "proto/result.hpp"

namespace wf::backtest {

struct Options {
  std::filesystem::path data;
  std::vector<sigma::RuleFile> rules;  ///< the candidate
  /// The candidate beside the rules of then; of two rules with one id the candidate's. Otherwise instead of them.
  bool add = false;
  /// With `add`: ids of rules of then that make no alert of their own on the candidate's side; and of those that do,
  /// though somebody had switched them off then.
  std::set<std::string> off, on;
  UtcNs from = 0;        ///< engine clock; the candidate judges from here on. 0: from the first record
  UtcNs to = 0;          ///< rows that open later do not count. 0: after the newest record
  unsigned threads = 0;  ///< up to 3 are of use; 0: as many as the machine has. The report is the same
};

/// How far it is.
struct Progress {
  std::uint64_t position = 0, newest = 0;  ///< of the log
  UtcNs at = 0;                            ///< engine clock of then
};

/// Replays a data directory's log twice, side by side: once with the rules, sites and commands of then, once with the
/// candidate rules, and compares the rows. Works beside a running engine; what that stores meanwhile does not count.
///
/// The whole log is replayed, since what was open and known at `from` decides what happens after it, and up to a day
/// beyond `to`, until what was open then is resolved. `progress` (may be null) is called now and then by the calling
/// thread. Once `cancelled` is true it ends soon, with an error. Deterministic: the report depends on log and options,
/// never on `threads`.
[[nodiscard]] Result<Report> run(const Options& options, const std::function<void(const Progress&)>& progress,
                                 const std::atomic<bool>& cancelled);

}  // namespace wf::backtest
