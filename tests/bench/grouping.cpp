// Benchmark 8: alerts that are alike become one, and those of one host one row, beside Debian's
// prometheus-alertmanager. Both get the same alerts in batches of 100, each alert ten times. Times are the processor's:
// of alertmanager's process, which gets JSON over HTTP; of this whole process for an engine that gets them over its
// encrypted link and stores them durably (the sending side is in it), and for JSON lines that go straight into fusion.
#include <fmt/format.h>

#include "console/engine/engine.hpp"
#include "console/engine/watch.hpp"
#include "proto/event_codec.hpp"
#include "proto/event_json.hpp"
#include "tests/bench/alertmanager.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/engine_load.hpp"
#include "tests/bench/judged_load.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

constexpr int kHosts = 1'000, kKinds = 10, kTimes = 10, kInBatch = 100;
constexpr int kDistinct = kHosts * kKinds, kAlerts = kDistinct * kTimes;

/// The nth alert: all kinds of a host follow each other, and then the whole again.
int host_of(int n) { return n / kKinds % kHosts; }
int kind_of(int n) { return n % kKinds; }

std::string posted(int first) {
  const UtcNs now = engine::Clock().now();
  std::string out = "[";
  for (int n = first; n < first + kInBatch; ++n)
    out += fmt::format(R"({}{{"labels":{{"alertname":"Kind{}","host":"host-{}","severity":"warning","job":"node"}},)"
                       R"("annotations":{{"summary":"Kind {} on host-{}"}},"startsAt":"{}","endsAt":"{}"}})",
                       n == first ? "" : ",", kind_of(n), host_of(n), kind_of(n), host_of(n), format_rfc3339(now),
                       format_rfc3339(now + kHour));
  return out + "]";
}

std::string line_of(int n) {
  return fmt::format(
      R"({{"id":"net-1:7:1:{}","time":"{}","kind":"network.alert","logsource":{{"category":"bench"}},)"
      R"("fields":{{"what":"Kind{}","host.name":"host-{}","severity":"warning","message":"Kind {} on host-{}"}}}})",
      n + 1, format_rfc3339(kLoadBegins + static_cast<UtcNs>(n) * kMillisecond), kind_of(n), host_of(n), kind_of(n),
      host_of(n));
}

/// Of level high: in a flood, and this is one, lower rows are collected by area, which is another question than this.
std::vector<sigma::RuleFile> rules() {
  std::string text;
  for (int kind = 0; kind < kKinds; ++kind)
    text += fmt::format(
        "title: Kind {0}\nid: kind-{0}\nlevel: high\nlogsource: {{category: bench}}\n"
        "detection: {{s: {{what: Kind{0}}}, condition: s}}\n---\n",
        kind);
  return {{"kinds.yml", text}};
}

std::vector<std::vector<Event>> parsed() {
  std::vector<std::vector<Event>> out;
  for (int n = 0; n < kAlerts; n += kInBatch) {
    std::vector<Event>& batch = out.emplace_back();
    for (int i = n; i < n + kInBatch; ++i) batch.push_back(must(parse_json_line(line_of(i))));
  }
  return out;
}

void expect(std::size_t rows, std::size_t alerts) {
  if (rows != kHosts || alerts != kDistinct)
    throw std::runtime_error(
        fmt::format("{} rows and {} alerts instead of {} and {}", rows, alerts, kHosts, kDistinct));
}

void check(const std::vector<std::shared_ptr<const Incident>>& incidents) {
  std::size_t alerts = 0;
  for (const auto& incident : incidents) alerts += incident->alert_ids.size();
  expect(incidents.size(), alerts);
}

/// Alerts in a second of its processor time; `bytes`: resident memory that an alert took.
double theirs(double& bytes) {
  const Scratch scratch;
  Alertmanager peer(scratch.path());
  std::vector<std::string> batches;
  for (int n = 0; n < kAlerts; n += kInBatch) batches.push_back(posted(n));
  const double idle = peer.resident_bytes(), begin = peer.processor_seconds();
  for (const std::string& batch : batches) peer.post(batch);
  const double spent = peer.processor_seconds() - begin;
  bytes = (peer.resident_bytes() - idle) / kDistinct;
  std::size_t alerts = 0;
  const std::string all = peer.get("/api/v2/alerts");
  for (std::size_t at = all.find("\"alertname\""); at != std::string::npos; at = all.find("\"alertname\"", at + 1))
    ++alerts;
  expect(kHosts, alerts);
  return kAlerts / spent;
}

double whole_engine(const std::vector<std::vector<Event>>& alerts) {
  std::vector<EncodedBatch> batches;
  BatchEncoder encoder;
  for (const std::vector<Event>& some : alerts) {
    EncodedBatch& batch = batches.emplace_back();
    batch.first = (batches.size() - 1) * kInBatch + 1;
    batch.min_time = some.front().time;
    batch.max_time = some.back().time;
    encoder.encode(some, batch.payload);
  }
  const double begin = processor_seconds();
  (void)engine_rate(batches, kInBatch, rules(), {}, [](const Snapshot& snapshot) { check(snapshot.incidents); });
  return kAlerts / (processor_seconds() - begin);
}

/// From JSON lines to rows; `bytes`: what an alert takes of the heap.
double fusion_alone(const std::vector<std::string>& lines, double& bytes) {
  engine::Configuration configuration;
  configuration.rules = rules();
  sigma::LoadReport report;
  const std::size_t before = heap_bytes();
  engine::Watch watch(nullptr);
  watch.take_configuration(configuration, report);
  std::vector<Event> batch;
  fusion::Changes changes;
  const double begin = thread_seconds();
  for (std::size_t n = 0; n < lines.size(); n += kInBatch) {
    batch.clear();
    for (std::size_t i = n; i < n + kInBatch; ++i) batch.push_back(must(parse_json_line(lines[i])));
    const UtcNs now = batch.back().time;
    watch.take_events("net-1", batch, now, changes);
    changes.clear();
  }
  const double spent = thread_seconds() - begin;
  check(watch.fusion().open_incidents());
  std::vector<Event>().swap(batch);
  changes = {};
  bytes = static_cast<double>(heap_bytes() - before) / kDistinct;
  return kAlerts / spent;
}

}  // namespace

Rows grouping() {
  const bool peer = Alertmanager::installed();
  const std::vector<std::vector<Event>> alerts = parsed();
  std::vector<std::string> lines;
  for (int n = 0; n < kAlerts; ++n) lines.push_back(line_of(n));
  std::vector<double> them, us, alone, their_bytes, our_bytes;
  for (int i = 0; i < kRuns; ++i) {
    double bytes = 0;
    if (peer) {
      them.push_back(theirs(bytes));
      their_bytes.push_back(bytes);
    }
    us.push_back(whole_engine(alerts));
    alone.push_back(fusion_alone(lines, bytes));
    our_bytes.push_back(bytes);
  }
  const std::string absent =
      "prometheus-alertmanager is not on this machine (Debian package of that name), so there is nothing to compare "
      "with";
  Row row{"8",
          fmt::format("dedup and grouping, {} alerts, {} distinct, {} hosts, an engine", kAlerts, kDistinct, kHosts),
          median(us),
          "alerts/s",
          "alertmanager, its processor",
          median(them),
          6,
          true,
          peer,
          peer ? "encrypted link, stored durably, deduplicated, grouped; the processor time of both ends" : absent};
  Row lone = row;
  lone.figure = "  the same from JSON lines, fusion alone";
  lone.value = median(alone);
  lone.note = peer ? "" : absent;
  lone.judged = false;
  Row memory{"8",
             "  memory for each distinct alert, ten of a row",
             median(our_bytes),
             "bytes",
             "",
             0,
             1024,
             false,
             true,
             peer ? fmt::format("alertmanager: {:.0f} bytes resident", median(their_bytes)) : ""};
  return {row, lone, memory};
}

}  // namespace wf::bench
