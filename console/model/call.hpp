#pragma once
#include <string>
#include <string_view>

namespace wf {

/// Command::action of a `call` that somebody here made to a contact of the site, who stands in Command::target as
/// "WHO, NUMBER". Any other `call` is one that came in.
inline constexpr std::string_view kCallReached = "reached";
inline constexpr std::string_view kCallMissed = "no_answer";
/// Most bytes of "WHO, NUMBER".
inline constexpr std::size_t kMostContact = 120;

/// The line of the incident's log that tells of it: "Called Duty manager, +31 20 555 01 10: reached".
[[nodiscard]] std::string words_of_call(std::string_view contact, bool reached);

}  // namespace wf
