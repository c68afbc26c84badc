#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console/cli/command.hpp"
#include "console/site/load.hpp"

namespace wf::cli {
namespace {

int check(const std::string& folder) {
  site::SiteReport report;
  const Result<std::shared_ptr<const Estate>> estate = site::load_estate(folder, report);
  for (const std::string& warning : report.warnings) fmt::print("{}\n", warning);
  if (!estate) return fail(estate.error());
  for (const Site& site : (*estate)->sites)
    fmt::print("{} ({}, {}): {} buildings, {} levels, {} units, {} openings, {} fixtures, {} devices\n", site.name,
               site.id, site.time_zone, site.buildings.size(), site.levels.size(), site.units.size(),
               site.openings.size(), site.fixtures.size(), site.devices.size());
  fmt::print("{} sites, {} people, {} findings\n", (*estate)->sites.size(), (*estate)->people.size(),
             report.warnings.size());
  return report.warnings.empty() ? kGood : kFailed;
}

}  // namespace

void add_site(CLI::App& app, Run& run) {
  CLI::App* const site = app.add_subcommand("site", "Work on sites");
  site->require_subcommand(1);
  CLI::App* const command =
      site->add_subcommand("check", "Load a site or an estate; name each flaw. Exit status 1 if there is one");
  const auto folder = std::make_shared<std::string>();
  command->add_option("DIR", *folder, "A folder with manifest.json, or one of such folders")->required();
  command->callback([folder, &run] { run = [folder] { return check(*folder); }; });
}

}  // namespace wf::cli
