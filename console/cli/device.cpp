// Commands to devices by hand: a seat on the running engine that gives one command and says what becomes of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

#include "console/cli/command.hpp"
#include "console/cli/seated.hpp"
#include "console/cli/settle.hpp"
#include "console/engine/trail.hpp"
#include "proto/utf8.hpp"

namespace wf::cli {
namespace {

using SteadyClock = Seated::Clock;

/// What follows an unlock by itself: its contact, its end. After that the command line is given back.
constexpr std::chrono::seconds kFollow{15};

struct Options {
  Shared shared;
  std::string connect, device, lasts, reason, incident;
  std::uint32_t valid = 0;
};

/// "5s", "2min" or "1h" in seconds.
Result<std::uint32_t> seconds_of(const std::string& text) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  const std::uint32_t factor = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
  if (failed != std::errc{} || factor == 0 || value == 0 || value > 24U * 3600U / factor)
    return Error{fmt::format("\"{}\" is no time for a device", text), "--for",
                 "write one like 5s, 2min or 1h, a day at most"};
  return value * factor;
}

/// The device's last command, if it is this one.
const DeviceOrder* order_of(const Snapshot& snapshot, const std::string& id) {
  if (!snapshot.devices) return nullptr;
  for (const auto& [device, state] : *snapshot.devices)
    if (state.order.id == id) return &state.order;
  return nullptr;
}

int give(const Options& options, const std::string& action) {
  Command command;
  command.id = engine::random_id();
  command.kind = CommandKind::device;
  command.target = options.device;
  command.action = action;
  command.text = options.reason;
  command.valid_seconds = options.valid;
  if (!options.lasts.empty()) {
    const Result<std::uint32_t> seconds = seconds_of(options.lasts);
    if (!seconds) return fail(seconds.error());
    command.seconds = *seconds;
  }
  if (!options.incident.empty()) {
    const Result<std::uint64_t> incident = incident_of(options.incident, "--incident");
    if (!incident) return fail(incident.error());
    command.incidents = {*incident};
  }
  const std::string id = command.id;
  Result<std::unique_ptr<Seated>> watcher = sit_down(options.shared, options.connect);
  if (!watcher) return fail(watcher.error());
  Seated& w = **watcher;
  if (const int refused = carry_out(w, std::move(command)); refused != kGood) return refused;
  std::size_t said = 0;
  std::string state = "asked";
  bool carried_out = false;
  SteadyClock::time_point end = SteadyClock::now() + std::chrono::minutes(3);
  w.wait(end, [&] { return order_of(*w.seat().snapshot(), id) != nullptr; });
  for (bool over = false; !over;) {
    const bool news = w.wait(end, [&] {
      const std::shared_ptr<const Snapshot> now = w.seat().snapshot();
      const DeviceOrder* const order = order_of(*now, id);
      return order == nullptr || order->lines.size() > said;
    });
    const std::shared_ptr<const Snapshot> now = w.seat().snapshot();
    const DeviceOrder* const order = order_of(*now, id);
    // Somebody gave the device another command, which is now the one that shows.
    if (!news || order == nullptr) break;
    for (; said < order->lines.size(); ++said) {
      carried_out |= order->lines[said].second.starts_with("executed");
      if (said > 0) fmt::print("{}\n", one_line(order->lines[said].second));
    }
    std::fflush(stdout);
    if (order->state == "executed" && state != "executed") end = SteadyClock::now() + kFollow;
    state = order->state;
    over = !under_way(*order) && state != "executed";
    // The contact may come before the end, or the end alone.
    if (state == "confirmed" || state == "not_confirmed") over = true;
  }
  // In a fire a door that was unlocked stays so, and says that it did not end.
  const bool done =
      state == "executed" || state == "confirmed" || state == "ended" || (state == "not_ended" && carried_out);
  return done ? kGood : kFailed;
}

int list(const Options& options) {
  Result<std::unique_ptr<Seated>> watcher = sit_down(options.shared, options.connect);
  if (!watcher) return fail(watcher.error());
  const std::shared_ptr<const Snapshot> now = (*watcher)->seat().snapshot();
  fmt::print("{:<16} {:<28} {:<16} {}\n", "DEVICE", "ACTIONS", "AGENT", "LAST COMMAND");
  for (const AgentState& agent : now->agents)
    for (const OfferedOutput& output : agent.report.outputs) {
      std::string actions;
      for (const std::string& action : output.actions) actions += (actions.empty() ? "" : ", ") + action;
      std::string last;
      if (now->devices)
        if (const auto known = now->devices->find(output.device); known != now->devices->end())
          if (const DeviceOrder& order = known->second.order; !order.id.empty() && !order.lines.empty())
            last = order.action + ": " + order.lines.back().second;
      fmt::print("{:<16} {:<28} {:<16} {}\n", one_line(output.device), one_line(actions), agent.name, one_line(last));
    }
  return kGood;
}

}  // namespace

void add_device(CLI::App& app, Run& run) {
  CLI::App* const device = app.add_subcommand("device", "What agents may do at devices: unlock a door, sound a siren");
  device->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  const auto connection = [&](CLI::App& command) { add_engine_options(command, options->shared, options->connect); };
  struct Action {
    const char *word, *name, *help;
    bool lasts;
  };
  for (const Action& action : {Action{"unlock", "unlock", "Unlock a door for a time", true},
                               Action{"release", "release", "Unlock a door until another command", false},
                               Action{"lock", "lock", "Lock a door against entry; never an exit", true},
                               Action{"sounder-on", "sounder_on", "Sound a siren", true},
                               Action{"sounder-off", "sounder_off", "Silence a siren", false}}) {
    CLI::App* const giving = device->add_subcommand(action.word, action.help);
    connection(*giving);
    giving->add_option("DEVICE", options->device, "The device, by its id, name or alias")->required();
    giving->add_option("--reason", options->reason, "Why; it is recorded")->required();
    giving->add_option("--incident", options->incident, "The incident that it is for: INC-0042");
    if (action.lasts)
      giving->add_option(
          "--for", options->lasts,
          std::string("For how long") + (std::string_view(action.word) == "unlock" ? "; default: 5s" : ""));
    giving->add_option("--valid", options->valid, "Seconds after which it is not done any more, 1 to 60; default: 10")
        ->check(CLI::Range(1, 60));
    giving->callback([options, name = std::string(action.name), &run] {
      run = [options, name] {
        if (name == "unlock" && options->lasts.empty()) options->lasts = "5s";
        return give(*options, name);
      };
    });
  }
  CLI::App* const listing = device->add_subcommand("list", "What connected agents offer, and the last command to each");
  connection(*listing);
  listing->callback([options, &run] { run = [options] { return list(*options); }; });
}

}  // namespace wf::cli
