// Benchmark 9: from an event that is handed to an agent to the frame that shows it.
#include <fmt/format.h>

#include <fstream>

#include "console/engine/engine.hpp"
#include "console/link/enrolment.hpp"
#include "console/seat/backend.hpp"
#include "proto/event_codec.hpp"
#include "tests/bench/agent_link.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/hidden_window.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kEvents = 200;

double ms_since(std::int64_t begin) { return static_cast<double>(kit::monotonic_ns() - begin) / 1e6; }

seat::Backend backend_of(engine::Engine& engine) {
  seat::Backend out;
  out.snapshot = [&engine] { return engine.snapshot(); };
  out.submit = [&engine](Command command, std::function<void(CommandReply)> reply) {
    engine.submit(std::move(command), std::move(reply));
  };
  out.watch = [&engine](std::function<void()> on_change) { return engine.watch(std::move(on_change)); };
  out.unwatch = [&engine](std::uint64_t token) { engine.unwatch(token); };
  return out;
}

}  // namespace

/// Each event makes a row of its own. The agent, the engine and the seat are as they run, on this one machine; the
/// next event is handed over when the frame that shows the last one is built.
Rows pixel() {
  const Scratch scratch;
  const std::filesystem::path rules = scratch.path() / "rules";
  std::filesystem::create_directories(rules);
  std::ofstream(rules / "bench.yml") << kAttackRule;
  engine::EngineOptions options;
  options.data = scratch.path() / "data";
  options.listen = "tcp://127.0.0.1:0";
  options.rules = {rules};
  std::vector<std::string> notes;
  const std::unique_ptr<engine::Engine> engine = must(engine::Engine::start(options, notes));
  const auto seat = seat::make_local_seat(backend_of(*engine));
  kit::Spool spool = open_spool(scratch.path() / "spool");
  AgentLink link(engine->endpoint(), must(link::engine_public_key(options.data / "keys")),
                 enrol(options.data / "keys", "net-1"), "net-1", spool);
  link.until_connected();
  HiddenWindow window(ui::View::wall, 1920, 1080);
  window.frame(seat->snapshot());
  std::vector<double> seen, built;
  BatchEncoder encoder;
  std::string event;
  for (std::size_t n = 1; n <= kEvents; ++n) {
    const std::vector<Event> one{attack(n, engine::Clock().now(), n)};
    encoder.encode(one, event);
    const std::int64_t begin = kit::monotonic_ns();
    const kit::BatchToSpool batch{1, 1, event};
    must(spool.append({&batch, 1}, {}));
    std::shared_ptr<const Snapshot> now;
    link.until([&] {
      now = seat->snapshot();
      return now->incidents.size() >= n;
    });
    seen.push_back(ms_since(begin));
    window.frame(now);
    built.push_back(ms_since(begin));
  }
  Row frame{"9",
            "event handed to an agent → frame that shows it is built, p99",
            percentile(built, 0.99),
            "ms",
            "",
            0,
            27,
            false,
            true,
            fmt::format("{} events, p50 {:.2f} ms; rasterising and the swap are left out", kEvents, median(built))};
  Row there{"9",
            "of it until the seat has it, p99",
            percentile(seen, 0.99),
            "ms",
            "",
            0,
            5,
            false,
            true,
            fmt::format("p50 {:.2f} ms; two syncs to disk included", median(seen))};
  return {frame, there};
}

}  // namespace wf::bench
