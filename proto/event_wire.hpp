#pragma once
#include <cstdint>

/// Field numbers of event.proto's messages, and what its encoder and decoder must do alike. Inside proto/ only.
namespace wf::wire {

// EventBatch
inline constexpr std::uint32_t kVersion = 1, kStrings = 2, kBaseTime = 3, kEvents = 4;
// EventRecord
inline constexpr std::uint32_t kTimeDelta = 1, kSeenDelta = 2, kKind = 3, kSeverity = 4, kSource = 5, kProduct = 6,
                               kService = 7, kCategory = 8, kDrill = 9, kFields = 10;

// Times wrap instead of overflowing; both directions use the same arithmetic.
constexpr std::int64_t wrapping_sub(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace wf::wire
