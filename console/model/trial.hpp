#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "console/model/backtest_report.hpp"
#include "console/model/rule.hpp"
#include "proto/time.hpp"

namespace wf {

/// A rule tried on the past: the stored log judged again with it, beside how it was judged. The engine runs one at a
/// time and remembers the last.
struct Trial {
  enum class State : std::uint8_t { none, running, done, failed, stopped } state = State::none;
  std::uint64_t number = 0;  ///< counts since the engine's start
  RuleEdit edit;
  std::string title;      ///< of the rule
  std::string by;         ///< who asked for it
  UtcNs asked = 0;        ///< engine clock
  UtcNs from = 0;         ///< the candidate judges from here on
  double share = 0;       ///< of the log that is through, 0…1
  UtcNs at = 0;           ///< engine clock of the records that are judged
  std::int64_t took = 0;  ///< ns, so far or in all
  std::string problem;    ///< failed: why
  /// Done: with at most kMostListed rows in each list, and how many there are.
  std::shared_ptr<const BacktestReport> report;
  std::uint64_t lost = 0, gained = 0, missed = 0, weaker = 0;
  static constexpr std::size_t kMostListed = 200;
};

}  // namespace wf
