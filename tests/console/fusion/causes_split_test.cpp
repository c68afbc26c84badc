// What people merge and split of causes and symptoms.
#include "console/fusion/causes.hpp"
#include "tests/console/fusion/net.hpp"

using namespace wf;
using wf::test::camera;
using wf::test::Net;
using wf::test::Watch;
using wf::test::wired;
using wf::test::wired_rules;

TEST_CASE("What a person split from the cause is never taken back") {
  Net w;
  w.switch_down(0);
  w.down(1, "C-110");
  w.down(2, "C-111");
  REQUIRE(w.act(CommandKind::split, 1, [](Command& c) { c.target = "e3"; }).accepted);
  CHECK(w.incident(1)->explains == 1);
  CHECK(w.incident(2)->why.front().text == "Camera C-111 offline");
  REQUIRE(w.act(CommandKind::resolve, 2, [](Command& c) { c.cause = Cause::nuisance; }).accepted);
  w.up(20, "C-111");
  w.down(30, "C-111");
  CHECK(w.incident(1)->explains == 1);
  CHECK(w.incident(3)->needs_acknowledgement());
}

TEST_CASE("Symptoms in a list are split each for itself, with lines of the row beside them") {
  Net w;
  w.event(0, "door.forced", {{"door.id", "D-13"}});
  w.switch_down(5);
  for (int n = 0; n < 3; ++n) w.down(6 + n, camera("C-1", n));  // e3, e4, e5
  SECTION("symptoms alone") {
    REQUIRE(w.act(CommandKind::split, 2, [](Command& c) { c.target = "e3,e5"; }).accepted);
    CHECK(w.incident(2)->explains == 1);
    CHECK(w.incident(2)->last_change == "Split: INC-0003, INC-0004 are causes of their own");
  }
  SECTION("a line too") {
    REQUIRE(w.command(CommandKind::merge, {2, 1}, [&](Command& c) {
               c.seen_revisions = {w.incident(2)->revision, w.incident(1)->revision};
             }).accepted);
    REQUIRE(w.act(CommandKind::split, 2, [](Command& c) { c.target = "e1,e3,e5"; }).accepted);
    CHECK(w.incident(2)->explains == 1);
    CHECK(w.incident(2)->event_count == 2);
    CHECK(w.incident(5)->why.front().text == "Door D-13 forced");
  }
  CHECK(w.incident(3)->why.front().text == "Camera C-110 offline");
  CHECK(w.incident(4)->why.front().text == "Camera C-112 offline");
}

TEST_CASE("The line of a cause that is split takes along what it explains, and explains on") {
  Net w;
  w.event(0, "door.forced", {{"door.id", "D-13"}});
  w.switch_down(5);
  w.switch_down(6, "sw-2");
  w.down(7, "C-210");
  REQUIRE(w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
             c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
           }).accepted);
  REQUIRE(w.act(CommandKind::split, 1, [](Command& c) { c.target = "e2"; }).accepted);
  CHECK(w.incident(1)->explains == 0);
  CHECK(w.incident(3)->title == "sw-1 offline");
  CHECK(w.incident(3)->explains == 2);
  w.down(10, "C-111");
  CHECK(w.incident(3)->explains == 3);
  CHECK(w.open().size() == 2);
  w.switch_up(20);
  w.tick(400);
  CHECK(w.open().size() == 4);
  CHECK(w.titled("sw-2")->explains == 1);
}

TEST_CASE("Rows with more symptoms than one may have: the rest calls for itself when they are merged") {
  auto estate = std::make_shared<Estate>(*wired());
  for (std::size_t n = 1; n < fusion::kMostSymptoms; ++n) {
    Device d;
    d.id = d.name = "X-" + std::to_string(n);
    d.kind = DeviceKind::camera;
    d.behind = "sw-3";
    estate->sites[0].devices.push_back(d);
  }
  Device other;
  other.id = other.name = "sw-3";
  other.kind = DeviceKind::network;
  estate->sites[0].devices.push_back(other);
  estate->index();
  Watch w(estate, wired_rules());
  w.event(0, "host.offline", {{"host.name", "sw-3"}});
  for (std::size_t n = 1; n < fusion::kMostSymptoms; ++n)
    w.event(1, "camera.offline", {{"camera.id", ("X-" + std::to_string(n)).c_str()}});
  w.event(2, "host.offline", {{"host.name", "sw-1"}});
  for (int n = 0; n < 3; ++n) w.event(3 + n, "camera.offline", {{"camera.id", camera("C-1", n).c_str()}});
  w.event(10, "camera.online", {{"camera.id", "C-111"}});
  REQUIRE(w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
             c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
           }).accepted);
  CHECK(w.incident(1)->explains == fusion::kMostSymptoms);
  REQUIRE(w.open().size() == 2);  // what works again calls nobody
  CHECK(w.incident(3)->why.front().text == "Camera C-112 offline");
  CHECK(w.incident(3)->needs_acknowledgement());
}

TEST_CASE("Rows that are merged explain together") {
  Net w;
  w.down(0, "C-900");
  w.switch_down(5);
  w.down(6, "C-110");
  REQUIRE(w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
             c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
           }).accepted);
  CHECK(w.one()->explains == 1);
  w.down(10, "C-111");
  CHECK(w.one()->explains == 2);
  w.switch_up(20);
  w.tick(400);
  CHECK(w.open().size() == 3);
}

TEST_CASE("Rows that are merged explain on when the one that went is forgotten") {
  Net w;
  w.down(0, "C-900");
  w.switch_down(5);
  w.down(6, "C-110");
  REQUIRE(w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
             c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
           }).accepted);
  w.tick(2 * 86'400);
  for (const auto& i : w.fusion.incidents_since(0)) REQUIRE(i->id != 2);
  w.down(2 * 86'400 + 10, "C-111");
  CHECK(w.one()->explains == 2);
  w.switch_up(2 * 86'400 + 20);
  w.tick(2 * 86'400 + 400);
  CHECK(w.open().size() == 3);
}

TEST_CASE("Rows that are merged have a symptom of both once") {
  Net w;
  w.switch_down(0, "sw-2");
  w.down(1, "C-210");
  REQUIRE(w.act(CommandKind::dispatch, 1, [](Command& c) { c.target = "Technician"; }).accepted);
  w.switch_down(10, "sw-1");
  w.up(20, "C-210");
  w.down(30, "C-210");
  REQUIRE(w.incident(1)->explains == 1);
  REQUIRE(w.incident(2)->explains == 1);
  REQUIRE(w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
             c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
           }).accepted);
  CHECK(w.one()->explains == 1);
  CHECK(w.one()->why[1].text == "Camera C-210 offline 2 times");
}
