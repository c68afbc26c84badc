#pragma once
#include <cstdint>
#include <filesystem>

#include "console/engine/configuration.hpp"
#include "console/engine/intake.hpp"
#include "console/engine/watch.hpp"
#include "proto/result.hpp"

namespace wf::engine {

/// What a replay of the log found.
struct Recovery {
  std::uint64_t records = 0, events = 0;
  Configuration configuration;     ///< in force at the end; empty: the log has none
  std::string configuration_json;  ///< as the log has it
  Findings findings;               ///< what a crash kept from being stored
};

/// Takes the whole log through `watch`. The incidents and alerts that it makes again are those that were stored
/// before; what is not stored yet comes back in `findings`.
[[nodiscard]] Result<Recovery> replay(const std::filesystem::path& data, Watch& watch);

/// What the store keeps of changes.
void add_findings(const fusion::Changes& changes, Findings& findings);

}  // namespace wf::engine
