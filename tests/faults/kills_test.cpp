#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/faults/estate.hpp"
#include "tests/support/catch.hpp"

using namespace wf::test;
using std::chrono::milliseconds;

namespace {

/// Writes steadily until it goes. The estate's sources are its own meanwhile.
class Load {
 public:
  explicit Load(Estate& estate)
      : thread_([this, &estate] {
          while (!stop_) {
            estate.write(8);
            until_moment(milliseconds(40));
          }
        }) {}
  ~Load() {
    stop_ = true;
    thread_.join();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("every event is stored exactly once though agents and engine are killed at random moments") {
  const int kills = amount("WF_FAULTS_KILLS", 20, 1000);
  const std::uint64_t seed = fault_seed();
  std::printf("kills: %d, seed %llu\n", kills, static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  const auto up_to = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Estate estate(seed);
  estate.engine().start();
  for (auto& agent : estate.agents()) agent->start();
  int engine_kills = 0, agent_kills = 0;
  for (int done = 0; done < kills;) {
    {
      const Load load(estate);
      // Now and then all of it is compared, so that a fault is found near its cause.
      for (const int until = std::min(kills, done + 100); done < until; ++done) {
        until_moment(milliseconds(up_to(4) == 0 ? up_to(30) : up_to(500)));
        if (up_to(5) < 2) {
          estate.engine().kill();
          ++engine_kills;
          if (up_to(2) == 0) until_moment(milliseconds(up_to(150)));
          estate.engine().start();
        } else {
          Keeper& agent = *estate.agents()[static_cast<std::size_t>(up_to(3))];
          agent.kill();
          ++agent_kills;
          if (up_to(2) == 0) until_moment(milliseconds(up_to(150)));
          agent.start();
        }
      }
    }
    const bool settled = estate.settles(std::chrono::seconds(180));
    const Figures figures = estate.figures();
    std::printf("%d kills (%d of the engine, %d of agents): %s\n", done, engine_kills, agent_kills,
                figures.text().c_str());
    std::fflush(stdout);
    INFO("seed " << seed << "\n" << figures.text() << "\n" << estate.said());
    REQUIRE(settled);
    REQUIRE(figures.good());
    for (const auto& agent : estate.agents()) REQUIRE(agent->ends().empty());
    REQUIRE(estate.engine().ends().empty());
  }
  estate.stop();
  CHECK(estate.engine().ends().empty());
}
