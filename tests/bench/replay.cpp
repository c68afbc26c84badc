// How long a restart takes: the whole log through the watch.
#include <chrono>

#include "console/engine/recovery.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {

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
  return {{"R", "restart: the log replayed (no rules, no site)", rate, "events/s", "", 0, 0, true, false, ""}};
}

}  // namespace wf::bench
