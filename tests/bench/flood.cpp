// What an honest agent waits for its acknowledgements while others attack the link: quiet and flooded by turns in one
// run, on the same machine. The attackers are a process that has half of the processors, and the engine and the honest
// agent the other half.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

#include "console/engine/engine.hpp"
#include "tests/bench/attackers.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"
#include "tests/console/link/client.hpp"

namespace wf::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTurns = 4;
constexpr std::chrono::seconds kQuiet{3}, kFlooded{6};
/// One event so often, whether the last one was acknowledged or not: who waits for answers asks least when it matters.
constexpr std::chrono::milliseconds kEvery{20};
constexpr int kColluding = 8;

double resident_mb() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

link::KeyPair enrol(const std::filesystem::path& keys, const std::string& name) {
  link::KeyPair pair = must(link::make_key_pair());
  must(link::write_agent(keys, {name, "network", pair.public_key, 1, false}));
  return pair;
}

/// An agent that has something to say every few milliseconds.
class Honest {
 public:
  Honest(const std::string& endpoint, const std::string& engine_key, const link::KeyPair& keys)
      : client_(endpoint, engine_key, keys) {
    Event event;
    event.time = 1'772'000'000 * kSecond;
    event.kind = "network.flow";
    event.add("src.ip", "192.0.2.1");
    BatchEncoder().encode({&event, 1}, payload_);
    client_.send(link::test::hello());
    if (!client_.receive(LinkKind::welcome)) throw std::runtime_error("no WELCOME");
  }

  /// Milliseconds from when each event was due to when it was known to be durable.
  std::vector<double> speak(std::chrono::seconds span) {
    std::vector<double> out;
    const Clock::time_point begin = Clock::now(), end = begin + span;
    Clock::time_point due = begin;
    const std::uint64_t first = next_;
    const auto hear = [&](int wait_ms) {
      const auto message = client_.receive(wait_ms);
      if (message && message->kind == LinkKind::refuse) throw std::runtime_error("the honest agent was refused");
      if (!message || message->kind != LinkKind::ack) return;
      for (std::uint64_t n = 0; n < message->count; ++n) {
        const Clock::time_point since = begin + static_cast<int>(message->first_sequence + n - first) * kEvery;
        out.push_back(std::chrono::duration<double, std::milli>(Clock::now() - since).count());
      }
    };
    while (due < end) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due - Clock::now()).count();
      // Within its window, as an agent is.
      if (left <= 0 && next_ - first - out.size() < 60) {
        client_.send(link::test::batch(next_++, 1), payload_);
        due += kEvery;
      } else {
        hear(static_cast<int>(std::clamp<long>(left, 1, 1000)));
      }
    }
    const Clock::time_point give_up = Clock::now() + std::chrono::seconds(30);
    while (out.size() < next_ - first) {
      hear(1000);
      if (Clock::now() > give_up) throw std::runtime_error("the honest agent got no acknowledgement");
    }
    return out;
  }

 private:
  link::test::Client client_;
  std::string payload_;
  std::uint64_t next_ = 1;
};

struct Measured {
  std::vector<double> quiet, flooded;
  double resident = 0;  ///< the most, in MB, over what it was before
  std::uint64_t sent = 0;
};

Measured measure(Attack attack) {
  Attackers attackers;
  const Scratch scratch;
  engine::EngineOptions options;
  options.data = scratch.path() / "data";
  options.listen = "tcp://127.0.0.1:0";
  std::vector<std::string> notes;
  const auto engine = must(engine::Engine::start(options, notes));
  const std::filesystem::path keys = options.data / "keys";
  const std::string engine_key = must(link::engine_public_key(keys));
  Honest honest(engine->endpoint(), engine_key, enrol(keys, "honest"));
  std::vector<link::KeyPair> hostile;
  for (int i = 0; i < kColluding; ++i) hostile.push_back(enrol(keys, fmt::format("hostile-{}", i)));
  (void)honest.speak(std::chrono::seconds(1));
  const double resident = resident_mb();
  Measured out;
  const auto add = [](std::vector<double>& to, const std::vector<double>& times) {
    to.insert(to.end(), times.begin(), times.end());
  };
  for (int turn = 0; turn < kTurns; ++turn) {
    add(out.quiet, honest.speak(kQuiet));
    attackers.begin(attack, engine->endpoint(), engine_key, hostile);
    const std::vector<double> times = honest.speak(kFlooded);
    out.resident = std::max(out.resident, resident_mb() - resident);
    out.sent += attackers.end();
    add(out.flooded, times);
  }
  return out;
}

}  // namespace

Rows flood() {
  const std::vector<std::pair<Attack, std::string>> attacks = {
      {Attack::none_but_busy, "eight threads that only encrypt"},
      {Attack::large_batches, "eight agents flood with the largest batches"},
      {Attack::endless, "eight agents send messages without end"},
      {Attack::tiny_batches, "eight agents flood with one-byte messages"},
      {Attack::within_window, "eight agents keep to their windows, largest batches"},
      {Attack::usual_batches, "eight agents keep to their windows, 256 KiB batches"},
      {Attack::strangers, "strangers with silent sockets and wrong keys"}};
  Rows rows;
  use_half(false);
  // What is measured after this gets all of them again, whatever becomes of it.
  const std::shared_ptr<void> all(nullptr, [](void*) { use_all(); });
  for (const auto& [attack, words] : attacks) {
    const Measured m = measure(attack);
    const bool judged = attack != Attack::none_but_busy;
    for (const double share : {0.5, 0.99})
      rows.push_back({share == 0.5 ? "F50" : "F99",
                      fmt::format("{}: honest p{:.0f}", words, share * 100),
                      percentile(m.flooded, share),
                      "ms",
                      "the same agent, quiet",
                      percentile(m.quiet, share),
                      2,
                      false,
                      judged,
                      {}});
    rows.push_back({"FM", fmt::format("{}: memory beside that of before", words), m.resident, "MB", "budget", 0, 320,
                    false, judged, fmt::format("they got rid of {} MiB", m.sent >> 20U)});
  }
  return rows;
}

}  // namespace wf::bench
