#include <CLI/CLI.hpp>
#include <sstream>

#include "agents/kit/configuration.hpp"
#include "agents/kit/mapped/suggest.hpp"
#include "agents/kit/spool/disk.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostConfigurationBytes = 1U << 20U;

std::string footer(const AgentProgram& program) {
  std::string out = "Sources, as KIND:ADDRESS[,key=value...]; every kind takes name=NAME:\n";
  for (const auto& [kind, info] : program.sources) out += "  " + kind + ":  " + info.help + "\n";
  return out +
         "Exit code: 0 fine, 1 a source or the engine failed, 2 the command line or configuration cannot be used.";
}

}  // namespace

ParsedCommandLine read_command_line(int argc, const char* const* argv, const AgentProgram& program) {
  ParsedCommandLine out;
  std::string config, invite, state, name, clock, suggest;
  std::vector<std::string> sources, engines;
  CommandLine& command = out.command;
  CLI::App app("Watchfloor agent (" + program.kind + "): reads its sources and sends what it sees to the engine.",
               program.name);
  app.footer(footer(program));
  app.set_version_flag("--version", program.name + " " + program.version);
  CLI::Option* config_option =
      app.add_option("--config", config, "configuration file (YAML, see agents/kit/README.md)");
  app.add_option("--source", sources, "a source, KIND:ADDRESS; may be given several times")
      ->take_all()
      ->allow_extra_args(false)
      ->excludes(config_option);
  app.add_option("--engine", engines, "engine to send to, tcp://HOST:PORT or ipc://PATH; several are tried in order")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--invite", invite, "file with an invitation, '-' for standard input; needed at the first start only");
  app.add_option("--state", state, "directory of keys, positions and spool");
  app.add_option("--name", name, "name to enrol under");
  app.add_flag("--print", command.print, "write each event as a JSON line to standard output, send nothing");
  app.add_flag("--once", command.once, "stop at the end of the input");
  app.add_flag("--check", command.check,
               "try configuration, sources, state, engine and clock; say what is wrong and what to do");
  if (program.sources.contains("mapped"))
    app.add_option("--suggest", suggest,
                   "read an unknown export of CSV or JSON and write a mapping for it to standard output, with reasons");
  app.add_option("--clock", clock, "injected clock, START,ANCHOR,SPEED");
  try {
    app.parse(argc, const_cast<char**>(argv));
  } catch (const CLI::Success& e) {  // --help, --version
    std::ostringstream shown;
    app.exit(e, shown, shown);
    out.stop = true;
    out.out = shown.str();
    return out;
  } catch (const CLI::ParseError& e) {
    out.problems.push_back({e.what(), "command line", "see " + program.name + " --help"});
    return out;
  }
  std::vector<Error>& problems = out.problems;
  if (!suggest.empty()) {
    if (Result<std::string> mapping = suggest_mapping(suggest, program.kind)) {
      out.stop = true;
      out.out = std::move(*mapping);
    } else {
      problems.push_back(mapping.error());
    }
    return out;
  }
  if (!config.empty()) {
    if (Result<std::string> text = read_small_file(config, kMostConfigurationBytes)) {
      command.configuration = read_configuration(*text, config, problems);
    } else {
      problems.push_back(text.error());
    }
  } else if (sources.empty()) {
    problems.push_back({"nothing to read is named", "command line", "give --source KIND:ADDRESS or --config FILE"});
  }
  Configuration& configuration = command.configuration;
  for (const std::string& source : sources) {
    if (Result<SourceSpec> spec = parse_source_spec(source))
      configuration.sources.push_back(std::move(*spec));
    else
      problems.push_back(spec.error());
  }
  if (!engines.empty()) {
    for (const std::string& engine : engines) check_engine(engine, "--engine", problems);
    configuration.engines = engines;
  }
  if (!invite.empty()) configuration.invite = invite;
  if (!state.empty()) configuration.state = state;
  if (configuration.state.empty()) configuration.state = default_state(program.name);
  if (!name.empty()) {
    if (!valid_agent_name(name))
      problems.push_back({"'" + name + "' cannot be an agent's name", "--name", "use 1 to 32 of a-z, 0-9 and '-'"});
    configuration.name = name;
  }
  if (!clock.empty()) {
    if (Result<Clock> parsed = Clock::parse(clock))
      command.clock = *parsed;
    else
      problems.push_back(parsed.error());
  }
  return out;
}

}  // namespace wf::kit
