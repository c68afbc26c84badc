#pragma once
#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/link_message.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// One entry of the configuration's `outputs`: what this agent may do to a device, and how. README.md has the keys.
struct OutputSpec {
  std::string device;                     ///< as commands name it
  std::vector<std::string> actions;       ///< unlock, lock, release, sounder_on, sounder_off
  std::vector<std::string> run;           ///< program by absolute path, and its arguments; no shell
  std::vector<std::string> undo;          ///< the same, to end what `run` began
  std::string through;                    ///< in place of a program: the name of the source that drives it
  std::map<std::string, std::string> to;  ///< with `through`: what of it, in that source's words
  bool ends_itself = false;               ///< what `run` begins ends by itself (a pulse)
  std::int64_t timeout = 5 * kSecond;
  std::uint32_t max_seconds = 0;  ///< 0: no limit but the command's
  bool entry_only = false;        ///< lock: it bars the way in only
  bool fail_safe_egress = false;  ///< lock: the way out needs neither this program nor power
  bool emergency_exit = false;    ///< never locked
  struct Confirm {
    std::string kind;    ///< of the agent's own event that proves it; empty: none does
    std::string device;  ///< as that event names it
    std::int64_t within = 10 * kSecond;
  } confirm;
  std::string where;  ///< file:line, for messages
};

/// Doors and sounders of one device do not get in each other's way.
[[nodiscard]] bool door_action(std::string_view action);
/// Locking is all that can shut somebody in.
[[nodiscard]] bool locks(std::string_view action);
/// Something that has an end: unlock, lock, sounder_on.
[[nodiscard]] bool may_end(std::string_view action);

/// Reads `outputs`; null or absent: none. Every problem is appended with file:line.
[[nodiscard]] std::vector<OutputSpec> read_outputs(const YAML::Node& node, const std::string& file,
                                                   std::vector<Error>& problems);
/// Programs that are not there or cannot be run, for --check.
[[nodiscard]] std::vector<Error> check_outputs(const std::vector<OutputSpec>& outputs);
/// What the agent's report says of its list.
[[nodiscard]] std::vector<OfferedOutput> offered(const std::vector<OutputSpec>& outputs);

}  // namespace wf::kit
