// Peers that do little rather than much: half-open, silent, deaf, or with a clock of another century.
#include <algorithm>
#include <limits>
#include <vector>

#include "tests/console/link/client.hpp"
#include "tests/console/link/hostile.hpp"
#include "tests/console/link/peace.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

TEST_CASE("hundreds of connections that stop anywhere in their handshake are ended, and others get in meanwhile") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair keys = engine.enrol("net-1");
  const std::string hello_command = "\x04\xc8\x05HELLO" + std::string(60, '\0');
  const std::vector<std::string> begun{"",         greeting().substr(0, 1),        greeting().substr(0, 10),
                                       greeting(), greeting() + command_head(190), greeting() + hello_command};
  std::vector<RawPeer> crowd;
  for (int i = 0; i < 200; ++i) {
    crowd.emplace_back(engine.server->endpoint());
    crowd.back().send(begun[static_cast<std::size_t>(i) % begun.size()]);
    // Half of them close their own end and keep the other open.
    if (i % 2 == 1) crowd.back().say_no_more();
  }
  check_served(engine, keys);
  for (RawPeer& peer : crowd) CHECK(peer.closed(wf::test::patience_ms(10'000)));
  CHECK(fact_of(engine, "closed").topic == Topic::handshake);
  check_served(engine, keys);
}

TEST_CASE("an agent that never reads what it is answered is ended as deaf, and what waits for it is bounded") {
  const Folder folder;
  // What is acknowledged here counts once the link has ended its round, and a round reads up to 256 messages: a window
  // of fewer would now and then take this peer for a flood.
  Engine engine(folder.path() / "keys", "tcp://127.0.0.1:0", 512);
  HostilePeer::Habits habits;
  habits.receive_buffer = 4096;
  HostilePeer peer(engine.server->endpoint(), engine.engine_key, engine.enrol("net-1"), habits);
  REQUIRE(peer.good());
  REQUIRE(peer.send(encoded(hello())));
  const double before = resident_mb();
  const auto deaf = [&] {
    const std::lock_guard hold(engine.mutex);
    return std::any_of(engine.audit.begin(), engine.audit.end(), [](const Fact& f) { return f.topic == Topic::deaf; });
  };
  std::size_t answered = 0;
  for (std::uint64_t next = 1; next <= 200'000 && !deaf(); ++next) {
    if (!peer.send(encoded(batch(next, 1)), true) || !peer.send("x")) break;
    if (!engine.wait([&](const Engine& e) { return e.batches.size() > answered || !e.audit.empty(); })) break;
    for (const std::vector<ReceivedBatch> taken = engine.taken(); answered < taken.size(); ++answered) {
      const Acknowledgement done{taken[answered].origin, 1, 0, taken[answered].reply_to};
      engine.server->acknowledge({&done, 1});
    }
    const std::lock_guard hold(engine.mutex);
    engine.batches.clear();
    answered = 0;
  }
  CHECK(engine.reported(Topic::deaf, "net-1"));
  CHECK(peer.closed(wf::test::patience_ms(5000)));
  if (!wf::test::kSanitized) CHECK(resident_mb() - before < 32);  // a sanitizer keeps memory of its own
  check_served(engine, engine.enrol("net-2"));
}

TEST_CASE("a clock that is years off is said as such, whatever number it says, and the agent is served") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const std::int64_t century = 100 * 365 * kDay;
  const std::vector<std::pair<UtcNs, std::int64_t>> clocks = {{engine.now - 5 * 365 * kDay, -5 * 365 * kDay},
                                                              {engine.now + 30 * 365 * kDay, 30 * 365 * kDay},
                                                              {std::numeric_limits<UtcNs>::min(), -century},
                                                              {std::numeric_limits<UtcNs>::max(), century}};
  int number = 0;
  for (const auto& [clock, skew] : clocks) {
    const std::string name = "net-" + std::to_string(++number);
    Client agent = engine.connect(engine.enrol(name));
    LinkMessage first = hello();
    first.clock = clock;
    agent.send(first);
    REQUIRE(agent.receive(LinkKind::welcome));
    for (const PeerState& state : engine.server->peers())
      if (state.agent == name) CHECK(state.clock_skew == skew);
    agent.send(batch(1, 1), name);
    CHECK(engine.wait([&](const Engine& e) { return !e.batches.empty() && e.batches.back().payload == name; }));
  }
}
