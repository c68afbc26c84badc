#pragma once
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"

namespace wf::test {

using Json = nlohmann::json;

inline void flatten(const Json& value, const std::string& name, std::vector<Field>& out) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) flatten(child, name.empty() ? key : name + "." + key, out);
  } else if (value.is_array()) {
    for (const Json& child : value) flatten(child, name, out);
  } else if (value.is_null()) {
    out.push_back({name, "", ValueType::null});
  } else if (value.is_string()) {
    out.push_back({name, value.get<std::string>(), ValueType::string});
  } else if (value.is_boolean()) {
    out.push_back({name, value.get<bool>() ? "true" : "false", ValueType::boolean});
  } else {
    out.push_back({name, value.dump(), ValueType::number});
  }
}

inline Event event_of(const Json& fields, const Json& logsource = {{"category", "test"}}, UtcNs time = 0,
                      std::string id = "1") {
  Event e;
  e.id = std::move(id);
  e.time = time;
  e.kind = "other";
  e.logsource = {logsource.value("product", ""), logsource.value("service", ""), logsource.value("category", "")};
  flatten(fields, "", e.fields);
  return e;
}

inline std::shared_ptr<const sigma::RuleSet> rules_of(const std::string& text, sigma::LoadReport& report) {
  return sigma::RuleSet::compile({{"rules.yml", text}}, report);
}

/// Ids of the rules that match.
inline std::set<std::string> ids_of(sigma::Matcher& matcher, const sigma::RuleSet& rules, const Event& event) {
  std::vector<sigma::Match> matches;
  matcher.match(event, matches);
  std::set<std::string> out;
  for (const sigma::Match& m : matches) out.insert(rules.rules()[m.rule].id);
  return out;
}

/// Does a detection, given as YAML or JSON text, match the fields? A rule that is refused fails the test.
bool detects(const std::string& detection, const std::string& fields);
/// The one problem with which a detection is refused.
std::string refusal(const std::string& detection);

}  // namespace wf::test
