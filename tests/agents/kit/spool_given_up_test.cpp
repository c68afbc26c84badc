#include <algorithm>
#include <cerrno>

#include "agents/kit/spool/spool.hpp"
#include "memory_disk.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;
using test::MemoryDisk;

namespace {

constexpr std::int64_t kHours = 3600 * kSecond;

struct Bench {
  Bench() {
    options.directory = "/spool";
    options.limit_bytes = 80'000;
    options.disk = &disk;
    open();
  }
  void open() {
    spool.reset();
    Result<Spool> opened = Spool::open(options);
    if (!opened) FAIL(opened.error().text());
    spool.emplace(std::move(*opened));
    spool->keep_time(time);
  }
  void crash() {
    spool.reset();
    disk.restart_after_power_loss();
    open();
  }
  Result<void> add(std::uint8_t lane, std::uint32_t count, std::size_t bytes = 1000,
                   Spool::WhenNoRoom no_room = Spool::WhenNoRoom::refuse) {
    const std::string text(bytes, 'x');
    const BatchToSpool batch{lane, count, text};
    return spool->append({&batch, 1}, {}, no_room);
  }
  void pass(std::int64_t ns) {
    time = {time.now + ns, time.mono + ns};
    spool->keep_time(time);
  }
  [[nodiscard]] std::uint64_t first(std::uint8_t lane) {
    spool->rewind();
    StoredBatch batch;
    return spool->read(lane, batch) ? batch.first_sequence : 0;
  }
  [[nodiscard]] std::vector<std::string> ranges() const {
    std::vector<std::string> out;
    for (const GivenUpRange& r : spool->given_up())
      out.push_back(std::to_string(r.lane) + ":" + std::to_string(r.first) + "-" + std::to_string(r.last) + " " +
                    static_cast<char>(r.reason) + (r.settled ? " settled" : ""));
    return out;
  }
  using Ranges = std::vector<std::string>;

  MemoryDisk disk{1};
  SpoolOptions options;
  std::optional<Spool> spool;
  Moment time{1'800'000'000 * kSecond, 1'000 * kSecond};
};

}  // namespace

TEST_CASE("room is made in the bulk lane first, then in the normal one, never in life safety") {
  Bench bench;
  for (int i = 0; i < 20; ++i) {  // 22 kB a lane
    REQUIRE(bench.add(0, 1));
    REQUIRE(bench.add(1, 2));
    REQUIRE(bench.add(2, 3));
  }
  REQUIRE(bench.spool->make_room(20'000));
  CHECK(bench.spool->bytes() <= 60'000);
  CHECK(bench.first(0) == 1);
  CHECK(bench.first(1) == 1);
  CHECK(bench.first(2) > 1);
  const std::uint64_t gone = bench.first(2) - 1;
  CHECK(bench.ranges() == Bench::Ranges{"2:1-" + std::to_string(gone) + " f"});
  CHECK(bench.spool->gave_up() == gone);
  REQUIRE(bench.spool->make_room(45'000));
  CHECK(bench.first(2) == 0);
  CHECK(bench.first(1) > 1);
  CHECK_FALSE(bench.spool->make_room(79'000));
  CHECK(bench.first(1) == 0);
  CHECK(bench.first(0) == 1);
  // It goes on behind what was given up.
  REQUIRE(bench.add(1, 2));
  CHECK(bench.first(1) == 41);
  bench.crash();
  CHECK(bench.first(1) == 41);
  CHECK(bench.first(0) == 1);
  std::uint64_t recorded = 0;
  for (const GivenUpRange& r : bench.spool->given_up()) recorded += r.count();
  CHECK(recorded == 100);
  CHECK(bench.spool->lost() == 0);
}

TEST_CASE("what is older than the spool keeps events is given up, but for life safety") {
  Bench bench;
  bench.options.max_age = 80 * kHours;
  bench.open();
  for (int day = 0; day < 10; ++day) {
    for (std::uint8_t lane = 0; lane < 3; ++lane) REQUIRE(bench.add(lane, 1, 100));
    bench.pass(24 * kHours);
  }
  CHECK(bench.first(0) == 1);
  // Those of the last three days, and of the fourth what a segment spans.
  for (const std::uint8_t lane : {std::uint8_t{1}, std::uint8_t{2}}) {
    CHECK(bench.first(lane) >= 7);
    CHECK(bench.first(lane) <= 8);
  }
  const auto all = bench.ranges();
  CHECK(std::all_of(all.begin(), all.end(), [](const std::string& r) { return r.ends_with(" a"); }));
  // Idle days make no files.
  const std::size_t files = bench.disk.files("/spool").size();
  bench.pass(400 * kHours);
  bench.pass(400 * kHours);
  CHECK(bench.first(1) == 0);
  CHECK(bench.disk.files("/spool").size() <= files);
  CHECK(bench.first(0) == 1);
}

TEST_CASE("a clock that is set makes no event older") {
  Bench bench;
  bench.options.max_age = 24 * kHours;
  bench.time = {1000 * kSecond, 1'000 * kSecond};  // it was never set
  bench.open();
  REQUIRE(bench.add(1, 1, 100));
  bench.pass(5 * kHours);
  REQUIRE(bench.add(1, 1, 100));
  bench.time.now = 1'800'000'000 * kSecond;
  bench.pass(kHours);
  CHECK(bench.first(1) == 1);
  bench.open();  // and the next start does not either
  bench.pass(kHours);
  CHECK(bench.first(1) == 1);
  bench.pass(30 * kHours);
  bench.pass(30 * kHours);
  CHECK(bench.first(1) == 0);
}

TEST_CASE("on a full disk the oldest bulk events make room for what cannot wait") {
  Bench bench;
  for (int i = 0; i < 30; ++i) REQUIRE(bench.add(2, 1));
  bench.disk.room = bench.spool->bytes() + (1U << 20U) + 27'500;  // the reserve and the small files
  while (bench.add(2, 1)) {
  }
  const std::uint64_t last = bench.spool->next_sequence(2) - 1;
  CHECK(bench.ranges().empty());
  REQUIRE(bench.add(1, 1, 1000, Spool::WhenNoRoom::give_up));
  REQUIRE(bench.ranges().size() == 1);
  CHECK(bench.ranges().front().ends_with(" x"));
  CHECK(bench.first(2) > 1);
  CHECK(bench.first(2) <= last);
}

TEST_CASE("damage is declared as what it is, once") {
  Bench bench;
  for (int i = 1; i <= 5; ++i) REQUIRE(bench.add(1, 2, 100));
  const std::vector<std::string> files = bench.disk.files("/spool");
  const auto segment = std::find_if(files.begin(), files.end(), [](const auto& f) { return f.ends_with(".seg"); });
  bench.disk.damage(*segment, 40 + 64 + 30 + 2 * 164 + 100);  // in the third record
  bench.open();
  StoredBatch batch;
  while (bench.spool->read(1, batch)) {
  }
  CHECK(bench.ranges() == Bench::Ranges{"1:5-6 d"});
  CHECK(bench.spool->lost() == 2);
  bench.crash();
  while (bench.spool->read(1, batch)) {
  }
  CHECK(bench.ranges() == Bench::Ranges{"1:5-6 d"});
  CHECK(bench.spool->lost() == 0);
  bench.spool->settle(bench.spool->epoch(), 1, 5, 6);
  CHECK(bench.ranges() == Bench::Ranges{"1:5-6 d settled"});
  bench.open();
  while (bench.spool->read(1, batch)) {
  }
  CHECK(bench.ranges() == Bench::Ranges{"1:5-6 d settled"});
}

TEST_CASE("an engine that has part of a range settles that part, and what is settled is forgotten when it is done") {
  Bench bench;
  for (int i = 0; i < 60; ++i) REQUIRE(bench.add(2, 1));
  REQUIRE(bench.spool->make_room(80'000 - 20'000));
  const std::uint64_t gone = bench.first(2) - 1;
  REQUIRE(gone > 20);
  const std::uint64_t epoch = bench.spool->epoch();
  const spool::Position said{std::string(spool::kGivenUp), std::to_string(bench.spool->given_up().back().serial)};
  REQUIRE(bench.spool->append({}, {&said, 1}));
  bench.spool->settle(epoch + 1, 2, 1, gone);
  bench.spool->settle(epoch, 1, 1, gone);
  for (const GivenUpRange& r : bench.spool->given_up()) CHECK_FALSE(r.settled);
  bench.spool->settle(epoch, 2, 5, 8);
  std::uint64_t open = 0;
  for (const GivenUpRange& r : bench.spool->given_up())
    if (!r.settled) open += r.count();
  CHECK(open == gone - 4);
  bench.crash();
  bench.spool->settle(epoch, 2, 1, gone);
  CHECK(bench.ranges().empty());  // all before it is acknowledged: it cannot be met again
}

TEST_CASE("a range that was recorded and not removed is removed at the next start") {
  Bench bench;
  // The power goes at each of the operations of giving up one segment.
  for (std::uint64_t at = 0; at < 12; ++at) {
    for (int i = 0; i < 30; ++i) REQUIRE(bench.add(2, 1));
    const std::uint64_t before = bench.first(2);
    bench.disk.lose_power_at(bench.disk.operations() + at);
    try {
      (void)bench.spool->make_room(80'000 - bench.spool->bytes() + 1);
    } catch (const test::PowerLoss&) {
    }
    bench.crash();
    const std::uint64_t after = bench.first(2);
    std::uint64_t recorded = 0;
    for (const GivenUpRange& r : bench.spool->given_up()) recorded += r.count();
    CHECK(recorded == after - 1);
    CHECK(after >= before);
  }
  CHECK(bench.spool->lost() == 0);
}
