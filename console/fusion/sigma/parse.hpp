#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console/fusion/sigma/atom.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/fusion/sigma/settings.hpp"

namespace wf::sigma {

/// Why a document cannot be honoured. Thrown and caught inside this folder, and by who reads plans (../plans.cpp).
struct Refusal {
  int line = 0;  ///< from 1; 0: the document's
  std::string what, to_do;
};

/// A scalar as YAML means it.
struct Scalar {
  enum class Kind : std::uint8_t { null, boolean, number, text } kind = Kind::text;
  std::string text;
  int line = 0;
  bool plainly_written = true;  ///< false: a number whose text is no matter of course, as 1.50, 1e3, 0x1F
};

/// A rule's own part of a document; `expr` is its condition.
struct RuleDocument {
  RuleInfo info;
  std::string name;
  Logsource logsource;
  Expr expr;
};

enum class CorrelationType : std::uint8_t {
  event_count,
  value_count,
  temporal,
  temporal_ordered,
  value_sum,
  value_avg,
  value_percentile,
  absence  ///< our own: an event of the first rule that no event of the others follows
};

/// How late an event may come and still count as if it had come in order, unless the rule says otherwise.
inline constexpr std::int64_t kLateness = 5 * kMinute;

/// Sigma correlation rules specification 2.1.
struct CorrelationDocument {
  RuleInfo info;
  std::string name;
  CorrelationType type = CorrelationType::event_count;
  std::vector<std::pair<std::string, int>> rules;  ///< ids or names, with their line
  std::vector<std::string> group_by;
  struct Alias {
    std::string rule, field;
    int line = 0;
  };
  std::map<std::string, std::vector<Alias>> aliases;
  std::int64_t timespan = 0;  ///< nanoseconds
  std::int64_t lateness = kLateness;
  std::vector<std::pair<Compare, double>> condition;  ///< all must hold
  std::string rule_condition;                         ///< temporal: "a and (b or c)"; may be empty
  std::vector<std::string> fields;                    ///< of the condition
  int condition_line = 0;
  double percentile = 0;
  bool generate = false;
};

/// Sigma filters specification 2.1: suppresses matches of the rules it names.
struct FilterDocument {
  RuleInfo info;
  bool any = false;  ///< for every rule of the same logsource
  std::vector<std::pair<std::string, int>> rules;
  Logsource logsource;
  Expr expr;
};

struct Documents {
  Settings settings;
  std::vector<RuleDocument> rules;
  std::vector<CorrelationDocument> correlations;
  std::vector<FilterDocument> filters;
};

/// Reads all documents of all files; those that cannot be honoured are named in the report.
void parse_files(const std::vector<RuleFile>& files, Documents& out, LoadReport& report);

/// "path:line: what; what to do" into the report, counted as refused.
void refuse(LoadReport& report, const std::string& path_and_line, const std::string& what, const std::string& to_do);

/// What a site's settings say to one rule.
struct RuleWords {
  const Settings& settings;
  const Logsource& logsource;
};

/// One detection item: `key` is "Field|modifier|…" (an empty field: keywords), with its values.
[[nodiscard]] Expr detection_item(std::string_view key, const std::vector<Scalar>& values, int line,
                                  const RuleWords& words);

/// A condition over search identifiers. `names` are the detection's identifiers in order.
[[nodiscard]] Expr parse_condition(std::string_view text, const std::vector<std::pair<std::string, Expr>>& names,
                                   int line);

}  // namespace wf::sigma
