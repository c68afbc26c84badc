#include "console/engine/rules_in_force.hpp"

#include <utility>

#include "console/engine/compiled_rules.hpp"

namespace wf::engine {

std::shared_ptr<const RulesInForce> rules_in_force(RuleParts parts, const RulesInForce* before,
                                                   sigma::LoadReport& report) {
  auto out = std::make_shared<RulesInForce>();
  out->base = std::move(parts.base);
  out->changes = std::move(parts.changes);
  out->roles = std::move(parts.roles);
  out->always_off = std::move(parts.always_off);
  out->off = out->changes.off();
  out->off.insert(out->always_off.begin(), out->always_off.end());
  out->files = out->changes.any_text()
                   ? std::make_shared<const std::vector<sigma::RuleFile>>(out->changes.over(*out->base))
                   : out->base;
  if (before != nullptr && (before->files == out->files || same_rules(*before->files, *out->files))) {
    out->files = before->files;
    out->rules = before->rules;
    out->problems = before->problems;
    report.problems.insert(report.problems.end(), before->problems.begin(), before->problems.end());
  } else {
    const std::size_t known = report.problems.size();
    out->rules = compile_rules(*out->files, report);
    out->problems.assign(report.problems.begin() + static_cast<std::ptrdiff_t>(known), report.problems.end());
  }
  std::uint64_t sum = text_sum("rules");
  for (const sigma::RuleFile& file : *out->files) sum = text_sum(file.text, text_sum(file.path, sum));
  for (const std::string& id : out->off) sum = text_sum(id, sum);
  out->version = sum;
  return out;
}

std::shared_ptr<const RulesInForce> rules_in_force(std::vector<sigma::RuleFile> files, sigma::LoadReport& report) {
  RuleParts parts;
  parts.base = std::make_shared<const std::vector<sigma::RuleFile>>(std::move(files));
  return rules_in_force(std::move(parts), nullptr, report);
}

}  // namespace wf::engine
