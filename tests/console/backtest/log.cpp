#include "tests/console/backtest/log.hpp"

#include <algorithm>

#include "console/engine/command_codec.hpp"
#include "console/engine/configuration.hpp"
#include "proto/event_codec.hpp"

namespace wf::backtest::test {

std::string rule(const std::string& id, const std::string& what, const std::string& level) {
  return "title: Test " + what + "\nid: " + id + "\nlevel: " + level +
         "\nlogsource: {category: test}\ndetection: {s: {what: " + what + "}, condition: s}\n---\n";
}

Log::Log() : store_(must(store::Store::open(folder_.path() / "data"))), watch_(nullptr) {}

void Log::put(store::Record record) {
  REQUIRE(record.time >= now_);
  pass(record.time);
  now_ = record.time;
  take(std::move(record));
}

void Log::take(store::Record record) {
  record.position = ++position_;
  fusion::Changes changes;
  watch_.apply(record, changes);
  unstored_.push_back(std::move(record));
}

std::filesystem::path Log::data() {
  if (!unstored_.empty()) REQUIRE(store_->append(unstored_));
  unstored_.clear();
  return folder_.path() / "data";
}

void Log::pass(UtcNs until) {
  while (now_ != 0 && now_ + kSecond < until && watch_.timer_pending()) {
    store::Record tick;
    tick.time = now_ += kSecond;
    take(std::move(tick));
  }
}

void Log::configure(UtcNs at, const std::string& rules) {
  engine::Configuration configuration;
  if (!rules.empty()) configuration.rules = {{"rules.yml", rules}};
  store::Record record;
  record.kind = store::RecordKind::config;
  record.time = at;
  record.payload = engine::configuration_to_json(configuration);
  put(std::move(record));
}

void Log::event(UtcNs at, const std::string& what, const std::string& host) {
  std::vector<Event> events(1);
  Event& e = events.front();
  e.time = at;
  e.kind = "network.alert";
  e.logsource.category = "test";
  e.add("what", what);
  e.add("host.name", host);
  store::Record record;
  record.kind = store::RecordKind::batch;
  record.time = at;
  record.origin = {"net-1", 7, 1, ++number_};
  record.count = 1;
  record.min_time = record.max_time = at;
  BatchEncoder().encode(events, record.payload);
  put(std::move(record));
}

bool Log::command(UtcNs at, CommandKind kind, std::uint64_t incident, Cause cause, const std::string& target) {
  pass(at);
  Command command;
  command.id = "c" + std::to_string(++commands_);
  command.kind = kind;
  command.actor = "ann";
  command.role = "Supervisor";
  command.cause = cause;
  command.target = target;
  command.text = kind == CommandKind::note || kind == CommandKind::shelve || kind == CommandKind::call ? "why not" : "";
  command.until = kind == CommandKind::shelve ? at + kHour : 0;
  if (incident != 0) command.incidents = {incident};
  for (const auto& one : open())
    if (one->id == incident) command.seen_revisions = {one->revision};
  store::Record record;
  record.kind = store::RecordKind::command;
  record.time = at;
  record.payload = engine::command_to_json(command);
  const std::size_t before = open().size();
  put(std::move(record));
  if (kind == CommandKind::resolve) return open().size() < before;
  return true;
}

void Log::handle(UtcNs at, std::uint64_t incident, Cause cause, std::int64_t work) {
  REQUIRE(incident != 0);
  (void)command(at, CommandKind::acknowledge, incident);
  REQUIRE(command(at + work, CommandKind::resolve, incident, cause));
}

std::uint64_t Log::at_host(const std::string& host) const {
  for (const auto& incident : open())
    for (const EntityRef& entity : incident->entities)
      if (entity.kind == EntityKind::host && entity.id == host) return incident->id;
  return 0;
}

Options Log::options(const std::string& candidate) {
  Options out;
  out.data = data();
  if (!candidate.empty()) out.rules = {{"candidate.yml", candidate}};
  out.threads = 1;
  return out;
}

Report Log::run(const std::string& candidate) { return run(options(candidate)); }
Report Log::run(const Options& options) const { return must(backtest::run(options, {}, std::atomic<bool>{false})); }

}  // namespace wf::backtest::test
