// The sound's cell of the top bar: what it says, what a click does, how the bar flashes.
#include <algorithm>

#include "console/ui/draw/theme.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// Frames in which a mute was asked for.
int asked(DeskDriver& desk, const std::function<void()>& what) {
  int n = 0;
  desk.after = [&](const FrameOutput& out) { n += out.sound.toggle_mute ? 1 : 0; };
  what();
  desk.after = {};
  return n;
}

}  // namespace

TEST_CASE("The bar says whether sound is on, muted and for how long, or without a device") {
  DeskDriver desk(sample::night());
  CHECK(desk.wrote("On"));
  desk.input.sound.mute_left = 581;
  desk.frames(1);
  CHECK(desk.wrote("Muted 9:41"));
  CHECK(desk.last().redraw_in <= 1.01);
  desk.input.sound = {};
  desk.frames(1);
  CHECK(desk.wrote("No device"));
  desk.input.sound.mute_left = 600;
  desk.frames(1);
  CHECK(desk.wrote("Muted 10:00"));
  CHECK(desk.wrote("No sound device"));
}

TEST_CASE("A mute counts in minutes where nothing is open and nobody moves, so that no frame is drawn for it") {
  DeskDriver desk(sample::quiet());
  desk.frames(1, 60);
  desk.input.sound.mute_left = 570;
  desk.frames(2, 0.5);
  CHECK(desk.wrote("Muted 10 min"));
  CHECK(desk.last().redraw_in > 1.5);
  CHECK(desk.last().redraw_in <= 30.01);  // then it says 9
}

TEST_CASE("Q, a click on the bar and the palette mute, and once only") {
  DeskDriver desk(sample::night());
  CHECK(asked(desk, [&] { desk.type("q"); }) == 1);
  CHECK(asked(desk, [&] { CHECK(desk.click("top/sound")); }) == 1);
  CHECK(asked(desk, [&] {
          desk.type("/");
          desk.type("mute");
          desk.press(Key::enter);
        }) == 1);
  CHECK(desk.commands().empty());
}

TEST_CASE("Q types a letter where one is typed, and mutes nothing") {
  DeskDriver desk(sample::night());
  desk.console().select(2417);
  desk.frames(2);
  desk.type("n");
  CHECK(asked(desk, [&] { desk.type("q"); }) == 0);
}

TEST_CASE("Who mutes while life safety calls is told that it is not muted") {
  DeskDriver desk(sample::night());
  desk.input.sound.calling = desk.input.sound.life_safety = true;
  desk.frames(1);
  desk.type("q");
  CHECK(desk.wrote("Life safety is never muted"));
}

TEST_CASE("Without a device the bar flashes while something would sound, life safety also when it is muted") {
  DeskDriver desk(sample::quiet());
  desk.frames(1, 60);
  const auto flashes = [&](SoundState sound) {
    desk.input.sound = sound;
    desk.frames(1, 1.0);
    return desk.last().redraw_in > 0 && desk.last().redraw_in <= 0.5;
  };
  SoundState sound;
  CHECK_FALSE(flashes(sound));
  sound.calling = true;
  CHECK(flashes(sound));
  sound.mute_left = 500;
  CHECK_FALSE(flashes(sound));
  sound.life_safety = true;
  CHECK(flashes(sound));
  sound.device = true;
  CHECK_FALSE(flashes(sound));
}

TEST_CASE("The sound's state is the last that leaves a narrow bar, and is never cut") {
  for (const float width : {1920.0F, 1366.0F, 1000.0F}) {
    DeskDriver desk(sample::night(), width, 768);
    desk.input.sound.mute_left = 600;
    desk.frames(1);
    INFO(width);
    const auto& texts = desk.texts();
    const auto found =
        std::find_if(texts.begin(), texts.end(), [](const WrittenText& t) { return t.text == "Muted 10:00"; });
    REQUIRE(found != texts.end());
    CHECK_FALSE(found->cut);
  }
}
