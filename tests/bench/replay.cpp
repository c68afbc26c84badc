// How long a restart takes: the whole log through the watch.
#include <chrono>
#include <stdexcept>

#include "console/engine/recovery.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {

namespace {

constexpr UtcNs kBegin = 1'772'000'000 * kSecond;

double ms_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// What a snapshot costs the fusion thread with 10,000 open incidents: nothing new, and one of them changed.
Rows snapshots() {
  engine::Watch watch(nullptr);
  engine::Configuration configuration;
  configuration.rules = {{"bench.yml", kAttackRule}};
  sigma::LoadReport report;
  watch.take_configuration(configuration, report);
  fusion::Changes changes;
  std::vector<Event> all;
  for (std::size_t n = 0; n < 10'000; ++n) all.push_back(attack(n, kBegin + static_cast<UtcNs>(n) * kMillisecond, n));
  watch.take_events("bench", all, kBegin + 10 * kSecond, changes);
  if (watch.snapshot(kBegin + 11 * kSecond, {})->incidents.size() != 10'000)
    throw std::runtime_error("the benchmark's rule did not make 10,000 incidents");
  std::vector<double> still, moved;
  for (std::size_t i = 0; i < 200; ++i) {
    const UtcNs now = kBegin + static_cast<UtcNs>(20 + i) * kSecond;
    std::vector<Event> one{attack(10'000 + i * 37, now, i * 37)};
    changes.clear();
    watch.take_events("bench", one, now, changes);
    moved.push_back(ms_of([&] { (void)watch.snapshot(now, {}); }));
    still.push_back(ms_of([&] { (void)watch.snapshot(now, {}); }));
  }
  Row quiet{"S", "snapshot, 10,000 open incidents, nothing new", median(still), "ms", "", 0, 0, false, false, ""};
  Row busy = quiet;
  busy.figure = "snapshot, 10,000 open incidents, one changed";
  busy.value = median(moved);
  return {quiet, busy};
}

}  // namespace

Rows replay() {
  constexpr std::size_t kBatches = 1000;
  const Scratch scratch;
  {
    const auto store = must(store::Store::open(scratch.path()));
    std::vector<store::Record> records;
    for (EncodedBatch& b : make_batches(kBatches)) {
      store::Record r;
      r.kind = store::RecordKind::batch;
      r.time = b.max_time;
      r.origin = {"net-1", 7, 1, b.first};
      r.count = kBatchEvents;
      r.min_time = b.min_time;
      r.max_time = b.max_time;
      r.payload = std::move(b.payload);
      records.push_back(std::move(r));
    }
    must(store->append(records));
  }
  const double rate = median_of([&] {
    engine::Watch watch(nullptr);
    const auto begin = std::chrono::steady_clock::now();
    const engine::Recovery found = must(engine::replay(scratch.path(), watch));
    return static_cast<double>(found.events) /
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  });
  Rows out = {{"R", "restart: the log replayed (no rules, no site)", rate, "events/s", "", 0, 0, true, false, ""}};
  for (Row& row : snapshots()) out.push_back(std::move(row));
  return out;
}

}  // namespace wf::bench
