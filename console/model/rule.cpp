#include "console/model/rule.hpp"

#include <charconv>

namespace wf {

std::pair<std::string_view, std::uint32_t> path_and_line(std::string_view file) {
  const std::size_t colon = file.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == file.size()) return {file, 0};
  std::uint32_t line = 0;
  const char* const end = file.data() + file.size();
  const auto [stop, failed] = std::from_chars(file.data() + colon + 1, end, line);
  if (failed != std::errc{} || stop != end) return {file, 0};
  return {file.substr(0, colon), line};
}

}  // namespace wf
