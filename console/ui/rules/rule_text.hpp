#pragma once
#include <string>
#include <string_view>

namespace wf::ui {

/// Sigma's levels, the least first.
inline constexpr std::string_view kRuleLevels[] = {"informational", "low", "medium", "high", "critical"};

/// What a rule's text says on its line `level:`; empty: it has none.
[[nodiscard]] std::string level_in(std::string_view text);
/// The same text with another level: its line is replaced, or added at the end. Comments and all other lines stay.
[[nodiscard]] std::string with_level(std::string_view text, std::string_view level);

}  // namespace wf::ui
