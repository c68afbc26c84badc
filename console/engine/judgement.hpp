#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/engine/configuration.hpp"
#include "console/engine/engine.hpp"
#include "console/engine/site_archive.hpp"

namespace wf::engine {

/// Reads site, rules and plans and makes a configuration of them. What cannot be used and is not fatal gets a line in
/// `notes`. Fails, so that the one in force stays, when the site cannot be read or when a file of rules or plans that
/// `in_force` could use in full can no longer be: a slip of the pen must not switch detection off.
[[nodiscard]] Result<Configuration> read_configuration(const Judgement& judgement, const Configuration& in_force,
                                                       SiteArchive& archive, std::vector<std::string>& notes);

}  // namespace wf::engine
