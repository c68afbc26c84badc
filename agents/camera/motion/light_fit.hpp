#pragma once
#include <cstdint>
#include <vector>

#include "agents/camera/video/picture_reader.hpp"

namespace wf::camera {

/// Brightness of SmallPicture's points, in parts.
using Grey = std::vector<float>;

/// How one picture becomes another one of the same place: by the light (a gain and an offset, as exposure, gain control
/// and dusk change it) and by a shake of the camera (a whole number of points).
struct LightFit {
  float gain = 1, offset = 0;
  int dx = 0, dy = 0;  ///< now(x, y) is what model(x - dx, y - dy) shows
  float inliers = 1;   ///< part of the points that it explains
  float noise = 1;     ///< standard deviation of what it leaves, of the points that it explains
};

/// The fit that explains most points; those that `ignore` marks (not zero) have no say. It is found by least squares
/// without outliers from several beginnings, `before` among them, so that what a person covers does not disturb it.
[[nodiscard]] LightFit fit_light(const Grey& now, const Grey& model, const std::vector<std::uint8_t>& ignore,
                                 const LightFit& before);

/// The 3 × 3 binomial mean of a picture, which takes most of a sensor's noise away.
[[nodiscard]] Grey smooth(const std::vector<std::uint8_t>& luma);

}  // namespace wf::camera
