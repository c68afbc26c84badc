#include <CLI/CLI.hpp>
#include <exception>
#include <string>

#include "console/cli/command.hpp"
#include "proto/version.hpp"

int main(int argc, char** argv) {
  CLI::App app{"Watchfloor: a security operations console", "watchfloor"};
  wf::cli::Run run;
  app.set_version_flag("--version", std::string("watchfloor ") + wf::kVersion);
  wf::cli::add_console(app, run);
  wf::cli::add_demo(app, run);
  wf::cli::add_serve(app, run);
  wf::cli::add_shot(app, run);
  wf::cli::add_query(app, run);
  wf::cli::add_explain(app, run);
  wf::cli::add_support(app, run);
  wf::cli::add_rules(app, run);
  wf::cli::add_plans(app, run);
  wf::cli::add_match(app, run);
  wf::cli::add_agent(app, run);
  wf::cli::add_key(app, run);
  wf::cli::add_attachment(app, run);
  wf::cli::add_device(app, run);
  wf::cli::add_ticket(app, run);
  wf::cli::add_works(app, run);
  wf::cli::add_figures(app, run);
  wf::cli::add_site(app, run);
  wf::cli::add_language(app, run);
  wf::cli::add_user(app, run);
  wf::cli::add_watch(app, run);
  wf::cli::add_keep(app, run);
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? wf::cli::kGood : wf::cli::kUsage;
  }
  try {
    return run();
  } catch (const std::exception& e) {
    return wf::cli::fail(std::string("stopped by an unforeseen failure: ") + e.what());
  }
}
