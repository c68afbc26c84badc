// A real console on a real engine, heard through OpenAL's backend that writes what it plays into a file.
#include <signal.h>

#include <cmath>
#include <cstring>
#include <numbers>

#include "console/seat/remote_seat.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/display.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;

namespace {

constexpr double kRate = 48'000;

/// The left channel of what was played so far. The header, which is corrected when the device rests, is not read.
std::vector<std::int16_t> heard(const std::filesystem::path& file) {
  constexpr std::size_t kHeader = 128;
  const std::string bytes = std::filesystem::exists(file) ? read_text(file) : std::string();
  std::vector<std::int16_t> out;
  for (std::size_t i = kHeader; i + 4 <= bytes.size(); i += 4) {
    std::int16_t sample = 0;
    std::memcpy(&sample, bytes.data() + i, sizeof sample);
    out.push_back(sample);
  }
  return out;
}

/// How strong one frequency is in the loudest tenth of a second, 0…1 of full scale.
double strength(const std::vector<std::int16_t>& samples, double hertz) {
  constexpr std::size_t kWindow = 4'800;
  double most = 0;
  for (std::size_t from = 0; from + kWindow <= samples.size(); from += kWindow / 2) {
    double re = 0, im = 0;
    for (std::size_t i = from; i < from + kWindow; ++i) {
      const double turn = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kRate;
      re += samples[i] * std::cos(turn);
      im += samples[i] * std::sin(turn);
    }
    most = std::max(most, std::hypot(re, im) * 2 / kWindow / 32'767);
  }
  return most;
}

}  // namespace

TEST_CASE("A high incident that reaches a real console is a real tone on its sound device") {
  if (!can_open_windows()) return;
  const Scratch scratch;
  const std::string played = scratch / "played.wav";
  write_text(scratch / "openal.conf",
             "[general]\nfrequency = 48000\nchannels = stereo\nsample-type = int16\nhrtf = false\n[wave]\nfile = " +
                 played + "\n");
  Installation house(kAlertRule);
  house.start_engine();
  house.start_agent();
  const Display display;
  Program window("watchfloor", {"--connect", "ipc://" + house.data() + "/seat.ipc", "--size", "1366x768"}, {},
                 {"ALSOFT_DRIVERS=wave", "ALSOFT_CONF=" + scratch / "openal.conf"});
  REQUIRE(eventually([&] { return std::filesystem::exists(played); }));
  house.write({kAlertLine});
  // The two notes of "high", and not the first of "critical".
  const bool sounded = eventually([&] {
    const std::vector<std::int16_t> samples = heard(played);
    return !window.running() || (strength(samples, 783.99) > 0.01 && strength(samples, 587.33) > 0.01);
  });
  INFO(window.err());
  REQUIRE(window.running());
  REQUIRE(sounded);
  CHECK(strength(heard(played), 659.26) < 0.003);
  window.signal(SIGTERM);
  CHECK(window.wait() == 0);
  CHECK(window.err().find("ALSA") == std::string::npos);
}

TEST_CASE("A console without a sound device runs, and leaves standard error to what is worth a line") {
  if (!can_open_windows()) return;
  Installation house;
  house.start_engine();
  const Display display;
  for (const char* drivers : {"ALSOFT_DRIVERS=alsa", "ALSOFT_DRIVERS=null"}) {
    Program window("watchfloor", {"--connect", "ipc://" + house.data() + "/seat.ipc", "--size", "1366x768"}, {},
                   {drivers});
    const bool open = eventually([&] {
      return run("/usr/bin/xdotool", {"search", "--name", "Watchfloor"}).status == 0;
    });
    INFO(window.err());
    REQUIRE(window.running());
    REQUIRE(open);
    window.signal(SIGTERM);
    CHECK(window.wait() == 0);
    CHECK(window.err().find("ALSA") == std::string::npos);
    CHECK(window.err().find("AL lib") == std::string::npos);
  }
}
