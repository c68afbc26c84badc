#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace wf::sigma {

[[nodiscard]] std::string base64(std::string_view bytes);
/// The stable middle of a text's base64 form when 0, 1 or 2 bytes stand before it.
[[nodiscard]] std::string base64_at_offset(std::string_view bytes, std::size_t offset);
/// UTF-8 as UTF-16, without a byte order mark.
[[nodiscard]] std::string utf16(std::string_view text, bool big_endian);

}  // namespace wf::sigma
