// Every rule of assets/rules against its fixtures: rules/NAME.fires.jsonl must make rule NAME alert,
// rules/NAME.quiet.jsonl must not. The events go through the whole of fusion on the small estate.
#include <filesystem>
#include <fstream>
#include <set>

#include "proto/event_json.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;
namespace fs = std::filesystem;

namespace {

const fs::path kRules = fs::path(WF_SOURCE_DIR) / "assets/rules";
const fs::path kFixtures = fs::path(WF_SOURCE_DIR) / "tests/console/fusion/rules";

std::shared_ptr<const sigma::RuleSet> our_rules() {
  static const auto rules = [] {
    sigma::LoadReport report;
    auto set = sigma::RuleSet::compile(sigma::read_rule_files({kRules}, report), report);
    for (const std::string& problem : report.problems) UNSCOPED_INFO(problem);
    REQUIRE(report.problems.empty());
    return set;
  }();
  return rules;
}

/// The rule for which a file is named: its first document.
std::string first_id(const fs::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("id: ")) return line.substr(4);
  return {};
}

std::set<std::string> alerts_of(const fs::path& fixture) {
  Watch w(test::small_estate(), our_rules());
  std::ifstream in(fixture);
  REQUIRE(in.good());
  std::set<std::string> out;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    auto event = parse_json_line(line);
    INFO(fixture << ":" << ++number << ": " << (event ? std::string() : event.error().text()));
    REQUIRE(event.ok());
    event->id = "line" + std::to_string(number);
    w.event(std::move(*event));
    for (const Alert& a : w.changes.alerts) out.insert(a.rule_id);
  }
  REQUIRE(number > 0);
  return out;
}

}  // namespace

TEST_CASE("Every rule fires on its fixture and keeps quiet on the other") {
  std::size_t checked = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kRules)) {
    if (entry.path().extension() != ".yml") continue;
    const std::string name = entry.path().stem().string(), id = first_id(entry.path());
    INFO(name);
    REQUIRE_FALSE(id.empty());
    if (name.ends_with("_noted") || name == "sensor_note") continue;  // informational: next test
    CHECK(alerts_of(kFixtures / (name + ".fires.jsonl")).contains(id));
    CHECK_FALSE(alerts_of(kFixtures / (name + ".quiet.jsonl")).contains(id));
    ++checked;
  }
  CHECK(checked >= 40);
}

TEST_CASE("Informational rules open no incident") {
  Watch w(test::small_estate(), our_rules());
  w.event(0, "access.granted", {{"credential.id", "88-1042"}, {"door.id", "D-2"}});
  w.event(5, "camera.motion", {{"camera.id", "C-26"}});
  w.event(9, "host.login", {{"host.name", "ws-14"}, {"user.name", "avos"}});
  CHECK(w.open().empty());
}

TEST_CASE("Every rule that can alert tells people what to do, in words of its own") {
  std::set<std::string> ids;
  for (const sigma::RuleInfo& rule : our_rules()->rules()) {
    INFO(rule.file);
    CHECK(rule.id.size() == 36);
    CHECK(ids.insert(rule.id).second);
    CHECK(rule.description.size() > 20);
    if (rule.hidden || rule.informational) continue;
    CHECK_FALSE(rule.title_template.empty());
    CHECK(rule.plan.empty() == !rule.plan_id.empty());
    CHECK_FALSE(rule.would_refute.empty());
  }
}
