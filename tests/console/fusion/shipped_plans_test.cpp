// The plans of assets/plans against the rules of assets/rules.
#include <algorithm>
#include <filesystem>
#include <set>

#include "console/fusion/digest.hpp"
#include "console/fusion/plans.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using fusion::PlanBook;
namespace fs = std::filesystem;

namespace {

const fs::path kAssets = fs::path(WF_SOURCE_DIR) / "assets";

std::shared_ptr<const PlanBook> our_plans() {
  sigma::LoadReport report;
  auto book = PlanBook::compile(sigma::read_rule_files({kAssets / "plans"}, report), report);
  for (const std::string& problem : report.problems) UNSCOPED_INFO(problem);
  REQUIRE(report.problems.empty());
  return book;
}

std::shared_ptr<const sigma::RuleSet> our_rules() {
  sigma::LoadReport report;
  return sigma::RuleSet::compile(sigma::read_rule_files({kAssets / "rules"}, report), report);
}

/// What needs no rule: what devices report for themselves, and a guard's panic.
constexpr const char* kDeviceAlarms[] = {"access.duress", "intrusion.holdup", "intrusion.medical",
                                         "fire.alarm",    "fire.gas",         "panic"};

}  // namespace

TEST_CASE("There are plans, rules and plans name each other truly, and a plan is named after its file") {
  const auto book = our_plans();
  CHECK(book->plans().size() >= 12);
  const auto rules = our_rules();
  CHECK(book->missing(*rules) == std::vector<std::string>{});
  CHECK(book->strangers(*rules) == std::vector<std::string>{});
  for (const PlanBook::Found& plan : book->plans()) CHECK(fs::path(plan->file).stem() == plan->id);
}

TEST_CASE("Every rule of level high or critical has a plan, and every rule that can alert says what to do") {
  const auto book = our_plans();
  const auto rules = our_rules();
  std::size_t grave = 0;
  for (const sigma::RuleInfo& rule : rules->rules()) {
    if (rule.hidden || rule.informational) continue;
    INFO(rule.file);
    const PlanBook::Found plan = book->of(rule, "");
    REQUIRE(plan);
    if (rule.level < Priority::high) continue;
    ++grave;
    CHECK_FALSE(plan->id.empty());
  }
  CHECK(grave >= 20);
}

TEST_CASE("Life safety waits for no rule, and has a plan") {
  const auto book = our_plans();
  for (const char* kind : kDeviceAlarms) {
    INFO(kind);
    CHECK((fusion::life_safety_kind(kind) || kind == std::string_view("panic")));
    CHECK(book->of_kind(kind));
  }
}

TEST_CASE("Every plan is the plan of a rule or of a device alarm") {
  const auto book = our_plans();
  std::set<std::string> used;
  const auto rules = our_rules();
  for (const sigma::RuleInfo& rule : rules->rules())
    if (const PlanBook::Found plan = rule.hidden || rule.informational ? nullptr : book->of(rule, ""))
      used.insert(plan->id);
  for (const char* kind : kDeviceAlarms) used.insert(book->of_kind(kind)->id);
  for (const PlanBook::Found& plan : book->plans()) {
    INFO(plan->file);
    CHECK(used.contains(plan->id));
  }
}

TEST_CASE("Steps are short, have a target, come in the order of their targets, and belong to a known role") {
  const std::set<std::string> roles{"Operator", "Guard", "Supervisor", "IT", "Maintenance"};
  const auto book = our_plans();
  for (const PlanBook::Found& plan : book->plans()) {
    INFO(plan->file);
    CHECK(plan->steps.size() >= 4);
    std::int64_t before = 0;
    for (const fusion::Plan::Step& step : plan->steps) {
      INFO(step.text);
      CHECK(step.text.size() <= 34);  // one line of the panel
      CHECK(step.needs.size() <= 66);
      CHECK(roles.contains(step.role));
      CHECK(step.within > 0);
      CHECK(step.within >= before);
      before = step.within;
      // Nobody is ever locked in.
      CHECK((step.text.find("Lock ") == std::string::npos || step.text == "Lock the account" ||
             step.text == "Lock no door on their way"));
    }
  }
}
