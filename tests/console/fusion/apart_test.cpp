// What people merged or split stays so, whatever comes later and whatever is over meanwhile.
#include "console/model/incident_json.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

void forced(Watch& w, double at) { w.event(at, "door.forced", {{"door.id", "D-231"}}); }
void root(Watch& w, double at) { w.event(at, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}}); }
bool resolve(Watch& w, std::uint64_t id) {
  return w.act(CommandKind::resolve, id, [](Command& c) { c.cause = Cause::nuisance; }).accepted;
}
bool split(Watch& w, std::uint64_t id, const char* event) {
  return w.act(CommandKind::split, id, [&](Command& c) { c.target = event; }).accepted;
}
bool merge(Watch& w, std::uint64_t a, std::uint64_t b) {
  return w
      .command(CommandKind::merge, {a, b},
               [&](Command& c) {
                 c.seen_revisions = {w.incident(a)->revision, w.incident(b)->revision};
               })
      .accepted;
}

std::shared_ptr<const sigma::RuleSet> pairs() {
  static const auto rules = test::rules_of(R"(
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
title: C
id: c
name: c
level: low
logsource: {product: linux}
detection: {s: {mark: c}, condition: s}
---
title: A then B
id: ab
level: high
correlation: {type: temporal, rules: [a, b], group-by: [case], timespan: 10m, generate: true}
---
title: B then C
id: bc
level: high
correlation: {type: temporal, rules: [b, c], group-by: [case], timespan: 10m, generate: true}
---
title: A then C
id: ac
level: high
correlation: {type: temporal, rules: [a, c], group-by: [case], timespan: 10m, generate: true}
)");
  return rules;
}

void mark(Watch& w, double at, const char* m, const char* host, const char* pattern = "7") {
  w.event(at, "host.login", {{"host.name", host}, {"mark", m}, {"case", pattern}});
}

/// Open incidents that have a line of this host, by id.
std::vector<std::uint64_t> with(const Watch& w, const char* host) {
  std::vector<std::uint64_t> out;
  for (const auto& i : w.open())
    for (const Contribution& c : i->why)
      if (c.text.find(host) != std::string::npos && (out.empty() || out.back() != i->id)) out.push_back(i->id);
  return out;
}

}  // namespace

TEST_CASE("What was split does not come back when its part is over") {
  Watch w;
  forced(w, 0);
  root(w, 30);
  REQUIRE(split(w, 1, "e2"));
  REQUIRE(resolve(w, 2));
  root(w, 60);
  REQUIRE(w.open().size() == 2);
  CHECK(w.incident(1)->event_count == 1);
  CHECK(w.incident(3)->title == "Root login on hv-07");
  // What is as near to the one as to the other, or nearer, may join.
  w.event(70, "camera.covered", {{"camera.id", "C-26"}});
  CHECK(w.incident(1)->event_count == 2);
}

TEST_CASE("What joined a part after the split stays out too") {
  Watch w;
  forced(w, 0);
  root(w, 30);
  REQUIRE(split(w, 1, "e2"));
  w.event(40, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}, {"src.ip", "198.51.100.7"}});
  REQUIRE(w.incident(2)->event_count == 2);
  REQUIRE(resolve(w, 2));
  root(w, 60);
  CHECK(w.incident(1)->event_count == 1);
}

TEST_CASE("No correlation brings back what was split, though the part is over") {
  Watch w(test::small_estate(), pairs());
  mark(w, 0, "a", "x-1");
  mark(w, 10, "b", "x-2");
  REQUIRE(w.one()->why.size() == 2);
  REQUIRE(split(w, 1, "e2"));
  REQUIRE(with(w, "x-2").size() == 1);
  REQUIRE(resolve(w, with(w, "x-2").front()));
  mark(w, 20, "a", "x-1");  // completes the pattern with the event of what is over
  CHECK(with(w, "x-2").empty());
  CHECK(w.one()->id == 1);
}

TEST_CASE("What took in one part keeps apart from the other") {
  Watch w(test::small_estate(), pairs());
  mark(w, 0, "a", "x-1");
  mark(w, 10, "b", "x-2");
  REQUIRE(split(w, 1, "e2"));
  mark(w, 20, "c", "x-3");  // B then C: unites with the part, A then C: would unite with the other
  const auto b = with(w, "x-2"), a = with(w, "x-1"), c = with(w, "x-3");
  REQUIRE(a.size() == 1);
  REQUIRE(b.size() == 1);
  REQUIRE(c.size() == 1);
  CHECK(a != b);
  mark(w, 30, "a", "x-1");
  mark(w, 31, "c", "x-3");
  mark(w, 32, "b", "x-2");
  CHECK(with(w, "x-1") == a);
  CHECK(with(w, "x-2") == b);
  CHECK(w.open().size() == 2);
}

TEST_CASE("A person may merge again what was split, and then it is one") {
  Watch w;
  forced(w, 0);
  root(w, 30);
  REQUIRE(split(w, 1, "e2"));
  REQUIRE(merge(w, 1, 2));
  root(w, 60);
  CHECK(w.one()->event_count == 3);
}

TEST_CASE("What a person merged stays one: what belongs to either joins it") {
  Watch w;
  forced(w, 0);
  w.event(5, "host.usb", {{"host.name", "ws-14"}});
  REQUIRE(w.open().size() == 2);
  REQUIRE(merge(w, 1, 2));
  w.event(60, "host.usb", {{"host.name", "ws-14"}, {"user.name", "boda"}});
  forced(w, 90);
  CHECK(w.one()->event_count == 4);
}

TEST_CASE("A restart or another configuration anywhere forgets no split") {
  const int cut = GENERATE(0, 1, 2, 3, 4, 5);
  const auto step = [](Watch& w, int n) {
    if (n == 0) forced(w, 0);
    if (n == 1) root(w, 30);
    if (n == 2) REQUIRE(split(w, 1, "e2"));
    if (n == 3) REQUIRE(resolve(w, 2));
    if (n == 4) root(w, 60);
    if (n == 5) root(w, 90);
  };
  Watch whole;
  for (int n = 0; n < 6; ++n) step(whole, n);
  // A process that knows nothing reads the log again from its beginning, and is configured anew in the middle.
  Watch after;
  for (int n = 0; n < 6; ++n) {
    if (n == cut) after.fusion.configure(test::small_estate(), test::small_rules(), {});
    step(after, n);
  }
  CHECK(after.json() == whole.json());
  CHECK(after.incident(1)->event_count == 1);
  CHECK(after.incident(3)->event_count == 2);
}
