#include "console/link/crowds.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <tuple>

#include "console/link/crowd_filter.hpp"
#include "console/link/guard.hpp"
#include "tests/console/link/client.hpp"
#include "tests/console/link/hostile.hpp"
#include "tests/console/link/peace.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

constexpr std::int64_t kBegin = 1000 * kSecond;
const auto nobody = [] { return std::size_t{0}; };

/// How many failures from an address make it a crowd.
int until_crowd(Crowds& crowds, const std::string& address, std::size_t agents, std::int64_t mono) {
  for (int n = 1; n <= 10'000; ++n)
    if (crowds.failed(
            address, [&] { return agents; }, mono))
      return n;
  return 0;
}

/// A socket that listens on a loopback address, and how many of those that come get through.
class Listening {
 public:
  explicit Listening(int family) : family_(family), socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const socklen_t size = address(0);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&at_), size) == 0 && ::listen(socket_, 128) == 0) {
      socklen_t bound = sizeof at_;
      good_ = ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at_), &bound) == 0;
    }
  }
  ~Listening() { ::close(socket_); }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] int descriptor() const { return socket_; }
  /// The port, in the network's order.
  [[nodiscard]] std::uint16_t port() const {
    return family_ == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(at_).sin6_port
                               : reinterpret_cast<const sockaddr_in&>(at_).sin_port;
  }
  /// On loopback a connection is there when connect() returns, unless its packet was thrown away.
  int let_in(int of) {
    int in = 0;
    for (int i = 0; i < of; ++i) {
      const int peer = ::socket(family_, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      (void)::connect(peer, reinterpret_cast<sockaddr*>(&at_), sizeof(sockaddr_in6));
      pollfd ready{peer, POLLOUT, 0};
      in += ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0 ? 1 : 0;
      ::close(peer);
    }
    return in;
  }

 private:
  socklen_t address(std::uint16_t port) {
    at_ = {};
    if (family_ == AF_INET6) {
      auto& six = reinterpret_cast<sockaddr_in6&>(at_);
      six.sin6_family = AF_INET6;
      six.sin6_addr = in6addr_loopback;
      six.sin6_port = htons(port);
      return sizeof six;
    }
    auto& four = reinterpret_cast<sockaddr_in&>(at_);
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four.sin_port = htons(port);
    return sizeof four;
  }
  const int family_, socket_;
  sockaddr_storage at_{};
  bool good_ = false;
};

}  // namespace

TEST_CASE("an address whose connections come to nothing again and again is a crowd until it has been quiet") {
  Crowds crowds;
  CHECK(until_crowd(crowds, "192.0.2.1", 0, kBegin) == Crowds::kAtOnce + 1);
  CHECK(crowds.look(kBegin));
  CHECK_FALSE(crowds.look(kBegin));
  CHECK(crowds.crowds() == std::vector<Origin>{*origin_of("192.0.2.1")});
  for (int i = 0; i < 100'000; ++i) (void)crowds.failed("192.0.2.1", nobody, kBegin);
  CHECK_FALSE(crowds.look(kBegin + Crowds::kAtOnce / Crowds::kEachSecond * kSecond));
  CHECK(crowds.look(kBegin + 2 * Crowds::kAtOnce / Crowds::kEachSecond * kSecond));
  CHECK(crowds.crowds().empty());
}

TEST_CASE("now and then a failure is borne, more of them where agents are, and each address for itself") {
  Crowds crowds;
  for (int i = 0; i < 10'000; ++i)
    REQUIRE_FALSE(crowds.failed("192.0.2.1", nobody, kBegin + i * kSecond / Crowds::kEachSecond));
  CHECK(until_crowd(crowds, "192.0.2.2", 2, kBegin) == 3 * Crowds::kAtOnce + 1);
  CHECK(until_crowd(crowds, "192.0.2.3", 1000, kBegin) == Crowds::kMostShares * Crowds::kAtOnce + 1);
  CHECK(until_crowd(crowds, "192.0.2.4", 0, kBegin) == Crowds::kAtOnce + 1);
}

TEST_CASE("addresses of one IPv6 network are one origin, and an IPv4 address is the same in an IPv6 one") {
  CHECK(origin_of("2001:db8:1:2::7") == origin_of("2001:db8:1:2:ffff::9%eth0"));
  CHECK(origin_of("2001:db8:1:2::7") != origin_of("2001:db8:1:3::7"));
  CHECK(origin_of("::ffff:192.0.2.7") == origin_of("192.0.2.7"));
  CHECK(origin_of("192.0.2.7") != origin_of("192.0.2.8"));
  CHECK_FALSE(origin_of("nowhere"));
}

TEST_CASE("the kernel keeps a crowd's new connections away from the listening socket, and nobody else's") {
  for (const auto& [family, own, other] :
       {std::tuple(AF_INET, "127.0.0.1", "127.0.0.2"), std::tuple(AF_INET6, "::1", "1::1")}) {
    Listening listening(family);
    if (family == AF_INET6 && !listening.good()) continue;  // a machine without IPv6
    REQUIRE(listening.good());
    const std::vector<Origin> strangers{*origin_of("192.0.2.1"), *origin_of("2001:db8::1"), *origin_of(other)};
    REQUIRE(filter_crowds(listening.descriptor(), strangers, 0));
    CHECK(listening.let_in(20) == 20);
    std::vector<Origin> crowd = strangers;
    crowd.push_back(*origin_of(own));
    REQUIRE(filter_crowds(listening.descriptor(), crowd, 0));
    CHECK(listening.let_in(20) == 0);
    REQUIRE(filter_crowds(listening.descriptor(), crowd, 1));
    CHECK(listening.let_in(20) == 20);
    REQUIRE(filter_crowds(listening.descriptor(), crowd, 0));
    REQUIRE(filter_crowds(listening.descriptor(), {}));
    CHECK(listening.let_in(20) == 20);
  }
}

TEST_CASE("an agent's house is given more, by whichever of its addresses the agent and the others come") {
  const auto crowd_after = [](int family) {
    Listening listening(AF_INET);
    REQUIRE(listening.good());
    // 127.0.0.1, or the same house by another text: ::ffff:127.0.0.1.
    sockaddr_storage to{};
    socklen_t size = sizeof(sockaddr_in);
    if (family == AF_INET) {
      auto& four = reinterpret_cast<sockaddr_in&>(to);
      four.sin_family = AF_INET;
      four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      four.sin_port = listening.port();
    } else {
      auto& six = reinterpret_cast<sockaddr_in6&>(to);
      six.sin6_family = AF_INET6;
      REQUIRE(::inet_pton(AF_INET6, "::ffff:127.0.0.1", &six.sin6_addr) == 1);
      six.sin6_port = listening.port();
      size = sizeof six;
    }
    const int own = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0),
              other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(own, reinterpret_cast<sockaddr*>(&to), size) == 0);
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four.sin_port = listening.port();
    REQUIRE(::connect(other, reinterpret_cast<sockaddr*>(&four), sizeof four) == 0);
    int facts = 0, failures = 0;
    Guard guard({}, {[&](const Fact&) { ++facts; }, [](std::uint64_t) {}});
    guard.accepted(own, kBegin);
    guard.spoke(guard.door(own, guard.next_number()), "net-1");
    guard.accepted(other, kBegin);
    // The same descriptor again: the connection before has ended, without a word.
    for (; facts == 0 && failures < 10'000; ++failures) guard.accepted(other, kBegin);
    ::close(own);
    ::close(other);
    return failures;
  };
  CHECK(crowd_after(AF_INET) == 2 * Crowds::kAtOnce + 1);
  CHECK(crowd_after(AF_INET6) == 2 * Crowds::kAtOnce + 1);
}

TEST_CASE("where connections come to nothing by the hundred few new ones get in, and an agent that is in goes on") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  const auto end = std::chrono::steady_clock::now() + wf::test::patience(std::chrono::seconds(20));
  const auto said = [&] {
    const std::lock_guard hold(engine.mutex);
    return std::any_of(engine.audit.begin(), engine.audit.end(), [](const Fact& fact) {
      return fact.remote == "127.0.0.1" && fact.line.find("few new ones get in") != std::string::npos;
    });
  };
  const auto come = [&] {
    std::array<int, 50> peers{};
    for (int& peer : peers) peer = begin_connection(engine.server->endpoint());
    int in = 0;
    for (const int peer : peers) {
      pollfd ready{peer, POLLOUT, 0};
      in += ::poll(&ready, 1, 0) == 1 ? 1 : 0;
      ::close(peer);
    }
    return in;
  };
  while (!said() && std::chrono::steady_clock::now() < end) (void)come();
  REQUIRE(said());
  int in = 50;
  while (in > 25 && std::chrono::steady_clock::now() < end) in = come();
  CHECK(in <= 25);
  agent.send(batch(1, 1), "still here");
  CHECK(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
}
