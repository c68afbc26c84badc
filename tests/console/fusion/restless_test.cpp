// Alarms that come and go: chattering, fleeting, stale. And the same log cut anywhere gives the same.
#include "console/fusion/conditions.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

void forced(Watch& w, double at) { w.event(at, "door.forced", {{"door.id", "D-231"}}); }
void closed(Watch& w, double at) { w.event(at, "door.closed", {{"door.id", "D-231"}}); }

/// Forced and closed again, for `span` seconds.
void blink(Watch& w, double at, double span) {
  forced(w, at);
  closed(w, at + span);
}

}  // namespace

TEST_CASE("Three activations in a minute are chattering: counted, and they call nobody") {
  Watch w;
  forced(w, 0);
  w.act(CommandKind::acknowledge, 1);
  closed(w, 12);
  forced(w, 20);  // normal, and back: calls
  CHECK(w.one()->needs_acknowledgement());
  w.act(CommandKind::acknowledge, 1);
  closed(w, 32);
  CHECK_FALSE(w.one()->chattering);
  forced(w, 40);
  auto i = w.one();
  CHECK(i->chattering);
  CHECK_FALSE(i->needs_acknowledgement());
  CHECK(i->log.back().text.starts_with("Chattering: counted"));
  const std::size_t lines = i->log.size();
  for (int n = 0; n < 30; ++n) {
    closed(w, 52 + n * 20);
    forced(w, 60 + n * 20);
  }
  i = w.one();
  CHECK(i->chattering);
  CHECK_FALSE(i->needs_acknowledgement());
  CHECK(i->event_count == 3 + 30 + 2 + 30);
  CHECK(i->log.size() == lines);
}

TEST_CASE("A chattering alarm that goes on for a minute calls after all, once") {
  Watch w;
  forced(w, 0);
  w.act(CommandKind::acknowledge, 1);
  closed(w, 12);
  forced(w, 20);
  w.act(CommandKind::acknowledge, 1);
  closed(w, 32);
  forced(w, 40);
  REQUIRE_FALSE(w.one()->needs_acknowledgement());
  CHECK(w.fusion.timer_pending());
  w.tick(99);
  CHECK_FALSE(w.one()->needs_acknowledgement());
  w.tick(100);
  CHECK(w.one()->needs_acknowledgement());
  CHECK(w.one()->log.back().text == "Alarms again: this time it goes on for 1 min");
  w.act(CommandKind::acknowledge, 1);
  w.tick(161);
  CHECK_FALSE(w.one()->needs_acknowledgement());
}

TEST_CASE("Ten minutes without one more and it is calm: the next time calls") {
  Watch w;
  for (int n = 0; n < 3; ++n) blink(w, n * 20, 12);
  w.act(CommandKind::acknowledge, 1);
  REQUIRE(w.one()->chattering);
  w.tick(40 + 599);
  CHECK(w.one()->chattering);
  w.tick(40 + 600);
  CHECK_FALSE(w.one()->chattering);
  CHECK(w.one()->log.back().text.starts_with("Calm again"));
  forced(w, 1000);
  CHECK(w.one()->needs_acknowledgement());
  CHECK_FALSE(w.one()->chattering);
}

TEST_CASE("Alarms that are over within seconds are fleeting, and after three in a row they call nobody") {
  Watch w;
  for (int n = 0; n < 3; ++n) {
    blink(w, n * 300, 4);
    w.act(CommandKind::acknowledge, 1);
  }
  CHECK_FALSE(w.one()->fleeting);
  blink(w, 900, 4);
  auto i = w.one();
  CHECK(i->fleeting);
  CHECK_FALSE(i->chattering);
  CHECK_FALSE(i->needs_acknowledgement());
  forced(w, 1200);
  CHECK_FALSE(w.one()->needs_acknowledgement());
  w.tick(1260);  // not fleeting this time
  CHECK(w.one()->needs_acknowledgement());
  w.act(CommandKind::acknowledge, 1);
  closed(w, 1300);
  forced(w, 1500);
  CHECK_FALSE(w.one()->fleeting);
  CHECK(w.one()->needs_acknowledgement());
}

TEST_CASE("Life safety is never damped") {
  Watch w(test::small_estate(), test::rules_of(R"(
title: Forced in the vault
id: r-vault
level: critical
tags: [watchfloor.life-safety]
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
)"));
  for (int n = 0; n < 6; ++n) {
    blink(w, n * 5, 2);
    CHECK(w.one()->needs_acknowledgement());
    w.act(CommandKind::acknowledge, 1);
  }
  CHECK(w.one()->why.size() >= 6);
}

TEST_CASE("A row that nobody closed for a day is stale, until it calls again") {
  Watch w;
  forced(w, 0);
  w.act(CommandKind::acknowledge, 1);
  w.tick(86'399);
  CHECK_FALSE(w.one()->stale);
  w.tick(86'400);
  CHECK(w.one()->stale);
  CHECK(w.one()->log.back().text == "Stale: open for 24 h since the last call");
  w.tick(90'000);
  CHECK(w.changes.incidents.empty());
  closed(w, 90'010);
  forced(w, 90'020);  // more than a day after the last: another alarm
  CHECK(w.open().size() == 2);
  CHECK(w.incident(1)->stale);
}

TEST_CASE("Stale needs no tick: the next input that comes says so") {
  Watch w;
  forced(w, 0);
  w.act(CommandKind::acknowledge, 1);
  w.event(90'000, "door.opened", {{"door.id", "D-900"}});
  CHECK(w.incident(1)->stale);
}

TEST_CASE("What comes and goes is remembered for a bounded number of points") {
  fusion::Conditions conditions;
  const fusion::Policy policy;
  for (std::size_t n = 0; n < fusion::Conditions::kMost + 500; ++n)
    conditions.begin("open " + std::to_string(n), kStart, kStart, policy);
  CHECK(conditions.size() == fusion::Conditions::kMost);
  // Nobody knows any more, so nobody says that it is over.
  CHECK(conditions.stands("open 0"));
  CHECK_FALSE(conditions.end("open 0", kStart + kSecond, policy).known);
  CHECK(conditions.end("open 600", kStart + kSecond, policy).known);
  CHECK_FALSE(conditions.stands("open 600"));
}
