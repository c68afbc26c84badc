#include "console/model/call.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

void forced(Watch& w, double at = 0) { w.event(at, "door.forced", {{"door.id", "D-231"}}); }

/// Two incidents that nothing ties: a forced door at HQ and an alert between strange addresses.
void two_incidents(Watch& w) {
  forced(w);
  w.event(5, "network.alert", {{"src.ip", "198.51.100.7"}, {"dst.ip", "203.0.113.9"}, {"alert.title", "Probe"}});
}

const LogLine& last_log(const Incident& i) { return i.log.back(); }

}  // namespace

TEST_CASE("Acknowledging names who did it and which revision was seen") {
  Watch w;
  forced(w);
  const auto before = w.one();
  CHECK(before->needs_acknowledgement());
  const CommandReply r = w.act(CommandKind::acknowledge, before->id);
  CHECK(r.accepted);
  CHECK(r.message == "INC-0001: Acknowledged");
  const auto i = w.one();
  CHECK(i->state == IncidentState::acknowledged);
  CHECK(i->acknowledged_revision == before->revision);
  CHECK(i->owner == "M. Okafor");
  CHECK(i->revision == before->revision + 1);
  CHECK(last_log(*i).actor == "M. Okafor");
  CHECK(last_log(*i).text == "Acknowledged");
  CHECK(w.changes.incidents.size() == 1);
  // What was published stays as it was.
  CHECK(before->state == IncidentState::fresh);
  CHECK(w.act(CommandKind::acknowledge, i->id).message == "INC-0001 is acknowledged already by M. Okafor");
}

TEST_CASE("An acknowledgement of a picture that became worse since is refused, and says what to do") {
  Watch w;
  forced(w);
  const std::uint32_t seen = w.one()->revision;
  w.event(20, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  const CommandReply r = w.command(CommandKind::acknowledge, {1}, [&](Command& c) { c.seen_revisions = {seen}; });
  CHECK_FALSE(r.accepted);
  CHECK(r.message == "INC-0001 became worse after what you saw (Login on hv-07); look again");
  CHECK(w.one()->state == IncidentState::fresh);
  CHECK(w.changes.incidents.empty());
}

TEST_CASE("A repeat between the picture and the key does not spoil the acknowledgement") {
  Watch w;
  forced(w);
  const std::uint32_t seen = w.one()->revision;
  forced(w, 3);
  CHECK(w.one()->revision > seen);
  CHECK(w.command(CommandKind::acknowledge, {1}, [&](Command& c) { c.seen_revisions = {seen}; }).accepted);
}

TEST_CASE("A command without the shown revision, or with one that does not exist, acknowledges nothing") {
  Watch w;
  forced(w);
  CHECK_FALSE(w.command(CommandKind::acknowledge, {1}).accepted);
  CHECK_FALSE(w.command(CommandKind::acknowledge, {1}, [](Command& c) { c.seen_revisions = {99}; }).accepted);
  CHECK(w.one()->needs_acknowledgement());
}

TEST_CASE("Commands on unknown and on resolved incidents are refused with the reason") {
  Watch w;
  CHECK(w.command(CommandKind::acknowledge, {7}).message == "There is no INC-0007");
  forced(w);
  REQUIRE(w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::nuisance; }).accepted);
  CHECK(w.open().empty());
  const CommandReply r = w.act(CommandKind::note, 1, [](Command& c) { c.text = "late"; });
  CHECK_FALSE(r.accepted);
  CHECK(r.message == "INC-0001 is resolved (nuisance)");
}

TEST_CASE("A repeated command is answered, not carried out again") {
  Watch w;
  forced(w);
  const auto note = [](Command& c) {
    c.id = "same";
    c.text = "Called the owner";
  };
  const CommandReply first = w.act(CommandKind::note, 1, note);
  const auto after = w.one();
  const CommandReply again = w.act(CommandKind::note, 1, note);
  CHECK(again.accepted);
  CHECK(again.message == first.message);
  CHECK(w.changes.incidents.empty());
  CHECK(w.one()->revision == after->revision);
}

TEST_CASE("Dispatch, on scene and escalation act, acknowledge what was seen, and are written down") {
  Watch w;
  forced(w);
  CHECK_FALSE(w.act(CommandKind::dispatch, 1).accepted);
  CHECK(w.act(CommandKind::dispatch, 1, [](Command& c) { c.target = "T. Novak"; }).accepted);
  CHECK(w.one()->state == IncidentState::dispatched);
  CHECK(w.one()->dispatched_to == "T. Novak");
  CHECK_FALSE(w.one()->needs_acknowledgement());
  CHECK(last_log(*w.one()).text == "Dispatched T. Novak");
  CHECK(w.act(CommandKind::on_scene, 1).accepted);
  CHECK(w.one()->state == IncidentState::on_scene);
  CHECK(w.one()->last_change == "T. Novak on scene");
  CHECK_FALSE(w.act(CommandKind::escalate, 1).accepted);
  CHECK(w.act(CommandKind::escalate, 1, [](Command& c) { c.target = "Shift leader"; }).accepted);
  CHECK(w.one()->state == IncidentState::escalated);
}

TEST_CASE("A dispatch on an older picture is carried out but acknowledges nothing") {
  Watch w;
  forced(w);
  const std::uint32_t seen = w.one()->revision;
  w.event(20, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  CHECK(w.command(CommandKind::dispatch, {1}, [&](Command& c) {
           c.seen_revisions = {seen};
           c.target = "T. Novak";
         }).accepted);
  CHECK(w.one()->state == IncidentState::dispatched);
  CHECK(w.one()->needs_acknowledgement());
}

TEST_CASE("A note and a call need words and stand in the log") {
  Watch w;
  forced(w);
  CHECK_FALSE(w.act(CommandKind::note, 1).accepted);
  CHECK(w.act(CommandKind::note, 1, [](Command& c) { c.text = "Cleaners are in"; }).accepted);
  CHECK(last_log(*w.one()).text == "Note: Cleaners are in");
  CHECK(w.act(CommandKind::call, 1, [](Command& c) {
           c.text = "I heard glass";
           c.target = "Reception";
         }).accepted);
  CHECK(last_log(*w.one()).text == "Call from Reception: I heard glass");
}

TEST_CASE("A call to a contact of the site says whom and how it ended, and needs an incident and a contact") {
  Watch w;
  forced(w);
  const auto to = [](std::string_view action, std::string target) {
    return [action, target = std::move(target)](Command& c) {
      c.action = action;
      c.target = target;
    };
  };
  CHECK_FALSE(w.act(CommandKind::call, 1, to(kCallReached, "")).accepted);
  CHECK_FALSE(w.command(CommandKind::call, {}, to(kCallReached, "IT, 42")).accepted);
  CHECK(w.act(CommandKind::call, 1, to(kCallMissed, "IT, 42")).accepted);
  CHECK(last_log(*w.one()).text == words_of_call("IT, 42", false));
  CHECK(w.act(CommandKind::call, 1, to(kCallReached, "IT,\n42")).accepted);
  CHECK(last_log(*w.one()).text == "Called IT, 42: reached");
  CHECK(w.one()->needs_acknowledgement());
}

TEST_CASE("A call without an incident opens one that whoever took it owns") {
  Watch w;
  CHECK(w.command(CommandKind::call, {}, [](Command& c) {
           c.text = "Smell of gas in the yard";
           c.target = "Gate 3";
         }).message == "INC-0001 opened");
  const auto i = w.one();
  CHECK(i->title == "Smell of gas in the yard");
  CHECK(i->place == std::vector<std::string>{"Gate 3"});
  CHECK(i->priority == Priority::medium);
  CHECK(i->owner == "M. Okafor");
  CHECK_FALSE(i->needs_acknowledgement());
}

TEST_CASE("Shelving needs reason and end, hides until then, and comes back by itself as an alarm") {
  Watch w;
  forced(w);
  const auto until = [&](Command& c) {
    c.text = "Door fitter works here";
    c.until = kStart + 600 * kSecond;
  };
  CHECK(w.act(CommandKind::shelve, 1, [](Command& c) { c.until = kStart + 600 * kSecond; }).message ==
        "Shelving needs a reason");
  CHECK(w.act(CommandKind::shelve, 1, [](Command& c) { c.text = "why"; }).message ==
        "Shelving needs a time at which it returns");
  CHECK(w.act(CommandKind::shelve, 1, until).accepted);
  auto i = w.one();
  CHECK(i->state == IncidentState::shelved);
  CHECK(i->shelf_reason == "Door fitter works here");
  CHECK_FALSE(w.act(CommandKind::acknowledge, 1).accepted);
  forced(w, 30);  // a repeat
  CHECK(w.one()->state == IncidentState::shelved);
  w.tick(599);
  CHECK(w.one()->state == IncidentState::shelved);
  w.tick(600);
  i = w.one();
  CHECK(i->state == IncidentState::fresh);
  CHECK(i->needs_acknowledgement());
  CHECK(i->shelved_until == 0);
  CHECK(last_log(*i).text == "Returned from shelf, still active");
}

TEST_CASE("Whoever takes an incident off the shelf has it as it was before") {
  Watch w;
  forced(w);
  w.act(CommandKind::dispatch, 1, [](Command& c) { c.target = "T. Novak"; });
  w.act(CommandKind::shelve, 1, [](Command& c) {
    c.text = "works";
    c.until = kStart + kHour;
  });
  CHECK(w.act(CommandKind::unshelve, 1).accepted);
  CHECK(w.one()->state == IncidentState::dispatched);
  CHECK_FALSE(w.act(CommandKind::unshelve, 1).accepted);
}

TEST_CASE("Life safety cannot be shelved") {
  Watch w;
  w.event(0, "access.duress", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  const CommandReply r = w.act(CommandKind::shelve, 1, [](Command& c) {
    c.text = "noise";
    c.until = kStart + kHour;
  });
  CHECK_FALSE(r.accepted);
  CHECK(r.message == "INC-0001 is life safety and cannot be shelved");
}

TEST_CASE("Resolving needs a cause and ends the incident; what comes later opens a new one") {
  Watch w;
  forced(w);
  CHECK(w.act(CommandKind::resolve, 1).message == "Resolving needs a cause");
  CHECK(w.act(CommandKind::resolve, 1, [](Command& c) {
           c.cause = Cause::equipment_fault;
           c.text = "latch worn";
         }).message == "INC-0001: Resolved: equipment fault, latch worn");
  CHECK(w.open().empty());
  CHECK(w.incident(1)->cause == Cause::equipment_fault);
  forced(w, 60);
  CHECK(w.one()->id == 2);
}

TEST_CASE("Merging moves everything into the first, and later events follow") {
  Watch w;
  two_incidents(w);
  REQUIRE(w.open().size() == 2);
  const CommandReply r = w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
    c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
  });
  CHECK(r.accepted);
  CHECK(r.message == "INC-0001 took in INC-0002");
  const auto i = w.one();
  CHECK(i->id == 1);
  CHECK(i->why.size() == 2);
  CHECK(i->event_count == 2);
  CHECK(i->alert_ids.size() == 2);
  CHECK(w.incident(2)->state == IncidentState::resolved);
  CHECK(w.incident(2)->last_change == "Merged into INC-0001");
  w.event(60, "network.alert",
          {{"src.ip", "198.51.100.7"}, {"dst.ip", "203.0.113.9"}, {"alert.title", "Second probe"}});
  CHECK(w.one()->why.size() == 3);
}

TEST_CASE("What was merged unacknowledged calls again; what was acknowledged on both sides does not") {
  const bool both = GENERATE(true, false);
  Watch w;
  two_incidents(w);
  w.act(CommandKind::acknowledge, 1);
  if (both) w.act(CommandKind::acknowledge, 2);
  w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
    c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
  });
  CHECK(w.one()->needs_acknowledgement() == !both);
}

TEST_CASE("Merging needs two, open, different incidents") {
  Watch w;
  forced(w);
  CHECK(w.act(CommandKind::merge, 1).message == "Merging needs two incidents");
  const auto seen = [&](Command& c) { c.seen_revisions = {w.one()->revision, w.one()->revision}; };
  CHECK(w.command(CommandKind::merge, {1, 1}, seen).message == "An incident is named twice");
  CHECK(w.command(CommandKind::merge, {1, 9}, seen).message == "There is no INC-0009");
}

TEST_CASE("Splitting gives each cause its own row, and later events go to the one they belong to") {
  Watch w;
  forced(w);
  w.event(20, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  const auto whole = w.one();
  REQUIRE(whole->alert_ids.size() == 2);
  const CommandReply r = w.act(CommandKind::split, 1, [&](Command& c) {
    // By alert's number, as the panel does, or by event.
    c.target = GENERATE_COPY(std::to_string(whole->alert_ids[1]), std::string("e2"));
  });
  CHECK(r.message == "INC-0001: Split: INC-0002 is a cause of its own");
  REQUIRE(w.open().size() == 2);
  CHECK(Watch::why(*w.incident(1)) == "opens | Door D-231 forced | \n");
  CHECK(Watch::why(*w.incident(2)) == "opens | root login on hv-07 | \n");
  CHECK(w.incident(2)->title == "Root login on hv-07");
  CHECK(w.incident(1)->domains == std::array<bool, 3>{true, false, false});
  CHECK(w.incident(1)->event_count == 1);
  w.event(40, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  forced(w, 50);
  CHECK(w.incident(1)->event_count == 2);
  CHECK(w.incident(2)->event_count == 2);
}

TEST_CASE("A split that would leave nothing, or takes only context, is refused") {
  Watch w;
  w.event(0, "access.granted", {{"credential.id", "88-1042"}, {"door.id", "D-231"}});
  forced(w, 20);
  REQUIRE(w.one()->why.size() == 2);
  CHECK(w.act(CommandKind::split, 1, [](Command& c) { c.step = 0; }).message == "Context alone is no incident");
  CHECK(w.act(CommandKind::split, 1, [](Command& c) { c.step = 1; }).message == "Nothing would stay behind");
  CHECK(w.act(CommandKind::split, 1, [](Command& c) { c.step = 9; }).message == "No line of INC-0001 is named");
}

TEST_CASE("Steps of the plan are ticked with name and time, can be taken back, and survive a stronger rule") {
  Watch w;
  forced(w);
  REQUIRE(w.one()->plan.size() == 2);
  CHECK(w.act(CommandKind::plan_step, 1, [](Command& c) { c.step = 1; }).accepted);
  CHECK(w.one()->plan[1].done);
  CHECK(w.one()->plan[1].actor == "M. Okafor");
  CHECK(w.act(CommandKind::plan_step, 1, [](Command& c) { c.step = 1; }).message ==
        "That step is done already, by M. Okafor");
  w.event(20, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  CHECK(w.one()->plan[1].done);
  CHECK(w.act(CommandKind::plan_step, 1, [](Command& c) {
           c.step = 1;
           c.text = "undo";
         }).accepted);
  CHECK_FALSE(w.one()->plan[1].done);
  CHECK_FALSE(w.act(CommandKind::plan_step, 1, [](Command& c) { c.step = 5; }).accepted);
}

TEST_CASE("A stronger rule's steps come first, behind what is done, and a tick on the plan as it was ticks nothing") {
  Watch w(test::small_estate(), test::rules_of(R"(
title: Opened
id: r-opened
level: low
logsource: {product: watchfloor}
detection: {s: {kind: door.opened}, condition: s}
watchfloor: {plan: [Look, Ask, Wait]}
---
title: Forced
id: r-forced
level: high
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
watchfloor: {plan: [Send two guards, Wait, Lock, Call, Write, Count, Close, Light, Sound]}
)"));
  const auto steps = [&] {
    std::string out;
    for (const PlanStep& s : w.one()->plan) out += (out.empty() ? "" : ", ") + s.text + (s.done ? "!" : "");
    return out;
  };
  w.event(0, "door.opened", {{"door.id", "D-231"}});
  const std::uint32_t seen = w.one()->revision;
  CHECK(w.act(CommandKind::plan_step, 1, [](Command& c) { c.step = 1; }).accepted);
  CHECK(steps() == "Look, Ask!, Wait");
  w.event(20, "door.forced", {{"door.id", "D-231"}});
  CHECK(steps() == "Ask!, Send two guards, Wait, Lock, Call, Write, Count, Close");
  const CommandReply late = w.command(CommandKind::plan_step, {1}, [&](Command& c) {
    c.step = 0;
    c.seen_revisions = {seen};
  });
  CHECK_FALSE(late.accepted);
  CHECK(late.message == "The plan of INC-0001 changed after what you saw; look again");
  CHECK(steps() == "Ask!, Send two guards, Wait, Lock, Call, Write, Count, Close");
}

TEST_CASE("A command on several incidents does what it can and says what it could not") {
  Watch w;
  two_incidents(w);
  const CommandReply r = w.command(CommandKind::acknowledge, {1, 2, 9}, [&](Command& c) {
    c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision, 1};
  });
  CHECK(r.accepted);
  CHECK(r.message == "INC-0001: Acknowledged; INC-0002: Acknowledged; but There is no INC-0009");
}

TEST_CASE("Nobody acts unnamed") {
  Watch w;
  forced(w);
  CHECK(w.act(CommandKind::note, 1, [](Command& c) { c.actor.clear(); }).message == "Nobody is signed in");
  CHECK(w.act(CommandKind::note, 1, [](Command& c) { c.id.clear(); }).message == "The command has no id");
}
