#include "console/link/fair_queue.hpp"

#include <random>
#include <vector>

#include "tests/support/catch.hpp"

using wf::link::FairQueue;

TEST_CASE("who has little in the queue does not wait behind who has much") {
  FairQueue<int> queue;
  for (int i = 0; i < 100; ++i) queue.push("flood", 10, i);
  queue.push("honest", 1, 1000);
  int out = -1;
  REQUIRE(queue.pop(out));
  CHECK(out == 0);
  REQUIRE(queue.pop(out));
  CHECK(out == 1000);
  REQUIRE(queue.pop(out));
  CHECK(out == 1);
}

TEST_CASE("an owner that may not have its turn keeps its place and its items, and the others go on") {
  FairQueue<int> queue;
  queue.push("a", 1, 1);
  queue.push("b", 1, 2);
  queue.push("b", 1, 3);
  int out = 0;
  const auto not_a = [](const std::string& owner, std::size_t) { return owner != "a"; };
  REQUIRE(queue.pop(out, not_a));
  CHECK(out == 2);
  REQUIRE(queue.pop(out, not_a));
  CHECK(out == 3);
  CHECK_FALSE(queue.pop(out, not_a));
  CHECK(queue.size() == 1);
  REQUIRE(queue.pop(out));
  CHECK(out == 1);
  CHECK(queue.empty());
}

TEST_CASE("turns are by bytes: who sends large items has as many bytes as who sends small ones") {
  constexpr std::size_t kSmall = 32U << 10U, kLarge = 4U << 20U;
  FairQueue<int> queue;
  for (int i = 0; i < 8; ++i) queue.push("large", kLarge, 0);
  for (int i = 0; i < 3000; ++i) queue.push("small", kSmall, 1);
  for (int i = 0; i < 3000; ++i) queue.push("usual", 2 * kSmall, 2);
  std::vector<std::size_t> bytes(3);
  int out = -1;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(queue.pop(out));
    bytes[static_cast<std::size_t>(out)] += out == 0 ? kLarge : static_cast<std::size_t>(out) * kSmall;
  }
  CHECK(bytes[0] <= bytes[2] + 2 * kLarge);
  CHECK(bytes[0] + 2 * kLarge >= bytes[2]);
  CHECK(bytes[1] * 3 > bytes[2]);
  // When nobody else waits, nobody is waited for.
  while (queue.pop(out, [](const std::string& owner, std::size_t) { return owner == "large"; })) bytes[0] += kLarge;
  CHECK(bytes[0] == 8 * kLarge);
}

TEST_CASE(
    "whatever is pushed, popped and put back: each owner's items come once and in order, and the sums are right") {
  std::minstd_rand random(7);
  FairQueue<std::pair<int, int>> queue;
  std::vector<int> pushed(5), popped(5);
  std::vector<std::size_t> bytes(5);
  std::size_t all = 0;
  for (int step = 0; step < 20'000; ++step) {
    const int owner = static_cast<int>(random() % 5);
    const std::string name(1, static_cast<char>('a' + owner));
    if (random() % 2 == 0) {
      queue.push(name, 7, {owner, pushed[static_cast<std::size_t>(owner)]++});
      bytes[static_cast<std::size_t>(owner)] += 7;
      all += 7;
    } else if (std::pair<int, int> item; queue.pop(item)) {
      const auto who = static_cast<std::size_t>(item.first);
      REQUIRE(item.second == popped[who]);
      if (random() % 4 == 0) {
        queue.put_back(std::string(1, static_cast<char>('a' + item.first)), 7, item);
      } else {
        ++popped[who];
        bytes[who] -= 7;
        all -= 7;
      }
    }
    REQUIRE(queue.bytes() == all);
    REQUIRE(queue.bytes_of(name) == bytes[static_cast<std::size_t>(owner)]);
  }
  std::size_t most = 0;
  for (const std::size_t b : bytes) most = std::max(most, b);
  CHECK(queue.bytes_of(queue.largest()) == most);
}
