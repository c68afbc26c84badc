#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::link {

// What the files of the engine's keys have in common, CURVE's (key_files.hpp) and that of commands (command_key.hpp):
// the secret in the first line, `since TIME` in a second one, which older releases do not read. Any thread.

/// How long a command waits for another one's KeyLock.
inline constexpr std::int64_t kKeyPatience = 10 * kSecond;

[[nodiscard]] std::string first_line(std::string_view text);
/// The text of a secret key's file; `since` 0: none is written.
[[nodiscard]] std::string secret_text(std::string_view secret, UtcNs since);
/// Since when the key is one; 0: the text does not say.
[[nodiscard]] UtcNs since_of(std::string_view text);
/// Others may read a file, which is said as `what`.
[[nodiscard]] Result<void> check_private(const std::filesystem::path& file, const char* what);
/// Makes a prepared key the one in use by one rename: after a crash either is, whole. `what` says what failed.
[[nodiscard]] Result<void> exchange_key(const std::filesystem::path& next, const std::filesystem::path& key,
                                        const char* what);
/// The first line of a file beside the keys that says which public key was used last; empty: none, or it cannot be
/// read.
[[nodiscard]] std::string key_in_use(const std::filesystem::path& file);
[[nodiscard]] Result<void> keep_key_in_use(const std::filesystem::path& file, const std::string& public_key);

}  // namespace wf::link
