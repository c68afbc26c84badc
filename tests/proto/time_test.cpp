#include "proto/time.hpp"

#include "tests/proto/generator.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

constexpr std::int64_t kEight = 1'769'846'400 * kSecond;  // 2026-01-31T08:00:00Z

TEST_CASE("RFC 3339 is read in the forms that real sources write") {
  const auto [text, expected] = GENERATE(table<const char*, std::int64_t>({
      {"2026-01-31T08:00:00Z", kEight},
      {"2026-01-31t08:00:00z", kEight},
      {"2026-01-31 08:00:00Z", kEight},
      {"2026-01-31T08:00:00.5Z", kEight + kSecond / 2},
      {"2026-01-31T08:00:00,123Z", kEight + 123 * kMillisecond},
      {"2026-01-31T08:00:00.123456789Z", kEight + 123'456'789},
      {"2026-01-31T08:00:00.1234567899Z", kEight + 123'456'789},
      {"2026-01-31T09:00:00+01:00", kEight},
      {"2026-01-31T08:00:00.000000+0000", kEight},
      {"2026-01-31T02:00:00-0600", kEight},
      {"2026-01-31T13:30:00+05:30", kEight},
      {"2026-01-31T09:00:00+01", kEight},
      {"2026-01-31 08:00:00 +00:00", kEight},
      {"2016-12-31T23:59:60Z", 1'483'228'800 * kSecond},
      {"1969-12-31T23:59:59.5Z", -kSecond / 2},
      {"2024-02-29T00:00:00Z", 1'709'164'800 * kSecond},
  }));
  const auto time = parse_rfc3339(text);
  INFO(text);
  REQUIRE(time);
  CHECK(*time == expected);
}

TEST_CASE("what is no time is refused in one clear line") {
  const char* text = GENERATE(
      "", "2026", "2026-01-31", "2026-01-31T08:00:00", "2026-01-31T08:00Z", "2026-13-01T00:00:00Z",
      "2026-02-29T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T08:60:00Z", "2026-01-31T08:00:61Z",
      "2026-01-31T08:00:00.Z", "2026-01-31T08:00:00Zx", "2026-01-31T08:00:00+", "2026-01-31T08:00:00+1:00",
      "2026-01-31T08:00:00+24:00", "1600-01-31T08:00:00Z", "2300-01-31T08:00:00Z", "-026-01-31T08:00:00Z", "null");
  const auto time = parse_rfc3339(text);
  INFO(text);
  REQUIRE_FALSE(time);
  CHECK(time.error().text().find('\n') == std::string::npos);
  CHECK_FALSE(time.error().to_do.empty());
}

TEST_CASE("a time is written with as many decimals as it needs and read back") {
  CHECK(format_rfc3339(kEight) == "2026-01-31T08:00:00Z");
  CHECK(format_rfc3339(kEight + 120 * kMillisecond) == "2026-01-31T08:00:00.120Z");
  CHECK(format_rfc3339(kEight + 1'000) == "2026-01-31T08:00:00.000001Z");
  CHECK(format_rfc3339(kEight + 1) == "2026-01-31T08:00:00.000000001Z");
  CHECK(format_rfc3339(-1) == "1969-12-31T23:59:59.999999999Z");
  test::EventGenerator generator(31);
  for (int i = 0; i < 20'000; ++i) {
    // 1678-01-01 to 2261-12-31, what parse_rfc3339 accepts.
    const auto time =
        static_cast<std::int64_t>(generator.below(18'000'000'000'000'000'000U) - 9'000'000'000'000'000'000U);  // wraps
    const auto read = parse_rfc3339(format_rfc3339(time));
    REQUIRE(read);
    REQUIRE(*read == time);
  }
}

TEST_CASE("damage to a time never crashes the reader") {
  test::EventGenerator generator(32);
  for (int i = 0; i < 20'000; ++i) static_cast<void>(parse_rfc3339(generator.mutated("2026-01-31T08:00:00.123+01:00")));
}

}  // namespace
}  // namespace wf
