#pragma once
#include <functional>
#include <memory>

#include "console/model/entity.hpp"

namespace wf::sound {

/// What tones are played on. All calls return at once and may come from one thread at a time.
class Output {
 public:
  virtual ~Output() = default;
  /// Plays the tone of a priority from its beginning, in place of one that plays. `volume`: 0…1. Without a device it
  /// is lost; whoever repeats tones comes again.
  virtual void play(Priority tone, float volume) = 0;
  /// Falls silent, without a click.
  virtual void hush() = 0;
  /// There is a device that somebody can hear.
  [[nodiscard]] virtual bool available() const = 0;
  /// Called on a thread of the output's own whenever available() changed. Once this returns nobody is in the call of
  /// the one before.
  virtual void set_on_change(std::function<void()> on_change) = 0;
};

/// The system's sound device, through OpenAL. Looks for one until there is one, notices when it goes away, and takes
/// it, or another, when it is back. It never blocks its caller: a device that hangs is its thread's business.
[[nodiscard]] std::unique_ptr<Output> open_speaker();

/// Keeps the sound library from writing to standard error what the console says itself. Before the first thread.
void quiet_library();

}  // namespace wf::sound
