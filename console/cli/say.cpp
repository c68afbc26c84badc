#include <fmt/format.h>

#include <cstdio>

#include "console/cli/command.hpp"
#include "proto/utf8.hpp"

namespace wf::cli {

int fail(const std::string& line) {
  fmt::print(stderr, "watchfloor: {}\n", one_line(line));
  return kFailed;
}

int fail(const Error& error) { return fail(error.text()); }

void note(const std::string& line) { fmt::print(stderr, "watchfloor: {}\n", one_line(line)); }

}  // namespace wf::cli
