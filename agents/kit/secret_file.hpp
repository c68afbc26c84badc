#pragma once
#include <cstddef>
#include <string>

#include "proto/result.hpp"

namespace wf::kit {

/// Reads a password or key that somebody laid down for the agent alone. A name without a slash is a credential of
/// systemd (LoadCredential=, in $CREDENTIALS_DIRECTORY); a path is a file that its owner alone may use (mode 0600 or
/// 0400) and that is the agent's user's or root's. One line end at its end is taken off. No error repeats what stands
/// in it.
[[nodiscard]] Result<std::string> read_secret(const std::string& name, std::size_t most = 4096);

}  // namespace wf::kit
