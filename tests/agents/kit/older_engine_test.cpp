// An engine of the release before this link (wire version 1), as it was recorded, against today's link client.
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>

#include "agents/kit/link/link_client.hpp"
#include "fake_engine.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/recorded_link.hpp"

using namespace wf;
using namespace wf::kit;
using kit::test::FakeEngine;
using kit::test::FromAgent;
using wf::test::kLastKindOfVersion1;
using wf::test::RecordedMessage;

namespace {

/// A link client whose spool has the epoch of the recorded agent, so that the recorded answers are about it.
struct Replay {
  explicit Replay(std::uint64_t epoch) {
    const std::filesystem::path directory = scratch / "spool";
    std::filesystem::create_directory(directory);
    char text[32];
    std::snprintf(text, sizeof text, "%016llx\n", static_cast<unsigned long long>(epoch));
    std::ofstream(directory / "epoch") << text;
    SpoolOptions spool_options;
    spool_options.directory = directory;
    Result<Spool> opened = Spool::open(spool_options);
    REQUIRE(opened);
    spool.emplace(std::move(*opened));
    REQUIRE(spool->epoch() == epoch);
    options.kind = "access";
    options.version = "0.2.0";
    options.name = "door-1";
    options.engines = {"ipc://" + (scratch / "engine.ipc").string()};
    options.identity_file = scratch / "identity.json";
    options.report = [] { return AgentReport{}; };
    engine = std::make_unique<FakeEngine>(options.engines.front());
    client = std::make_unique<LinkClient>(options, *spool);
  }
  void step() {
    while (client->step({now, mono})) {
    }
  }
  /// What the agent says next; none if it has nothing to say.
  std::optional<FromAgent> hear() {
    for (int i = 0; i < 20; ++i) {
      step();
      if (std::optional<FromAgent> message = engine->receive(5)) return message;
    }
    return std::nullopt;
  }
  template <class Done>
  void until(const Done& done) {
    for (int i = 0; i < wf::test::patience_ms(1000) && !done(); ++i) {
      step();
      std::vector<pollfd> fds;
      client->add_fds(fds);
      (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()), 5);
    }
    REQUIRE(done());
  }

  kit::test::Scratch scratch;
  LinkOptions options;
  std::optional<Spool> spool;
  std::unique_ptr<FakeEngine> engine;
  std::unique_ptr<LinkClient> client;
  UtcNs now = 1'700'000'000 * kSecond;
  std::int64_t mono = 1000 * kSecond;
};

bool same_batch(const LinkMessage& a, const LinkMessage& b) {
  return a.kind == LinkKind::batch && b.kind == LinkKind::batch && a.epoch == b.epoch && a.lane == b.lane &&
         a.first_sequence == b.first_sequence && a.count == b.count;
}

}  // namespace

TEST_CASE("an engine of wire version 1 gets everything once and acknowledges it, and hears no newer kind") {
  const auto connections = wf::test::recorded_connections("link-v1/conversation.hex");
  REQUIRE(connections.size() == 2);
  Replay replay(connections.front().front().header.epoch);
  std::uint64_t delivered = 0;
  for (const std::vector<RecordedMessage>& connection : connections) {
    std::string route;
    // Everything that the recorded agent sent is in the spool; the order of lanes is the agent's own affair.
    std::vector<RecordedMessage> expected;
    for (const RecordedMessage& message : connection) {
      if (message.header.kind != LinkKind::batch) continue;
      const BatchToSpool batch{message.header.lane, message.header.count, message.frames.at(1)};
      REQUIRE(replay.spool->append({&batch, 1}, {}));
      expected.push_back(message);
    }
    const auto hear_all = [&] {
      while (const std::optional<FromAgent> said = replay.hear()) {
        CHECK(said->header.kind <= kLastKindOfVersion1);
        if (said->header.kind == LinkKind::hello) route = said->route;
        if (said->header.kind != LinkKind::batch) continue;
        const auto found = std::find_if(expected.begin(), expected.end(), [&](const RecordedMessage& message) {
          return same_batch(message.header, said->header) && message.frames[1] == said->payload;
        });
        // Sent once, and as it was spooled.
        REQUIRE(found != expected.end());
        delivered += found->header.count;
        expected.erase(found);
      }
    };
    hear_all();
    REQUIRE(!route.empty());
    CHECK(delivered == (&connection == &connections.front() ? 0 : 8));
    for (const RecordedMessage& message : connection) {
      if (message.from_agent) continue;
      CHECK(message.header.wire_version == 1);
      replay.engine->send_raw(route, message.frames.at(0));
      hear_all();
    }
    CHECK(expected.empty());
    replay.until([&] { return replay.client->delivered(); });
    CHECK(replay.spool->events() == 0);
    // The engine goes; a new one comes, to which the agent says hello again.
    replay.engine.reset();
    replay.until([&] { return replay.client->state() == LinkClient::State::waiting; });
    replay.engine = std::make_unique<FakeEngine>(replay.options.engines.front());
    replay.mono = replay.client->next_wake();
  }
  CHECK(delivered == 10);
}
