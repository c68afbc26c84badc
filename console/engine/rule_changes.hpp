#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/command.hpp"
#include "console/model/rule.hpp"

namespace wf::engine {

/// What people changed of the rules from consoles, over the files that a configuration brought. A pure function of the
/// log's commands and configurations.
///
/// A rule that is **off** stays so whatever its file says, until its time is over or somebody takes it back. Another
/// **text** stands for the document on which it was made: once a configuration brings that document with other words,
/// or without it, the file wins and the change ends, so that nobody's newer file is silently without effect.
class RuleChanges {
 public:
  static constexpr std::size_t kMostChanges = 500, kMostEnded = 50;

  /// Carries out a command that was accepted. `title`: of the rule; `base`: the files of the configuration.
  void carry_out(const Command& command, const std::string& title, const std::vector<sigma::RuleFile>& base);
  /// Time passes: true if a rule is on again.
  bool pass(UtcNs now);
  /// When pass() does something next; 0: never.
  [[nodiscard]] UtcNs next() const { return next_; }
  /// A configuration brought other files; what they end is told by shown().
  void follow(const std::vector<sigma::RuleFile>& base, UtcNs now);

  /// The files as they judge.
  [[nodiscard]] std::vector<sigma::RuleFile> over(const std::vector<sigma::RuleFile>& base) const;
  [[nodiscard]] bool any_text() const;
  /// Ids of rules that are off.
  [[nodiscard]] std::set<std::string> off() const;
  /// The change of a rule that is in force; null: there is none.
  [[nodiscard]] const RuleChange* find(const std::string& rule) const;
  /// Those in force, by rule; then those that ended, the newest first.
  [[nodiscard]] std::vector<RuleChange> shown() const;
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  struct One {
    RuleChange shown;
    std::string text, base;  ///< where shown.text
  };
  void end(One one, UtcNs at, std::string why);

  std::map<std::string, One> all_;
  std::vector<RuleChange> ended_;  ///< the newest first
  UtcNs next_ = 0;                 ///< the first that is on again by itself; 0: none
  void find_next();
};

}  // namespace wf::engine
