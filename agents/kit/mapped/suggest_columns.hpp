#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/mapped/suggest_sample.hpp"
#include "agents/kit/mapped/suggest_time.hpp"
#include "agents/kit/mapped/suggest_words.hpp"
#include "proto/result.hpp"

namespace wf::kit {

/// A column that a mapping uses, and why. `field` is empty where it is time, event or detail.
struct Taken {
  std::size_t column = 0;
  std::string_view field;
  std::string why;
};

/// What the columns of a sample are for.
struct Columns {
  enum class Header { named, none, listed };  ///< listed: it is not the file's first record
  Header header = Header::named;
  std::vector<std::string> names;  ///< for people; without a header "#1"…
  std::vector<std::string> refs;   ///< for the mapping; empty: it has no way to name this column

  TimeGuess time;
  std::vector<std::size_t> time_columns;   ///< date, time of day and offset as far as each has a column of its own
  std::string zone;                        ///< that a column names for all records; empty: none does
  std::optional<std::size_t> zone_column;  ///< that speaks of zones, usable or not
  std::vector<std::size_t> other_times;
  std::string time_example;
  std::optional<std::size_t> event, second;
  std::string event_why;
  bool by_words = false;         ///< the event column has too many values for a row each
  bool second_by_words = false;  ///< the second one has
  bool flag = false;             ///< the event column says only whether somebody was let in
  /// What a value of the event column means.
  [[nodiscard]] Meaning meaning(std::string_view value) const;
  std::vector<Taken> taken;

  [[nodiscard]] const std::string& ref(std::size_t column) const { return refs[column]; }
  /// The first value of a column in a record of the sample; "" if there is none.
  [[nodiscard]] const std::string& value(const std::vector<Field>& record, std::size_t column) const;
  std::vector<std::string> keys;  ///< how the sample's records call the columns
};

/// Decides it; moves the first record of a CSV file without a header to the others. An error says what is missing.
[[nodiscard]] Result<Columns> find_columns(Sample& sample);

}  // namespace wf::kit
