#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/fusion.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "proto/result.hpp"

namespace wf::engine {

/// What decides how fusion judges, as one record of the log: rules, policy, plans, and which version of the site, so
/// that a replay judges the past by the rules and the doors of then.
struct Configuration {
  std::vector<sigma::RuleFile> rules;
  fusion::Policy policy;
  std::string site;                    ///< as SiteArchive keeps it; empty: no site
  std::vector<sigma::RuleFile> plans;  ///< response plans; none in a log of before them
  /// Rules that make no alert of their own. No part of the record: what people switch off are commands (RuleChanges).
  std::set<std::string> off = {};
};

[[nodiscard]] std::string configuration_to_json(const Configuration& configuration);
[[nodiscard]] Result<Configuration> configuration_from_json(std::string_view text);

}  // namespace wf::engine
