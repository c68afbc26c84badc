#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "console/ui/standing.hpp"

namespace wf::ui {

/// What is said of the sound: by the top bar, and in the settings.
struct SoundState {
  bool device = false;       ///< there is one that somebody can hear
  bool calling = false;      ///< something sounds until it is acknowledged, or would if it were not muted
  bool life_safety = false;  ///< life safety is among it: that is never muted
  double mute_left = 0;      ///< seconds; 0: not muted
  [[nodiscard]] bool muted() const { return mute_left > 0; }
};

/// Decides what sounds, from the snapshot and what was muted; plays nothing and knows no clock.
///
/// - What calls is open, on the wall and not acknowledged. Critical, life safety and high are repeated until they are
///   acknowledged; medium and low sound once for each call. A call is new when it opens, is called again after it was
///   acknowledged, or is escalated; then it sounds at once, also between two repeats.
/// - Of several the highest sounds alone. A drill sounds the same. Low ones do not sound in a flood, which folds them.
/// - It begins at a bit more than half of the volume and reaches all of it after half a minute without an answer.
/// - A mute lasts ten minutes at most and never covers life safety.
class Annunciator {
 public:
  static constexpr double kLongestMute = 600;  ///< seconds, as all times here
  static constexpr double kAtOnce = 0.9;       ///< a new call waits at most so long for the tone before it
  static constexpr double kEveryCritical = 4, kEveryHigh = 10;
  static constexpr double kRises = 30;  ///< after which a call is as loud as it gets

  struct Sound {
    Priority tone = Priority::low;
    float loudness = 1;  ///< share of the volume that is set, 0…1
  };
  struct Step {
    std::optional<Sound> play;  ///< now
    bool hush = false;          ///< what plays is answered or muted
    double next_in = -1;        ///< when step() is due without news; < 0: only with news
  };
  /// Call with every new snapshot and whenever the last step said so. `now`: seconds that never go back.
  Step step(const std::shared_ptr<const Snapshot>& snapshot, double now);

  /// For so long, and no longer than kLongestMute.
  void mute(double now, double lasts = kLongestMute);
  void unmute() { muted_until_ = -1; }
  [[nodiscard]] double mute_left(double now) const;
  /// `device` is left to the caller.
  [[nodiscard]] SoundState state(double now) const;

 private:
  /// What is remembered of a call that waits: another value is another call.
  struct Call {
    UtcNs respond_by = 0;
    std::size_t escalated_to = 0;  ///< hash of the name
    bool operator==(const Call&) const = default;
  };
  void take(const std::shared_ptr<const Snapshot>& snapshot);
  [[nodiscard]] std::optional<Priority> repeated(bool muted) const;

  Standing standing_;
  bool started_ = false;
  std::unordered_map<std::uint64_t, Call> calls_;               ///< by incident
  bool critical_ = false, high_ = false, life_safety_ = false;  ///< what is repeated
  std::optional<Priority> fresh_;                               ///< the highest new call that has not sounded
  bool fresh_safety_ = false;
  double muted_until_ = -1;
  double began_ = -1;  ///< since when something repeats without a break
  double sounded_at_ = -1e9;
  std::optional<Priority> sounded_;  ///< the tone that was played last, while it repeats
};

}  // namespace wf::ui
