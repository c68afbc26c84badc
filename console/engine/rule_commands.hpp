#pragma once
#include <memory>
#include <string>

#include "console/engine/rules_in_force.hpp"
#include "console/model/command.hpp"
#include "console/model/rule.hpp"

namespace wf::engine {

/// What a command about a rule makes of the rules.
struct RuleOutcome {
  bool accepted = false;
  std::string message;                        ///< one line for the person
  std::shared_ptr<const RulesInForce> rules;  ///< from now on, where it is accepted
};

/// A pure function. Another text is compiled with all rules: seconds where there are thousands.
[[nodiscard]] RuleOutcome change_rule(const RulesInForce& now, const Command& command);

/// What would be wrong if `text` stood in the place of a rule's document: it is not one rule with that id, it cannot be
/// used, or a rule that stands on it cannot any more. As long. Any thread.
[[nodiscard]] RuleCheck check_text(const RulesInForce& now, const std::string& id, const std::string& text);

}  // namespace wf::engine
