// Benchmark 1: encrypted link → persist → acknowledge, against a bare loop that inserts the same rows.
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "console/engine/engine.hpp"
#include "console/engine/writer.hpp"
#include "console/store/store.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"
#include "tests/console/link/client.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kBatches = 2000;
constexpr std::size_t kWindow = 64;
constexpr std::size_t kRowsPerTransaction = 1000;
constexpr std::size_t kRowsOfAThousandEvents = 1000 / kBatchEvents + 1;

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Sends all batches through an encrypted connection, at most a window of them unacknowledged.
double through_link(const std::filesystem::path& keys, const std::string& endpoint,
                    const std::vector<EncodedBatch>& batches) {
  const link::KeyPair pair = must(link::make_key_pair());
  must(link::write_agent(keys, {"net-1", "network", pair.public_key, 1, false}));
  link::test::Client client(endpoint, must(link::engine_public_key(keys)), pair);
  client.send(link::test::hello());
  if (!client.receive(LinkKind::welcome)) throw std::runtime_error("no WELCOME");
  const double seconds = seconds_of([&] {
    std::size_t sent = 0, acknowledged = 0;
    while (acknowledged < batches.size()) {
      for (; sent < batches.size() && sent - acknowledged < kWindow; ++sent)
        client.send(link::test::batch(batches[sent].first, kBatchEvents), batches[sent].payload);
      if (!client.receive(LinkKind::ack)) throw std::runtime_error("no acknowledgement");
      ++acknowledged;
    }
  });
  return static_cast<double>(batches.size() * kBatchEvents) / seconds;
}

/// Link, intake, writer, store; nothing is fused.
double stored_and_acknowledged(const std::vector<EncodedBatch>& batches) {
  const Scratch scratch;
  const auto store = must(store::Store::open(scratch.path() / "data"));
  engine::Intake intake;
  std::unique_ptr<link::LinkServer> server;
  engine::Writer writer(*store, intake, {}, 0,
                        {.room = [] { return true; },
                         .hand_on = [](std::vector<store::Record>&&) {},
                         .acknowledge = [&](const BatchOrigin& origin, std::uint32_t count,
                                            std::uint64_t to) { server->acknowledge(origin, count, to); }});
  link::LinkOptions options;
  options.endpoint = "tcp://127.0.0.1:0";
  options.keys = scratch.path() / "data" / "keys";
  options.clock = [] { return engine::Clock().now(); };
  server = must(link::LinkServer::start(options, {[&](link::ReceivedBatch& batch) { return intake.offer(batch); },
                                                  [&](const std::string& agent) { return store->stored(agent); },
                                                  [](const std::string&, const std::string&) {}}));
  std::thread writing([&] { writer.run(); });
  const double rate = through_link(options.keys, server->endpoint(), batches);
  intake.close();
  writing.join();
  return rate;
}

/// The whole engine as it runs, without rules: every event is decoded, enriched and counted beside it.
double engine_rate(const std::vector<EncodedBatch>& batches) {
  const Scratch scratch;
  engine::EngineOptions options;
  options.data = scratch.path() / "data";
  options.listen = "tcp://127.0.0.1:0";
  std::vector<std::string> notes;
  const auto engine = must(engine::Engine::start(options, notes));
  return through_link(options.data / "keys", engine->endpoint(), batches);
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
    whole.push_back(engine_rate(batches));
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

}  // namespace wf::bench
