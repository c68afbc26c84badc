#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "console/config/settings.hpp"
#include "proto/time.hpp"

namespace wf::config {

Result<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> kUnits{{{"ms", kMillisecond},
                                                                             {"s", kSecond},
                                                                             {"min", kMinute},
                                                                             {"m", kMinute},
                                                                             {"h", kHour},
                                                                             {"d", kDay},
                                                                             {"", kSecond}}};
  constexpr double kMost = 3653.0 * static_cast<double>(kDay);
  const Error wrong{"\"" + std::string(text) + "\" is no duration", "", "write one like 90s, 14min or 1h"};
  if (text.empty()) return wrong;
  double total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, failed] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (failed != std::errc{} || !(number >= 0)) return wrong;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    std::size_t letters = 0;
    while (letters < rest.size() && rest[letters] >= 'a' && rest[letters] <= 'z') ++letters;
    const std::string_view unit = rest.substr(0, letters);
    rest.remove_prefix(letters);
    std::int64_t factor = 0;
    for (const auto& [name, ns] : kUnits)
      if (name == unit) factor = ns;
    // A number without a unit is seconds, but only alone.
    if (factor == 0 || (unit.empty() && (total > 0 || !rest.empty()))) return wrong;
    total += number * static_cast<double>(factor);
    if (!(total <= kMost)) return wrong;
  }
  return static_cast<std::int64_t>(total);
}

}  // namespace wf::config
