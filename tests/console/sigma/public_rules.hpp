#pragma once
#include <filesystem>
#include <iostream>

#include "tests/console/sigma/sample.hpp"

namespace wf::test {

inline const std::filesystem::path kSigmaData = std::filesystem::path(WF_SHARED_DATA) / "sigma";

inline bool absent(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return false;
  std::cout << "skipped: " << path.filename().string() << " absent\n";
  return true;
}

/// The rules of SigmaHQ that the events were labelled with; read once a program.
struct PublicRules {
  std::vector<sigma::RuleFile> files;
  std::shared_ptr<const sigma::RuleSet> rules;
  sigma::LoadReport report;
};
inline const PublicRules& public_rules() {
  static const PublicRules one = [] {
    PublicRules out;
    const std::filesystem::path from = kSigmaData / "rules";
    out.files = sigma::read_rule_files(
        {from / "rules", from / "rules-emerging-threats", from / "rules-threat-hunting", from / "rules-compliance"},
        out.report);
    out.rules = sigma::RuleSet::compile(out.files, out.report);
    return out;
  }();
  return one;
}

struct Labelled {
  Event event;
  std::set<std::string> expected;
  std::string name;
};

inline std::vector<Json> lines_of(const std::filesystem::path& path) {
  std::vector<Json> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out.push_back(Json::parse(line));
  return out;
}

/// synthetic_windows or synthetic_nonwindows.
inline std::vector<Labelled> labelled(const std::string& set) {
  std::vector<Labelled> out;
  for (const Json& l : lines_of(kSigmaData / "labelled" / (set + ".visible.jsonl")))
    out.push_back({event_of(l["event"], l["logsource"]), l["expected_rule_ids"].get<std::set<std::string>>(),
                   l["id"].get<std::string>() + " " + l["case"].get<std::string>()});
  return out;
}

}  // namespace wf::test
