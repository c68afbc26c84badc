#pragma once
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "agents/kit/shed/shed_rule.hpp"

namespace wf::kit {

/// Reads `shed:` of a source in an agent's configuration; problems with file:line are appended.
[[nodiscard]] std::vector<ShedRule> read_shed_rules(const YAML::Node& node, const std::string& file,
                                                    std::vector<Error>& problems);

}  // namespace wf::kit
