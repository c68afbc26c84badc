#include "tests/stress/rush.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "console/site/load.hpp"

namespace wf::test {
namespace {

constexpr UtcNs kBegin = 1'795'489'837 * kSecond;
constexpr std::size_t kBatch = 250;
constexpr std::size_t kFirst = 1000;  ///< of the things that events are about

std::shared_ptr<const Estate> estate() {
  site::SiteReport report;
  auto loaded = site::load_estate(std::filesystem::path(WF_SOURCE_DIR) / "assets" / "site", report);
  if (!loaded) throw std::runtime_error(loaded.error().text());
  return *loaded;
}

std::string rule(const char* id, const char* level) {
  return std::string("title: ") + level + " trouble\nid: stress-" + id + "\nlevel: " + level +
         "\nlogsource: {category: stress}\ndetection: {s: {what: " + id + "}, condition: s}\n";
}

/// Most is low, one in a hundred is critical: as on a very bad day.
const char* kind_of(std::size_t thing) {
  return thing % 100 == 7 ? "critical" : thing % 20 == 3 ? "high" : thing % 5 == 1 ? "medium" : "low";
}

}  // namespace

Rush::Rush() : watch_(estate()), now_(kBegin) {
  engine::Configuration configuration;
  for (const char* level : {"low", "medium", "high", "critical"})
    configuration.rules.push_back({std::string(level) + ".yml", rule(level, level)});
  // Ten thousand rows stand only where no flood collects them: every one of them is there to be drawn.
  configuration.policy.flood_begins = 1'000'000;
  sigma::LoadReport report;
  watch_.take_configuration(configuration, report);
  around_.user = "M. Okafor";
  around_.role = "Operator";
  around_.seat = "Seat 1";
  std::vector<Event> events;
  while (opened_ < kOpen) {
    events.push_back(about(opened_++));
    if (events.size() == kBatch) send(events);
  }
  send(events);
  if (const std::size_t made = watch_.snapshot(now_, around_)->incidents.size(); made != kOpen)
    throw std::runtime_error("the rules made " + std::to_string(made) + " incidents of " + std::to_string(kOpen));
}

Event Rush::about(std::size_t thing) {
  Event e;
  e.id = "stress:" + std::to_string(++sent_);
  e.time = now_;
  e.kind = "network.alert";
  e.logsource.category = "stress";
  e.add("what", kind_of(thing));
  e.add("host.name", "h" + std::to_string(thing));
  return e;
}

void Rush::send(std::vector<Event>& events) {
  if (events.empty()) return;
  now_ += kMillisecond;
  fusion::Changes changes;
  watch_.take_events("stress-1", events, now_, changes);
  events.clear();
}

void Rush::pass(double seconds) {
  now_ += static_cast<UtcNs>(seconds * 1e9);
  owed_ += seconds * kEventsPerSecond;
  std::vector<Event> events;
  for (; owed_ >= 1; owed_ -= 1) {
    // Things that are open already, in no order that a cache would like.
    events.push_back(about(kFirst + (sent_ * 7919) % things_));
  }
  if (now_ >= next_new_) {
    next_new_ = now_ + 3 * kSecond;
    events.push_back(about(opened_++));
  }
  send(events);
  if (watch_.timer_pending()) {
    fusion::Changes changes;
    watch_.take_tick(now_, changes);
  }
  // The last of the lowest, as an operator would who clears up.
  if (const auto open = snapshot(); open->incidents.size() > kOpen) resolve(open->incidents.back()->id);
}

void Rush::take(Command command) {
  command.id = "stress-command-" + std::to_string(++commands_);
  command.time = now_;
  if (command.actor.empty()) {
    command.actor = around_.user;
    command.role = around_.role;
    command.seat = around_.seat;
  }
  fusion::Changes changes;
  watch_.take_command(command, changes);
  replies_.insert(replies_.end(), changes.replies.begin(), changes.replies.end());
}

std::vector<CommandReply> Rush::replies() { return std::exchange(replies_, {}); }

std::uint64_t Rush::panic(const std::string& post) {
  Command c;
  c.kind = CommandKind::panic;
  c.actor = post;  // a post without an account of its own
  c.role = "Guard";
  c.post = post;
  take(c);
  const auto now = snapshot();
  for (const auto& i : now->incidents)
    if (i->life_safety && i->title.find(post) != std::string::npos) return i->id;
  throw std::runtime_error("a panic opened no incident: " + replies_.back().message);
}

void Rush::resolve(std::uint64_t incident) {
  const auto now = snapshot();
  const Incident* i = now->incident(incident);
  if (i == nullptr) return;
  Command c;
  c.kind = CommandKind::resolve;
  c.incidents = {incident};
  c.seen_revisions = {i->revision};
  c.cause = Cause::nuisance;
  take(c);
}

std::shared_ptr<const Snapshot> Rush::snapshot() { return watch_.snapshot(now_, around_); }

}  // namespace wf::test
