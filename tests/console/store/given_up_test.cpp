#include "console/store/given_up.hpp"

#include <map>
#include <random>
#include <set>

#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

GivenUp given(std::uint64_t first, std::uint64_t last, std::string reason = "spool full", std::uint8_t lane = 1) {
  return {"net-1", 7, lane, first, last, 5000, std::move(reason), false};
}

void give_up(Store& store, std::vector<GivenUp> ranges) {
  Commit commit;
  commit.given_up = std::move(ranges);
  must(store.commit(commit));
}

void append(Store& store, Record record) {
  std::vector<Record> records = {std::move(record)};
  must(store.append(records));
}

/// The only lane with that number, as the store accounts for it.
LaneAccount account(const Store& store, std::uint8_t lane = 1) {
  for (const LaneAccount& a : store.accounts())
    if (a.lane == lane) return a;
  return {};
}

VerifyReport verified(const std::filesystem::path& data) { return must(must(Reader::open(data))->verify()); }

}  // namespace

TEST_CASE("what an agent gave up is accounted for, is no gap, and verify says it without failing") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  append(*store, batch("net-1", 7, 1, 1, 119));
  append(*store, batch("net-1", 7, 1, 189, 12));
  CHECK(account(*store).missing == 69);
  CHECK(verified(dir / "data").gaps == std::vector<std::string>{"net-1 epoch 7 lane 1: 120–188 missing (69 events)"});
  give_up(*store, {given(120, 188)});
  CHECK(store->stored("net-1") == std::vector<LaneStored>{{7, 1, 200}});
  CHECK(account(*store).missing == 0);
  CHECK(account(*store).given_up == 69);
  REQUIRE(account(*store).given_ranges.size() == 1);
  CHECK(account(*store).given_ranges[0].reason == "spool full");
  const VerifyReport report = verified(dir / "data");
  CHECK(report.whole());
  CHECK(report.given_up == std::vector<std::string>{"net-1 epoch 7 lane 1: 120–188 (69 events): spool full"});
}

TEST_CASE("a range that came after all closes by itself, in part and in whole") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  give_up(*store, {given(1, 10)});
  CHECK(store->stored("net-1") == std::vector<LaneStored>{{7, 1, 10}});
  append(*store, batch("net-1", 7, 1, 4, 3));
  CHECK(account(*store).given_up == 7);
  CHECK(store->stored("net-1") == std::vector<LaneStored>{{7, 1, 10}});
  CHECK(verified(dir / "data").given_up.size() == 2);
  append(*store, batch("net-1", 7, 1, 1, 10));
  CHECK(account(*store).given_up == 0);
  CHECK(verified(dir / "data").given_up.empty());
  CHECK(all_ids(dir / "data").size() == 10);
}

TEST_CASE("ranges that touch and have one reason are one; another reason is another") {
  const Scratch dir;
  {
    const auto store = must(Store::open(dir / "data"));
    give_up(*store, {given(1, 5), given(6, 9)});
    give_up(*store, {given(10, 12)});
    give_up(*store, {given(13, 20, "too old")});
    give_up(*store, {given(1, 20, "said again")});
  }
  CHECK(verified(dir / "data").given_up ==
        std::vector<std::string>{"net-1 epoch 7 lane 1: 1–12 (12 events): spool full",
                                 "net-1 epoch 7 lane 1: 13–20 (8 events): too old"});
}

TEST_CASE("a lane with too many separate ranges takes no more of them") {
  GivenUpRanges ranges;
  for (std::uint64_t i = 0; i < GivenUpRanges::kMostRows; ++i) ranges.put(2 * i + 1, {2 * i + 1, 0, "x"});
  CHECK(ranges.rows().size() == GivenUpRanges::kMostRows);
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  Commit commit;
  for (std::uint64_t i = 0; i <= GivenUpRanges::kMostRows; ++i) commit.given_up.push_back(given(2 * i + 1, 2 * i + 1));
  must(store->commit(commit));
  CHECK_FALSE(commit.given_up[GivenUpRanges::kMostRows - 1].refused);
  CHECK(commit.given_up.back().refused);
}

TEST_CASE("an enormous range is a number like any other") {
  const Scratch dir;
  const std::uint64_t far = std::uint64_t{1} << 60U;
  {
    const auto store = must(Store::open(dir / "data"));
    give_up(*store, {given(1, far)});
    append(*store, batch("net-1", 7, 1, 1, 10));
    CHECK(account(*store).given_up == far - 10);
    CHECK(account(*store).missing == 0);
  }
  const auto store = must(Store::open(dir / "data"));
  CHECK(store->stored("net-1") == std::vector<LaneStored>{{7, 1, far}});
  append(*store, batch("net-1", 7, 1, 11, 10));
  CHECK(account(*store).given_up == far - 20);
}

TEST_CASE("batches and given-up ranges in any order agree with plain sets of numbers, also after a restart") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const Scratch dir;
    auto store = must(Store::open(dir / "data"));
    std::set<std::uint64_t> stored;
    std::map<std::uint64_t, std::string> given_up;  // the reason that was said first
    for (int i = 0; i < 40; ++i) {
      const std::uint64_t first = random() % 100 + 1;
      const std::uint64_t last = first + random() % 15;
      if (random() % 2 == 0) {
        append(*store, batch("net-1", 7, 1, first, static_cast<std::uint32_t>(last - first + 1)));
        for (std::uint64_t n = first; n <= last; ++n) stored.insert(n);
      } else {
        const std::string reason = random() % 2 == 0 ? "spool full" : "too old";
        give_up(*store, {given(first, last, reason)});
        for (std::uint64_t n = first; n <= last; ++n)
          if (!stored.contains(n)) given_up.emplace(n, reason);
      }
      if (random() % 10 == 0) {
        store.reset();
        store = must(Store::open(dir / "data"));
      }
      std::set<std::uint64_t> missing, open;
      std::uint64_t highest = stored.empty() ? 0 : *stored.rbegin();
      if (!given_up.empty()) highest = std::max(highest, given_up.rbegin()->first);
      for (std::uint64_t n = 1; n <= highest; ++n) {
        if (stored.contains(n)) continue;
        (given_up.contains(n) ? open : missing).insert(n);
      }
      std::uint64_t whole = 0;
      while (whole < highest && !missing.contains(whole + 1)) ++whole;
      const LaneAccount now = account(*store);
      REQUIRE(now.missing == missing.size());
      REQUIRE(now.given_up == open.size());
      std::set<std::uint64_t> shown_missing, shown_open;
      for (const LaneAccount::Part& part : now.gaps)
        for (std::uint64_t n = part.first; n <= part.last; ++n) shown_missing.insert(n);
      for (const LaneAccount::Part& part : now.given_ranges)
        for (std::uint64_t n = part.first; n <= part.last; ++n) {
          shown_open.insert(n);
          REQUIRE(part.reason == given_up.at(n));
        }
      REQUIRE(shown_missing == missing);
      REQUIRE(shown_open == open);
      if (highest > 0) REQUIRE(store->stored("net-1").at(0).sequence == whole);
    }
    const VerifyReport report = verified(dir / "data");
    CHECK(report.damages.empty());
    CHECK(report.events == stored.size());
    CHECK(report.gaps.empty() == (account(*store).missing == 0));
  }
}

TEST_CASE("a batch to compare whose numbers hold other events is in conflict; the same events are known") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  append(*store, batch("net-1", 7, 1, 1, 10));
  Record other = batch("net-1", 7, 1, 101, 10);  // other events…
  other.origin.first_sequence = 5;               // …under numbers of which six are stored
  other.compare = true;
  std::vector<Record> records = {other};
  must(store->append(records));
  CHECK(records[0].conflict);
  CHECK(records[0].count == 0);
  CHECK(store->events() == 10);

  Record same = batch("net-1", 7, 1, 3, 12);
  same.compare = true;
  records = {same};
  must(store->append(records));
  CHECK_FALSE(records[0].conflict);
  CHECK(records[0].count == 4);
  CHECK(store->events() == 14);

  // What the link wrote itself differs in time only.
  Record claim = batch("net-1", 7, 2, 1, 1);
  Event said;
  said.kind = "link.claim";
  said.time = 1;
  BatchEncoder().encode(std::vector<Event>{said}, claim.payload);
  append(*store, claim);
  said.time = 2;
  BatchEncoder().encode(std::vector<Event>{said}, claim.payload);
  claim.compare = true;
  records = {claim};
  must(store->append(records));
  CHECK_FALSE(records[0].conflict);

  // Two copies in one transaction.
  Record mine = batch("net-1", 7, 1, 15, 3);
  Record theirs = batch("net-1", 7, 1, 200, 3);
  theirs.origin.first_sequence = 16;
  mine.compare = theirs.compare = true;
  records = {mine, theirs};
  must(store->append(records));
  CHECK_FALSE(records[0].conflict);
  CHECK(records[1].conflict);

  // Without being asked to compare nothing is read again.
  other.compare = false;
  other.count = 6;
  records = {other};
  CHECK(store->append(records).ok());
  CHECK_FALSE(records[0].conflict);
}

TEST_CASE("a lease is durable with the transaction that names it, and the newest counts") {
  const Scratch dir;
  {
    const auto store = must(Store::open(dir / "data"));
    Commit commit;
    commit.records = {batch("net-1", 7, 1, 1, 1)};
    commit.leases = {{"net-1", 7, std::string("a\0b", 3), 1}, {"door-1", 9, "other", 1}};
    must(store->commit(commit));
    Commit later;
    later.leases = {{"net-1", 7, std::string("c\0d", 3), 2}};
    must(store->commit(later));
    CHECK(store->lease("net-1", 7) == std::string("c\0d", 3));
  }
  const auto store = must(Store::open(dir / "data"));
  CHECK(store->lease("net-1", 7) == std::string("c\0d", 3));
  CHECK(store->lease("door-1", 9) == "other");
  CHECK(store->lease("door-1", 7).empty());
}
