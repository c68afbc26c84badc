#pragma once
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::cli {

/// Makes a file of mode 0600 with this text. Refuses one that exists: a secret is never written over another.
[[nodiscard]] Result<void> write_secret_file(const std::string& file, std::string_view text);

}  // namespace wf::cli
