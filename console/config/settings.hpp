#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/fusion.hpp"
#include "console/model/attachment_limits.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::config {

/// What `watchfloor.yaml` decides; what it leaves out is empty. README.md lists every key.
struct Settings {
  std::optional<std::string> listen, seats;
  std::optional<std::filesystem::path> site;                       ///< absolute
  std::optional<std::vector<std::filesystem::path>> rules, plans;  ///< absolute
  fusion::Policy policy;
  std::int64_t rotate_after = 0, max_key_age = 0;  ///< of keys; ns, 0: not set
  AttachmentLimits attachments;
  std::string user, role, seat;
  std::string language;   ///< of the interface: "de"; empty: not set
  std::string heartbeat;  ///< http:// or https:// address to call while all is well; empty: none
  std::int64_t heartbeat_every = 60 * kSecond;
  std::optional<std::filesystem::path> heartbeat_authorities;  ///< PEM, absolute; none: the machine's
};

/// Reads a configuration as a whole. `file` names it in messages, and relative paths count from its directory.
/// Every problem is appended as "file:line: what; what to do"; with any of them the settings are not to be used.
[[nodiscard]] Settings read_settings(std::string_view text, const std::filesystem::path& file,
                                     std::vector<std::string>& problems);

/// The same of a file on the disk; an unreadable one is a problem.
[[nodiscard]] Settings load_settings(const std::filesystem::path& file, std::vector<std::string>& problems);

/// "90s", "14min", "1h", "250ms", "2h30min"; a plain number is seconds. Nanoseconds; refuses what is negative or
/// longer than ten years.
[[nodiscard]] Result<std::int64_t> parse_duration(std::string_view text);

}  // namespace wf::config
