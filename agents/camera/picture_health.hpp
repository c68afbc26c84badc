#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/camera/video/picture_reader.hpp"
#include "proto/time.hpp"

namespace wf::camera {

/// Judges a camera's pictures: black, covered, blurred, moved against what it showed before, or one and the same for
/// ever. What is wrong must have been so for kHold before it is said, and well again for as long. What it learns from
/// is the first 10 s of pictures that show something, then slowly each that is well, so that it follows the light of a
/// day.
class PictureHealth {
 public:
  enum class State : std::uint8_t { well, black, covered, blurred, moved, frozen };
  static constexpr std::int64_t kHold = 10 * kSecond;
  static constexpr std::int64_t kFrozen = 60 * kSecond;  ///< no sensor gives the same picture for so long
  /// After so long a picture that is another one is the camera's new one.
  static constexpr std::int64_t kAccepted = 60 * kMinute;

  /// What is so from now on, if that changed.
  [[nodiscard]] std::optional<State> look(const SmallPicture& picture);
  [[nodiscard]] State state() const { return state_; }
  /// Pictures were looked at for long enough to know that they are well.
  [[nodiscard]] bool settled() const { return learned_ && looked_for_ >= kHold; }

  /// What pictures are compared with, in one line, for another run; empty: it is not known yet. It is written anew
  /// every kKeep, since the light of a day changes it all the time.
  [[nodiscard]] const std::string& kept() const { return kept_; }
  static constexpr std::int64_t kKeep = 10 * kMinute;
  /// Goes on with what another run kept. What is not such a line is left alone; false: it was none.
  bool load(std::string_view kept);

  /// What was measured of the last picture, for messages and tests.
  struct Measured {
    double mean = 0, contrast = 0;  ///< of the brightness: mean and standard deviation
    double detail = 0;              ///< mean of the brightness' steps from point to point
    double sharpness = 0;  ///< mean square of those steps, by the square of the contrast: light changes neither
    double likeness = 1;   ///< of its edges to those of before: 1 the same, 0 another picture
  };
  [[nodiscard]] const Measured& measured() const { return measured_; }

 private:
  static constexpr int kAcross = 32, kDown = 18;
  using Edges = std::array<double, kAcross * kDown>;

  State judge(const SmallPicture& picture);
  void learn(const Edges& edges, std::int64_t mono);
  void keep(std::int64_t mono);
  static Edges edges_of(const std::vector<std::uint8_t>& luma);

  Measured measured_;
  Edges reference_{}, edges_{};
  double usual_detail_ = 0, usual_contrast_ = 0, usual_sharpness_ = 0;
  std::int64_t learning_since_ = 0, last_change_ = 0;
  bool learned_ = false;
  std::int64_t first_ = 0, looked_for_ = 0, kept_at_ = 0;
  std::string kept_;
  std::uint64_t last_picture_ = 0;
  State state_ = State::well, candidate_ = State::well;
  std::int64_t candidate_since_ = 0, moved_since_ = 0;
};

}  // namespace wf::camera
