#include <algorithm>

#include "console/fusion/conditions.hpp"
#include "console/fusion/facts.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

void forced(Watch& w, double at = 0) { w.event(at, "door.forced", {{"door.id", "D-231"}}); }
void closed(Watch& w, double at) { w.event(at, "door.closed", {{"door.id", "D-231"}}); }

CommandReply shelve(Watch& w, std::uint64_t id, const char* action, UtcNs until) {
  return w.act(CommandKind::shelve, id, [&](Command& c) {
    c.text = "works";
    c.action = action;
    c.until = until;
  });
}

}  // namespace

TEST_CASE("A door that is closed again clears its incident, which still waits for a person") {
  Watch w;
  forced(w);
  closed(w, 30);
  auto i = w.one();
  CHECK(i->cleared_at == kStart + 30 * kSecond);
  CHECK(i->state == IncidentState::fresh);
  CHECK(i->needs_acknowledgement());
  CHECK(i->last_change == "Normal again");
  REQUIRE(w.act(CommandKind::acknowledge, 1).accepted);
  CHECK(w.one()->state == IncidentState::cleared);
}

TEST_CASE("A cleared alarm that comes back calls again, and is no new row however long after") {
  Watch w;
  forced(w);
  w.act(CommandKind::acknowledge, 1);
  closed(w, 30);
  CHECK(w.one()->state == IncidentState::cleared);
  forced(w, 3 * 3600);
  const auto i = w.one();
  CHECK(i->cleared_at == 0);
  CHECK(i->state == IncidentState::fresh);
  CHECK(i->event_count == 3);  // the closing is context
  CHECK(i->log.back().text == "Alarms again: it was normal and is back (Door D-231 forced)");
  closed(w, 3 * 3600 + 30);
  forced(w, 2 * 86400);
  CHECK(w.open().size() == 2);  // after a day it is another alarm
}

TEST_CASE("A word of the end that comes before the word of the beginning counts, one from before it does not") {
  Watch w;
  closed(w, -10);
  forced(w, 0);
  CHECK(w.one()->cleared_at == 0);
  closed(w, -5);  // came late
  CHECK(w.one()->cleared_at == 0);
  closed(w, 20);
  forced(w, 10);  // came late: it is closed since
  CHECK(w.one()->cleared_at != 0);
}

TEST_CASE("An incident is not cleared while anything of it stands, or if its name has no end") {
  Watch w;
  forced(w);
  w.event(5, "camera.covered", {{"camera.id", "C-26"}});
  closed(w, 20);
  CHECK(w.one()->cleared_at == 0);
  w.event(25, "camera.restored", {{"camera.id", "C-26"}});
  CHECK(w.one()->cleared_at != 0);
  w.event(30, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  CHECK(w.one()->cleared_at != 0);  // a login as high as the door: the door gave the name

  Watch other;
  other.event(0, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  other.event(2, "camera.covered", {{"camera.id", "C-27"}});
  other.event(3, "camera.restored", {{"camera.id", "C-27"}});
  CHECK(other.one()->title == "Root login on hv-07");
  CHECK(other.one()->cleared_at == 0);
}

TEST_CASE("A drill's closing clears nothing real, and life safety never clears by itself") {
  Watch w;
  forced(w);
  Event drill;
  drill.id = "d1";
  drill.kind = "door.closed";
  drill.time = kStart + 5 * kSecond;
  drill.drill = true;
  drill.add("door.id", "D-231");
  w.event(drill);
  CHECK(w.one()->cleared_at == 0);
  w.event(6, "access.duress", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  closed(w, 10);
  CHECK(w.one()->life_safety);
  CHECK(w.one()->cleared_at == 0);
}

TEST_CASE("A guard on the way stays on the way when the door closes") {
  Watch w;
  forced(w);
  w.act(CommandKind::dispatch, 1, [](Command& c) { c.target = "T. Novak"; });
  closed(w, 30);
  CHECK(w.one()->state == IncidentState::dispatched);
  CHECK(w.one()->cleared_at != 0);
}

TEST_CASE("Shelved until it clears: it returns when it is normal, and the next time calls") {
  Watch w;
  forced(w);
  REQUIRE(shelve(w, 1, "until_clear", kStart + kHour).accepted);
  CHECK(w.one()->shelf_until_clear);
  forced(w, 60);
  CHECK(w.one()->state == IncidentState::shelved);
  closed(w, 120);
  auto i = w.one();
  CHECK(i->state == IncidentState::cleared);
  CHECK_FALSE(i->shelf_until_clear);
  CHECK(i->shelved_until == 0);
  CHECK_FALSE(i->needs_acknowledgement());
  CHECK(i->log.back().text == "Normal again: armed again");
  forced(w, 300);
  i = w.one();
  CHECK(i->state == IncidentState::fresh);
  CHECK(i->needs_acknowledgement());
}

TEST_CASE("Shelved until it clears has an end too, and what cannot clear is refused") {
  Watch w;
  forced(w);
  REQUIRE(shelve(w, 1, "until_clear", kStart + kHour).accepted);
  w.tick(3601);
  CHECK(w.one()->state == IncidentState::fresh);
  CHECK(w.one()->last_change == "Returned from shelf");
  w.event(7200, "host.login", {{"host.name", "ws-14"}, {"user.name", "root"}});
  REQUIRE(w.open().size() == 2);
  const CommandReply reply = shelve(w, 2, "until_clear", w.now + kHour);
  CHECK_FALSE(reply.accepted);
  CHECK(reply.message.find("normal by itself") != std::string::npos);
  CHECK_FALSE(shelve(w, 2, "for ever", w.now + kHour).accepted);
}

TEST_CASE("From a shelf until a time, what is normal again returns without a call") {
  Watch w;
  forced(w);
  REQUIRE(shelve(w, 1, "", kStart + kHour).accepted);
  closed(w, 60);
  CHECK(w.one()->state == IncidentState::shelved);
  w.tick(3601);
  CHECK(w.one()->state == IncidentState::cleared);
  CHECK_FALSE(w.one()->needs_acknowledgement());
}

TEST_CASE("A split and a merge weigh anew what stands") {
  Watch w;
  forced(w);
  w.event(5, "camera.covered", {{"camera.id", "C-26"}});
  closed(w, 20);
  REQUIRE(w.act(CommandKind::split, 1, [](Command& c) { c.target = "e2"; }).accepted);
  CHECK(w.incident(1)->cleared_at != 0);
  CHECK(w.incident(2)->cleared_at == 0);
  REQUIRE(w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
             c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
           }).accepted);
  CHECK(w.one()->cleared_at == 0);
  w.event(60, "camera.restored", {{"camera.id", "C-26"}});
  CHECK(w.one()->cleared_at != 0);
}

TEST_CASE("Who acts is escalated to in steps when nobody acknowledges, and never twice") {
  fusion::Policy policy;
  policy.escalate = {{kMinute, "Supervisor"}, {5 * kMinute, "Duty manager"}};
  Watch w(test::small_estate(), test::small_rules(), policy);
  forced(w);
  w.tick(120);
  CHECK(w.one()->escalated_to.empty());
  w.tick(180);
  CHECK(w.one()->escalated_to == "Supervisor");
  CHECK(w.one()->last_change == "Escalated");
  w.tick(181);
  CHECK(w.changes.incidents.empty());
  w.tick(420);
  CHECK(w.one()->escalated_to == "Duty manager");
  CHECK(w.one()->needs_acknowledgement());
  w.tick(421);
  CHECK_FALSE(w.fusion.timer_pending());
  w.act(CommandKind::acknowledge, 1);
  CHECK(w.one()->escalated_to.empty());
  CHECK(w.one()->state == IncidentState::acknowledged);
}

TEST_CASE("Low incidents and drills are escalated to nobody") {
  Watch w;
  w.event(0, "access.passback", {{"credential.id", "88-2000"}, {"door.id", "D-231"}});
  w.tick(2 * 3600);
  CHECK(w.one()->last_change == "Target missed");
  CHECK(w.one()->escalated_to.empty());
}

TEST_CASE("An incident with more conditions than it keeps never clears by itself, also when it was split") {
  Watch w(test::small_estate(), test::rules_of(R"(
title: Alarm
id: r-alarm
level: medium
logsource: {product: watchfloor}
detection: {s: {kind: device.alarm}, condition: s}
)"));
  const auto point = [&](int n, const char* kind) {
    w.event(n * 0.1, kind, {{"alarm.point", ("A-" + std::to_string(n)).c_str()}, {"alarm.unit", "A"}});
  };
  for (int n = 1; n <= 205; ++n) point(n, "device.alarm");  // five beyond its lines
  REQUIRE(w.one()->why.size() == 200);
  std::string most;
  for (int n = 1; n <= 150; ++n) most += (n > 1 ? ",e" : "e") + std::to_string(n);
  REQUIRE(w.act(CommandKind::split, 1, [&](Command& c) { c.target = most; }).accepted);
  REQUIRE(w.incident(1)->why.size() == 50);
  for (int n = 1; n <= 200; ++n) w.event(30, "device.normal", {{"alarm.point", ("A-" + std::to_string(n)).c_str()}});
  CHECK(w.incident(1)->cleared_at == 0);  // A-201 stands
}

TEST_CASE("Each trouble of a panel has an end of its own, and so has its silence") {
  const auto told = [](const char* kind, std::vector<std::pair<const char*, const char*>> fields) {
    Event e;
    e.kind = kind;
    for (const auto& [name, value] : fields) e.add(name, value);
    return e;
  };
  const auto ends = [](const Event& end, const Event& begin) {
    const std::vector<std::string> ended = fusion::conditions_ended(end, {});
    return std::find(ended.begin(), ended.end(), fusion::condition_of(begin, {})) != ended.end();
  };
  const Event mains = told("device.fault", {{"device.id", "P-1"}, {"reason", "mains power"}});
  const Event battery = told("device.fault", {{"device.id", "P-1"}, {"reason", "battery"}});
  const Event tamper = told("device.tamper", {{"device.id", "P-1"}, {"alarm.point", "1234/7"}});
  const Event silent = told("device.offline", {{"device.id", "P-1"}, {"reason", "silent"}});
  for (const Event* e : {&mains, &battery, &tamper, &silent}) REQUIRE_FALSE(fusion::condition_of(*e, {}).empty());
  const Event mains_back = told("device.restored", {{"device.id", "P-1"}, {"reason", "mains power"}});
  CHECK(ends(mains_back, mains));
  CHECK_FALSE(ends(mains_back, battery));
  CHECK_FALSE(ends(mains_back, tamper));
  CHECK(ends(told("device.restored", {{"device.id", "P-1"}, {"alarm.point", "1234/7"}}), tamper));
  CHECK_FALSE(ends(told("device.restored", {{"device.id", "P-1"}, {"alarm.point", "1234/8"}}), tamper));
  CHECK(ends(told("device.online", {{"device.id", "P-1"}}), silent));
  CHECK_FALSE(ends(mains_back, silent));
  const Event smoke = told("fire.fault", {{"zone.id", "Z-1"}});
  CHECK(ends(told("fire.restored", {{"zone.id", "Z-1"}}), smoke));
}
