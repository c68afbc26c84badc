#pragma once
#include <string>

#include "proto/result.hpp"

namespace wf::kit {

/// Reads an unknown export (CSV, JSON lines or a JSON array) and writes a mapping for it in YAML, which read_mapping()
/// takes without a complaint, with its reasons as comments. `domain` is the agent's kind: access, camera. Reads at most
/// kSampleHead + kSampleTail bytes. An error says why no mapping can be proposed.
[[nodiscard]] Result<std::string> suggest_mapping(const std::string& file, const std::string& domain);

}  // namespace wf::kit
