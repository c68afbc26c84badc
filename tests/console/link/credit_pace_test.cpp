#include "console/link/credit_pace.hpp"

#include <map>
#include <string>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;

namespace {

constexpr std::size_t kUsual = 256U << 10U, kSmall = 200;
constexpr std::int64_t kBegin = 1000 * kSecond;

/// Agents whose batches are stored as soon as they come, and who send the next one when one is confirmed.
struct House {
  /// True: it is confirmed at once.
  bool brings(const std::string& agent, std::size_t bytes, std::uint8_t lane = 1) {
    const BatchOrigin origin{agent, 7, lane, ++first};
    pace.came(origin, bytes, mono);
    Acknowledgement done;
    done.origin = origin;
    return !pace.hold(done, bytes, mono);
  }
  /// How many were confirmed later, of each agent, and are brought again, until then.
  std::map<std::string, int> until(std::int64_t end, std::size_t bytes) {
    std::map<std::string, int> out;
    for (; mono < end; mono += kMillisecond)
      for (Acknowledgement done; pace.next(done, mono);) {
        ++out[done.origin.agent];
        (void)brings(done.origin.agent, bytes);
      }
    return out;
  }
  CreditPace pace;
  std::int64_t mono = kBegin;
  std::uint64_t first = 0;
};

}  // namespace

TEST_CASE("an agent that is alone is confirmed at once, however much it brings") {
  House house;
  for (int i = 0; i < 1000; ++i) CHECK(house.brings("gate", kUsual));
  CHECK_FALSE(house.pace.holding());
}

TEST_CASE("agents that all bring much are confirmed at once: nobody is to be spared") {
  House house;
  for (int i = 0; i < 100; ++i) {
    (void)house.brings("gate", kUsual);
    (void)house.brings("hall", kUsual);
  }
  CHECK(house.brings("gate", kUsual));
  CHECK(house.brings("hall", kUsual));
}

TEST_CASE("beside an agent that brings little, all that bring much share one rate by turns, and it waits for nothing") {
  House house;
  for (const char* agent : {"gate", "hall", "gate", "hall", "gate", "hall"}) (void)house.brings(agent, kUsual);
  CHECK(house.brings("door", kSmall));
  // The gate has three times as many under way.
  for (int i = 0; i < 6; ++i) CHECK_FALSE(house.brings("gate", kUsual));
  for (int i = 0; i < 2; ++i) CHECK_FALSE(house.brings("hall", kUsual));
  const auto confirmed = house.until(kBegin + kSecond, kUsual);
  const int gate = confirmed.at("gate"), hall = confirmed.at("hall");
  CHECK(gate + hall <= CreditPace::kRate / static_cast<int>(kUsual) + 3);
  CHECK(gate + hall >= CreditPace::kRate / static_cast<int>(kUsual) * 9 / 10);
  CHECK(gate - hall <= 2);
  CHECK(hall - gate <= 2);
  CHECK(house.brings("door", kSmall));
  CHECK(house.pace.wait(house.mono) <= static_cast<std::int64_t>(5 * kMillisecond));
}

TEST_CASE("an agent's life safety is confirmed at once behind its own backlog, but not a backlog that is called so") {
  House house;
  CHECK(house.brings("door", kSmall));
  for (int i = 0; i < 8; ++i) (void)house.brings("gate", kUsual);
  REQUIRE(house.pace.holding());
  for (int i = 0; i < 10; ++i) CHECK(house.brings("gate", kSmall, 0));
  CHECK_FALSE(house.brings("gate", kUsual, 0));
  int at_once = 0;
  for (int i = 0; i < 1000; ++i) at_once += house.brings("gate", kSmall, 0) ? 1 : 0;
  CHECK(at_once * CreditPace::kMessage <= CreditPace::kUrgentAtOnce);
}

TEST_CASE("when the agent that brings little has said nothing for a while, what was kept goes at once") {
  House house;
  CHECK(house.brings("door", kSmall));
  for (int i = 0; i < 100; ++i) (void)house.brings("gate", kUsual);
  CHECK(house.pace.wait(house.mono) == 0);
  Acknowledgement done;
  CHECK(house.pace.next(done, house.mono));
  house.mono = kBegin + CreditPace::kRemembered + kSecond;
  int kept = 0;
  while (house.pace.next(done, house.mono)) ++kept;
  CHECK(kept == 98);  // the first was little, one went
  CHECK_FALSE(house.pace.holding());
  CHECK(house.brings("gate", kUsual));
}

TEST_CASE("an agent that brought much brings little again soon after") {
  House house;
  CHECK(house.brings("door", kSmall));
  for (int i = 0; i < 100; ++i) (void)house.brings("gate", kUsual);
  for (Acknowledgement done; house.pace.holding(); house.mono += kMillisecond) (void)house.pace.next(done, house.mono);
  house.mono += 2 * kSecond;
  CHECK(house.brings("door", kSmall));
  CHECK(house.brings("gate", kSmall));
}

TEST_CASE("life safety that is kept goes before all else that is kept, and one batch of it at once, however large") {
  House house;
  CHECK(house.brings("door", kSmall));
  for (int i = 0; i < 8; ++i) {
    (void)house.brings("gate", kUsual);
    (void)house.brings("hall", kUsual);
  }
  REQUIRE(house.pace.holding());
  CHECK(house.brings("gate", kUsual, 0));
  CHECK_FALSE(house.brings("gate", kUsual, 0));
  CHECK_FALSE(house.brings("gate", kUsual, 0));
  std::string order;
  for (Acknowledgement done; order.size() < 4; house.mono += kMillisecond)
    while (order.size() < 4 && house.pace.next(done, house.mono)) order += static_cast<char>('0' + done.origin.lane);
  CHECK(order == "0011");
  // What it brought has run out again by then.
  house.mono += 2 * kSecond;
  CHECK(house.brings("door", kSmall));
  CHECK(house.brings("gate", kUsual, 0));
}

TEST_CASE("many that are made to wait do not become agents that bring little, for whose sake all wait") {
  House house;
  const auto name = [](int i) { return "replay-" + std::to_string(i); };
  CHECK(house.brings("door", kSmall));
  for (int i = 0; i < 100; ++i)
    for (int n = 0; n < 4; ++n) (void)house.brings(name(i), kUsual);
  REQUIRE(house.pace.holding());
  (void)house.until(kBegin + 5 * kSecond, kUsual);
  CHECK(house.brings("door", kSmall));
  (void)house.until(kBegin + 5 * kSecond + CreditPace::kRemembered, kUsual);
  (void)house.until(kBegin + 3 * CreditPace::kRemembered, kUsual);
  CHECK_FALSE(house.pace.holding());
  CHECK(house.brings(name(7), kUsual));
}
