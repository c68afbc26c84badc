// A frame that throws: told in one line, made anew, and nothing that was begun is lost.
#include "console/shell/screen.hpp"

#include <imgui.h>

#include <stdexcept>

#include "console/shell/offscreen.hpp"
#include "console/ui/probe.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;

namespace {

/// A screen without a display whose views fail when they are told to.
struct Bench {
  Bench() {
    auto made = shell::Offscreen::make(1366, 768);
    if (!made) FAIL(made.error().text());
    target = std::move(*made);
    shell::Screen::Hooks hooks;
    hooks.tell = [this](const std::string& line) { said.push_back(line); };
    hooks.before_reset = [this] { ++resets; };
    hooks.after_reset = [this] { arm(); };
    auto screen_made = shell::Screen::make(1, nullptr, "", std::move(hooks));
    if (!screen_made) FAIL(screen_made.error().text());
    screen = std::move(*screen_made);
    arm();
  }
  [[nodiscard]] ui::Console& console() { return screen->stage().console(); }
  void arm() {
    if (screen) ui::probe(console()).before_view = &before_view;
  }
  ui::FrameOutput frame(double dt = 0.02) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {1366, 768};
    io.DeltaTime = 0.02F;
    input.width = 1366;
    input.height = 768;
    input.now = sample::kNow;
    input.seconds += dt;
    ui::FrameOutput out = screen->build(night, input);
    arm();
    return out;
  }
  void type(const char* text) {
    for (; *text != 0; ++text) {
      ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(*text));
      (void)frame();
      (void)frame();
    }
  }

  std::shared_ptr<Snapshot> night = sample::night();
  std::unique_ptr<shell::Offscreen> target;
  std::unique_ptr<shell::Screen> screen;
  ui::FrameInput input;
  std::vector<std::string> said;
  int resets = 0, failing = 0;  ///< so many frames fail
  ui::View fails = ui::View::wall;
  bool frame_too = false;  ///< also what stands around the views
  std::function<void(ui::View, bool)> before_view = [this](ui::View v, bool shut) {
    if (v == fails && (!shut || frame_too) && failing > 0 && failing-- > 0)
      throw std::runtime_error("a level without an outline");
  };
};

}  // namespace

TEST_CASE(
    "A view that throws is one line, and the next frame is drawn with the selection and the note that was begun") {
  Bench b;
  b.console().select(2417);
  for (int i = 0; i < 3; ++i) (void)b.frame();
  b.type("nthe door was");
  b.failing = 1;
  const ui::FrameOutput failed = b.frame();
  CHECK_FALSE(b.screen->whole());
  CHECK(failed.redraw_in == 0);
  REQUIRE(b.said.size() == 1);
  CHECK(b.said[0] == "the wall failed and was reset: a level without an outline");
  CHECK(b.resets == 1);
  for (int i = 0; i < 3; ++i) (void)b.frame();
  CHECK(b.screen->whole());
  const ui::WindowMemory m = b.console().memory();
  CHECK(m.incident == 2417);
  REQUIRE(m.drafts.size() == 1);
  CHECK(m.drafts[0].note == "the door was");
  b.screen->stage().draw(1366, 768);  // the new context can draw
}

TEST_CASE("A key that was pressed in a frame that failed still reaches the engine") {
  Bench b;
  b.console().select(2417);
  for (int i = 0; i < 3; ++i) (void)b.frame();
  b.failing = 1;
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
  io.AddKeyEvent(ImGuiKey_Space, true);
#else
  for (int k = 0; k < ImGuiKey_COUNT; ++k) io.KeyMap[k] = 256 + k;
  io.KeysDown[256 + ImGuiKey_Space] = true;
#endif
  const ui::FrameOutput out = b.frame();
  CHECK_FALSE(b.screen->whole());
  REQUIRE(out.commands.size() == 1);
  CHECK(out.commands[0].kind == CommandKind::acknowledge);
  CHECK(out.commands[0].incidents == std::vector<std::uint64_t>{2417});
}

TEST_CASE("A view that goes on failing is shut and says why, while the others work, and can be tried again") {
  Bench b;
  b.console().set_view(ui::View::map);
  b.fails = ui::View::map;
  b.failing = 1000;
  for (int i = 0; i < 20; ++i) (void)b.frame();
  CHECK(b.said.size() == 3);
  CHECK(b.screen->whole());
  CHECK(b.console().view() == ui::View::map);
  std::vector<ui::WrittenText> texts;
  ui::probe(b.console()).written = &texts;
  (void)b.frame();
  const auto wrote = [&](const char* part) {
    for (const auto& t : texts)
      if (t.text.find(part) != std::string::npos) return true;
    return false;
  };
  CHECK(wrote("was shut"));
  CHECK(wrote("a level without an outline"));
  CHECK(wrote("Sound"));  // the bar is there
  b.type("w");
  (void)b.frame();
  CHECK(b.console().view() == ui::View::wall);
  CHECK(b.screen->whole());
  CHECK(b.said.size() == 3);
  b.failing = 0;
  b.type("s");
  ui::probe(b.console()).written = &texts;
  texts.clear();
  (void)b.frame();
  CHECK(wrote("Try again"));
}

TEST_CASE("Failures that are far apart each lose only what may have been their cause") {
  Bench b;
  b.console().select(2417);
  for (int i = 0; i < 3; ++i) (void)b.frame();
  for (int i = 0; i < 5; ++i) {
    b.failing = 1;
    (void)b.frame(40);
    for (int k = 0; k < 3; ++k) (void)b.frame();
    CHECK(b.screen->whole());
    CHECK(b.console().memory().incident == 2417);
  }
  CHECK(b.said.size() == 5);
}

TEST_CASE("A console of which nothing can be drawn says so, stops trying, and tries again after half a minute") {
  Bench b;
  b.failing = 1000;
  b.frame_too = true;
  ui::FrameOutput last;
  for (int i = 0; i < 50; ++i) last = b.frame();
  CHECK(b.said.size() == 4);
  CHECK(b.screen->whole());  // one line can be drawn
  CHECK(last.redraw_in > 25);
  CHECK(last.redraw_in < 31);
  b.screen->stage().draw(1366, 768);
  b.failing = 0;
  (void)b.frame(31);
  std::vector<ui::WrittenText> texts;
  ui::probe(b.console()).written = &texts;
  (void)b.frame();
  CHECK(texts.size() > 10);
}
