#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace wf::seat {

/// A seat that may connect over TCP: keys/seats/<name>.json, mode 0600, beside the engine's keys.
struct SeatUser {
  std::string name, role;
  std::string public_key;  ///< Z85
};

/// What a seat needs to connect; the one line of text that `watchfloor user add` prints, for a file of mode 0600.
struct SeatToken {
  std::string endpoint;
  std::string engine_key;              ///< Z85; empty for ipc
  std::string public_key, secret_key;  ///< the seat's own, Z85; empty for ipc
};

/// Makes a key pair for a seat and admits it. Refuses a name that is taken. Gives the token's text.
[[nodiscard]] Result<std::string> add_user(const std::filesystem::path& keys, const std::string& endpoint,
                                           const SeatUser& user);
/// All seats that may connect, by name; files that cannot be read are named in `problems`.
[[nodiscard]] std::vector<SeatUser> users(const std::filesystem::path& keys, std::vector<std::string>& problems);
/// The seat is not admitted any more; a connection that stands is cut within a second.
[[nodiscard]] Result<void> remove_user(const std::filesystem::path& keys, const std::string& name);

/// Reads what follows --connect: an ipc:// address, or the path of a file with a token.
[[nodiscard]] Result<SeatToken> read_connection(const std::string& text);
[[nodiscard]] Result<SeatToken> parse_token(std::string_view text, const std::string& where);

}  // namespace wf::seat
