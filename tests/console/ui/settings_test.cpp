// The settings: what they change, by pointer and by keyboard, and what the console makes of it.
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

struct Settings {
  explicit Settings(float width = 1920) : desk(sample::night(), width, 768) {
    desk.input.kept_in = "/home/guard/.local/state/watchfloor/console.json";
    desk.console().set_view(View::settings);
    desk.frames(2);
  }
  [[nodiscard]] const Comfort& is() { return desk.console().comfort(); }
  DeskDriver desk;
};

}  // namespace

TEST_CASE("A comma, the rail and the palette open the settings") {
  for (int way = 0; way < 3; ++way) {
    DeskDriver desk(sample::night());
    if (way == 0) desk.type(",");
    if (way == 1) CHECK(desk.click("rail/Settings"));
    if (way == 2) {
      desk.type("/");
      desk.type("settings");
      desk.press(Key::enter);
    }
    desk.frames(2);
    CHECK(desk.look().view == View::settings);
  }
}

TEST_CASE("Theme, zoom, density, motion and volume are set by the pointer") {
  Settings s;
  REQUIRE(s.desk.click("settings/Theme/of/Light"));
  CHECK(s.is().theme == Theme::light);
  REQUIRE(s.desk.click("settings/Zoom/more"));
  CHECK(s.is().zoom == 1.1F);
  REQUIRE(s.desk.click("settings/Density/of/One line a row"));
  CHECK(s.is().compact);
  REQUIRE(s.desk.click("settings/Motion/of/Nothing moves by itself"));
  CHECK(s.is().reduce_motion);
  REQUIRE(s.desk.click("settings/Volume/less"));
  CHECK(s.is().volume == Approx(0.6F));
}

TEST_CASE("A language is chosen where there are several, and told by its code") {
  Settings s;
  CHECK_FALSE(s.desk.has("settings/Language"));
  s.desk.input.desktop.languages = {{"de", "Deutsch"}, {"en", "English"}};
  s.desk.frames(2);
  CHECK(s.desk.wrote("Deutsch"));
  CHECK(s.is().language.empty());
  REQUIRE(s.desk.click("settings/Language/of/de"));
  CHECK(s.is().language == "de");
}

TEST_CASE("Every line can be reached and changed by the keyboard") {
  Settings s;
  s.desk.press(Key::right);
  CHECK(s.is().theme == Theme::light);
  s.desk.press(Key::down);
  s.desk.press(Key::left);
  CHECK(s.is().zoom == 0.9F);
  s.desk.press(Key::down);
  s.desk.press(Key::enter);
  CHECK(s.is().compact);
  s.desk.press(Key::down);
  s.desk.press(Key::right);
  CHECK(s.is().reduce_motion);
  s.desk.press(Key::down);
  s.desk.press(Key::right);
  CHECK(s.is().volume == Approx(0.8F));
}

TEST_CASE("Zoom ends at 75 and 250 percent, and the volume never at silence") {
  Settings s;
  for (int i = 0; i < 20; ++i) REQUIRE(s.desk.click("settings/Zoom/more"));
  CHECK(s.is().zoom == 2.5F);
  for (int i = 0; i < 20; ++i) REQUIRE(s.desk.click("settings/Zoom/less"));
  CHECK(s.is().zoom == 0.75F);
  for (int i = 0; i < 20; ++i) REQUIRE(s.desk.click("settings/Volume/less"));
  CHECK(s.is().volume == Approx(Comfort::kLeastVolume));
  for (int i = 0; i < 20; ++i) REQUIRE(s.desk.click("settings/Volume/more"));
  CHECK(s.is().volume == 1.0F);
}

TEST_CASE("A tone can be heard, unless there is no device or something calls") {
  Settings s;
  std::optional<Priority> tried;
  s.desk.after = [&](const FrameOutput& out) {
    if (out.sound.try_tone) tried = out.sound.try_tone;
  };
  REQUIRE(s.desk.click("settings/try/Medium"));
  CHECK(tried == Priority::medium);
  tried.reset();
  s.desk.input.sound.calling = true;
  REQUIRE(s.desk.click("settings/try/Medium"));
  CHECK_FALSE(tried);
  CHECK(s.desk.wrote("Something calls now"));
  s.desk.input.sound = {};
  REQUIRE(s.desk.click("settings/try/Medium"));
  CHECK_FALSE(tried);
  CHECK(s.desk.wrote("There is no sound device"));
}

TEST_CASE("The settings say where they are kept, or why they are not") {
  Settings s;
  CHECK(s.desk.wrote("/home/guard/.local/state/watchfloor/console.json"));
  s.desk.input.kept_problem = "it cannot be written: Read-only file system";
  s.desk.frames(1);
  CHECK(s.desk.wrote("Read-only file system"));
}

TEST_CASE("Windows are opened, saved by name, opened again and forgotten from the settings") {
  Settings s;
  DesktopWish wish;
  s.desk.after = [&](const FrameOutput& out) {
    if (out.desktop.any()) wish = out.desktop;
  };
  REQUIRE(s.desk.click("settings/open/map"));
  CHECK(wish.open_window == View::map);
  REQUIRE(s.desk.click("settings/name"));
  s.desk.type("  night");
  REQUIRE(s.desk.click("settings/save"));
  CHECK(wish.save == "night");
  CHECK(s.desk.wrote("saved as"));
  s.desk.input.desktop = {{"drill", "night"}, "night", 2};
  s.desk.frames(1);
  REQUIRE(s.desk.click("settings/arrange/drill"));
  CHECK(wish.open == "drill");
  REQUIRE(s.desk.click("settings/forget/drill"));
  CHECK(wish.forget == "drill");
}

TEST_CASE("The palette opens windows, saves them by a name and opens them again") {
  DeskDriver desk(sample::night());
  desk.input.desktop = {{"drill"}, "drill", 3};
  DesktopWish wish;
  desk.after = [&](const FrameOutput& out) {
    if (out.desktop.any()) wish = out.desktop;
  };
  const auto say = [&](std::string_view what) {
    wish = {};
    desk.press_palette();
    desk.type(what);
    desk.press(Key::enter);
  };
  say("window map");
  CHECK(wish.open_window == View::map);
  say("save night shift");
  CHECK(wish.save == "night shift");
  say("save arrangement as dogs");
  CHECK(wish.save == "dogs");
  say("save arrangement");
  CHECK(wish.save == "drill");
  say("drill");
  CHECK(wish.open == "drill");
}

TEST_CASE("Nothing of the settings is cut or covered, also in a narrow window and with many arrangements") {
  for (const float width : {1920.0F, 1366.0F, 800.0F, 560.0F}) {
    Settings s(width);
    s.desk.input.desktop = {{"day", "drill", "night", "one with a long name that somebody made up"}, "night", 3};
    s.desk.frames(2);
    INFO(width);
    for (const WrittenText& t : s.desk.texts())
      if (t.rect.x > 48 && t.rect.y > 88 && t.text.rfind("one with", 0) != 0) {
        INFO(t.text);
        CHECK_FALSE(t.cut);
      }
  }
}
