#include "console/engine/clock_watch.hpp"

#include <fstream>

#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::engine;

namespace {

/// A clock that the test sets, looked at once a second.
struct Bench {
  ClockReading reading{1'790'000'000 * kSecond, 5000 * kSecond, std::nullopt};
  std::vector<std::int64_t> skews;
  ClockWatch watch{0};
  /// Seconds pass; `set` is what somebody added to the clock in the last of them.
  void pass(std::int64_t seconds, std::int64_t set = 0) {
    for (std::int64_t i = 0; i < seconds; ++i) {
      reading.utc += kSecond + (i + 1 == seconds ? set : 0);
      reading.boot += kSecond;
      watch.look(reading, skews);
    }
  }
};

}  // namespace

TEST_CASE(
    "a clock that is set is an alarm for a while, forward and back, and slewing and a sleeping machine are none") {
  Bench bench;
  bench.pass(10);
  CHECK(bench.watch.problem().empty());
  bench.reading.utc += 1'900 * kMillisecond;  // a second that was read late
  bench.pass(1);
  CHECK(bench.watch.problem().empty());
  bench.reading.utc += 8 * kHour;  // the machine slept: both clocks went on
  bench.reading.boot += 8 * kHour;
  bench.pass(1);
  CHECK(bench.watch.problem().empty());
  bench.pass(1, -3 * kHour);
  CHECK(bench.watch.problem().find("the engine's clock was set back by 3 h at 2026-") == 0);
  CHECK(bench.watch.take_news().size() == 1);
  bench.pass(5);
  CHECK(bench.watch.take_news().empty());
  bench.pass(1, 3 * kMinute);
  CHECK(bench.watch.problem().find("set forward by 3 min") != std::string::npos);
  CHECK(bench.watch.take_news().size() == 1);
  bench.pass(14 * 60);
  CHECK_FALSE(bench.watch.problem().empty());
  bench.pass(2 * 60);
  CHECK(bench.watch.problem().empty());
}

TEST_CASE("a clock that is years off says so from the first look until it is set") {
  Bench bench;
  bench.reading.utc = 12 * kSecond;
  bench.watch.look(bench.reading, {});
  CHECK(bench.watch.problem() == "the engine's clock says 1970-01-01T00:00:12Z; set it");
  CHECK(bench.watch.take_news().size() == 1);
  Bench behind;
  behind.watch = ClockWatch(behind.reading.utc + 2 * kDay);
  behind.watch.look(behind.reading, {});
  CHECK(behind.watch.problem().find("and its newest record is of 2026-") != std::string::npos);
  behind.reading.utc += 3 * kDay;
  behind.reading.boot += 3 * kDay;
  behind.watch.look(behind.reading, {});
  CHECK(behind.watch.problem().empty());
}

TEST_CASE("a time service that is not in step for ten minutes is an alarm, and none where it does not run") {
  Bench bench;
  bench.reading.synchronised = false;
  bench.pass(10 * 60);
  CHECK(bench.watch.problem().empty());
  bench.pass(10);
  CHECK(bench.watch.problem().find("systemd-timesyncd runs and is not in step") == 0);
  bench.reading.synchronised = true;
  bench.pass(1);
  CHECK(bench.watch.problem().empty());
  CHECK(bench.watch.take_news().size() == 1);

  const link::test::Folder folder;
  CHECK_FALSE(read_clock(folder.path() / "none").value().synchronised.has_value());
  CHECK_FALSE(read_clock(folder.path()).value().synchronised.value());
  std::ofstream(folder.path() / "synchronized") << "";
  CHECK(read_clock(folder.path()).value().synchronised.value());
}

TEST_CASE("when most agents' clocks agree on another time, it is the engine's that may be wrong") {
  Bench bench;
  bench.skews = {5 * kMinute, 5 * kMinute};
  bench.pass(5);
  CHECK(bench.watch.problem().empty());  // two are not enough to say who is wrong
  bench.skews = {5 * kMinute, 5 * kMinute, -kSecond, 5 * kMinute, 6 * kMinute};
  bench.pass(5);
  CHECK(bench.watch.problem() == "the clocks of most agents are 5 min ahead of the engine's: its own may be wrong");
  CHECK(bench.watch.take_news().size() == 1);
  bench.skews = {5 * kMinute, 0, -kSecond, 0};
  bench.pass(1);
  CHECK(bench.watch.problem().empty());
}
