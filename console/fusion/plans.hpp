#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"

namespace wf::fusion {

/// What to do in a situation, in the order of doing (assets/plans/README.md has the format).
struct Plan {
  struct Step {
    std::string text, role, needs;
    std::int64_t within = 0;  ///< target, from the call; 0: none
  };
  static constexpr std::size_t kMostSteps = 8;

  std::string id, title;  ///< empty: the list of steps that a rule brings itself
  std::vector<Step> steps;
  std::vector<std::string> rules, tags, kinds;  ///< the situations that it is for
  std::string file;                             ///< path and line of the document
};

/// A rule's own list: steps without role and time, under no name.
[[nodiscard]] std::shared_ptr<const Plan> own_steps(const std::vector<std::string>& texts);

/// Response plans: immutable, shareable between threads.
class PlanBook {
 public:
  using Found = std::shared_ptr<const Plan>;

  /// A plan that cannot be used is named in the report ("path:line: what; what to do"); the rest loads. An id, and
  /// each rule, tag and kind, belongs to one plan: the first, by path and line.
  [[nodiscard]] static std::shared_ptr<const PlanBook> compile(const std::vector<sigma::RuleFile>& files,
                                                               sigma::LoadReport& report);

  /// By path and line.
  [[nodiscard]] const std::vector<Found>& plans() const { return plans_; }
  /// Of a rule's alerts, the nearest of: the plan that the rule names, the one that names the rule, the rule's own
  /// list, the one for the first of its tags that has one, the one for the event's `kind`. Null: none.
  [[nodiscard]] Found of(const sigma::RuleInfo& rule, std::string_view kind) const;
  /// Of what no rule speaks of: what a device itself reports, a panic.
  [[nodiscard]] Found of_kind(std::string_view kind) const { return find(by_kind_, kind); }

  /// One line each, as in a report: rules that name a plan which is not there.
  [[nodiscard]] std::vector<std::string> missing(const sigma::RuleSet& rules) const;
  /// The same of plans that are for a rule which is not there.
  [[nodiscard]] std::vector<std::string> strangers(const sigma::RuleSet& rules) const;

 private:
  using Index = std::map<std::string, Found, std::less<>>;
  [[nodiscard]] static Found find(const Index& index, std::string_view key) {
    const auto it = index.find(key);
    return it == index.end() ? nullptr : it->second;
  }

  std::vector<Found> plans_;
  Index by_id_, by_rule_, by_tag_, by_kind_;
};

}  // namespace wf::fusion
