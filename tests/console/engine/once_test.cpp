#include <set>

#include "console/engine/writer.hpp"
#include "console/store/store.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;

namespace {

std::vector<std::string> stored_ids(const std::filesystem::path& data) {
  std::vector<std::string> out;
  must(must(store::Reader::open(data))->read_log(0, [&](store::Record& record) {
    if (record.kind == store::RecordKind::batch)
      for (const Event& e : must(decode_batch(record.payload, record.origin))) out.push_back(e.id);
    return true;
  }));
  return out;
}

}  // namespace

TEST_CASE("every event that is sent again after a restart of the engine is stored exactly once, and in order") {
  Rig rig;
  rig.start();
  {
    const auto agent = rig.agent("net-1");
    for (std::uint64_t first = 1; first <= 50; first += 10) rig.deliver(*agent, first, events(first, 10));
    // Sent, and the engine stops: whether these were stored the agent cannot know.
    for (std::uint64_t first = 51; first <= 100; first += 10)
      agent->send(link::test::batch(first, 10), encoded(events(first, 10)));
    rig.stop();
  }
  rig.start();
  const auto agent = rig.agent("net-1");
  // An agent that remembers nothing sends all of it again, in other pieces.
  for (std::uint64_t first = 1; first <= 98; first += 7) rig.deliver(*agent, first, events(first, 7));
  rig.deliver(*agent, 99, events(99, 2));
  const auto ids = stored_ids(rig.data());
  REQUIRE(ids.size() == 100);
  for (std::size_t i = 0; i < ids.size(); ++i) CHECK(ids[i] == event_id("net-1", 7, 1, i + 1));
  rig.wait([](const Snapshot& s) { return s.events_total == 100; });
  CHECK(must(must(store::Reader::open(rig.data()))->verify()).whole());
}

TEST_CASE("what several agents send at once is all stored, and fusion takes it in the order of the log") {
  Rig rig;
  rig.start();
  std::vector<std::unique_ptr<link::test::Client>> agents;
  for (int a = 0; a < 4; ++a) agents.push_back(rig.agent("net-" + std::to_string(a)));
  constexpr std::uint64_t kBatches = 40;
  for (std::uint64_t b = 0; b < kBatches; ++b)
    for (auto& agent : agents) agent->send(link::test::batch(b * 5 + 1, 5), encoded(events(b * 5 + 1, 5)));
  for (auto& agent : agents)
    for (std::uint64_t stored = 0; stored < kBatches * 5;) {
      const auto ack = agent->receive(LinkKind::ack);  // of one batch, or of several that follow each other
      REQUIRE(ack);
      stored += ack->count;
    }
  const auto snapshot = rig.wait([](const Snapshot& s) { return s.events_total == 4 * kBatches * 5; });
  CHECK(snapshot->health.fused_position == snapshot->health.log_position);
  CHECK(snapshot->agents.size() == 4);
  const auto ids = stored_ids(rig.data());
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 4 * kBatches * 5);
  CHECK(ids.size() == 4 * kBatches * 5);
}

TEST_CASE("a batch that cannot be read is stored, acknowledged and counted, and stops nobody") {
  Rig rig;
  rig.start();
  const auto agent = rig.agent("net-1");
  agent->send(link::test::batch(1, 3), "\xff\xff no batch");
  REQUIRE(agent->receive(LinkKind::ack));
  agent->send(link::test::batch(4, 9), encoded(events(4, 2)));  // says nine, holds two
  REQUIRE(agent->receive(LinkKind::ack));
  rig.deliver(*agent, 13, events(13, 1, "attack"));
  const auto snapshot = rig.wait([](const Snapshot& s) { return s.incidents.size() == 1; });
  REQUIRE(snapshot->agents.size() == 1);
  CHECK(snapshot->agents[0].refused_batches == 2);
  CHECK(snapshot->agents[0].problem == "it says 9 events and holds 2");
  CHECK(snapshot->health.refused_batches == 2);
  CHECK(snapshot->events_total == 1);
  CHECK(snapshot->agents[0].gap_events == 0);
  rig.stop();
  rig.start();
  CHECK(rig.engine().snapshot()->health.refused_batches == 2);
}

TEST_CASE("numbers that cannot be are neither stored nor acknowledged, and the next batch goes its way") {
  const link::test::Folder folder;
  const auto store = must(store::Store::open(folder.path() / "data"));
  engine::Intake intake;
  std::vector<std::uint64_t> acknowledged;
  std::vector<store::Record> handed_on;
  engine::Writer writer(*store, intake, {}, 0,
                        {.room = [] { return true; },
                         .hand_on =
                             [&](std::vector<store::Record>&& records) {
                               for (auto& r : records) handed_on.push_back(std::move(r));
                             },
                         .acknowledge =
                             [&](std::span<const link::Acknowledgement> all) {
                               for (const link::Acknowledgement& done : all) acknowledged.push_back(done.reply_to);
                             }});
  const auto offer = [&](std::uint8_t lane, std::uint64_t first, std::uint64_t reply_to) {
    link::ReceivedBatch batch;
    batch.origin = {"net-1", 7, lane, first};
    batch.count = 2;
    batch.payload = encoded(events(1, 2));
    batch.reply_to = reply_to;
    REQUIRE(intake.offer(batch));
  };
  offer(9, 1, 100);
  offer(1, 0, 101);
  offer(1, ~std::uint64_t{0}, 102);
  offer(1, 1, 103);
  intake.close();
  writer.run();
  writer.finish();
  CHECK(writer.refused() == 3);
  CHECK(acknowledged == std::vector<std::uint64_t>{103});
  CHECK(handed_on.size() == 1);
  CHECK(store->events() == 2);
  CHECK(must(must(store::Reader::open(folder.path() / "data"))->audit(0, INT64_MAX, 10)).size() == 3);
}

TEST_CASE("a given-up range is stored like a batch: durable, then acknowledged with its numbers") {
  const link::test::Folder folder;
  const auto store = must(store::Store::open(folder.path() / "data"));
  engine::Intake intake;
  std::vector<link::Acknowledgement> done;
  engine::Writer writer(*store, intake, {}, 0,
                        {.room = [] { return true; },
                         .hand_on = [](std::vector<store::Record>&&) {},
                         .acknowledge =
                             [&](std::span<const link::Acknowledgement> all) {
                               CHECK(store->stored("net-1").size() == 1);  // durable before it is said
                               done.assign(all.begin(), all.end());
                             }});
  const auto offer = [&](std::uint64_t first, std::uint64_t last) {
    link::ReceivedBatch range;
    range.origin = {"net-1", 7, 1, first};
    range.given_up_to = last;
    range.reason = "spool full";
    range.reply_to = 5;
    REQUIRE(intake.offer(range));
  };
  offer(1, 40);
  offer(9, 8);  // cannot be
  intake.close();
  writer.run();
  REQUIRE(done.size() == 1);
  CHECK(done[0].given_up_to == 40);
  CHECK(done[0].origin.first_sequence == 1);
  CHECK(done[0].reply_to == 5);
  CHECK(writer.refused() == 1);
  CHECK(store->stored("net-1") == std::vector<LaneStored>{{7, 1, 40}});
  CHECK(store->events() == 0);
}
