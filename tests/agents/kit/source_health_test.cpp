#include "agents/kit/source_health.hpp"

#include <stdlib.h>
#include <time.h>

#include <functional>
#include <random>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

/// Hours are this machine's; in tests they are UTC's.
struct Utc {
  Utc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  ~Utc() {
    ::unsetenv("TZ");
    ::tzset();
  }
};

/// Monday 2026-03-02, 00:00.
const UtcNs kMonday = utc_from_civil(2026, 3, 2, 0, 0, 0);

struct Watched {
  Utc utc;
  SourceHealth health;
  SourceStatus status;
  std::int64_t ahead = 0;
  UtcNs now = kMonday;
  std::vector<std::string> told;  ///< each problem once

  /// Minute by minute until `end`; `comes` says whether a record comes in this one.
  void until(UtcNs end, const std::function<bool(UtcNs)>& comes) {
    for (; now < end; now += kMinute) {
      if (comes(now)) ++status.read, ++status.events;
      health.look(status, ahead, now);
      if (!health.problem().empty() && (told.empty() || told.back() != health.problem()))
        told.push_back(health.problem());
    }
  }
};

int hour_of(UtcNs now) { return static_cast<int>(now / kHour % 24); }
bool weekend(UtcNs now) { return (now - kMonday) / kDay % 7 >= 5; }

/// Every five minutes by day on weekdays, once an hour at night, nothing at weekends.
bool office(UtcNs now) {
  if (weekend(now)) return false;
  const int hour = hour_of(now);
  const std::int64_t minute = now / kMinute % 60;
  return hour >= 8 && hour < 18 ? minute % 5 == 0 : minute == 30;
}

}  // namespace

TEST_CASE("a source that does as it always does is left in peace, for weeks") {
  Watched w;
  w.until(kMonday + 28 * kDay, office);
  CHECK(w.told.empty());
}

TEST_CASE("silence is told by the hour's own habit, explained, and over when something comes") {
  Watched w;
  w.until(kMonday + 14 * kDay, office);
  // Monday, the source dies at 10:00.
  w.until(kMonday + 14 * kDay + 10 * kHour, office);
  w.until(kMonday + 14 * kDay + 10 * kHour + 4 * kMinute, [](UtcNs) { return false; });
  CHECK(w.health.problem().empty());
  CHECK(w.health.due() < w.now + 10 * kMinute);
  w.until(kMonday + 14 * kDay + 10 * kHour + 30 * kMinute, [](UtcNs) { return false; });
  REQUIRE(w.told.size() == 2);  // the second after twice as long
  CHECK(w.told[0] ==
        "silent for over 10 min; between 10 and 11 o'clock on weekdays it was never silent for more than 5 min in 10 "
        "days");
  w.until(w.now + kMinute, [](UtcNs) { return true; });
  CHECK(w.health.problem().empty());
  // The same silence at night is usual.
  w.told.clear();
  w.until(kMonday + 14 * kDay + 22 * kHour, office);
  w.until(kMonday + 14 * kDay + 22 * kHour + 50 * kMinute, [](UtcNs) { return false; });
  CHECK(w.told.empty());
}

TEST_CASE(
    "an hour in which often nothing comes has no usual silence, and the first busy hour does not count the night") {
  Watched w;
  const auto by_day = [](UtcNs now) { return hour_of(now) >= 8 && hour_of(now) < 18 && now / kMinute % 5 == 0; };
  w.until(kMonday + 21 * kDay, by_day);
  CHECK(w.told.empty());
  w.until(kMonday + 21 * kDay + 8 * kHour + 9 * kMinute, [](UtcNs) { return false; });
  CHECK(w.told.empty());
  w.until(kMonday + 21 * kDay + 8 * kHour + 12 * kMinute, [](UtcNs) { return false; });
  CHECK(w.told.size() == 1);
}

TEST_CASE("nothing is told before four such days, and what was learned outlives a restart") {
  Watched w;
  w.until(kMonday + 2 * kDay, office);
  w.until(kMonday + 2 * kDay + 14 * kHour, [](UtcNs) { return false; });
  CHECK(w.told.empty());
  Watched learned;
  learned.until(kMonday + 8 * kDay, office);
  CHECK(learned.health.learned());
  CHECK_FALSE(learned.health.learned());
  Watched after;
  after.health = SourceHealth(learned.health.kept());
  CHECK(after.health.kept() == learned.health.kept());
  after.now = kMonday + 8 * kDay + 9 * kHour;
  after.until(after.now + kHour, [](UtcNs) { return false; });
  REQUIRE_FALSE(after.told.empty());
  CHECK(after.told[0].find("in 6 days") != std::string::npos);
  for (const char* damaged : {"", "2 0", "1 0 3 1", "1 x", "1 1001 99999999999999999999"})
    CHECK(SourceHealth(damaged).kept() == SourceHealth().kept());
}

TEST_CASE("clocks that jump teach nothing and tell nothing") {
  Watched w;
  w.until(kMonday + 10 * kDay, office);
  w.now += kDay + 10 * kHour;  // slept until Friday, ten o'clock
  w.health.look(w.status, 0, w.now);
  CHECK(w.health.problem().find("silent") != std::string::npos);  // it was, as far as anybody knows
  ++w.status.read;
  w.health.look(w.status, 0, w.now);
  CHECK(w.health.problem().empty());
  w.told.clear();
  w.now -= 30 * kDay;  // set back
  w.until(w.now + 2 * kDay, office);
  CHECK(w.told.empty());
}

TEST_CASE("a format that drifted is told with its share and an example") {
  Watched w;
  const auto records = [&](int good, int bad) {
    w.status.read += static_cast<std::uint64_t>(good + bad);
    w.status.refused += static_cast<std::uint64_t>(bad);
    w.status.problem = "eve.json:7: not a JSON object";
    w.health.look(w.status, 0, w.now += kSecond);
  };
  for (int n = 0; n < 20; ++n) records(98, 2);
  CHECK(w.health.problem().empty());
  records(12, 13);  // few records, but most of them
  CHECK(w.health.problem() ==
        "52 % of the last 25 records cannot be read, usually 2 %: its format has changed, or its time zone; the last: "
        "eve.json:7: not a JSON object");
  records(196, 4);
  CHECK(w.health.problem().empty());
  // One that was never better is not a change.
  Watched bad;
  bad.status.problem = "x";
  for (int n = 0; n < 12; ++n) {
    bad.status.read += 200;
    bad.status.refused += 30;
    bad.health.look(bad.status, 0, bad.now += kSecond);
  }
  CHECK(bad.health.problem().empty());
  // Counters that begin anew are no share.
  bad.status.read = bad.status.refused = 5;
  bad.health.look(bad.status, 0, bad.now += kSecond);
  CHECK(bad.health.problem().empty());
}

TEST_CASE("a clock that is ahead is told after three events, and over after three that are not") {
  Watched w;
  const auto comes = [&](std::int64_t ahead) {
    ++w.status.events;
    w.health.look(w.status, ahead, w.now += kSecond);
    return w.health.problem();
  };
  CHECK(comes(kHour).empty());
  CHECK(comes(0).empty());
  CHECK(comes(kHour).empty());
  CHECK(comes(kHour).empty());
  CHECK(comes(kHour) ==
        "its events are 60 min ahead of this machine's clock: its clock is wrong, or its time zone (tz=)");
  CHECK_FALSE(comes(-5 * kSecond).empty());
  CHECK_FALSE(comes(kMinute).empty());
  CHECK(comes(0).empty());
}
