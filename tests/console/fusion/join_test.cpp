#include "console/fusion/join.hpp"

#include "console/fusion/priority.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;

namespace {

/// Two alerts; the second must join the first by the given link.
struct Pair {
  const char *kind1, *kind2, *words;
  std::vector<std::pair<const char*, const char*>> fields1, fields2;
};

Event make(const char* kind, const std::vector<std::pair<const char*, const char*>>& fields, double at,
           const char* id) {
  Event e;
  e.id = id;
  e.kind = kind;
  e.time = test::kStart + static_cast<UtcNs>(at) * kSecond;
  e.logsource.product = e.kind.starts_with("network") ? "suricata"
                        : e.kind.starts_with("host")  ? "linux"
                                                      : "watchfloor";
  for (const auto& [name, value] : fields) e.add(name, value);
  return e;
}

}  // namespace

TEST_CASE("Alerts join through each link, and the line says which") {
  const Pair pair = GENERATE(
      Pair{"access.passback", "door.forced", "same door", {{"door.id", "D-231"}}, {{"door.id", "D-231"}}},
      Pair{"access.passback", "door.forced", "same door", {{"reader.id", "R-231"}}, {{"door.id", "D-231"}}},
      Pair{"door.forced", "camera.covered", "camera at that door", {{"door.id", "D-231"}}, {{"camera.id", "C-26"}}},
      Pair{"camera.covered", "door.forced", "door the camera watches", {{"camera.id", "C-26"}}, {{"door.id", "D-231"}}},
      Pair{"door.forced", "camera.covered", "camera in that room", {{"door.id", "D-231"}}, {{"camera.id", "C-27"}}},
      Pair{"door.forced",
           "host.login",
           "host in that room",
           {{"door.id", "D-231"}},
           {{"host.name", "hv-07"}, {"user.name", "root"}}},
      Pair{"camera.covered",
           "host.login",
           "host where the camera watches",
           {{"camera.id", "C-27"}},
           {{"host.name", "hv-07"}, {"user.name", "root"}}},
      Pair{"access.passback",
           "access.passback",
           "same badge",
           {{"door.id", "D-2"}, {"credential.id", "77-1"}},
           {{"door.id", "D-900"}, {"credential.id", "77-1"}}},
      Pair{"access.passback",
           "access.passback",
           "same badge",
           {{"door.id", "D-2"}, {"credential.id", "88-1042"}},
           {{"door.id", "D-900"}, {"credential.id", "88-1042"}}},
      Pair{"access.passback",
           "host.usb",
           "same person",
           {{"door.id", "D-900"}, {"credential.id", "88-2000"}},
           {{"host.name", "ws-14"}, {"user.name", "boda"}}},
      Pair{"host.usb",
           "host.usb",
           "same account",
           {{"host.name", "x-1"}, {"user.name", "deploy"}},
           {{"host.name", "x-2"}, {"user.name", "deploy"}}},
      Pair{"host.usb", "host.usb", "same host", {{"host.name", "x-1"}}, {{"host.name", "x-1"}, {"user.name", "a"}}},
      Pair{"network.alert",
           "network.alert",
           "same source address",
           {{"src.ip", "198.51.100.7"}, {"dst.ip", "10.2.0.7"}, {"alert.title", "a"}},
           {{"src.ip", "198.51.100.7"}, {"dst.ip", "10.2.1.14"}, {"alert.title", "b"}}},
      Pair{"network.alert",
           "network.alert",
           "from the address that was attacked",
           {{"src.ip", "198.51.100.7"}, {"dst.ip", "203.0.113.5"}, {"alert.title", "a"}},
           {{"src.ip", "203.0.113.5"}, {"dst.ip", "192.0.2.1"}, {"alert.title", "b"}}},
      Pair{"network.alert",
           "host.usb",
           "same host",
           {{"src.ip", "198.51.100.7"}, {"dst.ip", "10.2.1.14"}, {"alert.title", "a"}},
           {{"host.name", "ws-14"}}});
  Watch w;
  w.event(make(pair.kind1, pair.fields1, 0, "a"));
  w.event(make(pair.kind2, pair.fields2, 120, "b"));
  const auto i = w.one();
  REQUIRE(i->why.size() == 2);
  CHECK(i->why[0].effect == "opens");
  CHECK(i->why[1].joined_by == pair.words);
}

TEST_CASE("What has nothing in common stays apart") {
  const Pair pair = GENERATE(Pair{"door.forced", "door.forced", "", {{"door.id", "D-231"}}, {{"door.id", "D-2"}}},
                             Pair{"door.forced", "camera.covered", "", {{"door.id", "D-2"}}, {{"camera.id", "C-27"}}},
                             Pair{"host.login",
                                  "host.login",
                                  "",
                                  {{"host.name", "x-1"}, {"user.name", "root"}},
                                  {{"host.name", "x-2"}, {"user.name", "root"}}},
                             Pair{"host.login",
                                  "host.login",
                                  "",
                                  {{"host.name", "hv-07"}, {"user.name", "root"}},
                                  {{"host.name", "hv-03"}, {"user.name", "root"}}},
                             Pair{"network.alert",
                                  "network.alert",
                                  "",
                                  {{"src.ip", "198.51.100.7"}, {"dst.ip", "203.0.113.5"}, {"alert.title", "a"}},
                                  {{"src.ip", "198.51.100.8"}, {"dst.ip", "203.0.113.5"}, {"alert.title", "b"}}});
  Watch w;
  w.event(make(pair.kind1, pair.fields1, 0, "a"));
  w.event(make(pair.kind2, pair.fields2, 60, "b"));
  CHECK(w.open().size() == 2);
}

TEST_CASE("A rule's join list limits by what its alerts join") {
  Watch w;
  w.event(0, "door.forced", {{"door.id", "D-231"}});
  // The network rule joins by address and host only, so the room of the host does not count.
  w.event(30, "network.alert", {{"src.ip", "198.51.100.7"}, {"dst.ip", "10.2.0.7"}, {"alert.title", "Probe"}});
  CHECK(w.open().size() == 2);
}

TEST_CASE("The join window counts from the incident's newest alert, backwards too") {
  Watch w;
  const auto passback = [&](double at) { w.event(at, "access.passback", {{"door.id", "D-231"}}); };
  passback(0);
  passback(14 * 60);
  passback(28 * 60);
  CHECK(w.open().size() == 1);
  passback(28 * 60 + 15 * 60 + 1);
  CHECK(w.open().size() == 2);
  passback(-16 * 60);
  CHECK(w.open().size() == 3);
}

TEST_CASE("An event that comes late stands where it happened") {
  Watch w;
  w.event(60, "door.forced", {{"door.id", "D-231"}});
  w.event(30, "camera.covered", {{"camera.id", "C-26"}});
  const auto i = w.one();
  CHECK(Watch::why(*i) ==
        "raises | Camera C-26 covered | camera at that door\n"
        "opens | Door D-231 forced | \n");
  CHECK(i->first == test::kStart + 30 * kSecond);
  CHECK(i->last == test::kStart + 60 * kSecond);
}

TEST_CASE("A drill and reality never meet") {
  Watch w;
  w.event(0, "door.forced", {{"door.id", "D-231"}});
  Event e = make("door.forced", {{"door.id", "D-231"}}, 10, "drill");
  e.drill = true;
  w.event(e);
  REQUIRE(w.open().size() == 2);
  CHECK(w.incident(2)->drill);
  CHECK_FALSE(w.incident(1)->drill);
}

TEST_CASE("A correlation over events of two incidents makes them one, unless people split them") {
  const auto rules = test::rules_of(R"(
title: A
id: a
name: a
level: low
logsource: {product: linux}
detection: {s: {mark: a}, condition: s}
---
title: B
id: b
name: b
level: low
logsource: {product: linux}
detection: {s: {mark: b}, condition: s}
---
title: A then B
id: ab
level: high
correlation: {type: temporal, rules: [a, b], group-by: [case], timespan: 10m, generate: true}
)");
  const bool split = GENERATE(false, true);
  Watch w(test::small_estate(), rules);
  const auto mark = [&](double at, const char* m, const char* host) {
    w.event(at, "host.login", {{"host.name", host}, {"mark", m}, {"case", "7"}});
  };
  mark(0, "a", "x-1");
  w.act(CommandKind::acknowledge, 1);
  mark(10, "b", "x-2");
  const auto i = w.one();
  CHECK(i->title == "A then B");
  CHECK(i->why.size() == 2);
  CHECK(i->needs_acknowledgement());
  if (!split) return;
  // Split, then completed again by the same two hosts: the incidents stay two.
  REQUIRE(w.act(CommandKind::split, 1, [&](Command& c) { c.target = "e2"; }).accepted);
  mark(20, "a", "x-1");
  mark(30, "b", "x-2");
  CHECK(w.open().size() == 2);
}

TEST_CASE("Evidence names what would settle it and which camera is silent or blind") {
  Watch w;
  for (const char* camera : {"C-26", "C-27"}) w.event(-600, "camera.motion_end", {{"camera.id", camera}});
  w.event(0, "door.forced", {{"door.id", "D-231"}});
  const auto texts = [&](Evidence::Role role) {
    std::string out;
    for (const Evidence& e : w.one()->evidence)
      if (e.role == role) out += e.text + "\n";
    return out;
  };
  CHECK(texts(Evidence::Role::would_confirm) == "somebody seen inside\n");
  CHECK(texts(Evidence::Role::would_refute) == "a work order\n");
  CHECK(texts(Evidence::Role::missing) ==
        "Nothing seen by C-26, which watches there\nNothing seen by C-27, which watches there\n");
  w.event(5, "camera.covered", {{"camera.id", "C-26"}});
  CHECK(texts(Evidence::Role::missing) == "Picture of C-26: covered\nNothing seen by C-27, which watches there\n");
  Watch deaf;
  deaf.event(0, "door.forced", {{"door.id", "D-231"}});
  CHECK(deaf.one()->evidence.back().text == "Not known: C-27, which watches there, was never heard");
}

TEST_CASE("Evidence never says that a camera saw nothing when it did, in this incident or not") {
  Watch w;
  w.event(0, "camera.motion_end", {{"camera.id", "C-27"}});  // not worth a line
  w.event(1, "door.held", {{"door.id", "D-231"}});
  w.event(2, "camera.object", {{"camera.id", "C-26"}});  // no rule speaks of it
  w.event(30, "door.forced", {{"door.id", "D-231"}});
  for (const Evidence& e : w.one()->evidence) CHECK(e.text != "Nothing seen by C-26, which watches there");
}

TEST_CASE("A name that a failed login tried ties nothing") {
  const auto rules = test::rules_of(R"(
title: Failed
id: failed
level: low
logsource: {product: linux}
detection: {s: {kind: [host.login_failed, host.usb]}, condition: s}
)");
  Watch w(test::small_estate(), rules);
  w.event(0, "host.login_failed", {{"host.name", "x-1"}, {"user.name", "boda"}, {"src.ip", "198.51.100.7"}});
  w.event(5, "host.usb", {{"host.name", "x-2"}, {"user.name", "boda"}});
  CHECK(w.open().size() == 2);
}

TEST_CASE("Scans that go on after the alert are one line of context, whatever they aim at") {
  Watch w;
  w.event(0, "network.alert", {{"src.ip", "10.9.0.66"}, {"dst.ip", "10.2.0.7"}, {"alert.title", "Exploit"}});
  const auto rules = test::rules_of(R"(
title: Noted
id: noted
level: informational
logsource: {product: suricata}
detection: {s: {kind: network.alert}, condition: s}
watchfloor: {join: [address]}
)");
  w.fusion.configure(test::small_estate(), rules, {});
  for (int i = 0; i < 9; ++i)
    w.event(10 + i, "network.alert",
            {{"src.ip", "10.9.0.66"}, {"dst.ip", ("10.2.9." + std::to_string(i)).c_str()}, {"alert.title", "Scan"}});
  CHECK(Watch::why(*w.one()) ==
        "opens | Exploit, 10.9.0.66 → hv-07 | \n"
        "context | Scan, 9 times, from 10.9.0.66 | same source address\n");
}

TEST_CASE("Priority is the rule's level times criticality, and agreement only raises it") {
  using fusion::alert_points;
  using fusion::incident_priority;
  const std::array<bool, 3> one{true, false, false}, two{true, true, false}, three{true, true, true};
  CHECK(incident_priority(alert_points(Priority::low, 4), one, false) == Priority::low);
  CHECK(incident_priority(alert_points(Priority::low, 4), two, false) == Priority::medium);
  CHECK(incident_priority(alert_points(Priority::medium, 4), one, false) == Priority::medium);
  CHECK(incident_priority(alert_points(Priority::high, 1), one, false) == Priority::high);
  CHECK(incident_priority(alert_points(Priority::high, 4), two, false) == Priority::critical);
  CHECK(incident_priority(alert_points(Priority::critical, 1), one, false) == Priority::critical);
  CHECK(incident_priority(0, one, true) == Priority::critical);
  for (const Priority level : {Priority::low, Priority::medium, Priority::high, Priority::critical})
    for (std::uint8_t c = 1; c < 4; ++c) {
      const int p = alert_points(level, c);
      CHECK(alert_points(level, static_cast<std::uint8_t>(c + 1)) >= p);
      CHECK(incident_priority(p, two, false) >= incident_priority(p, one, false));
      CHECK(incident_priority(p, three, false) >= incident_priority(p, two, false));
    }
}
