#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;

TEST_CASE("Denied badges, a forced door, motion and a login behind it are one incident, in time order") {
  Watch w;
  w.event(0, "access.granted", {{"credential.id", "88-1042"}, {"door.id", "D-1"}});
  for (int i = 0; i < 4; ++i)
    w.event(180 + i * 5, "access.denied",
            {{"credential.id", "88-1042"}, {"door.id", "D-231"}, {"reason", "not authorised"}});
  w.event(227, "door.forced", {{"door.id", "D-231"}});
  w.event(232, "camera.motion", {{"camera.id", "C-27"}, {"object", "person"}});
  w.event(249, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  const auto i = w.one();
  CHECK(Watch::why(*i) ==
        "context | Badge 88-1042 granted, Server lobby | same badge\n"
        "opens | Denied 4 times: not authorised | \n"
        "raises | Door D-231 forced | same door\n"
        "context | Motion on C-27, one person | camera in that room\n"
        "raises | root login on hv-07 | host in that room\n");
  CHECK(i->title == "Server room forced");
  CHECK(i->place == std::vector<std::string>{"HQ", "Level 2", "Server room"});
  CHECK(i->priority == Priority::critical);
  CHECK(i->domains == std::array<bool, 3>{true, false, true});
  CHECK(i->event_count == 8);
  CHECK(i->state == IncidentState::fresh);
}
