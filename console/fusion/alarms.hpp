#pragma once
#include <cstdint>
#include <deque>

#include "console/model/entity.hpp"
#include "proto/time.hpp"

namespace wf::fusion {

/// Alarms annunciated in the last ten minutes by the engine's clock, and whether they are a flood: it begins above
/// one rate and ends below a lower one (ISA-18.2, EEMUA 191).
class AlarmRate {
 public:
  static constexpr std::int64_t kSpan = 10 * kMinute;

  void annunciated(UtcNs now, std::uint32_t begins);
  /// Forgets what is older; true if the flood ended.
  bool pass(UtcNs now, std::uint32_t ends);
  [[nodiscard]] std::uint32_t in_span(UtcNs now) const;
  [[nodiscard]] bool flood() const { return flood_; }
  /// As of the newest alarm.
  [[nodiscard]] std::uint32_t newest() const { return static_cast<std::uint32_t>(times_.size()); }

 private:
  std::deque<UtcNs> times_;
  bool flood_ = false;
};

struct Policy;
/// How long people may take to acknowledge.
[[nodiscard]] std::int64_t response_target(const Policy& policy, Priority priority);

}  // namespace wf::fusion
