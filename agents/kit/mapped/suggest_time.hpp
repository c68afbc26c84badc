#pragma once
#include <optional>
#include <string>
#include <vector>

namespace wf::kit {

/// How the times of a column are written, found by reading them.
struct TimeGuess {
  std::string format;         ///< as a mapping has it
  bool local = false;         ///< it has no offset, so that a zone is needed
  bool ambiguous = false;     ///< day and month could be the other way round, and nothing tells
  bool only_date = false;     ///< no time of day in it
  bool newest_first = false;  ///< the values mostly go back in time
  std::size_t read = 0, of = 0;
  double order = 0;  ///< how much of the column goes one way, 0 to 1
};

/// `values` are texts of one column in the file's order, none empty. Nothing if less than four fifths of them are
/// times of one form. `named`: the column's name says time, without which bare numbers must grow to be taken for one.
[[nodiscard]] std::optional<TimeGuess> guess_time(const std::vector<std::string>& values, bool named);
/// The same for a column with the time of day alone; `format` is of that part.
[[nodiscard]] std::optional<TimeGuess> guess_time_of_day(const std::vector<std::string>& values);

}  // namespace wf::kit
