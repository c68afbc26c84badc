// The console on the sample site, with the real agents fed by a recording.
#include "console/demo/agents.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <utility>

#include "console/cli/assets.hpp"
#include "console/cli/command.hpp"
#include "console/cli/demo_folder.hpp"
#include "console/cli/house.hpp"
#include "console/cli/language.hpp"
#include "console/cli/show.hpp"
#include "console/cli/signals.hpp"
#include "console/cli/view.hpp"
#include "console/config/settings.hpp"
#include "console/demo/playback.hpp"
#include "console/link/link_server.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/store.hpp"
#include "console/ui/draw/time_text.hpp"

namespace wf::cli {
namespace {

/// Real time in which engine and agents start before the recording does.
constexpr std::int64_t kLead = 1500 * kMillisecond;
/// Nothing arrived for so long: what is missing does not come any more.
constexpr std::chrono::nanoseconds kArrival = std::chrono::seconds(15);
/// Nothing more arrived for so long: it is all there.
constexpr std::chrono::nanoseconds kQuiet = std::chrono::milliseconds(1500);

struct Options {
  ViewOptions view;
  std::string recording, lasts, at, out = "demo-pictures";
  double speed = 0;
  bool offscreen = false, keep = false;
};

/// Engine, agents and player of one demo. Members end in reverse order.
struct Stage {
  demo::Recording recording;
  engine::Clock clock;
  House house;
  std::atomic<std::size_t> problems{0};
  std::unique_ptr<demo::Agents> agents;
  std::unique_ptr<demo::Player> player;
};

struct Times {
  std::int64_t at = 0, lasts = 0;  ///< ns; lasts: real time, 0: until the window is closed
  double speed = 1;
};

Result<Times> times_of(const Options& options, const demo::Recording& recording) {
  Times out;
  if (!options.at.empty()) {
    const Result<std::int64_t> at = config::parse_duration(options.at);
    if (!at) return at.error();
    if (*at > recording.length)
      return Error{fmt::format("the recording is over by then: it lasts {} s", recording.length / kSecond), "--at",
                   "name an earlier moment"};
    out.at = *at;
  }
  if (!options.lasts.empty()) {
    const Result<std::int64_t> lasts = config::parse_duration(options.lasts);
    if (!lasts) return lasts.error();
    out.lasts = *lasts;
  } else if (options.offscreen) {
    out.lasts = kMinute;
  }
  if (options.speed > 0)
    out.speed = options.speed;
  else if (options.offscreen)
    out.speed = static_cast<double>(recording.length - out.at) / static_cast<double>(std::max(out.lasts, kSecond));
  return out;
}

Result<void> start(Stage& stage, const std::filesystem::path& folder, const Times& times) {
  const Result<std::filesystem::path> found = assets();
  if (!found) return found.error();
  const std::filesystem::path live = folder / "live";
  if (Result<void> made = store::make_private_directory(live); !made) return made;
  Result<demo::Playback> playback = demo::Playback::start(stage.recording, live);
  if (!playback) return playback.error();
  if (times.at > 0)
    if (Result<void> played = playback->advance(times.at); !played) return played;
  const UtcNs begin = stage.recording.start + times.at;
  stage.clock = engine::Clock(begin, engine::monotonic_ns() + kLead, times.speed);

  engine::EngineOptions engine;
  engine.data = folder / "data";
  engine.site = stage.recording.site;
  engine.rules = {*found / "rules"};
  engine.plans = {*found / "plans"};
  engine.listen = "tcp://127.0.0.1:0";
  engine.clock = stage.clock;
  engine.demo = true;
  std::vector<std::string> notes;
  Result<House> house = open_house(engine, {}, notes);
  for (const std::string& line : notes) note(line);
  if (!house) return house.error();
  stage.house = std::move(*house);

  const auto report = [&stage](const std::string& line) {
    ++stage.problems;
    note(line);
  };
  demo::AgentsOptions agents;
  agents.programs = program_folder();
  agents.folder = folder;
  agents.live = live;
  agents.engine = stage.house.engine->endpoint();
  agents.clock = stage.clock.text();
  agents.on_problem = report;
  agents.invite = [&stage, &agents, keys = engine.data / "keys"](const demo::RecordedAgent& agent) {
    link::Invitation invitation;
    invitation.agent = agent.name;
    invitation.kinds = agent.kind;
    invitation.expires = stage.clock.now() + kDay;
    return link::make_invitation(keys, agents.engine, invitation);
  };
  Result<std::unique_ptr<demo::Agents>> running = demo::Agents::start(stage.recording, agents);
  if (!running) return running.error();
  stage.agents = std::move(*running);
  stage.player = std::make_unique<demo::Player>(
      std::move(*playback), stage.recording.start, [clock = stage.clock] { return clock.now(); }, times.speed, report);
  return {};
}

/// Waits, but not longer than until a signal.
class Waiting {
 public:
  void signal() {
    const std::lock_guard hold(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  /// False: a signal came.
  bool wait(std::chrono::nanoseconds time) {
    std::unique_lock hold(mutex_);
    return !changed_.wait_for(hold, time, [this] { return stopped_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

/// Every agent has read something, and what it says that it made of it is in the picture. On a busy machine one may
/// come long after the others.
bool all_there(const demo::Recording& recording, const Snapshot& snapshot) {
  return std::all_of(recording.agents.begin(), recording.agents.end(), [&](const demo::RecordedAgent& recorded) {
    const auto found = std::find_if(snapshot.agents.begin(), snapshot.agents.end(),
                                    [&](const AgentState& agent) { return agent.name == recorded.name; });
    if (found == snapshot.agents.end() || found->report.spooled > 0) return false;
    std::uint64_t read = 0, made = 0;
    for (const SourceStatus& source : found->report.sources) {
      read += source.read;
      made += source.events;
    }
    return read > 0 && found->events >= made;
  });
}

/// Until everything that was played has arrived, or does not any more.
bool wait_for_arrival(const Stage& stage, Waiting& waiting) {
  auto changed = std::chrono::steady_clock::now();
  std::uint64_t events = 0;
  while (true) {
    if (!waiting.wait(std::chrono::milliseconds(50))) return false;
    const std::shared_ptr<const Snapshot> snapshot = stage.house.engine->snapshot();
    const auto now = std::chrono::steady_clock::now();
    if (std::exchange(events, snapshot->events_total) != snapshot->events_total) changed = now;
    if (now - changed > (all_there(stage.recording, *snapshot) ? kQuiet : kArrival)) return true;
  }
}

/// Lines that were played to an agent, what it could not use, and its events in the database.
void print_agents(const demo::Recording& recording, const Snapshot& snapshot) {
  fmt::print("\n{:<14} {:<8} {:>8} {:>8} {:>8}  {}\n", "agent", "kind", "lines", "refused", "events", "state");
  for (const demo::RecordedAgent& recorded : recording.agents) {
    std::size_t lines = 0;
    for (const demo::RecordedSource& source : recorded.sources) lines += source.lines.size();
    const auto found = std::find_if(snapshot.agents.begin(), snapshot.agents.end(),
                                    [&](const AgentState& agent) { return agent.name == recorded.name; });
    if (found == snapshot.agents.end()) {
      fmt::print("{:<14} {:<8} {:>8} {:>8} {:>8}  never came\n", recorded.name, recorded.kind, lines, "", 0);
      continue;
    }
    std::uint64_t refused = 0;
    std::string state = found->health == AgentState::Health::live ? "live" : "not live";
    for (const SourceStatus& source : found->report.sources) {
      refused += source.refused;
      if (!source.problem.empty()) state = source.problem;
    }
    fmt::print("{:<14} {:<8} {:>8} {:>8} {:>8}  {}\n", found->name, found->kind, lines, refused, found->events, state);
  }
}

void print_incidents(const Snapshot& snapshot) {
  ui::SiteTime time;
  if (snapshot.estate && !snapshot.estate->sites.empty()) time.set_zone(snapshot.estate->sites.front().time_zone);
  fmt::print("\n{:<10} {:<9} {:<9} {:>6}  {}\n", "incident", "priority", "opened", "events", "what and where");
  for (const std::shared_ptr<const Incident>& incident : snapshot.incidents) {
    std::string place;
    for (const std::string& step : incident->place) place += (place.empty() ? "" : " › ") + step;
    fmt::print("{:<10} {:<9} {:<9} {:>6}  {}{}\n", incident_name(incident->id), name_of(incident->priority),
               time.clock(incident->opened), incident->event_count, incident->title,
               place.empty() ? place : " (" + place + ")");
  }
  fmt::print("{} open incidents, {} resolved\n", snapshot.incidents.size(), snapshot.resolved_today);
}

Result<void> take_pictures(const Options& options, const std::shared_ptr<const Snapshot>& snapshot) {
  std::error_code failed;
  std::filesystem::create_directories(options.out, failed);
  for (const char* const view : {"wall", "map"}) {
    ViewOptions drawn = options.view;
    drawn.view = view;
    const std::filesystem::path file = std::filesystem::path(options.out) / (std::string(view) + ".png");
    Result<shell::ShotOptions> shot = shot_options(drawn, file.string());
    if (!shot) return shot.error();
    if (Result<void> drew = shell::shoot(*shot, feed_of(snapshot)); !drew) return drew;
    fmt::print("picture of the {}: {}\n", view, file.string());
  }
  return {};
}

int run_offscreen(Stage& stage, const Options& options, const Times& times, const std::filesystem::path& folder,
                  Waiting& waiting) {
  fmt::print("recording {}: {} lines of {} agents, {} s at speed {:.3g}\n", stage.recording.name,
             stage.recording.lines(), stage.recording.agents.size(), (stage.recording.length - times.at) / kSecond,
             times.speed);
  std::fflush(stdout);
  if (!waiting.wait(std::chrono::nanoseconds(times.lasts + kLead)) || !wait_for_arrival(stage, waiting)) return kFailed;
  const std::shared_ptr<const Snapshot> snapshot = stage.house.engine->snapshot();
  print_agents(stage.recording, *snapshot);
  print_incidents(*snapshot);
  const std::size_t played = stage.player->written();
  stage.player.reset();
  const std::size_t running = stage.agents->running();
  stage.agents.reset();
  stage.house.close();
  Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(folder / "data");
  if (!reader) return fail(reader.error());
  const Result<store::VerifyReport> report = (*reader)->verify();
  if (!report) return fail(report.error());
  for (const std::string& gap : report->gaps) fmt::print("gap: {}\n", gap);
  for (const std::string& damage : report->damages) fmt::print("damage: {}\n", damage);
  fmt::print("\n{} lines played, {} events stored in {} batches; ledger and audit chain: {}\n", played, report->events,
             report->batches, report->whole() ? "whole" : "NOT whole");
  if (Result<void> drew = take_pictures(options, snapshot); !drew) return fail(drew.error());
  const bool good = report->whole() && stage.problems == 0 && running == stage.recording.agents.size();
  return good ? kGood : kFailed;
}

int demo(const Options& options) {
  sound::quiet_library();
  Result<shell::WindowOptions> window = window_options(options.view);
  if (!window) return fail(window.error());
  if (Result<void> spoken = choose_language(options.view.language, ""); !spoken) return fail(spoken.error());
  Waker waker;
  Waiting waiting;
  const Signals signals([&](int number) {
    if (number == SIGHUP) return;
    waiting.signal();
    waker.wake();
  });
  Result<demo::Recording> recording = find_recording(options.recording);
  if (!recording) return fail(recording.error());
  const Result<Times> times = times_of(options, *recording);
  if (!times) return fail(times.error());
  Result<DemoFolder> folder = DemoFolder::make(options.keep);
  if (!folder) return fail(folder.error());
  Stage stage;
  stage.recording = std::move(*recording);
  if (Result<void> started = start(stage, folder->path(), *times); !started) return fail(started.error());
  if (options.offscreen) return run_offscreen(stage, options, *times, folder->path(), waiting);
  window->title = "Watchfloor demo";
  window->seat = "demo";
  window->quit_after = static_cast<double>(times->lasts) / static_cast<double>(kSecond);
  const std::unique_ptr<seat::Seat> seat = seat::make_local_seat(backend_of(*stage.house.engine, *stage.house.trials));
  return show(*seat, *window, signals, waker);
}

}  // namespace

void add_demo(CLI::App& app, Run& run) {
  CLI::App* const command =
      app.add_subcommand("demo", "The console on the sample site, with the real agents fed by a recording");
  const auto options = std::make_shared<Options>();
  add_view_options(*command, options->view);
  add_window_options(*command, options->view);
  command->add_flag("--offscreen", options->offscreen,
                    "No window: run, print what happened, save pictures of wall and map");
  // The last one holds: `./dev run` names both, and passes on what it was called with.
  command->add_option("--for", options->lasts, "Real time to run; off screen 60s unless named")->take_last();
  command->add_option("--out", options->out, "Folder for the pictures")->capture_default_str()->take_last();
  command->add_option("--speed", options->speed, "How fast time runs; off screen so that the recording fits --for")
      ->check(CLI::Range(0.01, 1000.0));
  command->add_option("--at", options->at, "Begin so long after the recording's start");
  command->add_option("--recording", options->recording, "Folder of another recording");
  command->add_flag("--keep", options->keep, "Keep the demo's data");
  command->callback([options, &run] { run = [options] { return demo(*options); }; });
}

}  // namespace wf::cli
