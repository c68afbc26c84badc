#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "console/cli/command.hpp"
#include "console/cli/settle.hpp"
#include "console/engine/query.hpp"

namespace wf::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  Shared shared;
  std::string what, since, until, where;
  std::size_t limit = 200;
  bool json = false;
};

std::string member(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// One line for people; the JSON line has everything.
std::string line_of(const std::string& text, const std::string& what) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return text;
  if (what == "events")
    return fmt::format("{:<30} {:<16} {:<22} {}", member(json, "time"), member(json, "agent"), member(json, "kind"),
                       json.contains("fields") ? json["fields"].dump() : std::string());
  if (what == "alerts")
    return fmt::format("{:<30} {:<9} {}{}", member(json, "time"), member(json, "level"), member(json, "title"),
                       json.value("late", false) ? "  (came late)" : "");
  if (what == "incidents")
    return fmt::format("{:<30} {:<9} {:<12} {}{}", member(json, "opened"), member(json, "priority"),
                       member(json, "state"), member(json, "title"), json.value("late", false) ? "  (came late)" : "");
  return fmt::format("{:<30} {:<16} {:<16} {} {}", member(json, "time"), member(json, "actor"), member(json, "action"),
                     member(json, "subject"), member(json, "detail"));
}

int ask(const Options& options) {
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  const UtcNs now = settled->engine.clock.now();
  Query query;
  query.what = options.what == "events"      ? Query::What::events
               : options.what == "alerts"    ? Query::What::alerts
               : options.what == "incidents" ? Query::What::incidents
                                             : Query::What::audit;
  const Result<UtcNs> since = time_of(options.since, "--since", now);
  if (!since) return fail(since.error());
  const Result<UtcNs> until = time_of(options.until, "--until", now);
  if (!until) return fail(until.error());
  query.since = *since;
  query.until = *until;
  query.where = options.where;
  query.limit = options.limit;
  const std::atomic<bool> cancelled = false;
  const QueryPage page = engine::run_query(settled->engine.data, query, cancelled);
  if (!page.error.empty()) return fail(page.error);
  for (const std::string& line : page.lines) fmt::print("{}\n", options.json ? line : line_of(line, options.what));
  if (page.more) note(fmt::format("there is more than these {}; raise --limit or narrow the time", page.lines.size()));
  return kGood;
}

}  // namespace

void add_query(CLI::App& app, Run& run) {
  CLI::App* const command =
      app.add_subcommand("query", "Ask the past: events, alerts, incidents or the audit; newest first");
  const auto options = std::make_shared<Options>();
  add_data_option(*command, options->shared);
  command->add_option("--clock", options->shared.clock, "Injected clock: START,ANCHOR,SPEED");
  command->add_option("WHAT", options->what, "events, alerts, incidents or audit")
      ->required()
      ->check(CLI::IsMember({"events", "alerts", "incidents", "audit"}));
  command->add_option("--since", options->since, "RFC 3339, or how long ago (90min)");
  command->add_option("--until", options->until, "The same; default: now");
  command->add_option("--where", options->where, "FIELD=VALUE, != or ~ (contains), joined by \" and \"");
  command->add_option("--limit", options->limit, "At most so many")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "One JSON line each");
  command->callback([options, &run] { run = [options] { return ask(*options); }; });
}

}  // namespace wf::cli
