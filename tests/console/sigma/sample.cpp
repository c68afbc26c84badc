#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

bool detects(const std::string& detection, const std::string& fields) {
  sigma::LoadReport report;
  const auto rules = rules_of("title: t\nid: r\nlogsource: {category: test}\ndetection: " + detection + "\n", report);
  INFO((report.problems.empty() ? std::string() : report.problems[0]));
  REQUIRE(rules->rules().size() == 1);
  sigma::Matcher matcher(rules);
  return !ids_of(matcher, *rules, event_of(Json::parse(fields))).empty();
}

std::string refusal(const std::string& detection) {
  sigma::LoadReport report;
  const auto rules = rules_of("title: t\nid: r\nlogsource: {category: test}\ndetection: " + detection + "\n", report);
  CHECK(rules->rules().empty());
  CHECK(report.refused == 1);
  return report.problems.empty() ? std::string() : report.problems[0];
}

}  // namespace wf::test
