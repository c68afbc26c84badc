#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// What `watchfloor agent invite` wrote for one agent to come: "wf1." and the base64url text of a JSON object.
struct Invitation {
  std::string engine;                  ///< address
  std::string engine_key;              ///< Z85 of the engine's CURVE public key
  std::string public_key, secret_key;  ///< one-time pair, good for enrolment only
  std::string agent;                   ///< name that the agent will have; empty: it asks for one
  UtcNs expires = 0;
  std::string next_engine_key = {};  ///< Z85; the key that the engine will have next; empty: none is prepared
  std::string warning = {};          ///< one line about its file; empty: all is well
};

/// Reads a token, of any bytes; blanks and line ends around it do not matter. The errors never show any of it.
[[nodiscard]] Result<Invitation> parse_invitation(std::string_view token);
/// Reads it from a file, or from standard input for "-". A file that others may read is used with a warning.
[[nodiscard]] Result<Invitation> read_invitation(const std::string& file);

/// A CURVE key pair as Z85 text.
struct KeyPair {
  std::string public_key, secret_key;
  [[nodiscard]] bool empty() const { return public_key.empty(); }
};
[[nodiscard]] Result<KeyPair> make_key_pair();
/// Z85 text of 32 bytes.
[[nodiscard]] bool valid_key(std::string_view text);

/// Who an agent is, made at its enrolment: its own keys, and which engine may have its events. KeyRing says how they
/// change.
struct Identity {
  std::string name;                       ///< as enrolled; empty before
  std::string engine;                     ///< address in the invitation
  std::string engine_key;                 ///< Z85
  std::string public_key, secret_key;     ///< Z85, the newest pair; the secret never leaves the state directory
  bool enrolled = false;                  ///< false: the keys were made, but the engine has not confirmed them
  std::string command_key = {};           ///< hexadecimal; signs commands to devices; empty: not named yet
  std::string next_command_key = {};      ///< hexadecimal; will sign them; empty: not heard of one
  KeyPair older = {};                     ///< the pair before, for an engine that does not know the newest; may be none
  std::string next_engine_key = {};       ///< Z85; the key that the engine will have; empty: not heard of one
  std::string invited_with = {};          ///< one-time public key of the invitation that was used last
  std::vector<std::string> devices = {};  ///< that it may speak for, as the engine said; none: any
};

/// Keys for an agent that was invited and is not enrolled yet.
[[nodiscard]] Result<Identity> make_identity(const Invitation& invitation);
/// The text of an identity's file, of any bytes.
[[nodiscard]] Result<Identity> parse_identity(std::string_view text);
/// Nothing when there is no such file. Refuses one that others may read.
[[nodiscard]] Result<std::optional<Identity>> read_identity(const std::filesystem::path& file);
/// Replaces the file at once; mode 0600.
[[nodiscard]] Result<void> write_identity(const std::filesystem::path& file, const Identity& identity);

}  // namespace wf::kit
