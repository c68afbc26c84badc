#include "tests/agents/kit/outputs_bench.hpp"

using namespace wf;
using namespace wf::kit;
using namespace wf::kit::test_bench;

TEST_CASE("a command is written down, carried out, told, and ended when its time is over") {
  Bench b;
  b.connect();
  b.doors["door-3"].on_begin = [&] {
    std::ifstream file(b.scratch / "commands");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (b.done().empty()) CHECK(text.find("\"c1\"") != std::string::npos);
  };
  b.take(b.command("c1"));
  b.pass(0);
  CHECK(b.told() == Told{"c1 received", "c1 executed"});
  CHECK(b.done() == Told{"unlock 5"});
  CHECK(b.last.field("device.id") == "door-3");
  CHECK(b.last.field("door.id") == "door-3");
  CHECK(b.last.field("command.actor") == "A. Bakker");
  CHECK(b.last.field("command.incident") == "42");
  CHECK(b.last.field("message") == "Unlock of door-3 for 5 s: executed");
  CHECK(b.outputs->next_wake() == b.mono + 5 * kSecond);
  b.pass(5 * kSecond - 1);
  CHECK(b.done().size() == 1);
  b.pass(1);
  CHECK(b.done() == Told{"unlock 5", "undo unlock"});
  CHECK(b.told() == Told{"c1 ended"});
  CHECK(b.outputs->next_wake() == kNever);
}

TEST_CASE(
    "a forged signature, another engine's key and no key at all do nothing, and are told once a minute, counted") {
  Bench b;
  b.connect();
  std::string forged = b.keys.sign(b.command("c1"));
  forged.back() = static_cast<char>(forged.back() ^ 1);
  b.take(forged);
  CHECK(b.told() == Told{" refused"});
  CHECK(b.last.severity == 4);
  CHECK(b.reason() == "it is not signed by the engine that this agent knows");
  const test::CommandKeys other;
  for (int i = 0; i < 1000; ++i) b.take(other.sign(b.command("c2")));
  b.outputs->take(b.keys.sign(b.command("c3")), "gate-7", "", b.clock, b.moment());
  b.take("rubbish");
  CHECK(b.told().empty());
  b.pass(kMinute);
  CHECK(b.told() == Told{" refused"});
  CHECK(b.last.field("count") == "1003");
  CHECK(b.done().empty());
}

TEST_CASE("another agent's command is refused here") {
  Bench b;
  b.connect();
  DeviceCommand c = b.command("c1");
  c.agent = "gate-8";
  b.take(c);
  CHECK(b.told() == Told{"c1 refused"});
  CHECK(b.reason() == "it is meant for agent gate-8");
  CHECK(b.done().empty());
}

TEST_CASE("the same command is done once, however often it comes and whatever crashes between") {
  Bench b;
  b.connect();
  const std::string payload = b.keys.sign(b.command("c1"));
  b.take(payload);
  b.take(payload);
  b.pass(0);
  b.take(payload);
  CHECK(b.told() == Told{"c1 received", "c1 executed"});
  b.crash();
  b.take(payload);
  b.pass(0);
  CHECK(b.done() == Told{"unlock 5"});
}

TEST_CASE("a command is not run at the moment it expires, and is just before") {
  Bench b;
  b.connect();
  const std::string payload = b.keys.sign(b.command("c1")), other = b.keys.sign(b.command("c2"));
  b.mono += 10 * kSecond - 1;
  b.take(payload);
  b.pass(0);
  CHECK(b.told() == Told{"c1 received", "c1 executed"});
  b.mono += 1;
  b.take(other);
  CHECK(b.told() == Told{"c2 expired"});
  CHECK(b.done() == Told{"unlock 5"});
}

TEST_CASE("an agent's clock that is years off either way changes nothing") {
  for (const std::int64_t off : {-20 * 365 * kDay, 5 * 365 * kDay, -kHour, kHour}) {
    Bench b;
    b.agent_clock = kEngine + off;
    b.connect();
    const std::string late = b.keys.sign(b.command("late"));
    b.take(b.command("c1"));
    b.pass(0);
    CHECK(b.told() == Told{"c1 received", "c1 executed"});
    b.agent_clock -= kHour;  // set back in the middle of it: the old command stays old
    b.pass(12 * kSecond);
    (void)b.told();
    b.take(late);
    CHECK(b.told() == Told{"late expired"});
    CHECK(b.done().size() == 2);
  }
}

TEST_CASE("a WELCOME that took long, and a machine that slept, never make an old command young") {
  Bench b;
  static std::int64_t slept = 0;
  slept = 0;
  b.clock.set_slept([] { return slept; });
  b.clock.hello(b.mono);
  const std::string payload = b.keys.sign(b.command("c1"));
  // The engine wrote its clock at once, and the answer lay nine seconds on the way; the command another one.
  b.mono += 9 * kSecond;
  b.clock.welcome(kEngine + b.mono - 9 * kSecond, b.mono);
  b.mono += kSecond;
  b.take(payload);
  CHECK(b.told() == Told{"c1 expired"});
  b.connect();
  b.clock.set_slept([] { return slept; });
  const std::string other = b.keys.sign(b.command("c2"));
  slept = kHour;  // CLOCK_MONOTONIC did not count it
  b.take(other);
  CHECK(b.told() == Told{"c2 expired"});
  CHECK(b.done().empty());
}

TEST_CASE("an engine whose clock was set is noticed, and its commands wait for the next WELCOME") {
  Bench b;
  b.connect();
  CHECK_FALSE(b.clock.contradicts(kEngine + b.mono, b.mono));
  CHECK_FALSE(b.clock.contradicts(kEngine + b.mono - 4 * kSecond, b.mono));  // a slow way here
  CHECK(b.clock.contradicts(kEngine + b.mono + kHour, b.mono));
  CHECK(b.clock.contradicts(kEngine + b.mono - kHour, b.mono));
  DeviceCommand c = b.command("c1");
  c.issued += kHour;
  c.expires += kHour;
  b.take(c);
  CHECK(b.told() == Told{"c1 refused"});
  CHECK(b.reason() == "it comes from the future: the engine's clock was set since the connection began");
}

TEST_CASE("a command valid for longer than a minute is refused, whoever signed it") {
  Bench b;
  b.connect();
  DeviceCommand c = b.command("c1");
  c.expires = c.issued + kMinute + 1;
  b.take(c);
  CHECK(b.told() == Told{"c1 refused"});
  CHECK(b.done().empty());
}

TEST_CASE("nothing is allowed but what the list names") {
  Bench empty(std::vector<OutputSpec>{});
  empty.connect();
  empty.take(empty.command("c1"));
  CHECK(empty.told() == Told{"c1 refused"});
  CHECK(empty.reason() == "it is not in this agent's list of outputs");
  Bench b;
  b.connect();
  b.take(b.command("c2", "lock", 0));
  DeviceCommand other = b.command("c3");
  other.device = "door-4";
  b.take(other);
  b.take(b.command("c4", "unlock", 31));
  b.take(b.command("c5", "unlock", 0));
  CHECK(b.told() == Told{"c2 refused", "c3 refused", "c4 refused", "c5 refused"});
  CHECK(b.reason() == "this agent's list allows 30 s at most");
  CHECK(b.done().empty());
}

TEST_CASE("an output through a source is ended through it") {
  OutputSpec spec = door();
  spec.run.clear();
  spec.undo.clear();
  spec.through = "line-1";
  Bench b({spec});
  b.connect();
  CHECK(b.outputs->through_sources());
  b.take(b.command("c1", "unlock", 5));
  b.pass(0);
  b.pass(4 * kSecond);
  CHECK(b.done() == std::vector<std::string>{"unlock 5"});
  b.pass(kSecond);
  CHECK(b.done() == std::vector<std::string>{"unlock 5", "undo unlock"});
  CHECK(b.told() == Told{"c1 received", "c1 executed", "c1 ended"});
}

TEST_CASE("an output that cannot end by itself takes no command for a time") {
  OutputSpec spec = door();
  spec.undo.clear();
  Bench b({spec});
  b.connect();
  b.take(b.command("c1"));
  CHECK(b.told() == Told{"c1 refused"});
  spec.ends_itself = true;
  Bench pulse({spec});
  pulse.connect();
  pulse.take(pulse.command("c1"));
  pulse.pass(0);
  CHECK(pulse.told() == Told{"c1 received", "c1 executed"});
  pulse.pass(kHour);
  CHECK(pulse.done() == Told{"unlock 5"});
}

TEST_CASE("the later command decides when a door's unlock ends") {
  Bench b({door({"unlock", "release"})});
  b.connect();
  b.take(b.command("c1", "unlock", 5));
  b.pass(2 * kSecond);
  b.take(b.command("c2", "unlock", 20));
  b.pass(0);
  b.pass(20 * kSecond - 1);
  CHECK(b.done() == Told{"unlock 5", "unlock 20"});
  b.pass(1);
  CHECK(b.done() == Told{"unlock 5", "unlock 20", "undo unlock"});
  b.take(b.command("c3", "unlock", 5));
  b.pass(kSecond);
  b.take(b.command("c4", "release", 0));
  b.pass(kHour);
  CHECK(b.done() == Told{"unlock 5", "unlock 20", "undo unlock", "unlock 5", "release 0"});
  b.crash();
  b.pass(kHour);
  CHECK(b.done().size() == 5);
}

TEST_CASE("a crash between writing down and carrying out costs the command, and never does it twice") {
  Bench b;
  b.connect();
  const std::string payload = b.keys.sign(b.command("c1"));
  b.outputs->take(payload, "gate-7", b.keys.public_text, b.clock, b.moment());  // not carried out yet
  CHECK(b.told() == Told{"c1 received"});
  b.crash();
  CHECK(b.told() == Told{"c1 failed"});
  CHECK(b.reason() == "the agent stopped before the outcome was known; it is not done again");
  b.take(payload);
  b.pass(kSecond);
  // What it may have begun is ended all the same.
  CHECK(b.done() == Told{"undo unlock"});
  CHECK(b.told() == Told{"c1 ended"});
}

TEST_CASE("a crash while its program runs ends it at once; one later ends it when it is due") {
  Bench b;
  b.connect();
  b.doors["door-3"].slow = true;
  b.take(b.command("c1", "unlock", 20));
  CHECK(b.done() == Told{"unlock 20"});
  b.crash();
  b.pass(0);
  CHECK(b.done() == Told{"unlock 20", "undo unlock"});
  b.take(b.command("c2", "unlock", 20));
  b.pass(0);
  b.pass(5 * kSecond);
  b.crash();
  b.pass(14 * kSecond);
  CHECK(b.done().size() == 3);
  b.pass(kSecond);
  CHECK(b.done().size() == 4);
  // A clock that was set meanwhile does not keep the door open for longer than the command said.
  b.take(b.command("c3", "unlock", 20));
  b.pass(0);
  b.agent_clock -= kHour;
  b.crash();
  b.pass(20 * kSecond);
  CHECK(b.done().back() == "undo unlock");
  CHECK(b.done().size() == 6);
}

TEST_CASE("an outcome that was not spooled is told again after a crash, one that was is not") {
  Bench b;
  b.connect();
  b.take(b.command("c1"));
  b.pass(0);
  (void)b.told();
  b.crash();
  CHECK(b.told() == Told{"c1 executed"});
  b.outputs->spooled();
  b.crash();
  CHECK(b.told().empty());
}

TEST_CASE("what cannot be written down is not done") {
  Bench b;
  b.connect();
  b.disk_full = true;
  b.take(b.command("c1"));
  b.pass(kSecond);
  CHECK(b.told() == Told{"c1 refused"});
  CHECK(b.reason().find("No space left") != std::string::npos);
  CHECK(b.done().empty());
  b.disk_full = false;
  b.take(b.command("c1"));
  b.pass(0);
  CHECK(b.told() == Told{"c1 received", "c1 executed"});
}

TEST_CASE("a list of commands that was lost or damaged lets nothing older than itself run") {
  Bench b;
  b.connect();
  const std::string payload = b.keys.sign(b.command("c1"));
  b.take(payload);
  b.pass(kSecond);
  SECTION("lost") { std::filesystem::remove(b.scratch / "commands"); }
  SECTION("damaged") {
    std::ofstream file(b.scratch / "commands", std::ios::in | std::ios::out);
    file << "#####";
  }
  (void)b.told();
  b.crash();
  (void)b.told();
  const std::size_t before = b.done().size();
  b.take(payload);
  b.pass(0);
  CHECK(b.done().size() == before);
  b.pass(kSecond);
  b.take(b.command("c2"));
  b.pass(0);
  CHECK(b.done().back() == "unlock 5");
  b.crash();
  const std::size_t then = b.done().size();
  b.take(payload);
  b.pass(0);
  CHECK(b.done().size() == then);
}

TEST_CASE("of four hundred commands none runs twice, though only the newest ids are kept") {
  Bench b;
  b.connect();
  std::vector<std::string> payloads;
  for (int i = 0; i < 400; ++i) {
    payloads.push_back(b.keys.sign(b.command("c" + std::to_string(i), "unlock", 1)));
    b.take(payloads.back());
    b.pass(0);
    b.pass(kSecond);
    b.outputs->spooled();
    b.take(payloads[static_cast<std::size_t>(std::max(i - 3, 0))]);
    b.pass(0);
  }
  CHECK(std::filesystem::file_size(b.scratch / "commands") < 200'000);
  const std::size_t done = b.done().size();
  CHECK(done == 800);
  for (const std::string& payload : payloads) b.take(payload);
  b.pass(0);
  CHECK(b.done().size() == done);
}

TEST_CASE("a failed program is told with its reason, and what it may have begun is ended") {
  Bench b;
  b.connect();
  b.doors["door-3"].next = Error{"ended with status 3: no such line", "/usr/bin/gpioset", ""};
  b.take(b.command("c1"));
  b.pass(0);
  CHECK(b.done() == Told{"unlock 5", "undo unlock"});
  b.doors["door-3"].next = {};
  const Told told = b.told();
  CHECK(told[1] == "c1 failed");
  CHECK(told.back() == "c1 not_ended");
  b.pass(4 * kSecond);
  CHECK(b.done().size() == 2);
  b.pass(kSecond);
  CHECK(b.done() == Told{"unlock 5", "undo unlock", "undo unlock"});
  CHECK(b.told() == Told{"c1 ended"});
}

TEST_CASE("the agent's own event of the device confirms, an older or another one does not") {
  OutputSpec spec = door();
  spec.confirm = {"door.opened", "D-231", 10 * kSecond};
  Bench b({spec});
  b.connect();
  b.take(b.command("c1"));
  b.pass(kSecond);
  b.outputs->observe(contact(b, "door.opened", "D-232"), b.moment());
  b.outputs->observe(contact(b, "door.closed", "D-231"), b.moment());
  Event old = contact(b, "door.opened", "D-231");
  old.time -= kMinute;
  b.outputs->observe(old, b.moment());
  CHECK(b.told() == Told{"c1 received", "c1 executed"});
  b.outputs->observe(contact(b, "door.opened", "D-231"), b.moment());
  CHECK(b.told() == Told{"c1 confirmed"});
  b.pass(kMinute);
  CHECK(b.told() == Told{"c1 ended"});
  b.take(b.command("c2"));
  b.pass(0);
  b.pass(10 * kSecond);
  CHECK(b.told() == Told{"c2 received", "c2 executed", "c2 not_confirmed", "c2 ended"});
  // The door may open while the program still runs.
  b.doors["door-3"].slow = true;
  b.take(b.command("c3"));
  b.outputs->observe(contact(b, "door.opened", "D-231"), b.moment());
  b.doors["door-3"].outcome = Result<void>{};
  b.pass(0);
  CHECK(b.told() == Told{"c3 received", "c3 executed", "c3 confirmed"});
}

TEST_CASE("commands for one door wait for each other, and one that waited too long expires") {
  Bench b;
  b.connect();
  FakeDoor& slow = b.doors["door-3"];
  slow.slow = true;
  b.take(b.command("c1"));
  b.take(b.command("c2"));
  b.pass(10 * kSecond);
  CHECK(b.done() == Told{"unlock 5"});
  slow.outcome = Result<void>{};
  b.pass(0);
  CHECK(b.told() == Told{"c1 received", "c2 received", "c1 executed", "c2 expired"});
  CHECK(b.done() == Told{"unlock 5"});
}

TEST_CASE("an agent that is stopped ends what it began for a time") {
  Bench b;
  b.connect();
  b.take(b.command("c1", "unlock", 20));
  b.pass(kSecond);
  (void)b.told();
  b.outputs->stop([&] { return b.moment(); });
  CHECK(b.done() == Told{"unlock 20", "undo unlock"});
  CHECK(b.told() == Told{"c1 ended"});
  b.crash();
  b.pass(kMinute);
  CHECK(b.done().size() == 2);
}

TEST_CASE("on a made-up clock, as in a demo, nothing is ever done") {
  Bench b;
  b.injected = true;
  b.start();
  b.connect();
  b.take(b.command("c1"));
  b.pass(0);
  CHECK(b.told() == Told{"c1 refused"});
  CHECK(b.done().empty());
}
