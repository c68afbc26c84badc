#pragma once
#include <string>
#include <string_view>

namespace wf::cli {

/// Appends a JSON string (RFC 8259) with its quotes; `text` is UTF-8.
void append_json(std::string& out, std::string_view text);
[[nodiscard]] std::string json(std::string_view text);

}  // namespace wf::cli
