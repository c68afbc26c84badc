#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

void forced(Watch& w, double at = 0) { w.event(at, "door.forced", {{"door.id", "D-231"}}); }

Watch acknowledged() {
  Watch w;
  forced(w);
  REQUIRE(w.act(CommandKind::acknowledge, 1).accepted);
  REQUIRE_FALSE(w.one()->needs_acknowledgement());
  return w;
}

}  // namespace

TEST_CASE("Repeats never call again after an acknowledgement") {
  Watch w = acknowledged();
  for (int i = 1; i <= 40; ++i) forced(w, i * 5);
  const auto i = w.one();
  CHECK(i->state == IncidentState::acknowledged);
  CHECK(i->why.size() == 1);
  CHECK(i->why[0].repeats == 41);
  CHECK(i->why[0].text == "Door D-231 forced 41 times");
  CHECK(i->event_count == 41);
}

TEST_CASE("A new domain calls again and says so") {
  Watch w;
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});
  w.act(CommandKind::acknowledge, 1);
  w.event(20, "host.usb", {{"host.name", "ws-14"}});  // the host in that room, low: only the domain is new
  const auto i = w.one();
  CHECK(i->state == IncidentState::fresh);
  CHECK(i->acknowledged_revision == 0);
  CHECK(i->respond_by == kStart + 20 * kSecond + 10 * kMinute);
  CHECK(i->log.back().actor == "Engine");
  CHECK(i->log.back().text.find("the network speaks now") != std::string::npos);
}

TEST_CASE("A higher priority calls again, in the same domain too") {
  Watch w;
  w.event(0, "access.passback", {{"credential.id", "88-2000"}, {"door.id", "D-231"}});
  REQUIRE(w.one()->priority == Priority::low);
  w.act(CommandKind::acknowledge, 1);
  forced(w, 20);
  const auto i = w.one();
  CHECK(i->needs_acknowledgement());
  CHECK(i->log.back().text == "Alarms again: priority rose to high (Door D-231 forced)");
}

TEST_CASE("Life safety calls again each time, shelved or not, and is never folded") {
  Watch w = acknowledged();
  w.act(CommandKind::shelve, 1, [](Command& c) {
    c.text = "works";
    c.until = kStart + kHour;
  });
  w.event(20, "access.duress", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  auto i = w.one();
  CHECK(i->state == IncidentState::fresh);
  CHECK(i->life_safety);
  CHECK(i->priority == Priority::critical);
  CHECK(i->shelved_until == 0);
  w.act(CommandKind::acknowledge, 1);
  w.event(21, "access.duress", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  i = w.one();
  CHECK(i->needs_acknowledgement());
  CHECK(i->why.size() == 3);
  CHECK(i->log.back().text.find("life safety again") != std::string::npos);
}

TEST_CASE("Life safety needs no rule") {
  Watch w(test::small_estate(), test::rules_of("title: x\nid: x\nlogsource: {product: none}\n"
                                               "detection: {s: {a: b}, condition: s}\nlevel: low\n"));
  w.event(0, "fire.alarm", {{"zone.id", "U-office"}});
  const auto i = w.one();
  CHECK(i->life_safety);
  CHECK(i->priority == Priority::critical);
  CHECK(i->title == "Fire alarm, Office");
  CHECK(i->rule_id == "device:fire.alarm");
}

TEST_CASE("After a re-alarm is acknowledged the guard is still on the way") {
  Watch w;
  w.event(0, "access.passback", {{"credential.id", "88-2000"}, {"door.id", "D-231"}});
  w.act(CommandKind::dispatch, 1, [](Command& c) { c.target = "T. Novak"; });
  forced(w, 20);
  CHECK(w.one()->state == IncidentState::fresh);
  w.act(CommandKind::acknowledge, 1);
  CHECK(w.one()->state == IncidentState::dispatched);
}

TEST_CASE("Response targets follow the policy, and a missed one is said once") {
  fusion::Policy nobody;
  nobody.escalate.clear();
  Watch w(test::small_estate(), test::small_rules(), nobody);
  forced(w);
  REQUIRE(w.one()->priority == Priority::high);
  CHECK(w.one()->respond_by == kStart + 2 * kMinute);
  CHECK(w.fusion.timer_pending());
  w.tick(119);
  CHECK(w.changes.incidents.empty());
  w.tick(120);
  REQUIRE(w.changes.incidents.size() == 1);
  CHECK(w.one()->last_change == "Target missed");
  w.tick(121);
  CHECK(w.changes.incidents.empty());
  CHECK_FALSE(w.fusion.timer_pending());
}

TEST_CASE("A worse unacknowledged incident gets the shorter target, never a longer one") {
  Watch w;
  w.event(0, "access.passback", {{"credential.id", "88-2000"}, {"door.id", "D-231"}});
  CHECK(w.one()->respond_by == kStart + kHour);
  forced(w, 60);
  CHECK(w.one()->respond_by == kStart + kMinute + 2 * kMinute);
  w.event(170, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  CHECK(w.one()->priority == Priority::critical);
  CHECK(w.one()->respond_by == kStart + 180 * kSecond);
}

TEST_CASE("A flood begins above ten alarms in ten minutes and ends below five") {
  Watch w;
  for (int i = 0; i < 10; ++i)
    w.event(i, "network.alert", {{"src.ip", ("198.51.100." + std::to_string(i)).c_str()}, {"alert.title", "Probe"}});
  CHECK(w.open().size() == 10);
  CHECK_FALSE(w.fusion.flood());
  CHECK(w.fusion.alarms_10min(w.now) == 10);
  w.event(10, "network.alert", {{"src.ip", "198.51.100.99"}, {"alert.title", "Probe"}});
  CHECK(w.fusion.flood());
  w.tick(606);  // alarms of the seconds 6 to 10 are left
  CHECK(w.fusion.alarms_10min(w.now) == 5);
  CHECK(w.fusion.flood());
  w.tick(607);
  CHECK_FALSE(w.fusion.flood());
}

TEST_CASE("Repeats in a storm are published at most ten times a second, and a tick brings the rest") {
  Watch w;
  forced(w);
  std::size_t published = 0;
  for (int i = 0; i < 2000; ++i) {
    forced(w, 1 + i * 0.001);
    published += w.changes.incidents.size();
  }
  CHECK(published <= 20);
  CHECK(w.fusion.timer_pending());
  w.tick(4);
  REQUIRE(w.changes.incidents.size() == 1);
  CHECK(w.changes.incidents[0]->event_count == 2001);
  CHECK(w.one()->event_count == 2001);
}

TEST_CASE("A panel that repeats its hold-up without end fills incidents, each of them small") {
  Watch w;
  for (int i = 0; i < 450; ++i) w.event(i, "intrusion.holdup", {{"zone.id", "U-office"}});
  REQUIRE(w.open().size() == 3);
  std::uint32_t events = 0;
  for (const auto& i : w.open()) {
    CHECK(i->why.size() <= 200);
    events += i->event_count;
  }
  CHECK(events == 450);
}

TEST_CASE(
    "In a flood more of low and medium priority from one area becomes lines of one row; high and life safety never "
    "do") {
  Watch w;
  const auto usb = [&](double at, int n) {
    w.event(at, "host.usb", {{"host.name", ("h-" + std::to_string(n)).c_str()}});
  };
  for (int n = 0; n < 11; ++n) usb(n, n);
  REQUIRE(w.fusion.flood());
  REQUIRE(w.open().size() == 11);
  usb(20, 20);  // opens the area's row
  usb(21, 21);
  usb(22, 22);
  CHECK(w.open().size() == 12);
  const auto row = w.incident(12);
  CHECK(row->why.size() == 3);
  CHECK(row->why[2].joined_by == "same area, in a flood");
  CHECK(row->why[2].text.find("h-22") != std::string::npos);
  CHECK(w.fusion.alarms_10min(w.now) == 12);  // they did not call
  w.event(23, "host.login", {{"host.name", "x-1"}, {"user.name", "root"}});
  CHECK(w.open().size() == 13);
  w.event(24, "access.duress", {{"door.id", "D-1"}, {"credential.id", "88-1042"}});
  CHECK(w.open().size() == 14);
  // What does not belong there is taken out as of any row.
  REQUIRE(w.act(CommandKind::split, 12, [](Command& c) { c.step = 2; }).accepted);
  CHECK(w.incident(12)->why.size() == 2);
  w.tick(24 + 601);
  REQUIRE_FALSE(w.fusion.flood());
  usb(700, 30);
  usb(701, 31);
  CHECK(w.open().size() == 17);
}

TEST_CASE("A flood's limits are for each desk on duty") {
  fusion::Policy policy;
  policy.desks = 2;
  Watch w(test::small_estate(), test::small_rules(), policy);
  for (int n = 0; n < 20; ++n) w.event(n, "host.usb", {{"host.name", ("h-" + std::to_string(n)).c_str()}});
  CHECK_FALSE(w.fusion.flood());
  w.event(21, "host.usb", {{"host.name", "h-21"}});
  CHECK(w.fusion.flood());
}

TEST_CASE("Points of one unit in alarm are one cause; those of another are not") {
  Watch w(nullptr, test::rules_of("title: Point\nid: r-point\nlevel: medium\nlogsource: {product: watchfloor}\n"
                                  "detection: {s: {kind: device.alarm}, condition: s}\n"));
  w.event(0, "device.alarm", {{"alarm.point", "A-1"}, {"alarm.unit", "A"}, {"message", "high"}});
  w.event(5, "device.alarm", {{"alarm.point", "A-2"}, {"alarm.unit", "A"}, {"message", "high"}});
  w.event(6, "device.alarm", {{"alarm.point", "B-1"}, {"alarm.unit", "B"}, {"message", "high"}});
  w.event(7, "device.alarm", {{"alarm.point", "C-1"}, {"message", "high"}});
  CHECK(w.open().size() == 3);
  CHECK(w.incident(1)->why.size() == 2);
}
