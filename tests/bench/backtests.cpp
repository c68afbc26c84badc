// Benchmark 15: a month of events through the whole fusion, twice (the rules of then, the candidate's), beside the
// rules alone. Time is the processor's of the whole backtest on one thread: reading, decoding, both fusions, comparing.
#include <fmt/format.h>

#include "console/backtest/backtest.hpp"
#include "console/engine/command_codec.hpp"
#include "console/engine/configuration.hpp"
#include "console/engine/site_archive.hpp"
#include "console/engine/watch.hpp"
#include "proto/event_codec.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/judged_load.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr std::uint32_t kEvents = 500'000, kInBatch = 32;
constexpr std::int64_t kStep = 30 * kDay / kEvents;
constexpr std::size_t kInTransaction = 10'000;

/// A log as an engine writes it: batches, a tick a second while fusion waits for one, and somebody who acknowledges
/// each row after a minute and resolves it five minutes later.
class Month {
 public:
  explicit Month(const std::filesystem::path& data)
      : store_(must(store::Store::open(data))),
        sites_(data),
        watch_(nullptr, [this](const std::string& site) { return sites_.find(site); }) {
    engine::Configuration configuration;
    configuration.rules = judged_rules();
    configuration.site = must(sites_.keep(std::filesystem::path(WF_SOURCE_DIR) / "assets" / "site")).version;
    store::Record record;
    record.kind = store::RecordKind::config;
    record.time = now_;
    record.payload = engine::configuration_to_json(configuration);
    put(std::move(record));
  }
  void write() {
    BatchEncoder encoder;
    for (std::uint32_t n = 1; n <= kEvents; n += kInBatch) {
      const std::vector<Event> events = judged_events(n, kInBatch, kStep);
      store::Record record;
      record.kind = store::RecordKind::batch;
      record.time = events.back().time;
      record.origin = {"net-1", 7, 1, n};
      record.count = kInBatch;
      record.min_time = events.front().time;
      record.max_time = events.back().time;
      encoder.encode(events, record.payload);
      pass(record.time);
      put(std::move(record));
    }
    flush();
  }

 private:
  void pass(UtcNs until) {
    while (now_ + kSecond < until && (watch_.timer_pending() || !due_.empty())) {
      while (!due_.empty() && due_.begin()->first <= now_) {
        const std::uint64_t id = due_.begin()->second;
        due_.erase(due_.begin());
        handle(id);
      }
      store::Record tick;
      tick.time = now_ + kSecond;
      put(std::move(tick));
    }
  }
  void handle(std::uint64_t id) {
    for (const auto& incident : watch_.fusion().open_incidents()) {
      if (incident->id != id) continue;
      Command command;
      command.id = fmt::format("c{}", ++commands_);
      command.kind = incident->acknowledged_revision == 0 ? CommandKind::acknowledge : CommandKind::resolve;
      command.actor = "ann";
      command.incidents = {id};
      command.seen_revisions = {incident->revision};
      command.cause = command.kind == CommandKind::resolve ? Cause::nuisance : Cause::none;
      store::Record record;
      record.kind = store::RecordKind::command;
      record.time = now_;
      record.payload = engine::command_to_json(command);
      if (command.kind == CommandKind::acknowledge) due_.emplace(now_ + 5 * kMinute, id);
      put(std::move(record));
      return;
    }
  }
  void put(store::Record record) {
    now_ = record.time;
    fusion::Changes changes;
    watch_.apply(record, changes);
    for (const auto& incident : changes.incidents)
      if (incident->revision == 1) due_.emplace(now_ + kMinute, incident->id);
    records_.push_back(std::move(record));
    if (records_.size() >= kInTransaction) flush();
  }
  void flush() {
    must(store_->append(records_));
    records_.clear();
  }

  std::unique_ptr<store::Store> store_;
  engine::SiteArchive sites_;
  engine::Watch watch_;
  std::vector<store::Record> records_;
  std::multimap<UtcNs, std::uint64_t> due_;
  UtcNs now_ = kLoadBegins;
  std::uint64_t commands_ = 0;
};

}  // namespace

Rows backtests() {
  const Scratch scratch;
  const std::filesystem::path data = scratch.path() / "data";
  Month(data).write();
  backtest::Options options;
  options.data = data;
  options.rules = judged_rules();
  // The candidate: another level here, a rule less there.
  for (sigma::RuleFile& file : options.rules) {
    if (const auto at = file.text.find("id: bench-7\nlevel: low"); at != std::string::npos)
      file.text.replace(at, 22, "id: bench-7\nlevel: high");
    if (const auto at = file.text.find("needle9'"); at != std::string::npos) file.text.replace(at, 8, "xxxxxx9'");
  }
  const std::vector<Event> events = judged_events(1, 100'000, kStep);
  const std::vector<sigma::RuleFile> rules = judged_rules();
  std::vector<double> judged, alone, wall;
  backtest::Report report;
  for (int i = 0; i < kRuns; ++i) {
    alone.push_back(matching_rate(rules, events));
    options.threads = 1;
    const double begin = processor_seconds();
    report = must(backtest::run(options, {}, std::atomic<bool>{false}));
    judged.push_back(2.0 * static_cast<double>(report.events) / (processor_seconds() - begin));
    options.threads = 2;
    wall.push_back(static_cast<double>(report.events) /
                   seconds_of([&] { (void)must(backtest::run(options, {}, std::atomic<bool>{false})); }));
  }
  Row row{"15",
          fmt::format("backtest of 30 days, {} events, each judged twice, one core", report.events),
          median(judged),
          "events/s",
          "row 6, these rules, one core",
          median(alone),
          0.80,
          true,
          true,
          fmt::format("{} records, {} rows then, {} commands; site, presence, {} lost, {} gained", report.records,
                      report.then.rows, report.commands, report.lost.size(), report.gained.size())};
  Row whole{"15a",
            "  the log's events by the clock on the wall, two threads",
            median(wall),
            "events/s",
            "",
            0,
            0,
            true,
            false,
            ""};
  return {row, whole};
}

}  // namespace wf::bench
