#include "agents/network/syslog.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "agents/kit/read/socket_listen.hpp"
#include "agents/network/listener.hpp"
#include "tests/agents/network/sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

extern char** environ;

namespace wf::network {
namespace {

using namespace wf::test;

std::unique_ptr<kit::Source> source_of(const std::string& text) {
  kit::SourceMade made = make_syslog(*kit::parse_source_spec(text));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

void send_all(const kit::Descriptor& socket, std::string_view bytes) {
  REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

/// A listener on a port of its own, and what it hands over.
struct Listening {
  explicit Listening(const std::string& scheme)
      : port(free_port(scheme == "udp" ? SOCK_DGRAM : SOCK_STREAM)),
        source(source_of("syslog:" + scheme + "://127.0.0.1:" + std::to_string(port) + ",tz=UTC")) {
    REQUIRE(source->start("", false, moment));
    REQUIRE(source->status().state == "running");
  }
  /// Steps until there are `count` events; gives up after a while.
  bool until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (!done() && std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> fds;
      source->add_fds(fds);
      (void)::poll(fds.data(), fds.size(), 100);
      while (source->step(sink, moment)) {
      }
    }
    return done();
  }
  bool events(std::size_t count) {
    return until([&] { return sink.events.size() >= count; });
  }

  kit::Moment moment{utc_from_civil(2026, 3, 13), kSecond};
  std::uint16_t port;
  std::unique_ptr<kit::Source> source;
  Collected sink;
};

TEST_CASE("datagrams of two senders, one message each") {
  Listening at("udp");
  const kit::Descriptor one = connected(at.port, SOCK_DGRAM), two = connected(at.port, SOCK_DGRAM);
  for (int i = 0; i < 40; ++i) {
    send_all(one, "<38>Mar 12 22:31:05 srv-1 sshd[1]: Accepted publickey for a from 192.0.2.1 port 9 ssh2");
    send_all(two, "<13>1 2026-03-12T22:31:05Z sw-1 app - - - text " + std::to_string(i));
  }
  REQUIRE(at.events(80));
  std::map<std::string, int> kinds;
  for (const Event& e : at.sink.events) ++kinds[e.kind];
  CHECK(kinds == std::map<std::string, int>{{"host.login", 40}, {"syslog.message", 40}});
  CHECK(at.source->status().read == 80);
  CHECK(at.sink.events[0].field("syslog.peer") == "127.0.0.1");
  CHECK_FALSE(at.source->can_wait());
}

std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  return out;
}
constexpr const char* kGelf =
    R"({"version":"1.1","host":"app-1","short_message":"made up","timestamp":1773354665.5,"level":3,"_user":"avos"})";
// That by gzip, and by zlib.
constexpr const char* kGelfGzip =
    "1f8b0800000000000203158c410a80201405af126f6d8298095e26843e29648adfdc4477cf963303f3a053e5982f3828a9201032b701be94f9"
    "47"
    "0eb9b62d11b33f68f8e4779aee324a8bc3369f0a9cb2566bb3acab9146e0a44e279c16d86ea6facf7a66bc1f1343f9bf6c000000";
constexpr const char* kGelfZlib =
    "78da158c410a80201405af126f6d8298095e26843e29648adfdc4477cf963303f3a053e5982f3828a9201032b701be94f9470eb9b62d11b33f"
    "68"
    "f8e4779aee324a8bc3369f0a9cb2566bb3acab9146e0a44e279c16d86ea6facf7a66bc1f257b2144";

TEST_CASE("GELF comes plain, packed and in chunks, by UDP; what misses chunks is counted") {
  Listening at("udp");
  const kit::Descriptor one = connected(at.port, SOCK_DGRAM), two = connected(at.port, SOCK_DGRAM);
  const std::string gzip = from_hex(kGelfGzip);
  const auto chunk = [](const std::string& id, char number, char count, const std::string& part) {
    return "\x1e\x0f" + id + number + count + part;
  };
  send_all(one, kGelf);
  send_all(one, gzip);
  send_all(one, from_hex(kGelfZlib));
  send_all(one, chunk("ABCDEFGH", 1, 2, gzip.substr(50)));
  send_all(two, chunk("ABCDEFGI", 0, 2, std::string(kGelf).substr(0, 20)));
  send_all(one, chunk("ABCDEFGH", 0, 2, gzip.substr(0, 50)));
  send_all(two, chunk("ABCDEFGI", 1, 2, std::string(kGelf).substr(20)));
  send_all(one, chunk("lostlost", 0, 2, "x"));
  send_all(one, "x^ is text, although zlib may begin so");
  REQUIRE(at.events(6));
  for (std::size_t i = 0; i < 5; ++i) {
    const Event& e = at.sink.events[i];
    CHECK(e.kind == "syslog.message");
    CHECK(e.field("message") == "made up");
    CHECK(e.field("host.name") == "app-1");
    CHECK(e.field("user") == "avos");
    CHECK(e.severity == 3);
    CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 5) + 500 * kMillisecond);
  }
  CHECK(at.sink.events[5].field("message").starts_with("x^ is text"));
  CHECK(at.source->status().refused == 0);
  at.moment.mono += 6 * kSecond;
  (void)at.source->step(at.sink, at.moment);
  CHECK(at.source->status().refused == 1);
  CHECK(at.source->status().problem.find("of which chunks did not come") != std::string::npos);
  for (const std::string& broken : {gzip.substr(0, 60), chunk("ABCDEFGH", 3, 2, "x"), std::string("\x1e\x0fshort")})
    send_all(one, broken);
  REQUIRE(at.until([&] { return at.source->status().refused == 4; }));
}

TEST_CASE("what the kernel drops because nobody read in time is counted") {
  Listening at("udp");
  const kit::Descriptor sender = connected(at.port, SOCK_DGRAM);
  const std::string text = "<13>Mar 12 22:31:05 h app: " + std::string(8000, 'x');
  constexpr std::uint64_t kSent = 4000;  // 32 MB; a socket holds at most 8
  for (std::uint64_t i = 0; i < kSent; ++i) send_all(sender, text);
  while (at.source->step(at.sink, at.moment)) {
  }
  // The count comes with the next datagram that is received.
  send_all(sender, text);
  REQUIRE(at.until([&] { return at.source->status().refused > 0; }));
  const SourceStatus& status = at.source->status();
  CHECK(status.refused + status.events == kSent + 1);
  CHECK(status.problem.find("datagrams were lost") != std::string::npos);
}

TEST_CASE("streams in both framings, cut anywhere, and the last line of one that ends") {
  Listening at("tcp");
  kit::Descriptor counted = connected(at.port, SOCK_STREAM), lines = connected(at.port, SOCK_STREAM);
  const std::string message = "<13>1 2026-03-12T22:31:05Z h app - - - two\nlines";
  const std::string frame = std::to_string(message.size()) + " " + message;
  send_all(counted, frame + frame.substr(0, 10));
  send_all(lines, "<13>Mar 12 22:31:05 h app: one\n<13>Mar 12 22:31:06 h app: the la");
  REQUIRE(at.events(2));
  send_all(counted, frame.substr(10));
  send_all(lines, "st");
  lines.reset();
  REQUIRE(at.events(4));
  std::map<std::string, int> messages;
  for (const Event& e : at.sink.events) ++messages[std::string(e.field("message"))];
  CHECK(messages == std::map<std::string, int>{{"two\nlines", 2}, {"one", 1}, {"the last", 1}});
  CHECK(at.source->status().refused == 0);
  CHECK(at.source->can_wait());
}

TEST_CASE("half a message at a connection's end, and one that is too long, are counted; the rest goes on") {
  Listening at("tcp");
  kit::Descriptor one = connected(at.port, SOCK_STREAM);
  send_all(one, "50 <13>half");
  one.reset();
  kit::Descriptor two = connected(at.port, SOCK_STREAM);
  const std::string huge =
      "<13>Mar 12 22:31:05 h app: " + std::string(100'000, 'x') + "\n<13>Mar 12 22:31:05 h app: fine\n";
  std::string_view rest = huge;
  REQUIRE(at.until([&] {
    if (!rest.empty()) {
      const ssize_t n = ::send(two.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    return at.source->status().refused == 2 && at.sink.events.size() == 1;
  }));
  CHECK(at.sink.events[0].field("message") == "fine");
}

TEST_CASE("connections are bounded, of one address and by what they hold") {
  Listening at("tcp");
  std::vector<kit::Descriptor> many;
  for (int i = 0; i < 40; ++i) {
    many.push_back(connected(at.port, SOCK_STREAM));
    at.source->step(at.sink, at.moment);
  }
  REQUIRE(at.until([&] { return at.source->status().refused == 8; }));
  CHECK(at.source->status().problem.find("more than 32 connections") != std::string::npos);
  // 32 that never end their message: together they may not hold more than 1 MiB.
  const std::string half = "<13>" + std::string(60'000, 'x');
  for (int i = 0; i < 32; ++i)
    (void)::send(many[static_cast<std::size_t>(i)].get(), half.data(), half.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  REQUIRE(at.until([&] { return at.source->status().refused > 8; }));
  CHECK(at.sink.events.empty());
}

TEST_CASE("a listener waits for its port, and says so") {
  const std::uint16_t port = free_port(SOCK_STREAM);
  Result<kit::Descriptor> taken = kit::listen_on("127.0.0.1", port, SOCK_STREAM, "test");
  REQUIRE(taken);
  auto source = source_of("syslog:tcp://127.0.0.1:" + std::to_string(port));
  REQUIRE(source->start("", false, {1, kSecond}));
  CHECK(source->status().state == "waiting");
  CHECK(source->status().problem.find("another program listens there") != std::string::npos);
  taken->reset();
  Collected sink;
  source->step(sink, {1, 3 * kSecond});
  CHECK(source->status().state == "running");
}

TEST_CASE("addresses are read, and what is wrong with them is said") {
  CHECK(parse_listen_address("udp://0.0.0.0:514")->udp);
  CHECK_FALSE(parse_listen_address("udp://0.0.0.0:514")->tcp);
  CHECK(parse_listen_address("tcp://[::1]:601")->host == "::1");
  CHECK(parse_listen_address("tls://*:6514")->tls);
  const ListenAddress both = *parse_listen_address("127.0.0.1:514");
  CHECK((both.udp && both.tcp && both.port == 514));
  for (const char* bad : {"http://x:1", "udp://x", "udp://x:", "udp://x:99999", ""})
    CHECK_FALSE(parse_listen_address(bad));
  const auto problems = [](const char* spec) { return problems_of(make_syslog(*kit::parse_source_spec(spec))); };
  CHECK(problems("syslog:").find("needs an address") != std::string::npos);
  CHECK(problems("syslog:udp://x:1,colour=red").find("no option 'colour'") != std::string::npos);
  auto named = source_of("syslog:udp://somewhere:1");
  CHECK(named->check().size() == 1);
  CHECK_FALSE(source_of("syslog:udp://127.0.0.1:5514")->start("", true, {}));
}

/// Runs a program to its end; false if it is not there.
bool run(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return false;
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("logger's messages arrive in all its forms") {
  if (::access("/usr/bin/logger", X_OK) != 0) {
    WARN("logger (bsdutils) is absent: not tried");
    return;
  }
  for (const std::string scheme : {"udp", "tcp"}) {
    Listening at(scheme);
    const std::string way = scheme == "udp" ? "-d" : "-T", port = std::to_string(at.port);
    std::size_t sent = 0;
    for (const std::vector<std::string>& form : {std::vector<std::string>{"--rfc3164"},
                                                 {"--rfc5424"},
                                                 {"--rfc5424", "--octet-count"},
                                                 {"--rfc5424=notime,nohost"}}) {
      if (scheme == "udp" && form.size() > 1) continue;
      std::vector<std::string> words{"/usr/bin/logger", "-n", "127.0.0.1", "-P", port, way, "-p",
                                     "auth.warning",    "-t", "door"};
      words.insert(words.end(), form.begin(), form.end());
      words.push_back("Failed gate " + std::to_string(sent));
      REQUIRE(run(words));
      ++sent;
      INFO(form.front());
      REQUIRE(at.events(sent));
      const Event& e = at.sink.events.back();
      CHECK(e.field("message") == "Failed gate " + std::to_string(sent - 1));
      CHECK(e.field("process.name") == "door");
      CHECK(e.field("syslog.facility") == "auth");
      CHECK(e.field("syslog.severity") == "warning");
    }
    CHECK(at.source->status().refused == 0);
  }
}

TEST_CASE("rsyslog forwards two thousand lines over TCP, counted and in lines, and over UDP") {
  if (::access("/usr/sbin/rsyslogd", X_OK) != 0) {
    WARN("rsyslog is absent: not tried");
    return;
  }
  for (const std::string form : {"octet-counted", "traditional", "udp"}) {
    INFO(form);
    Listening at(form == "udp" ? "udp" : "tcp");
    const TemporaryFolder folder;
    std::string text;
    constexpr std::size_t kLines = 2000;
    for (std::size_t i = 0; i < kLines; ++i) text += "line number " + std::to_string(i) + "\n";
    folder.write("app.log", text);
    const std::string target = form == "udp" ? R"(protocol="udp" Template="RSYSLOG_SyslogProtocol23Format")"
                                             : "protocol=\"tcp\" TCP_Framing=\"" + form + "\"";
    folder.write("rsyslog.conf", "global(workDirectory=\"" + folder.path().string() +
                                     "\")\nmodule(load=\"imfile\" mode=\"polling\" PollingInterval=\"1\")\n"
                                     "input(type=\"imfile\" File=\"" +
                                     folder.file("app.log") + "\" Tag=\"app:\")\n" +
                                     "action(type=\"omfwd\" Target=\"127.0.0.1\" Port=\"" + std::to_string(at.port) +
                                     "\" " + target + ")\n");
    const std::string conf = folder.file("rsyslog.conf"), pid_file = folder.file("pid");
    std::vector<const char*> words{"/usr/sbin/rsyslogd", "-n", "-f", conf.c_str(), "-i", pid_file.c_str(), nullptr};
    pid_t pid = 0;
    REQUIRE(::posix_spawn(&pid, words[0], nullptr, nullptr, const_cast<char**>(words.data()), environ) == 0);
    const bool all = at.events(kLines);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    REQUIRE(all);
    std::map<std::string, int> seen;
    for (const Event& e : at.sink.events)
      if (e.field("process.name") == "app") ++seen[std::string(e.field("message"))];
    CHECK(seen.size() == kLines);
    CHECK(seen["line number 1234"] == 1);
    CHECK(at.source->status().refused == 0);
  }
}

TEST_CASE("real logs of sshd, a Linux machine and netfilter come through a file") {
  const std::filesystem::path samples = std::filesystem::path(WF_SHARED_DATA) / "field";
  if (!std::filesystem::exists(samples)) {
    WARN("the sample logs are absent: not compared");
    return;
  }
  const std::map<std::string, std::map<std::string, int>> expected{
      {"netdev/crowdsec_iptables-logs_iptables-logs.log", {{"network.flow", 4}}},
      {"syslog-auth/loghub_Linux_2k.log",
       {{"host.log", 164},
        {"host.login", 1},
        {"host.login_failed", 490},
        {"host.logout", 37},
        {"host.session", 209},
        {"syslog.message", 1099}}},
      {"syslog-auth/loghub_OpenSSH_2k.log",
       {{"host.log", 1360}, {"host.login", 1}, {"host.login_failed", 645}, {"host.logout", 1}, {"host.session", 1}}},
  };
  for (const auto& [file, kinds] : expected) {
    INFO(file);
    const ReadOnce once =
        read_once(*source_of("syslog:" + (samples / file).string() + ",tz=UTC"), {utc_from_civil(2026, 11, 27), 0});
    CHECK(once.status.refused == 0);
    std::map<std::string, int> found;
    for (const Event& e : once.events) ++found[e.kind];
    CHECK(found == kinds);
  }
}

}  // namespace
}  // namespace wf::network
