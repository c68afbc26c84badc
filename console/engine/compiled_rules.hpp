#pragma once
#include <memory>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"

namespace wf::engine {

/// As sigma::RuleSet::compile, or what the call before this one made of the same files, on whatever thread. Thousands
/// of rules take seconds: whoever looks at rules before they are put in force (a reload, an editor's check) compiles
/// them on its own thread, and fusion's, which judges meanwhile, finds it done. The last rules compiled stay in memory.
/// Any thread.
[[nodiscard]] std::shared_ptr<const sigma::RuleSet> compile_rules(const std::vector<sigma::RuleFile>& files,
                                                                  sigma::LoadReport& report);

/// The same path and text each.
[[nodiscard]] bool same_rules(const std::vector<sigma::RuleFile>& a, const std::vector<sigma::RuleFile>& b);

}  // namespace wf::engine
