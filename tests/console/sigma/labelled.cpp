#include <time.h>

#include "tests/console/sigma/public_rules.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using test::Json;
using test::kSigmaData;

TEST_CASE("Every specification vector gives the answer it states") {
  const auto path = kSigmaData / "labelled/spec_vectors.visible.jsonl";
  if (test::absent(path)) return;
  for (const Json& v : test::lines_of(path)) {
    sigma::LoadReport report;
    const auto rules = test::rules_of(v["rule"].dump(), report);
    INFO(v["name"].get<std::string>() << (report.problems.empty() ? "" : ": " + report.problems[0]));
    REQUIRE(rules->rules().size() == 1);
    sigma::Matcher matcher(rules);
    const Event event = test::event_of(v["event"], v["rule"]["logsource"]);
    CHECK(test::ids_of(matcher, *rules, event).size() == (v["match"].get<bool>() ? 1U : 0U));
  }
}

TEST_CASE("Public rules load except those with a placeholder") {
  if (test::absent(kSigmaData / "rules")) return;
  sigma::LoadReport report;
  const auto files = sigma::read_rule_files({kSigmaData / "rules"}, report);
  const auto rules = sigma::RuleSet::compile(files, report);
  std::cout << "public rules: " << report.loaded << " loaded, " << report.refused << " refused\n";
  for (const std::string& p : report.problems) {
    INFO(p);
    CHECK(p.find("placeholder not configured") != std::string::npos);
  }
  CHECK(report.loaded + report.refused == 3780);
}

TEST_CASE("Labelled events give exactly the rules that they name") {
  const std::string set = GENERATE("synthetic_windows", "synthetic_nonwindows");
  if (test::absent(kSigmaData / "labelled" / (set + ".visible.jsonl"))) return;
  const auto& rules = test::public_rules().rules;
  sigma::Matcher matcher(rules);
  const std::vector<test::Labelled> events = test::labelled(set);
  std::size_t exact = 0, shown = 0;
  for (const test::Labelled& l : events) {
    const auto got = test::ids_of(matcher, *rules, l.event);
    exact += got == l.expected;
    if (got == l.expected || ++shown > 5) continue;
    std::string text = l.name + ": missing";
    for (const auto& id : l.expected)
      if (!got.contains(id)) text += " " + id;
    text += "; extra";
    for (const auto& id : got)
      if (!l.expected.contains(id)) text += " " + id;
    UNSCOPED_INFO(text);
  }
  std::cout << set << ": exact " << exact << " of " << events.size() << "\n";
  CHECK(exact == events.size());
}

TEST_CASE("Matching all public rules is fast") {
  if (test::absent(kSigmaData / "labelled/synthetic_windows.visible.jsonl")) return;
  auto set = test::labelled("synthetic_windows");
  for (test::Labelled& l : test::labelled("synthetic_nonwindows")) set.push_back(std::move(l));
  sigma::Matcher matcher(test::public_rules().rules);
  std::vector<sigma::Match> out;
  for (const test::Labelled& l : set) matcher.match(l.event, out);
  const auto spent = [] {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  };
  const double start = spent();
  for (int round = 0; round < 5; ++round)
    for (const test::Labelled& l : set) {
      out.clear();
      matcher.match(l.event, out);
    }
  const double rate = 5 * static_cast<double>(set.size()) / (spent() - start);
  std::cout << "all public rules: " << static_cast<long>(rate) << " labelled events/s\n";
  // Far below what it does, far above what trying every rule would give.
  CHECK(rate > 20'000);
}
