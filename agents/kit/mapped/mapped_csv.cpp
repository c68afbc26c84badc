#include "agents/kit/mapped/mapped_csv.hpp"

#include "proto/utf8.hpp"

namespace wf::kit {

Result<void> split_csv(std::string_view record, char separator, std::vector<std::string>& columns) {
  std::size_t count = 0;
  const auto begin_column = [&]() -> std::string& {
    if (count == columns.size()) columns.emplace_back();
    columns[count].clear();
    return columns[count++];
  };
  std::size_t at = 0;
  for (;;) {
    std::string& column = begin_column();
    if (at < record.size() && record[at] == '"') {
      for (++at;; ++at) {
        const std::size_t quote = record.find('"', at);
        if (quote == std::string_view::npos) return Error{"a quoted column is not closed", "", ""};
        column.append(record.substr(at, quote - at));
        at = quote + 1;
        if (at >= record.size() || record[at] != '"') break;
        column.push_back('"');
      }
    }
    // What follows a closing quote, or the whole of a bare column.
    const std::size_t end = record.find(separator, at);
    column.append(record.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  columns.resize(count);
  return {};
}

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) append_code_point(static_cast<std::uint8_t>(c), out);
  return out;
}

}  // namespace wf::kit
