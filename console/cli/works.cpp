// What keeps alarms back, by hand: planned maintenance, tests, known causes. A seat on the running engine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/seated.hpp"
#include "console/cli/settle.hpp"
#include "console/config/settings.hpp"
#include "proto/utf8.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string connect, target, reason, technician, cause, lasts, begins;
};

int ask(const Options& options, CommandKind kind) {
  Command command;
  command.kind = kind;
  command.text = options.reason;
  const bool ends = kind == CommandKind::end_works;
  if (!ends) {
    command.target = options.target;
    command.action = options.technician;
  }
  const std::string& row = ends ? options.target : options.cause;
  if (!row.empty()) {
    const Result<std::uint64_t> id = incident_of(row, ends ? "works end" : "--cause");
    if (!id) return fail(id.error());
    command.incidents = {*id};
  }
  std::int64_t lasts = 0, begins = 0;
  for (const auto& [text, to] : {std::pair{&options.lasts, &lasts}, std::pair{&options.begins, &begins}}) {
    if (text->empty()) continue;
    const Result<std::int64_t> span = config::parse_duration(*text);
    if (!span) return fail(span.error());
    *to = *span;
  }
  Result<std::unique_ptr<Seated>> seated = sit_down(options.shared, options.connect);
  if (!seated) return fail(seated.error());
  const std::shared_ptr<const Snapshot> now = (*seated)->seat().snapshot();
  command.seconds = static_cast<std::uint32_t>(begins / kSecond);
  if (!ends) command.until = now->now + begins + lasts;
  for (const std::uint64_t id : command.incidents)
    if (const Incident* const incident = now->incident(id)) command.seen_revisions.push_back(incident->revision);
  return carry_out(**seated, std::move(command));
}

}  // namespace

void add_works(CLI::App& app, Run& run) {
  CLI::App* const works =
      app.add_subcommand("works", "Maintenance, tests and known causes: what a device or zone raises calls nobody");
  works->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  const auto common = [&](const char* name, const char* help, CommandKind kind, const char* target) {
    CLI::App* const one = works->add_subcommand(name, help);
    add_engine_options(*one, options->shared, options->connect);
    one->add_option("TARGET", options->target, target)->required();
    one->callback([options, kind, &run] { run = [options, kind] { return ask(*options, kind); }; });
    if (kind == CommandKind::end_works) return one;
    one->add_option("--for", options->lasts, "For how long: 2h, 30min")->required();
    one->add_option("--reason", options->reason, "Why; it is recorded")->required();
    return one;
  };
  common("suppress", "Planned maintenance of a device or zone", CommandKind::suppress, "The device or zone")
      ->add_option("--in", options->begins, "Begins in: 1h; default: now");
  common("test", "A technician tests a device or zone: each signal is confirmed", CommandKind::test,
         "The device or zone")
      ->add_option("--technician", options->technician, "Who tests")
      ->required();
  common("inhibit", "What a device or zone raises is a symptom of an incident", CommandKind::inhibit,
         "The device or zone")
      ->add_option("--cause", options->cause, "The incident: INC-0042")
      ->required();
  common("end", "End one before its time", CommandKind::end_works, "Its row: INC-0042");
}

}  // namespace wf::cli
