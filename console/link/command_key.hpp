#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "proto/device_command.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::link {

inline constexpr std::string_view kCommandKey = "command.key", kNextCommandKey = "command.next.key";

/// The engine's Ed25519 key (RFC 8032) that signs commands to devices: keys/command.key, the seed in hexadecimal and
/// since when it is one, mode 0600, and command.pub. Immutable; any thread.
class CommandKey {
 public:
  /// Makes the pair at first use. Refuses a secret file that others may read.
  [[nodiscard]] static Result<CommandKey> open(const std::filesystem::path& keys);
  /// kCommandKey or kNextCommandKey; nothing if there is none.
  [[nodiscard]] static Result<std::optional<CommandKey>> find(const std::filesystem::path& keys, std::string_view file);
  /// Hexadecimal, as WELCOME and ENROLLED say it.
  [[nodiscard]] const std::string& public_text() const { return public_text_; }
  [[nodiscard]] UtcNs since() const { return since_; }  ///< the file's time if its text does not say
  /// The payload frame of a DEVICE_COMMAND.
  [[nodiscard]] std::string sign(const DeviceCommand& command) const;
  /// 64 bytes by which who trusts this key may trust that one, named by its public_text().
  [[nodiscard]] std::string vouch_for(std::string_view next_key) const;

 private:
  [[nodiscard]] static Result<CommandKey> read(const std::filesystem::path& file);
  [[nodiscard]] std::string signature_of(std::string_view text) const;
  std::string secret_, public_text_;
  UtcNs since_ = 0;
};

/// Makes the key that will sign commands next; one that was prepared before stays.
[[nodiscard]] Result<CommandKey> prepare_command_key(const std::filesystem::path& keys, UtcNs now);
/// Makes the prepared key the one that signs, at once. An engine that runs takes it at its next start.
[[nodiscard]] Result<void> switch_command_key(const std::filesystem::path& keys);
/// The public key that an engine was started with last; empty: none was, or it cannot be read.
[[nodiscard]] std::string command_key_in_use(const std::filesystem::path& keys);
[[nodiscard]] Result<void> keep_command_key_in_use(const std::filesystem::path& keys, const std::string& public_key);

/// Hexadecimal text of an Ed25519 public key, in small letters.
[[nodiscard]] bool valid_command_key(std::string_view text);

}  // namespace wf::link
