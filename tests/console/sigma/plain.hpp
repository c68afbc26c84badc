#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"

namespace wf::test {

/// Sigma in the plainest way: every rule is tried with every event, value by value, as the specification reads. It
/// shares with the compiler the folding of letters and RE2, and nothing else, so that the two can be compared. Plain
/// rules only; it does not say what must be refused.
class PlainRules {
 public:
  /// Takes the rules whose id `loaded` has.
  PlainRules(const std::vector<sigma::RuleFile>& files, const std::set<std::string>& loaded);
  /// Ids of the rules that match.
  [[nodiscard]] std::set<std::string> judge(const Event& event) const;
  [[nodiscard]] std::size_t size() const { return rules_.size(); }

  /// A field as the event has it, with its folded value.
  struct Seen {
    std::string name, raw, lower;
    ValueType type = ValueType::string;
    bool own = true;
  };
  using Test = std::function<bool(const std::vector<Seen>&)>;

 private:
  struct Rule {
    std::string id;
    Logsource logsource;
    Test test;
  };
  std::vector<Rule> rules_;
};

}  // namespace wf::test
