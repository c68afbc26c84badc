// Evidence that a rule expects: what came, what did not, and what nobody alive could have told.
#include "console/fusion/digest.hpp"
#include "console/model/incident_json.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;
using State = Evidence::State;

namespace {

std::shared_ptr<const sigma::RuleSet> rules() {
  static const auto set = test::rules_of(R"(
title: Door forced
id: r-forced
level: high
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
watchfloor:
  confirm: [damage at the lock]
  expect:
    - confirm: somebody on a camera there
      kind: [camera.motion, camera.object]
      at: camera
      before: 10s
      within: 60s
    - refute: a badge just before
      kind: [access.granted]
      at: door
      before: 10s
---
title: Login
id: r-login
level: medium
logsource: {product: linux}
detection: {s: {kind: host.login}, condition: s}
watchfloor:
  expect:
    - refute: the owner's badge
      kind: [access.granted]
      at: owner
      before: 5m
      within: 5m
---
title: Denied
id: r-denied
level: low
logsource: {product: watchfloor}
detection: {s: {kind: access.denied}, condition: s}
watchfloor:
  expect:
    - confirm: the door is forced
      kind: [door.forced]
      at: zone
      within: 60s
)");
  return set;
}

struct Night : Watch {
  Night() : Watch(test::small_estate(), rules()) {}
  /// An event of an agent; ids as everywhere.
  void say(double at, const char* agent, const char* kind, const char* field, const char* value) {
    Event e;
    e.id = "s" + std::to_string(++said);
    e.time = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
    e.agent = agent;
    e.kind = kind;
    e.logsource.product = "watchfloor";
    e.add(field, value);
    event(std::move(e));
  }
  void cameras_alive(double at) {
    say(at, "cams", "camera.motion", "camera.id", "C-26");
    say(at, "cams", "camera.motion_end", "camera.id", "C-26");
    say(at, "cams", "camera.motion_end", "camera.id", "C-27");
  }
  int said = 0;
};

/// The one expectation of a role.
Evidence found(const Incident& i, Evidence::Role role) {
  Evidence out;
  int n = 0;
  for (const Evidence& e : i.evidence)
    if (e.role == role && e.state != State::said) {
      out = e;
      ++n;
    }
  REQUIRE(n == 1);
  return out;
}
constexpr auto kConfirm = Evidence::Role::would_confirm;
constexpr auto kRefute = Evidence::Role::would_refute;

void forced(Night& w, double at) { w.say(at, "doors", "door.forced", "door.id", "D-231"); }

}  // namespace

TEST_CASE("What is expected is awaited with its time and what would tell it, and confirms when it comes") {
  Night w;
  w.cameras_alive(-600);
  forced(w, 0);
  Evidence e = found(*w.one(), kConfirm);
  CHECK(e.state == State::awaited);
  CHECK(e.text == "somebody on a camera there");
  CHECK(e.from == kStart - 10 * kSecond);
  CHECK(e.until == kStart + 60 * kSecond);
  CHECK(e.sources == std::vector<std::string>{"C-26", "C-27"});
  CHECK(w.fusion.timer_pending());
  const std::uint32_t before = w.one()->revision;
  w.say(12, "cams", "camera.motion", "camera.id", "C-27");
  e = found(*w.one(), kConfirm);
  CHECK(e.state == State::came);
  CHECK(e.event_id == "s5");
  CHECK(e.finding == "Motion on C-27, 12 s after");
  CHECK(w.one()->revision > before);
  CHECK(w.one()->log.back().text == "Confirmed: somebody on a camera there: Motion on C-27, 12 s after");
  // What people are to find out stands behind it.
  CHECK(w.one()->evidence.back().role != Evidence::Role::missing);
  CHECK(incident_to_json(*w.one()).find(R"("state":"came","finding":"Motion on C-27, 12 s after")") !=
        std::string::npos);
}

TEST_CASE("The absence of what a camera would have seen is evidence if the camera was alive") {
  Night w;
  w.cameras_alive(-600);
  forced(w, 0);
  w.tick(89);
  CHECK(found(*w.one(), kConfirm).state == State::awaited);
  w.tick(90);
  const Evidence e = found(*w.one(), kConfirm);
  CHECK(e.state == State::absent);
  CHECK(e.finding == "C-26, C-27 saw nothing");
  CHECK(w.one()->log.back().text == "Not confirmed: somebody on a camera there: C-26, C-27 saw nothing");
}

TEST_CASE("The absence of what nobody alive would have told is not known, and says why") {
  Night w;
  SECTION("never heard") {
    forced(w, 0);
    w.tick(90);
    CHECK(found(*w.one(), kConfirm).finding == "C-26 was never heard, C-27 was never heard");
  }
  SECTION("offline") {
    w.cameras_alive(-600);
    w.say(-300, "cams", "camera.offline", "camera.id", "C-26");
    w.say(-300, "cams", "camera.covered", "camera.id", "C-27");
    forced(w, 0);
    w.tick(90);
    CHECK(found(*w.one(), kConfirm).finding == "C-26 was offline, C-27 was covered");
  }
  SECTION("back only after half of the time") {
    w.cameras_alive(-600);
    w.say(-300, "cams", "camera.offline", "camera.id", "C-26");
    w.say(-300, "cams", "camera.offline", "camera.id", "C-27");
    forced(w, 0);
    w.say(20, "cams", "camera.online", "camera.id", "C-26");
    w.say(20, "cams", "camera.online", "camera.id", "C-27");
    w.tick(90);
    CHECK(found(*w.one(), kConfirm).finding == "C-26 was offline, C-27 was offline");
  }
  SECTION("silent agent") {
    w.cameras_alive(-2 * 3600);
    forced(w, 0);
    w.tick(90);
    CHECK(found(*w.one(), kConfirm).finding == "C-26 agent cams was silent, C-27 agent cams was silent");
  }
  SECTION("lost source") {
    w.cameras_alive(-600);
    w.say(-100, "cams", "agent.lost", "message", "gone");
    forced(w, 0);
    w.tick(90);
    CHECK(found(*w.one(), kConfirm).finding ==
          "C-26 agent cams had lost its source, C-27 agent cams had lost its source");
  }
  SECTION("given up") {
    w.cameras_alive(-600);
    forced(w, 0);
    w.say(30, "cams", "agent.gave_up", "agent.count", "4");
    w.tick(90);
    CHECK(found(*w.one(), kConfirm).finding == "C-26 agent cams lost events, C-27 agent cams lost events");
  }
  CHECK(found(*w.one(), kConfirm).state == State::unknown);
}

TEST_CASE("One camera that was alive is enough, and the deaf one is named") {
  Night w;
  w.cameras_alive(-600);
  w.say(-300, "cams", "camera.offline", "camera.id", "C-26");
  forced(w, 0);
  w.tick(90);
  CHECK(found(*w.one(), kConfirm).state == State::absent);
  CHECK(found(*w.one(), kConfirm).finding == "C-27 saw nothing; not known: C-26 was offline");
}

TEST_CASE("What came before the alert is found, what came too early is not") {
  Night w;
  w.say(-9, "doors", "access.granted", "door.id", "D-231");
  forced(w, 0);
  Evidence e = found(*w.one(), kRefute);
  CHECK(e.state == State::came);
  CHECK(e.finding.ends_with(", 9 s before"));

  Night other;
  other.say(-11, "doors", "access.granted", "door.id", "D-231");
  forced(other, 0);
  other.tick(31);
  e = found(*other.one(), kRefute);
  CHECK(e.state == State::absent);
  CHECK(e.finding == "nothing from D-231");
}

TEST_CASE("Evidence that comes late counts after all, and is no call") {
  Night w;
  w.cameras_alive(-600);
  forced(w, 0);
  w.tick(90);
  w.act(CommandKind::acknowledge, 1);
  Event e;
  e.id = "late";
  e.kind = "camera.object";
  e.agent = "cams";
  e.time = kStart + 20 * kSecond;
  e.logsource.product = "watchfloor";
  e.add("camera.id", "C-26");
  w.changes.clear();
  w.fusion.on_event(e, kStart + 300 * kSecond, w.changes);
  CHECK(found(*w.one(), kConfirm).state == State::came);
  CHECK(w.one()->state == IncidentState::acknowledged);
}

TEST_CASE("A person's badge may come from anywhere; all who bring badges have to be alive") {
  const bool lost = GENERATE(false, true);
  Night w;
  w.say(-60, "doors", "access.denied", "door.id", "D-0");
  w.event(0, "host.login", {{"host.name", "ws-14"}, {"user.name", "avos"}});
  if (lost) w.say(10, "doors", "agent.lost", "message", "x");
  w.tick(330);
  const auto i = w.incident(2);
  const Evidence e = found(*i, kRefute);
  CHECK(e.sources == std::vector<std::string>{"P-1"});
  CHECK(e.state == (lost ? State::unknown : State::absent));
  CHECK(e.finding == (lost ? "agent doors had lost its source" : "nothing from P-1"));
}

TEST_CASE("Nothing is expected where the site has nothing that would tell it") {
  Night w;
  w.say(0, "doors", "door.forced", "door.id", "D-900");  // no camera there
  for (const Evidence& e : w.one()->evidence) CHECK((e.state == State::said || e.role == kRefute));
}

TEST_CASE("A repeat is judged anew, a part that was split keeps what its alert expects, and a drill is no evidence") {
  Night w;
  w.cameras_alive(-600);
  forced(w, 0);
  w.tick(90);
  REQUIRE(found(*w.one(), kConfirm).state == State::absent);
  forced(w, 200);
  CHECK(found(*w.one(), kConfirm).state == State::awaited);
  Event drill;
  drill.id = "drill";
  drill.kind = "camera.motion";
  drill.drill = true;
  drill.agent = "cams";
  drill.time = kStart + 210 * kSecond;
  drill.logsource.product = "watchfloor";
  drill.add("camera.id", "C-27");
  w.event(drill);
  CHECK(found(*w.incident(1), kConfirm).state == State::awaited);
  w.event(205, "host.login", {{"host.name", "hv-07"}, {"user.name", "avos"}});
  REQUIRE(w.act(CommandKind::split, 1, [](Command& c) { c.target = "s4,s5"; }).accepted);
  w.say(215, "cams", "camera.motion", "camera.id", "C-27");
  int told = 0;
  for (const auto& i : w.open())
    for (const Evidence& e : i->evidence) told += e.role == kConfirm && e.state == State::came ? 1 : 0;
  CHECK(told == 1);
}

TEST_CASE("What is over looks for nothing any more") {
  Night w;
  w.cameras_alive(-600);
  forced(w, 0);
  REQUIRE(w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::nuisance; }).accepted);
  const std::string before = w.json();
  w.say(10, "cams", "camera.motion", "camera.id", "C-27");
  w.tick(200);
  CHECK(w.json() == before);
}

TEST_CASE("Expectations that cannot be used are refused with their line") {
  const auto problem = [](const std::string& expect) {
    sigma::LoadReport report;
    (void)sigma::RuleSet::compile({{"r.yml", R"(title: T
id: t
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
watchfloor:
  expect: )" + expect + "\n"}},
                                  report);
    return report.problems.empty() ? std::string() : report.problems.front();
  };
  CHECK(problem("[{confirm: x, kind: camera.motion, at: camera, within: 60s}]").empty());
  CHECK(problem("[{confirm: x, refute: y, kind: camera.motion, at: camera, within: 60s}]") ==
        "r.yml:6: an expectation confirms or refutes; give it either, in words for people");
  const std::string flow = problem("[{confirm: x, kind: network.flow, at: camera, within: 60s}]");
  CHECK(flow.starts_with("r.yml:6: expect: events of kind 'network.flow' are not remembered"));
  for (const char* kind : {"host.login", "host.login_failed", "host.usb", "host.offline", "host.online", "link.silent",
                           "link.heard", "device.alarm", "device.normal", "network.alert"}) {
    CHECK(problem("[{confirm: x, kind: " + std::string(kind) + ", at: host, within: 60s}]").empty());
    CHECK(flow.find(kind) != std::string::npos);
  }
  CHECK(
      problem("[{confirm: x, kind: camera.motion, at: moon, within: 60s}]").starts_with("r.yml:6: expect: at 'moon'"));
  CHECK(problem("[{confirm: x, kind: camera.motion, at: door}]").starts_with("r.yml:6: an expectation without a time"));
  CHECK(problem("[{confirm: x, kind: camera.motion, at: door, within: 2h}]").find("at most 60m") != std::string::npos);
  CHECK(problem("[{confirm: x, at: door, within: 2m}]").find("without 'kind'") != std::string::npos);
  CHECK(problem("[{confirm: x, knd: y}]").find("'expect: knd' is not known") != std::string::npos);
  CHECK(problem("{a: b}").find("is no list") != std::string::npos);
  std::string many;
  for (int i = 0; i < 7; ++i)
    many += "\n    - {confirm: x" + std::to_string(i) + ", kind: camera.motion, at: door, within: 60s}";
  CHECK(problem(many).find("more than 6 expectations") != std::string::npos);
}
