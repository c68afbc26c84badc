#include "agents/kit/read/zone.hpp"

#include "tests/support/catch.hpp"

namespace wf::kit {
namespace {

Zone zone(const char* name) {
  const Result<Zone> found = Zone::find(name, "test");
  if (!found) FAIL(found.error().text());
  return *found;
}

TEST_CASE("a zone is an IANA name, UTC, or an offset; anything else is one clear line") {
  CHECK(zone("UTC").to_utc(5) == 5);
  CHECK(zone("+01:00").to_utc(kHour) == 0);
  CHECK(zone("-0600").to_utc(0) == 6 * kHour);
  CHECK(zone("Europe/Amsterdam").to_utc(utc_from_civil(2026, 3, 12, 22, 31, 5)) ==
        utc_from_civil(2026, 3, 12, 21, 31, 5));
  CHECK(zone("Europe/Amsterdam").to_utc(utc_from_civil(2026, 7, 1)) == utc_from_civil(2026, 6, 30, 22));
  for (const char* name : {"", "Amsterdam", "Europe/Amsterdam ", "../etc/passwd", "+1", "+25:00"}) {
    const Result<Zone> none = Zone::find(name, "door.yaml:7");
    INFO(name);
    REQUIRE_FALSE(none);
    CHECK(none.error().text().find("door.yaml:7: there is no time zone '") == 0);
  }
}

TEST_CASE("a time that occurs twice is the first of the two, unless the records would go back in time") {
  Zone amsterdam = zone("Europe/Amsterdam");
  const UtcNs local = utc_from_civil(2026, 10, 25, 2, 30);  // clocks go from 3:00 CEST back to 2:00 CET
  const UtcNs first = utc_from_civil(2026, 10, 25, 0, 30), second = utc_from_civil(2026, 10, 25, 1, 30);
  CHECK(amsterdam.to_utc(local) == first);
  CHECK(amsterdam.to_utc(local, utc_from_civil(2026, 10, 25, 0, 29)) == first);
  CHECK(amsterdam.to_utc(local, utc_from_civil(2026, 10, 25, 0, 34)) == first);  // out of order by a little
  CHECK(amsterdam.to_utc(local, utc_from_civil(2026, 10, 25, 0, 59)) == second);
  CHECK(amsterdam.to_utc(utc_from_civil(2026, 10, 25, 3, 0)) == utc_from_civil(2026, 10, 25, 2, 0));
}

TEST_CASE("a time that does not occur is read with the offset before the change") {
  Zone amsterdam = zone("Europe/Amsterdam");
  CHECK(amsterdam.to_utc(utc_from_civil(2026, 3, 29, 2, 30)) == utc_from_civil(2026, 3, 29, 1, 30));
}

// Both change days of a northern and a southern zone, and one whose clocks move by half an hour.
TEST_CASE("the doubled and the missing hour of any zone") {
  struct Day {
    const char* zone;
    UtcNs doubled, first, second;  ///< local time that occurs twice, and which two
    UtcNs missing, read_as;        ///< local time that does not occur
  };
  const Day day = GENERATE(
      Day{"Europe/Amsterdam", utc_from_civil(2026, 10, 25, 2, 30), utc_from_civil(2026, 10, 25, 0, 30),
          utc_from_civil(2026, 10, 25, 1, 30), utc_from_civil(2026, 3, 29, 2, 30), utc_from_civil(2026, 3, 29, 1, 30)},
      Day{"Australia/Sydney", utc_from_civil(2026, 4, 5, 2, 30), utc_from_civil(2026, 4, 4, 15, 30),
          utc_from_civil(2026, 4, 4, 16, 30), utc_from_civil(2026, 10, 4, 2, 30), utc_from_civil(2026, 10, 3, 16, 30)},
      Day{"Australia/Lord_Howe", utc_from_civil(2026, 4, 5, 1, 45), utc_from_civil(2026, 4, 4, 14, 45),
          utc_from_civil(2026, 4, 4, 15, 15), utc_from_civil(2026, 10, 4, 2, 15), utc_from_civil(2026, 10, 3, 15, 45)});
  INFO(day.zone);
  Zone z = zone(day.zone);
  CHECK(z.to_utc(day.doubled) == day.first);
  CHECK(z.to_utc(day.doubled, day.first - kMinute) == day.first);
  CHECK(z.to_utc(day.doubled, day.first + 5 * kMinute) == day.first);
  CHECK(z.to_utc(day.doubled, day.first + 5 * kMinute + 1) == day.second);
  CHECK(z.to_utc(day.missing) == day.read_as);
  // An hour before and behind either change there is one reading only, whatever came before.
  for (const UtcNs local : {day.doubled - kHour - kHour / 2, day.doubled + kHour + kHour / 2}) {
    CHECK(z.to_utc(local, local + kDay) == z.to_utc(local));
    CHECK(z.to_local(z.to_utc(local)) == local);
  }
}

TEST_CASE("a remembered offset gives what the database gives, across every change of ten years") {
  Zone remembering = zone("Europe/Amsterdam");
  for (UtcNs local = utc_from_civil(2020, 1, 1); local < utc_from_civil(2030, 1, 1); local += 47 * kMinute) {
    Zone fresh = zone("Europe/Amsterdam");
    REQUIRE(remembering.to_utc(local) == fresh.to_utc(local));
  }
}

TEST_CASE("local and back again") {
  Zone amsterdam = zone("Europe/Amsterdam");
  const UtcNs noon = utc_from_civil(2026, 6, 1, 12);
  CHECK(amsterdam.to_local(noon) == utc_from_civil(2026, 6, 1, 14));
  CHECK(zone("-05:00").to_local(noon) == utc_from_civil(2026, 6, 1, 7));
}

}  // namespace
}  // namespace wf::kit
