#pragma once
#include <cstdint>

namespace wf {

/// How much the engine keeps of what agents attach (stills, clips); bytes. Beyond it the oldest go.
struct AttachmentLimits {
  std::uint64_t total = 10ULL << 30U;     ///< of all agents
  std::uint64_t per_agent = 2ULL << 30U;  ///< of one
  std::uint64_t each = 64ULL << 20U;      ///< of one attachment; a larger one is refused
  bool operator==(const AttachmentLimits&) const = default;
};

}  // namespace wf
