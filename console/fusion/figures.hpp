#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "console/model/alarm_figures.hpp"
#include "console/model/rule.hpp"

namespace wf::fusion {

struct LiveIncident;
struct Policy;

/// Counts how alarms go, by weeks of the first site's clock; what it says is the same however the log was cut.
/// Drills, maintenance and tests are left out. A desk is a seat. Persons are counted only while the policy names the
/// agreement that allows it (Policy::people_agreement); without it nothing by person is kept.
/// Bounded: kMostRules rules and kMostPoints points of each, kMostDesks desks and people, kWeeks weeks; what comes
/// beyond them counts in "all" only.
class Figures {
 public:
  static constexpr std::size_t kMostRules = 2'000, kMostPoints = 24, kMostDesks = 100, kWeeks = 5;
  /// Rules of which it is known when they matched; what comes beyond them is not.
  static constexpr std::size_t kMostFirings = 10'000;

  /// Time passes. `week` begins the week that `now` is in; floods run in engine time.
  void pass(UtcNs now, UtcNs week, bool flood);

  void called(const LiveIncident& live, bool opened, std::uint32_t in_ten_minutes);
  void repeated(const std::string& rule);
  void became_chattering(const LiveIncident& live);
  void became_fleeting(const LiveIncident& live);
  void became_stale(const LiveIncident& live);
  void missed(const LiveIncident& live);
  void escalated(const LiveIncident& live);
  /// `after` the call. `person` empty: not counted by person.
  void acknowledged(const LiveIncident& live, std::int64_t after, std::int64_t target, const std::string& desk,
                    const std::string& person);
  /// `work`: how long after the acknowledgement.
  void resolved(const LiveIncident& live, Cause cause, std::int64_t work, const std::string& desk,
                const std::string& person);
  /// Something that a rule told was over after so long, or was there again after so long.
  void over(const std::string& rule, std::int64_t stood);
  void back(const std::string& rule, std::int64_t gap);

  /// A rule matched, whatever came of it; informational ones do all the time, so version() does not count it.
  void matched(const std::string& rule, UtcNs at);

  /// The agreement was withdrawn: what was counted by person is gone.
  void forget_people();

  /// Of all rules; AlarmFigures::shown() is what a snapshot has of it.
  [[nodiscard]] AlarmFigures report(const Policy& policy) const;
  /// By rule.
  [[nodiscard]] std::vector<RuleFiring> firings() const;
  /// Another number whenever something was counted.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  struct Rule {
    AlarmFigures::Part part;
    std::map<std::string, std::uint32_t> points;
  };
  struct Week {
    AlarmFigures::Week shown;
    std::map<std::string, Rule> rules;
    std::map<std::string, AlarmFigures::Part> desks, people;
  };
  [[nodiscard]] Week& week();
  Rule* rule(const std::string& id, const std::string& name);
  /// Calls `count` with all parts that something about this incident counts in.
  template <class Count>
  void each(const LiveIncident& live, const std::string& desk, const std::string& person, Count&& count);

  std::vector<Week> weeks_;  ///< the running one last
  std::map<std::string, RuleFiring> firings_;
  UtcNs now_ = 0;
  bool flood_ = false;
  std::uint64_t version_ = 1;
};

/// What would help with a rule, in words for whoever tunes it, from what was counted of it (proposals.cpp).
[[nodiscard]] std::string proposed_fix(const AlarmFigures::Part& rule);

}  // namespace wf::fusion
