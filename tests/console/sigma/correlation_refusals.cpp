// Correlations that cannot be honoured: named with file, line, reason and remedy; the rest loads.
#include "tests/console/sigma/timeline.hpp"

using namespace wf;
using test::correlation;

namespace {

/// The problems, one line each, of a correlation whose document begins at line 19.
std::string problems_of(const std::string& text) {
  sigma::LoadReport report;
  const auto rules = test::rules_of(test::kBases + text, report);
  CHECK(rules->rules().size() >= 3);
  std::string out;
  for (const std::string& p : report.problems) out += p + "\n";
  return out;
}

std::string problem_of(const std::string& body) { return problems_of(correlation("c", body)); }

bool says(const std::string& problem, const std::string& part) {
  INFO(problem);
  CHECK(problem.find(part) != std::string::npos);
  return problem.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A reference that leads nowhere is named with its line") {
  const std::string text =
      "title: c\nid: c\ncorrelation:\n  type: temporal\n  rules:\n    - fail\n    - nobody\n  timespan: 10s\n";
  says(problems_of(text), "rules.yml:25: rule 'nobody' is not loaded; correct the name or load the rule");
  says(problem_of("{type: event_count, rules: [], timespan: 10s, condition: {gte: 3}}"), "no rules to correlate");
  says(problem_of("{type: temporal, rules: [fail, id-fail], timespan: 10s}"), "rule 'id-fail' is listed twice");
}

TEST_CASE("A circle of correlations is named with its way, and only what stands in it is lost") {
  const std::string problems =
      problems_of(correlation("c", "{type: temporal, rules: [fail, d_name], timespan: 10s}") + "---\n" +
                  correlation("d", "{type: temporal, rules: [ok, e_name], timespan: 10s}") + "---\n" +
                  correlation("e", "{type: temporal, rules: [end, c_name], timespan: 10s}") + "---\n" +
                  correlation("f", "{type: temporal, rules: [fail, ok], timespan: 10s}"));
  says(problems, "rules.yml:35: the correlations refer to each other in a circle: c_name, d_name, e_name, c_name");
  says(problems, "rule 'e_name' was refused");
  says(problems, "rule 'd_name' was refused");
  CHECK(problems.find("f_name") == std::string::npos);
  says(problem_of("{type: event_count, rules: [c], timespan: 10s, condition: {gte: 3}}"),
       "in a circle: c_name, c_name");
}

TEST_CASE("A timespan is a number and a unit, at least a second and at most a year") {
  for (const char* text : {"10", "0s", "10M", "1w", "-5s", "367d", "99999999999s", "s", "1.5h", "10 s", "[1s]"})
    says(problem_of(std::string("{type: event_count, rules: [fail], timespan: ") + text + ", condition: {gte: 3}}"),
         "timespan '");
  says(problem_of("{type: event_count, rules: [fail], condition: {gte: 3}}"), "no timespan");
  CHECK(problem_of("{type: event_count, rules: [fail], timespan: 366d, condition: {gte: 3}}").empty());
  const std::string good = "{type: event_count, rules: [fail], timespan: 5s, condition: {gte: 3}}";
  says(problems_of(correlation("c", good, "watchfloor: {lateness: 4d}\n")), "lateness '4d' cannot be used");
  says(problems_of(correlation("c", good, "watchfloor: {lateness: soon}\n")), "lateness 'soon' cannot be used");
  says(problems_of("title: p\nid: p\nlogsource: {category: test}\ndetection: {s: {A: 1}, condition: s}\n"
                   "watchfloor: {lateness: 5s}\n"),
       "'watchfloor: lateness' is not known");
}

TEST_CASE("A condition that says nothing, or can never hold, is refused") {
  const auto count = [](const std::string& condition) {
    return problem_of("{type: event_count, rules: [fail], timespan: 10s, condition: " + condition + "}");
  };
  says(problem_of("{type: event_count, rules: [fail], timespan: 10s}"), "no condition");
  says(count("{gt: 5, lt: 3}"), "can never hold");
  says(count("{gt: 5, lt: 6}"), "can never hold");
  says(count("{lt: 1}"), "can never hold");
  says(count("{eq: 2.5}"), "can never hold");
  says(count("{gte: 200000}"), "above 100000");
  says(count("{gte: many}"), "needs a number");
  says(count("{about: 3}"), "condition 'about' is not known");
  says(count("{gte: 3, field: U}"), "'field' where no values are looked at");
  says(count("{gte: 3, percentile: 5}"), "'percentile' in another type");
  says(count("fail and ok"), "cannot be used here");
  CHECK(count("{gt: 5, lt: 7}").empty());
  CHECK(count("{gte: 5, lte: 5}").empty());
  CHECK(problem_of("{type: value_avg, rules: [fail], timespan: 10s, condition: {field: N, gt: 5, lt: 6}}").empty());
  says(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, condition: {gte: 3}}"), "can never hold");
  says(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, condition: fail and not ok}"), "'not'");
  says(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, condition: fail and nobody}"), "nobody");
  says(problem_of("{type: temporal_ordered, rules: [fail, ok, end], timespan: 10s, condition: {gte: 2}}"),
       "temporal_ordered wants all of its rules");
  CHECK(problem_of("{type: temporal_ordered, rules: [fail, ok], timespan: 10s, condition: {gte: 2}}").empty());
}

TEST_CASE("Values want a field, a number one, a percentile its share") {
  says(problem_of("{type: value_count, rules: [fail], timespan: 10s, condition: {gte: 3}}"), "no field");
  says(problem_of("{type: value_sum, rules: [fail], timespan: 10s, condition: {gte: 3, field: [A, B]}}"),
       "several fields for one number");
  says(problem_of("{type: value_percentile, rules: [fail], timespan: 10s, condition: {gte: 3, field: N}}"),
       "without 'percentile'");
  says(problem_of(
           "{type: value_percentile, rules: [fail], timespan: 10s, condition: {gte: 3, field: N, percentile: 101}}"),
       "percentile outside 0 to 100");
}

TEST_CASE("Unknown types, keys and aliases are named") {
  says(problem_of("{type: sometimes, rules: [fail], timespan: 10s}"), "'sometimes'");
  says(problem_of("{rules: [fail], timespan: 10s}"), "no correlation type");
  says(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, within: 3}"), "correlation key 'within'");
  says(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, generate: maybe}"), "'generate' is 'maybe'");
  says(problem_of("{type: temporal, rules: [fail, ok], group-by: [who], timespan: 10s, aliases: {who: {fail: src}}}"),
       "says nothing of rule 'ok'");
  says(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, aliases: {who: {end: src}}}"),
       "names rule 'end', which is not correlated");
  says(problem_of("{type: temporal, rules: [fail, ok], timespan: 10s, aliases: [who]}"), "'aliases' is no map");
  says(problem_of("{type: absence, rules: [fail, ok], timespan: 10s, condition: {gte: 2}}"),
       "absence takes no condition");
}
