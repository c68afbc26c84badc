#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <csignal>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "console/cli/command.hpp"
#include "console/cli/house.hpp"
#include "console/cli/log.hpp"
#include "console/cli/settle.hpp"
#include "console/cli/signals.hpp"
#include "proto/version.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string log;
};

bool about_directory(std::string_view line) {
  for (const std::string_view file : {"people.csv", "people.yaml", "credentials.csv", "accounts.csv"})
    if (line.find(file) != std::string_view::npos) return true;
  return line.find("of the directory") != std::string_view::npos;
}

/// What a person is to know of notes: those about the directory's files are counted only, since they name persons.
void log_notes(Log& log, const std::vector<std::string>& notes) {
  std::size_t about_people = 0;
  for (const std::string& line : notes) {
    if (about_directory(line))
      ++about_people;
    else
      log.warning(line);
  }
  if (about_people > 0)
    log.warning(
        fmt::format("{} findings about the directory of people; `watchfloor site check` names each", about_people));
}

std::string_view text_of(AgentState::Health health) {
  switch (health) {
    case AgentState::Health::live:
      return "live";
    case AgentState::Health::late:
      return "late";
    case AgentState::Health::silent:
      return "silent";
    case AgentState::Health::revoked:
      return "revoked";
    case AgentState::Health::never:
      return "not heard of yet";
  }
  return "unknown";
}

/// Says what changed of the engine's health since the last look.
class HealthLog {
 public:
  explicit HealthLog(Log& log) : log_(log) {}
  void look(const Snapshot& snapshot, bool alive) {
    if (alive != alive_) {
      alive_ = alive;
      if (alive)
        log_.information("the engine makes progress again");
      else
        log_.error("a thread of the engine has made no progress for ten seconds");
    }
    if (snapshot.health.problem != problem_) {
      problem_ = snapshot.health.problem;
      if (problem_.empty())
        log_.information("what was wrong with the engine is over");
      else
        log_.error(problem_);
    }
    if (snapshot.health.heartbeat != heartbeat_) {
      heartbeat_ = snapshot.health.heartbeat;
      if (heartbeat_.empty())
        log_.information("the heartbeat is sent again");
      else
        log_.warning(heartbeat_);
    }
    if (snapshot.health.ledger_gaps != gaps_) {
      gaps_ = snapshot.health.ledger_gaps;
      log_.warning(fmt::format("the ledger misses {} events", gaps_));
    }
    for (const AgentState& agent : snapshot.agents) {
      auto [known, fresh] = agents_.try_emplace(agent.name, AgentState::Health::never);
      if (known->second == agent.health) continue;
      known->second = agent.health;
      const std::string line = fmt::format("agent {} is {}", agent.name, text_of(agent.health));
      if (agent.health == AgentState::Health::live)
        log_.information(line);
      else
        log_.warning(line);
    }
  }

 private:
  Log& log_;
  bool alive_ = true;
  std::string problem_, heartbeat_;
  std::uint64_t gaps_ = 0;
  std::map<std::string, AgentState::Health> agents_;
};

void reload(engine::Engine& engine, const Shared& shared, Log& log) {
  ::sd_notify(0, "STATUS=Reading the configuration anew");
  std::vector<std::string> notes;
  const Result<engine::Judgement> judgement = settle_judgement(shared);
  const Result<void> done = judgement ? engine.reload(*judgement, notes) : Result<void>(judgement.error());
  log_notes(log, notes);
  if (done)
    log.information("configuration, rules and site were read anew");
  else
    log.error("the old configuration stays: " + done.error().text());
}

int serve(const Options& options) {
  Result<Log> opened = Log::open(options.log);
  if (!opened) return fail(opened.error());
  Log& log = *opened;
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false, again = false;
  const Signals signals([&](int number) {
    const std::lock_guard hold(mutex);
    (number == SIGHUP ? again : stop) = true;
    changed.notify_all();
  });
  raise_descriptor_limit();
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  std::vector<std::string> notes;
  // A long log takes longer than systemd gives a service for its start.
  settled->engine.reading = [&, due = std::chrono::steady_clock::time_point()](std::uint64_t position,
                                                                               std::uint64_t newest) mutable {
    if (const auto now = std::chrono::steady_clock::now(); now >= due) {
      due = now + std::chrono::seconds(1);
      ::sd_notify(0, fmt::format("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=Reading the log, {} %",
                                 position * 100 / std::max<std::uint64_t>(newest, 1))
                         .c_str());
    }
    return !signals.stopped();
  };
  Result<House> house = open_house(settled->engine, settled->seats, notes);
  log_notes(log, notes);
  if (!house && signals.stopped()) {
    log.information("stopped while the log was read; nothing is lost");
    return kGood;
  }
  if (!house) {
    log.error(house.error().text());
    return kFailed;
  }
  start_heartbeat(*house, *settled);
  engine::Engine& engine = *house->engine;
  log.information(fmt::format("watchfloor {} serves agents at {}, data in {}", kVersion, engine.endpoint(),
                              settled->engine.data.string()));
  for (const auto& door : house->doors) log.information(fmt::format("seats connect at {}", door->endpoint()));
  ::sd_notify(0, fmt::format("READY=1\nSTATUS=Agents connect at {}", engine.endpoint()).c_str());
  std::uint64_t watchdog_us = 0;
  const bool watched = ::sd_watchdog_enabled(0, &watchdog_us) > 0;
  const auto look_every =
      watched ? std::min(std::chrono::microseconds(watchdog_us / 3), std::chrono::microseconds(std::chrono::seconds(1)))
              : std::chrono::microseconds(std::chrono::seconds(1));
  HealthLog health(log);
  std::unique_lock hold(mutex);
  while (!stop) {
    changed.wait_for(hold, look_every, [&] { return stop || again; });
    const bool read_again = std::exchange(again, false);
    hold.unlock();
    if (read_again) reload(engine, options.shared, log);
    const bool alive = engine.alive();
    // Without a sign of life systemd ends the service and starts it anew; nothing acknowledged is lost.
    if (watched && alive) ::sd_notify(0, "WATCHDOG=1");
    health.look(*engine.snapshot(), alive);
    hold.lock();
  }
  hold.unlock();
  ::sd_notify(0, "STOPPING=1");
  const std::uint64_t events = engine.snapshot()->events_total;
  house->close();
  log.information(fmt::format("stopped; {} events stored", events));
  return kGood;
}

}  // namespace

void add_serve(CLI::App& app, Run& run) {
  CLI::App* const command =
      app.add_subcommand("serve", "The engine without a window; SIGHUP reads the configuration anew");
  const auto options = std::make_shared<Options>();
  add_engine_options(*command, options->shared);
  command->add_option("--log", options->log, "File for the program's own log, rotated; default: standard error");
  command->callback([options, &run] { run = [options] { return serve(*options); }; });
}

}  // namespace wf::cli
