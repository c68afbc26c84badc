// An incident's why is data: what joined each line, through which thing, with what weight.
#include <set>

#include "console/fusion/join.hpp"
#include "console/model/incident_json.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;
using How = JoinLink::How;

namespace {

void forced(Watch& w, double at, const char* door = "D-231") { w.event(at, "door.forced", {{"door.id", door}}); }
void root(Watch& w, double at, const char* host = "hv-07") {
  w.event(at, "host.login", {{"host.name", host}, {"user.name", "root"}});
}

}  // namespace

TEST_CASE("What joined a line is data: the thing between, the tie's weight, and the score that decided") {
  Watch w;
  forced(w, 0);
  root(w, 120);
  const auto i = w.one();
  REQUIRE(i->why.size() == 2);
  CHECK(i->why[0].link == JoinLink{});
  const JoinLink& link = i->why[1].link;
  CHECK(link.how == How::adjacent);
  CHECK(link.entity == EntityRef{EntityKind::zone, "U-server", ""});
  CHECK(link.entity.name == "Server room");
  CHECK(link.weight == 65);
  CHECK(link.further == 0);
  CHECK(link.apart == 120 * kSecond);
  CHECK(link.score == 65 - 15 * 120 / 900);
  CHECK(link.actor.empty());
  CHECK(incident_to_json(*i).find(R"("link":{"how":"adjacent","entity":{"kind":"zone","id":"U-server",)"
                                  R"("name":"Server room"},"weight":65,"score":63,"further":0,"apart_s":120})") !=
        std::string::npos);
}

TEST_CASE("The same thing is shared, and further ties are counted") {
  Watch w;
  w.event(0, "access.passback", {{"door.id", "D-2"}, {"credential.id", "88-2000"}});
  w.event(1, "access.passback", {{"door.id", "D-900"}, {"credential.id", "88-2000"}});
  const JoinLink& link = w.one()->why[1].link;
  CHECK(link.how == How::shared);
  CHECK(link.entity.kind == EntityKind::credential);
  CHECK(link.weight == 95);
  CHECK(link.further == 1);  // whose badge it is
  CHECK(link.score == 100);
}

TEST_CASE("Context says what it is tied to, a correlation that it is a pattern, works who keeps it back") {
  Watch w;
  w.event(0, "access.granted", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  forced(w, 20);
  CHECK(w.one()->why[0].link.how == How::shared);
  CHECK(w.one()->why[0].link.entity.id == "D-231");
  CHECK(w.one()->why[0].link.weight == 100);

  const auto rules = test::rules_of(R"(
title: A
id: a
name: a
level: low
logsource: {product: linux}
detection: {s: {mark: [a, b]}, condition: s}
---
title: Both
id: both
level: high
correlation: {type: value_count, rules: [a], group-by: [case], timespan: 10m, condition: {field: mark, gte: 2}}
)");
  Watch pattern(test::small_estate(), rules);
  pattern.event(0, "host.usb", {{"host.name", "x-1"}, {"mark", "a"}, {"case", "7"}});
  pattern.event(9, "host.usb", {{"host.name", "x-2"}, {"mark", "b"}, {"case", "7"}});
  CHECK(pattern.one()->why[1].link.how == How::pattern);

  Watch works;
  REQUIRE(works
              .command(CommandKind::suppress, {},
                       [&](Command& c) {
                         c.target = "D-231";
                         c.text = "new lock";
                         c.role = "Supervisor";
                         c.until = works.now + kHour;
                       })
              .accepted);
  forced(works, 10);
  CHECK(works.one()->why[0].link.how == How::kept);
  CHECK(works.one()->why[0].link.actor == "M. Okafor");
}

TEST_CASE("What a person merged says who did and where it came from") {
  Watch w;
  forced(w, 0);
  forced(w, 5, "D-900");
  REQUIRE(w.open().size() == 2);
  REQUIRE(w.command(CommandKind::merge, {1, 2}, [&](Command& c) {
             c.seen_revisions = {w.incident(1)->revision, w.incident(2)->revision};
           }).accepted);
  const JoinLink& link = w.one()->why[1].link;
  CHECK(link.how == How::merged);
  CHECK(link.actor == "M. Okafor");
  CHECK(link.incident == 2);
}

TEST_CASE("A site changes the weights, and alerts join by them") {
  fusion::Policy policy;
  policy.join_weights = {{"host in that room", 49}};
  Watch apart(test::small_estate(), test::small_rules(), policy);
  forced(apart, 0);
  root(apart, 10);
  CHECK(apart.open().size() == 2);
  policy.join_weights = {{"host in that room", 90}, {"enough", 90}, {"age", 0}};
  Watch together(test::small_estate(), test::small_rules(), policy);
  forced(together, 0);
  root(together, 600);
  CHECK(together.one()->why[1].link.weight == 90);
}

TEST_CASE("Every weight has one name, and a name that nobody knows changes nothing") {
  std::set<std::string_view> names;
  for (const fusion::JoinWeights::Named& one : fusion::JoinWeights::all()) {
    CHECK(names.insert(one.name).second);
    CHECK(one.weight >= 0);
    CHECK(one.weight <= fusion::JoinWeights::kMost);
  }
  CHECK(names.contains("same door"));
  CHECK(names.contains("enough"));
  const fusion::JoinWeights plain, odd({{"no such tie", 7}});
  for (std::size_t a = 0; a < fusion::kTies; ++a)
    for (std::size_t b = 0; b < fusion::kTies; ++b)
      CHECK(plain.of(static_cast<fusion::Tie>(a), static_cast<fusion::Tie>(b)).weight ==
            odd.of(static_cast<fusion::Tie>(a), static_cast<fusion::Tie>(b)).weight);
}
