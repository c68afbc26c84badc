#include <sqlite3.h>

#include "console/engine/intake.hpp"
#include "tests/console/engine/rig.hpp"
#include "tests/console/store/fault_vfs.hpp"

using namespace wf;
using namespace wf::engine::test;
using store::test::FaultVfs;

TEST_CASE("on a full disk nothing is acknowledged and the picture says so; with room again nothing was lost") {
  FaultVfs faults;
  Rig rig;
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, events(1, 5));
  faults.fail_after(0, SQLITE_FULL);
  agent->send(link::test::batch(6, 5), encoded(events(6, 5, "attack")));
  const auto bad = rig.wait([](const Snapshot& s) { return !s.health.problem.empty(); });
  CHECK(bad->health.problem.find("the disk is full") != std::string::npos);
  CHECK(bad->events_total == 5);
  Command note;
  note.incidents = {1};
  note.text = "x";
  const CommandReply refused = rig.command(note);
  CHECK_FALSE(refused.accepted);
  CHECK(refused.message.find("Not stored: ") == 0);
  faults.heal();
  const auto ack = agent->receive(LinkKind::ack);
  REQUIRE(ack);
  CHECK(ack->first_sequence == 6);
  const auto good = rig.wait([](const Snapshot& s) { return s.health.problem.empty() && s.events_total == 10; });
  CHECK(good->incidents.size() == 1);
  rig.stop();
  const auto reader = must(store::Reader::open(rig.data()));
  CHECK(must(reader->verify()).events == 10);
  CHECK(must(reader->verify()).whole());
}

TEST_CASE("an engine that is stopped on a full disk ends at once, and its agents send again what it did not store") {
  FaultVfs faults;
  Rig rig;
  rig.start();
  {
    const auto agent = rig.agent("net-1");
    faults.fail_after(0, SQLITE_FULL);
    agent->send(link::test::batch(1, 5), encoded(events(1, 5)));
    rig.wait([](const Snapshot& s) { return !s.health.problem.empty(); });
    rig.stop();
  }
  faults.heal();
  rig.start();
  LinkMessage welcome;
  const auto agent = rig.agent("net-1", &welcome);
  CHECK(welcome.stored.empty());
  rig.deliver(*agent, 1, events(1, 5));
  rig.wait([](const Snapshot& s) { return s.events_total == 5; });
}

TEST_CASE("a full intake takes no more batches until there is room, and loses none") {
  engine::Intake intake;
  link::ReceivedBatch batch;
  batch.payload.assign(engine::Intake::kMostBytes / 4, 'x');
  std::size_t taken = 0;
  for (;; ++taken) {
    link::ReceivedBatch next = batch;
    next.origin.first_sequence = taken + 1;
    if (!intake.offer(next)) {
      CHECK(next.payload.size() == batch.payload.size());  // the caller keeps what was not taken
      break;
    }
  }
  CHECK(taken == 4);
  engine::Intake::Haul haul;
  CHECK(intake.take(haul, engine::Intake::Batches::none, 10, std::chrono::seconds(0)));
  CHECK(haul.batches.empty());
  CHECK(intake.take(haul, engine::Intake::Batches::all, 3, std::chrono::seconds(0)));
  REQUIRE(haul.batches.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(haul.batches[i].origin.first_sequence == i + 1);
  CHECK(intake.offer(batch));
  intake.close();
  CHECK_FALSE(intake.offer(batch));
  haul.batches.clear();
  CHECK(intake.take(haul, engine::Intake::Batches::all, 10, std::chrono::seconds(0)));
  CHECK(haul.batches.size() == 2);
  haul.batches.clear();
  CHECK_FALSE(intake.take(haul, engine::Intake::Batches::all, 10, std::chrono::seconds(0)));
}

TEST_CASE("a flood larger than every queue is held back by the link and comes through whole") {
  Rig rig;
  rig.start();
  const auto agent = rig.agent("net-1");
  // 300 batches of half a megabyte, far more than the intake holds; the agent keeps to its window.
  std::vector<Event> big = events(1, 16);
  for (Event& e : big) e.add("filler", std::string(32U << 10U, 'f'));
  std::uint64_t sent = 0, acknowledged = 0;
  while (acknowledged < 300) {
    while (sent < 300 && sent - acknowledged < 64) {
      agent->send(link::test::batch(sent * 16 + 1, 16), encoded(big));
      ++sent;
    }
    const auto ack = agent->receive(LinkKind::ack);  // of one batch, or of several that follow each other
    REQUIRE(ack);
    acknowledged += ack->count / 16;
  }
  rig.wait([](const Snapshot& s) { return s.events_total == 300 * 16; });
}

TEST_CASE("in the intake a flood stands in its own way, and in nobody else's") {
  using Batches = engine::Intake::Batches;
  engine::Intake intake;
  const auto offer = [&](const std::string& agent, std::size_t bytes) {
    link::ReceivedBatch batch;
    batch.origin.agent = agent;
    batch.payload.assign(bytes, 'x');
    return intake.offer(batch);
  };
  const auto count = [](const engine::Intake::Haul& haul, const std::string& agent) {
    return std::count_if(haul.batches.begin(), haul.batches.end(),
                         [&](const link::ReceivedBatch& batch) { return batch.origin.agent == agent; });
  };
  while (offer("flood", 64U << 10U)) {
  }
  // There is room for one that has nothing in it, and its turn comes with the next transaction.
  CHECK(offer("honest", 500));
  engine::Intake::Haul haul;
  CHECK(intake.take(haul, Batches::all, 512, std::chrono::seconds(0)));
  CHECK(count(haul, "honest") == 1);
  haul.batches.clear();
  // While others send, all who send much have no more of a transaction than the writer says.
  CHECK(intake.take(haul, Batches::all, 512, std::chrono::seconds(0), 512U << 10U));
  CHECK(count(haul, "flood") == 8);
  haul.batches.clear();
  // Beside what may not wait it is little.
  CHECK(offer("honest", 500));
  CHECK(intake.take(haul, Batches::all, 512, std::chrono::seconds(0), 512U << 10U));
  CHECK(count(haul, "honest") == 1);
  CHECK(count(haul, "flood") == 4);
  haul.batches.clear();
  // Where there is room for agents only that send little, the flood waits.
  CHECK(offer("honest", 500));
  CHECK(intake.take(haul, Batches::quiet, 512, std::chrono::seconds(0)));
  CHECK(count(haul, "honest") == 1);
  CHECK(count(haul, "flood") == 0);
}

TEST_CASE("life safety goes before all else in the intake, also of the agent that floods it") {
  using Batches = engine::Intake::Batches;
  engine::Intake intake;
  std::uint64_t numbers = 0;
  const auto offer = [&](const std::string& agent, std::uint8_t lane, std::size_t bytes) {
    link::ReceivedBatch batch;
    batch.origin = {agent, 7, lane, ++numbers};
    batch.payload.assign(bytes, 'x');
    return intake.offer(batch);
  };
  while (offer("flood", 1, 64U << 10U)) {
  }
  CHECK(offer("honest", 1, 500));
  CHECK(offer("flood", 0, 500));
  engine::Intake::Haul haul;
  CHECK(intake.take(haul, Batches::quiet, 512, std::chrono::seconds(0)));
  // The flood sent little until now: its first batch of the second is no flood yet.
  REQUIRE(haul.batches.size() == 3);
  CHECK(haul.batches[0].origin.lane == 0);
  CHECK(std::any_of(haul.batches.begin(), haul.batches.end(),
                    [](const link::ReceivedBatch& batch) { return batch.origin.agent == "honest"; }));
}

TEST_CASE("what is called life safety and is megabytes a second has its turns as everybody has") {
  engine::Intake intake;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    link::ReceivedBatch batch;
    batch.origin = {"flood", 7, 0, i};
    batch.payload.assign(64U << 10U, 'x');
    REQUIRE(intake.offer(batch));
  }
  engine::Intake::Haul haul;
  CHECK(intake.take(haul, engine::Intake::Batches::quiet, 512, std::chrono::seconds(0)));
  CHECK(haul.batches.size() == 16);
}
