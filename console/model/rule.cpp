#include "console/model/rule.hpp"

#include <charconv>

namespace wf {

std::uint64_t text_sum(std::string_view text, std::uint64_t before) {
  // FNV-1a. 0xFF is in no UTF-8 text: "a", "b" is not "ab".
  constexpr std::uint64_t kPrime = 1'099'511'628'211ULL;
  std::uint64_t sum = (before ^ 0xFFU) * kPrime;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * kPrime;
  return sum == 0 ? 1 : sum;
}

std::uint64_t text_sum(std::string_view text) { return text_sum(text, 14'695'981'039'346'656'037ULL); }

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
