#include <signal.h>
#include <stdlib.h>

#include <filesystem>

#include "console/seat/remote_seat.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;

namespace {

constexpr const char* kRule = R"(
title: An alert of the test
id: 7f3f6f7a-5d3c-4f5e-9a40-1c1f6c1f0002
level: high
logsource: {product: suricata}
detection: {s: {event_type: alert}, condition: s}
)";

constexpr const char* kLine =
    R"({"timestamp":"2026-02-25T06:13:20.000000+0000","flow_id":1,"event_type":"alert","src_ip":"192.0.2.1",)"
    R"("src_port":4711,"dest_ip":"198.51.100.7","dest_port":22,"proto":"TCP","alert":{"signature":"TEST",)"
    R"("signature_id":1,"severity":2,"category":"Misc"}})";

/// An X server of the test's own, and DISPLAY set to it while it lives.
class Display {
 public:
  Display() : server_("/usr/bin/Xvfb", {"-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"}) {
    if (!eventually([&] { return server_.out().find('\n') != std::string::npos; })) FAIL("Xvfb: " << server_.err());
    const std::string number = server_.out();
    ::setenv("DISPLAY", (":" + number.substr(0, number.find('\n'))).c_str(), 1);
  }
  ~Display() { ::unsetenv("DISPLAY"); }

 private:
  Program server_;
};

}  // namespace

TEST_CASE("Space in a real window of another seat acknowledges, and the engine's own seat sees it") {
  for (const char* tool : {"/usr/bin/Xvfb", "/usr/bin/xdotool"}) {
    if (std::filesystem::exists(tool)) continue;
    WARN("not tested: " << tool << " is not installed");
    return;
  }
  Installation house(kRule);
  house.start_engine();
  house.start_agent();
  house.write({kLine});
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
