#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "console/link/private_file.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::link {

// CURVE keys, and the engine's own in LinkOptions::keys:
//   engine.key, engine.pub   the engine's key pair, Z85
//   engine.next.key          the one to come, while agents learn it
//   engine.used              the public key that an engine was started with last
//   command.key, command.pub, command.next.key, command.used  likewise, the Ed25519 key that signs commands to devices
//                            (command_key.hpp)
// agent_files.hpp has the files of agents and invitations.

/// A CURVE key pair as Z85 text (40 characters each).
struct KeyPair {
  std::string public_key, secret_key;
};

/// Makes the directory and its two folders with mode 0700; takes an existing one from group and others.
[[nodiscard]] Result<void> make_key_folders(const std::filesystem::path& keys);
/// The engine's keys, made at first use. Refuses a secret file that others may read.
[[nodiscard]] Result<KeyPair> engine_keys(const std::filesystem::path& keys);
[[nodiscard]] Result<KeyPair> make_key_pair();

inline constexpr std::string_view kEngineKey = "engine.key", kNextEngineKey = "engine.next.key";

struct EngineKey {
  KeyPair pair;
  UtcNs since = 0;  ///< when it was made
};
/// The text of a secret key's file; `since` is 0 if it does not say.
[[nodiscard]] Result<EngineKey> parse_engine_key(std::string_view text);
/// kEngineKey or kNextEngineKey; nothing if there is none. `since` is the file's time if its text does not say.
[[nodiscard]] Result<std::optional<EngineKey>> find_engine_key(const std::filesystem::path& keys,
                                                               std::string_view file);
/// Makes the pair that the engine will have next; one that was prepared before stays.
[[nodiscard]] Result<EngineKey> prepare_engine_key(const std::filesystem::path& keys, UtcNs now);
/// Makes the prepared pair the engine's, at once. An engine that runs takes it at its next start.
[[nodiscard]] Result<void> switch_engine_key(const std::filesystem::path& keys);

/// The public key that an engine was started with last; empty: none was, or it cannot be read.
[[nodiscard]] std::string engine_key_in_use(const std::filesystem::path& keys);
[[nodiscard]] Result<void> keep_engine_key_in_use(const std::filesystem::path& keys, const std::string& public_key);

/// The agent under whose name the engine's own events are stored; nobody else can have it.
inline constexpr std::string_view kEngineName = "engine";

/// 1 to 32 of a–z, 0–9 and '-', and not the engine's.
[[nodiscard]] bool valid_agent_name(std::string_view name);
/// Z85 text of 32 bytes.
[[nodiscard]] bool valid_public_key(std::string_view text);
/// Z85 text of a raw key of 32 bytes.
[[nodiscard]] std::string z85(std::string_view raw);

/// A JSON string with its quotes.
[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace wf::link
