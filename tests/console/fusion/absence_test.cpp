// What nothing followed, through the whole of fusion: by ticks, by events, and again by a replay.
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;

namespace {

std::shared_ptr<const sigma::RuleSet> rules() {
  return test::rules_of(R"(
title: Never opened
id: never-opened
level: medium
correlation: {type: absence, rules: [granted, opened], group-by: [door.id], timespan: 30s}
watchfloor: {lateness: 10s, title: "{door} never opened"}
---
title: Granted
id: granted
logsource: {product: watchfloor}
detection: {s: {kind: access.granted}, condition: s}
---
title: Opened
id: opened
logsource: {product: watchfloor}
detection: {s: {kind: door.opened}, condition: s}
---
title: Root login
id: root
level: high
logsource: {product: linux}
detection: {s: {kind: host.login, user.name: root}, condition: s}
)");
}

}  // namespace

TEST_CASE("An absence opens an incident about what was not followed, at a tick") {
  Watch w(test::small_estate(), rules());
  CHECK_FALSE(w.fusion.timer_pending());
  w.event(0, "access.granted", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  CHECK(w.open().empty());
  CHECK(w.fusion.timer_pending());
  w.tick(40);
  CHECK(w.open().empty());
  w.tick(41);
  const auto incident = w.one();
  CHECK(incident->title == "Door D-231 never opened");
  REQUIRE(w.changes.alerts.size() == 1);
  CHECK(w.changes.alerts[0].event_ids == std::vector<std::string>{"e1"});
  CHECK(w.changes.alerts[0].time == test::kStart + 30 * kSecond);
  CHECK(Watch::why(*incident).starts_with("opens | "));
  REQUIRE(incident->why.size() == 1);
  CHECK(incident->why[0].event_id == "e1");
  w.tick(400);
  CHECK(w.one()->alert_ids.size() == 1);
}

TEST_CASE("An event that has nothing to do with an absence brings it, and is no part of it") {
  Watch w(test::small_estate(), rules());
  w.event(0, "access.granted", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  w.event(60, "network.flow", {{"src.ip", "198.51.100.7"}, {"dst.ip", "203.0.113.5"}});  // that no rule looks at
  CHECK(w.one()->title == "Door D-231 never opened");
  CHECK(w.changes.incidents.size() == 1);
  w.event(100, "access.granted", {{"door.id", "D-900"}, {"credential.id", "88-2000"}});
  w.event(180, "host.login", {{"host.name", "ws-14"}, {"user.name", "root"}});
  CHECK(w.changes.alerts.size() == 2);
  CHECK(w.open().size() == 3);
}

TEST_CASE("What was opened in time stays quiet, and the same log gives the same incidents") {
  const auto play = [](Watch& w) {
    w.event(0, "access.granted", {{"door.id", "D-231"}});
    w.event(10, "door.opened", {{"door.id", "D-231"}});
    w.tick(100);
    CHECK(w.open().empty());
    w.event(200, "access.granted", {{"door.id", "D-1"}});
    w.tick(239);
    w.event(239.5, "door.opened", {{"door.id", "D-231"}});
    w.tick(241);
    CHECK(w.open().size() == 1);
  };
  Watch one(test::small_estate(), rules()), two(test::small_estate(), rules());
  play(one);
  play(two);
  CHECK(one.json() == two.json());
}

TEST_CASE("What waits goes on waiting when the site is configured anew") {
  Watch w(test::small_estate(), rules());
  w.event(0, "access.granted", {{"door.id", "D-231"}});
  w.event(5, "access.granted", {{"door.id", "D-1"}});
  w.fusion.configure(test::small_estate(), rules(), {});
  w.event(9, "door.opened", {{"door.id", "D-231"}});
  w.tick(60);
  CHECK(w.one()->title == "Door D-1 never opened");
}
