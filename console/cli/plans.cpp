#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console/cli/assets.hpp"
#include "console/cli/command.hpp"
#include "console/fusion/plans.hpp"
#include "console/fusion/sigma/rule_set.hpp"

namespace wf::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> plans, rules;
};

/// What is named, or what comes with Watchfloor.
Result<std::vector<fs::path>> places(const std::vector<std::string>& named, const char* folder) {
  if (!named.empty()) return std::vector<fs::path>(named.begin(), named.end());
  const Result<fs::path> home = assets();
  if (!home) return home.error();
  return std::vector<fs::path>{*home / folder};
}

int check(const Options& options) {
  const Result<std::vector<fs::path>> plans = places(options.plans, "plans"), rules = places(options.rules, "rules");
  if (!plans) return fail(plans.error());
  if (!rules) return fail(rules.error());
  sigma::LoadReport report, of_rules;
  const std::vector<sigma::RuleFile> files = sigma::read_rule_files(*plans, report);
  const auto book = fusion::PlanBook::compile(files, report);
  const auto set = sigma::RuleSet::compile(sigma::read_rule_files(*rules, of_rules), of_rules);
  for (std::string& problem : book->missing(*set)) report.problems.push_back(std::move(problem));
  for (std::string& problem : book->strangers(*set)) report.problems.push_back(std::move(problem));
  for (const std::string& problem : report.problems) fmt::print("{}\n", problem);
  if (!of_rules.problems.empty())
    note(fmt::format("{} rules cannot be used; `watchfloor rules check` names each", of_rules.refused));
  fmt::print("{} plans loaded, {} refused, in {} files\n", report.loaded, report.refused, files.size());
  if (report.problems.empty() && files.empty())
    return fail("no plans found: a plan is a file whose name ends in .yaml or .yml");
  return report.problems.empty() ? kGood : kFailed;
}

}  // namespace

void add_plans(CLI::App& app, Run& run) {
  CLI::App* const plans = app.add_subcommand("plans", "Work on response plans");
  plans->require_subcommand(1);
  CLI::App* const command = plans->add_subcommand(
      "check", "Load response plans; name each one that cannot be used and why. Exit status 1 if there is one");
  const auto options = std::make_shared<Options>();
  command->add_option("PATH", options->plans, "Plans, or folders of them; default: those that come with Watchfloor");
  command
      ->add_option("--rules", options->rules,
                   "Rules that name them and that they are for; repeatable; default: those that come with Watchfloor")
      ->allow_extra_args(false);
  command->callback([options, &run] { run = [options] { return check(*options); }; });
}

}  // namespace wf::cli
