// The console itself: a window on an engine in this process, or on one elsewhere.
#include <fmt/format.h>

#include <csignal>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "console/cli/command.hpp"
#include "console/cli/house.hpp"
#include "console/cli/language.hpp"
#include "console/cli/settle.hpp"
#include "console/cli/show.hpp"
#include "console/cli/signals.hpp"
#include "console/cli/view.hpp"
#include "console/engine/query.hpp"
#include "console/seat/arrival.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  ViewOptions view;
  std::string connect;
};

int console(const Options& options) {
  sound::quiet_library();
  Result<shell::WindowOptions> window = window_options(options.view);
  if (!window) return fail(window.error());
  Waker waker;
  engine::Engine* running = nullptr;
  std::mutex running_mutex;
  const Signals signals([&](int number) {
    waker.wake();
    const std::lock_guard hold(running_mutex);
    if (number != SIGHUP || running == nullptr) return;
    const Result<engine::Judgement> judgement = settle_judgement(options.shared);
    std::vector<std::string> notes;
    const Result<void> done = judgement ? running->reload(*judgement, notes) : Result<void>(judgement.error());
    for (const std::string& line : notes) note(line);
    if (!done) note(done.error().text());
  });
  if (!options.connect.empty()) {
    if (Result<void> spoken = choose_language(options.view.language, ""); !spoken) return fail(spoken.error());
    Result<std::unique_ptr<seat::Seat>> seat = connect_seat(options.connect, post_of(options.view));
    if (!seat) return fail(seat.error());
    const bool file = options.connect.find("://") == std::string::npos;
    window->seat = file ? std::filesystem::absolute(options.connect).string() : options.connect;
    return show(**seat, *window, signals, waker);
  }
  raise_descriptor_limit();
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  if (Result<void> spoken = choose_language(options.view.language, settled->language); !spoken)
    return fail(spoken.error());
  House house;
  const engine::EngineOptions& wanted = settled->engine;
  seat::Arrival arrival({wanted.data, wanted.clock, wanted.user, wanted.role, wanted.seat,
                         [&wanted](const Query& query, const std::atomic<bool>& cancelled) {
                           return engine::run_query(wanted.data, query, cancelled);
                         }},
                        [&](const seat::Arrival::Reading& reading) -> Result<seat::Backend> {
                          engine::EngineOptions engine = wanted;
                          engine.reading = reading;
                          std::vector<std::string> notes;
                          Result<House> opened = open_house(std::move(engine), settled->seats, notes);
                          for (const std::string& line : notes) note(line);
                          if (!opened) return opened.error();
                          house = std::move(*opened);
                          start_heartbeat(house, *settled);
                          const std::lock_guard hold(running_mutex);
                          running = house.engine.get();
                          return backend_of(*house.engine, *house.trials);
                        });
  const bool over = arrival.wait();
  if (const std::optional<Error> failure = arrival.failure(); over && failure) {
    std::error_code failed;
    if (const std::filesystem::path door = wanted.data / "seat.ipc"; std::filesystem::exists(door, failed))
      note(fmt::format("if an engine runs there, `watchfloor --connect ipc://{}` is a seat on it", door.string()));
    return fail(*failure);
  }
  window->seat = std::filesystem::absolute(wanted.data).string();
  const std::unique_ptr<seat::Seat> seat = seat::make_local_seat(arrival.backend(), post_of(options.view));
  const int status = show(*seat, *window, signals, waker);
  {
    const std::lock_guard hold(running_mutex);
    running = nullptr;
  }
  if (const std::optional<Error> failure = arrival.failure()) return fail(*failure);
  return status;
}

}  // namespace

void add_console(CLI::App& app, Run& run) {
  const auto options = std::make_shared<Options>();
  add_engine_options(app, options->shared);
  add_view_options(app, options->view);
  add_window_options(app, options->view);
  app.add_option("--connect", options->connect,
                 "A seat on a running engine: ipc://PATH, or a file with a seat's token");
  // Runs after the subcommands' callbacks; one of those has the say.
  app.callback([options, &app, &run] {
    if (app.get_subcommands().empty()) run = [options] { return console(*options); };
  });
}

}  // namespace wf::cli
