// Benchmarks 1 to 3: encrypted link → persist → acknowledge, against a bare loop that inserts the same rows; with
// rules, correlations and a site; with the search's index.
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "console/engine/writer.hpp"
#include "console/store/store.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/beside.hpp"
#include "tests/bench/engine_load.hpp"
#include "tests/bench/judged_load.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kBatches = 2000;
constexpr std::size_t kRowsPerTransaction = 1000;
constexpr std::size_t kRowsOfAThousandEvents = 1000 / kBatchEvents + 1;

/// Does each second what the engine's housekeeping does, and tells how far the index is behind.
class House {
 public:
  explicit House(store::Store& store) : store_(store), thread_([this] { work(); }) {}
  ~House() {
    {
      const std::lock_guard hold(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;
  /// Waits until everything that is stored now is indexed; seconds.
  double caught_up() {
    return seconds_of([&] {
      std::unique_lock hold(mutex_);
      const std::uint64_t begun = rounds_ + 1;  // one that runs now may have read before the last batch
      changed_.wait(hold, [&] { return rounds_ > begun; });
    });
  }

 private:
  void work() {
    std::unique_lock hold(mutex_);
    while (!stop_) {
      hold.unlock();
      while (store_.index_more()) {
      }
      store_.checkpoint();
      hold.lock();
      ++rounds_;
      changed_.notify_all();
      changed_.wait_for(hold, std::chrono::seconds(1), [&] { return stop_; });
    }
  }

  store::Store& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t rounds_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

/// Link, intake, writer, store; nothing is fused. With `behind` the search's index is kept up meanwhile, and gets how
/// many seconds it was behind at the end.
double stored_and_acknowledged(const std::vector<EncodedBatch>& batches, double* behind = nullptr) {
  const Scratch scratch;
  const auto store = must(store::Store::open(scratch.path() / "data"));
  engine::Intake intake;
  std::unique_ptr<link::LinkServer> server;
  engine::Writer writer(
      *store, intake, {}, 0,
      {.room = [] { return true; },
       .hand_on = [](std::vector<store::Record>&&) {},
       .acknowledge = [&](std::span<const link::Acknowledgement> done) { server->acknowledge(done); }});
  link::LinkOptions options;
  options.endpoint = "tcp://127.0.0.1:0";
  options.keys = scratch.path() / "data" / "keys";
  options.clock = [] { return engine::Clock().now(); };
  options.lease_secret = store->lease_secret();
  link::LinkHandlers handlers;
  handlers.on_batch = [&](link::ReceivedBatch& batch) { return intake.offer(batch); };
  handlers.stored = [&](const std::string& agent) { return store->stored(agent); };
  handlers.lease = [&](const std::string& agent, std::uint64_t epoch) { return store->lease(agent, epoch); };
  server = must(link::LinkServer::start(options, handlers));
  Beside writing([&] { writer.run(); }, [&] { intake.close(); });
  std::unique_ptr<House> house;
  if (behind != nullptr) house = std::make_unique<House>(*store);
  const double rate = through_link(options.keys, server->endpoint(), batches, kBatchEvents);
  if (house) *behind = house->caught_up();
  writing.finish();
  return rate;
}

void exec(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db));
}

/// The same rows in the same schema with nothing else: the fastest that SQLite does it, its checkpoints left out.
double bare_sqlite(const std::vector<EncodedBatch>& batches, std::size_t rows_per_transaction) {
  const Scratch scratch;
  { const auto made = must(store::Store::open(scratch.path() / "data")); }
  sqlite3* db = nullptr;
  if (sqlite3_open((scratch.path() / "data" / "watchfloor.db").c_str(), &db) != SQLITE_OK)
    throw std::runtime_error("cannot open the database");
  exec(db, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16384");
  exec(db, "INSERT INTO agents VALUES(1, 'net-1')");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db,
                     "INSERT INTO log(position, kind, time, agent, epoch, lane, first, count, min_time, max_time, "
                     "payload) VALUES(?1, 1, ?2, 1, 7, 1, ?3, ?4, ?5, ?6, ?7)",
                     -1, &insert, nullptr);
  const double seconds = seconds_of([&] {
    for (std::size_t i = 0; i < batches.size(); ++i) {
      if (i % rows_per_transaction == 0) exec(db, "BEGIN IMMEDIATE");
      const EncodedBatch& b = batches[i];
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(i + 1));
      sqlite3_bind_int64(insert, 2, b.max_time);
      sqlite3_bind_int64(insert, 3, static_cast<sqlite3_int64>(b.first));
      sqlite3_bind_int64(insert, 4, kBatchEvents);
      sqlite3_bind_int64(insert, 5, b.min_time);
      sqlite3_bind_int64(insert, 6, b.max_time);
      sqlite3_bind_blob(insert, 7, b.payload.data(), static_cast<int>(b.payload.size()), SQLITE_STATIC);
      if (sqlite3_step(insert) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
      sqlite3_reset(insert);
      if ((i + 1) % rows_per_transaction == 0 || i + 1 == batches.size()) exec(db, "COMMIT");
    }
  });
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return static_cast<double>(batches.size() * kBatchEvents) / seconds;
}

}  // namespace

Rows ingest() {
  const std::vector<EncodedBatch> batches = make_batches(kBatches);
  std::size_t bytes = 0;
  for (const EncodedBatch& b : batches) bytes += b.payload.size();
  const std::string note =
      fmt::format("{} bytes an event, {} events a batch, {} batches; bare: 1000 rows a transaction",
                  bytes / (kBatches * kBatchEvents), kBatchEvents, kBatches);
  // Turn about, so that a slow minute of a shared machine falls on all of them.
  std::vector<double> bare, short_bare, link, whole;
  for (int i = 0; i < kRuns; ++i) {
    bare.push_back(bare_sqlite(batches, kRowsPerTransaction));
    short_bare.push_back(bare_sqlite(batches, kRowsOfAThousandEvents));
    link.push_back(stored_and_acknowledged(batches));
    whole.push_back(engine_rate(batches, kBatchEvents, {}, {}).acknowledged);
  }
  Row stored{"1",
             "encrypted link, persist (FULL), acknowledge",
             median(link),
             "events/s",
             "bare SQLite, the same rows",
             median(bare),
             0.75,
             true,
             true,
             note};
  Row fused = stored;
  fused.number = "1+";
  fused.figure = "the same, the whole engine running (no rules)";
  fused.value = median(whole);
  fused.judged = false;
  // A row is a batch of 256 events, so a bare transaction above holds 256,000 events; one of 1,000 for comparison.
  Row small = stored;
  small.number = "1s";
  small.figure = "benchmark 1 beside smaller transactions";
  small.peer = "bare SQLite, 1000 events/tx";
  small.peer_value = median(short_bare);
  small.judged = false;
  return {stored, small, fused};
}

Rows search_ingest() {
  // Long enough for the index to fall behind if it could not keep up.
  constexpr std::size_t kMany = 5 * kBatches;
  const std::vector<EncodedBatch> batches = make_batches(kMany);
  std::vector<double> bare, searchable, lags;
  for (int i = 0; i < kRuns; ++i) {
    bare.push_back(bare_sqlite(batches, kRowsPerTransaction));
    double behind = 0;
    searchable.push_back(stored_and_acknowledged(batches, &behind));
    lags.push_back(behind);
  }
  Row rate{"3",
           "encrypted link, persist, acknowledge, index by source",
           median(searchable),
           "events/s",
           "bare SQLite, the same rows",
           median(bare),
           0.40,
           true,
           true,
           fmt::format("{} batches of {} events; a row a name and batch, time from the log's own indices", kMany,
                       kBatchEvents)};
  Row behind{"3b",
             "searchable after the last acknowledgement",
             percentile(lags, 1),
             "s",
             "",
             0,
             10,
             false,
             true,
             "the slowest of the runs"};
  return {rate, behind};
}

Rows fused_ingest() {
  const std::vector<EncodedBatch> batches = judged_batches(kBatches, kMillisecond);
  const std::vector<sigma::RuleFile> rules = judged_rules();
  const std::vector<Event> events = judged_events(1, 100'000, kMillisecond);
  const std::filesystem::path site = std::filesystem::path(WF_SOURCE_DIR) / "assets" / "site";
  std::vector<double> stored, matched, acknowledged, judged, stored_us, judged_us;
  const auto processor_us = [&](const auto& work) {
    const double begin = processor_seconds();
    work();
    return (processor_seconds() - begin) * 1e6 / static_cast<double>(kBatches * kBatchEvents);
  };
  for (int i = 0; i < kRuns; ++i) {
    stored_us.push_back(processor_us([&] { stored.push_back(stored_and_acknowledged(batches)); }));
    matched.push_back(matching_rate(rules, events));
    EngineRate rate;
    judged_us.push_back(processor_us([&] { rate = engine_rate(batches, kBatchEvents, rules, site); }));
    acknowledged.push_back(rate.acknowledged);
    judged.push_back(rate.judged);
  }
  const double one = median(stored), six = median(matched);
  Row row{"2",
          "the whole engine: 500 rules, correlations, site, until all is judged",
          median(judged),
          "events/s",
          one < six ? "row 1, these events" : "row 6, these rules, one core",
          std::min(one, six),
          0.80,
          true,
          true,
          fmt::format("row 1: {:.0f}, row 6: {:.0f} events/s; one in a hundred is a badge at the site, one in 1,000 an "
                      "alert; processor time of an event, sending included: {:.2f} us, in row 1 {:.2f} us",
                      one, six, median(judged_us), median(stored_us))};
  Row soon = row;
  soon.number = "2a";
  soon.figure = "  until the last is acknowledged: what waits is judged afterwards";
  soon.value = median(acknowledged);
  soon.judged = false;
  return {row, soon};
}

}  // namespace wf::bench
