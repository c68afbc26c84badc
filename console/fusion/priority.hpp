#pragma once
#include <array>
#include <cstdint>

#include "console/model/entity.hpp"

namespace wf::fusion {

/// What an alert weighs: its rule's level times how critical the place or device is (1 normal … 4 vital).
///   level        low 10   medium 25   high 50   critical 100
///   criticality  1 × 1.0  2 × 1.1     3 × 1.25  4 × 1.5
[[nodiscard]] int alert_points(Priority level, std::uint8_t criticality);

/// An incident's priority: the points of its strongest alert, × 1.35 if two domains agree and × 1.7 if three do;
/// critical from 100, high from 40, medium from 20. Life safety is always critical. Agreement only raises, and an
/// incident's priority never falls by itself.
[[nodiscard]] Priority incident_priority(int strongest_points, const std::array<bool, 3>& domains, bool life_safety);

}  // namespace wf::fusion
