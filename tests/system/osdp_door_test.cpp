// From a command at the console to a reader's output on its bus and back: the real engine, the real agent, a reader of
// our own making at the other end of a pseudo terminal, and a fire panel that speaks DC-09.
#include "tests/support/catch.hpp"
#include "tests/system/door_site.hpp"

using namespace wf::test;

namespace {

using Heard = std::vector<std::string>;
constexpr const char* kOn = "68 00020000";
constexpr const char* kOff = "68 00010000";
constexpr const char* kDark = "69 0000010100020232000000000000";

bool has(const Outcome& outcome, const char* text) {
  INFO(outcome.out << outcome.err);
  CHECK((outcome.out + outcome.err).find(text) != std::string::npos);
  return true;
}

}  // namespace

TEST_CASE("a command at the console moves what is on the reader's bus, and says what became of it") {
  DoorSite site;
  // Unlocked for two seconds: on, with its lamp, confirmed by the contact, then off.
  const Outcome unlocked = site.device("unlock", "D-001", {"--for", "2s"});
  CHECK(unlocked.status == 0);
  for (const char* line :
       {"Unlock D-001 for 2 s: on its way to gate-7", "sent to gate-7", "executed by gate-7", "confirmed by contact"})
    has(unlocked, line);
  const Heard passage{kOn, "69 0000020100020214000000000000", kOff, kDark};
  site.hears(kEntrance, passage);
  site.told("device.command", "\"ended\"");
  site.told("door.opened", "\"granted\"");
  CHECK(site.events("door.forced").empty());
  CHECK(site.events("access.remote_open").empty());

  // A sounder, on and off.
  CHECK(site.device("sounder-on", "R-001").status == 0);
  CHECK(site.device("sounder-off", "R-001").status == 0);
  Heard so_far = passage;
  so_far.insert(so_far.end(), {"6a 0002050500", "6a 0001000000"});
  site.hears(kEntrance, so_far);

  // What no installer enabled is not driven, and an exit is never locked: nothing of either reaches the bus.
  has(site.device("unlock", "D-014"), "No agent offers this at D-014");
  has(site.device("lock", "D-005"), "is an emergency exit and is never locked");
  has(site.device("lock", "D-014"), "has no declared way out");
  has(site.device("unlock", "D-001", {"--for", "31s"}), "refused by gate-7: this agent's list allows 30 s at most");
  has(site.device("lock", "D-015", {"--for", "10s"}), "a lock through a source has no end of its own");

  // Whose time has passed is not done when the agent comes to it.
  site.agent().signal(SIGSTOP);
  has(site.device("unlock", "D-001", {"--valid", "1"}), "no answer within 1 s");
  site.agent().signal(SIGCONT);
  site.told("device.command", "its time had passed");

  // A pulse is timed by the reader itself.
  CHECK(site.device("unlock", "D-005", {"--for", "3s"}).status == 0);
  site.hears(kExit, {"68 00051e00"});

  // A reader that is gone is said, and is not unlocked when it is back.
  site.at_bus([](Terminal& line) { line.readers[kEntrance]->off = true; });
  site.told("door.fault", "reader offline");
  const Outcome gone = site.device("unlock", "D-001");
  CHECK(gone.status == 1);
  has(gone, "failed: R-001: it does not answer");
  site.at_bus([](Terminal& line) {
    line.readers[kEntrance]->reset();
    line.readers[kEntrance]->off = false;
  });
  REQUIRE(eventually([&] { return site.events("door.restored").size() >= 5; }));
  // Its end comes all the same, since how far it came is not known: off is what it is anyway.
  so_far.insert(so_far.end(), {kOff, kDark});
  site.hears(kEntrance, so_far);
  CHECK(site.heard(kStair).empty());
  CHECK(site.heard(kUnlisted).empty());
}

TEST_CASE("a fire release during a lockdown frees every door that was locked, and none is locked before the reset") {
  DoorSite site;
  REQUIRE(site.device("lock", "D-001").status == 0);
  REQUIRE(site.device("lock", "D-015").status == 0);
  site.hears(kEntrance, {kOff});
  site.hears(kStair, {kOff});

  site.panel_says("0001", "#1234|1110 01 015");
  site.told("fire.alarm", "1234");
  site.hears(kStair, {kOff, kOn});
  REQUIRE(eventually([&] { return site.heard(kEntrance).size() >= 2 && site.heard(kEntrance)[1] == kOn; }));
  has(site.device("lock", "D-001"), "nothing is locked until its panel is reset");
  has(site.device("lock", "D-015"), "nothing is locked until its panel is reset");

  // A reader that loses its power in the fire, and with it the output, frees its door again.
  site.at_bus([](Terminal& line) {
    line.readers[kStair]->reset();
    line.readers[kStair]->outs[0] = 0;
  });
  site.hears(kStair, {kOff, kOn, kOn});

  // An unlock for a time is no end of it either: the door stays open.
  has(site.device("unlock", "D-001", {"--for", "1s"}), "there is a fire: the door stays unlocked");
  site.at_bus([](Terminal& line) { CHECK(line.readers[kEntrance]->outs[0] == 1); });

  site.panel_says("0002", "#1234|3110 01 015");
  site.told("fire.restored", "1234");
  CHECK(site.device("lock", "D-015").status == 0);
  site.hears(kStair, {kOff, kOn, kOn, kOff});
  site.at_bus([](Terminal& line) { CHECK(line.readers[kEntrance]->outs[0] == 1); });
}
