#include "agents/network/netflow.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "agents/kit/read/socket_listen.hpp"
#include "agents/network/netflow_packet.hpp"
#include "agents/network/netflow_volume.hpp"
#include "tests/agents/network/sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

extern char** environ;

namespace wf::network {
namespace {

using namespace wf::test;

/// Big-endian bytes one after the other.
class Wire {
 public:
  Wire& n(std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) text_.push_back(i < 8 ? static_cast<char>(value >> (8 * i)) : '\0');
    return *this;
  }
  Wire& u8(std::uint64_t v) { return n(v, 1); }
  Wire& u16(std::uint64_t v) { return n(v, 2); }
  Wire& u32(std::uint64_t v) { return n(v, 4); }
  Wire& ip(const char* address) {
    std::array<char, 16> bytes{};
    const bool four = ::inet_pton(AF_INET, address, bytes.data()) == 1;
    if (!four) REQUIRE(::inet_pton(AF_INET6, address, bytes.data()) == 1);
    text_.append(bytes.data(), four ? 4 : 16);
    return *this;
  }
  Wire& add(const Wire& other) {
    text_ += other.text_;
    return *this;
  }
  /// This as a set: number, length, content.
  [[nodiscard]] Wire set(std::uint16_t id) const { return Wire().u16(id).u16(text_.size() + 4).add(*this); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Wire v9(std::uint32_t sequence, const Wire& sets, std::uint32_t domain = 7) {
  return Wire().u16(9).u16(1).u32(1000).u32(1773354665).u32(sequence).u32(domain).add(sets);
}
Wire ipfix(std::uint32_t sequence, const Wire& sets, std::uint32_t domain = 7) {
  return Wire().u16(10).u16(sets.text().size() + 16).u32(1773354665).u32(sequence).u32(domain).add(sets);
}
Wire v5(std::uint32_t sequence, const std::vector<Wire>& records, std::uint16_t sampling = 0) {
  Wire out;
  out.u16(5).u16(records.size()).u32(1000).u32(1773354665).u32(0).u32(sequence).u16(0).u16(sampling);
  for (const Wire& record : records) out.add(record);
  return out;
}
Wire v5_record(const char* from, const char* to, std::uint32_t packets, std::uint32_t bytes) {
  return Wire().ip(from).ip(to).n(0, 8).u32(packets).u32(bytes).n(0, 8).u16(1).u16(2).u8(0).u8(0).u8(6).u8(0).n(0, 8);
}

struct Decoded {
  std::vector<FlowRecord> flows;
  Result<NetflowRead> read = NetflowRead{};
};
Decoded decode(NetflowDecoder& decoder, const Wire& wire, std::string_view exporter = "192.0.2.1") {
  Decoded out;
  out.read = decoder.read(wire.text(), exporter, [&](const FlowRecord& flow) { out.flows.push_back(flow); });
  return out;
}

const Wire kTemplate = Wire().u16(256).u16(4).u16(8).u16(4).u16(12).u16(4).u16(1).u16(4).u16(2).u16(4);
Wire data(const char* from, const char* to, std::uint32_t bytes, std::uint32_t packets) {
  return Wire().ip(from).ip(to).u32(bytes).u32(packets);
}

TEST_CASE("version 5: records, sampling in the header, and flows that are missing by their numbers") {
  NetflowDecoder decoder;
  const Decoded one = decode(
      decoder,
      v5(100, {v5_record("10.0.0.5", "203.0.113.9", 7, 4000), v5_record("10.0.0.6", "10.0.0.5", 1, 40)}, 0x4064));
  REQUIRE(one.read);
  REQUIRE(one.flows.size() == 2);
  CHECK(text_of(one.flows[0].source) == "10.0.0.5");
  CHECK(text_of(one.flows[0].destination) == "203.0.113.9");
  CHECK(one.flows[0].packets == 7);
  CHECK(one.flows[0].bytes == 4000);
  CHECK(one.flows[0].sampling == 100);
  CHECK(one.read->lost == 0);
  CHECK(decode(decoder, v5(105, {v5_record("10.0.0.5", "10.0.0.6", 1, 1)})).read->lost == 3);
  CHECK(decode(decoder, v5(106, {v5_record("10.0.0.5", "10.0.0.6", 1, 1)})).read->lost == 0);
  CHECK(decode(decoder, v5(102, {v5_record("10.0.0.5", "10.0.0.6", 1, 1)})).read->lost == 0);  // late
  CHECK(decode(decoder, v5(107, {v5_record("10.0.0.5", "10.0.0.6", 1, 1)})).read->lost == 0);
  Wire cut;
  cut.add(Wire().u16(5).u16(30));
  CHECK_FALSE(decode(decoder, cut).read);
}

TEST_CASE("version 9: data before its template is counted, then read; each exporter and domain has its own") {
  NetflowDecoder decoder;
  const Wire flows = data("10.0.0.5", "203.0.113.9", 4000, 7).set(256);
  const Decoded early = decode(decoder, v9(1, flows));
  REQUIRE(early.read);
  CHECK(early.read->without_template == 1);
  CHECK(early.flows.empty());
  REQUIRE(decode(decoder, v9(2, kTemplate.set(0))).read);
  const Decoded then = decode(decoder, v9(3, flows));
  REQUIRE(then.flows.size() == 1);
  CHECK(then.flows[0].bytes == 4000);
  CHECK(then.flows[0].packets == 7);
  CHECK(decode(decoder, v9(1, flows, 8)).read->without_template == 1);
  CHECK(decode(decoder, v9(1, flows), "192.0.2.2").read->without_template == 1);
  CHECK(decode(decoder, v9(9, flows)).read->lost == 5);
}

TEST_CASE("sampling that an exporter says in its options holds for its flows, by sampler where it says which") {
  NetflowDecoder decoder;
  // Options of version 9: scope system (1), then samplerId and its interval.
  const Wire options = Wire().u16(300).u16(4).u16(8).u16(1).u16(4).u16(48).u16(1).u16(50).u16(4);
  const Wire with_sampler =
      Wire().u16(256).u16(5).u16(8).u16(4).u16(12).u16(4).u16(1).u16(4).u16(2).u16(4).u16(48).u16(1);
  REQUIRE(decode(decoder, v9(1, Wire().add(options.set(1)).add(with_sampler.set(0)))).read);
  REQUIRE(decode(decoder, v9(2, Wire().u32(1).u8(3).u32(512).u8(0).n(0, 2).set(300))).read);
  const Decoded flows = decode(decoder, v9(3, Wire()
                                                  .add(data("10.0.0.5", "10.0.0.6", 1, 1))
                                                  .u8(3)
                                                  .add(data("10.0.0.5", "10.0.0.6", 1, 1))
                                                  .u8(4)
                                                  .n(0, 2)
                                                  .set(256)));
  REQUIRE(flows.flows.size() == 2);
  CHECK(flows.flows[0].sampling == 512);
  CHECK(flows.flows[1].sampling == 1);
  // IPFIX: one packet taken, 99 passed over, for all.
  NetflowDecoder other;
  const Wire fields = Wire().u16(300).u16(3).u16(1).u16(149).u16(4).u16(305).u16(4).u16(306).u16(4);
  REQUIRE(decode(other, ipfix(0, Wire().add(fields.set(3)).add(kTemplate.set(2)))).read);
  REQUIRE(decode(other, ipfix(0, Wire().u32(7).u32(1).u32(99).set(300))).read);
  const Decoded sampled = decode(other, ipfix(1, data("10.0.0.5", "10.0.0.6", 1, 1).set(256)));
  REQUIRE(sampled.flows.size() == 1);
  CHECK(sampled.flows[0].sampling == 100);
}

TEST_CASE("IPFIX: values that say their length, other makers' fields, both ways in one record, IPv6") {
  NetflowDecoder decoder;
  Wire made;
  made.u16(400).u16(7).u16(27).u16(16).u16(28).u16(16).u16(82).u16(0xffff);
  made.u16(0x8000 | 5).u16(2).u32(9999);
  made.u16(1).u16(8).u16(0x8000 | 1).u16(8).u32(29305).u16(2).u16(4);
  Wire record;
  record.ip("2001:db8::5").ip("2001:db8::9").u8(3).n(0x616263, 3).u16(77).n(5'000'000'000, 8).n(600, 8).u32(9);
  Wire longer;
  longer.ip("2001:db8::5").ip("2001:db8::9").u8(255).u16(300);
  for (int i = 0; i < 300; ++i) longer.u8('x');
  longer.u16(77).n(1, 8).n(2, 8).u32(3);
  const Decoded all = decode(decoder, ipfix(0, Wire().add(made.set(2)).add(Wire().add(record).add(longer).set(400))));
  REQUIRE(all.read);
  REQUIRE(all.flows.size() == 2);
  CHECK(text_of(all.flows[0].source) == "2001:db8::5");
  CHECK(all.flows[0].bytes == 5'000'000'000);
  CHECK(all.flows[0].reverse_bytes == 600);
  CHECK(all.flows[0].packets == 9);
  CHECK(all.flows[1].reverse_bytes == 2);
  CHECK(decode(decoder, ipfix(5, Wire())).read->lost == 3);
  // A template that is withdrawn is gone.
  REQUIRE(decode(decoder, ipfix(5, Wire().u16(400).u16(0).set(2))).read);
  CHECK(decoder.templates() == 0);
}

TEST_CASE("zeros that fill a datagram up are nothing; a set without a length before others is broken") {
  NetflowDecoder decoder;
  const Wire flows = data("10.0.0.5", "203.0.113.9", 4000, 7).set(256);
  const Decoded read = decode(decoder, v9(1, Wire().add(kTemplate.set(0)).add(flows).n(0, 64)));
  REQUIRE(read.read);
  CHECK(read.flows.size() == 1);
  CHECK_FALSE(decode(decoder, v9(2, Wire().u32(0).add(flows))).read);
}

TEST_CASE("what is no export is refused, and templates are bounded") {
  NetflowDecoder decoder;
  CHECK_FALSE(decode(decoder, Wire()).read);
  CHECK_FALSE(decode(decoder, Wire().u16(7).n(0, 40)).read);
  CHECK_FALSE(decode(decoder, v9(1, Wire().u16(0).u16(2))).read);
  CHECK_FALSE(decode(decoder, v9(1, Wire().u16(256).u16(400))).read);
  CHECK_FALSE(decode(decoder, v9(1, Wire().u16(256).u16(60000).n(0, 30).set(0))).read);
  CHECK_FALSE(decode(decoder, v9(1, Wire().u16(256).u16(2).u16(8).u16(0).u16(12).u16(0).set(0))).read);
  CHECK_FALSE(decode(decoder, v9(1, Wire().u16(256).u16(9).u16(8).u16(4).set(0))).read);
  for (std::uint32_t domain = 0; domain < 3000; ++domain)
    REQUIRE(decode(decoder, v9(1, kTemplate.set(0), domain)).read);
  CHECK(decoder.templates() == NetflowDecoder::kMostTemplates);
  // The newest are there.
  CHECK(decode(decoder, v9(2, data("10.0.0.5", "10.0.0.6", 1, 1).set(256), 2999)).flows.size() == 1);
}

TEST_CASE("no bytes bring the decoder down, and no more flows come out than there are bytes") {
  std::mt19937 random(5);
  const std::string seeds[] = {
      v5(1, {v5_record("10.0.0.5", "203.0.113.9", 7, 4000)}).text(),
      v9(1, Wire().add(kTemplate.set(0)).add(data("10.0.0.5", "10.0.0.6", 1, 1).set(256))).text(),
      ipfix(1, Wire().add(kTemplate.set(2)).add(data("10.0.0.5", "10.0.0.6", 1, 1).set(256))).text()};
  NetflowDecoder decoder;
  for (int i = 0; i < 30000; ++i) {
    std::string bytes = seeds[random() % std::size(seeds)];
    for (auto n = random() % 4; n > 0; --n) bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    std::size_t flows = 0;
    (void)decoder.read(bytes, "192.0.2.1", [&](const FlowRecord&) { ++flows; });
    REQUIRE(flows <= bytes.size());
    REQUIRE(decoder.templates() <= NetflowDecoder::kMostTemplates);
  }
}

FlowRecord flow(const char* from, const char* to, std::uint64_t bytes, std::uint32_t sampling = 1) {
  FlowRecord out;
  const auto address = [](const char* text) {
    std::array<char, 4> four{};
    REQUIRE(::inet_pton(AF_INET, text, four.data()) == 1);
    return ipv4_address({four.data(), 4});
  };
  out.source = address(from);
  out.destination = address(to);
  out.bytes = bytes;
  out.packets = bytes / 100;
  out.sampling = sampling;
  return out;
}

TEST_CASE("the volume of each host of ours, its peers with the most bytes first, and of the whole") {
  NetflowVolume volume(*OwnNetworks::parse(""));
  volume.add(flow("10.0.0.5", "203.0.113.9", 10'000));
  volume.add(flow("203.0.113.9", "10.0.0.5", 500'000));
  volume.add(flow("10.0.0.5", "10.0.0.6", 1'000, 10));
  volume.add(flow("203.0.113.9", "203.0.113.10", 700));  // of nobody here
  for (int i = 0; i < 20; ++i) volume.add(flow("10.0.0.5", ("198.51.100." + std::to_string(i)).c_str(), 100));
  std::vector<Event> events;
  volume.take(42, 60 * kSecond, events);
  REQUIRE(events.size() == 3);
  const Event& all = events[0];
  CHECK(all.kind == "network.flow");
  CHECK(all.logsource == Logsource{"netflow", "total", ""});
  CHECK(all.field("netflow.bytes") == "522700");
  CHECK(all.field("netflow.flows") == "24");
  CHECK(all.field("netflow.hosts") == "2");
  const Event& host = events[1];
  CHECK(host.time == 42);
  CHECK(host.logsource == Logsource{"netflow", "host", ""});
  CHECK(host.field("src.ip") == "10.0.0.5");
  CHECK(host.field("netflow.bytes_out") == "22000");
  CHECK(host.field("netflow.bytes_in") == "500000");
  CHECK(host.field("netflow.packets_in") == "5000");
  CHECK(host.field("netflow.flows") == "23");
  CHECK(host.field("netflow.sampling") == "10");
  CHECK(host.field("netflow.peer") == "203.0.113.9");
  CHECK(host.field("netflow.peer_bytes") == "510000");
  const int peers = std::stoi(std::string(host.field("netflow.peers")));
  CHECK((peers >= 20 && peers <= 24));
  CHECK(host.field("message") == "10.0.0.5 sent 22.0 kB and got 500.0 kB in 23 flows, most with 203.0.113.9");
  CHECK(events[2].field("src.ip") == "10.0.0.6");
  events.clear();
  volume.take(43, 60 * kSecond, events);
  CHECK(events.empty());
}

TEST_CASE("hosts are bounded, and what further ones do is said") {
  NetflowVolume volume(*OwnNetworks::parse("10.0.0.0/8"));
  for (int i = 0; i < 5000; ++i)
    volume.add(flow(("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)).c_str(), "203.0.113.9", 100));
  std::vector<Event> events;
  volume.take(1, kMinute, events);
  CHECK(events.size() == NetflowVolume::kMostHosts + 1);
  CHECK(events[0].field("netflow.flows_of_further_hosts") == std::to_string(5000 - NetflowVolume::kMostHosts));
  CHECK(events[0].field("netflow.flows") == "5000");
}

TEST_CASE("networks of ours") {
  const OwnNetworks own = *OwnNetworks::parse("10.4.0.0/14+192.0.2.7+2001:db8::/33");
  const auto has = [&](const char* text) {
    std::array<char, 16> bytes{};
    if (::inet_pton(AF_INET, text, bytes.data()) == 1) return own.contains(ipv4_address({bytes.data(), 4}));
    REQUIRE(::inet_pton(AF_INET6, text, bytes.data()) == 1);
    IpAddress address{};
    std::copy(bytes.begin(), bytes.end(), address.begin());
    return own.contains(address);
  };
  CHECK(has("10.7.255.255"));
  CHECK_FALSE(has("10.8.0.0"));
  CHECK(has("192.0.2.7"));
  CHECK_FALSE(has("192.0.2.6"));
  CHECK(has("2001:db8:7fff::1"));
  CHECK_FALSE(has("2001:db8:8000::1"));
  for (const char* bad : {"10.0.0.0/33", "x", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8x"})
    CHECK_FALSE(OwnNetworks::parse(bad));
}

TEST_CASE("what is wrong with a netflow source is said") {
  const auto problems = [](const char* spec) { return problems_of(make_netflow(*kit::parse_source_spec(spec))); };
  CHECK(problems("netflow:udp://127.0.0.1:2055,interval=5m,local=10.0.0.0/8").empty());
  CHECK(problems("netflow:127.0.0.1:2055").empty());
  CHECK(problems("netflow:").find("no port") != std::string::npos);
  CHECK(problems("netflow:tcp://127.0.0.1:2055").find("over UDP") != std::string::npos);
  for (const char* bad : {"1s", "90m", "x", "60", "9999999999999999999s"})
    CHECK(problems(("netflow:udp://127.0.0.1:2055,interval=" + std::string(bad)).c_str()).find("no interval") !=
          std::string::npos);
  CHECK(problems("netflow:udp://127.0.0.1:2055,local=x").find("no network") != std::string::npos);
}

/// A capture (libpcap's format) of UDP packets: `count` of `size` bytes from 10.0.0.5 to each of three peers.
std::string capture(int count, std::size_t size) {
  const auto little = [](std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
    return out;
  };
  std::string out =
      little(0xa1b2c3d4, 4) + little(2, 2) + little(4, 2) + little(0, 8) + little(65535, 4) + little(1, 4);
  for (int i = 0; i < count; ++i)
    for (int peer = 1; peer <= 3; ++peer) {
      Wire ip;
      ip.u8(0x45)
          .u8(0)
          .u16(28 + size)
          .u32(0)
          .u8(64)
          .u8(17)
          .u16(0)
          .ip("10.0.0.5")
          .ip(("203.0.113." + std::to_string(peer)).c_str());
      std::string header = ip.text();
      std::uint32_t sum = 0;
      for (std::size_t k = 0; k < 20; k += 2)
        sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(header[k]) << 8 |
                                          static_cast<std::uint8_t>(header[k + 1]));
      while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
      header[10] = static_cast<char>(~sum >> 8);
      header[11] = static_cast<char>(~sum);
      Wire packet;
      packet.n(0x020000000001, 6).n(0x020000000002, 6).u16(0x0800);
      const std::string bytes =
          packet.text() + header + Wire().u16(4000).u16(53).u16(8 + size).u16(0).text() + std::string(size, 'x');
      out += little(1773354665 + static_cast<std::uint64_t>(i), 4) + little(0, 4) + little(bytes.size(), 4) +
             little(bytes.size(), 4) + bytes;
    }
  return out;
}

TEST_CASE("softflowd's exports give the volume of the capture that it read, in all three versions") {
  if (::access("/usr/sbin/softflowd", X_OK) != 0) {
    WARN("softflowd is absent: not tried");
    return;
  }
  const TemporaryFolder folder;
  folder.write("a.pcap", capture(10, 972));  // 1,000 bytes of IP each
  for (const std::string version : {"5", "9", "10"}) {
    INFO("version " << version);
    const std::string port = std::to_string(free_port(SOCK_DGRAM));
    kit::SourceMade made = make_netflow(*kit::parse_source_spec("netflow:udp://127.0.0.1:" + port));
    REQUIRE(made.problems.empty());
    kit::Source& source = *made.source;
    REQUIRE(source.start("", false, {1, kSecond}));
    REQUIRE(source.status().state == "running");
    // softflowd takes only short names.
    const std::string target = "127.0.0.1:" + port;
    const std::vector<const char*> words{"/usr/sbin/softflowd", "-d", "-r",  "a.pcap", "-n",  target.c_str(), "-v",
                                         version.c_str(),       "-c", "ctl", "-p",     "pid", nullptr};
    pid_t pid = 0;
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.path().c_str());
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    REQUIRE(::posix_spawn(&pid, words[0], &actions, nullptr, const_cast<char**>(words.data()), environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    Collected sink;
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (source.status().read == 0 && std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> fds;
      source.add_fds(fds);
      (void)::poll(fds.data(), fds.size(), 100);
      source.step(sink, {1, kSecond});
    }
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    source.step(sink, {1, kSecond});
    CHECK(source.status().read > 0);
    CHECK(source.status().refused == 0);
    CHECK(sink.events.empty());
    source.step(sink, {utc_from_civil(2026, 3, 13), 62 * kSecond});
    REQUIRE(sink.events.size() == 2);
    const Event& host = sink.events[1];
    CHECK(host.field("src.ip") == "10.0.0.5");
    CHECK(host.field("netflow.bytes_out") == "30000");
    CHECK(host.field("netflow.packets_out") == "30");
    CHECK(host.field("netflow.flows") == "3");
    CHECK(host.field("netflow.peers") == "3");
    CHECK(host.field("netflow.peer_bytes") == "10000");
    CHECK(host.time == utc_from_civil(2026, 3, 13));
  }
}

}  // namespace
}  // namespace wf::network
