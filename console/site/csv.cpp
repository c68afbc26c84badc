#include "console/site/csv.hpp"

#include <fstream>
#include <sstream>

namespace wf::site {
namespace {

std::vector<Record> read_records(const std::string& text) {
  std::vector<Record> out;
  Record record;
  std::string cell;
  std::size_t line = 1;
  bool quoted = false, any = false;
  record.line = 1;
  auto end_record = [&] {
    if (any || !cell.empty() || !record.cells.empty()) {
      record.cells.push_back(std::move(cell));
      out.push_back(std::move(record));
    }
    record = {line, {}};
    cell.clear();
    any = false;
  };
  for (std::size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cell += text[++i];
      else
        quoted = false;
    } else if (c == '"' && cell.empty()) {
      quoted = any = true;
    } else if (c == ',') {
      record.cells.push_back(std::move(cell));
      cell.clear();
      any = true;
    } else if (c == '\n') {
      end_record();
    } else if (c != '\r') {
      cell += c;
    }
  }
  end_record();
  return out;
}

}  // namespace

Result<std::vector<Record>> read_csv(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  std::error_code failed;
  if (!in || std::filesystem::is_directory(path, failed))
    return Error{"cannot be read", path.string(), "check its permissions"};
  return read_records(text.str());
}

}  // namespace wf::site
