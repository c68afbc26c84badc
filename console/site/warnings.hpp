#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wf::site {

/// Collects findings of one site's files in the one form "file: feature id: what; what to do".
class Warnings {
 public:
  /// `prefix` stands before every file's name ("rotterdam/"), so that an estate's findings are told apart.
  Warnings(std::vector<std::string>& lines, std::string prefix) : lines_(lines), prefix_(std::move(prefix)) {}

  /// `what_of` is the feature, device, line or key that it concerns; may be empty.
  void add(std::string_view file, std::string_view what_of, std::string_view what, std::string_view to_do) {
    std::string line = prefix_;
    line += file;
    line += ": ";
    if (!what_of.empty()) (line += what_of) += ": ";
    line += what;
    if (!to_do.empty()) (line += "; ") += to_do;
    lines_.push_back(std::move(line));
  }

 private:
  std::vector<std::string>& lines_;
  std::string prefix_;
};

}  // namespace wf::site
