#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "console/link/enrolment.hpp"
#include "console/link/key_files.hpp"
#include "proto/result.hpp"

namespace wf::link {

// Files in LinkOptions::keys, each one JSON object with "v": 1. Members that an older release did not write may be
// missing. A file that cannot be read admits nobody.
//   agents/<name>.json            one enrolled agent
//   invitations/<hash>.json       one invitation, named after its one-time public key
//   heard/<name>.json             what its program last said of itself

/// An invitation as the engine keeps it: without the one-time secret, which only the token has.
struct StoredInvitation {
  std::string public_key;
  Invitation invitation;  ///< `uses` is how many remain
  /// Keys that a use was given to and whose agent may not be written yet: after a crash they enrol without another.
  std::vector<std::string> granted = {};
};

[[nodiscard]] std::filesystem::path agent_file(const std::filesystem::path& keys, std::string_view name);
[[nodiscard]] Result<EnrolledAgent> parse_agent(std::string_view text);
[[nodiscard]] Result<EnrolledAgent> read_agent(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_agent(const std::filesystem::path& keys, const EnrolledAgent& agent);

[[nodiscard]] std::filesystem::path invitation_file(const std::filesystem::path& keys, std::string_view public_key);
[[nodiscard]] Result<StoredInvitation> parse_stored_invitation(std::string_view text);
[[nodiscard]] Result<StoredInvitation> read_invitation(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_invitation(const std::filesystem::path& keys, const StoredInvitation& invitation);

[[nodiscard]] Result<void> write_heard_of(const std::filesystem::path& keys, const std::string& name,
                                          const HeardOf& heard);

}  // namespace wf::link
