#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::link {

// What people decide of agents: invitations, devices, keys, revocation. All of it stands in the files of
// LinkOptions::keys, so that a command can do it beside a running engine, which sees the change within a quarter
// second, or without one. Each function leaves a line for the audit (changes.hpp). Any thread, any process.

/// Z85 text of the engine's public key; makes the key pair at first use (secret file mode 0600).
[[nodiscard]] Result<std::string> engine_public_key(const std::filesystem::path& keys);

struct Invitation {
  std::string agent;  ///< name that the agent will have; empty: it asks for one
  std::string kinds;  ///< access, camera, network, host, comma-separated; empty: any
  UtcNs expires = 0;
  std::uint32_t uses = 1;
  std::vector<std::string> devices = {};  ///< patterns of devices that the agent may speak for; none: any
};
/// Makes a token, one line of text for a file: engine address, engine key, one-time key, expiry.
[[nodiscard]] Result<std::string> make_invitation(const std::filesystem::path& keys, const std::string& endpoint,
                                                  const Invitation& invitation);

struct EnrolledAgent {
  std::string name, kind, public_key;
  UtcNs enrolled = 0;
  bool revoked = false;
  std::vector<std::string> devices = {};  ///< patterns (scope.hpp); none: any
  std::string next_key = {};              ///< admitted too; its first HELLO makes it the public key. Empty: none
  UtcNs key_since = 0;                    ///< when public_key became the agent's
  bool rotate = false;                    ///< it is to make a new key at the next opportunity
  std::string invitation = {};            ///< the file that it came by, without extension; empty: not known
};
[[nodiscard]] Result<std::vector<EnrolledAgent>> enrolled_agents(const std::filesystem::path& keys,
                                                                 std::vector<std::string>* unreadable = nullptr);

/// Marks an agent revoked; a running LinkServer sees it at its next message. What is left of the invitation that it
/// came by is taken back too, since the agent has it. Gives how many uses that were.
[[nodiscard]] Result<std::uint32_t> revoke_agent(const std::filesystem::path& keys, const std::string& name);
/// Changes the devices that an agent may speak for; none: any.
[[nodiscard]] Result<void> allow_devices(const std::filesystem::path& keys, const std::string& name,
                                         const std::vector<std::string>& devices);
/// Asks for a new key of the agent; a running engine passes it on within a quarter second.
[[nodiscard]] Result<void> ask_rotation(const std::filesystem::path& keys, const std::string& name);

/// What the engine last heard of an agent's program, for commands that run beside it. Not a secret, nothing rests
/// on it but what people are told.
struct HeardOf {
  std::uint32_t wire_version = 0;  ///< 0: it has not been heard yet
  std::string version;
  std::string next_engine_key;   ///< Z85; the last one that the agent said it has kept
  std::string next_command_key;  ///< likewise, hexadecimal
  bool operator==(const HeardOf&) const = default;
};
[[nodiscard]] HeardOf heard_of(const std::filesystem::path& keys, const std::string& name);

}  // namespace wf::link
