#include "console/shell/sounder.hpp"

namespace wf::shell {

double Sounder::step(const std::shared_ptr<const Snapshot>& snapshot, double now) {
  const ui::Annunciator::Step step = annunciator_.step(snapshot, now);
  if (step.play)
    output_.play(step.play->tone, step.play->loudness * volume_);
  else if (step.hush)
    output_.hush();
  return step.next_in;
}

void Sounder::carry_out(const ui::SoundWish& wish, double now) {
  if (wish.toggle_mute) annunciator_.mute_left(now) > 0 ? annunciator_.unmute() : annunciator_.mute(now);
  if (wish.try_tone && !annunciator_.state(now).calling) output_.play(*wish.try_tone, volume_);
}

ui::SoundState Sounder::state(double now) const {
  ui::SoundState out = annunciator_.state(now);
  out.device = output_.available();
  return out;
}

}  // namespace wf::shell
