// The steps of an incident's plans: who does them, until when, done, taken back, skipped.
#include <algorithm>

#include "console/model/incident_json.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

constexpr const char* kRules = R"(
title: Forced
id: r-forced
level: high
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
watchfloor: {plan: {id: door-forced}}
---
title: Root login
id: r-root
level: critical
logsource: {product: linux}
detection: {s: {kind: host.login}, condition: s}
watchfloor: {plan: {id: account}}
---
title: Held
id: r-held
level: low
logsource: {product: watchfloor}
detection: {s: {kind: door.held}, condition: s}
watchfloor: {plan: [Ask who holds it]}
)";

constexpr const char* kPlans = R"(
v: 1
id: door-forced
title: Door forced
steps:
  - {do: Look at the camera, role: Operator, minutes: 1}
  - {do: Send a guard, role: Operator, minutes: 3, needs: Radio channel 2}
  - {do: Check lock and frame, role: Guard, minutes: 15}
  - {do: Write it down, role: Guard}
---
v: 1
id: account
title: Account misused
steps:
  - {do: Call the owner, role: Operator, minutes: 2}
  - {do: Send a guard, role: Operator, minutes: 9}
  - {do: End the session, role: IT, minutes: 5}
---
v: 1
id: fire
title: Fire
for: {kinds: [fire.alarm]}
steps:
  - {do: Start the evacuation, role: Operator, minutes: 1}
)";

Watch scene(fusion::Policy policy = {}) {
  return Watch(test::small_estate(), test::rules_of(kRules), std::move(policy), test::plans_of(kPlans));
}

void forced(Watch& w, double at = 0) { w.event(at, "door.forced", {{"door.id", "D-231"}}); }
void login(Watch& w, double at) { w.event(at, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}}); }

CommandReply step(Watch& w, CommandKind kind, std::uint32_t index, const std::string& text = {},
                  const std::string& role = "Operator", const std::string& action = {}) {
  return w.act(kind, 1, [&](Command& c) {
    c.step = index;
    c.text = text;
    c.role = role;
    c.action = action;
  });
}

std::size_t said(const Incident& i, std::string_view part) {
  return static_cast<std::size_t>(std::count_if(
      i.log.begin(), i.log.end(), [&](const LogLine& l) { return l.text.find(part) != std::string::npos; }));
}

std::string steps(const Incident& i) {
  std::string out;
  for (const PlanStep& s : i.plan)
    out += (out.empty() ? "" : ", ") + s.text + (s.done ? "!" : s.skipped ? "-" : s.overdue ? "*" : "");
  return out;
}

}  // namespace

TEST_CASE("An incident has the steps of its rule's plan, with role, needs and time from the call") {
  Watch w = scene();
  forced(w);
  const auto i = w.one();
  CHECK(i->plan_id == "door-forced");
  CHECK(i->plan_title == "Door forced");
  REQUIRE(i->plan.size() == 4);
  CHECK(i->plan[1].text == "Send a guard");
  CHECK(i->plan[1].role == "Operator");
  CHECK(i->plan[1].needs == "Radio channel 2");
  CHECK(i->plan[1].within == 3 * kMinute);
  CHECK(i->plan[1].due == kStart + 3 * kMinute);
  CHECK(i->plan[3].due == 0);
  const std::string json = incident_to_json(*i);
  CHECK(json.find(R"("plan_id":"door-forced","plan_title":"Door forced")") != std::string::npos);
  CHECK(json.find(R"("text":"Send a guard","role":"Operator","needs":"Radio channel 2","within_s":180,"due":")") !=
        std::string::npos);
}

TEST_CASE("What a device itself reports gets the plan for its kind") {
  Watch w = scene();
  w.event(0, "fire.alarm", {{"zone.id", "U-server"}});
  CHECK(w.one()->plan_id == "fire");
  REQUIRE(w.one()->plan.size() == 1);
  CHECK(w.one()->plan[0].due == kStart + kMinute);
}

TEST_CASE("A rule's own list stays what it was: steps without role and time, under no plan's name") {
  Watch w = scene();
  w.event(0, "door.held", {{"door.id", "D-231"}});
  CHECK(w.one()->plan_id.empty());
  REQUIRE(w.one()->plan.size() == 1);
  CHECK(w.one()->plan[0].text == "Ask who holds it");
  CHECK(w.one()->plan[0].due == 0);
  w.tick(86'000);
  CHECK(steps(*w.one()) == "Ask who holds it");
}

TEST_CASE("A plan that comes to lead stands first and whole behind what is settled, and keeps times that run") {
  Watch w = scene();
  forced(w);
  CHECK(step(w, CommandKind::plan_step, 0).accepted);
  CHECK(step(w, CommandKind::skip_step, 2, "The lock is new").accepted);
  login(w, 60);
  const auto i = w.one();
  CHECK(i->plan_title == "Account misused");
  CHECK(steps(*i) ==
        "Look at the camera!, Check lock and frame-, Call the owner, Send a guard, End the session, Write it down");
  CHECK(i->plan[2].due == kStart + kMinute + 2 * kMinute);
  // Nobody had acknowledged, so nothing called again; the other plan's later target of the same step is a new one.
  CHECK(i->plan[3].due == kStart + kMinute + 9 * kMinute);
}

TEST_CASE("A step whose time has run out is overdue: said once, shown, and calls nobody") {
  Watch w = scene();
  forced(w);
  w.act(CommandKind::acknowledge, 1);
  CHECK(w.fusion.timer_pending());
  w.tick(59);
  CHECK(steps(*w.one()) == "Look at the camera, Send a guard, Check lock and frame, Write it down");
  w.tick(60);
  CHECK(steps(*w.one()) == "Look at the camera*, Send a guard, Check lock and frame, Write it down");
  CHECK(w.one()->last_change == "Step overdue");
  CHECK(w.one()->log.back().text == "Overdue, not done within 1 min: Look at the camera (Operator)");
  CHECK_FALSE(w.one()->needs_acknowledgement());
  w.tick(61);
  w.tick(179);
  CHECK(w.changes.incidents.empty());
  CHECK(said(*w.one(), "Overdue") == 1);
  CHECK(step(w, CommandKind::plan_step, 1).accepted);  // in time
  w.tick(4000);
  CHECK(steps(*w.one()) == "Look at the camera*, Send a guard!, Check lock and frame*, Write it down");
  CHECK(said(*w.one(), "Overdue") == 2);
  CHECK(step(w, CommandKind::plan_step, 0).accepted);
  CHECK(w.one()->plan[0].overdue);  // it was late, and stays so
  CHECK(w.one()->plan[0].done);
}

TEST_CASE("Times run from the newest call, and stand still on the shelf") {
  Watch w = scene();
  forced(w);
  w.tick(60);
  REQUIRE(w.one()->plan[0].overdue);
  w.act(CommandKind::acknowledge, 1);
  SECTION("it becomes worse and calls again") {
    login(w, 100);
    const auto i = w.one();
    CHECK(i->needs_acknowledgement());
    CHECK(i->plan[0].text == "Call the owner");
    CHECK(i->plan[0].due == kStart + 100 * kSecond + 2 * kMinute);
    const auto look =
        std::find_if(i->plan.begin(), i->plan.end(), [](const PlanStep& s) { return s.text == "Look at the camera"; });
    REQUIRE(look != i->plan.end());
    CHECK(look->due == kStart + 100 * kSecond + kMinute);
    CHECK_FALSE(look->overdue);
  }
  SECTION("it is shelved, and comes back by itself") {
    w.act(CommandKind::shelve, 1, [](Command& c) {
      c.text = "Door fitter";
      c.until = kStart + kHour;
    });
    CHECK(w.one()->plan[1].due == 0);
    CHECK_FALSE(w.one()->plan[0].overdue);
    w.tick(3000);
    CHECK(said(*w.one(), "Overdue") == 1);
    w.tick(3600);
    CHECK(w.one()->plan[1].due == kStart + kHour + 3 * kMinute);
    w.tick(3600 + 60);
    CHECK(w.one()->plan[0].overdue);
    CHECK(said(*w.one(), "Overdue") == 2);
  }
  SECTION("somebody takes it off the shelf") {
    w.act(CommandKind::shelve, 1, [](Command& c) {
      c.text = "Door fitter";
      c.until = kStart + kHour;
    });
    w.tick(600);
    CHECK(w.act(CommandKind::unshelve, 1).accepted);
    CHECK(w.one()->plan[1].due == w.now + 3 * kMinute);
  }
}

TEST_CASE("Skipping needs a reason, says who and why, and tells the supervisor without an alarm") {
  Watch w = scene();
  forced(w);
  w.act(CommandKind::acknowledge, 1);
  for (const char* nothing : {"", "  "}) {
    const CommandReply no = step(w, CommandKind::skip_step, 2, nothing);
    CHECK_FALSE(no.accepted);
    CHECK(no.message == "Skipping a step needs a reason");
    CHECK(w.changes.incidents.empty());
  }
  const CommandReply r = step(w, CommandKind::skip_step, 2, "The fitter is here\nand mends it");
  CHECK(r.accepted);
  CHECK(r.message == "INC-0001: Skipped: Check lock and frame, because: The fitter is here and mends it");
  auto i = w.one();
  CHECK(steps(*i) == "Look at the camera, Send a guard, Check lock and frame-, Write it down");
  CHECK(i->plan[2].actor == "M. Okafor");
  CHECK(i->plan[2].time == w.now);
  CHECK(i->plan[2].reason == "The fitter is here and mends it");
  CHECK(i->skips_told == "Supervisor");
  CHECK(i->last_change == "Step skipped");
  CHECK(i->log.back().actor == "Engine");
  CHECK(i->log.back().text == "Supervisor told: a step was skipped");
  CHECK_FALSE(i->needs_acknowledgement());
  CHECK(i->state == IncidentState::acknowledged);
  CHECK(incident_to_json(*i).find(R"("skips_told":"Supervisor")") != std::string::npos);
  w.tick(7200);  // it is not overdue any more
  CHECK_FALSE(w.one()->plan[2].overdue);
  CHECK(step(w, CommandKind::skip_step, 2, "again").message == "That step is skipped already, by M. Okafor");
  CHECK(step(w, CommandKind::plan_step, 0).accepted);
  CHECK(step(w, CommandKind::skip_step, 0, "why").message == "That step is done already, by M. Okafor");
  CHECK_FALSE(step(w, CommandKind::skip_step, 9, "why").accepted);
}

TEST_CASE("Only whoever was told, or keeps the house, says that it was seen") {
  Watch w = scene();
  forced(w);
  CHECK(step(w, CommandKind::skip_step, 0, "", "Supervisor", "seen").message ==
        "No skipped step of INC-0001 waits to be seen");
  step(w, CommandKind::skip_step, 0, "Camera is down");
  const CommandReply no = step(w, CommandKind::skip_step, 0, "", "Operator", "seen");
  CHECK_FALSE(no.accepted);
  CHECK(no.message == "The role Operator was not told; Supervisor was");
  CHECK(w.one()->skips_told == "Supervisor");
  const std::string role = GENERATE("supervisor", "Administrator");
  CHECK(step(w, CommandKind::skip_step, 0, "", role, "seen").message == "INC-0001: Skipped step seen");
  CHECK(w.one()->skips_told.empty());
  CHECK(w.one()->plan[0].skipped);
  CHECK(step(w, CommandKind::skip_step, 1, "x", "Operator", "hide").message ==
        "A step cannot be skipped like this: hide");
}

TEST_CASE("What was skipped can be taken back or done after all, and then nobody need see it") {
  Watch w = scene();
  forced(w);
  step(w, CommandKind::skip_step, 1, "Nobody is free");
  step(w, CommandKind::skip_step, 2, "Nobody is free");
  CHECK(step(w, CommandKind::plan_step, 1, "undo").message == "INC-0001: Not skipped after all: Send a guard");
  CHECK_FALSE(w.one()->plan[1].skipped);
  CHECK(w.one()->plan[1].reason.empty());
  CHECK(w.one()->plan[1].actor.empty());
  CHECK(w.one()->skips_told == "Supervisor");  // the other one is skipped still
  CHECK(step(w, CommandKind::plan_step, 2).message == "INC-0001: Done: Check lock and frame");
  CHECK(steps(*w.one()) == "Look at the camera, Send a guard, Check lock and frame!, Write it down");
  CHECK(w.one()->skips_told.empty());
  w.tick(180);  // what was taken back is due as before
  CHECK(w.one()->plan[1].overdue);
}

TEST_CASE("A supervisor who skips a step knows; a policy may name another role, or nobody") {
  fusion::Policy policy;
  SECTION("the role itself") {
    Watch w = scene();
    forced(w);
    CHECK(step(w, CommandKind::skip_step, 0, "Camera is down", "Supervisor").accepted);
    CHECK(w.one()->skips_told.empty());
    CHECK(said(*w.one(), "told") == 0);
  }
  SECTION("another role") {
    policy.skips_to = "Duty manager";
    Watch w = scene(policy);
    forced(w);
    step(w, CommandKind::skip_step, 0, "Camera is down", "Supervisor");
    CHECK(w.one()->skips_told == "Duty manager");
  }
  SECTION("nobody") {
    policy.skips_to.clear();
    Watch w = scene(policy);
    forced(w);
    CHECK(step(w, CommandKind::skip_step, 0, "Camera is down").accepted);
    CHECK(w.one()->skips_told.empty());
    CHECK(w.one()->plan[0].skipped);
  }
}

TEST_CASE("A guard skips a step of what they are sent to, and of nothing else") {
  Watch w = scene();
  forced(w);
  const auto skip = [&] {
    return w.act(CommandKind::skip_step, 1, [](Command& c) {
      c.step = 2;
      c.text = "Police are at the door";
      c.actor = "T. Novak";
      c.role = "Guard";
    });
  };
  CHECK(skip().message == "INC-0001 is not dispatched to T. Novak");
  w.act(CommandKind::dispatch, 1, [](Command& c) { c.target = "T. Novak"; });
  CHECK(skip().accepted);
  CHECK(w.one()->plan[2].actor == "T. Novak");
  CHECK(w.one()->skips_told == "Supervisor");
}

TEST_CASE("A skip on the plan as it was skips nothing") {
  Watch w = scene();
  forced(w);
  const std::uint32_t seen = w.one()->revision;
  login(w, 20);
  const CommandReply late = w.command(CommandKind::skip_step, {1}, [&](Command& c) {
    c.step = 0;
    c.text = "why";
    c.seen_revisions = {seen};
  });
  CHECK_FALSE(late.accepted);
  CHECK(late.message == "The plan of INC-0001 changed after what you saw; look again");
  CHECK(w.one()->skips_told.empty());
}

TEST_CASE("Resolving says how much of a plan was left open") {
  Watch w = scene();
  forced(w);
  step(w, CommandKind::plan_step, 0);
  step(w, CommandKind::skip_step, 1, "Nobody is free");
  w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::nuisance; });
  CHECK(w.incident(1)->log.back().text == "2 steps of the plan left open");
  w.tick(4000);
  CHECK(said(*w.incident(1), "Overdue") == 0);
}

TEST_CASE("Merging keeps what was done and skipped in both") {
  Watch w = scene();
  forced(w);
  w.event(5, "host.login", {{"host.name", "x-1"}, {"user.name", "ann"}});
  REQUIRE(w.open().size() == 2);
  w.act(CommandKind::plan_step, 2, [](Command& c) { c.step = 0; });
  w.act(CommandKind::skip_step, 2, [](Command& c) {
    c.step = 2;
    c.text = "Session is over";
  });
  w.act(CommandKind::plan_step, 1, [](Command& c) { c.step = 0; });
  const CommandReply r = w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
    c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
  });
  REQUIRE(r.accepted);
  const auto i = w.one();
  const auto state = [&](const std::string& text) {
    const auto it = std::find_if(i->plan.begin(), i->plan.end(), [&](const PlanStep& s) { return s.text == text; });
    return it == i->plan.end() ? "gone" : it->done ? "done" : it->skipped ? "skipped" : "open";
  };
  CHECK(state("Look at the camera") == std::string("done"));
  CHECK(state("Call the owner") == std::string("done"));
  CHECK(state("End the session") == std::string("skipped"));
  CHECK(state("Send a guard") == std::string("open"));
  CHECK(i->skips_told == "Supervisor");
}
