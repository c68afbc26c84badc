#include <CLI/CLI.hpp>

#include "console/cli/command.hpp"

namespace wf::cli {

void add_user(CLI::App& app, Run& run) {
  CLI::App* const user = app.add_subcommand("user", "People who may sign in (not built yet)");
  user->require_subcommand(1);
  for (const char* const what : {"add", "list", "remove"}) {
    CLI::App* const command = user->add_subcommand(what, "Not built yet");
    command->allow_extras();
    const std::string name = std::string("`watchfloor user ") + what + "`";
    command->callback([name, &run] { run = [name] { return not_built(name); }; });
  }
}

}  // namespace wf::cli
