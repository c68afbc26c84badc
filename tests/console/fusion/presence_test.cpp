// Who is where, how sure, and what a turnstile would have stopped: each violation, and its twin that is none.
#include <algorithm>

#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

/// Ann's badge, Ben's, and those of two visitors.
constexpr const char *kAnn = "88-1042", *kBen = "88-2000", *kVisitor = "V-1";

/// The violations of the last event: "exit_without_entry occupancy".
std::string violations(const Event& e) {
  std::string out;
  for (const Field& f : e.fields)
    if (f.name == "presence.violation") out += (out.empty() ? "" : " ") + f.value;
  return out;
}

std::string evidence(const Event& e) {
  std::string out;
  for (const Field& f : e.fields)
    if (f.name == "presence.evidence") out += (out.empty() ? "" : " ") + f.value;
  return out;
}

struct House : Watch {
  /// A badge at a reader; each is far enough in time from the last to be a passage of its own.
  Event& pass(double minute, const char* badge, const char* reader, const char* kind = "access.granted") {
    return event(minute * 60, kind, {{"credential.id", badge}, {"reader.id", reader}});
  }
  std::uint32_t people(const char* unit) const {
    const auto all = fusion.zone_people();
    const auto it = all.find(unit);
    return it == all.end() ? 0 : it->second;
  }
};

}  // namespace

TEST_CASE("Going in and out in order violates nothing, and every zone's people are told") {
  House h;
  double minute = 0;
  for (const char* reader : {"R-0", "R-1", "R-231"}) CHECK(violations(h.pass(minute++, kAnn, reader)).empty());
  CHECK(h.people("U-server") == 1);
  const Event& out = h.pass(20, kAnn, "R-231X");
  CHECK(violations(out).empty());
  CHECK(out.field("presence.zone_before") == "U-server");
  CHECK(out.field("presence.zone_after") == "U-slobby");
  CHECK(violations(h.pass(22, kAnn, "R-1X")).empty());
  CHECK(violations(h.pass(24, kAnn, "R-0X")).empty());
  CHECK(h.fusion.zone_people().empty());
  CHECK(violations(h.pass(90, kAnn, "R-0")).empty());
}

TEST_CASE("Without history nothing is a violation") {
  House h;
  CHECK(violations(h.pass(0, kAnn, "R-0X")).empty());   // came out, was never seen going in
  CHECK(violations(h.pass(0, kBen, "R-231")).empty());  // in the inner zone first
  CHECK(violations(h.pass(0, kVisitor, "R-1X")).empty());
  // What is known is as old as the last badge: after sixteen hours nobody is anywhere.
  CHECK(h.people("U-server") == 1);
  CHECK(violations(h.pass(17 * 60, kAnn, "R-0X")).empty());
  CHECK(violations(h.pass(17 * 60, kBen, "R-0X")).empty());
  CHECK(h.people("U-server") == 0);
}

TEST_CASE("Out without in: the person had left, and comes out again") {
  House h;
  h.pass(0, kAnn, "R-0X");
  const Event& e = h.pass(10, kAnn, "R-0X");
  CHECK(violations(e) == "exit_without_entry");
  CHECK(evidence(e) == "e1");
  CHECK(e.field("presence.missed_door") == "D-0");
  // It is said once: now they are outside again.
  CHECK(violations(h.pass(20, kAnn, "R-0")).empty());
}

TEST_CASE("In without out: the person is in still, and goes in again") {
  House h;
  h.pass(0, kAnn, "R-1");
  const Event& e = h.pass(10, kAnn, "R-1");
  CHECK(violations(e) == "entry_without_exit");
  CHECK(evidence(e) == "e1");
  CHECK(violations(h.pass(20, kAnn, "R-1X")).empty());
  // From a deeper zone, at a door farther out.
  h.pass(30, kBen, "R-231");
  CHECK(violations(h.pass(40, kBen, "R-0")) == "entry_without_exit");
}

TEST_CASE("Into the inner zone without the outer one; out of the outer one without the inner one") {
  House h;
  h.pass(0, kAnn, "R-0X");
  h.pass(5, kAnn, "R-0");
  const Event& e = h.pass(10, kAnn, "R-231");
  CHECK(violations(e) == "inner_without_outer");
  CHECK(e.field("presence.missed_door") == "D-1");
  CHECK(evidence(e) == "e2");
  const Event& out = h.pass(20, kAnn, "R-0X");
  CHECK(violations(out) == "exit_skipped");
  CHECK(out.field("presence.missed_door") == "D-231");
}

TEST_CASE("A door that nobody reads is a way, and what was behind it explains") {
  House h;
  h.pass(0, kAnn, "R-0");
  h.event(120, "access.granted", {{"credential.id", kAnn}, {"door.id", "D-2"}});  // the office
  CHECK(violations(h.pass(10, kAnn, "R-1")).empty());
  CHECK(h.people("U-office") == 0);
}

TEST_CASE("What an open door, a fire alarm or lost events explain is no violation") {
  const auto* kind = GENERATE("door.forced", "door.held", "door.rex", "door.opened", "access.remote_open", "fire.alarm",
                              "agent.gave_up", "access.mode");
  INFO(kind);
  House h;
  h.pass(0, kAnn, "R-0");
  h.pass(2, kAnn, "R-1");
  h.event(600, kind, {{"door.id", "D-1"}, {"mode", "unlocked"}});
  CHECK(violations(h.pass(20, kAnn, "R-0X")).empty());
}

TEST_CASE("A door that was open before somebody came explains nothing of what they did after") {
  House h;
  h.event(0, "door.held", {{"door.id", "D-1"}});
  h.event(1, "access.mode", {{"door.id", "D-1"}, {"mode", "unlocked"}});
  h.event(2, "access.mode", {{"door.id", "D-1"}, {"mode", "card"}});
  h.event(2, "fire.alarm", {{"door.id", "D-1"}});
  h.pass(10, kAnn, "R-0");
  h.pass(12, kAnn, "R-1");
  CHECK(violations(h.pass(20, kAnn, "R-0X")) == "exit_skipped");
}

TEST_CASE("A badge read twice at a door that then opens, and a grant that nobody took, are one passage or none") {
  House h;
  h.event(0, "access.granted", {{"credential.id", kAnn}, {"reader.id", "R-1"}});
  CHECK(violations(h.event(8, "access.granted", {{"credential.id", kAnn}, {"reader.id", "R-1"}})).empty());
  CHECK(violations(h.event(12, "access.entered", {{"credential.id", kAnn}, {"reader.id", "R-1"}})).empty());
  // Handed back: the first one had passed.
  CHECK(violations(h.event(20, "access.granted", {{"credential.id", kAnn}, {"reader.id", "R-1"}})) ==
        "entry_without_exit");

  House g;
  g.pass(0, kBen, "R-0");
  g.pass(2, kBen, "R-1");
  g.event(125, "access.not_taken", {{"credential.id", kBen}, {"reader.id", "R-1"}});
  CHECK(g.people("U-lobby") == 1);
  CHECK(violations(g.pass(5, kBen, "R-0X")).empty());

  // The door tells when it opens, and told of nothing.
  House t;
  t.pass(0, kAnn, "R-0");
  t.pass(1, kBen, "R-1");
  t.event(62, "door.opened", {{"door.id", "D-1"}});
  t.pass(3, kAnn, "R-1");
  CHECK(violations(t.pass(9, kAnn, "R-1")).empty());
  CHECK(violations(t.pass(19, kAnn, "R-0X")).empty());
}

TEST_CASE("One badge at two doors within a time that nobody needs") {
  House h;
  h.event(0, "access.granted", {{"credential.id", kVisitor}, {"reader.id", "R-0"}});
  const Event& e = h.event(20, "access.denied", {{"credential.id", kVisitor}, {"reader.id", "R-231"}});
  CHECK(violations(e) == "impossible_time");  // 120 m in 20 s, and 3 s for the clocks
  CHECK(e.field("presence.from_door") == "D-0");
  CHECK(e.field("presence.metres") == "120");
  CHECK(evidence(e) == "e1");
  House g;
  g.event(0, "access.granted", {{"credential.id", kVisitor}, {"reader.id", "R-0"}});
  CHECK(violations(g.event(22, "access.denied", {{"credential.id", kVisitor}, {"reader.id", "R-231"}})).empty());
  CHECK(violations(g.event(23, "access.denied", {{"credential.id", kAnn}, {"reader.id", "R-0"}})).empty());
  // Two sites; and she never badged out of the first.
  h.pass(5, kAnn, "R-0");
  CHECK(violations(h.event(600, "access.granted", {{"credential.id", kAnn}, {"door.id", "D-900"}})) ==
        "impossible_time entry_without_exit");
}

TEST_CASE("A replaced and a revoked credential are told by whatever name, from their day on") {
  House h;
  Event& e = h.event(1, "access.granted", {{"credential.id", "0x384"}, {"reader.id", "R-0"}});
  CHECK(violations(e) == "replaced_credential");
  CHECK(e.field("credential.id") == "88-0900");
  CHECK(e.field("credential.replaced_by") == "88-1042");
  CHECK(e.field("person.id") == "P-1");
  CHECK(violations(h.event(2, "access.denied", {{"credential.id", "88-0666"}, {"reader.id", "R-0"}})) ==
        "revoked_credential");
  House g;
  const Event& before = g.event(-60, "access.granted", {{"credential.id", "88-0900"}, {"reader.id", "R-0"}});
  CHECK(violations(before).empty());
  CHECK(before.field("credential.state") == "active");
  CHECK(violations(g.pass(5, kAnn, "R-1")).empty());
}

TEST_CASE("More people than a zone may hold, counted as far as they must be in it") {
  House h;
  for (const char* badge : {"V-1", "V-2"}) {
    h.pass(0, badge, "R-1");
    CHECK(violations(h.pass(2, badge, "R-231")).empty());
  }
  h.pass(4, "V-3", "R-1");
  const Event& e = h.pass(6, "V-3", "R-231");
  CHECK(violations(e) == "occupancy");
  CHECK(e.field("presence.people") == "3");
  CHECK(e.field("presence.limit") == "2");
  CHECK(e.field("presence.zone") == "U-server");
  CHECK(evidence(e) == "e2 e4");
  h.pass(10, "V-1", "R-231X");
  h.pass(12, "V-3", "R-231X");
  CHECK(violations(h.pass(14, "V-3", "R-231")).empty());
  // Who may have left unread is not counted.
  h.event(900, "door.held", {{"door.id", "D-231"}});
  CHECK(violations(h.pass(20, "V-1", "R-231")).empty());
}

TEST_CASE("A zone is armed while somebody is in it, and the last one leaves") {
  House h;
  h.pass(0, kAnn, "R-231");
  h.pass(1, kBen, "R-231");
  const Event& armed = h.event(600, "intrusion.armed", {{"zone.id", "panel zone 7"}});
  CHECK(armed.field("zone.id") == "U-server");
  CHECK(violations(armed) == "armed_with_people");
  CHECK(armed.field("presence.people") == "2");
  CHECK(violations(h.pass(12, kAnn, "R-231X")).empty());  // not the last one
  const Event& last = h.pass(14, kBen, "R-231X");
  CHECK(violations(last) == "last_left_armed");
  CHECK(evidence(last) == "e3 e2");

  House g;
  g.pass(0, kAnn, "R-231");
  g.pass(5, kAnn, "R-231X");
  CHECK(violations(g.event(600, "intrusion.armed", {{"zone.id", "U-server"}})).empty());
  g.event(700, "intrusion.disarmed", {{"zone.id", "U-server"}});
  g.pass(12, kAnn, "R-231");
  CHECK(violations(g.pass(15, kAnn, "R-231X")).empty());
}

TEST_CASE("How sure: somebody behind doors that read both ways is there; an open door leaves it open") {
  House h;
  h.pass(0, kAnn, "R-0");
  const Event& login = h.event(600, "host.login", {{"host.name", "hv-07"}, {"user.name", "avos"}});
  CHECK(login.field("person.present") == "true");
  CHECK(login.field("person.sure") == "true");
  CHECK(login.field("person.since_s") == "600");
  CHECK(login.field("person.evidence") == "e1");
  h.event(700, "door.rex", {{"door.id", "D-0"}});
  CHECK(h.event(800, "host.login", {{"host.name", "hv-07"}, {"user.name", "avos"}}).field("person.sure") == "false");
  CHECK(h.event(801, "host.login", {{"host.name", "hv-07"}, {"user.name", "boda"}}).field("person.sure").empty());
}

TEST_CASE("A drill moves nobody") {
  House h;
  Event e;
  e.kind = "access.granted";
  e.time = kStart;
  e.drill = true;
  e.add("credential.id", kAnn);
  e.add("reader.id", "R-231");
  h.event(std::move(e));
  CHECK(h.fusion.zone_people().empty());
}

TEST_CASE("Another site's or rules' configuration leaves people where they are, and judges by the new plan") {
  House h;
  h.pass(0, kAnn, "R-231");
  h.fusion.configure(test::small_estate(), test::small_rules(), {});
  CHECK(h.people("U-server") == 1);
  CHECK(violations(h.pass(10, kAnn, "R-0X")) == "exit_skipped");
  h.pass(20, kAnn, "R-231");
  h.fusion.configure(nullptr, test::small_rules(), {});
  CHECK(violations(h.pass(30, kAnn, "R-0X")).empty());
}

TEST_CASE("A violation's row shows the badge that it stands on") {
  House h;
  h.fusion.configure(test::small_estate(), test::rules_of(R"(
title: Out without in
id: r-out
level: low
logsource: {product: watchfloor}
detection: {s: {presence.violation: exit_without_entry}, condition: s}
watchfloor: {join: [credential, person]}
)"),
                     {});
  h.pass(0, kAnn, "R-0X");
  h.pass(300, kAnn, "R-0X");
  const auto i = h.one();
  CHECK(i->why.size() == 2);
  CHECK(i->alert_ids.size() == 1);
  CHECK(i->why.front().event_id == "e1");
  CHECK(i->why.back().text.ends_with(", out, but never in"));
}
