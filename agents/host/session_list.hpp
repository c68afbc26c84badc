#pragma once
#include <poll.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::host {

/// Somebody who is logged in now.
struct Session {
  std::string id;    ///< logind's, or "LINE-PID" of utmp; names a session for as long as it lasts
  std::string user;  ///< account, or its number where it has no name
  std::string tty;   ///< "tty1", "pts/0"; empty for a desktop without one
  std::string seat;  ///< "seat0" at the machine itself
  std::string type;  ///< logind's: tty, x11, wayland, mir, unspecified
  std::string host;  ///< from where: address or name; empty if not told
  bool remote = false;
  UtcNs since = 0;  ///< 0: not known
  bool operator==(const Session&) const = default;
};

/// At most; more are left out, so that a machine with very many cannot take the agent's memory.
inline constexpr std::size_t kMostSessions = 512;

/// Sessions of a file as utmp(5) of this machine's libc has it: its records of kind USER_PROCESS.
[[nodiscard]] Result<std::vector<Session>> utmp_sessions(const std::string& path);

/// Sessions that systemd-logind knows (sd-login(3)), of users only: what services, managers and greeters have is none.
/// What logind does not tell (since, before systemd 254) comes from `utmp`, by the tty.
[[nodiscard]] Result<std::vector<Session>> logind_sessions(const std::string& utmp);
/// Whether there is a logind to ask.
[[nodiscard]] bool logind_runs();

/// Account name of a number by a passwd(5) file; the number itself where there is none. Asks no directory service,
/// which might take long.
[[nodiscard]] std::string account_name(std::uint32_t uid, const std::string& passwd = "/etc/passwd");

/// Sessions as a text of one line and back; false: it cannot be read.
[[nodiscard]] std::string sessions_text(const std::vector<Session>& sessions);
[[nodiscard]] bool read_sessions_text(std::string_view text, std::vector<Session>& sessions);

}  // namespace wf::host
