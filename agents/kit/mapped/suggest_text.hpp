#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace wf::kit {

/// A scalar of YAML that is read as exactly this text, also as a key and within braces. Precondition: UTF-8.
[[nodiscard]] std::string quoted(std::string_view text);
/// A value from outside within a comment: in quotes, one line, at most 60 characters or so.
[[nodiscard]] std::string shown(std::string_view value);
/// The pattern that finds this value; a long one by its beginning.
[[nodiscard]] std::string as_pattern(std::string_view value);
/// "1 line", "3 lines".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

}  // namespace wf::kit
