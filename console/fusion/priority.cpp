#include "console/fusion/priority.hpp"

#include <algorithm>

namespace wf::fusion {

int alert_points(Priority level, std::uint8_t criticality) {
  static constexpr std::array<int, 4> kLevel{10, 25, 50, 100};
  static constexpr std::array<int, 4> kPercent{100, 110, 125, 150};
  const std::size_t c = static_cast<std::size_t>(std::clamp<int>(criticality, 1, 4)) - 1;
  return kLevel[static_cast<std::size_t>(level) & 3U] * kPercent[c] / 100;
}

Priority incident_priority(int strongest_points, const std::array<bool, 3>& domains, bool life_safety) {
  static constexpr std::array<int, 4> kAgreement{100, 100, 135, 170};
  const auto agreeing = static_cast<std::size_t>(std::count(domains.begin(), domains.end(), true));
  const int points = strongest_points * kAgreement[agreeing] / 100;
  if (life_safety || points >= 100) return Priority::critical;
  if (points >= 40) return Priority::high;
  return points >= 20 ? Priority::medium : Priority::low;
}

}  // namespace wf::fusion
