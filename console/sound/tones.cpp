#include "console/sound/tones.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

namespace wf::sound {
namespace {

/// One struck note. What follows it begins while it still rings.
struct Note {
  double at, lasts;  ///< seconds
  double hertz;
};

constexpr std::array<Note, 3> kCritical{{{0, 0.26, 659.26}, {0.2, 0.26, 880}, {0.4, 0.46, 1174.66}}};
constexpr std::array<Note, 2> kHigh{{{0, 0.34, 783.99}, {0.26, 0.46, 587.33}}};
constexpr std::array<Note, 1> kMedium{{{0, 0.5, 523.25}}};
constexpr std::array<Note, 1> kLow{{{0, 0.4, 440}}};

constexpr double kAttack = 0.012, kRelease = 0.06;  ///< seconds: no click at either end
constexpr double kPeak = 0.3;                       ///< of full scale

std::span<const Note> notes_of(Priority priority) {
  switch (priority) {
    case Priority::critical:
      return kCritical;
    case Priority::high:
      return kHigh;
    case Priority::medium:
      return kMedium;
    case Priority::low:
      return kLow;
  }
  return kLow;
}

/// Rises in kAttack, rings away, and is gone at its end.
double envelope(const Note& note, double t) {
  const double rise = std::min(1.0, t / kAttack);
  const double fall = std::clamp((note.lasts - t) / kRelease, 0.0, 1.0);
  return rise * rise * (3 - 2 * rise) * std::exp(-2.2 * t / note.lasts) * fall * fall;
}

/// A bell without its strike: the note, its octave and its twelfth, which make it easy to tell where it comes from.
double timbre(double hertz, double t) {
  const double turn = 2 * std::numbers::pi * hertz * t;
  return (std::sin(turn) + 0.32 * std::sin(2 * turn) + 0.12 * std::sin(3 * turn)) / 1.44;
}

}  // namespace

double length(Priority priority) {
  double end = 0;
  for (const Note& note : notes_of(priority)) end = std::max(end, note.at + note.lasts);
  return end;
}

std::vector<std::int16_t> tone(Priority priority) {
  std::vector<std::int16_t> out(static_cast<std::size_t>(std::ceil(length(priority) * kRate)));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    double sum = 0;
    for (const Note& note : notes_of(priority))
      if (t >= note.at && t < note.at + note.lasts)
        sum += envelope(note, t - note.at) * timbre(note.hertz, t - note.at);
    out[i] = static_cast<std::int16_t>(std::lround(std::clamp(sum * kPeak, -kPeak, kPeak) * 32767));
  }
  return out;
}

}  // namespace wf::sound
