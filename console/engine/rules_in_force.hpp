#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/alarm_figures.hpp"
#include "console/model/rule.hpp"

namespace wf::engine {

/// The rules that judge now. Immutable.
struct RulesInForce {
  std::uint64_t version = 0;           ///< of what is below: another number for other rules
  std::vector<sigma::RuleFile> files;  ///< what `rules` was made of
  std::shared_ptr<const sigma::RuleSet> rules;
  std::vector<std::string> problems;  ///< of what could not be used
};

/// How the rules did, as fusion counted it. Immutable.
struct RuleRecord {
  UtcNs since = 0;  ///< time of the log's first record
  AlarmFigures figures;
  std::vector<RuleFiring> firings;  ///< by id
};

/// The two as a snapshot of the same moment has them; null: none yet.
struct RulesShown {
  std::shared_ptr<const RulesInForce> in_force;
  std::shared_ptr<const RuleRecord> record;
};

/// Compiles them. Problems go to `report`, too.
[[nodiscard]] std::shared_ptr<const RulesInForce> rules_in_force(std::vector<sigma::RuleFile> files,
                                                                 sigma::LoadReport& report);

}  // namespace wf::engine
