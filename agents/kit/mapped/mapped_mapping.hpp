#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/mapped/mapped_time.hpp"
#include "agents/kit/mapped/text_pattern.hpp"
#include "agents/kit/read/zone.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::kit {

/// Where a value is in a record: "Door", "#3" (third column), "after.camera" (JSON, flattened with dots), or
/// "KeyValues[Key=topic1].Value" (that element of an array of objects).
struct ColumnRef {
  std::string text;
  std::string where;           ///< file:line of the mapping
  std::string name;            ///< flattened name; of the value wanted
  std::string key, key_value;  ///< of the element, empty without brackets

  /// Values of the column in a flattened record, in order.
  void find(const std::vector<Field>& record, std::vector<const Field*>& out) const;
};

/// One row of `kinds`.
struct KindRule {
  struct Condition {
    ColumnRef column;
    std::vector<std::string> patterns;  ///< any of them, as wildcard() reads them; an empty one: absent or empty
  };
  std::vector<Condition> when;  ///< all of them
  std::string kind;             ///< empty: makes no event
  std::uint8_t severity = 0;    ///< 0: the kind's
  std::vector<Field> set;       ///< constant fields, `reason` among them

  [[nodiscard]] bool matches(const std::vector<Field>& record) const;
};

/// A mapping file, checked as a whole; README.md describes it.
struct Mapping {
  enum class Format { csv, json_lines, json, text };
  enum class Unknown { other, skip, refuse };

  std::string file;
  Format format = Format::csv;
  char separator = ',';
  bool header = true;
  std::vector<std::string> columns;  ///< names, if the file has no header
  bool latin1 = false;
  std::string records;  ///< JSON: path of the array that holds the records
  bool syslog = true;   ///< text: each line begins as a system log's does
  struct Named {
    std::string name;
    TextPattern pattern;
  };
  std::vector<Named> patterns;          ///< text: the first that matches counts; its name is column "pattern"
  std::vector<ColumnRef> time_columns;  ///< empty: a system log's line has the time, or it is that of the arrival
  bool arrival = false;                 ///< what is posted happened when it comes
  TimeFormat time;
  Zone zone;
  struct Target {
    std::string field;
    std::vector<ColumnRef> columns;  ///< the first that has a value
  };
  std::vector<Target> fields;
  std::vector<ColumnRef> attach;  ///< each names a file to attach
  std::vector<Field> constants;
  std::vector<std::string> drop;
  Logsource logsource;
  std::vector<KindRule> kinds;
  Unknown unknown = Unknown::other;

  /// Finds the mapping's columns among the names of a CSV file's; "#3" takes the third one's name from then on.
  [[nodiscard]] Result<void> resolve_columns(const std::vector<std::string>& names, const std::string& holder);
};

/// Reads a mapping. Appends every problem that it has, each with file:line.
[[nodiscard]] Mapping read_mapping(const std::string& text, const std::string& file, std::vector<Error>& problems);

/// '*' stands for any text, everything else for itself; ASCII letters match in either case.
[[nodiscard]] bool wildcard(std::string_view text, std::string_view pattern);

}  // namespace wf::kit
