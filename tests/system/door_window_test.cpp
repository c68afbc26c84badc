// A door opened by hand: in a real window, by two clicks on the door's card, down to the output of the reader on its
// bus.
#include <cmath>

#include "console/seat/remote_seat.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/display.hpp"
#include "tests/system/door_site.hpp"

using namespace wf;
using namespace wf::test;

namespace {

constexpr float kWidth = 1366, kHeight = 768;

void xdotool(std::vector<std::string> words) { (void)run("/usr/bin/xdotool", words); }

}  // namespace

TEST_CASE("In a real window two clicks on a door's card open it at its reader, and the card says what became of it") {
  if (!can_open_windows()) return;
  DoorSite site;
  const std::string engine = "ipc://" + site.data() + "/seat.ipc";
  auto made = seat::make_remote_seat({{engine, {}, {}, {}}, "test", "Seat of the test"});
  REQUIRE(made.ok());
  const seat::Seat& seat = **made;
  REQUIRE(eventually([&] { return seat.snapshot()->estate != nullptr && !seat.snapshot()->agents.empty(); }));

  const Display display;
  Program window("watchfloor", {"--connect", engine, "--size", "1366x768"});
  // A desk without a screen is told the same and says where its areas are.
  ui::DeskDriver desk(seat.snapshot(), kWidth, kHeight);
  const auto click = [&](const std::string& area) {
    desk.show(seat.snapshot());
    desk.frames(60);
    const ui::Rect at = desk.rect(area);
    if (at.w <= 0) return false;
    xdotool({"mousemove", std::to_string(std::lround(at.mid_x())), std::to_string(std::lround(at.mid_y()))});
    xdotool({"click", "1"});
    return desk.click(area);
  };
  const auto unlocked = [&] {
    const auto heard = site.heard(kEntrance);
    return std::find(heard.begin(), heard.end(), "68 00020000") != heard.end();
  };
  // When the window is ready for its first key nobody outside can know: the whole is done again until it was. The
  // second step stays open for five seconds, the card until something else is selected.
  REQUIRE(eventually(
      [&] {
        if (!window.running() || unlocked()) return true;
        xdotool({"key", "Escape"});
        desk.press(ui::Key::escape);
        xdotool({"key", "ctrl+k"});
        desk.press_palette();
        xdotool({"type", "--delay", "1", "D-001"});
        xdotool({"key", "Return"});
        desk.say("D-001");
        REQUIRE(click("map/card/unlock"));
        REQUIRE(click("map/card/unlock/now"));
        return eventually(unlocked, std::chrono::seconds(5));
      },
      std::chrono::seconds(90)));
  INFO(window.err());
  REQUIRE(window.running());

  // The contact confirms it, and the card of any seat says so.
  if (!eventually([&] {
        desk.show(seat.snapshot());
        desk.frames(5);
        return desk.wrote("confirmed");
      }))
    FAIL(site.said());
  // Who opened which door, and why, stands in the audit chain.
  const Outcome audit = run("watchfloor", {"query", "audit", "--data", site.data(), "--json"});
  INFO(audit.out);
  CHECK(audit.out.find("unlock") != std::string::npos);
  CHECK(audit.out.find("D-001") != std::string::npos);
  CHECK(audit.out.find("by hand at the map") != std::string::npos);

  window.signal(SIGTERM);
  CHECK(window.wait() == 0);
}
