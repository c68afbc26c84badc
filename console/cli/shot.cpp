// One view as a picture: of a recording up to a moment, or of a data directory as it is.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>

#include "console/cli/assets.hpp"
#include "console/cli/command.hpp"
#include "console/cli/demo_folder.hpp"
#include "console/cli/language.hpp"
#include "console/cli/settle.hpp"
#include "console/cli/view.hpp"
#include "console/config/settings.hpp"
#include "console/demo/agents.hpp"
#include "console/demo/playback.hpp"
#include "console/engine/recovery.hpp"
#include "console/engine/rule_answers.hpp"
#include "console/engine/site_archive.hpp"
#include "console/engine/watch.hpp"
#include "console/link/link_server.hpp"
#include "console/site/load.hpp"
#include "console/store/schema.hpp"
#include "proto/version.hpp"

namespace wf::cli {
namespace {

struct Picture {
  std::shared_ptr<const Snapshot> snapshot;
  engine::RulesShown rules;
  std::filesystem::path data;  ///< empty: there is none
};

struct Options {
  Shared shared;
  ViewOptions view;
  std::string at, out, recording;
  std::uint64_t select = 0;
};

/// Feeds events by their own times, with a tick each second while fusion waits for one, up to `until`.
void feed(engine::Watch& watch, std::vector<Event>& events, UtcNs start, UtcNs until) {
  fusion::Changes changes;
  UtcNs ticked = start;
  const auto tick_to = [&](UtcNs time) {
    while (ticked + kSecond <= time) {
      ticked += kSecond;
      if (watch.timer_pending()) watch.take_tick(ticked, changes);
      changes.clear();
    }
  };
  std::vector<Event> one(1);
  for (Event& event : events) {
    const UtcNs now = std::clamp(event.time, std::max(start, watch.now()), until);
    tick_to(now);
    one[0] = std::move(event);
    const std::string agent = one[0].agent;
    watch.take_events(agent, one, now, changes);
    changes.clear();
  }
  tick_to(until);
  watch.take_tick(until, changes);
}

Result<Picture> of_recording(const Options& options) {
  const Result<std::int64_t> at = config::parse_duration(options.at);
  if (!at) return at.error();
  Result<demo::Recording> recording = find_recording(options.recording);
  if (!recording) return recording.error();
  Result<DemoFolder> folder = DemoFolder::make(false);
  if (!folder) return folder.error();
  Shared shared = options.shared;
  shared.data = (folder->path() / "data").string();
  if (shared.site.empty()) shared.site = recording->site.string();
  Result<Settled> settled = settle(shared);
  if (!settled) return settled.error();

  Result<demo::Playback> playback = demo::Playback::start(*recording, folder->path());
  if (!playback) return playback.error();
  if (Result<void> played = playback->advance(*at); !played) return played.error();
  const UtcNs until = recording->start + *at;
  demo::AgentsOptions agents;
  agents.programs = program_folder();
  agents.folder = agents.live = folder->path();
  // As good as standing still: the picture is of one moment.
  agents.clock = engine::Clock(until, engine::monotonic_ns(), 1e-9).text();
  std::vector<std::string> notes;
  Result<std::vector<Event>> events = demo::read_once(*recording, agents, notes);
  for (const std::string& line : notes) note(line);
  if (!events) return events.error();

  site::SiteReport site;
  Result<std::shared_ptr<const Estate>> estate = site::load_estate(settled->engine.site, site);
  if (!estate) return estate.error();
  engine::Configuration configuration;
  configuration.policy = settled->engine.policy;
  sigma::LoadReport rules;
  configuration.rules = sigma::read_rule_files(settled->engine.rules, rules);
  configuration.plans = sigma::read_rule_files(settled->engine.plans, rules);
  engine::Watch watch(*estate);
  watch.take_configuration(configuration, rules);
  for (const std::string& problem : rules.problems) note(problem);
  engine::Surroundings around;
  around.user = settled->engine.user;
  around.role = settled->engine.role;
  around.seat = settled->engine.seat;
  around.demo = true;
  around.health.recorded = true;
  for (const demo::RecordedAgent& recorded : recording->agents) {
    AgentState agent;
    agent.name = recorded.name;
    agent.kind = recorded.kind;
    agent.version = kVersion;
    agent.health = AgentState::Health::live;
    agent.last_heard = until;
    for (const demo::RecordedSource& source : recorded.sources) {
      SourceStatus status;
      status.name = fmt::format("{}:{}", source.kind, source.file);
      status.state = "running";
      for (const demo::RecordedLine& line : source.lines) status.read += line.offset <= *at ? 1 : 0;
      for (const Event& event : *events)
        if (event.agent == recorded.name && event.source == status.name) {
          ++status.events;
          status.last_event = event.time;
        }
      agent.report.sources.push_back(std::move(status));
    }
    around.agents.push_back(std::move(agent));
  }
  feed(watch, *events, recording->start, until);
  std::shared_ptr<const Snapshot> snapshot = watch.snapshot(until, around);
  return Picture{std::move(snapshot), watch.rules(), {}};
}

Result<Picture> of_data(const Options& options) {
  Result<Settled> settled = settle(options.shared);
  if (!settled) return settled.error();
  engine::SiteArchive sites(settled->engine.data);
  engine::Watch watch(nullptr, [&sites](const std::string& site) { return sites.find(site); });
  const Result<engine::Recovery> replayed = engine::replay(settled->engine.data, watch);
  if (!replayed) return replayed.error();
  if (!watch.problem().empty()) note(watch.problem());
  engine::Surroundings around;
  around.user = settled->engine.user;
  around.role = settled->engine.role;
  around.seat = settled->engine.seat;
  around.health.log_position = watch.position();
  if (Result<std::vector<link::EnrolledAgent>> agents =
          link::enrolled_agents(settled->engine.data / store::kKeysFolder)) {
    for (const link::EnrolledAgent& enrolled : *agents) {
      AgentState agent;
      agent.name = enrolled.name;
      agent.kind = enrolled.kind;
      agent.health = enrolled.revoked ? AgentState::Health::revoked : AgentState::Health::silent;
      around.agents.push_back(std::move(agent));
    }
  } else {
    note(agents.error().text());
  }
  std::shared_ptr<const Snapshot> snapshot = watch.snapshot(watch.now(), around);
  return Picture{std::move(snapshot), watch.rules(), settled->engine.data};
}

int shoot(const Options& options) {
  Result<shell::ShotOptions> shot = shot_options(options.view, options.out);
  if (!shot) return fail(shot.error());
  if (Result<void> spoken = choose_language(options.view.language, ""); !spoken) return fail(spoken.error());
  shot->select = options.select;
  const bool bare = options.view.view == "gallery" && options.at.empty() && options.shared.data.empty();
  Result<Picture> picture = bare ? Result<Picture>(Picture{engine::Watch(nullptr).snapshot(0, {}), {}, {}})
                            : options.at.empty() ? of_data(options)
                                                 : of_recording(options);
  if (!picture) return fail(picture.error());
  const auto answer = [&](const Query& query) {
    const std::atomic<bool> cancelled = false;
    if (about_rules(query.what))
      return engine::answer_rules(picture->rules, picture->data, picture->snapshot->now, query, cancelled);
    QueryPage none;
    none.error = "a picture answers questions about its rules only";
    return none;
  };
  const Result<void> drawn = shell::shoot(*shot, feed_of(picture->snapshot, answer));
  return drawn ? kGood : fail(drawn.error());
}

}  // namespace

void add_shot(CLI::App& app, Run& run) {
  CLI::App* const command = app.add_subcommand("shot", "Draw one view, save it, exit; no display is needed");
  const auto options = std::make_shared<Options>();
  add_engine_options(*command, options->shared);
  add_view_options(*command, options->view);
  command->add_option("--out", options->out, "PNG file")->required();
  command->add_option("--select", options->select, "Number of the incident to select; default: the wall's first");
  command->add_option("--at", options->at, "Of the recording, so long after its start, instead of a data directory");
  command->add_option("--recording", options->recording, "Folder of another recording");
  command->callback([options, &run] { run = [options] { return shoot(*options); }; });
}

}  // namespace wf::cli
