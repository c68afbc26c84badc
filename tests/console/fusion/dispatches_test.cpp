// Who is sent to an incident: what they report, within what time, what a guard may do, and panic.
#include <algorithm>

#include "console/model/incident_json.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;
using Step = Dispatch::Step;

namespace {

constexpr auto kArrives = CommandKind::on_scene;

/// D-231 is forced at 0 s; Ann Vos, whose account is avos, is sent at once.
struct Sent : Watch {
  explicit Sent(fusion::Policy policy = {}, bool drill = false)
      : Watch(test::small_estate(), test::small_rules(), std::move(policy)) {
    Event e;
    e.id = "first";
    e.time = kStart;
    e.agent = "agent";
    e.kind = "door.forced";
    e.logsource.product = "watchfloor";
    e.drill = drill;
    e.add("door.id", "D-231");
    event(std::move(e));
    REQUIRE(send("Ann Vos").accepted);
  }
  CommandReply send(const char* whom, std::uint64_t incident = 1) {
    return act(CommandKind::dispatch, incident, [&](Command& c) { c.target = whom; });
  }
  /// A guard's seat says something, at `at` seconds.
  CommandReply guard(double at, const char* action, const char* text = "", const char* user = "avos",
                     const char* post = "") {
    now = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
    const bool arrives = std::string_view(action) == "arrived";
    return command(arrives ? kArrives : CommandKind::progress, {1}, [&](Command& c) {
      c.actor = user;
      c.role = "Guard";
      c.post = post;
      if (!arrives) c.action = action;
      c.text = text;
    });
  }
  CommandReply panic(double at, const char* user = "avos", const char* post = "Gate 3") {
    now = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
    return command(CommandKind::panic, {}, [&](Command& c) {
      c.actor = user;
      c.role = "Guard";
      c.post = post;
    });
  }
  [[nodiscard]] std::size_t lines(std::string_view part, std::uint64_t id = 1) const {
    const auto i = incident(id);
    return static_cast<std::size_t>(std::count_if(
        i->log.begin(), i->log.end(), [&](const LogLine& l) { return l.text.find(part) != std::string::npos; }));
  }
};

}  // namespace

TEST_CASE("A guard's steps stand in the incident with who and when, and in its log") {
  Sent w;
  CHECK(w.one()->dispatch.step() == Step::sent);
  CHECK(w.one()->dispatch.at(Step::sent).actor == "M. Okafor");
  CHECK(w.guard(20, "received").message == "INC-0001: Ann Vos received");
  CHECK(w.guard(50, "en_route").accepted);
  CHECK(w.one()->state == IncidentState::dispatched);
  CHECK(w.guard(200, "arrived").accepted);
  auto i = w.one();
  CHECK(i->state == IncidentState::on_scene);
  CHECK(i->last_change == "Ann Vos on scene");
  CHECK(i->dispatch.at(Step::received) == Dispatch::Reached{kStart + 20 * kSecond, "avos"});
  CHECK(i->dispatch.at(Step::en_route) == Dispatch::Reached{kStart + 50 * kSecond, "avos"});
  CHECK(i->dispatch.at(Step::arrived) == Dispatch::Reached{kStart + 200 * kSecond, "avos"});
  CHECK(w.guard(260, "clear").message == "Say what was found");
  CHECK(w.guard(260, "clear", "Nobody there, door shut").accepted);
  i = w.one();
  CHECK(i->state == IncidentState::cleared);
  CHECK(i->open());
  CHECK_FALSE(i->dispatch.active());
  CHECK(i->dispatch.found == "Nobody there, door shut");
  CHECK(i->dispatch.due == 0);
  CHECK(i->log.back().actor == "avos");
  // The door's controller has not said that it is shut.
  CHECK(i->log.back().text == "Ann Vos cleared: Nobody there, door shut; not normal yet");
  CHECK(w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::true_alarm; }).accepted);
}

TEST_CASE("A step that was said is answered again, one may be passed over, and the last one can be taken back") {
  Sent w;
  CHECK(w.guard(10, "en_route").accepted);
  const std::uint32_t revision = w.one()->revision;
  CHECK(w.guard(11, "en_route").message == "INC-0001: Ann Vos en route already");
  CHECK(w.guard(12, "received").accepted);
  CHECK(w.one()->revision == revision);
  CHECK(w.one()->dispatch.at(Step::received).time == 0);
  CHECK(w.guard(13, "arrived").accepted);
  CHECK(w.guard(14, "back").message == "INC-0001: Taken back: Ann Vos on scene");
  CHECK(w.one()->state == IncidentState::dispatched);
  CHECK(w.one()->dispatch.step() == Step::en_route);
  CHECK(w.guard(15, "clear", "nothing").accepted);
  CHECK(w.guard(16, "back").accepted);
  CHECK(w.one()->state == IncidentState::dispatched);
  CHECK(w.one()->dispatch.found.empty());
  CHECK(w.guard(17, "back").accepted);
  CHECK(w.guard(18, "back").message == "Ann Vos has reported nothing about INC-0001");
  CHECK_FALSE(w.guard(19, "sleeping").accepted);
}

TEST_CASE("A guard reports on what they are sent to, and does nothing else") {
  Sent w;
  CHECK(w.guard(5, "received", "", "boda").message == "INC-0001 is not dispatched to Ben Oda");
  CHECK(w.one()->dispatch.step() == Step::sent);
  const auto as = [](const char* user) {
    return [=](Command& c) {
      c.actor = user;
      c.role = "guard";
      c.text = "words";
      c.cause = Cause::nuisance;
      c.target = "Ben Oda";
    };
  };
  for (const CommandKind kind : {CommandKind::acknowledge, CommandKind::dispatch, CommandKind::resolve,
                                 CommandKind::escalate, CommandKind::call})
    CHECK(w.act(kind, 1, as("avos")).message ==
          "A guard reports on what they are sent to; the control room does the rest");
  CHECK(w.act(CommandKind::note, 1, as("boda")).message == "INC-0001 is not dispatched to Ben Oda");
  CHECK(w.act(CommandKind::note, 1, as("avos")).accepted);
  CHECK(w.act(CommandKind::plan_step, 1, as("avos")).accepted);
  // Sent to somebody else meanwhile.
  CHECK(w.send("Ben Oda").message == "INC-0001: Dispatched Ben Oda in place of Ann Vos");
  CHECK(w.guard(9, "en_route").message == "INC-0001 is not dispatched to Ann Vos");
  CHECK(w.guard(10, "en_route", "", "boda").accepted);
}

TEST_CASE("Whoever is at a post answers for it, by its name; a post with another person's name does not") {
  Sent w;
  REQUIRE(w.send("Gate 3").accepted);
  CHECK_FALSE(w.guard(5, "received").accepted);
  CHECK(w.guard(6, "received", "", "boda", "gate 3").accepted);
  REQUIRE(w.send("Ann Vos").accepted);
  CHECK_FALSE(w.guard(7, "received", "", "boda", "Ann Vos").accepted);
  CHECK(w.guard(8, "received", "", "AVOS").accepted);
}

TEST_CASE("The control room says it in a guard's place, and what it saw is acknowledged") {
  Sent w;
  CHECK(w.act(CommandKind::progress, 1, [](Command& c) { c.action = "en_route"; }).message ==
        "INC-0001: Ann Vos en route");
  CHECK(w.one()->log.back().actor == "M. Okafor");
  w.event(30, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  REQUIRE(w.one()->needs_acknowledgement());
  // A guard's word acknowledges nothing for the control room.
  CHECK(w.guard(40, "arrived").accepted);
  CHECK(w.one()->needs_acknowledgement());
  CHECK(w.one()->state == IncidentState::fresh);
  CHECK(w.act(CommandKind::progress, 1, [](Command& c) {
           c.action = "clear";
           c.text = "Root was the night shift";
         }).accepted);
  CHECK_FALSE(w.one()->needs_acknowledgement());
  CHECK(w.one()->state == IncidentState::cleared);
}

TEST_CASE("An acknowledgement finds the guard where they are by then") {
  Sent w;
  w.guard(5, "received");
  w.event(30, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  w.guard(40, "arrived");
  REQUIRE(w.act(CommandKind::acknowledge, 1).accepted);
  CHECK(w.one()->state == IncidentState::on_scene);
}

TEST_CASE("A dispatch that nobody receives says so once, calls the control room, and goes up the chain") {
  Sent w;
  CHECK(w.one()->dispatch.due == kStart + kMinute);
  w.tick(59);
  CHECK_FALSE(w.one()->needs_acknowledgement());
  w.tick(60);
  auto i = w.one();
  CHECK(i->needs_acknowledgement());
  CHECK(i->dispatch.overdue);
  CHECK(i->last_change == "Not received");
  CHECK(i->log.back().actor == "Engine");
  CHECK(i->log.back().text == "Alarms again: Ann Vos has not received it, after 1 min");
  CHECK(w.fusion.timer_pending());
  for (double at = 61; at < 900; at += 1) w.tick(at);
  CHECK(w.lines("has not received it") == 1);
  CHECK(w.lines("Escalated to Supervisor") == 1);
  // It comes late, and the next step has its own time.
  REQUIRE(w.guard(900, "received").accepted);
  CHECK_FALSE(w.one()->dispatch.overdue);
  CHECK(w.one()->dispatch.due == kStart + 900 * kSecond + 2 * kMinute);
}

TEST_CASE("Each step has its time, from the step before; none runs for what is done") {
  fusion::Policy policy;
  policy.dispatch = {30 * kSecond, 0, 5 * kMinute, 20 * kMinute};
  Sent w(policy);
  w.guard(10, "received");
  CHECK(w.one()->dispatch.due == 0);
  w.guard(100, "en_route");
  w.tick(399);
  CHECK_FALSE(w.one()->needs_acknowledgement());
  w.tick(400);
  CHECK(w.lines("Ann Vos has not arrived, after 5 min") == 1);
  w.act(CommandKind::acknowledge, 1);
  CHECK(w.one()->state == IncidentState::dispatched);
  w.guard(500, "arrived");
  w.tick(1700);
  CHECK(w.lines("Ann Vos has said nothing since arriving, after 20 min") == 1);
  w.guard(1800, "clear", "nothing");
  w.act(CommandKind::acknowledge, 1);
  for (double at = 1900; at < 9000; at += 100) w.tick(at);
  CHECK(w.lines("Alarms again") == 2);
  Sent resolved;
  resolved.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::nuisance; });
  resolved.tick(600);
  CHECK(resolved.lines("has not received") == 0);
}

TEST_CASE("What waits for an acknowledgement already is not called twice, and a shelf stays a shelf") {
  Sent w;
  w.event(30, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  REQUIRE(w.one()->needs_acknowledgement());
  const UtcNs by = w.one()->respond_by;
  w.tick(60);
  CHECK(w.one()->log.back().text == "Ann Vos has not received it, after 1 min");
  CHECK(w.one()->respond_by == by);
  Sent shelved;
  REQUIRE(shelved
              .act(CommandKind::shelve, 1,
                   [](Command& c) {
                     c.text = "works";
                     c.until = kStart + kHour;
                   })
              .accepted);
  shelved.tick(60);
  CHECK(shelved.one()->state == IncidentState::shelved);
  CHECK(shelved.lines("has not received it") == 1);
  CHECK(shelved.guard(70, "arrived").accepted);
  CHECK(shelved.one()->state == IncidentState::shelved);
  REQUIRE(shelved.act(CommandKind::unshelve, 1).accepted);
  CHECK(shelved.one()->state == IncidentState::on_scene);
}

TEST_CASE("A drill's dispatch runs like any other, and is told to nobody beyond") {
  Sent w({}, true);
  REQUIRE(w.one()->drill);
  w.tick(60);
  CHECK(w.lines("has not received it") == 1);
  for (double at = 61; at < 2000; at += 10) w.tick(at);
  CHECK(w.lines("Escalated") == 0);
  CHECK(w.guard(2001, "received").accepted);
}

TEST_CASE("What a guard cleared and goes on calls again") {
  Sent w;
  w.guard(10, "arrived");
  w.guard(20, "clear", "nobody there");
  w.event(15, "door.forced", {{"door.id", "D-231"}});  // told late, of before
  CHECK(w.one()->state == IncidentState::cleared);
  w.event(90, "door.forced", {{"door.id", "D-231"}});
  CHECK(w.one()->needs_acknowledgement());
  CHECK(w.lines("Alarms again: it was cleared and goes on") == 1);
  w.act(CommandKind::acknowledge, 1);
  CHECK(w.one()->state == IncidentState::acknowledged);
}

TEST_CASE("Merged incidents keep the guard who is under way") {
  Sent w;
  w.guard(5, "en_route");
  w.event(10, "network.alert", {{"src.ip", "198.51.100.7"}, {"dst.ip", "203.0.113.9"}, {"alert.title", "Probe"}});
  REQUIRE(w.open().size() == 2);
  const auto merge = [&](std::uint64_t into, std::uint64_t from) {
    return w.command(CommandKind::merge, {into, from}, [&](Command& c) {
      c.seen_revisions = {w.incident(into)->revision, w.incident(from)->revision};
    });
  };
  const bool second = GENERATE(false, true);
  if (second) REQUIRE(w.send("Ben Oda", 2).accepted);
  REQUIRE(merge(2, 1).accepted);
  const auto i = w.incident(2);
  CHECK(i->dispatched_to == (second ? "Ben Oda" : "Ann Vos"));
  CHECK(i->dispatch.step() == (second ? Step::sent : Step::en_route));
  CHECK(w.lines("Ann Vos was sent to INC-0001: tell them that Ben Oda is on this", 2) == (second ? 1 : 0));
  w.tick(5 + 600);
  CHECK(w.lines("Ann Vos has not arrived", 2) == (second ? 0 : 1));
  CHECK(w.lines("has not arrived", 1) == 0);
}

TEST_CASE("A panic is an incident of life safety of its own, at the last known place") {
  Sent w;
  const CommandReply at_post = w.panic(5);
  CHECK(at_post.message == "INC-0002: the control room is called, at Gate 3");
  auto p = w.incident(2);
  CHECK(p->title == "Panic: Ann Vos");
  CHECK(p->place == std::vector<std::string>{"Gate 3"});
  CHECK(p->life_safety);
  CHECK(p->priority == Priority::critical);
  CHECK(p->needs_acknowledgement());
  CHECK(p->respond_by == kStart + 5 * kSecond + kMinute);
  CHECK_FALSE(p->drill);
  CHECK(Watch::why(*p) == "opens | Panic by Ann Vos, at Gate 3 | \n");
  CHECK_FALSE(p->plan.empty());
  // Pressed again it is the same danger, told again, and calls again.
  w.act(CommandKind::acknowledge, 2);
  w.panic(6);
  CHECK(w.open().size() == 2);
  CHECK(w.incident(2)->why.size() == 2);
  CHECK(w.incident(2)->needs_acknowledgement());
  CHECK(w.act(CommandKind::shelve, 2, [](Command& c) {
           c.text = "noise";
           c.until = kStart + kHour;
         }).message == "INC-0002 is life safety and cannot be shelved");
  // Somebody else is another one, and who is under way is there.
  w.guard(10, "en_route");
  w.act(CommandKind::resolve, 2, [](Command& c) { c.cause = Cause::true_alarm; });
  CHECK(w.panic(20, "boda", "U-lobby").message == "INC-0003: the control room is called, at HQ › Level 2 › Lift lobby");
  CHECK(w.incident(3)->unit_id == "U-lobby");
  CHECK(w.panic(21).message == "INC-0004: the control room is called, sent to HQ › Level 2 › Server room (INC-0001)");
  CHECK(w.incident(4)->unit_id == "U-server");
  CHECK(w.incident(1)->log.back().text == "Panic: INC-0004");
  // Of nobody who was sent, at no post.
  CHECK(w.panic(22, "cleaner", "").message == "INC-0005: the control room is called, place not known");
}

TEST_CASE("A repeated panic command is answered, not carried out again") {
  Sent w;
  for (int n = 0; n < 2; ++n)
    w.command(CommandKind::panic, {}, [](Command& c) {
      c.id = "same";
      c.actor = "avos";
      c.role = "Guard";
    });
  CHECK(w.open().size() == 2);
  CHECK(w.incident(2)->why.size() == 1);
}

TEST_CASE("The same commands and ticks give the same dispatch, and a log of before judges without times") {
  const auto play = [](fusion::Policy policy) {
    Sent w(std::move(policy));
    w.tick(61);
    w.guard(70, "received");
    w.tick(100);
    w.guard(300, "arrived");
    w.panic(310);
    w.guard(400, "clear", "nothing");
    w.tick(4000);
    return w.json();
  };
  const std::string once = play({});
  CHECK(once == play({}));
  CHECK(once.find("\"dispatch\":{\"sent\":{\"time\"") != std::string::npos);
  fusion::Policy old;
  old.dispatch = {0, 0, 0, 0};
  CHECK(play(old).find("has not") == std::string::npos);
}
