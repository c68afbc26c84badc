#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console/model/alarm_figures.hpp"
#include "console/model/incident.hpp"
#include "proto/event.hpp"
#include "proto/time.hpp"

namespace wf {

/// A loaded rule as a list shows it.
struct RuleSummary {
  std::string id, title;
  std::string file;     ///< path:line of its document
  Logsource logsource;  ///< of a correlation: empty
  std::vector<std::string> tags;
  Priority level = Priority::low;
  bool informational = false;  ///< context for incidents, opens none
  bool life_safety = false;
  bool correlation = false;
  bool hidden = false;   ///< a base rule of a correlation: makes no alert itself
  bool off = false;      ///< somebody switched it off here
  bool changed = false;  ///< somebody replaced its text here
  bool operator==(const RuleSummary&) const = default;
};

/// How often a rule matched since the log begins, drills apart, and when last.
struct RuleFiring {
  std::string rule;
  std::uint64_t times = 0;
  UtcNs last = 0;  ///< engine clock
  bool operator==(const RuleFiring&) const = default;
};

/// What somebody changed of a rule from a console, over its file.
struct RuleChange {
  std::string rule, title;
  bool off = false;   ///< it makes no alert of its own
  UtcNs until = 0;    ///< off: when it is on again by itself; 0: when somebody says so
  bool text = false;  ///< another text stands instead of its file's
  std::string by;     ///< who changed it last
  UtcNs at = 0;       ///< when, by the engine's clock
  std::string reason;
  std::string ended;  ///< why it is over without that anybody took it back; empty: it is in force
  bool operator==(const RuleChange&) const = default;
};

/// All loaded rules and how they did. Answers a query; no part of a snapshot.
struct RuleList {
  std::uint64_t version = 0;          ///< another number for other rules
  bool same = false;                  ///< the asker has `rules` and `problems` of this version: they are left out
  std::vector<RuleSummary> rules;     ///< in the order of their files
  std::vector<std::string> problems;  ///< "path:line: what; what to do" of those that cannot be used
  UtcNs since = 0;                    ///< when the log begins; 0: nothing is stored
  std::vector<RuleFiring> firings;    ///< of those that ever matched, by id
  struct Week {
    UtcNs begins = 0;
    std::int64_t counted = 0;                ///< how much of it was counted
    std::vector<AlarmFigures::Part> rules;   ///< of all rules that have figures
    std::vector<AlarmFigures::Worst> worst;  ///< at most ten
    bool operator==(const Week&) const = default;
  };
  std::vector<Week> weeks;          ///< the running one first, then those before it
  std::vector<RuleChange> changes;  ///< in force, by rule; then those that ended, the newest first
  std::vector<std::string> roles;   ///< that may change rules
  bool operator==(const RuleList&) const = default;
};

/// One rule in full.
struct RuleDetail {
  std::string id;
  std::uint64_t version = 0;  ///< RuleList::version that it is of
  std::string description;
  std::string path;         ///< of its file
  std::uint32_t line = 0;   ///< where its document begins there, from 1
  std::string text;         ///< of its document; empty: too long to send, or not found
  std::string text_absent;  ///< why `text` is empty, in one line
  std::string file_text;    ///< what its file says, where `text` was changed here
  /// An incident that has its name from the rule.
  struct Row {
    std::uint64_t id = 0;
    std::string title;
    Priority priority = Priority::low;
    UtcNs opened = 0;
    IncidentState state = IncidentState::fresh;
    Cause cause = Cause::none;
    bool operator==(const Row&) const = default;
  };
  std::vector<Row> rows;  ///< of the last seven days, newest first
  bool more = false;      ///< there are more of them
  static constexpr std::size_t kMostRows = 50, kMostText = 48U << 10U;
  bool operator==(const RuleDetail&) const = default;
};

/// Another way to have a rule.
struct RuleEdit {
  std::string rule;  ///< its id
  bool off = false;  ///< it makes no alert of its own
  std::string text;  ///< of its document instead of the one in force; empty: that one
  bool operator==(const RuleEdit&) const = default;
};

/// What an engine thinks of another text of a rule.
struct RuleCheck {
  struct Problem {
    std::uint32_t line = 0;  ///< of the text, from 1; 0: of the whole, or of a rule that stands on it
    std::string text;        ///< "what; what to do"
    bool operator==(const Problem&) const = default;
  };
  std::vector<Problem> problems;  ///< none: it can be put in force
  // As it would be.
  std::string title;
  Priority level = Priority::low;
  bool informational = false, life_safety = false;
  bool operator==(const RuleCheck&) const = default;
};

/// A number by which a text is known again, the same on every machine.
[[nodiscard]] std::uint64_t text_sum(std::string_view text);
/// The same of several, in order.
[[nodiscard]] std::uint64_t text_sum(std::string_view text, std::uint64_t before);

/// "path:line" in two; line 0 where there is none.
[[nodiscard]] std::pair<std::string_view, std::uint32_t> path_and_line(std::string_view file);

}  // namespace wf
