#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "proto/result.hpp"

namespace wf::site {

/// One record of RFC 4180, which may span lines; `line` is the number of its first line.
struct Record {
  std::size_t line = 0;
  std::vector<std::string> cells;
};

/// The records of a CSV file, its header among them; a byte order mark and empty lines are left out.
/// Error: it cannot be read.
[[nodiscard]] Result<std::vector<Record>> read_csv(const std::filesystem::path& path);

}  // namespace wf::site
