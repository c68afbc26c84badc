#pragma once
#include <cstdint>
#include <vector>

#include "console/model/entity.hpp"

namespace wf::sound {

inline constexpr int kRate = 48'000;  ///< samples a second

/// The tone of one priority: one channel, 16 bits, kRate. Made of sines, always the same.
/// Critical is three notes that rise, high two that fall, medium and low one each. All lie between 400 and 1,500 Hz,
/// where small loudspeakers speak and ageing ears hear (ISO 7731 asks for energy from 500 to 2,500 Hz), begin and end
/// softly, last less than 0.9 s, and stay under a third of full scale.
[[nodiscard]] std::vector<std::int16_t> tone(Priority priority);

/// Seconds that tone() lasts.
[[nodiscard]] double length(Priority priority);

}  // namespace wf::sound
