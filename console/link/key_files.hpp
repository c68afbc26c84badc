#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "console/link/link_server.hpp"
#include "proto/result.hpp"

namespace wf::link {

// The files of LinkOptions::keys. Every write is atomic: a new file, synced, renamed over the old one, and the
// directory synced, so that a reader in any process sees the old file or the new one, whole.
//   engine.key, engine.pub        the engine's CURVE key pair, Z85
//   agents/<name>.json            one enrolled agent
//   invitations/<hash>.json       one invitation, named after its one-time public key

/// A CURVE key pair as Z85 text (40 characters each).
struct KeyPair {
  std::string public_key, secret_key;
};

/// What tells that a file was replaced. `exists` is false for a missing file.
struct FileStamp {
  bool exists = false;
  std::uint64_t inode = 0;
  std::int64_t changed = 0, modified = 0, size = 0;
  bool operator==(const FileStamp&) const = default;
};
[[nodiscard]] FileStamp stamp_of(const std::filesystem::path& path);

/// An invitation as the engine keeps it: without the one-time secret, which only the token has.
struct StoredInvitation {
  std::string public_key;
  Invitation invitation;  ///< `uses` is how many remain
};

/// Makes the directory and its two folders with mode 0700; takes an existing one from group and others.
[[nodiscard]] Result<void> make_key_folders(const std::filesystem::path& keys);
/// The engine's keys, made at first use. Refuses a secret file that others may read.
[[nodiscard]] Result<KeyPair> engine_keys(const std::filesystem::path& keys);
[[nodiscard]] Result<KeyPair> make_key_pair();

/// 1 to 32 of a–z, 0–9 and '-'.
[[nodiscard]] bool valid_agent_name(std::string_view name);
/// Z85 text of 32 bytes.
[[nodiscard]] bool valid_public_key(std::string_view text);
/// Z85 text of a raw key of 32 bytes.
[[nodiscard]] std::string z85(std::string_view raw);

[[nodiscard]] std::filesystem::path agent_file(const std::filesystem::path& keys, std::string_view name);
[[nodiscard]] Result<EnrolledAgent> read_agent(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_agent(const std::filesystem::path& keys, const EnrolledAgent& agent);

[[nodiscard]] std::filesystem::path invitation_file(const std::filesystem::path& keys, std::string_view public_key);
[[nodiscard]] Result<StoredInvitation> read_invitation(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_invitation(const std::filesystem::path& keys, const StoredInvitation& invitation);

/// A JSON string with its quotes.
[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace wf::link
