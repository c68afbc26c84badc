#include "agents/kit/link/link_client.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <algorithm>

#include <functional>
#include <memory>
#include <utility>

#include "fake_engine.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::kit;
using wf::kit::test::FakeEngine;
using wf::kit::test::FromAgent;

namespace {

/// A link client on a spool of its own, against an engine that the test plays. The time stands still unless the
/// test moves it.
struct Bench {
  explicit Bench(std::string endpoint = "") {
    options.kind = "network";
    options.version = "1.2";
    options.name = "gate-1";
    options.engines = {endpoint.empty() ? "ipc://" + (scratch / "engine.ipc").string() : endpoint};
    options.identity_file = scratch / "identity.json";
    options.seed = 7;
    options.say = [this](const std::string& line) { said.push_back(line); };
    options.report = [] {
      AgentReport report;
      report.spooled = 42;
      return report;
    };
    SpoolOptions spool_options;
    spool_options.directory = scratch / "spool";
    Result<Spool> opened = Spool::open(spool_options);
    REQUIRE(opened);
    spool.emplace(std::move(*opened));
  }
  LinkClient& client() {
    if (!client_) client_ = std::make_unique<LinkClient>(options, *spool);
    return *client_;
  }
  void append(std::uint8_t lane, std::uint32_t count, std::string_view bytes) {
    const BatchToSpool batch{lane, count, bytes};
    REQUIRE(spool->append({&batch, 1}, {}));
  }
  void start_engine() { engine = std::make_unique<FakeEngine>(options.engines.front()); }

  /// Steps the client until it has nothing to do or waits, as its agent would.
  void step(int wait_ms) {
    while (client().step({now, mono})) {
    }
    std::vector<pollfd> fds;
    client().add_fds(fds);
    (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()), wait_ms);
    while (client().step({now, mono})) {
    }
  }
  /// The next message of a kind that the engine gets; others are passed over.
  FromAgent expect(LinkKind kind) {
    for (int i = 0; i < wf::test::patience_ms(1000); ++i) {
      step(0);
      if (std::optional<FromAgent> message = engine->receive(5); message && message->header.kind == kind) {
        route = message->route;
        return *message;
      }
    }
    FAIL("the engine did not get a message of kind " << static_cast<int>(kind));
    return {};
  }
  /// All batches that come now.
  std::vector<FromAgent> batches() {
    std::vector<FromAgent> out;
    for (int quiet = 0; quiet < 10;) {
      step(0);
      if (std::optional<FromAgent> message = engine->receive(5); !message)
        ++quiet;
      else if (message->header.kind == LinkKind::batch)
        out.push_back(*message);
    }
    return out;
  }
  void until(const std::function<bool()>& holds) {
    for (int i = 0; i < wf::test::patience_ms(1000) && !holds(); ++i) step(5);
    REQUIRE(holds());
  }
  void welcome(std::uint32_t window, std::vector<LaneStored> stored = {}, LinkMessage message = {}) {
    message.kind = LinkKind::welcome;
    message.window = window;
    message.stored = std::move(stored);
    message.agent_name = "gate-1";
    engine->send(route, message);
  }
  void acknowledge(std::uint8_t lane, std::uint64_t first, std::uint32_t count) {
    LinkMessage message;
    message.kind = LinkKind::ack;
    message.epoch = spool->epoch();
    message.lane = lane;
    message.first_sequence = first;
    message.count = count;
    engine->send(route, message);
  }
  void connect(std::uint32_t window, std::vector<LaneStored> stored = {}, LinkMessage message = {}) {
    if (!engine) start_engine();
    expect(LinkKind::hello);
    welcome(window, std::move(stored), std::move(message));
    until([&] { return client().state() == LinkClient::State::connected; });
  }

  kit::test::Scratch scratch;
  LinkOptions options;
  std::optional<Spool> spool;
  std::unique_ptr<FakeEngine> engine;
  std::string route;
  std::vector<std::string> said;
  UtcNs now = 1'700'000'000 * kSecond;
  std::int64_t mono = 1000 * kSecond;

 private:
  std::unique_ptr<LinkClient> client_;
};

}  // namespace

TEST_CASE("large batches come as they are, though libzmq has their memory and later ones take it again") {
  Bench bench;
  std::vector<std::string> sent;
  for (std::uint32_t n = 0; n < 60; ++n) {
    // Around the size from which nothing is copied, and larger and smaller than the one before.
    std::string bytes((n * 7919) % 30'000 + 1000, static_cast<char>('a' + n % 26));
    bytes += std::to_string(n);
    bench.append(1, 1, bytes);
    sent.push_back(std::move(bytes));
  }
  bench.connect(8);
  for (std::uint64_t n = 0; n < sent.size();) {
    for (const FromAgent& one : bench.batches()) {
      REQUIRE(n < sent.size());
      CHECK(one.header.first_sequence == n + 1);
      CHECK(one.payload == sent[n++]);
      bench.acknowledge(1, n, 1);
    }
  }
}

TEST_CASE("an agent says hello with its epoch and is quiet until it is welcomed") {
  Bench bench;
  bench.append(1, 1, "event");
  bench.start_engine();
  const FromAgent hello = bench.expect(LinkKind::hello);
  CHECK(hello.header.epoch == bench.spool->epoch());
  CHECK(hello.header.wire_version == kWireVersion);
  CHECK(hello.header.agent_version == "1.2");
  CHECK(hello.header.agent_kind == "network");
  CHECK(hello.header.agent_name == "gate-1");
  CHECK(hello.header.clock == bench.now);
  CHECK(bench.batches().empty());
  CHECK(bench.client().state() == LinkClient::State::connecting);
  bench.welcome(8);
  const FromAgent batch = bench.expect(LinkKind::batch);
  CHECK(batch.payload == "event");
  CHECK(batch.header.epoch == bench.spool->epoch());
  CHECK(batch.header.lane == 1);
  CHECK(batch.header.first_sequence == 1);
  CHECK(batch.header.count == 1);
  CHECK_FALSE(bench.client().delivered());
  bench.acknowledge(1, 1, 1);
  bench.until([&] { return bench.client().delivered(); });
  CHECK(bench.spool->events() == 0);
  CHECK(bench.said == std::vector<std::string>{"connected to " + bench.options.engines[0] + " as gate-1"});
}

TEST_CASE("no more bytes than the window has are under way, but one batch always") {
  Bench bench;
  for (int i = 0; i < 6; ++i) bench.append(1, 1, std::string(1000, 'x'));
  bench.append(1, 1, std::string(5000, 'y'));
  bench.append(1, 1, "z");
  LinkMessage answer;
  answer.window_bytes = 2500;
  bench.connect(100, {}, answer);
  CHECK(bench.batches().size() == 2);
  bench.acknowledge(1, 1, 1);
  CHECK(bench.batches().size() == 1);
  bench.acknowledge(1, 2, 5);
  CHECK(bench.batches().size() == 2);
  bench.acknowledge(1, 4, 2);
  CHECK(bench.batches().size() == 1);
  bench.acknowledge(1, 6, 1);
  CHECK(bench.batches().size() == 1);  // the large one, alone
  bench.acknowledge(1, 7, 1);
  CHECK(bench.batches().size() == 1);
}

TEST_CASE("one batch of life safety goes beside a batch that fills the window, where the engine takes it") {
  const std::uint32_t version = GENERATE(2U, 3U);
  Bench bench;
  bench.append(1, 1, std::string(5000, 'y'));
  LinkMessage answer;
  answer.window_bytes = 2500;
  answer.wire_version = version;
  bench.connect(100, {}, answer);
  REQUIRE(bench.batches().size() == 1);
  for (int i = 0; i < 2; ++i) bench.append(0, 1, "fire");
  // An engine of version 2 takes it for a flood.
  CHECK(bench.batches().size() == (version < kUrgentBesideWindow ? 0 : 1));
  if (version >= kUrgentBesideWindow) {
    bench.acknowledge(0, 1, 1);
    CHECK(bench.batches().size() == 1);
    bench.acknowledge(0, 2, 1);
  }
  bench.acknowledge(1, 1, 1);
  CHECK(bench.batches().size() == (version < kUrgentBesideWindow ? 2 : 0));
}

TEST_CASE("life safety goes first, and bulk is not starved") {
  Bench bench;
  for (int i = 0; i < 8; ++i) bench.append(2, 1, "bulk");
  for (int i = 0; i < 8; ++i) bench.append(1, 1, "normal");
  bench.append(0, 1, "fire");
  bench.connect(100);
  std::string order;
  for (const FromAgent& batch : bench.batches()) order += static_cast<char>('0' + batch.header.lane);
  CHECK(order == "01112111211222222");
}

TEST_CASE("life safety does not wait for what others have under way, nor for a window that others filled") {
  Bench bench;
  const std::string large(64U << 10U, 'x');
  for (int i = 0; i < 20; ++i) bench.append(1, 1, large);
  for (int i = 0; i < 80; ++i) bench.append(2, 1, "bulk");
  bench.connect(64);
  const std::size_t before = bench.batches().size();
  CHECK(before < 20);  // as much as is sensible while nothing was confirmed yet, whatever the window
  bench.append(0, 1, "fire");
  std::vector<FromAgent> more = bench.batches();
  REQUIRE(more.size() == 1);
  CHECK(more[0].payload == "fire");
  // Small batches: a part of the window is life safety's alone.
  Bench small;
  for (int i = 0; i < 80; ++i) small.append(1, 1, "little");
  small.connect(64);
  CHECK(small.batches().size() == 56);
  for (int i = 0; i < 10; ++i) small.append(0, 1, "fire");
  more = small.batches();
  CHECK(more.size() == 8);
  CHECK(std::all_of(more.begin(), more.end(), [](const FromAgent& batch) { return batch.header.lane == 0; }));
}

TEST_CASE("no more than the window is unacknowledged, and one acknowledgement may cover several batches") {
  Bench bench;
  for (std::uint32_t i = 0; i < 10; ++i) bench.append(1, 2, "b" + std::to_string(i));
  bench.connect(3);
  CHECK(bench.batches().size() == 3);
  bench.acknowledge(1, 1, 4);
  std::vector<FromAgent> more = bench.batches();
  REQUIRE(more.size() == 2);
  CHECK(more[0].header.first_sequence == 7);
  CHECK(bench.spool->acknowledged(1) == 4);
  // Out of order: kept in mind, and given to the spool when what is before it is stored too.
  bench.acknowledge(1, 9, 2);
  CHECK(bench.batches().size() == 1);
  CHECK(bench.spool->acknowledged(1) == 4);
  bench.acknowledge(1, 5, 4);
  CHECK(bench.batches().size() == 2);
  CHECK(bench.spool->acknowledged(1) == 10);
  // What nobody sent, and other epochs, change nothing.
  bench.acknowledge(1, 100, 5);
  bench.acknowledge(0, 1, 5);
  CHECK(bench.batches().empty());
  CHECK(bench.spool->acknowledged(1) == 10);
}

TEST_CASE("an acknowledgement that comes while a turn sends is work for another turn") {
  Bench bench;
  bench.append(1, 1, "first");
  bench.append(1, 1, "second");
  bench.options.report = [&, done = false]() mutable {  // between sending and the end of the turn
    if (std::exchange(done, true)) return AgentReport{};
    const std::optional<FromAgent> batch = bench.engine->receive(5000);
    REQUIRE(batch);
    REQUIRE(batch->payload == "first");
    std::vector<pollfd> fds;
    bench.client().add_fds(fds);
    bench.acknowledge(1, 1, 1);
    REQUIRE(::poll(fds.data(), 1, 5000) == 1);
    return AgentReport{};
  };
  bench.start_engine();
  bench.expect(LinkKind::hello);
  bench.welcome(1);
  bool more = false;
  for (int i = 0; i < 1000 && bench.spool->acknowledged(1) == 0; ++i) {
    std::vector<pollfd> fds;
    bench.client().add_fds(fds);
    (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()), 5);
    more = bench.client().step({bench.now, bench.mono});
  }
  REQUIRE(bench.spool->acknowledged(1) == 1);
  CHECK(more);  // else it would sleep with room in the window and a batch to send
}

TEST_CASE("what the engine has stored already is not sent again") {
  Bench bench;
  for (std::uint32_t i = 0; i < 5; ++i) bench.append(1, 2, "b" + std::to_string(i));
  bench.connect(100, {{bench.spool->epoch(), 1, 6}, {bench.spool->epoch() + 1, 1, 8}, {bench.spool->epoch(), 2, 0}});
  const std::vector<FromAgent> sent = bench.batches();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].header.first_sequence == 7);
  CHECK(sent[0].payload == "b3");
}

TEST_CASE("a connection that ends is made again, and what was not acknowledged is sent again") {
  Bench bench;
  for (std::uint32_t i = 0; i < 3; ++i) bench.append(1, 1, "b" + std::to_string(i));
  bench.connect(100);
  CHECK(bench.batches().size() == 3);
  bench.acknowledge(1, 1, 1);
  bench.until([&] { return bench.spool->acknowledged(1) == 1; });
  bench.engine.reset();
  bench.until([&] { return bench.client().state() == LinkClient::State::waiting; });
  CHECK(bench.said.back().find("the connection ended") != std::string::npos);
  // It waits from half to one and a half of a quarter of a second.
  const std::int64_t wait = bench.client().next_wake() - bench.mono;
  CHECK(wait >= 125 * kMillisecond);
  CHECK(wait <= 375 * kMillisecond);
  bench.start_engine();
  bench.mono += kSecond;
  bench.connect(100);
  const std::vector<FromAgent> sent = bench.batches();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].payload == "b1");
}

TEST_CASE("an engine that welcomes again in the middle gets the rest again") {
  Bench bench;
  for (std::uint32_t i = 0; i < 3; ++i) bench.append(1, 1, "b" + std::to_string(i));
  bench.connect(2);
  CHECK(bench.batches().size() == 2);
  bench.welcome(100, {{bench.spool->epoch(), 1, 1}});
  const std::vector<FromAgent> sent = bench.batches();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].payload == "b1");
}

TEST_CASE("attempts become rarer, are said once, and end in a connection") {
  Bench bench;
  std::int64_t longest = 0;
  for (int attempt = 0; attempt < 60; ++attempt) {
    bench.until([&] {
      // On ipc a missing engine shows by its silence.
      if (bench.client().state() == LinkClient::State::connecting) bench.mono = bench.client().next_wake();
      return bench.client().state() == LinkClient::State::waiting && bench.client().next_wake() > bench.mono;
    });
    const std::int64_t wait = bench.client().next_wake() - bench.mono;
    CHECK(wait <= 45 * kSecond);
    longest = std::max(longest, wait);
    bench.mono = bench.client().next_wake();
  }
  CHECK(longest >= 15 * kSecond);
  // A reason is said once until it is another one; on a busy machine silence and a refusal may take turns.
  CHECK(!bench.said.empty());
  CHECK(std::adjacent_find(bench.said.begin(), bench.said.end()) == bench.said.end());
  bench.start_engine();
  bench.connect(1);
}

TEST_CASE("a second engine takes over when the first is away") {
  Bench bench;
  const std::string second = "ipc://" + (bench.scratch / "second.ipc").string();
  bench.options.engines = {"tcp://127.0.0.1:9", second};
  const kit::test::Keys keys = kit::test::make_keys();
  bench.options.identity = {"gate-1", "", keys.public_key, keys.public_key, keys.secret_key, true};
  bench.append(1, 1, "event");
  bench.engine = std::make_unique<FakeEngine>(second);
  bench.until([&] { return bench.client().state() == LinkClient::State::waiting && !bench.said.empty(); });
  CHECK(bench.said.front() == "tcp://127.0.0.1:9: no engine answers there; trying again until one does");
  bench.mono = bench.client().next_wake();
  bench.connect(1);
  CHECK(bench.batches().size() == 1);
}

TEST_CASE("a refusal is shown in one line, and asked again after a while") {
  Bench bench;
  bench.append(1, 1, "event");
  bench.connect(10);
  bench.expect(LinkKind::batch);
  LinkMessage refuse;
  refuse.kind = LinkKind::refuse;
  refuse.reason = "this agent was revoked";
  bench.engine->send(bench.route, refuse);
  bench.until([&] { return !bench.client().refusal().empty(); });
  CHECK(bench.client().refusal() == "this agent was revoked");
  CHECK(bench.said.back() == bench.options.engines[0] +
                                 ": this agent was revoked; its events stay in the spool, and "
                                 "it asks again every minute");
  // Until then it does nothing at all.
  CHECK_FALSE(bench.client().step({bench.now, bench.mono + 29 * kSecond}));
  CHECK(bench.client().next_wake() - bench.mono >= 30 * kSecond);
  CHECK(bench.batches().empty());
  bench.mono = bench.client().next_wake();
  bench.connect(10);
  CHECK(bench.client().refusal().empty());
}

TEST_CASE("a silent engine is left after fifteen seconds; a living one is told every five that the agent lives") {
  Bench bench;
  bench.connect(10);
  bench.expect(LinkKind::status);
  bench.until([&] { return bench.client().next_wake() == bench.mono + 5 * kSecond; });
  bench.mono += 5 * kSecond;
  bench.expect(LinkKind::heartbeat);
  bench.mono += 5 * kSecond;
  const FromAgent status = bench.expect(LinkKind::status);
  const Result<AgentReport> report = decode_report(status.payload);
  REQUIRE(report);
  CHECK(report->spooled == 42);
  LinkMessage beat;
  beat.kind = LinkKind::heartbeat;
  bench.engine->send(bench.route, beat);
  bench.until([&] { return bench.client().next_wake() == bench.mono + 5 * kSecond; });
  for (int i = 0; i < 200; ++i) bench.step(1);
  bench.mono += 14 * kSecond;
  bench.step(0);
  CHECK(bench.client().state() == LinkClient::State::connected);
  bench.mono += kSecond;
  bench.step(0);
  CHECK(bench.client().state() == LinkClient::State::waiting);
  CHECK(bench.said.back().find("silent for 15 seconds") != std::string::npos);
}

TEST_CASE("a change is reported within a second, not at once each time") {
  Bench bench;
  bench.connect(10);
  bench.expect(LinkKind::status);
  bench.client().report_changed();
  CHECK(bench.client().next_wake() == bench.mono + kSecond);
  bench.mono += kSecond;
  bench.expect(LinkKind::status);
}

TEST_CASE("when the engine knows numbers that were never given, the rest is numbered anew") {
  const std::uint32_t wire_version = GENERATE(1U, 2U);
  Bench bench;
  for (std::uint32_t i = 0; i < 3; ++i) bench.append(1, 2, "b" + std::to_string(i));
  const std::uint64_t before = bench.spool->epoch();
  LinkMessage answer;
  answer.wire_version = wire_version;
  bench.start_engine();
  bench.expect(LinkKind::hello);
  bench.welcome(100, {{before, 1, 20}}, answer);
  if (wire_version >= 2) {
    CHECK(bench.expect(LinkKind::hello).header.epoch != before);
    bench.welcome(100, {{before, 1, 20}}, answer);
  }
  bench.until([&] { return bench.client().state() == LinkClient::State::connected; });
  CHECK(bench.spool->epoch() != before);
  const std::vector<FromAgent> sent = bench.batches();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].header.epoch == bench.spool->epoch());
  CHECK(sent[0].header.first_sequence == 1);
  CHECK(sent[2].payload == "b2");
}

TEST_CASE("an invited agent enrols with the one-time key and then comes with its own") {
  Bench bench("tcp://127.0.0.1:*");
  bench.start_engine();
  bench.options.engines = {bench.engine->endpoint()};
  const kit::test::Keys once = kit::test::make_keys();
  Invitation invitation{bench.engine->endpoint(), bench.engine->public_key(), once.public_key, once.secret_key, "",
                        bench.now + kHour};
  Result<Identity> made = make_identity(invitation);
  REQUIRE(made);
  bench.options.identity = *made;
  bench.options.invitation = invitation;
  const FromAgent enrol = bench.expect(LinkKind::enrol);
  CHECK(enrol.header.public_key == made->public_key);
  CHECK(enrol.header.agent_kind == "network");
  CHECK(enrol.header.agent_name == "gate-1");
  LinkMessage enrolled;
  enrolled.kind = LinkKind::enrolled;
  enrolled.agent_name = "north-gate";
  bench.engine->send(enrol.route, enrolled);
  const FromAgent hello = bench.expect(LinkKind::hello);
  CHECK(hello.route != enrol.route);
  CHECK(bench.client().name() == "north-gate");
  const Result<std::optional<Identity>> kept = read_identity(bench.options.identity_file);
  REQUIRE(kept);
  REQUIRE(*kept);
  CHECK((*kept)->enrolled);
  CHECK((*kept)->name == "north-gate");
  CHECK((*kept)->secret_key == made->secret_key);
  struct stat info {};
  REQUIRE(::stat(bench.options.identity_file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
}

TEST_CASE("an address where another engine answers is named as that") {
  Bench bench("tcp://127.0.0.1:*");
  bench.start_engine();
  bench.options.engines = {bench.engine->endpoint()};
  const kit::test::Keys other = kit::test::make_keys(), own = kit::test::make_keys();
  bench.options.identity = {"gate-1", "", other.public_key, own.public_key, own.secret_key, true};
  bench.until([&] { return !bench.said.empty(); });
  CHECK(bench.said.front().find("is not the engine that this agent was enrolled with") != std::string::npos);
}

TEST_CASE("attachments are sent when no batch waits, and events that come meanwhile go before the next piece") {
  Bench bench;
  Result<Attachments> attachments = Attachments::open({.directory = bench.scratch / "attachments"});
  REQUIRE(attachments);
  bench.options.attachments = &*attachments;
  const std::string hash = attachments->add("\xff\xd8\xff" + std::string(50'000, 'x')).value();
  for (int i = 0; i < 3; ++i) bench.append(1, 1, "event");
  bench.connect(2);
  const auto stored = [&](std::uint64_t offset) {
    LinkMessage message;
    message.kind = LinkKind::attachment_stored;
    message.attachment = hash;
    message.offset = offset;
    bench.engine->send(bench.route, message);
  };
  // The window is full and the third event waits: nothing else is said.
  REQUIRE(bench.batches().size() == 2);
  bench.acknowledge(1, 1, 2);
  CHECK(bench.expect(LinkKind::batch).header.first_sequence == 3);
  const FromAgent question = bench.expect(LinkKind::attachment);
  CHECK(question.header.offset == 0);
  CHECK(question.payload.size() == 4096);
  CHECK_FALSE(bench.client().delivered());
  bench.append(1, 1, "another");
  stored(4096);
  CHECK(bench.expect(LinkKind::batch).payload == "another");
  // Both places of the window are taken by events: the next piece waits for one of them.
  bench.acknowledge(1, 3, 1);
  CHECK(bench.expect(LinkKind::attachment).header.offset == 4096);
  bench.acknowledge(1, 4, 1);
  stored(50'003);
  bench.until([&] { return bench.client().delivered(); });
  CHECK(attachments->count() == 0);
}

TEST_CASE("an engine of version 1 is sent no attachment") {
  Bench bench;
  Result<Attachments> attachments = Attachments::open({.directory = bench.scratch / "attachments"});
  REQUIRE(attachments);
  bench.options.attachments = &*attachments;
  REQUIRE(attachments->add("\xff\xd8\xff and so on"));
  bench.start_engine();
  bench.expect(LinkKind::hello);
  LinkMessage welcome;
  welcome.kind = LinkKind::welcome;
  welcome.wire_version = 1;
  welcome.window = 8;
  bench.engine->send(bench.route, welcome);
  bench.until([&] { return bench.client().state() == LinkClient::State::connected; });
  bench.append(1, 1, "event");
  for (int i = 0; i < 3; ++i) {
    bench.step(0);
    while (const std::optional<FromAgent> message = bench.engine->receive(5))
      CHECK(message->header.kind != LinkKind::attachment);
  }
  bench.acknowledge(1, 1, 1);
  bench.until([&] { return bench.client().delivered(); });
  CHECK(attachments->count() == 1);
  CHECK(bench.said.back().ends_with("the engine is too old for attachments; they wait until it is updated"));
}

TEST_CASE("a command reaches the agent with its payload, only after WELCOME") {
  Bench bench;
  std::vector<std::string> taken;
  bench.options.on_command = [&](std::string_view payload, const Moment&) { taken.emplace_back(payload); };
  bench.start_engine();
  bench.expect(LinkKind::hello);
  LinkMessage command;
  command.kind = LinkKind::device_command;
  bench.engine->send(bench.route, command, "too early");
  bench.welcome(8);
  bench.until([&] { return bench.client().state() == LinkClient::State::connected; });
  bench.engine->send(bench.route, command, "unlock");
  bench.until([&] { return !taken.empty(); });
  CHECK(taken == std::vector<std::string>{"unlock"});
}

TEST_CASE("where the engine's time matters, a clock that was set makes a new connection to the same engine") {
  Bench bench;
  bench.options.keeps_time = true;
  bench.start_engine();
  bench.expect(LinkKind::hello);
  LinkMessage welcome;
  welcome.kind = LinkKind::welcome;
  welcome.window = 8;
  welcome.clock = 1'700'000'000 * kSecond;
  bench.engine->send(bench.route, welcome);
  bench.until([&] { return bench.client().state() == LinkClient::State::connected; });
  CHECK(bench.client().commands().clock().known());
  LinkMessage beat;
  beat.kind = LinkKind::heartbeat;
  beat.clock = welcome.clock + kHour;
  bench.engine->send(bench.route, beat);
  bench.until([&] { return bench.client().state() == LinkClient::State::waiting; });
  CHECK(bench.said.back().find("the engine's clock is not what it was") != std::string::npos);
  bench.mono = bench.client().next_wake();
  bench.expect(LinkKind::hello);
  welcome.clock += kHour;
  bench.engine->send(bench.route, welcome);
  bench.until([&] { return bench.client().state() == LinkClient::State::connected; });
}
