#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using test::Json;

namespace {

const std::string kBases =
    "title: fail\nid: id-fail\nname: fail\nlogsource: {category: test}\ndetection: {s: {A: fail}, condition: s}\n---\n"
    "title: ok\nid: id-ok\nname: ok\nlogsource: {category: test}\ndetection: {s: {A: ok}, condition: s}\n---\n"
    "title: end\nid: id-end\nname: end\nlogsource: {category: test}\ndetection: {s: {A: end}, condition: s}\n---\n";

/// Feeds events at seconds and notes when which correlation completes.
class Timeline {
 public:
  explicit Timeline(const std::string& correlations) {
    rules_ = test::rules_of(kBases + correlations, report_);
    for (const std::string& p : report_.problems) UNSCOPED_INFO(p);
    REQUIRE(report_.problems.empty());
    matcher_.emplace(rules_);
  }

  /// "name(ids)" of each completed correlation, in order.
  std::string at(double seconds, const Json& fields) {
    Event e = test::event_of(fields, {{"category", "test"}}, static_cast<UtcNs>(seconds * static_cast<double>(kSecond)),
                             std::to_string(++count_));
    std::vector<sigma::Match> matches;
    matcher_->match(e, matches);
    std::string out;
    for (const sigma::Match& m : matches) {
      const sigma::RuleInfo& info = rules_->rules()[m.rule];
      if (!info.correlation) continue;
      if (!out.empty()) out += " ";
      out += info.id + "(";
      for (std::size_t i = 0; i < m.event_ids.size(); ++i) out += (i != 0 ? "," : "") + m.event_ids[i];
      out += ")";
    }
    return out;
  }
  std::string fail(double s, const std::string& user = "joe") { return at(s, {{"A", "fail"}, {"U", user}}); }
  std::string ok(double s, const std::string& user = "joe") { return at(s, {{"A", "ok"}, {"U", user}}); }
  const sigma::RuleSet& rules() const { return *rules_; }

 private:
  sigma::LoadReport report_;
  std::shared_ptr<const sigma::RuleSet> rules_;
  std::optional<sigma::Matcher> matcher_;
  int count_ = 0;
};

std::string correlation(const std::string& id, const std::string& body) {
  return "title: " + id + "\nid: " + id + "\nname: " + id + "_name\nlevel: high\ncorrelation: " + body + "\n";
}

std::string problem_of(const std::string& body) {
  sigma::LoadReport report;
  (void)test::rules_of(kBases + correlation("c", body), report);
  return report.problems.empty() ? std::string() : report.problems[0];
}

}  // namespace

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
  auto end = [&](double s) { return t.at(s, {{"A", "end"}, {"U", "joe"}}); };
  CHECK(t.fail(0).empty());
  CHECK(end(1).empty());
  CHECK(t.ok(2).empty());
  CHECK(end(3) == "c(1,3,4)");
  CHECK(t.ok(20).empty());
  CHECK(t.fail(21).empty());
  CHECK(end(22).empty());
  // Too long in all, though each step is short.
  CHECK(t.fail(40).empty());
  CHECK(t.ok(46).empty());
  CHECK(end(50.5).empty());
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
  CHECK(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, condition: fail and not ok}").find("'not'") !=
        std::string::npos);
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

TEST_CASE("A correlation that cannot be honoured is refused with the reason") {
  CHECK(problem_of("{type: event_count, rules: [nobody], timespan: 10s, condition: {gte: 3}}")
            .find("rule 'nobody' is not loaded") != std::string::npos);
  CHECK(problem_of("{type: event_count, rules: [c], timespan: 10s, condition: {gte: 3}}").find("refers to itself") !=
        std::string::npos);
  CHECK(problem_of("{type: event_count, rules: [fail], timespan: 10, condition: {gte: 3}}").find("timespan '10'") !=
        std::string::npos);
  CHECK(problem_of("{type: event_count, rules: [fail], timespan: 10s}").find("no condition") != std::string::npos);
  CHECK(problem_of("{type: value_count, rules: [fail], timespan: 10s, condition: {gte: 3}}").find("no field") !=
        std::string::npos);
  CHECK(problem_of("{type: value_percentile, rules: [fail], timespan: 10s, condition: {gte: 3, field: N}}")
            .find("percentile") != std::string::npos);
  CHECK(problem_of("{type: sometimes, rules: [fail], timespan: 10s}").find("'sometimes'") != std::string::npos);
  CHECK(problem_of("{type: temporal, rules: [fail, ok], group-by: [who], timespan: 10s, aliases: {who: {fail: src}}}")
            .find("says nothing of rule 'ok'") != std::string::npos);
}
