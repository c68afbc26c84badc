#include <random>
#include <set>

#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

TEST_CASE("records get positions without holes and come back as they were stored") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  std::vector<Record> records = {batch("net-1", 7, 1, 1, 3), {}, {}};
  records[1].kind = RecordKind::command;
  records[1].time = 5;
  records[1].payload = std::string("ack\0it", 6);
  records[2].kind = RecordKind::tick;
  records[2].time = 6;
  must(store->append(records));
  CHECK(records[0].position == 1);
  CHECK(records[1].position == 2);
  CHECK(records[2].position == 3);
  CHECK(store->events() == 3);

  const std::vector<Record> back = all_records(dir / "data");
  REQUIRE(back.size() == 3);
  CHECK(back[0].origin.agent == "net-1");
  CHECK(back[0].origin.epoch == 7);
  CHECK(back[0].origin.lane == 1);
  CHECK(back[0].origin.first_sequence == 1);
  CHECK(back[0].count == 3);
  CHECK(back[0].min_time == time_of(1));
  CHECK(back[0].max_time == time_of(3));
  CHECK(back[0].payload == records[0].payload);
  CHECK(back[1].kind == RecordKind::command);
  CHECK(back[1].payload == records[1].payload);
  CHECK(back[2].kind == RecordKind::tick);
  CHECK(back[2].time == 6);
  CHECK(all_records(dir / "data", 2).size() == 1);
}

TEST_CASE("a batch that is stored already is not stored again") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  std::vector<Record> first = {batch("net-1", 7, 1, 1, 4), batch("net-1", 7, 1, 1, 4)};
  must(store->append(first));
  CHECK(first[0].position == 1);
  CHECK(first[1].position == 0);
  CHECK(first[1].count == 0);
  CHECK(first[1].payload.empty());
  std::vector<Record> again = {batch("net-1", 7, 1, 1, 4)};
  must(store->append(again));
  CHECK(again[0].count == 0);
  CHECK(store->events() == 4);
  CHECK(all_ids(dir / "data").size() == 4);
}

TEST_CASE("epochs, lanes and agents count apart, and the largest epoch is kept") {
  const Scratch dir;
  const std::uint64_t large = ~std::uint64_t{0};
  {
    const auto store = must(Store::open(dir / "data"));
    std::vector<Record> records = {batch("a", 1, 1, 1, 2), batch("a", large, 1, 1, 3), batch("a", 1, 0, 1, 4),
                                   batch("b", 1, 1, 1, 5), batch("a", 1, 2, 2, 1)};
    must(store->append(records));
    CHECK(store->events() == 15);
  }
  const auto store = must(Store::open(dir / "data"));
  CHECK(store->events() == 15);
  const std::vector<LaneStored> of_a = store->stored("a");
  const std::vector<LaneStored> expected = {{1, 0, 4}, {1, 1, 2}, {1, 2, 0}, {large, 1, 3}};
  CHECK(of_a == expected);
  CHECK(store->stored("nobody").empty());
  CHECK(store->ledger().size() == 5);
}

TEST_CASE("the new parts of an overlapping batch are cut out, the further ones behind the caller's records") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  std::vector<Record> known = {batch("a", 1, 1, 3, 2), batch("a", 1, 1, 8, 1)};
  must(store->append(known));
  std::vector<Record> records = {batch("a", 1, 1, 1, 10), batch("b", 1, 1, 1, 1)};
  must(store->append(records));
  REQUIRE(records.size() == 4);
  CHECK(records[0].origin.first_sequence == 1);
  CHECK(records[0].count == 2);
  CHECK(records[0].min_time == time_of(1));
  CHECK(records[0].max_time == time_of(2));
  CHECK(records[1].origin.agent == "b");
  CHECK(records[2].origin.first_sequence == 5);
  CHECK(records[2].count == 3);
  CHECK(records[3].origin.first_sequence == 9);
  CHECK(records[3].count == 2);
  for (std::size_t i = 0; i < 4; ++i) CHECK(records[i].position == 3 + i);
  CHECK(store->stored("a") == std::vector<LaneStored>{{1, 1, 10}});
  CHECK(store->ledger().size() == 2);
  CHECK(all_ids(dir / "data").size() == 11);
  CHECK(must(must(Reader::open(dir / "data"))->verify()).whole());
}

TEST_CASE("a batch that has to be cut and cannot be read is kept as it came, under the new numbers") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  std::vector<Record> known = {batch("a", 1, 1, 1, 2)};
  must(store->append(known));
  std::vector<Record> records = {batch("a", 1, 1, 1, 4), batch("b", 1, 1, 1, 1)};
  records[0].payload = "\xff\xff not a batch";
  must(store->append(records));
  CHECK(records[0].origin.first_sequence == 3);
  CHECK(records[0].count == 2);
  CHECK(records[0].position == 2);
  CHECK(records[1].position == 3);
  CHECK(store->stored("a") == std::vector<LaneStored>{{1, 1, 4}});
  CHECK(all_records(dir / "data", 1)[0].payload == "\xff\xff not a batch");
  const VerifyReport report = must(must(Reader::open(dir / "data"))->verify());
  CHECK(report.gaps.empty());
  CHECK_FALSE(report.damages.empty());  // whoever sent it: what cannot be read is said
}

TEST_CASE("numbers that cannot be are refused, and nothing of the call is stored") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  for (int wrong = 0; wrong < 4; ++wrong) {
    std::vector<Record> records = {batch("a", 1, 1, 1, 2), batch("a", 1, 1, 3, 2)};
    if (wrong == 0) records[1].origin.first_sequence = 0;
    if (wrong == 1) records[1].origin.lane = 3;
    if (wrong == 2) records[1].origin.first_sequence = ~std::uint64_t{0} - 1;
    if (wrong == 3) records[1].origin.agent.clear();
    const Result<void> done = store->append(records);
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().what.find("a batch cannot have") == 0);
    CHECK(records[0].position == 0);
  }
  CHECK(store->events() == 0);
  CHECK(all_records(dir / "data").empty());
}

TEST_CASE("any overlapping batches in any order store every number exactly once") {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::uint64_t n) { return random() % n; };
    const Scratch dir;
    std::set<std::string> expected;
    auto store = must(Store::open(dir / "data"));
    for (int round = 0; round < 60; ++round) {
      if (pick(15) == 0) {
        store.reset();
        store = must(Store::open(dir / "data"));
      }
      std::vector<Record> records;
      std::uint64_t fresh = 0;
      for (std::uint64_t n = pick(5) + 1; n > 0; --n) {
        const std::string agent = pick(2) == 0 ? "a" : "b";
        const std::uint64_t epoch = pick(2) + 1;
        const auto lane = static_cast<std::uint8_t>(pick(3));
        const std::uint64_t first = pick(150) + 1;
        const auto count = static_cast<std::uint32_t>(pick(20) + 1);
        records.push_back(batch(agent, epoch, lane, first, count));
        for (std::uint64_t k = first; k < first + count; ++k)
          fresh += expected.insert(event_id(agent, epoch, lane, k)).second ? 1 : 0;
      }
      must(store->append(records));
      std::uint64_t stored = 0;
      for (const Record& r : records) stored += r.count;
      REQUIRE(stored == fresh);
      REQUIRE(store->events() == expected.size());
    }
    const std::vector<std::string> ids = all_ids(dir / "data");
    CHECK(ids.size() == expected.size());
    CHECK(std::set<std::string>(ids.begin(), ids.end()) == expected);
    CHECK(must(must(Reader::open(dir / "data"))->verify()).damages.empty());
    store.reset();
    store = must(Store::open(dir / "data"));
    CHECK(store->events() == expected.size());
  }
}
