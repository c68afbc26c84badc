// An agent of the release before this link (wire version 1), as it was recorded, against today's engine.
#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "proto/event_codec.hpp"
#include "proto/event_json.hpp"
#include "tests/console/engine/rig.hpp"
#include "tests/support/recorded_link.hpp"

using namespace wf;
using namespace wf::engine::test;
using wf::test::kLastKindOfVersion1;
using wf::test::RecordedMessage;

namespace {

using Range = std::tuple<std::uint64_t, std::uint8_t, std::uint64_t, std::uint32_t>;

Range range(const LinkMessage& m) { return {m.epoch, m.lane, m.first_sequence, m.count}; }

/// Nothing that an agent of version 1 could not know.
void check_version_1(const LinkMessage& m) {
  CHECK(m.kind <= kLastKindOfVersion1);
  CHECK(m.lease.empty());
  CHECK_FALSE(m.renew);
  CHECK(m.window_bytes == 0);
  CHECK(m.command_key.empty());
  CHECK(m.next_engine_key.empty());
  CHECK(m.next_command_key.empty());
  CHECK(m.next_command_proof.empty());
  CHECK(m.attachment.empty());
}

/// Events as text, with their ids.
std::map<std::string, int> as_lines(const std::string& payload, const BatchOrigin& origin) {
  std::map<std::string, int> out;
  for (const Event& event : must(decode_batch(payload, origin))) {
    std::string line;
    append_json_line(event, line);
    ++out[line];
  }
  return out;
}

/// A real engine that listens on ipc, where an agent says its name.
struct House {
  House() {
    rig.options.listen = "ipc://" + (rig.data() / "agents.ipc").string();
    rig.start();
  }
  Rig rig;
};

}  // namespace

TEST_CASE("an agent of wire version 1 is welcomed, stored and acknowledged as before, and hears no newer kind") {
  House house;
  std::map<std::string, int> expected;
  const auto connections = wf::test::recorded_connections("link-v1/conversation.hex");
  REQUIRE(connections.size() == 2);
  for (const std::vector<RecordedMessage>& connection : connections) {
    link::test::Client agent(house.rig.engine().endpoint());
    std::vector<Range> waited, acknowledged;
    for (const RecordedMessage& message : connection) {
      const LinkMessage& said = message.header;
      if (message.from_agent) {
        CHECK(said.wire_version == 1);
        agent.send_raw(message.frames);
        if (said.kind == LinkKind::batch) {
          waited.push_back(range(said));
          for (const auto& [line, n] :
               as_lines(message.frames.at(1), {"door-1", said.epoch, said.lane, said.first_sequence}))
            expected[line] += n;
        }
      } else if (said.kind == LinkKind::welcome) {
        const auto welcome = agent.receive(LinkKind::welcome);
        REQUIRE(welcome);
        check_version_1(*welcome);
        CHECK(welcome->wire_version == 1);
        CHECK(welcome->window > 0);
        CHECK(welcome->agent_name == "door-1");
        CHECK(welcome->stored == said.stored);
      } else if (said.kind == LinkKind::ack) {
        // Acknowledgements may come in another order than they did then, and heartbeats between them.
        const auto ack = agent.receive(LinkKind::ack);
        REQUIRE(ack);
        check_version_1(*ack);
        acknowledged.push_back(range(*ack));
      }
    }
    // Whatever else the engine has to say.
    while (const auto rest = agent.receive(100)) check_version_1(*rest);
    std::sort(waited.begin(), waited.end());
    std::sort(acknowledged.begin(), acknowledged.end());
    CHECK(waited == acknowledged);
  }
  house.rig.stop();
  std::map<std::string, int> stored;
  const auto reader = must(store::Reader::open(house.rig.data()));
  must(reader->read_log(0, [&](store::Record& record) {
    if (record.kind == store::RecordKind::batch)
      for (const auto& [line, n] : as_lines(record.payload, record.origin)) stored[line] += n;
    return true;
  }));
  CHECK(expected.size() == 10);
  CHECK(stored == expected);
  CHECK(must(reader->verify()).whole());
}

TEST_CASE("an agent of wire version 1 that sends its batches twice has them stored once") {
  House house;
  const auto connections = wf::test::recorded_connections("link-v1/conversation.hex");
  std::uint64_t events = 0;
  for (int round = 0; round < 2; ++round) {
    link::test::Client agent(house.rig.engine().endpoint());
    for (const RecordedMessage& message : connections.front()) {
      if (!message.from_agent) continue;
      agent.send_raw(message.frames);
      if (message.header.kind != LinkKind::batch) continue;
      REQUIRE(agent.receive(LinkKind::ack));
      if (round == 0) events += message.header.count;
    }
  }
  house.rig.stop();
  const auto reader = must(store::Reader::open(house.rig.data()));
  const store::VerifyReport report = must(reader->verify());
  CHECK(report.whole());
  CHECK(report.events == events);
}
