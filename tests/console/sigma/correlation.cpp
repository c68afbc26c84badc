#include "tests/console/sigma/timeline.hpp"

using namespace wf;
using test::correlation;
using test::Timeline;

TEST_CASE("A count includes both ends of its window") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 3}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(5).empty());
  CHECK(t.fail(10) == "c(1,2,3)");
  Timeline late(
      correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 3}}"));
  CHECK(late.fail(0).empty());
  CHECK(late.fail(5).empty());
  CHECK(late.fail(10.001).empty());
}

TEST_CASE("A count that goes on holding fires once a timespan") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 2}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(1) == "c(1,2)");
  CHECK(t.fail(2).empty());
  CHECK(t.fail(6).empty());
  CHECK(t.fail(11) == "c(2,3,4,5)");
  CHECK(t.fail(40).empty());
  CHECK(t.fail(41) == "c(6,7)");
}

TEST_CASE("An event that comes out of order counts where it belongs") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 3}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(9).empty());
  CHECK(t.fail(15).empty());
  CHECK(t.fail(4) == "c(1,4,2)");
  CHECK(t.fail(5).empty());
  // Behind everything that is remembered: of no account.
  CHECK(t.fail(-400).empty());
}

TEST_CASE("Groups are apart, and an event without a group-by field belongs to none") {
  Timeline t(
      correlation("c", "{type: event_count, rules: [fail], group-by: [U, H], timespan: 10s, condition: {gte: 2}}"));
  CHECK(t.at(0, {{"A", "fail"}, {"U", "a"}, {"H", "bc"}}).empty());
  CHECK(t.at(1, {{"A", "fail"}, {"U", "ab"}, {"H", "c"}}).empty());
  CHECK(t.at(2, {{"A", "fail"}, {"U", "a"}}).empty());
  CHECK(t.at(3, {{"A", "fail"}, {"U", "a"}}).empty());
  CHECK(t.at(4, {{"A", "fail"}, {"U", "a"}, {"H", "bc"}}) == "c(1,5)");
}

TEST_CASE("Without group-by all events are one group") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], timespan: 10s, condition: {gte: 2}}"));
  CHECK(t.fail(0, "a").empty());
  CHECK(t.fail(1, "b") == "c(1,2)");
}

TEST_CASE("Two correlations that share a base rule both fire") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 2}}") +
             "---\n" +
             correlation("d", "{type: event_count, rules: [fail], group-by: [U], timespan: 20s, condition: {gte: 2}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(1) == "c(1,2) d(1,2)");
}

TEST_CASE("A range in the condition must hold as a whole") {
  Timeline t(
      correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gt: 1, lte: 3}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(1) == "c(1,2)");
  CHECK(t.fail(2).empty());
  CHECK(t.fail(3).empty());
  // The count sinks back to three: the condition begins to hold again.
  CHECK(t.fail(12.5) == "c(4,5)");
}

TEST_CASE("Distinct values are counted, tuples for several fields") {
  Timeline t(correlation(
      "c", "{type: value_count, rules: [fail], group-by: [U], timespan: 10s, condition: {field: P, gte: 3}}"));
  auto port = [&](double s, int p) { return t.at(s, {{"A", "fail"}, {"U", "a"}, {"P", p}}); };
  CHECK(port(0, 1).empty());
  CHECK(port(1, 1).empty());
  CHECK(port(2, 2).empty());
  CHECK(port(11.5, 3).empty());
  CHECK(port(11.6, 4) == "c(3,4,5)");
  Timeline u(correlation("c", "{type: value_count, rules: [fail], timespan: 10s, condition: {field: [P, Q], gte: 2}}"));
  CHECK(u.at(0, {{"A", "fail"}, {"P", 1}, {"Q", 1}}).empty());
  CHECK(u.at(1, {{"A", "fail"}, {"P", 1}}).empty());
  CHECK(u.at(2, {{"A", "fail"}, {"P", 1}, {"Q", 2}}) == "c(1,3)");
}

TEST_CASE("Sums, averages and percentiles are of the window") {
  Timeline sum(correlation("c", "{type: value_sum, rules: [fail], timespan: 10s, condition: {field: N, gt: 100}}"));
  CHECK(sum.at(0, {{"A", "fail"}, {"N", 90}}).empty());
  CHECK(sum.at(1, {{"A", "fail"}, {"N", "not a number"}}).empty());
  CHECK(sum.at(11, {{"A", "fail"}, {"N", 20}}).empty());
  CHECK(sum.at(12, {{"A", "fail"}, {"N", 81}}) == "c(3,4)");
  Timeline average(correlation("c", "{type: value_avg, rules: [fail], timespan: 10s, condition: {field: N, gte: 10}}"));
  CHECK(average.at(0, {{"A", "fail"}, {"N", 4}}).empty());
  CHECK(average.at(1, {{"A", "fail"}, {"N", 16}}) == "c(1,2)");
  Timeline median(correlation(
      "c", "{type: value_percentile, rules: [fail], timespan: 10s, condition: {field: N, percentile: 50, gte: 5}}"));
  CHECK(median.at(0, {{"A", "fail"}, {"N", 1}}).empty());
  CHECK(median.at(1, {{"A", "fail"}, {"N", 9}}).empty());
  CHECK(median.at(2, {{"A", "fail"}, {"N", 5}}) == "c(1,2,3)");
}

TEST_CASE("Temporal wants every rule within the timespan in one group, in any order") {
  Timeline t(correlation("c", "{type: temporal, rules: [fail, ok], group-by: [U], timespan: 10s}"));
  CHECK(t.ok(0, "a").empty());
  CHECK(t.fail(1, "b").empty());
  CHECK(t.fail(10, "a") == "c(1,3)");
  CHECK(t.ok(12, "b").empty());
  CHECK(t.fail(13, "a").empty());
}

TEST_CASE("Ordered temporal checks the order of every rule") {
  Timeline t(correlation("c", "{type: temporal_ordered, rules: [fail, ok, end], group-by: [U], timespan: 10s}"));
  CHECK(t.fail(0).empty());
  CHECK(t.end(1).empty());
  CHECK(t.ok(2).empty());
  CHECK(t.end(3) == "c(1,3,4)");
  CHECK(t.ok(20).empty());
  CHECK(t.fail(21).empty());
  CHECK(t.end(22).empty());
  // Too long in all, though each step is short.
  CHECK(t.fail(40).empty());
  CHECK(t.ok(46).empty());
  CHECK(t.end(50.5).empty());
}

TEST_CASE("A temporal correlation may count its rules or combine them") {
  Timeline count(correlation("c", "{type: temporal, rules: [fail, ok, end], timespan: 10s, condition: {gte: 2}}"));
  CHECK(count.fail(0).empty());
  CHECK(count.ok(1) == "c(1,2)");
  Timeline logic(
      correlation("c", "{type: temporal, rules: [fail, ok, end], timespan: 10s, condition: fail and (ok or end)}"));
  CHECK(logic.ok(0).empty());
  CHECK(logic.at(1, {{"A", "end"}}).empty());
  CHECK(logic.fail(2) == "c(1,2,3)");
}

TEST_CASE("Correlations chain, and only the outermost makes alerts") {
  Timeline t(
      "title: success after failures\nid: outer\ncorrelation: {type: temporal_ordered, rules: [many_name, ok], "
      "group-by: [U], timespan: 60s}\n---\n" +
      correlation("many", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 3}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.ok(1).empty());
  CHECK(t.fail(2).empty());
  CHECK(t.fail(3) == "many(1,3,4)");
  CHECK(t.ok(4, "other").empty());
  CHECK(t.ok(5) == "outer(1,3,4,6)");
  for (const sigma::RuleInfo& info : t.rules().rules())
    CHECK(info.hidden == (info.id != "outer" && info.id != "id-end"));
}

TEST_CASE("Generate keeps the alerts of the base rules") {
  Timeline t(
      correlation("c", "{type: event_count, rules: [fail], timespan: 10s, condition: {gte: 3}, generate: true}"));
  for (const sigma::RuleInfo& info : t.rules().rules()) CHECK_FALSE(info.hidden);
}

TEST_CASE("Aliases name one thing by each rule's own field") {
  Timeline t(correlation(
      "c",
      "{type: temporal, rules: [fail, ok], group-by: [who], timespan: 10s, aliases: {who: {fail: src, ok: dst}}}"));
  CHECK(t.at(0, {{"A", "fail"}, {"src", "x"}, {"dst", "y"}}).empty());
  CHECK(t.at(1, {{"A", "ok"}, {"src", "x"}, {"dst", "y"}}).empty());
  CHECK(t.at(2, {{"A", "ok"}, {"src", "y"}, {"dst", "x"}}) == "c(1,3)");
}

TEST_CASE("What flaps around its limit fires once a timespan") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 3}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(1).empty());
  CHECK(t.fail(2) == "c(1,2,3)");
  CHECK(t.fail(10.5).empty());  // two left, and this one
  CHECK(t.fail(11.5).empty());
  CHECK(t.fail(12) == "c(3,4,5,6)");
}

TEST_CASE("A late event fires for a burst of its own, not again for the one that was told") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 3}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(1).empty());
  CHECK(t.fail(100).empty());
  CHECK(t.fail(101).empty());
  CHECK(t.fail(102) == "c(3,4,5)");
  CHECK(t.fail(101.5).empty());
  CHECK(t.fail(2) == "c(1,2,7)");
  CHECK(t.last() == 2);
  CHECK(t.fail(3).empty());
}

TEST_CASE("How late an event may come is the rule's to say") {
  const std::string body = "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 2}}";
  Timeline t(correlation("c", body, "watchfloor: {lateness: 20s}\n"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(30).empty());
  CHECK(t.fail(9.9).empty());  // more than 20 s behind
  CHECK(t.fail(10) == "c(1,4)");
  Timeline none(correlation("c", body, "watchfloor: {lateness: 0s}\n"));
  CHECK(none.fail(5).empty());
  CHECK(none.fail(4.9).empty());
  CHECK(none.fail(5) == "c(1,3)");
}

TEST_CASE("A group is over when nothing came for it for the timespan and the lateness") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 2}}",
                         "watchfloor: {lateness: 5s}\n"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(14, "other").empty());
  CHECK(t.fail(2) == "c(1,3)");  // late, and its group is still there
  CHECK(t.fail(100, "other").empty());
  CHECK(t.fail(3).empty());
}

TEST_CASE("The group that was touched longest ago makes room for the one too many") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], group-by: [U], timespan: 1d, condition: {gte: 2}}"));
  CHECK(t.fail(0, "first").empty());
  CHECK(t.fail(0, "second").empty());
  for (int i = 0; i < 99'998; ++i) (void)t.fail(1, "user" + std::to_string(i));
  CHECK_FALSE(t.fail(2, "second").empty());
  CHECK(t.fail(3, "one too many").empty());
  CHECK(t.fail(4, "first").empty());
}

TEST_CASE("An event that several of the rules match is counted once") {
  Timeline t("title: any\nid: any\nlogsource: {category: test}\ndetection: {s: {U: joe}, condition: s}\n---\n" +
             correlation("c", "{type: event_count, rules: [fail, any], timespan: 10s, condition: {gte: 2}}"));
  CHECK(t.fail(0).empty());
  CHECK(t.ok(1) == "c(1,2)");
}

TEST_CASE("Drill and reality do not count together") {
  Timeline t(correlation("c", "{type: event_count, rules: [fail], timespan: 10s, condition: {gte: 2}}"));
  CHECK(t.at(0, {{"A", "fail"}}, true).empty());
  CHECK(t.at(1, {{"A", "fail"}}).empty());
  CHECK(t.at(2, {{"A", "fail"}}, true) == "c(1,3)");
}

TEST_CASE("Sums do not drift, and come back from beyond all numbers") {
  Timeline t(correlation("c", "{type: value_sum, rules: [fail], timespan: 10s, condition: {field: N, eq: 1}}"));
  CHECK(t.at(0, {{"A", "fail"}, {"N", 1e300}}).empty());
  CHECK(t.at(5, {{"A", "fail"}, {"N", 0.5}}).empty());
  CHECK(t.at(11, {{"A", "fail"}, {"N", 0.5}}) == "c(2,3)");
  Timeline u(correlation("c", "{type: value_sum, rules: [fail], timespan: 10s, condition: {field: N, eq: 1}}"));
  CHECK(u.at(0, {{"A", "fail"}, {"N", 1e308}}).empty());
  CHECK(u.at(1, {{"A", "fail"}, {"N", 1e308}}).empty());
  CHECK(u.at(10, {{"A", "fail"}, {"N", 0.25}}).empty());
  CHECK(u.at(12, {{"A", "fail"}, {"N", 0.75}}) == "c(3,4)");
}

TEST_CASE("A temporal correlation forgets what it used and what is older, and keeps what is newer") {
  Timeline t(correlation("c", "{type: temporal, rules: [fail, ok], timespan: 10s}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(20).empty());
  CHECK(t.ok(5) == "c(1,3)");
  CHECK(t.ok(6).empty());
  CHECK(t.ok(21) == "c(2,5)");
}

TEST_CASE("Events of the same time are in the order in which they came, and none follows itself") {
  Timeline t("title: any\nid: any\nlogsource: {category: test}\ndetection: {s: {U: joe}, condition: s}\n---\n" +
             correlation("c", "{type: temporal_ordered, rules: [fail, any], timespan: 10s}"));
  CHECK(t.fail(0).empty());
  CHECK(t.fail(0) == "c(1,2)");
  Timeline u(correlation("c", "{type: temporal_ordered, rules: [fail, ok], timespan: 10s}"));
  CHECK(u.ok(0).empty());
  CHECK(u.fail(0).empty());
  CHECK(u.ok(0) == "c(2,3)");
}

TEST_CASE("A chain of three stands on what its parts stand on") {
  Timeline t(
      correlation("many", "{type: event_count, rules: [fail], group-by: [U], timespan: 10s, condition: {gte: 2}}") +
      "---\n" + correlation("then", "{type: temporal_ordered, rules: [many_name, ok], group-by: [U], timespan: 20s}") +
      "---\n" +
      correlation("spread", "{type: value_count, rules: [then_name], timespan: 1m, condition: {field: U, gte: 2}}"));
  CHECK(t.fail(0, "a").empty());
  CHECK(t.fail(1, "a") == "many(1,2)");
  CHECK(t.fail(1, "b").empty());
  CHECK(t.ok(2, "a") == "then(1,2,4)");
  CHECK(t.fail(3, "b") == "many(3,5)");
  CHECK(t.ok(4, "b") == "then(3,5,6) spread(1,2,4,3,5,6)");
}

TEST_CASE("Aliases name a rule by its id or its name, however it is listed") {
  Timeline t(correlation("c",
                         "{type: temporal, rules: [id-fail, ok], group-by: [who], timespan: 10s, "
                         "aliases: {who: {fail: src, id-ok: dst}}}"));
  CHECK(t.at(0, {{"A", "fail"}, {"src", "x"}}).empty());
  CHECK(t.at(1, {{"A", "ok"}, {"dst", "y"}}).empty());
  CHECK(t.at(2, {{"A", "ok"}, {"dst", "x"}}) == "c(1,3)");
}

TEST_CASE("The specification's range and the empty group-by are taken as they are meant") {
  Timeline t(
      correlation("c", "{type: event_count, rules: [fail], group-by: [], timespan: 10s, condition: {gt: 1, lte: 2}}"));
  CHECK(t.fail(0, "a").empty());
  CHECK(t.fail(1, "b") == "c(1,2)");
}

TEST_CASE("Another configuration keeps what is the same and begins anew with what is not") {
  const std::string same = correlation("c", "{type: event_count, rules: [fail], timespan: 10s, condition: {gte: 3}}");
  const std::string other = correlation("d", "{type: event_count, rules: [fail], timespan: 10s, condition: {gte: 4}}");
  const std::string changed =
      correlation("d", "{type: event_count, rules: [fail], timespan: 11s, condition: {gte: 4}}");
  Timeline t(same + "---\n" + other);
  CHECK(t.fail(0).empty());
  CHECK(t.fail(1).empty());
  t.configure(changed + "---\n" + same);
  CHECK(t.fail(2) == "c(1,2,3)");
  CHECK(t.fail(3).empty());  // d has seen two since
  CHECK(t.fail(4).empty());
  CHECK(t.fail(5) == "d(3,4,5,6)");
}

TEST_CASE("A base rule that means something else makes another correlation of it") {
  const std::string counted = correlation("c", "{type: event_count, rules: [x], timespan: 10s, condition: {gte: 2}}");
  const auto base = [](const char* value) {
    return std::string("title: x\nid: x\nlogsource: {category: test}\ndetection: {s: {U: ") + value +
           "}, condition: s}\n---\n";
  };
  Timeline t(base("joe") + counted);
  CHECK(t.fail(0).empty());
  t.configure(base("joe") + counted);
  t.configure(base("'jo*'") + counted);
  CHECK(t.fail(1).empty());
  CHECK(t.fail(2) == "c(2,3)");
}
