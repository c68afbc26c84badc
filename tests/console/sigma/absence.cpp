// absence, our own extension: an event that nothing follows.
#include "tests/console/sigma/timeline.hpp"

using namespace wf;
using test::correlation;
using test::Timeline;

namespace {

const std::string kUnanswered = correlation("c", "{type: absence, rules: [fail, ok], group-by: [U], timespan: 10s}",
                                            "watchfloor: {lateness: 5s}\n");

}  // namespace

TEST_CASE("What nothing follows is absent when its time and the lateness have passed, not before") {
  Timeline t(kUnanswered);
  CHECK_FALSE(t.waiting());
  CHECK(t.fail(0).empty());
  CHECK(t.waiting());
  CHECK(t.tick(10).empty());
  CHECK(t.tick(15).empty());
  CHECK(t.tick(15.001) == "c(1)");
  CHECK(t.last() == 10);  // when it was to have come
  CHECK_FALSE(t.waiting());
  CHECK(t.tick(100).empty());
}

TEST_CASE("An event that has nothing to do with it moves the time as a tick does") {
  Timeline t(kUnanswered);
  CHECK(t.fail(0).empty());
  CHECK(t.at(15, {{"B", "other"}}).empty());
  CHECK(t.at(16, {{"B", "other"}}) == "c(1)");
  CHECK(t.tick(17).empty());
}

TEST_CASE("What is followed in time is not absent; both ends of the time belong to it") {
  Timeline t(kUnanswered);
  CHECK(t.fail(0).empty());
  CHECK(t.ok(10).empty());
  CHECK_FALSE(t.waiting());
  CHECK(t.fail(20).empty());
  CHECK(t.ok(30.001).empty());
  CHECK(t.tick(36) == "c(3)");
  CHECK(t.ok(40).empty());  // the other way round is none: what comes before does not follow
  CHECK(t.fail(41).empty());
  CHECK(t.tick(60) == "c(6)");
}

TEST_CASE("Groups answer for themselves, and without its group-by field an event waits for nothing") {
  Timeline t(kUnanswered);
  CHECK(t.fail(0, "a").empty());
  CHECK(t.fail(1, "b").empty());
  CHECK(t.at(1, {{"A", "fail"}}).empty());
  CHECK(t.ok(5, "b").empty());
  CHECK(t.at(5, {{"A", "ok"}}).empty());
  CHECK(t.tick(60) == "c(1)");
}

TEST_CASE("An answer that came before the question, by a late one, is one") {
  Timeline t(kUnanswered);
  CHECK(t.ok(3).empty());
  CHECK(t.fail(0).empty());
  CHECK_FALSE(t.waiting());
  CHECK(t.ok(7).empty());
  CHECK(t.fail(7).empty());  // a clock may be too coarse to tell
  CHECK_FALSE(t.waiting());
}

TEST_CASE("A late answer counts until the lateness has passed") {
  Timeline t(kUnanswered);
  CHECK(t.fail(0).empty());
  CHECK(t.tick(15).empty());
  CHECK(t.ok(9).empty());
  CHECK_FALSE(t.waiting());
}

TEST_CASE("What comes too late itself waits from when it came") {
  Timeline t(kUnanswered);
  CHECK(t.tick(1000).empty());
  CHECK(t.fail(100).empty());
  CHECK(t.tick(1014).empty());
  CHECK(t.ok(105).empty());  // its answer is behind it on the same way
  CHECK_FALSE(t.waiting());
  CHECK(t.fail(200).empty());
  CHECK(t.tick(1030) == "c(3)");
  CHECK(t.last() == 210);
}

TEST_CASE("Several that wait are one absence a timespan") {
  Timeline t(kUnanswered);
  CHECK(t.fail(0).empty());
  CHECK(t.fail(4).empty());
  CHECK(t.fail(12).empty());
  CHECK(t.tick(60) == "c(1) c(3)");
}

TEST_CASE("One rule alone is one that is to go on: a silence") {
  Timeline t(
      correlation("c", "{type: absence, rules: [ok], group-by: [U], timespan: 60s}", "watchfloor: {lateness: 5s}\n"));
  for (int i = 0; i <= 10; ++i) CHECK(t.ok(i * 60).empty());
  CHECK(t.ok(600, "other").empty());
  CHECK(t.ok(660, "other").empty());
  CHECK(t.tick(665).empty());
  CHECK(t.tick(666) == "c(11)");
  CHECK(t.last() == 660);
  CHECK(t.tick(2000) == "c(13)");
  CHECK(t.tick(9000).empty());  // told once
}

TEST_CASE("Several rules may answer") {
  Timeline t(correlation("c", "{type: absence, rules: [fail, ok, end], timespan: 10s}"));
  CHECK(t.fail(0).empty());
  CHECK(t.end(1).empty());
  CHECK_FALSE(t.waiting());
}

TEST_CASE("Drills answer drills only") {
  Timeline t(kUnanswered);
  CHECK(t.fail(0).empty());
  CHECK(t.at(1, {{"A", "ok"}, {"U", "joe"}}, true).empty());
  CHECK(t.tick(60) == "c(1)");
}

TEST_CASE("An absence chains: it may be counted, followed, and stand on a correlation") {
  Timeline t(
      kUnanswered + "---\n" +
      correlation("often", "{type: event_count, rules: [c_name], group-by: [U], timespan: 60s, condition: {gte: 2}}") +
      "---\n" +
      correlation("then", "{type: temporal_ordered, rules: [c_name, end], group-by: [U], timespan: 30s}",
                  "watchfloor: {lateness: 0s}\n"));
  CHECK(t.fail(0).empty());
  // It comes after the absence's time, and before the absence is known.
  CHECK(t.end(12).empty());
  CHECK(t.tick(16) == "c(1) then(1,2)");
  CHECK(t.fail(20).empty());
  CHECK(t.tick(36) == "c(3) often(1,3)");
  Timeline u(
      correlation("many", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 2}}") +
      "---\n" + correlation("c", "{type: absence, rules: [many_name, ok], group-by: [U], timespan: 10s}"));
  CHECK(u.fail(0).empty());
  CHECK(u.fail(1) == "many(1,2)");
  CHECK(u.tick(1000) == "c(1,2)");
}

TEST_CASE("What waits goes on waiting under a new configuration") {
  Timeline t(kUnanswered);
  CHECK(t.fail(0, "a").empty());
  CHECK(t.fail(1, "b").empty());
  t.configure(correlation("d", "{type: event_count, rules: [fail], timespan: 10s, condition: {gte: 9}}") + "---\n" +
              kUnanswered);
  CHECK(t.waiting());
  CHECK(t.ok(5, "b").empty());
  CHECK(t.tick(60) == "c(1)");
}

TEST_CASE("When too many wait, the one that has waited longest is given up") {
  Timeline t(kUnanswered);
  for (int i = 0; i <= 16'384; ++i) (void)t.fail(i * 0.0001, "user" + std::to_string(i));
  const std::string absent = t.tick(60);
  CHECK(absent.find("c(1) ") == std::string::npos);
  CHECK(absent.starts_with("c(2) "));
  CHECK(absent.ends_with(" c(16385)"));
}

TEST_CASE("The stream's time goes no further than the clock, however far ahead an event's is") {
  sigma::LoadReport report;
  const auto rules = test::rules_of(test::kBases + kUnanswered, report);
  sigma::Matcher matcher(rules);
  std::vector<sigma::Match> matches;
  matcher.match(test::event_of({{"A", "fail"}, {"U", "joe"}}, {{"category", "test"}}, 0, "1"), kSecond, matches);
  matches.clear();
  matcher.match(test::event_of({{"B", "x"}}, {{"category", "test"}}, 600 * kSecond, "2"), 2 * kSecond, matches);
  CHECK(matches.empty());
  matcher.match(test::event_of({{"B", "x"}}, {{"category", "test"}}, 600 * kSecond, "3"), 16 * kSecond, matches);
  REQUIRE(matches.size() == 1);
  REQUIRE(matches[0].absent != nullptr);
  CHECK(matches[0].absent->id == "1");
}
