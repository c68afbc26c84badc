#include "console/ui/rules/rule_text.hpp"

#include <algorithm>
#include <utility>

namespace wf::ui {
namespace {

constexpr std::string_view kKey = "level:";

/// Begin and end of the line, without its end; npos: there is none.
std::pair<std::size_t, std::size_t> level_line(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    if (text.substr(at).starts_with(kKey)) {
      if (end > at && text[end - 1] == '\r') --end;
      return {at, end};
    }
    at = end + 1;
  }
  return {std::string_view::npos, 0};
}

}  // namespace

std::string level_in(std::string_view text) {
  const auto [begin, end] = level_line(text);
  if (begin == std::string_view::npos) return {};
  std::string_view value = text.substr(begin + kKey.size(), end - begin - kKey.size());
  value = value.substr(0, value.find('#'));
  const std::size_t first = value.find_first_not_of(" \t'\"");
  if (first == std::string_view::npos) return {};
  return std::string(value.substr(first, value.find_last_not_of(" \t'\"") - first + 1));
}

std::string with_level(std::string_view text, std::string_view level) {
  std::string out(text);
  std::string line(kKey);
  line += ' ';
  line += level;
  const auto [begin, end] = level_line(text);
  if (begin == std::string_view::npos) {
    if (!out.empty() && out.back() != '\n') out += '\n';
    return out + line + '\n';
  }
  const std::size_t comment = text.substr(begin, end - begin).find(" #");
  return out.replace(begin, comment == std::string_view::npos ? end - begin : comment, line);
}

}  // namespace wf::ui
