#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.hpp"

namespace YAML {
class Node;
}

namespace wf::sigma {

/// What a site says once for all of its rules, in documents of their own among the rule files: the values of
/// placeholders (`|expand`), how its events name the fields of rules, and what logsource its events have.
class Settings {
 public:
  /// True if a document is one of settings; takes all of it. Throws Refusal, and then took nothing of it.
  bool take(const YAML::Node& document, const std::string& where);

  /// The values of a placeholder; null if it is not configured.
  [[nodiscard]] const std::vector<std::string>* placeholder(std::string_view name) const;
  /// The event's fields that stand for a field of a rule with this logsource; the field itself where nothing is said.
  [[nodiscard]] std::vector<std::string> fields(const Logsource& rule, const std::string& field) const;
  /// The logsource of the events that a rule with this one is about; itself where nothing is said.
  [[nodiscard]] Logsource events_of(const Logsource& rule) const;

 private:
  struct Mapping {
    Logsource logsource;
    std::map<std::string, std::vector<std::string>> fields;
    std::string where;
  };
  void take_placeholders(const YAML::Node& section, const std::string& where);
  void take_mapping(const YAML::Node& document, const std::string& where);
  void take_logsource(const YAML::Node& document, const std::string& where);

  std::map<std::string, std::pair<std::vector<std::string>, std::string>, std::less<>> placeholders_;
  std::vector<Mapping> mappings_;
  struct Route {
    Logsource rule, events;
    std::string where;
  };
  std::vector<Route> routes_;
};

/// True if a rule of logsource `rule` is one that `general` speaks of: it states all that `general` states.
[[nodiscard]] bool covers(const Logsource& general, const Logsource& rule);

}  // namespace wf::sigma
