#include <signal.h>

#include "console/seat/remote_seat.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/display.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;

TEST_CASE("Space in a real window of another seat acknowledges, and the engine's own seat sees it") {
  if (!can_open_windows()) return;
  Installation house(kAlertRule);
  house.start_engine();
  house.start_agent();
  house.write({kAlertLine});
  if (!house.reaches(1)) FAIL(house.said());
  const std::string door = "ipc://" + house.data() + "/seat.ipc";
  auto made = seat::make_remote_seat({{door, {}, {}, {}}, "test", "Seat of the test"});
  REQUIRE(made.ok());
  const seat::Seat& seat = **made;
  REQUIRE(eventually([&] { return seat.snapshot()->incidents.size() == 1; }));

  const Display display;
  Program window("watchfloor", {"--connect", door, "--size", "1366x768"});
  // The first tap chooses the row, the next acknowledges; when the window is ready nobody outside can know.
  const bool acknowledged = eventually([&] {
    if (!window.running()) return true;
    (void)run("/usr/bin/xdotool", {"key", "space"});
    return !seat.snapshot()->incidents[0]->needs_acknowledgement();
  });
  INFO(window.err());
  REQUIRE(window.running());
  REQUIRE(acknowledged);
  CHECK(seat.snapshot()->incidents[0]->acknowledged_revision >= 1);
  CHECK(!seat.snapshot()->incidents[0]->owner.empty());
  window.signal(SIGTERM);
  CHECK(window.wait() == 0);
}
