#include "agents/kit/link/engine_choice.hpp"

#include <algorithm>

#include "agents/kit/clock.hpp"
#include "agents/kit/source.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

TEST_CASE("an engine that was only restarted is tried again every two seconds or so for a minute") {
  const unsigned seed = GENERATE(range(0U, 20U));
  EngineChoice choice(1, seed);
  choice.welcomed(100 * kSecond);
  std::int64_t now = 200 * kSecond;
  for (const std::int64_t end = now + 55 * kSecond; now < end;) {
    const std::int64_t next = choice.failed(now, false, 0);
    CHECK(next - now >= 125 * kMillisecond);
    CHECK(next - now <= 2250 * kMillisecond);
    now = next;
  }
  // Later more seldom, but never as long as life safety waits.
  std::int64_t longest = 0, longest_urgent = 0;
  now = 400 * kSecond;
  for (int i = 0; i < 20; ++i) {
    longest = std::max(longest, choice.failed(now, false, 0) - now);
    longest_urgent = std::max(longest_urgent, choice.failed(now, true, 0) - now);
  }
  CHECK(longest > 20 * kSecond);
  CHECK(longest <= 45 * kSecond);
  CHECK(longest_urgent <= 7500 * kMillisecond);
  CHECK(choice.failed(now, true, 60 * kSecond) - now >= 30 * kSecond);
}

TEST_CASE("a lost engine is waited for before the next has its turn; one that never answered is not") {
  EngineChoice choice(3, 1);
  std::int64_t now = kSecond;
  now = choice.failed(now, false, 0);
  CHECK(choice.current() == 1);
  now = choice.failed(now, false, 0);
  CHECK(choice.current() == 2);
  choice.welcomed(now);
  const std::int64_t lost = now += kSecond;
  while (now - lost < EngineChoice::kStay) {
    const std::int64_t next = choice.failed(now, false, 0);
    CHECK(choice.current() == 2);
    now = next;
  }
  now = choice.failed(now, false, 0);
  CHECK(choice.current() == 0);
  now = choice.failed(now, false, 0);
  CHECK(choice.current() == 1);
  // One that refuses is left at once.
  choice.welcomed(now);
  now = choice.failed(now, false, 60 * kSecond);
  CHECK(choice.current() == 2);
}

TEST_CASE("better engines are looked at in turn while another is used, and never while the first is") {
  EngineChoice choice(3, 1);
  choice.welcomed(kSecond);
  CHECK(choice.look_at() == kNever);
  std::int64_t now = choice.failed(2 * kSecond, false, 60 * kSecond);
  now = choice.failed(now, false, 0);
  CHECK(choice.current() == 2);
  choice.welcomed(now);
  for (const std::size_t expected : {0U, 1U, 0U}) {
    CHECK(choice.look_at() - now >= 30 * kSecond);
    CHECK(choice.look_at() - now <= 90 * kSecond);
    now = choice.look_at();
    CHECK(choice.look(now) == expected);
  }
  choice.take(0);
  choice.welcomed(now);
  CHECK(choice.look_at() == kNever);
}
