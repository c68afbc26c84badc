// Benchmark 11: from the start of a console on ten million stored events to its first full screen; and 12: what a seat
// needs for what it holds.
#include <fmt/format.h>
#include <sqlite3.h>

#include <stdexcept>

#include "console/engine/engine.hpp"
#include "console/engine/watch.hpp"
#include "console/seat/arrival.hpp"
#include "console/seat/kept_picture.hpp"
#include "console/seat/seat_codec.hpp"
#include "console/store/store.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/hidden_window.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr std::size_t kChunk = 500, kChunks = 79;  ///< batches: 10,112,000 events
constexpr std::size_t kIncidents = 1000;
constexpr UtcNs kBegin = 1'772'000'000 * kSecond;

/// A watch in which `each` attacks on each of kIncidents hosts are open incidents.
std::shared_ptr<const Snapshot> open_incidents(std::size_t each) {
  engine::Watch watch(nullptr);
  engine::Configuration configuration;
  configuration.rules = {{"bench.yml", kAttackRule}};
  sigma::LoadReport report;
  watch.take_configuration(configuration, report);
  fusion::Changes changes;
  std::vector<Event> all;
  for (std::size_t n = 0; n < kIncidents * each; ++n)
    all.push_back(attack(n, kBegin + static_cast<UtcNs>(n) * kMillisecond, n % kIncidents,
                         fmt::format("network.alert.{}", n / kIncidents)));
  const UtcNs end = kBegin + static_cast<UtcNs>(all.size()) * kMillisecond;
  watch.take_events("bench", all, end, changes);
  std::shared_ptr<const Snapshot> out = watch.snapshot(end, {});
  if (out->incidents.size() != kIncidents) throw std::runtime_error("the benchmark's rule did not make its incidents");
  return out;
}

/// A data directory as an engine left it.
void fill(const std::filesystem::path& data, const Snapshot& open) {
  const auto store = must(store::Store::open(data));
  const std::vector<EncodedBatch> batches = make_batches(kChunk);
  for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
    std::vector<store::Record> records;
    for (const EncodedBatch& b : batches) {
      store::Record r;
      r.kind = store::RecordKind::batch;
      r.time = kBegin;
      r.origin = {"net-1", 7, 1, b.first + chunk * kChunk * kBatchEvents};
      r.count = kBatchEvents;
      r.min_time = b.min_time;
      r.max_time = b.max_time;
      r.payload = b.payload;
      records.push_back(std::move(r));
    }
    must(store->append(records));
    store->checkpoint();
  }
  std::vector<store::StoredIncident> incidents;
  for (const auto& i : open.incidents)
    incidents.push_back({i->id, i->revision, i->changed, true, std::string(2000, 'x')});
  must(store->put_incidents(incidents));
  while (store->index_more()) {
  }
  auto picture = std::make_shared<Snapshot>(open);
  picture->health.fused_position = kChunk * kChunks;
  must(seat::keep_picture(data, picture));
}

/// The peer: the same asked of the database itself: where the log ends, and each open incident as it stands.
double bare_queries(const std::filesystem::path& data) {
  return seconds_of([&] {
    sqlite3* db = nullptr;
    if (sqlite3_open_v2((data / "watchfloor.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK)
      throw std::runtime_error("the peer's database cannot be opened");
    std::size_t rows = 0, bytes = 0;
    for (const char* sql :
         {"SELECT max(position) FROM log",
          "SELECT json FROM incidents AS i WHERE open = 1 AND NOT EXISTS("
          "SELECT 1 FROM incidents AS later WHERE later.id = i.id AND later.revision > i.revision)"}) {
      sqlite3_stmt* statement = nullptr;
      sqlite3_prepare_v2(db, sql, -1, &statement, nullptr);
      while (sqlite3_step(statement) == SQLITE_ROW) {
        ++rows;
        bytes += static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
      }
      sqlite3_finalize(statement);
    }
    sqlite3_close(db);
    if (rows != kIncidents + 1 || bytes == 0) throw std::runtime_error("the peer did not find the incidents");
  });
}

struct Start {
  double picture = 0, screen = 0;  ///< ms until it is there, and until the first frame is built
  double fonts = 0, frame = 0;     ///< of it, ms of CPU
};

Start start(const std::filesystem::path& data) {
  const auto begin = std::chrono::steady_clock::now();
  const auto since = [&] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  };
  engine::EngineOptions options;
  options.data = data;
  options.listen = "tcp://127.0.0.1:0";
  std::unique_ptr<engine::Engine> engine;
  seat::Arrival arrival({data, {}, "operator", "Operator", "Seat 1", {}},
                        [&](const seat::Arrival::Reading& reading) -> Result<seat::Backend> {
                          options.reading = reading;
                          std::vector<std::string> notes;
                          auto started = engine::Engine::start(options, notes);
                          if (!started) return started.error();
                          engine = std::move(*started);
                          seat::Backend backend;
                          backend.snapshot = [&] { return engine->snapshot(); };
                          return backend;
                        });
  if (arrival.wait()) throw std::runtime_error("the log was read before there was a picture");
  const auto seat = seat::make_local_seat(arrival.backend());
  const std::shared_ptr<const Snapshot> seen = seat->snapshot();
  if (seen->incidents.size() != kIncidents) throw std::runtime_error("the picture is not the one that was kept");
  Start out;
  out.picture = since();
  const double before = thread_seconds();
  HiddenWindow window(ui::View::wall, 1920, 1080);
  out.fonts = (thread_seconds() - before) * 1e3;
  out.frame = window.frame(seen);
  out.screen = since();
  return out;
}

}  // namespace

Rows cold_start() {
  const Scratch scratch;
  const std::filesystem::path data = scratch.path() / "data";
  fill(data, *open_incidents(3));
  std::vector<double> pictures, screens, fonts, frames, peers;
  for (int run = 0; run < kRuns; ++run) {
    const Start one = start(data);
    pictures.push_back(one.picture);
    screens.push_back(one.screen);
    fonts.push_back(one.fonts);
    frames.push_back(one.frame);
    peers.push_back(bare_queries(data) * 1e3);
  }
  Row screen{
      "11",
      "cold start to the first full screen, 10,112,000 events",
      median(screens),
      "ms",
      "",
      0,
      300,
      false,
      true,
      fmt::format("1,000 open incidents; of it {:.0f} ms of processor time for the fonts, {:.1f} for the frame; window "
                  "system and process start left out",
                  median(fonts), median(frames))};
  Row picture{"11",
              "of it until the picture is there",
              median(pictures),
              "ms",
              "the same from the database, bare",
              median(peers),
              1.2,
              false,
              true,
              "where the log ends, and what is open"};
  return {screen, picture};
}

Rows seat_memory() {
  const std::shared_ptr<const Snapshot> open = open_incidents(30);
  std::size_t events = 0;
  for (const auto& i : open->incidents) events += i->why.size();
  std::string bytes;
  seat::UpdateEncoder().encode_snapshot(open, bytes);
  const double each = median_of([&] {
    const std::size_t before = heap_bytes();
    std::shared_ptr<const Snapshot> held;
    {
      seat::UpdateDecoder decoder;
      if (!decoder.decode(bytes, held)) throw std::runtime_error("the picture cannot be read");
    }
    return static_cast<double>(heap_bytes() - before) / static_cast<double>(events);
  });
  return {{"12", "a seat's memory for each event that it shows in a why", each, "bytes", "", 0, 96, false, true,
           fmt::format("{} lines of 1,000 incidents; everything of the picture counted", events)}};
}

}  // namespace wf::bench
