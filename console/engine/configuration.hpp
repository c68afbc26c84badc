#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/fusion.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "proto/result.hpp"

namespace wf::engine {

/// What decides how fusion judges, as one record of the log: the rules' text and the policy, so that a replay
/// judges the past by the rules of then. The site is not in it: a replay uses the site as it is now.
struct Configuration {
  std::vector<sigma::RuleFile> rules;
  fusion::Policy policy;
};

[[nodiscard]] std::string configuration_to_json(const Configuration& configuration);
[[nodiscard]] Result<Configuration> configuration_from_json(std::string_view text);

}  // namespace wf::engine
