#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/agent_main.hpp"
#include "agents/kit/clock.hpp"
#include "agents/kit/outputs/output_list.hpp"
#include "agents/kit/source.hpp"
#include "proto/result.hpp"

namespace wf::kit {

inline constexpr std::uint64_t kDefaultSpoolLimit = 256ULL << 20U;
inline constexpr std::uint64_t kDefaultAttachmentsLimit = 64ULL << 20U, kDefaultAttachmentBytes = 16ULL << 20U;

/// Everything that the user can decide about an agent, from the configuration file and the command line.
struct Configuration {
  std::string name;                  ///< empty: the invitation's, or one made of kind and host
  std::vector<std::string> engines;  ///< tcp:// and ipc:// addresses in order of preference
  std::string invite;                ///< file with an invitation; "-" is stdin; empty: none
  std::filesystem::path state;
  std::uint64_t spool_limit = kDefaultSpoolLimit;  ///< bytes on disk at which reading stops
  std::int64_t spool_max_age = 0;                  ///< nanoseconds after which events are given up; 0: never
  std::uint64_t attachments_limit = kDefaultAttachmentsLimit;  ///< bytes of attachments that wait for the engine
  std::uint64_t attachment_bytes = kDefaultAttachmentBytes;    ///< of one
  std::vector<SourceSpec> sources;
  std::vector<OutputSpec> outputs;  ///< what the agent may do to devices; empty: nothing
};

/// Reads a configuration file as a whole and appends every problem that it has, each with file:line.
/// `text` is the file's content and `file` its name for messages.
[[nodiscard]] Configuration read_configuration(std::string_view text, const std::string& file,
                                               std::vector<Error>& problems);

/// 1 to 32 of a–z, 0–9 and '-', as the engine demands it.
[[nodiscard]] bool valid_agent_name(std::string_view name);
/// "network-" and the host's name, made into a valid one.
[[nodiscard]] std::string default_agent_name(std::string_view kind);
/// $STATE_DIRECTORY (systemd.exec(5)), else ~/.local/state/watchfloor/<program>.
[[nodiscard]] std::filesystem::path default_state(const std::string& program);
/// Appends what is wrong with an engine's address.
void check_engine(const std::string& engine, const std::string& where, std::vector<Error>& problems);

/// What the command line asks for.
struct CommandLine {
  Configuration configuration;
  Clock clock;
  bool print = false, once = false, check = false;
};

/// Outcome of reading the command line.
struct ParsedCommandLine {
  CommandLine command;
  bool stop = false;            ///< --help or --version: show `out` and end
  std::string out;              ///< for standard output
  std::vector<Error> problems;  ///< any: exit code 2
};

/// Reads arguments and the configuration file that they name. Prints nothing.
[[nodiscard]] ParsedCommandLine read_command_line(int argc, const char* const* argv, const AgentProgram& program);

/// Makes the sources; appends every problem of every one.
[[nodiscard]] std::vector<std::unique_ptr<Source>> make_sources(const std::vector<SourceSpec>& specs,
                                                                const AgentProgram& program,
                                                                std::vector<Error>& problems);

}  // namespace wf::kit
