#include "console/engine/watch.hpp"

#include <set>

#include "console/engine/command_codec.hpp"
#include "console/store/store.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;
using engine::Watch;

namespace {

constexpr UtcNs kNow = 1'772'000'000 * kSecond;

/// Records of a log, numbered.
class Log {
 public:
  void configure(const std::string& rules) {
    engine::Configuration configuration;
    configuration.rules = {{"rules.yml", rules}};
    add(store::RecordKind::config, engine::configuration_to_json(configuration));
  }
  void batch(const std::vector<Event>& events, UtcNs time) {
    store::Record& r = add(store::RecordKind::batch, encoded(events));
    r.time = time;
    r.origin = {"net-1", 7, 1, next_};
    r.count = static_cast<std::uint32_t>(events.size());
    next_ += r.count;
  }
  void tick(UtcNs time) { add(store::RecordKind::tick, {}).time = time; }
  void command(const Command& command, UtcNs time) {
    add(store::RecordKind::command, engine::command_to_json(command)).time = time;
  }
  store::Record& add(store::RecordKind kind, std::string payload) {
    store::Record r;
    r.position = records.size() + 1;
    r.kind = kind;
    r.time = kNow;
    r.payload = std::move(payload);
    records.push_back(std::move(r));
    return records.back();
  }
  std::vector<store::Record> records;

 private:
  std::uint64_t next_ = 1;
};

fusion::Changes run(Watch& watch, const Log& log) {
  fusion::Changes changes;
  for (const store::Record& record : log.records) watch.apply(record, changes);
  return changes;
}

}  // namespace

TEST_CASE("parts of a picture that did not change are the same objects in the next one") {
  Log log;
  log.configure(rule("r1", "attack"));
  log.batch({event(1, "attack", "a"), event(2, "attack", "b")}, kNow + 1);
  Watch watch(nullptr);
  run(watch, log);
  const auto first = watch.snapshot(kNow + 2, {});
  REQUIRE(first->incidents.size() == 2);

  Log more = log;
  more.batch({event(3, "nothing", "c")}, kNow + 3);
  fusion::Changes changes;
  watch.apply(more.records.back(), changes);
  const auto second = watch.snapshot(kNow + 4, {});
  CHECK(second->version > first->version);
  CHECK(second->events_total == 3);
  CHECK(second->estate == first->estate);
  CHECK(second->zone_people == first->zone_people);
  CHECK(second->incidents == first->incidents);  // pointers

  more.batch({event(4, "attack", "b")}, kNow + 5);
  watch.apply(more.records.back(), changes);
  more.tick(kNow + 2 * kSecond);
  watch.apply(more.records.back(), changes);
  const auto third = watch.snapshot(kNow + 6, {});
  CHECK(third->incident(1) == first->incident(1));
  CHECK(third->incident(2) != first->incident(2));
  CHECK(first->incident(2)->event_count == 1);  // the old picture stays as it was
}

TEST_CASE("the same log gives the same incidents, whenever pictures were taken of it") {
  Log log;
  log.configure(rule("r1", "attack") + "---\n" + rule("r2", "scan", "low"));
  for (std::uint64_t n = 1; n <= 200; ++n) {
    const std::string host = "h" + std::to_string(n * 7 % 13);
    log.batch({event(n, n % 2 == 0 ? "attack" : "scan", host)}, kNow + static_cast<UtcNs>(n) * kSecond);
    if (n % 10 == 0) log.tick(kNow + static_cast<UtcNs>(n) * kSecond + 1);
    if (n % 25 == 0) {
      Command c;
      c.id = "c" + std::to_string(n);
      c.kind = CommandKind::note;
      c.actor = "a";
      c.incidents = {n / 25};
      c.text = "seen";
      log.command(c, kNow + static_cast<UtcNs>(n) * kSecond + 2);
    }
  }
  Watch plain(nullptr), watched(nullptr);
  const fusion::Changes all = run(plain, log);
  fusion::Changes changes;
  for (const store::Record& record : log.records) {
    watched.apply(record, changes);
    (void)watched.snapshot(record.time, {});
  }
  CHECK(all.incidents.size() == changes.incidents.size());
  CHECK(all.alerts.size() == changes.alerts.size());
  const UtcNs end = kNow + 300 * kSecond;
  CHECK(lasting(*plain.snapshot(end, {})) == lasting(*watched.snapshot(end, {})));
}

TEST_CASE("a record that cannot be read is named and passed over") {
  Log log;
  log.configure(rule("r1", "attack"));
  log.add(store::RecordKind::command, "{");
  log.add(store::RecordKind::config, "[]");
  log.add(static_cast<store::RecordKind>(77), "");
  log.batch({event(1, "attack")}, kNow + 1);
  Watch watch(nullptr);
  run(watch, log);
  CHECK(watch.problem() == "record 4 of the log cannot be used: its kind 77 is unknown");
  CHECK(watch.snapshot(kNow + 2, {})->incidents.size() == 1);  // the rules in force stayed
}

TEST_CASE("agents that the link does not know any more still show what they sent") {
  Log log;
  log.batch({event(1), event(2)}, kNow);
  Watch watch(nullptr);
  run(watch, log);
  engine::Surroundings around;
  around.agents.resize(1);
  around.agents[0].name = "door-1";
  around.agents[0].health = AgentState::Health::never;
  const auto snapshot = watch.snapshot(kNow + kSecond, around);
  REQUIRE(snapshot->agents.size() == 2);
  CHECK(snapshot->agents[0].name == "door-1");
  CHECK(snapshot->agents[0].health == AgentState::Health::never);
  CHECK(snapshot->agents[1].name == "net-1");
  CHECK(snapshot->agents[1].health == AgentState::Health::silent);
  CHECK(snapshot->agents[1].events == 2);
  CHECK(snapshot->agents[1].last_heard == kNow);
}

TEST_CASE("what agents and the engine say of themselves does not count as something seen") {
  Watch watch(nullptr);
  fusion::Changes changes;
  CHECK(watch.last_event() == 0);
  std::vector<Event> own{event(1)};
  own[0].kind = "agent.started";
  watch.take_events("net-1", own, kNow, changes);
  CHECK(watch.last_event() == 0);
  std::vector<Event> engines{event(2)};
  watch.take_events("engine", engines, kNow + kSecond, changes);
  CHECK(watch.last_event() == 0);
  std::vector<Event> seen{event(3)};
  watch.take_events("net-1", seen, kNow + 2 * kSecond, changes);
  watch.take_events("net-1", own, kNow + 3 * kSecond, changes);
  CHECK(watch.last_event() == kNow + 2 * kSecond);
}

TEST_CASE("what the link says of an agent stands beside it, the newest first, and makes no agent") {
  Watch watch(nullptr);
  fusion::Changes changes;
  std::vector<Event> seen = {event(1, "host.login", "a")};
  watch.take_events("net-1", seen, kNow, changes);
  for (int k = 1; k <= 8; ++k)
    for (const char* name : {"net-1", "gone"}) {
      Event said;
      said.time = kNow + k;
      said.kind = "link.flood";
      said.add("agent.name", name);
      said.add("message", "flood " + std::to_string(k));
      std::vector<Event> events = {said};
      watch.take_events("engine", events, kNow + k, changes);
    }
  const auto look = watch.snapshot(kNow + 9, {});
  REQUIRE(look->agents.size() == 1);
  const AgentState& agent = look->agents[0];
  CHECK(agent.name == "net-1");
  REQUIRE(agent.remarks.size() == AgentState::kMostRemarks);
  CHECK(agent.remarks.front().text == "flood 8");
  CHECK(agent.remarks.front().kind == "link.flood");
  CHECK(agent.remarks.back().text == "flood 3");
  // An agent that was enrolled and has not come yet is still that, whatever the link said of it.
  engine::Surroundings around;
  around.agents.resize(1);
  around.agents[0].name = "gone";
  const auto enrolled = watch.snapshot(kNow + 9, around);
  REQUIRE(enrolled->agents.size() == 2);
  CHECK(enrolled->agents[0].health == AgentState::Health::never);
  CHECK(enrolled->agents[0].remarks.size() == AgentState::kMostRemarks);
}

TEST_CASE("the stills of open incidents are named until they are resolved") {
  Watch watch(nullptr);
  engine::Configuration configuration;
  configuration.rules = {{"r.yml", rule("r1", "attack")}};
  sigma::LoadReport report;
  watch.take_configuration(configuration, report);
  fusion::Changes changes;
  const std::string first(64, 'a'), second(64, 'b');
  std::vector<Event> events = {event(1, "attack", "h1"), event(2, "quiet", "h2")};
  events[0].id = "net-1:7:1:1";
  events[0].add("attachment", first);
  events[0].add("attachment", "../../etc/passwd");
  events[0].add("attachment", second);
  events[0].add("attachment.problem", "it has 70 MiB");
  events[1].id = "net-1:7:1:2";
  events[1].add("attachment", std::string(64, 'c'));
  const std::uint64_t before = watch.attachments_version();
  watch.take_events("net-1", events, kNow, changes);
  CHECK(watch.attachments() == std::set<std::string>{first, second});
  CHECK(watch.attachments_version() != before);
  const auto look = watch.snapshot(kNow, {});
  REQUIRE(look->incidents.size() == 1);
  const Contribution& line = look->incidents[0]->why.at(0);
  CHECK(line.attachments == std::vector<std::string>{first, second});
  CHECK(line.not_kept == "it has 70 MiB");
  Command resolve;
  resolve.id = "c1";
  resolve.kind = CommandKind::resolve;
  resolve.actor = "M. Okafor";
  resolve.incidents = {look->incidents[0]->id};
  resolve.seen_revisions = {look->incidents[0]->revision};
  resolve.cause = Cause::test;
  resolve.time = kNow + kSecond;
  watch.take_command(resolve, changes);
  CHECK(watch.attachments().empty());
}
