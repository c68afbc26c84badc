// What comes late, and from clocks that are wrong, through the watch as the log has it.
#include "console/engine/watch.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/model/incident_json.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine;
using namespace wf::engine::test;
using fusion::Timeliness;
using fusion::timeliness;

namespace {

constexpr UtcNs kNow = 1'772'000'000 * kSecond;

/// A watch with one rule, fed with events by their distance to the log's time.
class Night {
 public:
  Night() : watch_(nullptr) {
    Configuration configuration;
    configuration.rules = {{"r.yml", rule("r1", "attack")}};
    sigma::LoadReport report;
    watch_.take_configuration(configuration, report);
    REQUIRE(report.problems.empty());
  }
  fusion::Changes take(std::int64_t age, const std::string& host = "h1", std::int64_t later = 0) {
    Event attack = event(++number_, "attack", host);
    attack.id = "net-1:7:1:" + std::to_string(number_);
    attack.time = kNow + later - age;
    std::vector<Event> events = {attack};
    fusion::Changes changes;
    watch_.take_events("net-1", events, kNow + later, changes);
    return changes;
  }
  std::shared_ptr<const Snapshot> look(std::int64_t later = 0) { return watch_.snapshot(kNow + later, {}); }

 private:
  Watch watch_;
  std::uint64_t number_ = 0;
};

}  // namespace

TEST_CASE("timeliness has its borders where the policy says, whatever the numbers") {
  CHECK(timeliness(kNow, kNow) == Timeliness::live);
  CHECK(timeliness(kNow - 15 * kMinute + 1, kNow) == Timeliness::live);
  CHECK(timeliness(kNow - 15 * kMinute, kNow) == Timeliness::late);
  CHECK(timeliness(kNow - 72 * kHour, kNow) == Timeliness::late);
  CHECK(timeliness(kNow - 72 * kHour - 1, kNow) == Timeliness::history);
  CHECK(timeliness(kNow + 15 * kMinute, kNow) == Timeliness::live);
  CHECK(timeliness(kNow + 15 * kMinute + 1, kNow) == Timeliness::ahead);
  CHECK(timeliness(INT64_MIN, kNow) == Timeliness::history);
  CHECK(timeliness(INT64_MAX, kNow) == Timeliness::ahead);
}

TEST_CASE("an event that comes a little late is as live") {
  Night night;
  const fusion::Changes changes = night.take(14 * kMinute);
  REQUIRE(changes.alerts.size() == 1);
  CHECK_FALSE(changes.alerts[0].late);
  CHECK_FALSE(night.look()->incidents.at(0)->late);
}

TEST_CASE("one that comes within three days raises an alert that says it is late") {
  Night night;
  const fusion::Changes changes = night.take(3 * kHour);
  REQUIRE(changes.alerts.size() == 1);
  CHECK(changes.alerts[0].late);
  CHECK(changes.alerts[0].time == kNow - 3 * kHour);
  std::string json;
  append_alert_json(changes.alerts[0], json);
  CHECK(json.find("\"late\":true") != std::string::npos);
  const auto seen = night.look();
  const Incident& incident = *seen->incidents.at(0);
  CHECK(incident.late);
  CHECK(incident.opened == kNow);
  CHECK(incident.why.at(0).text.ends_with("(came 3 h late)"));
  CHECK(incident.last_change.ends_with("(came 3 h late)"));
  CHECK(incident_to_json(incident).find("\"late\":true") != std::string::npos);
}

TEST_CASE("what is older is history: no alert, no incident, but counted as stored") {
  Night night;
  const fusion::Changes changes = night.take(73 * kHour);
  CHECK(changes.alerts.empty());
  CHECK(changes.incidents.empty());
  CHECK(night.look()->incidents.empty());
  CHECK(night.look()->events_total == 1);
}

TEST_CASE("an incident of late events that goes on live is late no more") {
  Night night;
  night.take(20 * kMinute);
  REQUIRE(night.look()->incidents.at(0)->late);
  night.take(10 * kMinute);
  REQUIRE(night.look()->incidents.size() == 1);
  CHECK_FALSE(night.look()->incidents.at(0)->late);
}

TEST_CASE(
    "an event from the future is judged at the log's time, and its agent's clock is called wrong until it is not") {
  Night night;
  const fusion::Changes changes = night.take(-5 * 365 * kDay);
  REQUIRE(changes.alerts.size() == 1);
  CHECK(changes.alerts[0].time == kNow);
  CHECK_FALSE(changes.alerts[0].late);
  const auto seen = night.look();
  const Incident& incident = *seen->incidents.at(0);
  CHECK(incident.last == kNow);
  CHECK(incident.why.at(0).text.find("its clock is 1825 days ahead") != std::string::npos);
  CHECK(night.look()->agents.at(0).clock_ahead == 5 * 365 * kDay);
  night.take(0, "h2", kMinute);
  CHECK(night.look(kMinute)->agents.at(0).clock_ahead == 0);
}

TEST_CASE("a copy of an agent that the link noticed stands at the agent, also after a replay") {
  Night night;
  night.take(0);
  Watch watch(nullptr);
  Event clone;
  clone.kind = "link.clone";
  clone.time = kNow;
  clone.add("agent.name", "net-1");
  std::vector<Event> events = {clone};
  fusion::Changes changes;
  watch.take_events("engine", events, kNow, changes);
  const auto snapshot = watch.snapshot(kNow, {});
  REQUIRE(snapshot->agents.size() == 1);
  CHECK(snapshot->agents[0].name == "net-1");
  CHECK(snapshot->agents[0].copies == 1);
  CHECK(snapshot->agents[0].last_copy == kNow);
}

TEST_CASE("what is missing and what was given up stand at the agent, and a range that is filled closes by itself") {
  Rig rig;
  rig.start();
  {
    const auto agent = rig.agent("net-1");
    rig.deliver(*agent, 1, events(1, 5));
    rig.deliver(*agent, 10, events(10, 5));
    LinkMessage range = link::test::batch(6, 0);
    range.kind = LinkKind::given_up;
    range.last_sequence = 7;
    range.reason = "spool full";
    agent->send(range);
    const auto ack = agent->receive(LinkKind::ack);
    REQUIRE(ack);
    CHECK(ack->first_sequence == 6);
    CHECK(ack->last_sequence == 7);
    const auto seen = rig.wait([](const Snapshot& s) { return !s.agents.empty() && s.agents[0].given_up_events == 2; });
    CHECK(seen->agents[0].gap_events == 2);
    CHECK(seen->health.ledger_gaps == 2);
    CHECK(seen->agents[0].epochs == 1);
    REQUIRE(seen->agents[0].numbers.size() == 2);
    CHECK(seen->agents[0].numbers[0].first == 8);
    CHECK_FALSE(seen->agents[0].numbers[0].given_up);
    CHECK(seen->agents[0].numbers[1].last == 7);
    CHECK(seen->agents[0].numbers[1].reason == "spool full");
    const store::VerifyReport report = must(must(store::Reader::open(rig.data()))->verify());
    CHECK(report.gaps.size() == 1);
    CHECK(report.given_up.size() == 1);
    rig.deliver(*agent, 6, events(6, 4));
    rig.wait([](const Snapshot& s) { return s.agents[0].gap_events == 0 && s.agents[0].given_up_events == 0; });
  }
  rig.stop();
  const store::VerifyReport report = must(must(store::Reader::open(rig.data()))->verify());
  CHECK(report.whole());
  CHECK(report.given_up.empty());
}

TEST_CASE("what came late is counted for its agent, by how late") {
  Night night;
  night.take(kMinute);
  night.take(20 * kMinute);
  night.take(3 * kHour);
  night.take(80 * kHour);
  const auto seen = night.look();
  const AgentState& agent = seen->agents.at(0);
  CHECK(agent.late_events == 2);
  CHECK(agent.old_events == 1);
}
