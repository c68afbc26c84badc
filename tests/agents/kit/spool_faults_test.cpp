// The spool on a disk that loses power, forgets and fails, at every operation in turn.
#include <cerrno>

#include "spool_world.hpp"
#include "tests/support/catch.hpp"

using namespace wf::kit::test;

namespace {

constexpr int kSteps = 30;

/// Operations that a world of this seed does when nothing happens.
std::uint64_t operations(unsigned seed) {
  SpoolWorld world(seed);
  REQUIRE(world.disk().make_directory("/state") == 0);
  REQUIRE(world.disk().sync_directory("/") == 0);
  world.reopen();
  world.work(kSteps);
  return world.disk().operations();
}

/// Runs until the power goes or the work is done; true if it went.
template <class Work>
bool loses_power(const Work& work) {
  try {
    work();
    return false;
  } catch (const PowerLoss&) {
    return true;
  }
}

}  // namespace

TEST_CASE("power lost at any operation loses nothing that append() took, and nothing comes twice") {
  const unsigned seed = GENERATE(range(1U, 13U));
  const std::uint64_t last = operations(seed);
  std::uint64_t appended = 0, gave_up = 0;
  try {
    for (std::uint64_t at = 2; at < last + 2; ++at) {
      SpoolWorld world(seed);
      REQUIRE(world.disk().make_directory("/state") == 0);
      REQUIRE(world.disk().sync_directory("/") == 0);
      world.disk().lose_power_at(at);
      for (int round = 0; round < 3; ++round) {
        const bool lost = loses_power([&] {
          world.reopen();
          world.work(kSteps);
        });
        world.close();
        if (lost)
          world.disk().restart_after_power_loss();
        else
          world.disk().restart_after_kill();
        // The next round ends somewhere as well, sometimes while it recovers.
        world.disk().lose_power_at(world.disk().operations() + (at * 7 + static_cast<unsigned>(round) * 31) % 120);
      }
      world.disk().restart_after_power_loss();
      world.reopen();
      world.work(5);
      world.compare();
      appended += world.appended();
      gave_up += world.gave_up();
    }
  } catch (const std::string& broken) {
    FAIL(broken);
  }
  CHECK(appended > 1000);
  CHECK(gave_up > 0);
}

TEST_CASE("a write or sync that fails, whichever it is, loses nothing that append() took") {
  const unsigned seed = GENERATE(range(1U, 7U));
  const int reason = GENERATE(EIO, ENOSPC);
  const std::uint64_t length = GENERATE(1U, 4U, 25U);
  const std::uint64_t last = operations(seed);
  std::uint64_t appended = 0, world_at = 0;
  try {
    for (std::uint64_t at = 2; at < last; ++at) {
      world_at = at;
      SpoolWorld world(seed);
      REQUIRE(world.disk().make_directory("/state") == 0);
      REQUIRE(world.disk().sync_directory("/") == 0);
      world.disk().fail(at, length, reason);
      world.reopen();
      world.work(kSteps);
      world.close();
      if (at % 3 != 0)
        world.disk().restart_after_power_loss();
      else
        world.disk().restart_after_kill();
      world.reopen();
      world.work(5);
      world.compare();
      appended += world.appended();
    }
  } catch (const std::string& broken) {
    FAIL(broken << ", failing from " << world_at << ", " << length << " times, errno " << reason);
  }
  CHECK(appended > 1000);
}
