#pragma once
#include <string>
#include <string_view>

#include "console/model/command.hpp"
#include "proto/result.hpp"

namespace wf::engine {

/// A command as the log and the audit keep it: one JSON object with "v": 1.
[[nodiscard]] std::string command_to_json(const Command& command);
[[nodiscard]] Result<Command> command_from_json(std::string_view text);

}  // namespace wf::engine
