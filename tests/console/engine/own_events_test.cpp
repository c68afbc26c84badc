#include "console/engine/own_events.hpp"

#include "proto/event_codec.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine;
using namespace wf::engine::test;

namespace {

constexpr const char* kRule = R"(title: Impossible numbers
id: own-1
logsource:
    product: watchfloor
    service: link
detection:
    fact:
        kind: link.numbers
        agent.name: net-1
    condition: fact
level: high
)";

/// Says numbers that cannot be, and waits for the refusal.
void forge(Rig& rig) {
  const auto agent = rig.agent("net-1");
  LinkMessage header = link::test::batch(1, 1);
  header.first_sequence = 0;
  agent->send(header, "x");
  REQUIRE(agent->receive(LinkKind::refuse));
}

std::vector<Event> own_events(const std::filesystem::path& data) {
  std::vector<Event> out;
  must(must(store::Reader::open(data))->read_log(0, [&](store::Record& record) {
    if (record.kind == store::RecordKind::batch && record.origin.agent == link::kEngineName)
      for (Event& event : must(decode_batch(record.payload, record.origin))) out.push_back(std::move(event));
    return true;
  }));
  return out;
}

}  // namespace

TEST_CASE("a fact of the link is an event of the engine's own: stored, judged by rules, and nobody's agent") {
  Rig rig(kRule);
  rig.start();
  forge(rig);
  const auto snapshot = rig.wait([](const Snapshot& s) { return s.incidents.size() == 1 && !s.agents.empty(); });
  CHECK(snapshot->incidents[0]->rule_title == "Impossible numbers");
  REQUIRE(snapshot->agents.size() == 1);
  CHECK(snapshot->agents[0].name == "net-1");
  rig.stop();
  rig.start();
  forge(rig);
  rig.wait([](const Snapshot& s) { return s.events_total == 2; });
  rig.stop();
  const std::vector<Event> events = own_events(rig.data());
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == "link.numbers");
  CHECK(events[0].field("agent.name") == "net-1");
  CHECK(events[0].field("src.ip") == "127.0.0.1");
  CHECK(events[0].time > 0);
  // Its numbers go on over a restart.
  CHECK(events[0].id.ends_with(":1:1"));
  CHECK(events[1].id.ends_with(":1:2"));
  CHECK(events[0].id.substr(0, events[0].id.size() - 1) == events[1].id.substr(0, events[1].id.size() - 1));
  CHECK(must(must(store::Reader::open(rig.data()))->verify()).whole());
}

TEST_CASE("nobody else is called engine") {
  CHECK_FALSE(link::valid_agent_name(link::kEngineName));
  CHECK(link::valid_agent_name("engine-2"));
}
