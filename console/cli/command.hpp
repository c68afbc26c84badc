#pragma once
#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::cli {

/// Exit statuses, the same for every command.
inline constexpr int kGood = 0;       ///< done
inline constexpr int kFailed = 1;     ///< it could not be done, or what was checked is not in order
inline constexpr int kUsage = 2;      ///< the command line is wrong, or names what is not built yet
inline constexpr int kNoDisplay = 3;  ///< no window could be opened; `./dev run` goes on without one

/// What the parsed command line decided to do; run by main after parsing. Gives the exit status.
using Run = std::function<int()>;

// One function a command group, each in a file of its own. Each adds its subcommand, whose callback sets `run`.
void add_console(CLI::App& app, Run& run);  ///< without a subcommand
void add_demo(CLI::App& app, Run& run);
void add_serve(CLI::App& app, Run& run);
void add_shot(CLI::App& app, Run& run);
void add_query(CLI::App& app, Run& run);
void add_explain(CLI::App& app, Run& run);
void add_support(CLI::App& app, Run& run);
void add_rules(CLI::App& app, Run& run);
void add_plans(CLI::App& app, Run& run);
void add_match(CLI::App& app, Run& run);
void add_agent(CLI::App& app, Run& run);
void add_key(CLI::App& app, Run& run);  ///< the engine's key
void add_attachment(CLI::App& app, Run& run);
void add_device(CLI::App& app, Run& run);   ///< commands to devices
void add_figures(CLI::App& app, Run& run);  ///< how alarms go
void add_works(CLI::App& app, Run& run);    ///< what keeps alarms back
void add_ticket(CLI::App& app, Run& run);   ///< what does not work
void add_site(CLI::App& app, Run& run);
void add_language(CLI::App& app, Run& run);  ///< of the interface
void add_user(CLI::App& app, Run& run);
void add_watch(CLI::App& app, Run& run);
void add_keep(CLI::App& app, Run& run);  ///< verify, backup, restore

/// The number of an incident as people write it: INC-0042, inc-42 or 42. `where` is the option that has it.
[[nodiscard]] Result<std::uint64_t> incident_of(std::string_view text, const char* where);
/// A time as people write it: RFC 3339, or how long before `now`; 0 if it is empty. `where` is the option that has it.
[[nodiscard]] Result<UtcNs> time_of(const std::string& text, const char* where, UtcNs now);
/// Prints "watchfloor: …" to stderr and gives kFailed.
int fail(const Error& error);
int fail(const std::string& line);
/// Prints a note to stderr; the command goes on.
void note(const std::string& line);

}  // namespace wf::cli
