#include "console/cli/command.hpp"

#include <fmt/format.h>

#include <charconv>

#include "console/config/settings.hpp"

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

Result<UtcNs> time_of(const std::string& text, const char* where, UtcNs now) {
  if (text.empty()) return UtcNs{0};
  if (const Result<UtcNs> time = parse_rfc3339(text)) return *time;
  if (const Result<std::int64_t> ago = config::parse_duration(text)) return now - *ago;
  return Error{fmt::format("\"{}\" is no time", text), where,
               "write one like 2026-01-31T08:00:00Z, or 90min for so long ago"};
}

}  // namespace wf::cli
