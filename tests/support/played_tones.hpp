#pragma once
#include <functional>
#include <utility>
#include <vector>

#include "console/sound/output.hpp"

namespace wf::test {

/// A sound device that nobody hears: it writes down what was played and when.
class PlayedTones final : public sound::Output {
 public:
  struct Tone {
    double at;
    Priority tone;
    float volume;
  };
  explicit PlayedTones(std::function<double()> clock) : clock_(std::move(clock)) {}
  void play(Priority tone, float volume) override { tones.push_back({clock_(), tone, volume}); }
  void hush() override { hushed.push_back(clock_()); }
  [[nodiscard]] bool available() const override { return there_; }
  void set_on_change(std::function<void()> on_change) override { on_change_ = std::move(on_change); }
  /// Plugs it in, or pulls it out.
  void plug(bool there) {
    there_ = there;
    if (on_change_) on_change_();
  }
  std::vector<Tone> tones;
  std::vector<double> hushed;

 private:
  std::function<double()> clock_;
  std::function<void()> on_change_;
  bool there_ = true;
};

}  // namespace wf::test
