#include "agents/kit/link/pace.hpp"

#include <algorithm>
#include <deque>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

constexpr std::uint64_t kBatch = 64U << 10U;

/// A line and an engine behind it: batches are worked off one after the other, and each is confirmed a while later.
struct Line {
  double bytes_a_second = 100e6;
  std::int64_t delay = kMillisecond;  ///< of one that meets nobody, beside its own bytes

  std::int64_t mono = 1000 * kSecond;
  Pace pace;
  struct UnderWay {
    Pace::Sent sent;
    std::int64_t confirmed = 0;
    std::uint64_t bytes = 0;
  };
  std::deque<UnderWay> under_way;
  std::int64_t free_at = 0;
  std::uint64_t done = 0;    ///< bytes confirmed since the last run()
  std::int64_t longest = 0;  ///< longest delay since the last run()
  std::uint64_t most = 0;    ///< most bytes under way since the last run()

  void send(std::uint64_t bytes) {
    free_at = std::max(free_at, mono) + static_cast<std::int64_t>(static_cast<double>(bytes) / bytes_a_second * 1e9);
    under_way.push_back({pace.sent(bytes, mono), free_at + delay, bytes});
  }
  void confirm() {
    while (!under_way.empty() && under_way.front().confirmed <= mono) {
      const UnderWay& first = under_way.front();
      longest = std::max(longest, mono - first.sent.at);
      pace.confirmed(first.sent, first.bytes, mono);
      done += first.bytes;
      under_way.pop_front();
    }
  }
  /// Sends as much as may go for so long.
  void run(std::int64_t span) {
    done = most = 0;
    longest = 0;
    for (const std::int64_t end = mono + span; mono < end;) {
      confirm();
      while (pace.may(kBatch, mono)) send(kBatch);
      most = std::max(most, pace.under_way());
      mono = under_way.empty() ? end : std::min(end, std::max(mono + 1, under_way.front().confirmed));
    }
    confirm();
  }
  /// Of what the line could take in that time.
  [[nodiscard]] double used(std::int64_t span) const {
    return static_cast<double>(done) / (bytes_a_second * static_cast<double>(span) / 1e9);
  }
};

}  // namespace

TEST_CASE("a link is kept busy, and little waits in it, however fast and far it is") {
  for (const double speed : {2e6, 20e6, 200e6, 1000e6})
    for (const std::int64_t delay : {100'000L, 1 * kMillisecond, 8 * kMillisecond, 40 * kMillisecond}) {
      CAPTURE(speed, delay);
      Line line;
      line.bytes_a_second = speed;
      line.delay = delay;
      line.run(2 * kSecond);
      line.run(10 * kSecond);  // with two of the times in which it runs empty
      CHECK(line.used(10 * kSecond) > 0.93);
      // All that may be under way at once, after it ran empty, and on its way.
      const auto batch = static_cast<std::int64_t>(static_cast<double>(kBatch) / speed * 1e9);
      CHECK(line.longest <= 3 * (delay + batch) + Pace::kWait + 2 * batch);
    }
}

TEST_CASE("a link that becomes slower is not left full, and one that becomes faster is filled in a few round trips") {
  Line line;
  line.run(kSecond);
  line.bytes_a_second = 5e6;
  line.run(kSecond);
  line.run(kSecond);
  CHECK(line.used(kSecond) > 0.93);
  CHECK(line.longest < 60 * kMillisecond);
  line.bytes_a_second = 200e6;
  line.run(100 * kMillisecond);
  CHECK(line.used(100 * kMillisecond) > 0.7);
}

TEST_CASE("when the smallest delay becomes larger it is learned anew, and the link does not starve") {
  Line line;
  line.run(kSecond);
  line.delay = 30 * kMillisecond;
  line.run(8 * kSecond);
  line.run(2 * kSecond);
  CHECK(line.pace.quickest() >= 30 * kMillisecond);
  CHECK(line.used(2 * kSecond) > 0.9);
  line.delay = kMillisecond;
  line.run(6 * kSecond);
  line.run(kSecond);
  CHECK(line.pace.quickest() < 3 * kMillisecond);
  CHECK(line.longest < 10 * kMillisecond);
}

TEST_CASE("an engine that was stuck for a minute is served as before once it goes on") {
  Line line;
  line.run(kSecond);
  line.free_at = line.mono + 60 * kSecond;
  line.run(60 * kSecond);
  line.run(200 * kMillisecond);
  CHECK(line.used(200 * kMillisecond) > 0.8);
}

TEST_CASE("little traffic does not make the link believe that it is slow") {
  Line line;
  line.run(kSecond);
  const std::uint64_t before = line.pace.limit();
  for (int i = 0; i < 400; ++i) {
    line.send(300);
    line.pace.ran_dry();
    line.mono += 5 * kMillisecond;
    line.confirm();
  }
  CHECK(line.pace.limit() >= before / 2);
}

TEST_CASE("one batch may always go, and what was under way on an earlier connection counts no more") {
  Pace pace;
  CHECK(pace.may(4U << 20U, 5));
  const Pace::Sent sent = pace.sent(4U << 20U, 5);
  CHECK_FALSE(pace.may(1, 6));
  pace.confirmed(sent, 4U << 20U, 10 * kMillisecond);
  CHECK(pace.may(4U << 20U, 10 * kMillisecond));
  (void)pace.sent(4U << 20U, 10 * kMillisecond);
  pace.restart();
  CHECK(pace.under_way() == 0);
  CHECK(pace.limit() == Pace::kFirst);
}
