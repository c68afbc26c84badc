// What is never done to a door, whoever asks: exits, and fires.
#include "tests/agents/kit/outputs_bench.hpp"

using namespace wf;
using namespace wf::kit;
using namespace wf::kit::test_bench;

TEST_CASE("no engine, forged or mistaken, locks an exit") {
  OutputSpec lock = door({"lock"});
  lock.max_seconds = 0;
  SECTION("an emergency exit") {
    lock.entry_only = lock.fail_safe_egress = true;
    OutputSpec unlock = door();
    unlock.emergency_exit = true;  // whichever of its entries says so
    Bench b({lock, unlock});
    b.connect();
    b.take(b.command("c1", "lock", 0));
    CHECK(b.told() == Told{"c1 refused"});
    CHECK(b.reason() == "an emergency exit is never locked");
    b.take(b.command("c2"));
    b.pass(0);
    CHECK(b.told() == Told{"c2 received", "c2 executed"});
    CHECK(b.done() == Told{"unlock 5"});
  }
  SECTION("a door whose way out is not declared to stay free") {
    for (const auto& [entry_only, fail_safe] : {std::pair{true, false}, std::pair{false, true}}) {
      lock.entry_only = entry_only;
      lock.fail_safe_egress = fail_safe;
      Bench b({lock});
      b.connect();
      b.take(b.command("c1", "lock", 0));
      CHECK(b.told() == Told{"c1 refused"});
      CHECK(b.done().empty());
    }
  }
  SECTION("any door after a fire") {
    lock.entry_only = lock.fail_safe_egress = true;
    Bench b({lock, door({"unlock", "release"})});
    b.connect();
    b.outputs->observe(contact(b, "fire.alarm", ""), b.moment());
    b.take(b.command("c1", "lock", 0));
    CHECK(b.told() == Told{"c1 refused"});
    b.take(b.command("c2", "release", 0));
    b.pass(0);
    CHECK(b.told() == Told{"c2 received", "c2 executed"});
    b.pass(3 * kHour);
    b.outputs->spooled();
    b.crash();
    b.take(b.command("c3", "lock", 0));
    CHECK(b.told() == Told{"c3 refused"});
    CHECK(b.reason() == "there is a fire: nothing is locked until its panel is reset");
    b.outputs->observe(contact(b, "fire.restored", ""), b.moment());
    b.take(b.command("c4", "lock", 0));
    b.pass(0);
    CHECK(b.told() == Told{"c4 received", "c4 executed"});
  }
}

TEST_CASE("a fire during a lockdown lets every door go, and none is locked again until each panel is reset") {
  std::vector<OutputSpec> list;
  for (const char* name : {"door-1", "door-2", "door-3"}) {
    OutputSpec spec = door({"lock", "unlock"});
    spec.device = name;
    spec.max_seconds = 0;
    spec.entry_only = spec.fail_safe_egress = true;
    list.push_back(spec);
  }
  list[1].undo.clear();  // nothing ends its lock
  const bool released = GENERATE(false, true);
  if (released) list[0].actions.emplace_back("release");
  Bench b(list);
  b.connect();
  const auto order = [&](const std::string& id, const std::string& device, const std::string& action) {
    DeviceCommand c = b.command(id, action, 0);
    c.device = device;
    b.take(c);
    b.pass(0);
  };
  for (int n = 1; n <= 3; ++n) order("c" + std::to_string(n), "door-" + std::to_string(n), "lock");
  order("c4", "door-3", "unlock");  // lifted there already
  (void)b.told();
  for (auto& [name, one] : b.doors) one.done.clear();

  Event fire = contact(b, "fire.release", "");
  fire.add("zone.id", "hall");
  SECTION("at once") {
    b.outputs->observe(fire, b.moment());
    b.pass(0);
  }
  SECTION("also while one is under way") {
    b.doors["door-1"].slow = true;
    order("c5", "door-1", "lock");
    b.outputs->observe(fire, b.moment());
    b.doors["door-1"].outcome = Result<void>();
    b.pass(0);
    b.doors["door-1"].outcome = Result<void>();
    b.pass(0);
    b.doors["door-1"].slow = false;
  }
  SECTION("and after a crash in that moment") {
    b.outputs->observe(fire, b.moment());
    b.crash();
    b.pass(0);
  }
  CHECK(b.doors["door-1"].done.back() == (released ? "release 0" : "undo lock"));
  CHECK(b.doors["door-2"].done.empty());
  CHECK(b.doors["door-3"].done.empty());
  const Told told = b.told();
  CHECK(std::count(told.begin(), told.end(), "c2 not_ended") >=
        1);  // again after a crash that came before it was spooled

  Event second = contact(b, "fire.alarm", "");
  second.add("alarm.point", "1234/7");
  b.outputs->observe(second, b.moment());
  order("c6", "door-1", "lock");
  Event reset = contact(b, "fire.restored", "");
  reset.add("zone.id", "hall");
  b.outputs->observe(reset, b.moment());
  order("c7", "door-1", "lock");
  CHECK(b.told() == Told{"c6 refused", "c7 refused"});
  CHECK(b.reason() == "there is a fire at 1234/7: nothing is locked until its panel is reset");
  // The end of a fault at the same point, or a reset that names no place, is not the end of this fire.
  Event fault = contact(b, "fire.restored", "");
  fault.add("alarm.point", "1234/7");
  fault.add("reason", "water pressure");
  b.outputs->observe(fault, b.moment());
  b.outputs->observe(contact(b, "fire.restored", ""), b.moment());
  order("c7b", "door-1", "lock");
  CHECK(b.told() == Told{"c7b refused"});
  // Out is never refused, and the reset of the last one lifts it.
  order("c8", "door-1", "unlock");
  Event last = contact(b, "fire.restored", "");
  last.add("alarm.point", "1234/7");
  b.outputs->observe(last, b.moment());
  order("c9", "door-1", "lock");
  CHECK(b.told() == Told{"c8 received", "c8 executed", "c9 received", "c9 executed"});
}

TEST_CASE("a fire that nobody resets is over after a day, a damaged list of fires counts as one") {
  OutputSpec lock = door({"lock"});
  lock.max_seconds = 0;
  lock.entry_only = lock.fail_safe_egress = true;
  Bench b({lock});
  b.connect();
  SECTION("a day") { b.outputs->observe(contact(b, "fire.gas", ""), b.moment()); }
  SECTION("damaged") {
    std::ofstream(b.scratch / "commands.fires") << "{torn";
    b.crash();
    CHECK(b.outputs->problem().find("list of fires is damaged") != std::string::npos);
  }
  SECTION("a clock that is set back does not make it last") {
    b.outputs->observe(contact(b, "fire.alarm", ""), b.moment());
    b.agent_clock -= 365 * 24 * kHour;
    b.crash();
  }
  b.take(b.command("c1", "lock", 0));
  CHECK(b.told() == Told{"c1 refused"});
  b.pass(24 * kHour);
  b.take(b.command("c2", "lock", 0));
  b.pass(0);
  CHECK(b.told() == Told{"c2 received", "c2 executed"});
}

TEST_CASE("a fire leaves open what was unlocked for a time") {
  Bench b;
  b.connect();
  b.take(b.command("c1"));
  b.pass(kSecond);
  (void)b.told();
  b.outputs->observe(contact(b, "fire.release", ""), b.moment());
  CHECK(b.told() == Told{"c1 not_ended"});
  b.pass(kHour);
  CHECK(b.done() == Told{"unlock 5"});
  b.crash();
  b.pass(kHour);
  CHECK(b.done() == Told{"unlock 5"});
}

TEST_CASE("an unlock that is given during a fire does not end by itself") {
  Bench b;
  b.connect();
  b.outputs->observe(contact(b, "fire.alarm", ""), b.moment());
  SECTION("carried out") {
    b.take(b.command("c1"));
    b.pass(0);
    CHECK(b.told() == Told{"c1 received", "c1 executed", "c1 not_ended"});
    CHECK(b.reason() == "there is a fire: the door stays unlocked");
  }
  SECTION("or failed") {
    b.doors["door-3"].next = Error{"no power", "", ""};
    b.take(b.command("c1"));
    b.pass(0);
    CHECK(b.told() == Told{"c1 received", "c1 failed"});
  }
  b.pass(kHour);
  b.crash();
  b.pass(kHour);
  CHECK(b.done() == Told{"unlock 5"});
}

TEST_CASE("a fire frees a door again whose unlock is just ending, or ends by itself") {
  const std::string free = GENERATE("release", "source", "none");
  OutputSpec unlock = door();
  std::vector<OutputSpec> more;
  if (free == "release") more.push_back(door({"release"}));
  if (free == "source") {
    unlock.through = "line-1";
    unlock.run.clear();
    unlock.undo.clear();
  }
  SECTION("just ending") {
    more.insert(more.begin(), unlock);
    Bench b(more);
    b.connect();
    b.take(b.command("c1"));
    b.pass(kSecond);
    b.doors["door-3"].slow = true;
    b.pass(5 * kSecond);
    CHECK(b.done() == Told{"unlock 5", "undo unlock"});
    (void)b.told();
    b.outputs->observe(contact(b, "fire.release", ""), b.moment());
    b.doors["door-3"].slow = false;
    b.pass(0);
    // Its own program, which stays, where the list has nothing better.
    CHECK(b.done() == Told{"unlock 5", "undo unlock", "release 0"});
    CHECK(b.told() == Told{"c1 not_ended"});
    CHECK(b.reason() == "there is a fire: the door stays unlocked");
  }
  SECTION("ends by itself") {
    unlock.ends_itself = true;
    unlock.undo.clear();
    more.insert(more.begin(), unlock);
    Bench b(more);
    b.connect();
    b.take(b.command("c1"));
    b.pass(kSecond);
    (void)b.told();
    b.outputs->observe(contact(b, "fire.release", ""), b.moment());
    b.pass(0);
    CHECK(b.told() == Told{"c1 not_ended"});
    if (free == "none") {
      CHECK(b.done() == Told{"unlock 5"});
      CHECK(b.reason() == "there is a fire, and nothing in this agent's list keeps the door unlocked");
      return;
    }
    CHECK(b.done() == Told{"unlock 5", "release 0"});
    // One that is over is not opened again.
    b.outputs->observe(contact(b, "fire.restored", ""), b.moment());
    b.take(b.command("c2"));
    b.pass(0);
    b.pass(kMinute);
    b.outputs->observe(contact(b, "fire.release", ""), b.moment());
    b.pass(0);
    CHECK(b.done() == Told{"unlock 5", "release 0", "unlock 5"});
  }
}

TEST_CASE("a new start during a fire frees again, through its source, each door that was free, and no other") {
  OutputSpec spec = door({"unlock", "release", "lock"});
  spec.max_seconds = 0;
  spec.entry_only = spec.fail_safe_egress = true;
  spec.through = "line-1";
  spec.run.clear();
  spec.undo.clear();
  Bench b({spec});
  b.connect();
  Told expected;
  SECTION("kept unlocked by the fire") {
    b.take(b.command("c1"));
    b.pass(0);
    expected = {"release 0"};
  }
  SECTION("unlocked without an end") {
    b.take(b.command("c1", "unlock", 0));
    b.pass(0);
    expected = {"release 0"};
  }
  SECTION("released") {
    b.take(b.command("c1", "release", 0));
    b.pass(0);
    expected = {"release 0"};
  }
  SECTION("let go by the fire") {
    b.take(b.command("c1", "lock", 0));
    b.pass(0);
    b.outputs->observe(contact(b, "fire.release", ""), b.moment());
    b.pass(0);
    expected = {"release 0"};
  }
  SECTION("unlocked for a time that its reader ended before it") {
    b.list[0].ends_itself = true;
    b.crash();
    b.take(b.command("c1"));
    b.pass(0);
    b.pass(kMinute);
  }
  SECTION("locked again before it") {
    b.take(b.command("c1"));
    b.pass(kSecond);
    b.pass(5 * kSecond);
  }
  b.outputs->observe(contact(b, "fire.release", ""), b.moment());
  b.pass(0);
  (void)b.told();
  b.outputs->spooled();
  b.doors["door-3"].done.clear();
  b.crash();
  b.pass(0);
  CHECK(b.done() == expected);
  CHECK(b.told().empty());
  // Without a fire nothing is done again.
  b.outputs->observe(contact(b, "fire.restored", ""), b.moment());
  b.doors["door-3"].done.clear();
  b.crash();
  b.pass(0);
  CHECK(b.done().empty());
}

TEST_CASE("a lock through a source is let go through it in a fire, and has no end of its own") {
  OutputSpec lock = door({"lock"});
  lock.max_seconds = 0;
  lock.entry_only = lock.fail_safe_egress = true;
  lock.through = "line-1";
  lock.run.clear();
  lock.undo.clear();
  Bench b({lock});
  b.connect();
  b.take(b.command("c1", "lock", 60));
  CHECK(b.told() == Told{"c1 refused"});
  CHECK(b.reason() == "a lock through a source has no end of its own: end it by an unlock or a release");
  b.take(b.command("c2", "lock", 0));
  b.pass(0);
  CHECK(b.told() == Told{"c2 received", "c2 executed"});
  b.outputs->observe(contact(b, "fire.release", ""), b.moment());
  b.crash();
  b.pass(0);
  CHECK(b.done() == Told{"lock 0", "release 0"});
  CHECK(b.told().back() == "c2 ended");
}
