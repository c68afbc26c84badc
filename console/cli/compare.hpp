#pragma once
#include <string>
#include <vector>

#include "console/cli/settle.hpp"

namespace CLI {
class Option;
}

namespace wf::cli {

/// Options of `match --compare`.
struct CompareOptions {
  Shared shared;
  std::string from, to;
  unsigned threads = 0;
  bool add = false, json = false;
};

/// Adds --data, --from, --to, --add, --threads and --json, each of which needs `compare`.
void add_compare_options(CLI::App& command, CLI::Option& compare, CompareOptions& options);

/// Candidate rules over the stored events, compared with what happened (console/backtest). The report goes to standard
/// output, progress to standard error; SIGINT ends it.
int compare(const CompareOptions& options, const std::vector<std::string>& rules);

}  // namespace wf::cli
