// Causes and symptoms: a switch that dies explains what hangs behind it; one row stands for all.
#include <algorithm>
#include <map>
#include <set>

#include "console/fusion/causes.hpp"
#include "console/model/incident_json.hpp"
#include "tests/console/fusion/net.hpp"

using namespace wf;
using wf::test::camera;
using wf::test::kStart;
using wf::test::Net;
using wf::test::Watch;
using wf::test::wired;
using wf::test::wired_rules;

TEST_CASE("A switch that dies explains the forty cameras behind it: one row stands for all and calls once") {
  Net w;
  w.switch_down(0);
  for (int n = 0; n < 20; ++n) w.down(1 + n, camera("C-1", n));
  for (int n = 0; n < 20; ++n) w.down(30 + n, camera("C-2", n));
  const auto i = w.one();
  CHECK(i->title == "sw-1 offline");
  CHECK(i->explains == 40);
  CHECK(w.fusion.alarms_10min(w.now) == 1);
  CHECK(i->priority == Priority::medium);
  CHECK(i->domains == std::array<bool, 3>{false, false, true});
  CHECK(i->event_count == 41);
  REQUIRE(i->why.size() == 2);
  CHECK(i->why[1].text == "C-110 offline, C-111 offline, C-112 offline, C-113 offline and 36 more");
  CHECK(i->why[1].effect == "symptom");
  CHECK(i->why[1].repeats == 40);
  CHECK(i->why[1].joined_by == "explained by sw-1");
  CHECK(i->why[1].link.how == JoinLink::How::symptom);
  CHECK(i->why[1].link.entity.id == "sw-1");
  CHECK(incident_to_json(*i).find("\"explains\":40") != std::string::npos);
  CHECK(w.fusion.devices().at("C-229").in_incident);
}

TEST_CASE("What failed shortly before the word of its cause is gathered, what failed long before is not") {
  Net w;
  w.down(-400, "C-110");
  for (int n = 1; n < 20; ++n) w.down(-60 + n, camera("C-1", n));
  w.down(-30, "C-900");  // hangs behind nothing
  const std::size_t before = w.open().size();
  REQUIRE(before > 10);
  w.switch_down(0);
  CHECK(w.titled("sw-1")->explains == 19);
  CHECK(w.open().size() == 3);
  // What was gathered says where it went, and nothing joins it any more.
  std::size_t gathered = 0;
  for (const auto& i : w.fusion.incidents_since(0))
    if (!i->open() && i->last_change == "Explained by " + incident_name(w.titled("sw-1")->id)) ++gathered;
  CHECK(gathered == before - 2);
}

TEST_CASE("Only silence is explained: force, a covered picture and life safety stand for themselves") {
  Net w;
  w.switch_down(0);
  w.event(5, "door.fault", {{"door.id", "D-11"}});
  w.event(6, "door.power", {{"door.id", "D-12"}});
  w.event(7, "host.offline", {{"host.name", "acs-1"}});
  w.event(8, "agent.lost", {{"message", "gone"}});  // of an agent that hangs nowhere
  CHECK(w.titled("sw-1")->explains == 3);
  w.event(9, "door.forced", {{"door.id", "D-13"}});
  w.event(10, "camera.covered", {{"camera.id", "C-111"}});
  w.event(11, "fire.alarm", {{"door.id", "D-14"}});
  CHECK(w.titled("sw-1")->explains == 3);
  CHECK(w.open().size() == 5);
  Event lost;
  lost.id = "lost";
  lost.kind = "agent.lost";
  lost.agent = "floor-2";
  lost.time = kStart + 20 * kSecond;
  lost.logsource.product = "watchfloor";
  w.event(lost);
  CHECK(w.titled("sw-1")->explains == 4);
}

TEST_CASE("An incident that is more than a symptom is not gathered") {
  Net w;
  w.event(-20, "camera.covered", {{"camera.id", "C-111"}});
  w.down(-10, "C-111");
  w.switch_down(0);
  CHECK(w.open().size() == 2);
  CHECK(w.titled("sw-1")->explains == 0);
}

TEST_CASE("Symptoms do not call a row that was acknowledged; one that is more urgent does") {
  Net w;
  w.switch_down(0);
  w.act(CommandKind::acknowledge, 1);
  for (int n = 0; n < 20; ++n) w.down(1 + n, camera("C-1", n));
  CHECK(w.calling() == 0);
  CHECK(w.one()->state == IncidentState::acknowledged);
}

TEST_CASE("When the cause works again, what still does not calls for itself; what does is quiet") {
  Net w;
  w.switch_down(0);
  for (int n = 0; n < 5; ++n) w.down(1 + n, camera("C-1", n));
  w.act(CommandKind::acknowledge, 1);
  w.switch_up(600);
  w.up(650, "C-110");
  w.up(651, "C-111");
  w.tick(650 + 200);
  CHECK(w.calling() == 0);
  w.up(700, "C-112");
  w.tick(901);
  CHECK(w.incident(1)->cleared_at != 0);
  CHECK(w.open().size() == 3);
  CHECK(w.calling() == 2);
  std::set<std::string> texts;
  for (const auto& i : w.open())
    if (i->id != 1) {
      texts.insert(i->why.front().text);
      CHECK(i->why.front().effect == "opens");
      CHECK(i->log.back().text == "Opened: sw-1 works again, and this does not");
    }
  CHECK(texts == std::set<std::string>{"Camera C-113 offline", "Camera C-114 offline"});
  CHECK(w.incident(1)->explains == 3);
  // It is followed as any other.
  w.up(950, "C-113");
  CHECK(w.calling() == 2);
  w.down(1300, "C-115");
  CHECK(w.calling() == 3);
}

TEST_CASE("A cause that comes and goes within the time of grace explains on") {
  Net w;
  w.switch_down(0);
  w.down(1, "C-110");
  w.act(CommandKind::acknowledge, 1);
  w.switch_up(100);
  w.switch_down(200);
  w.tick(500);
  CHECK(w.open().size() == 1);
  CHECK(w.one()->explains == 1);
}

TEST_CASE("A person who resolves the cause lets go what still does not work") {
  Net w;
  w.switch_down(0);
  w.down(1, "C-110");
  w.down(2, "C-111");
  w.up(3, "C-111");
  REQUIRE(w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::equipment_fault; }).accepted);
  REQUIRE(w.open().size() == 1);
  CHECK(w.one()->why.front().text == "Camera C-110 offline");
  CHECK(w.one()->needs_acknowledgement());
  w.down(400, "C-112");
  CHECK(w.open().size() == 2);
}

TEST_CASE("A cause behind a cause that stands by itself gathers what found no room in the row") {
  auto estate = std::make_shared<Estate>(*wired());
  for (std::size_t n = 1; n < fusion::kMostSymptoms; ++n) {
    Device d;
    d.id = d.name = "X-" + std::to_string(n);
    d.kind = DeviceKind::camera;
    d.behind = "sw-1";
    estate->sites[0].devices.push_back(d);
  }
  estate->index();
  Watch w(estate, wired_rules());
  const auto all = [&](double at, const char* kind) {
    for (std::size_t n = 1; n < fusion::kMostSymptoms; ++n)
      w.event(at, kind, {{"camera.id", ("X-" + std::to_string(n)).c_str()}});
  };
  w.event(0, "host.offline", {{"host.name", "sw-1"}});
  w.event(1, "host.offline", {{"host.name", "sw-2"}});
  all(2, "camera.offline");
  REQUIRE(w.one()->explains == fusion::kMostSymptoms);
  w.event(3, "camera.offline", {{"camera.id", "C-210"}});
  REQUIRE(w.open().size() == 2);
  all(10, "camera.online");
  w.event(20, "host.online", {{"host.name", "sw-1"}});
  w.tick(400);
  REQUIRE(w.open().size() == 2);
  CHECK(w.incident(3)->title == "sw-2 offline");
  CHECK(w.incident(3)->explains == 1);
}

TEST_CASE("A flood collects nothing that a cause may explain, agents too; what none explains it does") {
  Net w;
  for (int n = 0; n < 11; ++n) w.event(n, "door.forced", {{"door.id", ("F-" + std::to_string(n)).c_str()}});
  REQUIRE(w.fusion.flood());
  const std::size_t before = w.open().size();
  const auto say = [&](double at, const char* kind, const char* field, const char* value) {
    Event e;
    e.id = "f" + std::to_string(at);
    e.kind = kind;
    e.agent = "floor-2";
    e.time = kStart + static_cast<UtcNs>(at) * kSecond;
    e.logsource.product = std::string_view(kind).starts_with("host.") ? "linux" : "watchfloor";
    e.add(field, value);
    w.event(e);
  };
  say(20, "host.offline", "host.name", "elsewhere-1");
  say(21, "host.offline", "host.name", "elsewhere-2");
  REQUIRE(w.open().size() == before + 1);
  say(22, "agent.lost", "message", "gone");
  CHECK(w.open().size() == before + 2);
  say(23, "camera.covered", "camera.id", "C-110");
  say(24, "camera.covered", "camera.id", "C-111");
  CHECK(w.open().size() == before + 3);
  say(25, "camera.offline", "camera.id", "C-112");
  CHECK(w.open().size() == before + 4);
}

TEST_CASE("The log of a row names what stands by itself, and not its context") {
  Net w;
  w.event(-20, "camera.motion", {{"camera.id", "C-110"}});
  w.down(-10, "C-110");
  w.switch_down(0);
  REQUIRE(w.titled("sw-1")->explains == 1);
  w.switch_up(10);
  w.tick(400);
  CHECK(w.incident(3)->why.front().effect == "context");
  CHECK(w.incident(2)->log.back().text == "Camera C-110 offline stands by itself: INC-0003");
}

TEST_CASE("A symptom that chattered is calm in time") {
  const bool calm = GENERATE(false, true);
  Net w;
  w.switch_down(0);
  w.act(CommandKind::acknowledge, 1);
  for (const double at : {300, 310, 320}) {
    w.down(at, "C-110");
    if (at < 320) w.up(at + 5, "C-110");
  }
  w.tick(400);
  w.tick(calm ? 1'000 : 900);
  REQUIRE(w.act(CommandKind::split, 1, [](Command& c) { c.target = "e2"; }).accepted);
  CHECK(w.incident(2)->chattering == !calm);
}

TEST_CASE("What a rule expects and what came while its alert was explained is not judged absent") {
  Watch w(wired(), test::rules_of(R"(
title: Door without power
id: r-power
level: low
logsource: {product: watchfloor}
detection: {s: {kind: door.power}, condition: s}
watchfloor:
  expect:
    - confirm: it is opened by hand
      kind: [door.opened]
      at: door
      within: 20m
---
title: Device offline
id: r-device
level: medium
logsource: {product: linux}
detection: {s: {kind: host.offline}, condition: s}
)"));
  w.event(0, "door.power", {{"door.id", "D-11"}});
  w.event(10, "host.offline", {{"host.name", "acs-1"}});
  REQUIRE(w.one()->explains == 1);
  w.event(60, "door.opened", {{"door.id", "D-11"}});
  w.event(100, "host.online", {{"host.name", "acs-1"}});
  w.tick(401);
  w.tick(1'300);
  const auto i = w.incident(3);
  REQUIRE(i->evidence.size() == 1);
  CHECK(i->evidence[0].state == Evidence::State::came);
  CHECK(i->evidence[0].finding.ends_with("60 s after"));
}

TEST_CASE("A cause behind a cause: the farthest stands for all, and each goes on for itself when that works again") {
  const bool inner_first = GENERATE(false, true);
  Net w;
  if (inner_first) w.switch_down(0, "sw-2");
  for (int n = 0; n < 3; ++n) w.down(1 + n, camera("C-2", n));
  if (inner_first) CHECK(w.one()->explains == 3);
  w.switch_down(10, "sw-1");
  if (!inner_first) w.switch_down(11, "sw-2");
  CHECK(w.one()->title == "sw-1 offline");
  CHECK(w.one()->explains == 4);
  w.switch_up(100, "sw-1");
  w.tick(401);
  REQUIRE(w.open().size() == 2);
  const auto inner = w.titled("sw-2");
  CHECK(inner->explains == 3);
  CHECK(inner->needs_acknowledgement());
  // And it is a cause as before.
  w.down(410, "C-215");
  CHECK(w.open().size() == 2);
  w.switch_up(500, "sw-2");
  for (int n = 0; n < 3; ++n) w.up(510 + n, camera("C-2", n));
  w.tick(801);
  CHECK(w.calling() >= 1);
  std::size_t own = 0;
  for (const auto& i : w.open()) own += i->why.front().text == "Camera C-215 offline" ? 1 : 0;
  CHECK(own == 1);
}

TEST_CASE("A correlation over symptoms and something else is an incident of its own") {
  Net w;
  w.switch_down(0);
  SECTION("the last is a symptom") {
    w.down(1, "C-900");
    w.down(2, "C-110");
    w.down(3, "C-111");
  }
  SECTION("the last is none") {
    w.down(1, "C-110");
    w.down(2, "C-111");
    w.down(3, "C-900");
  }
  REQUIRE(w.open().size() == 2);
  CHECK(w.titled("sw-1")->explains == 2);
  CHECK(w.titled("Cameras offline together")->why.size() == 3);
}

TEST_CASE("A drill and maintenance are no causes") {
  Net w;
  Event e;
  e.id = "drill";
  e.kind = "host.offline";
  e.drill = true;
  e.agent = "noc";
  e.time = kStart;
  e.logsource.product = "linux";
  e.add("host.name", "sw-1");
  w.event(e);
  w.down(1, "C-110");
  CHECK(w.open().size() == 2);
  Net works;
  REQUIRE(works
              .command(CommandKind::suppress, {},
                       [&](Command& c) {
                         c.target = "sw-1";
                         c.text = "new firmware";
                         c.role = "Supervisor";
                         c.until = works.now + kHour;
                       })
              .accepted);
  works.switch_down(10);
  works.down(11, "C-110");
  CHECK(works.calling() == 1);
}

TEST_CASE("In whatever order they come, nothing that is down is lost and nothing explained calls") {
  const unsigned seed = GENERATE(range(1U, 41U));
  INFO("seed " << seed);
  std::uint64_t state = seed * 2654435769U + 1;
  const auto roll = [&](std::uint32_t sides) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state >> 33U) % sides;
  };
  const auto play = [&](Net& w, std::uint64_t from) {
    state = from;
    std::set<std::string> down;  // cameras
    std::map<std::string, bool> switches{{"sw-1", false}, {"sw-2", false}};
    double at = 0;
    std::vector<std::string> cameras{"C-900"};
    for (int n = 0; n < 8; ++n) cameras.push_back(camera("C-1", n));
    for (int n = 0; n < 8; ++n) cameras.push_back(camera("C-2", n));
    for (int step = 0; step < 160; ++step) {
      at += roll(60);
      const std::uint32_t what = roll(20);
      const std::string& one = cameras[roll(static_cast<std::uint32_t>(cameras.size()))];
      if (what < 9) {
        w.down(at, one);
        down.insert(one);
      } else if (what < 13) {
        w.up(at, one);
        down.erase(one);
      } else if (what < 15) {
        const char* name = roll(2) == 0 ? "sw-1" : "sw-2";
        switches[name] ? w.switch_up(at, name) : w.switch_down(at, name);
        switches[name] = !switches[name];
      } else if (what < 16) {
        const auto open = w.open();
        if (!open.empty()) w.act(CommandKind::acknowledge, open[roll(static_cast<std::uint32_t>(open.size()))]->id);
      } else {
        w.tick(at);
      }
      // Whatever is down is told by an open row: its own, or that of its cause.
      std::size_t told = 0, explained = 0;
      for (const auto& i : w.open()) {
        explained += i->explains;
        for (const Contribution& c : i->why)
          if (c.kind == "camera.offline") ++told;
      }
      REQUIRE((down.empty() || told > 0));
      for (const std::string& id : down) REQUIRE(w.fusion.devices().at(id).in_incident);
      if (!switches["sw-1"] && !switches["sw-2"]) continue;
      // While a cause is down and everything settled, nothing behind it has a row of its own that began after it.
      for (const auto& i : w.open())
        if (i->explains != 0) CHECK(i->priority >= Priority::medium);
    }
    // Everything works again; then nothing is explained any more, and rows of their own have what is down.
    for (const auto& [name, is_down] : switches)
      if (is_down) w.switch_up(at += 1, name.c_str());
    at += 1000;
    w.tick(at);
    std::set<std::string> own;
    for (const auto& i : w.open())
      for (const Contribution& c : i->why)
        if (c.kind == "camera.offline" && c.effect != "symptom" && c.effect != "context" && !c.device_id.empty())
          own.insert(c.device_id);
    for (const std::string& id : down) {
      std::string rows;
      for (const auto& i : w.open())
        rows += i->title + " explains " + std::to_string(i->explains) + "\n" + Watch::why(*i);
      INFO(id << "\n" << rows);
      REQUIRE(own.contains(id));
    }
  };
  Net once, again;
  const std::uint64_t from = state;
  play(once, from);
  play(again, from);
  CHECK(once.json() == again.json());
}

TEST_CASE("A row explains a thousand; what is more calls for itself") {
  auto estate = std::make_shared<Estate>(*wired());
  for (int n = 0; n < 1'010; ++n) {
    Device d;
    d.id = d.name = "X-" + std::to_string(n);
    d.kind = DeviceKind::camera;
    d.behind = "sw-1";
    estate->sites[0].devices.push_back(d);
  }
  estate->index();
  Watch w(estate, test::rules_of(R"(
title: Camera offline
id: camera
level: low
logsource: {product: watchfloor}
detection: {s: {kind: camera.offline}, condition: s}
watchfloor: {join: [camera]}
---
title: Switch offline
id: switch
level: low
logsource: {product: linux}
detection: {s: {kind: host.offline}, condition: s}
)"));
  w.event(0, "host.offline", {{"host.name", "sw-1"}});
  for (int n = 0; n < 1'010; ++n) {
    const std::string id = "X-" + std::to_string(n);
    w.event(1 + n * 0.1, "camera.offline", {{"camera.id", id.c_str()}});
  }
  CHECK(w.incident(1)->explains == fusion::kMostSymptoms);
  CHECK(w.open().size() == 11);
}

TEST_CASE("What hangs behind what is a chain, and a condition explains only what it can") {
  const fusion::Behind behind(*wired());
  CHECK(behind.chain("C-210") == std::vector<std::string_view>{"sw-2", "sw-1"});
  CHECK(behind.chain("agent floor-2") == std::vector<std::string_view>{"sw-2", "sw-1"});
  CHECK(behind.chain("C-900").empty());
  CHECK(behind.carries("acs-1"));
  CHECK_FALSE(behind.carries("C-110"));
  for (const char* symptom : {"offline", "lost", "fault", "power"})
    CHECK(fusion::condition_explains("offline", symptom));
  CHECK(fusion::condition_explains("power", "power"));
  CHECK_FALSE(fusion::condition_explains("power", "fault"));
  for (const char* symptom : {"open", "picture", "tamper", "intrusion", "alarm"})
    CHECK_FALSE(fusion::condition_explains("offline", symptom));
  // What a loaded site cannot have, for it leaves it out: a circle ends all the same.
  Estate circle;
  circle.sites.emplace_back();
  for (const char* id : {"a", "b"}) {
    Device d;
    d.id = id;
    d.behind = *id == 'a' ? "b" : "a";
    circle.sites[0].devices.push_back(d);
  }
  CHECK(fusion::Behind(circle).chain("a").size() == fusion::Behind::kDeepest);
}
