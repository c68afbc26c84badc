#include "console/engine/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "console/engine/compiled_rules.hpp"
#include "console/fusion/plans.hpp"

namespace wf::engine {
namespace {

using Files = std::vector<sigma::RuleFile>;

/// Problems begin with "path:".
std::set<std::string> files_with_problems(const Files& files, const sigma::LoadReport& report) {
  std::set<std::string> out;
  for (const sigma::RuleFile& file : files)
    for (const std::string& problem : report.problems)
      if (problem.starts_with(file.path + ":")) out.insert(file.path);
  return out;
}

/// A file that could be used in full until now and cannot any more; empty: none.
template <class Compile>
std::string lost(const Files& files, const sigma::LoadReport& report, const Files& in_force, Compile compile) {
  const std::set<std::string> broken = files_with_problems(files, report);
  if (broken.empty() || in_force.empty()) return {};
  sigma::LoadReport before;
  (void)compile(in_force, before);
  const std::set<std::string> broken_before = files_with_problems(in_force, before);
  for (const std::string& path : broken) {
    const bool was_there =
        std::any_of(in_force.begin(), in_force.end(), [&](const sigma::RuleFile& file) { return file.path == path; });
    if (was_there && !broken_before.contains(path)) return path;
  }
  return {};
}

}  // namespace

Result<Configuration> read_configuration(const Judgement& judgement, const Configuration& in_force,
                                         SiteArchive& archive, std::vector<std::string>& notes) {
  Configuration out;
  out.policy = judgement.policy;
  if (!judgement.site.empty()) {
    Result<SiteArchive::Kept> kept = archive.keep(judgement.site);
    if (!kept) return kept.error();
    out.site = kept->version;
    notes.insert(notes.end(), kept->warnings.begin(), kept->warnings.end());
  }
  sigma::LoadReport report;
  out.rules = sigma::read_rule_files(judgement.rules, report);
  if (!judgement.rules.empty() && out.rules.empty())
    return Error{report.problems.empty() ? "there are no rules" : report.problems.front(),
                 judgement.rules.front().string(), "name a folder or a file of *.yml with --rules"};
  const auto rules = compile_rules(out.rules, report);
  notes.insert(notes.end(), report.problems.begin(), report.problems.end());

  sigma::LoadReport planned;
  out.plans = sigma::read_rule_files(judgement.plans, planned);
  const auto plans = fusion::PlanBook::compile(out.plans, planned);
  notes.insert(notes.end(), planned.problems.begin(), planned.problems.end());
  for (std::string& problem : plans->missing(*rules)) notes.push_back(std::move(problem));

  if (std::string path = lost(out.rules, report, in_force.rules, sigma::RuleSet::compile); !path.empty())
    return Error{"a rule that is in force cannot be read any more", path,
                 "mend it, or remove the file; until then the rules in force stay"};
  if (std::string path = lost(out.plans, planned, in_force.plans, fusion::PlanBook::compile); !path.empty())
    return Error{"a response plan that is in force cannot be read any more", path,
                 "mend it, or remove the file; until then what is in force stays"};
  return out;
}

}  // namespace wf::engine
