#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/mapped/mapped_mapping.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::kit {

inline constexpr std::size_t kSampleHead = 1U << 20U;    ///< bytes that are read from a file's beginning
inline constexpr std::size_t kSampleTail = 128U << 10U;  ///< and from its end
inline constexpr std::size_t kSampleColumns = 256;       ///< columns that are looked at

/// The beginning and the end of a file of unknown format, as records.
struct Sample {
  std::string file;
  std::uint64_t bytes = 0;  ///< of the whole file
  bool whole = true;        ///< everything was read
  Mapping::Format format = Mapping::Format::csv;
  char separator = ',';
  bool byte_order_mark = false, latin1 = false, windows = false;
  std::uint64_t not_utf8 = 0;               ///< lines that are not UTF-8 although the file mostly is
  std::uint64_t unlike = 0;                 ///< records that do not fit the others: other number of columns, no JSON
  std::string first_unlike;                 ///< the first of them, and why
  std::vector<std::string> first;           ///< csv: the first record's columns, which may be a header
  std::vector<std::vector<Field>> records;  ///< csv: without the first; columns are named "#1"…
  std::vector<std::string> columns;         ///< names in the order in which they occur
  bool preamble = false;  ///< csv: records before the first that fits the others; they are in `unlike`
};

/// Reads a bounded part of a regular file. An error says why nothing can be told of it: empty, binary, UTF-16, no
/// records in any format that mapped sources read.
[[nodiscard]] Result<Sample> read_sample(const std::string& file);

}  // namespace wf::kit
