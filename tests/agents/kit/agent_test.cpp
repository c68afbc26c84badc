#include "agents/kit/agent.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>

#include "fake_engine.hpp"
#include "fake_source.hpp"
#include "proto/attachment.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;
using test::FakeInput;

namespace {

class FullDisk final : public Disk {
 public:
  ssize_t write(int fd, const char* bytes, std::size_t size, off_t at) override {
    if (full) return errno = ENOSPC, -1;
    return Disk::write(fd, bytes, size, at);
  }
  bool full = false;
};

/// An agent on fake sources; without an engine unless a test plays one. Restart it as often as you like.
struct Bench {
  void start(bool once = false) {
    agent.reset();
    spool.reset();
    SpoolOptions options;
    options.directory = scratch / "spool";
    options.limit_bytes = limit;
    options.disk = &disk;
    Result<Spool> opened = Spool::open(options);
    REQUIRE(opened);
    spool.emplace(std::move(*opened));
    std::vector<std::unique_ptr<Source>> sources;
    for (auto& [name, input] : inputs) {
      SourceSpec spec;
      spec.kind = "fake";
      spec.name = name;
      sources.push_back(std::make_unique<test::FakeSource>(spec, *input));
    }
    LinkOptions link;
    link.kind = "network";
    link.version = "1.2";
    link.name = "gate-1";
    link.say = [this](const std::string& line) {
      if (line.find("no engine answers") == std::string::npos) said.push_back(line);
    };
    link.engines = {"ipc://" + (scratch / "engine.ipc").string()};
    link.attachments = attachments ? &*attachments : nullptr;
    agent = std::make_unique<Agent>(std::move(sources), *spool, std::move(link), once);
    agent->start(moment());
  }
  FakeInput& input(const std::string& name) {
    auto& made = inputs[name];
    if (!made) made = std::make_unique<FakeInput>();
    return *made;
  }
  [[nodiscard]] Moment moment() const { return {1'700'000'000 * kSecond + mono, mono}; }
  /// Lets `ns` pass in steps of the gathering time.
  void pass(std::int64_t ns) {
    for (const std::int64_t end = mono + ns; mono < end; mono += Collector::kGather)
      for (int i = 0; i < 100 && agent->turn(moment()); ++i) {
      }
  }
  /// All events in the spool, decoded, by lane and number.
  std::vector<Event> spooled() {
    std::vector<Event> out;
    spool->rewind();
    for (std::uint8_t lane = 0; lane < kLanes; ++lane)
      for (StoredBatch batch; spool->read(lane, batch);) {
        Result<std::vector<Event>> events = decode_batch(batch.bytes, {"gate-1", 1, lane, batch.first_sequence});
        REQUIRE(events);
        REQUIRE(events->size() == batch.count);
        for (Event& event : *events) out.push_back(std::move(event));
      }
    return out;
  }
  std::vector<std::string> messages(const std::string& kind) {
    std::vector<std::string> out;
    for (const Event& event : spooled())
      if (event.kind == kind) out.emplace_back(event.field("message"));
    return out;
  }

  test::Scratch scratch;
  std::vector<std::string> said;
  FullDisk disk;
  std::uint64_t limit = 64U << 20U;
  std::map<std::string, std::unique_ptr<FakeInput>> inputs;
  std::optional<Spool> spool;
  std::optional<Attachments> attachments;
  std::unique_ptr<Agent> agent;
  std::int64_t mono = 1000 * kSecond;
};

}  // namespace

TEST_CASE("an agent spools what its sources see, each event in its lane") {
  Bench bench;
  bench.input("a").lines = {"host.login one", "fire.alarm two", "network.flow three", "!broken"};
  bench.start();
  bench.pass(kSecond);
  std::vector<std::string> ids;
  for (const Event& event : bench.spooled()) ids.push_back(event.id + " " + event.kind + " " + event.source);
  CHECK(ids == std::vector<std::string>{"gate-1:1:0:1 fire.alarm a", "gate-1:1:1:1 agent.started agent",
                                        "gate-1:1:1:2 host.login a", "gate-1:1:2:1 network.flow a"});
  CHECK(bench.messages("agent.started").at(0) == "network agent 1.2 started; it reads a");
  CHECK(bench.agent->sources().summary() ==
        std::vector<std::string>{"a: 4 lines read, 3 events, 1 refused; last: a:4: broken"});
  CHECK(bench.spool->position("a") == "4");
}

TEST_CASE("a source is told when what it handed over is on the disk, and not before") {
  Bench bench;
  FakeInput& input = bench.input("a");
  input.can_wait = false;
  bench.start();
  bench.pass(kSecond);
  CHECK(input.durable == 0);
  input.lines = {"fire.alarm one"};
  (void)bench.agent->turn(bench.moment());
  CHECK(input.durable == 1);
  bench.disk.full = true;
  input.lines.push_back("fire.alarm two");
  bench.pass(3 * kSecond);
  CHECK(input.durable == 1);
  bench.disk.full = false;
  bench.pass(2 * kSecond);
  CHECK(input.durable == 2);
  CHECK(bench.spool->position("a") == "2");
}

TEST_CASE("an agent that is killed anywhere has each event once after its restarts") {
  Bench bench;
  FakeInput& input = bench.input("a");
  std::vector<std::string> expected;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 37 * (round % 5); ++i) {
      const std::string line = (i % 7 == 0 ? "network.flow " : "host.login ") + std::to_string(expected.size());
      input.lines.push_back(line);
      expected.push_back(line);
    }
    bench.start();  // without an orderly end before it
    const int turns = round % 4;
    for (int i = 0; i < turns; ++i) {
      bench.mono += 7 * kMillisecond;
      (void)bench.agent->turn(bench.moment());
    }
  }
  bench.start();
  bench.pass(kSecond);
  std::vector<std::string> seen;
  for (const Event& event : bench.spooled())
    if (event.source == "a") seen.emplace_back(event.field("message"));
  std::sort(seen.begin(), seen.end());
  std::sort(expected.begin(), expected.end());
  CHECK(seen == expected);
}

TEST_CASE("an orderly end keeps positions even of what made no events") {
  Bench bench;
  bench.input("a").lines = {"host.login one", "!bad", "!bad"};
  bench.start();
  (void)bench.agent->turn(bench.moment());
  REQUIRE(bench.agent->stop([&] { return bench.moment(); }));
  bench.start();
  CHECK(bench.input("a").started_at == "3");
}

TEST_CASE("one event goes out at once, and what follows closely is gathered") {
  Bench bench;
  FakeInput& input = bench.input("a");
  bench.start();
  bench.pass(kSecond);
  const std::uint64_t before = bench.spool->next_sequence(1);
  input.lines.emplace_back("host.login 1");
  (void)bench.agent->turn(bench.moment());
  CHECK(bench.spool->next_sequence(1) == before + 1);
  bench.mono += kMillisecond;
  input.lines.emplace_back("host.login 2");
  (void)bench.agent->turn(bench.moment());
  CHECK(bench.spool->next_sequence(1) == before + 1);
  CHECK(bench.agent->next_wake() == bench.mono + 19 * kMillisecond);
  input.lines.emplace_back("host.login 3");
  bench.mono += 19 * kMillisecond;
  (void)bench.agent->turn(bench.moment());
  CHECK(bench.spool->next_sequence(1) == before + 3);
  bench.mono += kMillisecond;
  input.lines.emplace_back("fire.alarm 4");  // life safety does not wait
  (void)bench.agent->turn(bench.moment());
  CHECK(bench.spool->next_sequence(0) == 2);
}

TEST_CASE("a trouble of a source becomes one event, and so does the next one") {
  Bench bench;
  FakeInput& input = bench.input("a");
  bench.input("b").fails = "no such device";
  bench.start();
  bench.pass(kSecond);
  input.trouble = "the file is gone";
  bench.pass(kSecond);
  bench.pass(kSecond);
  input.trouble.clear();
  bench.pass(kSecond);
  input.trouble = "the file is gone";
  bench.pass(kSecond);
  CHECK(bench.messages("agent.problem") ==
        std::vector<std::string>{"b: no such device; mend it", "the file is gone", "the file is gone"});
  CHECK(bench.agent->sources().failed());
  CHECK_FALSE(bench.agent->sources().over());
  const AgentReport report = bench.agent->report();
  REQUIRE(report.sources.size() == 2);
  CHECK(report.sources[0].state == "waiting");
  CHECK(report.sources[1].state == "failed");
  CHECK(bench.said == std::vector<std::string>{"b: no such device; mend it", "the file is gone", "a: in order again",
                                               "the file is gone"});
  CHECK(report.spooled == bench.spool->events());
  CHECK(report.resident_bytes > 1U << 20U);
}

TEST_CASE("a full disk stops the reading of files; what cannot wait is held in memory until the disk takes it") {
  Bench bench;
  FakeInput& file = bench.input("file");
  FakeInput& datagrams = bench.input("udp");
  datagrams.can_wait = false;
  bench.start();
  bench.pass(kSecond);
  bench.disk.full = true;
  file.lines = {"host.login 1"};
  bench.pass(kSecond);
  file.lines.insert(file.lines.end(), {"host.login 2", "host.login 3"});
  datagrams.lines = {"host.login x", "fire.alarm burning", "network.flow y"};
  bench.pass(3 * kSecond);
  CHECK(bench.agent->sources().all()[0]->status().read == 1);
  CHECK(bench.agent->sources().all()[1]->status().read == 3);
  CHECK(bench.agent->collector().given_up() == 0);
  const AgentReport report = bench.agent->report();
  REQUIRE(report.sources.size() == 3);
  CHECK(report.sources[2].name == "spool");
  CHECK(report.sources[2].state == "failed");
  CHECK(report.sources[2].problem.find("free space on that disk") != std::string::npos);
  bench.disk.full = false;
  bench.pass(3 * kSecond);
  CHECK(bench.messages("fire.alarm").size() == 1);
  CHECK(bench.messages("network.flow").size() == 1);
  CHECK(bench.messages("host.login") ==
        std::vector<std::string>{"host.login 1", "host.login x", "host.login 2", "host.login 3"});
  CHECK(bench.messages("agent.problem").size() == 1);
  CHECK(bench.messages("agent.gave_up").empty());
  CHECK(bench.agent->report().sources.size() == 2);
}

TEST_CASE("what a dead disk and the memory do not hold is counted and said, but for life safety") {
  Bench bench;
  FakeInput& datagrams = bench.input("udp");
  datagrams.can_wait = false;
  bench.start();
  bench.pass(kSecond);
  bench.disk.full = true;
  bench.input("udp").lines = {"host.login begins"};
  bench.pass(kSecond);
  const std::string filler(1000, 'x');
  for (int i = 0; i < 2000; ++i) datagrams.lines.push_back("network.flow " + std::to_string(i) + filler);
  bench.pass(2 * kSecond);
  const std::uint64_t gone = bench.agent->collector().given_up();
  CHECK(gone > 500);
  CHECK(gone < 1500);
  datagrams.lines.emplace_back("fire.alarm burning");
  bench.pass(2 * kSecond);
  CHECK(bench.agent->collector().given_up() == gone);
  bench.disk.full = false;
  bench.pass(20 * kSecond);
  CHECK(bench.messages("fire.alarm").size() == 1);
  CHECK(bench.messages("network.flow").size() == 2000 - gone);
  CHECK(bench.messages("agent.gave_up") ==
        std::vector<std::string>{std::to_string(gone) + " events were given up: the spool's disk took nothing"});
}

TEST_CASE("at the limit what cannot wait takes the place of the oldest bulk events, and that is said once") {
  Bench bench;
  bench.limit = 400'000;
  FakeInput& datagrams = bench.input("udp");
  datagrams.can_wait = false;
  bench.start();
  const std::string filler(200, 'x');
  std::map<std::string, std::size_t> sent;
  for (int i = 0; i < 12'000; ++i) {
    const char* const kind = i % 1000 == 0 ? "fire.alarm " : i % 10 == 0 ? "host.login " : "network.flow ";
    datagrams.lines.push_back(kind + std::to_string(i) + " " + filler);
    ++sent[kind];
    if (i % 100 == 0) bench.pass(Collector::kGather * 2);
  }
  bench.pass(60 * kSecond);
  CHECK(bench.spool->bytes() < bench.limit + 2 * Collector::kBatchBytes);
  CHECK(bench.agent->collector().given_up() == 0);
  CHECK(bench.messages("fire.alarm").size() == sent["fire.alarm "]);
  // What is left is the newest.
  const std::vector<std::string> flows = bench.messages("network.flow");
  CHECK(flows.size() < sent["network.flow "]);
  CHECK(flows.back() == datagrams.lines.back());
  std::uint64_t said = 0, recorded = 0;
  for (const Event& event : bench.spooled())
    if (event.kind == "agent.gave_up") said += std::stoull(std::string(event.field("agent.count")));
  for (const GivenUpRange& range : bench.spool->given_up()) {
    recorded += range.count();
    CHECK(range.lane != 0);
  }
  CHECK(recorded > 0);
  CHECK(said + bench.spooled().size() >= recorded);
  CHECK(bench.agent->report().sources.back().name == "spool");
  CHECK(bench.agent->report().sources.back().refused == recorded);
  // Not again after a restart.
  const std::size_t events = bench.messages("agent.gave_up").size();
  bench.limit = 64U << 20U;
  bench.start();
  bench.pass(60 * kSecond);
  CHECK(bench.messages("agent.gave_up").size() == events);
}

TEST_CASE("at the spool's limit reading waits until the engine takes events") {
  Bench bench;
  bench.limit = 400'000;
  FakeInput& file = bench.input("file");
  for (int i = 0; i < 30'000; ++i) file.lines.push_back("host.login " + std::string(50, 'x') + std::to_string(i));
  bench.start();
  bench.pass(kSecond);
  const std::uint64_t read = bench.agent->sources().all()[0]->status().read;
  CHECK(read < 30'000);
  CHECK(bench.agent->report().sources.back().state == "waiting");
  bench.pass(kSecond);
  CHECK(bench.agent->sources().all()[0]->status().read == read);
  CHECK(bench.spool->bytes() < bench.limit + 2 * Collector::kBatchBytes);
  CHECK(bench.spool->given_up().empty());
}

TEST_CASE("an event of impossible size is shortened and not refused") {
  Bench bench;
  bench.input("a").lines = {"fire.alarm " + std::string(3U << 20U, 'x')};
  bench.start();
  bench.pass(kSecond);
  const std::vector<Event> events = bench.spooled();
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == "fire.alarm");
  CHECK(events[0].field("message").size() == 64U << 10U);
  CHECK(events[0].field("agent.shortened") == "true");
}

TEST_CASE("a large event goes in a batch of its own, so that no batch is larger than the link takes") {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.input("a").lines.push_back("network.flow " + std::string(2000, 's'));
  bench.input("a").lines.push_back("network.flow " + std::string(900U << 10U, 'l'));
  bench.input("a").lines.emplace_back("network.flow after");
  bench.start();
  bench.pass(kSecond);
  bench.spool->rewind();
  std::size_t large = 0;
  for (StoredBatch batch; bench.spool->read(2, batch);) {
    CHECK((batch.count == 1 || batch.bytes.size() <= Collector::kBatchBytes));
    large += batch.bytes.size() > Collector::kBatchBytes ? 1 : 0;
  }
  CHECK(large == 1);
}

TEST_CASE("with once an agent is done when the engine has everything") {
  Bench bench;
  bench.input("a").lines = {"host.login 1", "network.flow 2"};
  test::FakeEngine engine("ipc://" + (bench.scratch / "engine.ipc").string());
  bench.start(true);
  std::uint64_t events = 0;
  for (int i = 0; i < 1000 && !bench.agent->done(); ++i) {
    bench.mono += kMillisecond;
    (void)bench.agent->turn(bench.moment());
    const std::optional<test::FromAgent> message = engine.receive(2);
    if (!message) continue;
    LinkMessage answer;
    if (message->header.kind == LinkKind::hello) {
      answer.kind = LinkKind::welcome;
      answer.window = 4;
      engine.send(message->route, answer);
    } else if (message->header.kind == LinkKind::batch) {
      CHECK_FALSE(bench.agent->done());
      events += message->header.count;
      answer = message->header;
      answer.kind = LinkKind::ack;
      engine.send(message->route, answer);
    }
  }
  CHECK(bench.agent->done());
  CHECK(events == 3);
}

TEST_CASE("attachments that are given up are an event with a count, and stand in the report") {
  Bench bench;
  Result<Attachments> opened = Attachments::open({.directory = bench.scratch / "attachments", .limit_bytes = 1500});
  REQUIRE(opened);
  bench.attachments.emplace(std::move(*opened));
  bench.input("a");
  bench.start();
  bench.pass(kSecond);
  std::string gone;
  for (const char* content : {"one", "two", "three"}) {
    const Result<std::string> hash = bench.attachments->add("\xff\xd8\xff" + std::string(700, 'x') + content);
    REQUIRE(hash);
    if (gone.empty()) gone = *hash;
  }
  bench.pass(kSecond);
  const std::vector<std::string> problems = bench.messages("agent.problem");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].starts_with("1 attachment was given up before the engine had it"));
  CHECK(bench.said.back() == problems[0]);
  std::vector<std::string> named;
  for (const Event& event : bench.spooled())
    for (const Field& field : event.fields)
      if (field.name == kGivenUpField) named.push_back(field.value);
  CHECK(named == std::vector<std::string>{gone});
  const AgentReport report = bench.agent->report();
  REQUIRE(report.sources.size() == 2);
  CHECK(report.sources[1].name == "attachments");
  CHECK(report.sources[1].refused == 1);
}

TEST_CASE("an attachment that was given up while the disk took nothing is said after a kill") {
  Bench bench;
  const auto open = [&] {
    Result<Attachments> opened = Attachments::open({.directory = bench.scratch / "attachments", .limit_bytes = 1500});
    REQUIRE(opened);
    bench.attachments.emplace(std::move(*opened));
  };
  open();
  bench.input("a");
  bench.start();
  bench.pass(kSecond);
  bench.disk.full = true;
  std::string gone;
  for (const char* content : {"one", "two", "three"}) {
    const Result<std::string> hash = bench.attachments->add("\xff\xd8\xff" + std::string(700, 'x') + content);
    REQUIRE(hash);
    if (gone.empty()) gone = *hash;
  }
  bench.pass(90 * kSecond);
  CHECK(std::any_of(bench.said.begin(), bench.said.end(),
                    [](const std::string& line) { return line.starts_with("1 attachment was given up"); }));
  bench.agent.reset();
  bench.disk.full = false;
  open();
  bench.start();
  bench.pass(kSecond);
  const auto named = [&] {
    std::vector<std::string> out;
    for (const Event& event : bench.spooled())
      for (const Field& field : event.fields)
        if (field.name == kGivenUpField) out.push_back(field.value);
    return out;
  };
  CHECK(named() == std::vector<std::string>{gone});
  bench.agent.reset();
  open();
  bench.start();
  bench.pass(90 * kSecond);
  CHECK(named() == std::vector<std::string>{gone});
}
