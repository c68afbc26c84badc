#pragma once
#include <memory>
#include <optional>

#include "console/model/snapshot.hpp"
#include "console/sound/output.hpp"
#include "console/ui/annunciator.hpp"
#include "console/ui/console.hpp"

namespace wf::shell {

/// Lets the sound device say what the annunciator decides. One for all windows of a program; the windows' thread.
/// It runs beside the frames: a window that is minimised, slow or broken sounds all the same.
class Sounder {
 public:
  explicit Sounder(sound::Output& output) : output_(output) {}

  /// Call whenever the program wakes up, with the newest snapshot. Returns in how many seconds at the latest it is due
  /// again without news; < 0: only with news.
  double step(const std::shared_ptr<const Snapshot>& snapshot, double now);
  /// 0…1, as the settings have it.
  void set_volume(float volume) { volume_ = volume; }
  /// What was muted when the program ended stays muted for what is left.
  void mute(double now, double lasts) { annunciator_.mute(now, lasts); }
  /// What a person asked for in a frame.
  void carry_out(const ui::SoundWish& wish, double now);
  /// For the frame's input.
  [[nodiscard]] ui::SoundState state(double now) const;

 private:
  sound::Output& output_;
  ui::Annunciator annunciator_;
  float volume_ = ui::Comfort{}.volume;
};

}  // namespace wf::shell
