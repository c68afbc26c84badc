#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace wf::kit {

/// One record of RFC 4180, without its line end, as columns; `columns` keeps its memory. A quoted column may hold
/// separators, line ends and doubled quotes. A quote that is not closed is an error; quotes inside a bare column
/// are text.
[[nodiscard]] Result<void> split_csv(std::string_view record, char separator, std::vector<std::string>& columns);

/// ISO 8859-1 as UTF-8.
[[nodiscard]] std::string latin1_to_utf8(std::string_view text);

}  // namespace wf::kit
