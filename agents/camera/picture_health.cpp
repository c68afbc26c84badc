#include "agents/camera/picture_health.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace wf::camera {
namespace {

constexpr int kWidth = SmallPicture::kWidth, kHeight = SmallPicture::kHeight;
// Brightness in video's range: 16 is black (ITU-R BT.601, 2.5.3).
constexpr double kBlackMean = 30, kBlackContrast = 6;
constexpr double kCoveredContrast = 12, kCoveredDetail = 1.2;
constexpr double kCovered = 0.35;         ///< of the usual detail
constexpr double kBlurred = 0.35;         ///< of the usual sharpness
constexpr double kBlurredContrast = 0.3;  ///< of the usual contrast, of which a blur leaves more
constexpr double kMoved = 0.35;
constexpr double kLeastDetail = 0.8;  ///< less shows too little to say that it moved
constexpr double kPace = 0.02;
constexpr double kEdgeParts = 32;  ///< of one, in which an edge is kept

std::uint64_t fingerprint(const std::vector<std::uint8_t>& luma) {
  std::uint64_t value = 14695981039346656037ULL;
  for (const std::uint8_t one : luma) value = (value ^ one) * 1099511628211ULL;
  return value;
}

double likeness(const auto& a, const auto& b) {
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / static_cast<double>(a.size());
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / static_cast<double>(b.size());
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa <= 0 || bb <= 0 ? 0 : ab / std::sqrt(aa * bb);
}

}  // namespace

/// How much the brightness changes within each of 32 × 18 fields: it stays when the light changes, and is another where
/// the camera looks elsewhere.
PictureHealth::Edges PictureHealth::edges_of(const std::vector<std::uint8_t>& luma) {
  Edges out{};
  for (int y = 0; y + 1 < kHeight; ++y)
    for (int x = 0; x + 1 < kWidth; ++x) {
      const auto at = static_cast<std::size_t>(y * kWidth + x);
      const double step = std::abs(luma[at] - luma[at + 1]) + std::abs(luma[at] - luma[at + kWidth]);
      out[static_cast<std::size_t>(y * kDown / kHeight * kAcross + x * kAcross / kWidth)] += step;
    }
  // Weak edges count beside strong ones.
  for (double& one : out) one = std::sqrt(one);
  return out;
}

PictureHealth::State PictureHealth::judge(const SmallPicture& picture) {
  const std::vector<std::uint8_t>& luma = picture.luma;
  const auto count = static_cast<double>(luma.size());
  measured_.mean = std::accumulate(luma.begin(), luma.end(), 0.0) / count;
  double squares = 0, steps = 0, energy = 0;
  for (std::size_t i = 0; i < luma.size(); ++i) {
    squares += (luma[i] - measured_.mean) * (luma[i] - measured_.mean);
    const int step = i + 1 < luma.size() ? luma[i] - luma[i + 1] : 0;
    steps += std::abs(step);
    energy += step * step;
  }
  measured_.contrast = std::sqrt(squares / count);
  measured_.detail = steps / count;
  measured_.sharpness = squares > 0 ? energy / squares : 0;
  edges_ = edges_of(luma);
  measured_.likeness = learned_ ? likeness(edges_, reference_) : 1;
  if (const std::uint64_t now = fingerprint(luma); now != last_picture_) {
    last_picture_ = now;
    last_change_ = picture.mono;
  }
  if (measured_.mean < kBlackMean && measured_.contrast < kBlackContrast) return State::black;
  if (measured_.contrast < kCoveredContrast && measured_.detail < kCoveredDetail &&
      (!learned_ || measured_.detail < kCovered * usual_detail_))
    return State::covered;
  if (learned_ && measured_.sharpness < kBlurred * usual_sharpness_ &&
      measured_.contrast > kBlurredContrast * usual_contrast_)
    return State::blurred;
  if (learned_ && measured_.likeness < kMoved && measured_.detail > kLeastDetail) return State::moved;
  if (picture.mono - last_change_ >= kFrozen) return State::frozen;
  return State::well;
}

void PictureHealth::learn(const Edges& edges, std::int64_t mono) {
  if (kept_at_ == 0) kept_at_ = mono;
  if (learning_since_ == 0) learning_since_ = mono;
  if (!learned_ && learning_since_ == mono) {
    reference_ = edges;
    usual_detail_ = measured_.detail;
    usual_contrast_ = measured_.contrast;
    usual_sharpness_ = measured_.sharpness;
  }
  const double pace = learned_ ? kPace : 0.3;
  for (std::size_t i = 0; i < edges.size(); ++i) reference_[i] += pace * (edges[i] - reference_[i]);
  usual_detail_ += pace * (measured_.detail - usual_detail_);
  usual_contrast_ += pace * (measured_.contrast - usual_contrast_);
  usual_sharpness_ += pace * (measured_.sharpness - usual_sharpness_);
  if (mono - learning_since_ >= kHold) learned_ = true;
  if (learned_ && (kept_.empty() || mono - kept_at_ >= kKeep)) keep(mono);
}

void PictureHealth::keep(std::int64_t mono) {
  kept_at_ = mono;
  char figures[96];
  std::snprintf(figures, sizeof figures, "1 %.4f %.4f %.6f ", usual_detail_, usual_contrast_, usual_sharpness_);
  kept_ = figures;
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const double edge : reference_) {
    const auto part = static_cast<unsigned>(std::clamp(edge * kEdgeParts, 0.0, 4095.0));
    for (const unsigned shift : {8U, 4U, 0U}) kept_ += kDigits[part >> shift & 15U];
  }
}

bool PictureHealth::load(std::string_view kept) {
  int version = 0, used = 0;
  double detail = 0, contrast = 0, sharpness = 0;
  const std::string text(kept.substr(0, 4096));
  if (std::sscanf(text.c_str(), "%d %lf %lf %lf %n", &version, &detail, &contrast, &sharpness, &used) != 4 ||
      version != 1 || !std::isfinite(detail + contrast + sharpness))
    return false;
  const std::string_view digits = std::string_view(text).substr(static_cast<std::size_t>(used));
  if (digits.size() != 3 * reference_.size()) return false;
  Edges edges{};
  for (std::size_t i = 0; i < edges.size(); ++i) {
    unsigned part = 0;
    const char* const begin = digits.data() + 3 * i;
    if (std::from_chars(begin, begin + 3, part, 16).ptr != begin + 3) return false;
    edges[i] = part / kEdgeParts;
  }
  reference_ = edges;
  usual_detail_ = detail, usual_contrast_ = contrast, usual_sharpness_ = sharpness;
  learned_ = true;
  kept_ = text;
  return true;
}

std::optional<PictureHealth::State> PictureHealth::look(const SmallPicture& picture) {
  if (picture.luma.size() != static_cast<std::size_t>(kWidth) * kHeight) return std::nullopt;
  if (first_ == 0) first_ = picture.mono;
  looked_for_ = picture.mono - first_;
  const State now = judge(picture);
  if (now == State::well) learn(edges_, picture.mono);
  if (now != candidate_) {
    candidate_ = now;
    candidate_since_ = picture.mono;
  }
  if (state_ == State::moved && candidate_ == State::moved && picture.mono - moved_since_ >= kAccepted) {
    // It was turned on purpose, and shows something else from now on.
    learning_since_ = 0;
    learned_ = false;
    candidate_ = state_ = State::well;
    return State::well;
  }
  // A frozen picture was the same for long enough already.
  const std::int64_t hold = candidate_ == State::frozen ? 0 : kHold;
  if (candidate_ == state_ || picture.mono - candidate_since_ < hold) return std::nullopt;
  state_ = candidate_;
  if (state_ == State::moved) moved_since_ = picture.mono;
  return state_;
}

}  // namespace wf::camera
