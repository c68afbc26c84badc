#pragma once
#include <atomic>
#include <filesystem>

#include "console/engine/rules_in_force.hpp"
#include "console/model/query.hpp"

namespace wf::engine {

/// Answers a question about the rules (about_rules()) from the rules and figures of `shown`; a rule's rows of the last
/// seven days before `now` come from the data directory (empty: there is none, and no rows). Blocking; ends early once
/// `cancelled` is set. Any thread.
[[nodiscard]] QueryPage answer_rules(const RulesShown& shown, const std::filesystem::path& data, UtcNs now,
                                     const Query& query, const std::atomic<bool>& cancelled);

}  // namespace wf::engine
