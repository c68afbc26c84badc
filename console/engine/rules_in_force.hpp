#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "console/engine/rule_changes.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/alarm_figures.hpp"
#include "console/model/rule.hpp"

namespace wf::engine {

using RuleFiles = std::shared_ptr<const std::vector<sigma::RuleFile>>;

/// The rules that judge now. Immutable.
struct RulesInForce {
  std::uint64_t version = 0;         ///< of what is below but `roles`: another number for other rules
  RuleFiles base;                    ///< what the configuration brought
  RuleChanges changes;               ///< what people changed of it
  RuleFiles files;                   ///< what `rules` was made of; `base` where no text was changed
  std::set<std::string> off;         ///< ids of rules that make no alert of their own, by `changes` or always
  std::set<std::string> always_off;  ///< Configuration::off
  std::shared_ptr<const sigma::RuleSet> rules;
  std::vector<std::string> problems;  ///< of what could not be used
  std::vector<std::string> roles;     ///< that may change rules
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

/// What rules are made of.
struct RuleParts {
  RuleFiles base;
  RuleChanges changes;
  std::set<std::string> always_off;  ///< besides those that the changes say
  std::vector<std::string> roles;
};
/// Compiles them, or takes what `before` (may be null) compiled of the same files. Problems are added to `report`.
[[nodiscard]] std::shared_ptr<const RulesInForce> rules_in_force(RuleParts parts, const RulesInForce* before,
                                                                 sigma::LoadReport& report);
/// Files that nobody changed.
[[nodiscard]] std::shared_ptr<const RulesInForce> rules_in_force(std::vector<sigma::RuleFile> files,
                                                                 sigma::LoadReport& report);

}  // namespace wf::engine
