#include "agents/kit/outputs.hpp"

#include <algorithm>
#include <deque>
#include <fstream>

#include "agents/kit/disk.hpp"
#include "agents/kit/source.hpp"
#include "scratch.hpp"
#include "signed_commands.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

constexpr UtcNs kEngine = 1'700'000'000 * kSecond;  ///< the engine's clock at mono 0

/// An output that does nothing, remembers what it was told, and ends when the test says so.
struct FakeDoor {
  std::vector<std::string> done;  ///< "unlock 5", "undo unlock"
  bool slow = false;              ///< outcome() waits for `outcome`
  std::optional<Result<void>> outcome;
  Result<void> next;
  std::function<void()> on_begin;
};

class FakeOutput final : public Output {
 public:
  explicit FakeOutput(FakeDoor& door) : door_(door) {}
  void begin(const Order& order, const Moment&) override {
    REQUIRE_FALSE(busy_);
    busy_ = true;
    if (door_.on_begin) door_.on_begin();
    door_.done.push_back(order.undo ? "undo " + order.action : order.action + " " + std::to_string(order.seconds));
  }
  std::optional<Result<void>> outcome(const Moment&) override {
    if (door_.slow && !door_.outcome) return std::nullopt;
    busy_ = false;
    Result<void> out = door_.slow ? *door_.outcome : door_.next;
    door_.outcome.reset();
    return out;
  }
  void add_fds(std::vector<pollfd>&) const override {}
  std::int64_t next_wake() const override { return kNever; }

 private:
  FakeDoor& door_;
  bool busy_ = false;
};

OutputSpec door(std::vector<std::string> actions = {"unlock"}) {
  OutputSpec spec;
  spec.device = "door-3";
  spec.actions = std::move(actions);
  spec.run = {"/bin/true"};
  spec.undo = {"/bin/true"};
  spec.max_seconds = 30;
  return spec;
}

/// Outputs on fake doors, with the agent's and the engine's clock in the test's hand. Crash it as often as you like.
struct Bench {
  explicit Bench(std::vector<OutputSpec> specs = {door()}) : list(std::move(specs)) { start(); }

  void start() {
    outputs.reset();
    OutputsOptions options;
    options.list = list;
    options.journal = scratch / "commands";
    options.injected_clock = injected;
    options.write = [this](const std::filesystem::path& file, std::string_view text) -> Result<void> {
      if (disk_full) return Error{"cannot write it: No space left on device", file.string(), ""};
      return replace_file(file, text);
    };
    options.make = [this](const OutputSpec& spec) { return std::make_unique<FakeOutput>(doors[spec.device]); };
    outputs = std::make_unique<Outputs>(std::move(options), [this](Event&& event) { events.push_back(event); });
    outputs->start(moment());
  }
  /// A new process: CLOCK_MONOTONIC may begin anew; the engine is connected to again.
  void crash() {
    outputs.reset();
    doors["door-3"].outcome.reset();
    doors["door-3"].slow = false;
    start();
    connect();
  }
  void connect() {
    clock.set_slept([]() -> std::int64_t { return 0; });
    clock.hello(mono);
    clock.welcome(kEngine + mono, mono);
  }
  [[nodiscard]] Moment moment() const { return {agent_clock + mono, mono}; }
  [[nodiscard]] DeviceCommand command(const std::string& id, const std::string& action = "unlock",
                                      std::uint32_t seconds = 5) const {
    return {id,          "gate-7",  "door-3", action, seconds, kEngine + mono, kEngine + mono + 10 * kSecond,
            "A. Bakker", "courier", 42};
  }
  void take(const std::string& payload) {
    outputs->take(payload, "gate-7", keys.public_text, clock, moment());
    outputs->step(clock, moment());
  }
  void take(const DeviceCommand& c) { take(keys.sign(c)); }
  void pass(std::int64_t ns) {
    mono += ns;
    outputs->step(clock, moment());
    outputs->step(clock, moment());
  }
  /// "c1 received", "c1 executed"… since the last call.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const Event& e : events) {
      CHECK(e.kind == "device.command");
      out.push_back(std::string(e.field("command.id")) + " " + std::string(e.field("command.state")));
    }
    if (!events.empty()) last = events.back();
    events.clear();
    return out;
  }
  [[nodiscard]] const std::vector<std::string>& done() { return doors["door-3"].done; }
  [[nodiscard]] std::string reason() const { return std::string(last.field("reason")); }

  test::Scratch scratch;
  test::CommandKeys keys;
  std::vector<OutputSpec> list;
  std::map<std::string, FakeDoor> doors;
  EngineClock clock;
  UtcNs agent_clock = 1'600'000'000 * kSecond;  ///< years behind, which must not matter
  std::int64_t mono = 1000 * kSecond;
  bool injected = false, disk_full = false;
  std::vector<Event> events;
  Event last;
  std::unique_ptr<Outputs> outputs;
};

using Told = std::vector<std::string>;

Event contact(const Bench& b, const std::string& kind, const std::string& device) {
  Event event;
  event.kind = kind;
  event.time = b.moment().now;
  event.add("door.id", device);
  return event;
}

}  // namespace

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

TEST_CASE("of a thousand commands none runs twice, though only the newest ids are kept") {
  Bench b;
  b.connect();
  std::vector<std::string> payloads;
  for (int i = 0; i < 1000; ++i) {
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
  CHECK(done == 2000);
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
