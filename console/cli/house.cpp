#include "console/cli/house.hpp"

#include <unistd.h>

#include "console/cli/view.hpp"
#include "console/seat/remote_seat.hpp"
#include "console/watchdog/http.hpp"
#include "proto/version.hpp"

namespace wf::cli {
namespace {

std::string this_machine() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string("seat");
}

}  // namespace

void House::close() {
  keeper.reset();
  heartbeat.reset();
  doors.clear();
  trials.reset();
  engine.reset();
}

Result<House> open_house(engine::EngineOptions options, const std::string& seats, std::vector<std::string>& notes) {
  House out;
  const std::filesystem::path data = options.data;
  Result<std::unique_ptr<engine::Engine>> engine = engine::Engine::start(std::move(options), notes);
  if (!engine) return engine.error();
  out.engine = std::move(*engine);
  backtest::Trials::Needs needs;
  needs.data = data;
  needs.now = [engine = out.engine.get()] { return engine->options().clock.now(); };
  needs.rules = [engine = out.engine.get()] { return engine->rules().in_force; };
  out.trials = std::make_unique<backtest::Trials>(std::move(needs));
  for (const std::string& endpoint : {"ipc://" + (data / "seat.ipc").string(), seats}) {
    if (endpoint.empty()) continue;
    seat::SeatServerOptions door;
    door.endpoint = endpoint;
    door.keys = data / "keys";
    door.program = kVersion;
    Result<std::unique_ptr<seat::SeatServer>> opened =
        seat::SeatServer::start(door, backend_of(*out.engine, *out.trials));
    if (opened)
      out.doors.push_back(std::move(*opened));
    else if (endpoint == seats)
      return opened.error();
    else
      notes.push_back(opened.error().text());
  }
  out.keeper = std::make_unique<seat::PictureKeeper>(data, [engine = out.engine.get()] { return engine->snapshot(); });
  return out;
}

void start_heartbeat(House& house, const Settled& settled) {
  if (settled.heartbeat.empty()) return;
  engine::Engine* const engine = house.engine.get();
  watchdog::Heartbeat::Options options;
  options.every = std::chrono::nanoseconds(settled.heartbeat_every);
  options.address = watchdog::shown(settled.heartbeat);
  options.unwell = [engine]() -> std::string {
    if (!engine->alive()) return "a thread of the engine makes no progress";
    return engine->health().problem;
  };
  options.beat = [engine, url = settled.heartbeat,
                  authorities = settled.heartbeat_authorities](const std::atomic<bool>& stop) {
    const watchdog::Reply reply = watchdog::request(url, {}, stop, authorities);
    const std::string trouble = watchdog::trouble_with(reply.certificate, engine::Clock().now());
    // What failed before a handshake says nothing of the certificate, whatever was said of it stands.
    if (trouble.empty() && reply.certificate.ends == 0) return reply.done;
    engine->set_certificate(trouble.empty() ? trouble : watchdog::shown(url) + ", the heartbeat's address: " + trouble);
    return reply.done;
  };
  options.report = [engine](const std::string& problem) { engine->set_heartbeat(problem); };
  house.heartbeat = std::make_unique<watchdog::Heartbeat>(std::move(options));
}

Result<std::unique_ptr<seat::Seat>> connect_seat(const std::string& where, std::optional<std::string> post) {
  Result<seat::SeatToken> token = seat::read_connection(where);
  if (!token) return token.error();
  return seat::make_remote_seat({std::move(*token), kVersion, this_machine(), std::move(post)});
}

}  // namespace wf::cli
