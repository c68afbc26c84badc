#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/settle.hpp"
#include "console/fusion/join.hpp"
#include "console/fusion/sigma/rule_set.hpp"

namespace wf::cli {
namespace {

int check(const std::vector<std::string>& paths) {
  sigma::LoadReport report;
  const std::vector<sigma::RuleFile> files = sigma::read_rule_files({paths.begin(), paths.end()}, report);
  const std::shared_ptr<const sigma::RuleSet> rules = sigma::RuleSet::compile(files, report);
  for (const std::string& problem : report.problems) fmt::print("{}\n", problem);
  fmt::print("{} rules loaded, {} refused, in {} files\n", report.loaded, report.refused, files.size());
  if (report.problems.empty() && files.empty())
    return fail("no rules found: a rule is a file whose name ends in .yml or .yaml");
  return report.problems.empty() ? kGood : kFailed;
}

int weights(const Shared& shared) {
  const Result<Settled> settled = settle(shared);
  if (!settled) return fail(settled.error());
  const std::map<std::string, int>& own = settled->engine.policy.join_weights;
  for (const fusion::JoinWeights::Named& one : fusion::JoinWeights::all()) {
    const auto changed = own.find(std::string(one.name));
    if (changed == own.end())
      fmt::print("{:<36} {:>3}\n", one.name, one.weight);
    else
      fmt::print("{:<36} {:>3}   (by default {})\n", one.name, changed->second, one.weight);
  }
  return kGood;
}

}  // namespace

void add_rules(CLI::App& app, Run& run) {
  CLI::App* const rules = app.add_subcommand("rules", "Work on detection rules");
  rules->require_subcommand(1);
  CLI::App* const command = rules->add_subcommand(
      "check", "Load rules; name each one that cannot be used and why. Exit status 1 if there is one");
  const auto paths = std::make_shared<std::vector<std::string>>();
  command->add_option("PATH", *paths, "Rule files, or folders of them")->required();
  command->callback([paths, &run] { run = [paths] { return check(*paths); }; });
  CLI::App* const table = rules->add_subcommand(
      "weights", "The weights by which alerts join incidents, as `policy: join_weights:` has them");
  const auto shared = std::make_shared<Shared>();
  add_engine_options(*table, *shared);
  table->callback([shared, &run] { run = [shared] { return weights(*shared); }; });
}

}  // namespace wf::cli
