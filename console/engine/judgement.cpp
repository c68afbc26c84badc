#include "console/engine/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace wf::engine {
namespace {

/// Problems begin with "path:".
std::set<std::string> files_with_problems(const Configuration& configuration, const sigma::LoadReport& report) {
  std::set<std::string> out;
  for (const sigma::RuleFile& file : configuration.rules)
    for (const std::string& problem : report.problems)
      if (problem.starts_with(file.path + ":")) out.insert(file.path);
  return out;
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
  const auto rules = sigma::RuleSet::compile(out.rules, report);
  notes.insert(notes.end(), report.problems.begin(), report.problems.end());

  const std::set<std::string> broken = files_with_problems(out, report);
  if (broken.empty() || in_force.rules.empty()) return out;
  sigma::LoadReport before;
  const auto rules_before = sigma::RuleSet::compile(in_force.rules, before);
  const std::set<std::string> broken_before = files_with_problems(in_force, before);
  for (const std::string& path : broken) {
    const bool was_there = std::any_of(in_force.rules.begin(), in_force.rules.end(),
                                       [&](const sigma::RuleFile& file) { return file.path == path; });
    if (was_there && !broken_before.contains(path))
      return Error{"a rule that is in force cannot be read any more", path,
                   "mend it, or remove the file; until then the rules in force stay"};
  }
  return out;
}

}  // namespace wf::engine
