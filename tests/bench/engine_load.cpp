#include "tests/bench/engine_load.hpp"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <stdexcept>

#include "console/engine/engine.hpp"
#include "console/link/agent_files.hpp"
#include "tests/console/link/client.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kWindow = 64;

/// Waits until the engine has judged everything that it stored.
void wait_until_judged(engine::Engine& engine, std::uint64_t events) {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t news = 0;
  const std::uint64_t token = engine.watch([&] {
    const std::lock_guard hold(mutex);
    ++news;
    changed.notify_all();
  });
  for (std::uint64_t seen = 0;;) {
    const auto snapshot = engine.snapshot();
    if (snapshot->events_total >= events && snapshot->health.fused_position == snapshot->health.log_position) break;
    std::unique_lock hold(mutex);
    changed.wait(hold, [&] { return news != seen; });
    seen = news;
  }
  engine.unwatch(token);
}

}  // namespace

double through_link(const std::filesystem::path& keys, const std::string& endpoint,
                    const std::vector<EncodedBatch>& batches, std::uint32_t events_of_each) {
  const link::KeyPair pair = must(link::make_key_pair());
  must(link::write_agent(keys, {"net-1", "network", pair.public_key, 1, false}));
  link::test::Client client(endpoint, must(link::engine_public_key(keys)), pair);
  client.send(link::test::hello());
  if (!client.receive(LinkKind::welcome)) throw std::runtime_error("no WELCOME");
  const double seconds = seconds_of([&] {
    std::size_t sent = 0, acknowledged = 0;
    while (acknowledged < batches.size()) {
      for (; sent < batches.size() && sent - acknowledged < kWindow; ++sent)
        client.send(link::test::batch(batches[sent].first, events_of_each), batches[sent].payload);
      const auto ack = client.receive(LinkKind::ack);  // of one batch, or of several that follow each other
      if (!ack) throw std::runtime_error("no acknowledgement");
      acknowledged += ack->count / events_of_each;
    }
  });
  return static_cast<double>(batches.size() * events_of_each) / seconds;
}

EngineRate engine_rate(const std::vector<EncodedBatch>& batches, std::uint32_t events_of_each,
                       const std::vector<sigma::RuleFile>& rules, const std::filesystem::path& site,
                       const std::function<void(const Snapshot&)>& look) {
  const Scratch scratch;
  engine::EngineOptions options;
  options.data = scratch.path() / "data";
  options.listen = "tcp://127.0.0.1:0";
  options.clock = engine::Clock(batches.back().max_time, engine::monotonic_ns(), 1);
  options.site = site;
  for (const sigma::RuleFile& rule : rules) {
    options.rules.push_back(scratch.path() / rule.path);
    std::ofstream(options.rules.back()) << rule.text;
  }
  std::vector<std::string> notes;
  const auto engine = must(engine::Engine::start(options, notes));
  EngineRate out;
  const double seconds = seconds_of([&] {
    out.acknowledged = through_link(options.data / "keys", engine->endpoint(), batches, events_of_each);
    wait_until_judged(*engine, batches.size() * events_of_each);
  });
  out.judged = static_cast<double>(batches.size() * events_of_each) / seconds;
  if (look) look(*engine->snapshot());
  return out;
}

}  // namespace wf::bench
