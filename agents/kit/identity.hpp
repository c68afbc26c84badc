#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

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
};

/// Reads a token; blanks and line ends around it do not matter. The errors never show any of it.
[[nodiscard]] Result<Invitation> parse_invitation(std::string_view token);
/// Reads it from a file, or from standard input for "-".
[[nodiscard]] Result<Invitation> read_invitation(const std::string& file);

/// Who an agent is, made at its enrolment: its own keys, and which engine may have its events.
struct Identity {
  std::string name;                    ///< as enrolled; empty before
  std::string engine;                  ///< address in the invitation
  std::string engine_key;              ///< Z85
  std::string public_key, secret_key;  ///< Z85; the secret never leaves the state directory
  bool enrolled = false;               ///< false: the keys were made, but the engine has not confirmed them
};

/// Keys for an agent that was invited and is not enrolled yet.
[[nodiscard]] Result<Identity> make_identity(const Invitation& invitation);
/// Nothing when there is no such file. Refuses one that others may read.
[[nodiscard]] Result<std::optional<Identity>> read_identity(const std::filesystem::path& file);
/// Replaces the file at once; mode 0600.
[[nodiscard]] Result<void> write_identity(const std::filesystem::path& file, const Identity& identity);

}  // namespace wf::kit
