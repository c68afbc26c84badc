#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "proto/event.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

/// The folder of the public rules, or empty (and said) where the samples are absent.
inline std::filesystem::path public_rules() {
  const std::filesystem::path rules = std::filesystem::path(WF_SHARED_DATA) / "sigma/rules/rules";
  if (std::filesystem::exists(rules)) return rules;
  WARN("the public rules are absent: not tried");
  return {};
}

/// Titles of the rules of a file or folder that an event fires.
inline std::vector<std::string> fired(const std::filesystem::path& rules, const Event& event) {
  sigma::LoadReport report;
  const auto set = sigma::RuleSet::compile(sigma::read_rule_files({rules}, report), report);
  REQUIRE(report.loaded > 0);
  sigma::Matcher matcher(set);
  std::vector<sigma::Match> matches;
  matcher.match(event, matches);
  std::vector<std::string> out;
  for (const sigma::Match& match : matches) out.push_back(set->rules()[match.rule].title);
  return out;
}

}  // namespace wf::test
