#include "console/cli/view.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <mutex>
#include <tuple>
#include <utility>

#include "console/cli/assets.hpp"
#include "console/cli/command.hpp"
#include "console/engine/query.hpp"
#include "console/engine/rule_answers.hpp"
#include "console/site/base_map.hpp"

namespace wf::cli {
namespace {

const std::string kUsualSize = "1920x1080";
constexpr int kSmallest = 320, kLargest = 16384;

Result<std::pair<int, int>> size_of(const std::string& text) {
  int width = 0, height = 0;
  const char* const end = text.data() + text.size();
  const auto [x, bad_width] = std::from_chars(text.data(), end, width);
  if (bad_width == std::errc{} && x != end && *x == 'x') {
    const auto [stop, bad_height] = std::from_chars(x + 1, end, height);
    if (bad_height == std::errc{} && stop == end && width >= kSmallest && height >= kSmallest && width <= kLargest &&
        height <= kLargest)
      return std::pair{width, height};
  }
  return Error{fmt::format("\"{}\" is no size", text), "--size",
               "write one like 1920x1080, each side from 320 to 16384"};
}

ui::View view_of(const std::string& name) { return ui::view_named(name).value_or(ui::View::wall); }

/// A file that cannot be used is said in one line; the map goes on without it.
std::shared_ptr<const BaseMap> base_map_of(const ViewOptions& options) {
  std::vector<std::filesystem::path> files(options.base_map.begin(), options.base_map.end());
  if (files.empty()) files = site::installed_base_map();
  if (files.empty()) return nullptr;
  std::vector<std::string> problems;
  auto out = std::make_shared<const BaseMap>(site::load_base_map(files, problems));
  for (const std::string& problem : problems) note(problem);
  return out->empty() ? nullptr : out;
}

ui::Theme theme_of(const std::string& name) { return name == "light" ? ui::Theme::light : ui::Theme::dark; }

}  // namespace

void add_view_options(CLI::App& command, ViewOptions& options) {
  command
      .add_option("--view", options.view,
                  "One window with this view: wall, map, agents, rules, guard, settings or gallery")
      ->check([](const std::string& name) {
        return ui::view_named(name) ? std::string() : "there is no view \"" + name + "\"";
      });
  command.add_option("--post", options.post,
                     "With --view guard: the post's name (\"Gate 3\"); what is dispatched to it is shown there");
  command.add_option("--theme", options.theme, "dark or light")->check(CLI::IsMember({"dark", "light"}));
  command.add_option("--size", options.size, "Pixels, WIDTHxHEIGHT; default: 1920x1080, or as it was");
  command.add_option("--language", options.language,
                     "Language of the interface: en, de or another catalogue of assets/languages; default: `seat: "
                     "{language: …}` of the configuration, then LC_ALL, LC_MESSAGES, LANG");
  command.add_option("--scale", options.scale, "Scale of the interface; default: by the size")
      ->check(CLI::Range(0.5, 8.0));
  command
      .add_option("--base-map", options.base_map,
                  "What the world map shows behind the sites: GeoJSON or a shapefile; repeatable; default: the "
                  "coastlines of package python-cartopy-data, where it is installed")
      ->allow_extra_args(false);
}

std::optional<std::string> post_of(const ViewOptions& options) {
  return options.view == "guard" ? std::optional(options.post) : std::nullopt;
}

void add_window_options(CLI::App& command, ViewOptions& options) {
  command
      .add_option("--arrangement", options.arrangement,
                  "Open the windows that were saved by this name, each at its place (palette: save arrangement)")
      ->excludes("--view");
}

Result<shell::WindowOptions> window_options(const ViewOptions& options) {
  const Result<std::pair<int, int>> size = size_of(options.size.empty() ? kUsualSize : options.size);
  if (!size) return size.error();
  shell::WindowOptions out;
  if (!options.view.empty()) out.view = view_of(options.view);
  out.post = options.post;
  if (!options.theme.empty()) out.theme = theme_of(options.theme);
  if (!options.size.empty()) std::tie(out.width, out.height) = *size;
  out.arrangement = options.arrangement;
  if (const Result<std::filesystem::path> folder = assets()) out.languages = *folder / "languages";
  out.language_named = !options.language.empty();
  out.scale = static_cast<float>(options.scale);
  out.base_map = base_map_of(options);
  return out;
}

Result<shell::ShotOptions> shot_options(const ViewOptions& options, const std::string& out_file) {
  const Result<std::pair<int, int>> size = size_of(options.size.empty() ? kUsualSize : options.size);
  if (!size) return size.error();
  shell::ShotOptions out;
  out.view = view_of(options.view);
  out.post = options.post;
  out.theme = theme_of(options.theme);
  std::tie(out.width, out.height) = *size;
  out.scale = static_cast<float>(options.scale);
  out.base_map = base_map_of(options);
  out.out = out_file;
  return out;
}

seat::Backend backend_of(engine::Engine& engine, backtest::Trials& trials) {
  seat::Backend out;
  out.snapshot = [&engine] { return engine.snapshot(); };
  out.submit = [&engine](Command command, std::function<void(CommandReply)> reply) {
    engine.submit(std::move(command), std::move(reply));
  };
  out.query = [&engine, &trials](const Query& query, const std::atomic<bool>& cancelled) {
    if (about_trials(query.what)) return trials.answer(query);
    const engine::EngineOptions& options = engine.options();
    return about_rules(query.what)
               ? engine::answer_rules(engine.rules(), options.data, options.clock.now(), query, cancelled)
               : engine::run_query(options.data, query, cancelled);
  };
  out.watch = [&engine](std::function<void()> on_change) { return engine.watch(std::move(on_change)); };
  out.unwatch = [&engine](std::uint64_t token) { engine.unwatch(token); };
  out.health = [&engine] { return engine.health(); };
  out.posts = [&engine](const void* door, std::vector<GuardPost> posts) { engine.set_posts(door, std::move(posts)); };
  out.report = [&engine](const link::Fact& fact) { engine.report(fact); };
  return out;
}

namespace {

/// Answers on their way from the seat's threads to the window's; one may come when the window is gone.
struct Answers {
  std::mutex mutex;
  std::vector<ui::Answer> come;     ///< guarded by mutex
  std::function<void()> on_change;  ///< guarded by mutex, which is held while it is called
};

}  // namespace

shell::Feed feed_of(seat::Seat& seat) {
  shell::Feed out;
  const auto answers = std::make_shared<Answers>();
  out.ask = [&seat, answers](ui::Question question) {
    (void)seat.ask(std::move(question.query), [answers, token = question.token](std::shared_ptr<const QueryPage> page) {
      const std::lock_guard hold(answers->mutex);
      answers->come.push_back({token, std::move(page)});
      if (answers->on_change) answers->on_change();
    });
  };
  out.answers = [answers] {
    const std::lock_guard hold(answers->mutex);
    return std::exchange(answers->come, {});
  };
  out.snapshot = [&seat] { return seat.snapshot(); };
  out.send = [&seat](Command command) { seat.send(std::move(command)); };
  out.replies = [&seat] { return seat.replies(); };
  out.connection_problem = [&seat] { return seat.connection_problem(); };
  out.now = [&seat] {
    const std::shared_ptr<const Snapshot> snapshot = seat.snapshot();
    // The engine's clock at the snapshot, and what has passed since then at its rate.
    const UtcNs system = engine::Clock().now();
    const UtcNs made = snapshot->now - snapshot->clock_offset;
    const double passed = static_cast<double>(std::max<std::int64_t>(system - made, 0)) * snapshot->clock_rate;
    return snapshot->now + static_cast<std::int64_t>(passed);
  };
  out.set_on_change = [&seat, answers](std::function<void()> on_change) {
    {
      const std::lock_guard hold(answers->mutex);
      answers->on_change = on_change;
    }
    seat.set_on_change(std::move(on_change));
  };
  return out;
}

shell::Feed feed_of(std::shared_ptr<const Snapshot> snapshot, std::function<QueryPage(const Query&)> answer) {
  shell::Feed out;
  if (answer) {
    const auto come = std::make_shared<std::vector<ui::Answer>>();
    out.ask = [come, answer = std::move(answer)](const ui::Question& question) {
      come->push_back({question.token, std::make_shared<const QueryPage>(answer(question.query))});
    };
    out.answers = [come] { return std::exchange(*come, {}); };
  }
  out.now = [snapshot] { return snapshot->now; };
  out.snapshot = [snapshot = std::move(snapshot)] { return snapshot; };
  out.send = [](const Command&) {};
  out.replies = [] { return std::vector<CommandReply>{}; };
  out.connection_problem = [] { return std::string(); };
  out.set_on_change = [](const std::function<void()>&) {};
  return out;
}

}  // namespace wf::cli
