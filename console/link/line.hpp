#pragma once
#include <string>
#include <string_view>

#include "proto/event_codec.hpp"

namespace wf::link {

/// Whose place in a queue a batch has: an agent's, and life safety's of the agent, which waits behind no other lane.
/// Lanes have numbers and ledgers of their own, so they need no order among each other; within a line it is kept.
/// `!` stands in no agent's name.
inline constexpr char kUrgentLine = '!';

[[nodiscard]] inline std::string line_of(const BatchOrigin& origin) {
  return origin.lane == 0 ? origin.agent + kUrgentLine : origin.agent;
}
[[nodiscard]] inline bool urgent(std::string_view line) { return line.ends_with(kUrgentLine); }
[[nodiscard]] inline std::string_view agent_of(std::string_view line) {
  return urgent(line) ? line.substr(0, line.size() - 1) : line;
}

}  // namespace wf::link
