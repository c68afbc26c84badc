// The receiver as a source, on sockets of this machine: what its peers may do to it.
#include "agents/access/dc09.hpp"

#include <poll.h>
#include <sys/stat.h>

#include <chrono>
#include <functional>

#include "agents/kit/read/socket_listen.hpp"
#include "panel_sender.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::access {
namespace {

using namespace test;
using namespace wf::test;

constexpr const char* kKey = "00112233445566778899AABBCCDDEEFF";

/// A port that nobody listens on.
std::uint16_t free_port(int type) {
  Result<kit::Descriptor> socket = kit::listen_on("127.0.0.1", 0, type, "test");
  REQUIRE(socket);
  return kit::port_of(*socket);
}

/// A receiver whose events are durable when the test says so.
struct Bench {
  explicit Bench(const std::string& more = "") {
    tcp = free_port(SOCK_STREAM);
    udp = free_port(SOCK_DGRAM);
    const std::string keys = folder.write("keys", std::string("v: 1\nkeys: {\"1234\": \"") + kKey + "\"}\n");
    ::chmod(keys.c_str(), 0600);
    config = folder.write("dc09.yaml", "v: 1\nlisten: {tcp: '127.0.0.1:" + std::to_string(tcp) +
                                           "', udp: '127.0.0.1:" + std::to_string(udp) + "'}\nkeys: " + keys +
                                           "\naccounts:\n  - {account: '1234', device: panel-1}\n"
                                           "  - {account: '77AB', encrypted: false}\n" +
                                           more);
    start("");
  }
  void start(const std::string& position) {
    source.reset();
    kit::SourceMade made = make_dc09(*kit::parse_source_spec("dc09:" + config));
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start(position, false, moment()));
    CHECK(source->status().problem.empty());
    CHECK(source->status().state == "running");
  }
  [[nodiscard]] kit::Moment moment() const { return {utc_from_civil(2026, 3, 12, 22, 31, 5), mono}; }

  /// Lets the source work until something is true, or gives up.
  bool until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::vector<pollfd> fds;
      source->add_fds(fds);
      ::poll(fds.data(), fds.size(), 20);
      turn();
    }
    return true;
  }
  /// The source works once.
  void turn() {
    while (source->step(sink, moment())) {
    }
    if (durable) source->durable(moment());
  }
  /// What the receiver answers, once something came.
  std::string answer(PanelSocket& panel) {
    std::string out;
    (void)until([&] { return !(out += panel.receive()).empty() || panel.ended; });
    return out;
  }
  Message encrypted(std::string sequence = "0042") const {
    Message message;
    message.sequence = std::move(sequence);
    message.key = &key;
    message.time = moment().now;
    return message;
  }
  static Message clear(std::string sequence, std::string data = "NBA1") {
    Message message;
    message.account = "77AB";
    message.sequence = std::move(sequence);
    message.data = std::move(data);
    return message;
  }
  static Message null() {
    Message message = clear("0000", "");
    message.id = "NULL";
    return message;
  }

  TemporaryFolder folder;
  std::uint16_t tcp = 0, udp = 0;
  std::string config;
  Dc09Key key = key_of(kKey);
  std::int64_t mono = 1000 * kSecond;
  bool durable = true;
  std::unique_ptr<kit::Source> source;
  Collected sink;
};

TEST_CASE("a panel's alarm comes over TCP and over UDP, and is acknowledged") {
  Bench bench;
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    PanelSocket panel(type == SOCK_STREAM ? bench.tcp : bench.udp, type);
    REQUIRE(panel.connected());
    const std::size_t before = bench.sink.events.size();
    REQUIRE(panel.send(bench.encrypted(type == SOCK_STREAM ? "0001" : "0002").bytes()));
    CHECK(id_of(bench.answer(panel)) == "*ACK");
    REQUIRE(bench.sink.events.size() == before + 1);
    CHECK(bench.sink.events.back().kind == "intrusion.alarm");
    CHECK(bench.sink.events.back().field("src.ip") == "127.0.0.1");
    CHECK(bench.sink.events.back().source == bench.source->spec().name);
  }
  CHECK(bench.source->status().read == 2);
  CHECK(bench.source->status().events == 2);
  CHECK(bench.source->status().refused == 0);
}

TEST_CASE("nothing is acknowledged before it is durable; link tests are") {
  Bench bench;
  bench.durable = false;
  PanelSocket panel(bench.tcp, SOCK_STREAM), other(bench.tcp, SOCK_STREAM), datagrams(bench.udp, SOCK_DGRAM);
  REQUIRE(panel.send(bench.encrypted("0001").bytes()));
  REQUIRE(bench.until([&] { return bench.sink.events.size() == 1; }));
  // The same over the other way while it is not durable yet: its answer waits as well.
  REQUIRE(datagrams.send(bench.encrypted("0001").bytes()));
  REQUIRE(bench.until([&] { return bench.source->status().read == 2; }));
  REQUIRE(other.send(Bench::null().bytes()));
  CHECK(id_of(bench.answer(other)) == "ACK");
  CHECK(panel.receive().empty());
  CHECK(datagrams.receive().empty());
  CHECK(bench.sink.events.size() == 1);
  bench.source->durable(bench.moment());
  CHECK(id_of(bench.answer(panel)) == "*ACK");
  CHECK(id_of(bench.answer(datagrams)) == "*ACK");
}

TEST_CASE("a panel that went before its answer was ready takes nobody else's") {
  Bench bench;
  bench.durable = false;
  {
    PanelSocket gone(bench.tcp, SOCK_STREAM);
    REQUIRE(gone.send(bench.encrypted("0001").bytes()));
    REQUIRE(bench.until([&] { return bench.sink.events.size() == 1; }));
  }
  PanelSocket panel(bench.tcp, SOCK_STREAM);
  REQUIRE(panel.send(Bench::null().bytes()));
  CHECK(id_of(bench.answer(panel)) == "ACK");
  bench.source->durable(bench.moment());
  CHECK(panel.receive().empty());
}

TEST_CASE("an agent that was killed knows what it had acknowledged or not") {
  Bench bench;
  PanelSocket panel(bench.tcp, SOCK_STREAM);
  REQUIRE(panel.send(bench.encrypted("0001").bytes()));
  REQUIRE(bench.until([&] { return bench.sink.events.size() == 1; }));
  bench.start(bench.source->position());
  PanelSocket again(bench.tcp, SOCK_STREAM);
  REQUIRE(again.send(bench.encrypted("0001").bytes()));
  CHECK(id_of(bench.answer(again)) == "*ACK");
  CHECK(bench.sink.events.size() == 1);
}

TEST_CASE("two messages in one segment, and one in many, are each answered") {
  Bench bench;
  PanelSocket panel(bench.tcp, SOCK_STREAM);
  REQUIRE(panel.send(Bench::clear("0001").bytes() + Bench::clear("0002", "NBA2").bytes()));
  std::string answers;
  REQUIRE(bench.until([&] {
    answers += panel.receive();
    return std::count(answers.begin(), answers.end(), '\r') == 2;
  }));
  CHECK(answers.find("\"ACK\"0001") < answers.find("\"ACK\"0002"));
  for (const char c : Bench::clear("0003", "NBA3").bytes()) {
    REQUIRE(panel.send(std::string(1, c)));
    bench.turn();
  }
  CHECK(id_of(bench.answer(panel)) == "ACK");
  CHECK(bench.sink.events.size() == 3);
  CHECK(bench.source->status().refused == 0);
}

TEST_CASE("a datagram that comes twice is answered twice and reported once") {
  Bench bench;
  PanelSocket panel(bench.udp, SOCK_DGRAM);
  const std::string bytes = bench.encrypted("0001").bytes();
  REQUIRE(panel.send(bytes));
  REQUIRE(panel.send(bytes));
  int answers = 0;
  REQUIRE(bench.until([&] { return (answers += panel.receive().empty() ? 0 : 1) == 2; }));
  CHECK(bench.sink.events.size() == 1);
}

TEST_CASE("each fault of a panel is counted with its reason, and the next message is heard") {
  const auto [fault, why] = GENERATE(table<std::string, std::string>({
      {"bad CRC", "CRC is wrong"},
      {"garbage", "belong to no message"},
      {"half a frame", "breaks off"},
      {"oversized", "longer than a message may be"},
      {"unknown account", "is not known"},
      {"wrong key", "does not open"},
      {"stale time", "out of range"},
      {"in clear", "sends in clear"},
      {"no report", "no SIA report"},
  }));
  const int type = GENERATE(SOCK_STREAM, SOCK_DGRAM);
  INFO(fault << (type == SOCK_STREAM ? " over TCP" : " over UDP"));
  Bench bench;
  const Dc09Key other = key_of("FF112233445566778899AABBCCDDEEFF");
  Message message = bench.encrypted();
  std::string bytes = message.bytes();
  if (fault == "bad CRC") bytes[2] = bytes[2] == 'A' ? 'B' : 'A';
  if (fault == "garbage") bytes = "\x16\x03\x01\x02 TLS perhaps";
  if (fault == "half a frame") bytes = bytes.substr(0, 30) + Bench::null().bytes();
  if (fault == "oversized") bytes = "\nABCDFFFF\"SIA-DCS\"0001L0#1234[" + std::string(2000, 'x');
  if (fault == "unknown account") message.account = "6666", message.key = nullptr, bytes = message.bytes();
  if (fault == "wrong key") message.key = &other, bytes = message.bytes();
  if (fault == "stale time") message.time = bench.moment().now - kHour, bytes = message.bytes();
  if (fault == "in clear") message.key = nullptr, bytes = message.bytes();
  if (fault == "no report") message.data = "#1234|?", bytes = message.bytes();
  PanelSocket panel(type == SOCK_STREAM ? bench.tcp : bench.udp, type);
  REQUIRE(panel.send(bytes));
  REQUIRE(bench.until([&] { return bench.source->status().refused > 0; }));
  CHECK(bench.source->status().problem.find(why) != std::string::npos);
  CHECK(bench.source->status().state == "running");
  (void)panel.receive();
  REQUIRE(panel.send(Bench::clear("0009").bytes()));
  std::string answers;
  REQUIRE(bench.until([&] { return (answers += panel.receive()).find("\"ACK\"0009") != std::string::npos; }));
  CHECK(bench.sink.events.back().kind == "intrusion.alarm");
}

TEST_CASE("half a message is given up after 30 s, and its connection closed") {
  Bench bench;
  PanelSocket panel(bench.tcp, SOCK_STREAM);
  REQUIRE(panel.send(bench.encrypted().bytes().substr(0, 40)));
  REQUIRE(bench.until([&] { return bench.source->next_wake() == bench.mono + 30 * kSecond; }));
  bench.mono += 30 * kSecond;
  REQUIRE(bench.until([&] { return panel.receive().empty() && panel.ended; }));
  CHECK(bench.source->status().refused == 1);
  CHECK(bench.source->status().problem.find("half a message") != std::string::npos);
}

TEST_CASE("one address has a quarter of the connections; strangers go before panels") {
  Bench bench("connections: 16\n");
  PanelSocket panel(bench.tcp, SOCK_STREAM);
  REQUIRE(panel.send(Bench::clear("0001").bytes()));
  REQUIRE(id_of(bench.answer(panel)) == "ACK");
  std::vector<std::unique_ptr<PanelSocket>> strangers;
  // Fewer than wait at a port before they are taken.
  for (int i = 0; i < 24; ++i) strangers.push_back(std::make_unique<PanelSocket>(bench.tcp, SOCK_STREAM));
  const auto open = [&] {
    int out = 0;
    for (const auto& one : strangers) {
      (void)one->receive();
      out += one->ended ? 0 : 1;
    }
    return out;
  };
  REQUIRE(bench.until([&] { return open() == 3; }));
  REQUIRE(panel.send(Bench::clear("0002", "NBA2").bytes()));
  CHECK(id_of(bench.answer(panel)) == "ACK");
  // A new panel gets in at once.
  PanelSocket next(bench.tcp, SOCK_STREAM);
  REQUIRE(next.send(Bench::clear("0003", "NBA3").bytes()));
  CHECK(id_of(bench.answer(next)) == "ACK");
}

TEST_CASE("a peer that sends garbage without end is put out, and holds no memory") {
  Bench bench;
  PanelSocket panel(bench.tcp, SOCK_STREAM);
  const std::string garbage = "\n0000" + std::string(6000, 'x');
  std::string got;
  for (int i = 0; i < 40 && !panel.ended; ++i) {
    (void)panel.send(garbage);
    bench.turn();
    got += panel.receive();
  }
  CHECK(bench.until([&] { return panel.receive().empty() && panel.ended; }));
  CHECK(got.empty());
  CHECK(bench.sink.events.empty());
}

TEST_CASE("a peer that does not read its answers does not hold the others up") {
  Bench bench;
  PanelSocket deaf(bench.tcp, SOCK_STREAM);
  std::string many;
  for (int i = 0; i < 200; ++i) many += Bench::null().bytes();
  // As much as the system takes; it is closed when too much is unsent, or goes on being read.
  for (int i = 0; i < 50; ++i) {
    (void)deaf.send(many);
    bench.turn();
  }
  PanelSocket panel(bench.tcp, SOCK_STREAM);
  REQUIRE(panel.send(Bench::clear("0001").bytes()));
  CHECK(id_of(bench.answer(panel)) == "ACK");
}

TEST_CASE("a port that is taken is waited for") {
  Bench bench;
  kit::SourceMade made = make_dc09(*kit::parse_source_spec("dc09:" + bench.config));
  REQUIRE(made.problems.empty());
  CHECK(made.source->check().empty());  // an agent that runs is no fault
  REQUIRE(made.source->start("", false, bench.moment()));
  CHECK(made.source->status().state == "waiting");
  CHECK(made.source->status().problem.find("another program listens there") != std::string::npos);
  bench.source.reset();
  kit::Moment later = bench.moment();
  later.mono = made.source->next_wake();
  (void)made.source->step(bench.sink, later);
  CHECK(made.source->status().state == "running");
}

TEST_CASE("a source that cannot be made says everything that is wrong with it") {
  const TemporaryFolder folder;
  CHECK(problems_of(make_dc09(*kit::parse_source_spec("dc09:" + folder.file("absent")))).find("cannot be read") !=
        std::string::npos);
  CHECK(problems_of(make_dc09(*kit::parse_source_spec("dc09:"))).find("needs its configuration") != std::string::npos);
  const std::string keys = folder.write("keys", "v: 1\nkeys: {\"77AB\": \"00112233445566778899AABBCCDDEEFF\"}\n");
  const std::string config = folder.write("dc09.yaml", "v: 1\nlisten: {tcp: '0.0.0.0:12128'}\nkeys: " + keys +
                                                           "\naccounts: [{account: '1234'}, {account: '77AB'}]\n");
  ::chmod(keys.c_str(), 0644);
  std::string all = problems_of(make_dc09(*kit::parse_source_spec("dc09:" + config)));
  CHECK(all.find("the keys: others than its owner may use this file") != std::string::npos);
  ::chmod(keys.c_str(), 0600);
  all = problems_of(make_dc09(*kit::parse_source_spec("dc09:" + config)));
  CHECK(all.find("account 1234 has no key") != std::string::npos);
  CHECK(all.find("77AB") == std::string::npos);
  all = problems_of(make_dc09(*kit::parse_source_spec("dc09:" + config + ",tz=UTC")));
  CHECK(all.find("no option 'tz'") != std::string::npos);
}

TEST_CASE("a receiver has no end") {
  Bench bench;
  const Result<void> started = bench.source->start("", true, bench.moment());
  REQUIRE_FALSE(started);
  CHECK(started.error().text().find("--once") != std::string::npos);
}

}  // namespace
}  // namespace wf::access
