#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <set>

#include "console/cli/command.hpp"
#include "console/cli/settle.hpp"
#include "console/link/command_key.hpp"
#include "console/link/enrolment.hpp"
#include "console/link/key_files.hpp"
#include "console/seat/seat_keys.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/schema.hpp"

namespace wf::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  Shared shared;
  bool prepare = false, change = false, force = false, commands = false;
};

std::string day(UtcNs time) { return format_rfc3339(time / kSecond * kSecond); }

/// An engine has this data directory.
bool runs(const fs::path& data) { return !store::DirectoryLock::take(data); }

/// A key of the engine, as both of them are changed.
struct KeyShown {
  std::string name, since;
};
struct Pair {
  std::optional<KeyShown> now, next;
  std::string used;  ///< by the last start; empty: none was
};

std::optional<KeyShown> shown(const std::optional<link::EngineKey>& key) {
  return key ? std::optional(KeyShown{key->pair.public_key, day(key->since)}) : std::nullopt;
}

std::optional<KeyShown> shown(const std::optional<link::CommandKey>& key) {
  return key ? std::optional(KeyShown{key->public_text(), day(key->since())}) : std::nullopt;
}

/// The engine's key, or that of commands.
Result<Pair> pair_of(const fs::path& keys, bool commands) {
  Pair out;
  const auto read = [&](auto now, auto next) -> Result<Pair> {
    if (!now) return now.error();
    if (!next) return next.error();
    out.now = shown(*now);
    out.next = shown(*next);
    return out;
  };
  out.used = commands ? link::command_key_in_use(keys) : link::engine_key_in_use(keys);
  return commands
             ? read(link::CommandKey::find(keys, link::kCommandKey),
                    link::CommandKey::find(keys, link::kNextCommandKey))
             : read(link::find_engine_key(keys, link::kEngineKey), link::find_engine_key(keys, link::kNextEngineKey));
}

/// Agents that are not revoked, and what was heard of each.
struct Agent {
  link::EnrolledAgent is;
  link::HeardOf heard;
  /// It takes no commands: its program is older than they are.
  [[nodiscard]] bool deaf() const { return heard.wire_version == 1; }
};

Result<std::vector<Agent>> agents_of(const fs::path& keys) {
  std::vector<std::string> unreadable;
  Result<std::vector<link::EnrolledAgent>> agents = link::enrolled_agents(keys, &unreadable);
  if (!agents) return agents.error();
  for (const std::string& problem : unreadable) note(problem);
  std::vector<Agent> out;
  for (link::EnrolledAgent& agent : *agents) {
    if (agent.revoked) continue;
    link::HeardOf heard = link::heard_of(keys, agent.name);
    out.push_back({std::move(agent), std::move(heard)});
  }
  return out;
}

/// How many agents the key concerns, and names of those that have not kept it.
struct Readiness {
  std::size_t of = 0;
  std::set<std::string> without;
};

Readiness readiness(const std::vector<Agent>& agents, const Pair& pair, bool commands) {
  Readiness out;
  for (const Agent& agent : agents) {
    if (commands && agent.deaf()) continue;
    ++out.of;
    const std::string& kept = commands ? agent.heard.next_command_key : agent.heard.next_engine_key;
    if (!pair.next || kept != pair.next->name) out.without.insert(agent.is.name);
  }
  return out;
}

/// Seats from elsewhere have the engine's key in their tokens and cannot be told the next one.
void say_of_seats(const fs::path& keys) {
  std::vector<std::string> problems;
  std::string names;
  for (const seat::SeatUser& user : seat::users(keys, problems)) names += (names.empty() ? "" : ", ") + user.name;
  if (!names.empty())
    note(fmt::format("accounts of seats need new tokens after the change (`watchfloor user remove`, `user add`): {}",
                     names));
}

std::string joined(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

int prepare(const fs::path& keys, bool commands) {
  std::string name;
  const UtcNs now = engine::Clock().now();
  if (commands) {
    const Result<link::CommandKey> next = link::prepare_command_key(keys, now);
    if (!next) return fail(next.error());
    name = next->public_text();
  } else {
    const Result<link::EngineKey> next = link::prepare_engine_key(keys, now);
    if (!next) return fail(next.error());
    name = next->pair.public_key;
  }
  note(
      fmt::format("the next key{} {} is prepared; a running engine tells its agents now, others hear it when they "
                  "come. `watchfloor key status` says who has it",
                  commands ? " of commands to devices" : "", name));
  if (!commands) say_of_seats(keys);
  return kGood;
}

int change(const fs::path& data, const fs::path& keys, const Options& options) {
  const bool commands = options.commands;
  const Result<Pair> pair = pair_of(keys, commands);
  if (!pair) return fail(pair.error());
  const Result<std::vector<Agent>> agents = agents_of(keys);
  if (!agents) return fail(agents.error());
  const Readiness ready = readiness(*agents, *pair, commands);
  if (pair->next && !ready.without.empty() && !options.force)
    return fail(
        Error{fmt::format("{} of {} agents have not kept the next key and would {}: {}", ready.without.size(), ready.of,
                          commands ? "take no command any more" : "be cut off", joined(ready.without)),
              keys.string(), "wait until they were connected, or go on with --force and invite them again"});
  if (Result<void> done = commands ? link::switch_command_key(keys) : link::switch_engine_key(keys); !done)
    return fail(done.error());
  const char* const whose = commands ? "the next key signs commands to devices" : "the next key is the engine's";
  note(runs(data) ? fmt::format("{}; the engine that runs takes it when it is started again: do that now", whose)
                  : fmt::format("{} from its next start on",
                                commands ? "the engine signs commands with the next key" : whose));
  if (!ready.without.empty()) note("these agents have to be invited again: " + joined(ready.without));
  if (commands) return kGood;
  say_of_seats(keys);
  note("invitations that were made before the next key was prepared are of no use any more");
  return kGood;
}

Result<fs::path> keys_of(const fs::path& data) {
  if (std::error_code failed; !fs::is_directory(data, failed)) return no_data(data);
  return data / store::kKeysFolder;
}

int rotate(const Options& options) {
  if (options.prepare == options.change)
    return fail("say --prepare, and when `watchfloor key status` is content, --switch");
  const Result<fs::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  const Result<fs::path> keys = keys_of(*data);
  if (!keys) return fail(keys.error());
  return options.prepare ? prepare(*keys, options.commands) : change(*data, *keys, options);
}

void show(const Pair& pair, const Readiness& ready, bool commands, bool running) {
  const std::string_view title = commands ? "commands' key" : "engine's key";
  if (!pair.now)
    fmt::print("{}\n", commands ? "commands to devices have no key yet; the engine's first start makes one"
                                : "the engine has no key yet; its first start makes one");
  else
    fmt::print("{:<13} {}  since {}\n", title, pair.now->name, pair.now->since);
  if (pair.now && !pair.used.empty() && pair.used != pair.now->name)
    fmt::print("in use        {}  {}\n", pair.used,
               running ? "until the engine that runs is started again: do that now"
                       : fmt::format("by the last start; the next one takes the {} above", title));
  if (pair.next)
    fmt::print("next key      {}  since {}, kept by {} of {} agents\n", pair.next->name, pair.next->since,
               ready.of - ready.without.size(), ready.of);
}

int status(const Options& options) {
  const Result<fs::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  const Result<fs::path> keys = keys_of(*data);
  if (!keys) return fail(keys.error());
  const Result<Pair> own = pair_of(*keys, false), commands = pair_of(*keys, true);
  if (!own) return fail(own.error());
  if (!commands) return fail(commands.error());
  const Result<std::vector<Agent>> agents = agents_of(*keys);
  if (!agents) return fail(agents.error());
  const Readiness ready = readiness(*agents, *own, false), listening = readiness(*agents, *commands, true);
  const bool running = runs(*data);
  show(*own, ready, false, running);
  show(*commands, listening, true, running);
  fmt::print("{:<32} {:<8} {:<20} {:<5} {:<16} {}\n", "AGENT", "KIND", "KEY SINCE", "WIRE", "NEXT ENGINE KEY",
             "NEXT COMMANDS' KEY");
  for (const Agent& agent : *agents) {
    const std::uint32_t wire = agent.heard.wire_version;
    const auto has = [&](const Pair& pair, const Readiness& known) {
      return !pair.next                               ? "none is prepared"
             : wire == 1                              ? "cannot keep it"
             : !known.without.contains(agent.is.name) ? "kept"
                                                      : "not yet";
    };
    fmt::print("{:<32} {:<8} {:<20} {:<5} {:<16} {}\n", agent.is.name, agent.is.kind, day(agent.is.key_since),
               wire == 0 ? std::string("?") : std::to_string(wire), has(*own, ready), has(*commands, listening));
  }
  return kGood;
}

}  // namespace

void add_key(CLI::App& app, Run& run) {
  CLI::App* const key = app.add_subcommand("key", "The engine's keys: what they are, and changing them");
  key->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* const showing = key->add_subcommand("status", "Keys, their age, and which agents have the next one");
  add_data_option(*showing, options->shared);
  showing->callback([options, &run] { run = [options] { return status(*options); }; });
  CLI::App* const rotating =
      key->add_subcommand("rotate", "Change the engine's key, or that of commands, in two steps");
  add_data_option(*rotating, options->shared);
  rotating->add_flag("--prepare", options->prepare, "Make the next key; agents keep it");
  rotating->add_flag("--commands", options->commands, "The key that signs commands to devices");
  rotating->add_flag("--switch", options->change,
                     "Use it from the next start on; refused while agents have not kept it");
  rotating->add_flag("--force", options->force, "Switch all the same");
  rotating->callback([options, &run] { run = [options] { return rotate(*options); }; });
}

}  // namespace wf::cli
