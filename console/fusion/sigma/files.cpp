#include <algorithm>
#include <fstream>
#include <sstream>

#include "console/fusion/sigma/rule_set.hpp"

namespace wf::sigma {
namespace {

namespace fs = std::filesystem;

bool is_rule_file(const fs::path& path) { return path.extension() == ".yml" || path.extension() == ".yaml"; }

}  // namespace

std::vector<RuleFile> read_rule_files(const std::vector<fs::path>& paths, LoadReport& report) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error);
      for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored) && is_rule_file(it->path())) files.push_back(it->path());
      }
      if (error)
        report.problems.push_back(path.string() + ": cannot be listed: " + error.message() +
                                  "; check the folder's permissions");
    } else if (fs::exists(path, error)) {
      files.push_back(path);
    } else {
      report.problems.push_back(path.string() + ": does not exist; correct the path");
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  std::vector<RuleFile> out;
  for (const fs::path& path : files) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    if (!in) {
      report.problems.push_back(path.string() + ": cannot be read; check the file's permissions");
      continue;
    }
    out.push_back({path.string(), std::move(text).str()});
  }
  return out;
}

std::vector<DocumentText> documents_of(std::string_view text) {
  std::vector<DocumentText> out(1);
  std::uint32_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t next = std::min(text.find('\n', at), text.size() - 1) + 1;
    std::string_view words = text.substr(at, next - at);
    while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) words.remove_suffix(1);
    // YAML 1.2, 9.1.2: nothing else can begin a line like this.
    if (words.starts_with("---") && (words.size() == 3 || words[3] == ' ' || words[3] == '\t')) {
      out.back().end = at;
      // What stands behind the marks is of the document.
      const bool alone = words.find_first_not_of(" \t", 3) == std::string_view::npos;
      out.push_back(alone ? DocumentText{line + 1, next, next} : DocumentText{line, at, at});
    }
    at = next;
  }
  out.back().end = text.size();
  return out;
}

}  // namespace wf::sigma
