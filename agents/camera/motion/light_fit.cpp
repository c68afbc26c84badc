#include "agents/camera/motion/light_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace wf::camera {
namespace {

constexpr int kWidth = SmallPicture::kWidth, kHeight = SmallPicture::kHeight;
constexpr int kStep = 2;         ///< every second point of every second row has a say
constexpr int kMostShift = 4;    ///< a knock of 48 points of a picture 1,920 wide
constexpr float kWhite = 250;    ///< brighter ones say nothing of the gain
constexpr float kLeastNear = 4;  ///< so near a point is always explained
constexpr float kShiftGains = 0.8F;
constexpr float kLittle = 1.2F;  ///< so little is left where nothing moved

struct Sample {
  float model, now;
};

std::vector<Sample> samples_of(const Grey& now, const Grey& model, const std::vector<std::uint8_t>& ignore, int dx,
                               int dy, int step) {
  std::vector<Sample> out;
  out.reserve(static_cast<std::size_t>(kWidth / step + 1) * static_cast<std::size_t>(kHeight / step + 1));
  for (int y = kMostShift; y < kHeight - kMostShift; y += step)
    for (int x = kMostShift; x < kWidth - kMostShift; x += step) {
      const auto at = static_cast<std::size_t>(y * kWidth + x);
      const auto from = static_cast<std::size_t>((y - dy) * kWidth + x - dx);
      if (ignore[at] == 0 && now[at] < kWhite && model[from] < kWhite) out.push_back({model[from], now[at]});
    }
  return out;
}

float middle(std::vector<float>& values, double part = 0.5) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

struct Line {
  float gain = 1, offset = 0, inliers = 0, noise = 1;
};

Line refine(const std::vector<Sample>& samples, Line line, std::vector<float>& left) {
  for (int turn = 0; turn < 4; ++turn) {
    left.clear();
    for (const Sample& s : samples) left.push_back(std::abs(s.now - line.gain * s.model - line.offset));
    std::vector<float> sorted = left;
    const float near = std::max(kLeastNear, 4 * middle(sorted));
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (left[i] > near) continue;
      n += 1, sx += samples[i].model, sy += samples[i].now;
      sxx += static_cast<double>(samples[i].model) * samples[i].model;
      sxy += static_cast<double>(samples[i].model) * samples[i].now;
    }
    if (n < 20) break;
    const double spread = sxx - sx * sx / n;
    // Where all is equally bright the gain cannot be told from the offset.
    double gain = spread > 4 * n ? (sxy - sx * sy / n) / spread : 1;
    gain = std::clamp(gain, 0.02, 20.0);
    line.gain = static_cast<float>(gain);
    line.offset = static_cast<float>((sy - gain * sx) / n);
  }
  std::vector<float> inside;
  for (const Sample& s : samples)
    if (const float off = std::abs(s.now - line.gain * s.model - line.offset); off < 2 * kLeastNear)
      inside.push_back(off);
  line.inliers = samples.empty() ? 0 : static_cast<float>(inside.size()) / static_cast<float>(samples.size());
  line.noise = std::max(0.4F, 1.4826F * middle(inside));
  return line;
}

/// Mean difference, in which one point counts for at most 20.
float difference(const std::vector<Sample>& samples, const Line& line) {
  float sum = 0;
  for (const Sample& s : samples) sum += std::min(20.0F, std::abs(s.now - line.gain * s.model - line.offset));
  return samples.empty() ? 0 : sum / static_cast<float>(samples.size());
}

}  // namespace

LightFit fit_light(const Grey& now, const Grey& model, const std::vector<std::uint8_t>& ignore,
                   const LightFit& before) {
  std::vector<Sample> samples = samples_of(now, model, ignore, before.dx, before.dy, kStep);
  std::vector<float> left, dark;
  for (const Sample& s : samples) left.push_back(s.now), dark.push_back(s.model);
  // As the quarters of all brightnesses moved: where a step of the light is too large to be reached from before.
  std::vector<float> a = left, b = dark;
  const float now_low = middle(a, 0.25), now_high = middle(a, 0.75);
  const float model_low = middle(b, 0.25), model_high = middle(b, 0.75);
  Line quarters;
  quarters.gain =
      model_high - model_low > 4 ? std::clamp((now_high - now_low) / (model_high - model_low), 0.02F, 20.0F) : 1;
  quarters.offset = (now_low + now_high) / 2 - quarters.gain * (model_low + model_high) / 2;
  Line best;
  for (const Line& from : {Line{before.gain, before.offset, 0, 1}, Line{}, quarters}) {
    const Line line = refine(samples, from, left);
    if (line.inliers > best.inliers + 0.01F) best = line;
  }
  LightFit out{best.gain, best.offset, before.dx, before.dy, best.inliers, best.noise};
  // Shifts are only looked for where something is left to be explained.
  if (before.dx == 0 && before.dy == 0 && difference(samples, best) < kLittle) return out;
  float least = 256;
  for (int dy = -kMostShift; dy <= kMostShift; ++dy)
    for (int dx = -kMostShift; dx <= kMostShift; ++dx) {
      const float off = difference(samples_of(now, model, ignore, dx, dy, 2 * kStep), best);
      // At rest wins where a shift explains hardly more.
      const float here = dx == 0 && dy == 0 ? kShiftGains * off : off;
      if (here < least) least = here, out.dx = dx, out.dy = dy;
    }
  if (out.dx == before.dx && out.dy == before.dy) return out;
  samples = samples_of(now, model, ignore, out.dx, out.dy, kStep);
  const Line line = refine(samples, best, left);
  out.gain = line.gain, out.offset = line.offset, out.inliers = line.inliers, out.noise = line.noise;
  return out;
}

Grey smooth(const std::vector<std::uint8_t>& luma) {
  Grey across(luma.size()), out(luma.size());
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const std::uint8_t* const row = luma.data() + static_cast<std::ptrdiff_t>(y) * kWidth;
      const int left = row[std::max(x - 1, 0)], right = row[std::min(x + 1, kWidth - 1)];
      across[static_cast<std::size_t>(y * kWidth + x)] = static_cast<float>(left + 2 * row[x] + right) / 4;
    }
  for (int y = 0; y < kHeight; ++y) {
    const auto above = static_cast<std::size_t>(std::max(y - 1, 0) * kWidth),
               here = static_cast<std::size_t>(y * kWidth),
               below = static_cast<std::size_t>(std::min(y + 1, kHeight - 1) * kWidth);
    for (std::size_t x = 0; x < kWidth; ++x)
      out[here + x] = (across[above + x] + 2 * across[here + x] + across[below + x]) / 4;
  }
  return out;
}

}  // namespace wf::camera
