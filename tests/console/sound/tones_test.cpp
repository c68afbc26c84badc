#include "console/sound/tones.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "tests/support/catch.hpp"

using namespace wf;

namespace {

constexpr Priority kAll[] = {Priority::low, Priority::medium, Priority::high, Priority::critical};

/// Energy at one frequency over part of a tone (Goertzel's sum).
double energy(const std::vector<std::int16_t>& samples, double from, double to, double hertz) {
  double re = 0, im = 0;
  const auto end = std::min(samples.size(), static_cast<std::size_t>(to * sound::kRate));
  for (auto i = static_cast<std::size_t>(from * sound::kRate); i < end; ++i) {
    const double turn = 2 * std::numbers::pi * hertz * static_cast<double>(i) / sound::kRate;
    re += samples[i] * std::cos(turn);
    im += samples[i] * std::sin(turn);
  }
  return std::hypot(re, im);
}

}  // namespace

TEST_CASE("Every tone is short, quiet, begins and ends in silence, and has no step in it") {
  for (const Priority p : kAll) {
    const std::vector<std::int16_t> tone = sound::tone(p);
    INFO(name_of(p));
    CHECK(static_cast<double>(tone.size()) / sound::kRate == Approx(sound::length(p)).margin(0.001));
    CHECK(sound::length(p) < 0.9);
    CHECK(sound::length(p) > 0.3);
    int peak = 0, step = std::abs(tone.front());
    for (std::size_t i = 0; i < tone.size(); ++i) {
      peak = std::max(peak, std::abs(static_cast<int>(tone[i])));
      if (i > 0) step = std::max(step, std::abs(tone[i] - tone[i - 1]));
    }
    CHECK(peak > 3'000);
    CHECK(peak < 32'767 / 3);
    CHECK(step < peak / 3);  // a click is a step as high as the tone
    CHECK(std::abs(static_cast<int>(tone.back())) < 40);
  }
}

TEST_CASE("Tones tell the priorities apart by their notes: three that rise, two that fall, one, a lower one") {
  const std::vector<std::int16_t> critical = sound::tone(Priority::critical), high = sound::tone(Priority::high),
                                  medium = sound::tone(Priority::medium), low = sound::tone(Priority::low);
  CHECK(energy(critical, 0, 0.2, 659.26) > 3 * energy(critical, 0, 0.2, 1174.66));
  CHECK(energy(critical, 0.5, 0.8, 1174.66) > 3 * energy(critical, 0.5, 0.8, 659.26));
  CHECK(energy(high, 0, 0.25, 783.99) > 3 * energy(high, 0, 0.25, 587.33));
  CHECK(energy(high, 0.4, 0.7, 587.33) > 3 * energy(high, 0.4, 0.7, 783.99));
  CHECK(energy(medium, 0, 0.5, 523.25) > 3 * energy(medium, 0, 0.5, 440));
  CHECK(energy(low, 0, 0.4, 440) > 3 * energy(low, 0, 0.4, 523.25));
  CHECK(sound::length(Priority::critical) > sound::length(Priority::medium));
}

TEST_CASE("A tone is the same every time") {
  for (const Priority p : kAll) CHECK(sound::tone(p) == sound::tone(p));
}
