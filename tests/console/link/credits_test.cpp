#include "console/link/credits.hpp"

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;
using Verdict = Credits::Verdict;

namespace {
constexpr std::uint64_t kWindowBytes = 1U << 20U;

BatchOrigin origin(std::uint64_t first) { return {"net-1", 7, 1, first}; }
}  // namespace

TEST_CASE("of the budget a quarter is shared among the agents, within bounds in which an agent can work") {
  const Credits credits(64, 64U << 20U);
  CHECK(credits.window_bytes(1) == 8U << 20U);
  CHECK(credits.window_bytes(16) == 1U << 20U);
  CHECK(credits.window_bytes(100'000) == 256U << 10U);
  CHECK(credits.window(8U << 20U, true) == 64);
  CHECK(credits.window(8U << 20U, false) == 32);
  CHECK(credits.window(256U << 10U, false) == 4);
}

TEST_CASE("a connection has its window of batches and of bytes, and gets it back with each acknowledgement") {
  Credits credits(4, 64U << 20U);
  for (std::uint64_t i = 1; i <= 4; ++i) CHECK(credits.take(origin(i), 10, 1, 4, kWindowBytes) == Verdict::good);
  CHECK(credits.take(origin(5), 10, 1, 4, kWindowBytes) == Verdict::batches);
  credits.give_back(origin(2));
  CHECK(credits.take(origin(5), kWindowBytes - 30, 1, 4, kWindowBytes) == Verdict::good);
  credits.give_back(origin(1));
  CHECK(credits.take(origin(6), 11, 1, 4, kWindowBytes) == Verdict::bytes);
  CHECK(credits.take(origin(6), 10, 1, 4, kWindowBytes) == Verdict::good);
  CHECK(credits.bytes_of("net-1") == kWindowBytes);
}

TEST_CASE("a batch larger than the window goes alone") {
  Credits credits(4, 64U << 20U);
  CHECK(credits.take(origin(1), 3 * kWindowBytes, 1, 4, kWindowBytes) == Verdict::good);
  CHECK(credits.take(origin(2), 1, 1, 4, kWindowBytes) == Verdict::bytes);
}

TEST_CASE("connecting again, or saying HELLO again, gives one more window and no more") {
  Credits credits(4, 64U << 20U);
  for (std::uint64_t i = 1; i <= 4; ++i) CHECK(credits.take(origin(i), 10, 1, 4, kWindowBytes) == Verdict::good);
  credits.begin_anew("net-1", 1);
  for (std::uint64_t i = 1; i <= 4; ++i) CHECK(credits.take(origin(i), 10, 1, 4, kWindowBytes) == Verdict::good);
  CHECK(credits.take(origin(1), 10, 2, 4, kWindowBytes) == Verdict::earlier);
  // What another agent has does not matter.
  CHECK(credits.take({"net-2", 7, 1, 1}, 10, 3, 4, kWindowBytes) == Verdict::good);
  for (std::uint64_t i = 1; i <= 4; ++i) credits.give_back(origin(i));
  CHECK(credits.take(origin(1), 10, 2, 4, kWindowBytes) == Verdict::good);
  for (std::uint64_t i = 1; i <= 4; ++i) credits.give_back(origin(i));
  credits.give_back(origin(1));
  credits.give_back(origin(1));
  CHECK(credits.bytes_of("net-1") == 0);
}

TEST_CASE("one batch of life safety is taken beside what fills the window, whatever its bytes, and no second one") {
  Credits credits(64, 64U << 20U);
  const auto urgent = [](std::uint64_t first) { return BatchOrigin{"net-1", 7, 0, first}; };
  REQUIRE(credits.take(origin(1), kMaxSentBytes, 1, 64, kWindowBytes) == Verdict::good);
  CHECK(credits.take(urgent(1), kMaxSentBytes, 1, 64, kWindowBytes) == Verdict::good);
  CHECK(credits.take(urgent(2), 1, 1, 64, kWindowBytes) == Verdict::bytes);
  CHECK(credits.take(origin(2), 1, 1, 64, kWindowBytes) == Verdict::bytes);
  credits.give_back(urgent(1));
  CHECK(credits.take(urgent(2), 1, 1, 64, kWindowBytes) == Verdict::good);
  credits.give_back(urgent(2));
  // The number of batches is bounded for it as well.
  CHECK(credits.take(urgent(3), 1, 1, 1, kWindowBytes) == Verdict::batches);
  credits.give_back(origin(1));
  // After connecting again the same goes once more, of the largest that our agents make, and no further.
  constexpr std::uint64_t kSmallest = 256U << 10U;
  constexpr std::size_t kLargest = 1U << 20U;
  for (const std::uint64_t connection : {1U, 2U}) {
    CHECK(credits.take(origin(1), kLargest, connection, 64, kSmallest) == Verdict::good);
    CHECK(credits.take(urgent(3), kLargest, connection, 64, kSmallest) == Verdict::good);
  }
  CHECK(credits.take(urgent(4), kLargest, 3, 64, kSmallest) == Verdict::earlier);
}
