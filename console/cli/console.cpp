// The console itself: a window on an engine in this process, or on one elsewhere.
#include <fmt/format.h>

#include <csignal>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <memory>
#include <mutex>

#include "console/cli/command.hpp"
#include "console/cli/house.hpp"
#include "console/cli/settle.hpp"
#include "console/cli/show.hpp"
#include "console/cli/signals.hpp"
#include "console/cli/view.hpp"

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
    Result<std::unique_ptr<seat::Seat>> seat = connect_seat(options.connect);
    if (!seat) return fail(seat.error());
    const bool file = options.connect.find("://") == std::string::npos;
    window->seat = file ? std::filesystem::absolute(options.connect).string() : options.connect;
    return show(**seat, *window, signals, waker);
  }
  raise_descriptor_limit();
  Result<Settled> settled = settle(options.shared);
  if (!settled) return fail(settled.error());
  std::vector<std::string> notes;
  Result<House> house = open_house(settled->engine, settled->seats, notes);
  for (const std::string& line : notes) note(line);
  if (!house) {
    std::error_code failed;
    if (const std::filesystem::path door = settled->engine.data / "seat.ipc"; std::filesystem::exists(door, failed))
      note(fmt::format("if an engine runs there, `watchfloor --connect ipc://{}` is a seat on it", door.string()));
    return fail(house.error());
  }
  {
    const std::lock_guard hold(running_mutex);
    running = house->engine.get();
  }
  start_heartbeat(*house, *settled);
  window->seat = std::filesystem::absolute(settled->engine.data).string();
  const std::unique_ptr<seat::Seat> seat = seat::make_local_seat(backend_of(*house->engine));
  const int status = show(*seat, *window, signals, waker);
  const std::lock_guard hold(running_mutex);
  running = nullptr;
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
