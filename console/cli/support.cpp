// What a stranger needs to help, and nothing that is a secret or speaks of a person.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <limits>
#include <memory>
#include <mutex>

#include "console/cli/command.hpp"
#include "console/cli/house.hpp"
#include "console/cli/secret_file.hpp"
#include "console/cli/settle.hpp"
#include "console/cli/tar.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/link/link_server.hpp"
#include "console/site/load.hpp"
#include "console/store/attachment_files.hpp"
#include "console/store/schema.hpp"
#include "console/store/store.hpp"
#include "proto/version.hpp"

namespace wf::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogLines = 500;
constexpr auto kEngineAnswers = std::chrono::seconds(3);

struct Options {
  Shared shared;
  std::string out, log;
};

/// A path without the name of the user whose home it is in.
std::string without_home(const fs::path& path) {
  const char* const home = std::getenv("HOME");
  std::string text = path.string();
  if (home != nullptr && *home != '\0' && text.starts_with(home)) text.replace(0, std::string_view(home).size(), "~");
  return text;
}

std::string system_text() {
  utsname name{};
  std::string out = fmt::format("watchfloor {}\n", kVersion);
  if (::uname(&name) == 0) out += fmt::format("kernel {} {} {}\n", name.sysname, name.release, name.machine);
  std::ifstream release("/etc/os-release");
  for (std::string line; std::getline(release, line);)
    if (line.starts_with("PRETTY_NAME=") || line.starts_with("VERSION=")) out += line + "\n";
  return out;
}

std::string configuration_text(const Settled& settled) {
  const engine::EngineOptions& e = settled.engine;
  std::string out =
      fmt::format("data: {}\nlisten: {}\nseats: {}\nsite: {}\n", without_home(e.data), e.listen,
                  settled.seats.empty() ? "none" : settled.seats, e.site.empty() ? "none" : without_home(e.site));
  for (const fs::path& path : e.rules) out += fmt::format("rules: {}\n", without_home(path));
  const auto seconds = [](std::int64_t ns) { return ns / kSecond; };
  out += fmt::format("respond: critical {} s, high {} s, medium {} s, low {} s\njoin_window: {} s\nflood: {} to {}\n",
                     seconds(e.policy.respond_critical), seconds(e.policy.respond_high),
                     seconds(e.policy.respond_medium), seconds(e.policy.respond_low), seconds(e.policy.join_window),
                     e.policy.flood_begins, e.policy.flood_ends);
  sigma::LoadReport rules;
  (void)sigma::RuleSet::compile(sigma::read_rule_files(e.rules, rules), rules);
  out += fmt::format("rules loaded: {}, refused: {}\n", rules.loaded, rules.refused);
  if (e.site.empty()) return out;
  site::SiteReport report;
  const Result<std::shared_ptr<const Estate>> estate = site::load_estate(e.site, report);
  if (estate)
    out += fmt::format("sites: {}, people: {}, findings: {}\n", (*estate)->sites.size(), (*estate)->people.size(),
                       report.warnings.size());
  else
    out += "the site cannot be loaded\n";
  return out;
}

std::string data_text(const fs::path& data) {
  std::string out;
  std::error_code failed;
  for (const char* const file : {store::kDatabaseFile, "watchfloor.db-wal"})
    if (const auto size = fs::file_size(data / file, failed); !failed) out += fmt::format("{}: {} bytes\n", file, size);
  struct statvfs disk {};
  if (::statvfs(data.c_str(), &disk) == 0)
    out += fmt::format("disk: {} of {} MiB free\n", disk.f_bavail * disk.f_frsize >> 20U,
                       disk.f_blocks * disk.f_frsize >> 20U);
  Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(data);
  if (!reader) return out + reader.error().what + "\n";
  const Result<store::VerifyReport> report = (*reader)->verify();
  if (!report) return out + report.error().what + "\n";
  out +=
      fmt::format("events: {}\nbatches: {}\naudit lines: {}\n", report->events, report->batches, report->audit_lines);
  bool whole = report->whole();
  for (const std::string& gap : report->gaps) out += "gap: " + gap + "\n";
  for (const std::string& damage : report->damages) out += "damage: " + damage + "\n";
  // After the log, so that what came meanwhile is found.
  if (const Result<store::AttachmentCheck> attached = store::check_attachments(data, report->attachments)) {
    out += fmt::format("attachments: {}, {} bytes, absent {}, removed to make room {}\n", attached->count,
                       attached->bytes, attached->absent, attached->removed);
    for (const std::string& absence : attached->absences) out += "absent: " + absence + "\n";
    if (attached->absent > attached->absences.size())
      out += fmt::format("absent: and {} more\n", attached->absent - attached->absences.size());
    for (const std::string& damage : attached->damages) out += "damage: " + damage + "\n";
    whole = whole && attached->damages.empty();
  } else {
    out += "attachments: " + attached.error().what + "\n";
  }
  out += whole ? "verify: whole\n" : "verify: NOT whole\n";
  const Result<std::vector<store::StoredIncident>> incidents = (*reader)->incidents(
      std::numeric_limits<UtcNs>::min(), std::numeric_limits<UtcNs>::max(), std::numeric_limits<std::size_t>::max());
  if (incidents) {
    std::size_t open = 0;
    for (const store::StoredIncident& incident : *incidents) open += incident.open ? 1 : 0;
    out += fmt::format("incidents: {}, open {}\n", incidents->size(), open);
  }
  return out;
}

/// A running engine's newest snapshot; null when none runs or it does not answer.
std::shared_ptr<const Snapshot> ask_engine(const fs::path& data) {
  std::error_code failed;
  const fs::path door = data / "seat.ipc";
  if (!fs::exists(door, failed)) return nullptr;
  Result<std::unique_ptr<seat::Seat>> seat = connect_seat("ipc://" + door.string());
  if (!seat) return nullptr;
  std::mutex mutex;
  std::condition_variable changed;
  (*seat)->set_on_change([&] { changed.notify_all(); });
  const auto end = std::chrono::steady_clock::now() + kEngineAnswers;
  std::unique_lock hold(mutex);
  while ((*seat)->snapshot()->version == 0 && std::chrono::steady_clock::now() < end)
    changed.wait_for(hold, std::chrono::milliseconds(50));
  hold.unlock();
  (*seat)->set_on_change({});
  const std::shared_ptr<const Snapshot> out = (*seat)->snapshot();
  return out->version == 0 ? nullptr : out;
}

std::string agents_text(const fs::path& data) {
  std::string out;
  if (const Result<std::vector<link::EnrolledAgent>> agents = link::enrolled_agents(data / store::kKeysFolder))
    for (const link::EnrolledAgent& agent : *agents)
      out += fmt::format("enrolled: {} {} {}{}\n", agent.name, agent.kind, format_rfc3339(agent.enrolled),
                         agent.revoked ? " revoked" : "");
  const std::shared_ptr<const Snapshot> live = ask_engine(data);
  if (live == nullptr) return out + "no engine runs on this data directory\n";
  out += fmt::format("engine: log {} fused {} queue {} refused batches {} ledger gaps {}\n", live->health.log_position,
                     live->health.fused_position, live->health.queue_depth, live->health.refused_batches,
                     live->health.ledger_gaps);
  if (!live->health.heartbeat.empty()) out += "heartbeat: " + live->health.heartbeat + "\n";
  if (!live->health.problem.empty()) out += "engine problem: " + live->health.problem + "\n";
  for (const AgentState& agent : live->agents) {
    out += fmt::format("agent: {} {} version {} health {} events {} gaps {} skew {} ms spooled {} resident {} KiB\n",
                       agent.name, agent.kind, agent.version, static_cast<int>(agent.health), agent.events,
                       agent.gap_events, agent.clock_skew / kMillisecond, agent.report.spooled,
                       agent.report.resident_bytes >> 10U);
    // A problem's text may quote a line of a device; that it has one is enough here.
    for (const SourceStatus& source : agent.report.sources)
      out += fmt::format("  source: {} read {} events {} refused {}{}\n", source.state, source.read, source.events,
                         source.refused, source.problem.empty() ? "" : " has a problem");
  }
  return out;
}

/// The last lines of the program's own log, which never speaks of persons.
std::string log_text(const std::string& file) {
  if (file.empty()) return "journalctl -u watchfloor shows the log of the service\n";
  std::ifstream in(file);
  if (!in) return "the log cannot be read\n";
  std::deque<std::string> last;
  for (std::string line; std::getline(in, line);) {
    last.push_back(std::move(line));
    if (last.size() > kLogLines) last.pop_front();
  }
  std::string out;
  for (const std::string& line : last) out += line + "\n";
  return out;
}

int support(const Options& options) {
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  Tar tar(engine::Clock().now());
  tar.add("watchfloor-support/README.txt",
          "Made by `watchfloor support`: version, settings, counts, the verify report, agents' states, the end of\n"
          "the log. No keys, tokens, events, incidents, names of people or contents of the site are in it. Names\n"
          "of agents, of stills and clips that did not come (their hashes) and addresses to listen on are.\n");
  tar.add("watchfloor-support/system.txt", system_text());
  tar.add("watchfloor-support/configuration.txt", configuration_text(*settled));
  tar.add("watchfloor-support/data.txt", data_text(settled->engine.data));
  tar.add("watchfloor-support/agents.txt", agents_text(settled->engine.data));
  tar.add("watchfloor-support/log.txt", log_text(options.log));
  if (Result<void> written = write_secret_file(options.out, tar.finish()); !written) return fail(written.error());
  note(fmt::format("support bundle in {}; look into it (`tar -xOf`) before it leaves the house", options.out));
  return kGood;
}

}  // namespace

void add_support(CLI::App& app, Run& run) {
  CLI::App* const command =
      app.add_subcommand("support", "A bundle for those who help: no secrets, no personal data, no events");
  const auto options = std::make_shared<Options>();
  add_engine_options(*command, options->shared);
  command->add_option("--out", options->out, "The bundle: a tar file that does not exist yet")->required();
  command->add_option("--log", options->log, "The service's log, when it is a file");
  command->callback([options, &run] { run = [options] { return support(*options); }; });
}

}  // namespace wf::cli
