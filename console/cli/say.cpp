#include <fmt/format.h>

#include <cstdio>

#include "console/cli/command.hpp"

namespace wf::cli {

int fail(const std::string& line) {
  fmt::print(stderr, "watchfloor: {}\n", line);
  return kFailed;
}

int fail(const Error& error) { return fail(error.text()); }

int not_built(const std::string& what) {
  fmt::print(stderr, "watchfloor: {} is not built yet\n", what);
  return kUsage;
}

void note(const std::string& line) { fmt::print(stderr, "watchfloor: {}\n", line); }

}  // namespace wf::cli
