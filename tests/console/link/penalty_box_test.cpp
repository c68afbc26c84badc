#include "console/link/penalty_box.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace wf;
using link::PenaltyBox;

TEST_CASE("who floods is kept out for longer each time, a minute at most, and for itself alone") {
  PenaltyBox box;
  std::int64_t now = 5 * kSecond;
  CHECK(box.left("net-1", now) == 0);
  std::vector<std::int64_t> seconds;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    const auto penalty = box.strike("net-1", now);
    REQUIRE(penalty);
    CHECK(penalty->times == i);
    CHECK(box.left("net-1", now) == penalty->lasts);
    CHECK(box.left("net-1", now + penalty->lasts - 1) == 1);
    CHECK(box.left("net-1", now + penalty->lasts) == 0);
    CHECK(box.left("net-2", now) == 0);
    seconds.push_back(penalty->lasts / kSecond);
    now += penalty->lasts;
  }
  CHECK(seconds == std::vector<std::int64_t>{1, 4, 16, 60, 60});
}

TEST_CASE("what comes while somebody is kept out makes it no longer") {
  PenaltyBox box;
  REQUIRE(box.strike("net-1", kSecond));
  CHECK_FALSE(box.strike("net-1", kSecond + kSecond / 2));
  CHECK(box.left("net-1", kSecond + kSecond / 2) == kSecond / 2);
  CHECK(box.strike("net-1", 2 * kSecond)->times == 2);
}

TEST_CASE("ten quiet minutes after a penalty it is forgotten") {
  PenaltyBox box;
  (void)box.strike("net-1", 0);
  const auto soon = box.strike("net-1", kSecond + PenaltyBox::kForgiven - 1);
  REQUIRE(soon);
  CHECK(soon->times == 2);
  const auto late = box.strike("net-1", kSecond + PenaltyBox::kForgiven - 1 + soon->lasts + PenaltyBox::kForgiven);
  REQUIRE(late);
  CHECK(late->times == 1);
  CHECK(late->lasts == kSecond);
}

TEST_CASE("however many flood, a bounded number is remembered, the newest first") {
  PenaltyBox box;
  for (std::size_t i = 0; i < 3 * PenaltyBox::kMost; ++i)
    REQUIRE(box.strike("agent-" + std::to_string(i), static_cast<std::int64_t>(i)));
  CHECK(box.size() == PenaltyBox::kMost);
  const auto now = static_cast<std::int64_t>(3 * PenaltyBox::kMost);
  CHECK(box.left("agent-" + std::to_string(3 * PenaltyBox::kMost - 1), now) > 0);
  CHECK(box.left("agent-0", now) == 0);
}
