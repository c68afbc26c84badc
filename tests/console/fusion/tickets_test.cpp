// What does not work has a ticket: who mends it, until when, who walks past meanwhile; it is over when it works again.
#include "console/fusion/tickets.hpp"

#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

void offline(Watch& w, double at, const char* camera = "C-28") {
  w.event(at, "camera.offline", {{"camera.id", camera}});
}
void online(Watch& w, double at, const char* camera = "C-28") { w.event(at, "camera.online", {{"camera.id", camera}}); }

CommandReply tend(Watch& w, const char* action, const char* target, const char* text = "",
                  const char* role = "Supervisor") {
  return w.command(CommandKind::ticket, {}, [&](Command& c) {
    c.action = action;
    c.target = target;
    c.text = text;
    c.role = role;
  });
}

Ticket only(const Watch& w) {
  const auto all = w.fusion.tickets();
  REQUIRE(all.size() == 1);
  return all.front();
}

}  // namespace

TEST_CASE("A device that stays broken has a ticket with owner, target and patrol, whether or not a rule speaks of it") {
  Watch w;  // none of its rules is about cameras that are offline
  offline(w, 0);
  REQUIRE(w.open().empty());
  REQUIRE(w.fusion.timer_pending());
  w.tick(299);
  CHECK(w.fusion.tickets().empty());
  w.tick(300);
  Ticket t = only(w);
  CHECK(t.id == 1);
  CHECK(t.device == "C-28");
  CHECK(t.why == Ticket::Why::broken);
  CHECK(t.state == Ticket::State::open);
  CHECK(t.what == "Camera C-28 offline");
  CHECK(t.owner == "Maintenance");
  CHECK(t.unit_id == "U-office");
  CHECK(t.since == kStart);
  CHECK(t.opened == kStart + 300 * kSecond);
  CHECK(t.target == t.opened + 3 * kDay);
  CHECK(t.patrol_due == t.opened + 4 * kHour);
  CHECK_FALSE(t.vital);
  online(w, 4000);
  t = only(w);
  CHECK(t.state == Ticket::State::closed);
  CHECK(t.closed == kStart + 4000 * kSecond);
  CHECK(t.log.back().text == "It works again");
}

TEST_CASE("What is back before the time is over has no ticket, and one word that comes late opens none") {
  Watch w;
  offline(w, 0);
  online(w, 200);
  w.tick(400);
  CHECK(w.fusion.tickets().empty());
  offline(w, 100);  // it was before the end
  w.tick(900);
  CHECK(w.fusion.tickets().empty());
}

TEST_CASE("What guards a vital zone is to be mended sooner and walked past more often") {
  Watch w;
  offline(w, 0, "C-27");
  w.tick(300);
  const Ticket t = only(w);
  CHECK(t.vital);
  CHECK(t.target == t.opened + 8 * kHour);
  CHECK(t.patrol == kHour);
}

TEST_CASE("A patrol that nobody walks is counted, and so is a target that was missed, once") {
  Watch w;
  offline(w, 0, "C-27");
  w.tick(300);
  REQUIRE(tend(w, "patrol", "MT-0001", "", "Operator").accepted);
  w.tick(300 + 3 * 3600 + 60);  // two were missed after the one that was walked, and one more is due
  Ticket t = only(w);
  CHECK(t.patrols == 1);
  CHECK(t.patrols_missed == 3);
  CHECK(t.log.back().text == "Nobody walked past 3 times");
  CHECK(t.patrol_due == kStart + 300 * kSecond + 4 * kHour);
  w.tick(300 + 8 * 3600);
  CHECK(only(w).overdue);
  const std::size_t lines = only(w).log.size();
  w.tick(301 + 8 * 3600);
  CHECK(only(w).log.size() == lines);
}

TEST_CASE("Several faults of one device are one ticket, over when all are; what breaks again is the same ticket") {
  Watch w;
  w.event(0, "door.tamper", {{"door.id", "D-2"}});
  w.event(10, "door.power", {{"door.id", "D-2"}});
  w.tick(400);
  CHECK(only(w).log.back().text.starts_with("Also: "));
  w.event(500, "door.restored", {{"door.id", "D-2"}});  // of both
  CHECK(only(w).state == Ticket::State::closed);
  w.event(7200, "door.fault", {{"door.id", "D-2"}});
  w.tick(7500);
  const Ticket t = only(w);
  CHECK(t.state == Ticket::State::open);
  CHECK(t.times == 2);
  CHECK(t.closed == 0);
  CHECK(t.target == kStart + 7500 * kSecond + 3 * kDay);
}

TEST_CASE("People open, take and close tickets; only who may keep alarms back closes one, with a reason") {
  Watch w;
  CHECK_FALSE(tend(w, "open", "D-99", "the strike sticks").accepted);
  CHECK_FALSE(tend(w, "open", "D-2", "").accepted);
  REQUIRE(tend(w, "open", "D-2", "the strike sticks", "Operator").message == "MT-0001: D-2");
  REQUIRE(tend(w, "take", "1").accepted);
  CHECK(only(w).state == Ticket::State::taken);
  CHECK(only(w).owner == "M. Okafor");
  CHECK_FALSE(tend(w, "close", "MT-1", "mended", "Operator").accepted);
  CHECK_FALSE(tend(w, "close", "MT-1", "").accepted);
  CHECK_FALSE(tend(w, "close", "MT-2", "mended").accepted);
  CHECK_FALSE(tend(w, "burn", "MT-1").accepted);
  // What a person reported is not over because a panel says so.
  w.event(10, "door.fault", {{"door.id", "D-2"}});
  w.tick(400);
  w.event(500, "door.restored", {{"door.id", "D-2"}});
  CHECK(only(w).open_still());
  REQUIRE(tend(w, "close", "MT-0001", "mended").accepted);
  CHECK(only(w).log.back().text == "Closed: mended");
  CHECK(tend(w, "take", "MT-0001").message == "MT-0001 is closed");
}

TEST_CASE("While maintenance or a test covers it a fault opens no ticket; afterwards it does if it stands") {
  Watch w;
  REQUIRE(w.command(CommandKind::suppress, {}, [&](Command& c) {
             c.target = "C-28";
             c.text = "lens";
             c.role = "Supervisor";
             c.until = kStart + kHour;
           }).accepted);
  offline(w, 10);
  for (int n = 1; n < 12; ++n) w.tick(n * 300);
  CHECK(w.fusion.tickets().empty());
  w.tick(3600);
  for (int n = 13; n < 15; ++n) w.tick(n * 300);
  CHECK(only(w).device == "C-28");
}

TEST_CASE("A device that said nothing in its own test has a ticket until it is heard of") {
  Watch w;
  const auto test = [&](const char* target) {
    return w.command(CommandKind::test, {}, [&](Command& c) {
      c.target = target;
      c.text = "yearly";
      c.action = "J. Smit";
      c.role = "Supervisor";
      c.until = w.now + kHour;
    });
  };
  REQUIRE(test("C-27").accepted);
  REQUIRE(test("U-office").accepted);  // of a zone nobody knows which points were tried
  w.tick(3600);
  Ticket t = only(w);
  CHECK(t.device == "C-27");
  CHECK(t.why == Ticket::Why::test_failed);
  CHECK(t.what == "Said nothing in the test by J. Smit");
  w.event(3700, "camera.motion", {{"camera.id", "C-27"}});
  t = only(w);
  CHECK(t.state == Ticket::State::closed);
}

TEST_CASE("Silence is a fault where the policy says so, and over at the first word") {
  fusion::Policy policy;
  policy.tickets.silent_after = kDay;
  Watch w(test::small_estate(), test::small_rules(), policy);
  w.event(0, "camera.motion", {{"camera.id", "C-28"}});
  w.event(0, "camera.motion", {{"camera.id", "C-27"}});
  w.event(80'000, "camera.motion", {{"camera.id", "C-27"}});
  w.tick(86'400 + 600);
  w.tick(86'400 + 1'000);
  Ticket t = only(w);
  CHECK(t.device == "C-28");
  CHECK(t.why == Ticket::Why::silent);
  CHECK(t.what == "Nothing heard of C-28 for 24 h");
  w.event(90'000, "camera.motion", {{"camera.id", "C-28"}});
  CHECK(only(w).state == Ticket::State::closed);
}

TEST_CASE("A host of which only what no rule speaks of is heard is heard of") {
  fusion::Policy policy;
  policy.tickets.silent_after = kDay;
  Watch w(test::small_estate(), test::small_rules(), policy);
  w.event(0, "host.heartbeat", {{"host.name", "hv-07"}});
  w.tick(86'400 + 600);
  w.tick(86'400 + 1'000);
  CHECK(only(w).why == Ticket::Why::silent);
  w.event(90'000, "host.heartbeat", {{"host.name", "hv-07"}});
  CHECK(only(w).state == Ticket::State::closed);
}

TEST_CASE("Drills open no ticket, and tickets are bounded") {
  Watch w;
  Event e;
  e.id = "d1";
  e.kind = "camera.offline";
  e.time = kStart;
  e.agent = "agent";
  e.drill = true;
  e.add("camera.id", "C-28");
  w.event(std::move(e));
  w.tick(900);
  CHECK(w.fusion.tickets().empty());

  fusion::Tickets tickets;
  const fusion::Policy policy;
  UtcNs now = kStart;
  for (std::size_t n = 0; n < fusion::Tickets::kMostOpen + 10; ++n) {
    fusion::Tickets::Subject s;
    s.device = "X-" + std::to_string(n);
    tickets.open(s, "broken", now, now, "Engine", policy);
  }
  CHECK(tickets.all().size() == fusion::Tickets::kMostOpen);
  for (const Ticket& t : tickets.all()) tickets.close(*tickets.find(t.id), "Engine", "works", ++now);
  CHECK(tickets.all().size() == fusion::Tickets::kMostClosed);
  CHECK_FALSE(tickets.next_look() != 0);
}

TEST_CASE("A policy that wants no tickets any more opens none of what waits, maintained or not, and goes on") {
  fusion::Tickets tickets;
  fusion::Policy policy;
  fusion::Tickets::Subject s;
  s.device = "C-27";
  s.what = "offline";
  tickets.begins("offline C-27", s, kStart, kStart, policy);
  REQUIRE(tickets.next_due() != 0);
  policy.tickets.after = 0;
  const UtcNs due = tickets.next_due();
  tickets.due(due, policy, [&](const auto&) { return due + kHour; });
  CHECK(tickets.next_due() == 0);
  CHECK(tickets.all().empty());
}

TEST_CASE("A device that broke while too many tickets were open has one as soon as another is closed") {
  fusion::Tickets tickets;
  const fusion::Policy policy;
  fusion::Tickets::Subject s;
  for (std::size_t n = 0; n < fusion::Tickets::kMostOpen; ++n) {
    s.device = "X-" + std::to_string(n);
    REQUIRE(tickets.open(s, "broken", kStart, kStart, "Engine", policy) != 0);
  }
  s.device = "C-27";
  s.what = "offline";
  tickets.begins("offline C-27", s, kStart, kStart, policy);
  const auto none = [](const auto&) { return UtcNs{0}; };
  tickets.due(tickets.next_due(), policy, none);
  CHECK(tickets.all().size() == fusion::Tickets::kMostOpen);
  REQUIRE(tickets.next_due() != 0);
  tickets.close(*tickets.find(1), "M. Okafor", "mended", kStart + kHour);
  tickets.due(tickets.next_due(), policy, none);
  CHECK(tickets.next_due() == 0);
  const std::vector<Ticket> all = tickets.all();
  CHECK(std::any_of(all.begin(), all.end(), [](const Ticket& t) { return t.device == "C-27" && t.open_still(); }));
}
