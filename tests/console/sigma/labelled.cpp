#include <chrono>
#include <filesystem>
#include <iostream>

#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using namespace wf;
using test::Json;

namespace {

const fs::path kData = fs::path(WF_SHARED_DATA) / "sigma";

std::vector<Json> lines_of(const fs::path& path) {
  std::vector<Json> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out.push_back(Json::parse(line));
  return out;
}

bool absent(const fs::path& path) {
  if (fs::exists(path)) return false;
  std::cout << "skipped: " << path.filename().string() << " absent\n";
  return true;
}

std::shared_ptr<const sigma::RuleSet> public_rules(sigma::LoadReport& report) {
  const fs::path rules = kData / "rules";
  return sigma::RuleSet::compile(sigma::read_rule_files({rules / "rules", rules / "rules-emerging-threats",
                                                         rules / "rules-threat-hunting", rules / "rules-compliance"},
                                                        report),
                                 report);
}

struct Labelled {
  Event event;
  std::set<std::string> expected;
  std::string name;
};

void check(const std::vector<Labelled>& set, const std::string& name) {
  sigma::LoadReport report;
  const auto rules = public_rules(report);
  sigma::Matcher matcher(rules);
  std::size_t exact = 0, shown = 0;
  for (const Labelled& l : set) {
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
  std::cout << name << ": exact " << exact << " of " << set.size() << "\n";
  CHECK(exact == set.size());
}

std::vector<Labelled> synthetic(const fs::path& path) {
  std::vector<Labelled> out;
  for (const Json& l : lines_of(path))
    out.push_back({test::event_of(l["event"], l["logsource"]), l["expected_rule_ids"].get<std::set<std::string>>(),
                   l["id"].get<std::string>() + " " + l["case"].get<std::string>()});
  return out;
}

}  // namespace

TEST_CASE("Every specification vector gives the answer it states") {
  if (absent(kData / "labelled/spec_vectors.visible.jsonl")) return;
  for (const Json& v : lines_of(kData / "labelled/spec_vectors.visible.jsonl")) {
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
  if (absent(kData / "rules")) return;
  sigma::LoadReport report;
  const auto files = sigma::read_rule_files({kData / "rules"}, report);
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
  const fs::path path = kData / ("labelled/" + set + ".visible.jsonl");
  if (absent(path)) return;
  check(synthetic(path), set);
}

TEST_CASE("Matching all public rules is fast") {
  const fs::path path = kData / "labelled/synthetic_windows.visible.jsonl";
  if (absent(path)) return;
  auto set = synthetic(path);
  for (Labelled& l : synthetic(kData / "labelled/synthetic_nonwindows.visible.jsonl")) set.push_back(std::move(l));
  sigma::LoadReport report;
  const auto rules = public_rules(report);
  sigma::Matcher matcher(rules);
  std::vector<sigma::Match> out;
  for (const Labelled& l : set) matcher.match(l.event, out);
  const auto start = std::chrono::steady_clock::now();
  std::size_t events = 0;
  for (int round = 0; round < 5; ++round)
    for (const Labelled& l : set) {
      out.clear();
      matcher.match(l.event, out);
      ++events;
    }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  const double rate = static_cast<double>(events) / spent.count();
  std::cout << "all public rules: " << static_cast<long>(rate) << " events/s\n";
  // Far below what it does, far above what trying every rule would give.
  CHECK(rate > 10'000);
}
