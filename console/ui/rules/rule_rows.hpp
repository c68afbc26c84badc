#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/model/rule.hpp"
#include "console/ui/draw/language.hpp"
#include "console/ui/draw/time_text.hpp"

namespace wf::ui {

/// One rule with its figures, as the table shows it. What nobody knows is negative and stands last, however it is
/// sorted.
struct RuleRow {
  const RuleSummary* rule = nullptr;  ///< null: it has figures, and is not loaded any more
  std::string id, title;
  AlarmFigures::Part week, month;  ///< the running week; it and the three before
  UtcNs last = 0;                  ///< when it matched last; 0: never
  std::uint64_t times = 0;         ///< how often, since the log begins
  double a_day = -1;               ///< rows of the month by what was counted of it
  bool noisy = false;
  std::string words;  ///< what a text is looked for in, lower case

  [[nodiscard]] std::uint32_t restless() const { return month.chattering + month.fleeting; }
  /// True alarms of those that were judged, in percent; -1: none was.
  [[nodiscard]] int precision() const { return month.precision(); }
  /// The median time to acknowledge; -1: nobody acknowledged one; longer than a day: kDay + 1.
  [[nodiscard]] std::int64_t acknowledged() const;
  /// Operators' work; -1: none of its rows was resolved.
  [[nodiscard]] std::int64_t minutes() const;
};

/// Weeks that RuleRow::month sums up.
inline constexpr std::size_t kMonth = 4;

enum class RuleColumn : std::uint8_t {
  level,
  title,
  last,
  week,
  month,
  a_day,
  precision,
  restless,
  acknowledged,
  minutes
};
inline constexpr int kRuleColumns = static_cast<int>(RuleColumn::minutes) + 1;

struct RuleFilter {
  enum class Base : std::uint8_t { all, never, noisy } base = Base::all;
  int level = -1;    ///< a Priority, or −1
  std::string text;  ///< each of its words must be found: title, id, tags, logsource, file
  bool operator==(const RuleFilter&) const = default;
};

/// All rules of a list with their figures. The list outlives them.
[[nodiscard]] std::vector<RuleRow> rows_of(const RuleList& list);
/// Why a rule is called noisy, for people.
inline constexpr Text kNoisyWords =
    "Noisy in the last four weeks: it came and went by itself, was true in less than half of five or more, or opened "
    "over ten rows a day"_tr;
[[nodiscard]] bool passes(const RuleFilter& filter, const RuleRow& row);
/// Indices of the rows that pass, in order.
[[nodiscard]] std::vector<std::uint32_t> ordered(const std::vector<RuleRow>& rows, const RuleFilter& filter,
                                                 RuleColumn by, bool descending);
/// What a column begins with when somebody chooses it: names from a on, figures from the largest.
[[nodiscard]] bool begins_descending(RuleColumn column);

// As a cell says it; "–" where nothing is known.
[[nodiscard]] std::string precision_text(const RuleRow& row);
[[nodiscard]] std::string acknowledged_text(const RuleRow& row);
[[nodiscard]] std::string minutes_text(const RuleRow& row);
[[nodiscard]] std::string a_day_text(const RuleRow& row);
/// How long ago: "4 min"; "never".
[[nodiscard]] std::string last_text(const RuleRow& row, UtcNs now);
/// "watchfloor, access"; of a correlation "correlation".
[[nodiscard]] std::string logsource_text(const RuleSummary& rule);
/// ATT&CK's techniques and tactics among the tags as people write them: "T1110.003", "Credential access"; others as
/// they are.
[[nodiscard]] std::string tag_text(std::string_view tag);

}  // namespace wf::ui
