#include "console/cli/command.hpp"

#include <fmt/format.h>

#include <charconv>

namespace wf::cli {

Result<std::uint64_t> incident_of(std::string_view text, const char* where) {
  std::string_view digits = text;
  if (digits.starts_with("INC-") || digits.starts_with("inc-")) digits.remove_prefix(4);
  std::uint64_t out = 0;
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (failed != std::errc{} || stop != digits.data() + digits.size() || out == 0)
    return Error{fmt::format("\"{}\" is no incident", text), where, "write one like INC-0042"};
  return out;
}

}  // namespace wf::cli
