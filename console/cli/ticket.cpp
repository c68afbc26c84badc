// Tickets for what does not work, by hand: a seat on the running engine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/seated.hpp"
#include "console/cli/settle.hpp"
#include "proto/utf8.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string connect, target, text;
  bool all = false;
};

std::string to_the_second(UtcNs time) { return format_rfc3339(time - time % kSecond); }

int list(const Options& options) {
  Result<std::unique_ptr<Seated>> seated = sit_down(options.shared, options.connect);
  if (!seated) return fail(seated.error());
  const std::shared_ptr<const Snapshot> now = (*seated)->seat().snapshot();
  const auto shown = [&](const Ticket& t) { return options.all || t.open_still(); };
  if (!now->tickets || std::none_of(now->tickets->begin(), now->tickets->end(), shown)) {
    note(options.all ? "no ticket was ever opened" : "no ticket is open: every device that is watched works");
    return kGood;
  }
  fmt::print("{:<8} {:<7} {:<16} {:<14} {:<20} {:<20} {:<8} {}\n", "TICKET", "STATE", "DEVICE", "OWNER", "TARGET",
             "NEXT PATROL", "MISSED", "WHAT");
  for (const Ticket& t : *now->tickets) {
    if (!shown(t)) continue;
    fmt::print("{:<8} {:<7} {:<16} {:<14} {:<20} {:<20} {:<8} {}\n", ticket_name(t.id),
               t.overdue && t.open_still() ? "Overdue" : std::string(name_of(t.state)), one_line(t.device),
               one_line(t.owner), to_the_second(t.target), t.patrol_due == 0 ? "-" : to_the_second(t.patrol_due),
               t.patrols_missed, one_line(t.what));
  }
  return kGood;
}

int tend(const Options& options, const std::string& action) {
  Result<std::unique_ptr<Seated>> seated = sit_down(options.shared, options.connect);
  if (!seated) return fail(seated.error());
  Command command;
  command.kind = CommandKind::ticket;
  command.action = action;
  command.target = options.target;
  command.text = options.text;
  return carry_out(**seated, std::move(command));
}

}  // namespace

void add_ticket(CLI::App& app, Run& run) {
  CLI::App* const ticket = app.add_subcommand("ticket", "What does not work: who mends it, until when, who walks past");
  ticket->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* const listing = ticket->add_subcommand("list", "Open tickets, the one that is due first before others");
  add_engine_options(*listing, options->shared, options->connect);
  listing->add_flag("--all", options->all, "Closed ones too");
  listing->callback([options, &run] { run = [options] { return list(*options); }; });
  struct Action {
    const char *name, *help, *target, *reason;
  };
  for (const Action& action : {Action{"open", "Say that a device does not work", "The device", "What does not work"},
                               Action{"take", "Mend it yourself", "The ticket: MT-0007", nullptr},
                               Action{"patrol", "Somebody walked past", "The ticket: MT-0007", nullptr},
                               Action{"close", "It works, or is no more", "The ticket: MT-0007", "Why"}}) {
    CLI::App* const doing = ticket->add_subcommand(action.name, action.help);
    add_engine_options(*doing, options->shared, options->connect);
    doing->add_option("TARGET", options->target, action.target)->required();
    if (action.reason != nullptr) doing->add_option("--reason", options->text, action.reason)->required();
    doing->callback(
        [options, name = std::string(action.name), &run] { run = [options, name] { return tend(*options, name); }; });
  }
}

}  // namespace wf::cli
