// Records that are posted: taken once they are durable, by who has the token.
#include <fcntl.h>
#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>

#include "agents/http/mapped_post.hpp"
#include "agents/http/microhttpd_library.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wf;

namespace {

/// A sender whose answer comes before its body is through; programs ignore it themselves.
[[maybe_unused]] const auto kNoPipes = ::signal(SIGPIPE, SIG_IGN);

constexpr const char* kToken = "0123456789abcdef0123";
constexpr const char* kJson =
    "v: 1\n"
    "format: json\n"
    "time: {column: at, format: rfc3339}\n"
    "fields: {door.id: door}\n"
    "kinds: [{when: {what: granted}, kind: access.granted}]\n"
    "unknown: refuse\n";
constexpr const char* kGranted = R"({"at":"2026-03-12T21:31:05Z","door":"D-1","what":"granted"})";

kit::Moment moment() {
  timespec mono{};
  ::clock_gettime(CLOCK_MONOTONIC, &mono);
  return {utc_from_civil(2026, 3, 12, 22, 0, 0), mono.tv_sec * kSecond + mono.tv_nsec};
}

std::uint16_t free_port() {
  Result<kit::Descriptor> socket = kit::listen_on("127.0.0.1", 0, SOCK_STREAM, "test");
  REQUIRE(socket.ok());
  return kit::port_of(*socket);
}

bool have_library() {
  if (http::microhttpd_library()) return true;
  WARN("not tested: libmicrohttpd12 is not installed");
  return false;
}

/// A source with a sink, stepped by the test; senders are threads of their own.
struct Receiver {
  explicit Receiver(const std::string& mapping, const std::string& more = {}) : port(free_port()) {
    const std::string token = folder.write("token", std::string(kToken) + "\n");
    std::filesystem::permissions(token, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const std::string map = folder.write("map.yaml", mapping);
    kit::SourceMade made = http::make_post(
        *kit::parse_source_spec("post:127.0.0.1:" + std::to_string(port) + ",map=" + map + ",token=" + token + more),
        "access");
    if (!made.problems.empty()) FAIL(test::problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start("", false, moment()).ok());
  }
  /// Steps until `done`; false: not within ten seconds.
  bool until(const std::function<bool()>& done, bool durable = true) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::vector<pollfd> fds;
      source->add_fds(fds);
      (void)::poll(fds.data(), fds.size(), 10);
      while (source->step(sink, moment())) {
      }
      if (durable) source->durable(moment());
    }
    return true;
  }
  /// "200 1 taken, 0 refused".
  std::string post(const std::string& body, const std::string& token = kToken, const char* type = "application/json",
                   const char* encoding = nullptr) {
    auto answer = send(body, token, type, encoding);
    if (!until([&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; })) return "none";
    return answer.get();
  }
  /// The first line that comes back for a request of which only the head is sent.
  std::string head(const std::string& header) {
    auto answer = std::async(std::launch::async, [this, header] {
      const kit::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      const std::string request =
          std::string("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ") + kToken + "\r\n" + header + "\r\n\r\n";
      std::string got(256, '\0');
      if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 ||
          ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
        return std::string("no connection");
      const ssize_t n = ::recv(socket.get(), got.data(), got.size(), 0);
      got.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
      return got.substr(0, got.find('\r'));
    });
    if (!until([&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; })) return "none";
    return answer.get();
  }
  std::string post_gzip(const std::string& body, const char* encoding = "gzip") {
    return post(body, kToken, "application/json", encoding);
  }
  std::future<std::string> send(const std::string& body, const std::string& token = kToken,
                                const char* type = "application/json", const char* encoding = nullptr) {
    return std::async(std::launch::async, [this, body, token, type, encoding] {
      httplib::Client client("127.0.0.1", port);
      httplib::Headers headers;
      if (!token.empty()) headers.emplace("Authorization", "Bearer " + token);
      if (encoding != nullptr) headers.emplace("Content-Encoding", encoding);
      const auto result = client.Post("/", headers, body, type);
      if (!result) return std::string("no answer");
      return std::to_string(result->status) + " " + result->body.substr(0, result->body.find('\n'));
    });
  }

  test::TemporaryFolder folder;
  std::uint16_t port;
  test::Collected sink;
  std::unique_ptr<kit::Source> source;
};

std::string problems(const std::string& spec) {
  return test::problems_of(http::make_post(*kit::parse_source_spec(spec), "access"));
}

}  // namespace

TEST_CASE("a body is answered once its events are on the disk, and not before") {
  if (!have_library()) return;
  Receiver r(kJson);
  auto answer = r.send("[" + std::string(kGranted) + "," + kGranted + "]");
  REQUIRE(r.until([&] { return r.sink.events.size() == 2; }, false));
  for (int n = 0; n < 5; ++n) (void)r.source->step(r.sink, moment());
  CHECK(answer.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  CHECK(r.sink.events[0].kind == "access.granted");
  CHECK(r.sink.events[0].field("door.id") == "D-1");
  REQUIRE(r.until([&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
  CHECK(answer.get() == "200 2 taken, 0 refused");
  CHECK(r.source->status().state == "running");
}

TEST_CASE("who has no token is turned away and told of") {
  if (!have_library()) return;
  Receiver r(kJson);
  CHECK(r.post(kGranted, "") == "401 the token is missing or wrong");
  CHECK(r.post(kGranted, "0123456789abcdef012") == "401 the token is missing or wrong");
  CHECK(r.post(kGranted, "0123456789abcdef0124") == "401 the token is missing or wrong");
  CHECK(r.sink.events.empty());
  CHECK(r.until([&] { return r.source->status().problem == "3 without the token, the last from 127.0.0.1"; }));
  CHECK(r.post(kGranted) == "200 1 taken, 0 refused");
}

TEST_CASE("what cannot be used is said to its sender and counted") {
  if (!have_library()) return;
  Receiver r(kJson);
  CHECK(r.post("rubbish").starts_with("422 0 taken, 1 refused: "));
  CHECK(r.post("[" + std::string(kGranted) + R"(,{"at":"noon","what":"granted"}])") ==
        "200 1 taken, 1 refused: \"noon\" is not a time");
  CHECK(r.post(R"({"at":"2026-03-12T21:31:05Z","what":"lost"})")
            .starts_with("422 0 taken, 1 refused: no kind for what=lost"));
  CHECK(r.post("") == "200 0 taken, 0 refused");
  // A body that is announced as too large is not waited for.
  CHECK(r.head("Content-Length: 1048577").starts_with("HTTP/1.1 413 "));
  CHECK(r.source->status().refused == 3);
  CHECK(r.sink.events.size() == 1);
}

TEST_CASE("a body by gzip is read as if it had come as it is") {
  if (!have_library()) return;
  Receiver r(kJson);
  CHECK(r.post_gzip(test::gzipped(kGranted)) == "200 1 taken, 0 refused");
  CHECK(r.post_gzip(test::gzipped(kGranted, 9), "x-gzip") == "200 1 taken, 0 refused");
  CHECK(r.post_gzip(test::gzipped(kGranted, 0), "GZip") == "200 1 taken, 0 refused");
  CHECK(r.post_gzip(kGranted, "Identity") == "200 1 taken, 0 refused");
  CHECK(r.sink.events.at(1).field("door.id") == "D-1");
  // Several members are one body, wherever they are cut.
  const std::string two = "[" + std::string(kGranted) + "," + kGranted + "]";
  CHECK(r.post_gzip(test::gzipped(two.substr(0, 40)) + test::gzipped("") + test::gzipped(two.substr(40))) ==
        "200 2 taken, 0 refused");
  // Nothing, packed and not.
  CHECK(r.post_gzip(test::gzipped("")) == "200 0 taken, 0 refused");
  CHECK(r.post_gzip("") == "200 0 taken, 0 refused");
  // As large as a body may be, and a byte more.
  const std::string full = kGranted + std::string((1U << 20U) - std::string_view(kGranted).size(), ' ');
  CHECK(r.post_gzip(test::gzipped(full)) == "200 1 taken, 0 refused");
  CHECK(r.post_gzip(test::gzipped(full + " ")) == "413 a body has at most 1048576 bytes, unpacked too");
  CHECK(r.sink.events.size() == 7);
}

TEST_CASE("a bomb is told that it is too large, and the next body is read") {
  if (!have_library()) return;
  Receiver r(kJson);
  const std::string bomb = test::gzipped(std::string(256U << 20U, ' '), 9);
  REQUIRE(bomb.size() < 1U << 20U);
  CHECK(r.post_gzip(bomb) == "413 a body has at most 1048576 bytes, unpacked too");
  // The limit is the whole body's, not a member's.
  const std::string part = test::gzipped(std::string(700U << 10U, ' '));
  CHECK(r.post_gzip(part + part).starts_with("413 "));
  CHECK(r.until([&] { return r.source->status().problem == "2 bodies of more than 1048576 bytes"; }));
  CHECK(r.post_gzip(test::gzipped(kGranted)) == "200 1 taken, 0 refused");
}

TEST_CASE("a body whose gzip is not whole is refused whole, with the reason") {
  if (!have_library()) return;
  Receiver r(kJson);
  const std::string good = test::gzipped("[" + std::string(kGranted) + "," + kGranted + "]");
  const std::string ends = "400 the body's gzip ends before it is whole";
  CHECK(r.post_gzip(good.substr(0, good.size() - 1)) == ends);
  CHECK(r.post_gzip(good.substr(0, good.size() / 2)) == ends);
  CHECK(r.post_gzip(good.substr(0, 1)) == ends);
  CHECK(r.post_gzip(good + good.substr(0, 12)) == ends);
  CHECK(r.post_gzip(good + "rubbish") == "400 what follows the end of the body's gzip is no gzip");
  CHECK(r.post_gzip(good + std::string(512, '\0')) == "400 what follows the end of the body's gzip is no gzip");
  CHECK(r.post_gzip(kGranted) == "400 the body cannot be unpacked by gzip: incorrect header check");
  std::string damaged = good;
  damaged[damaged.size() - 8] = static_cast<char>(damaged[damaged.size() - 8] ^ 1);
  CHECK(r.post_gzip(damaged) == "400 the body cannot be unpacked by gzip: incorrect data check");
  CHECK(r.sink.events.empty());
  CHECK(r.until([&] {
    return r.source->status().problem == "8 bodies whose gzip is not whole or damaged, the last from 127.0.0.1";
  }));
  CHECK(r.post_gzip(good) == "200 2 taken, 0 refused");
}

TEST_CASE("another compression is refused, and what is taken is said") {
  if (!have_library()) return;
  Receiver r(kJson);
  const std::string said = "415 a body comes as it is, or by gzip: send it without another compression";
  CHECK(r.post_gzip(test::gzipped(kGranted, 1, 15), "deflate") == said);
  CHECK(r.post_gzip("x", "zstd") == said);
  CHECK(r.post_gzip(test::gzipped(test::gzipped(kGranted)), "gzip, gzip") == said);
  CHECK(r.sink.events.empty());
  CHECK(r.until([&] {
    return r.source->status().problem == "3 bodies by another compression than gzip; tell their senders to use that";
  }));
}

TEST_CASE("what waits for the disk counts until it is answered: who comes meanwhile is told to come again") {
  if (!have_library()) return;
  Receiver r(kJson);
  const std::string body = kGranted + std::string(900U << 10U, ' ');
  std::vector<std::future<std::string>> waiting;
  for (std::size_t n = 1; n <= 3; ++n) {
    waiting.push_back(r.send(body));
    REQUIRE(r.until([&] { return r.sink.events.size() == n; }, false));
  }
  for (const char* const encoding : {static_cast<const char*>(nullptr), "gzip"}) {
    auto refused = r.send(kGranted, kToken, "application/json", encoding);
    REQUIRE(r.until([&] { return refused.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }, false));
    CHECK(refused.get() == "503 too much waits to be kept");
  }
  for (auto& answer : waiting) {
    REQUIRE(r.until([&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
    CHECK(answer.get() == "200 1 taken, 0 refused");
  }
  CHECK(r.post(kGranted) == "200 1 taken, 0 refused");
}

TEST_CASE("each body is a document of its own, in the form that the mapping says") {
  if (!have_library()) return;
  Receiver csv(
      "v: 1\nformat: csv\nseparator: \";\"\ntime: {column: At, format: rfc3339}\nfields: {door.id: Door}\n"
      "kinds: [{kind: door.opened}]\n");
  CHECK(csv.post("At;Door\n2026-03-12T21:31:05Z;D-1\n2026-03-12T21:31:06Z;D-2\n") == "200 2 taken, 0 refused");
  CHECK(csv.post("Door;At\nD-3;2026-03-12T21:31:07Z\n") == "200 1 taken, 0 refused");
  REQUIRE(csv.sink.events.size() == 3);
  CHECK(csv.sink.events[2].field("door.id") == "D-3");
  CHECK(csv.post("Other\nx\n").starts_with("422 "));

  Receiver text(
      "v: 1\nformat: text\npatterns: {held: \"Door {door.id} open\"}\nkinds: [{when: {pattern: held}, kind: "
      "door.held}]\n");
  CHECK(text.post("2026-03-12T22:31:07+01:00 acs-1 acsd: Door D-18 open\n", kToken, "text/plain") ==
        "200 1 taken, 0 refused");
  CHECK(text.sink.events.at(0).field("door.id") == "D-18");
}

TEST_CASE("webhooks of UniFi Access are read by the mapping that is shipped, at the time of their arrival") {
  std::ifstream in(WF_SOURCE_DIR "/assets/mappings/unifi-access.yaml");
  Receiver receiver(std::string(std::istreambuf_iterator<char>(in), {}));
  const auto [body, kind] = GENERATE(table<const char*, const char*>({
      {R"({"event":"access.door.unlock","data":{"location":{"id":"d1"},"actor":{"name":"M. Novak"},"object":{"authentication_type":"NFC","result":"Access Granted"}}})",
       "access.granted"},
      {R"({"event":"access.door.unlock","data":{"location":{"id":"d1"},"object":{"result":"Access Denied"}}})",
       "access.denied"},
      {R"({"event":"access.door.unlock","data":{"location":{"id":"d1"}}})", "access.granted"},
      {R"({"event":"access.device.dps_status","data":{"location":{"id":"d1"},"object":{"status":"open"}}})",
       "door.opened"},
      {R"({"event":"access.device.dps_status","data":{"location":{"id":"d1"},"object":{"status":"close"}}})",
       "door.closed"},
      {R"({"event":"access.temporary_unlock.start","data":{"location":{"id":"d1"}}})", "access.mode"},
      {R"({"event":"something.new","data":{"location":{"id":"d1"}}})", "other"},
  }));
  INFO(body);
  const UtcNs before = moment().now;
  CHECK(receiver.post(body) == "200 1 taken, 0 refused");
  REQUIRE(receiver.sink.events.size() == 1);
  const Event& event = receiver.sink.events[0];
  CHECK(event.kind == kind);
  CHECK(event.field("door.id") == "d1");
  CHECK(event.time >= before);
  CHECK(event.time == event.seen);
  if (event.kind == "access.granted" && !event.field("auth.method").empty()) {
    CHECK(event.field("person.name") == "M. Novak");
    CHECK(event.field("auth.method") == "NFC");
  }
}

TEST_CASE("many senders at once, some of whom go away, lose and double nothing that was answered") {
  if (!have_library()) return;
  Receiver r(kJson);
  std::atomic<int> taken = 0, over = 0;
  std::vector<std::future<void>> senders;
  for (int n = 0; n < 12; ++n)
    senders.push_back(std::async(std::launch::async, [&, n] {
      httplib::Client client("127.0.0.1", r.port);
      client.set_keep_alive(n % 2 == 0);
      if (n % 3 == 0) client.set_read_timeout(0, 2000);  // gives up before it is answered
      const httplib::Headers headers{{"Authorization", std::string("Bearer ") + kToken}};
      // Of one address there may be a few connections at a time, and those that were left count until they are
      // answered: who is turned away meanwhile was not read, and comes again.
      for (int k = 0; k < 20; ++k)
        for (int tries = n % 3 == 0 ? 1 : 1'000; tries > 0; --tries)
          if (const auto result = client.Post("/", headers, kGranted, "application/json");
              result && result->status == 200) {
            ++taken;
            break;
          }
      ++over;
    }));
  CHECK(r.until([&] { return over == 12; }));
  for (auto& sender : senders) sender.wait();
  CHECK(r.sink.events.size() >= static_cast<std::size_t>(taken));
  CHECK(r.sink.events.size() <= 240);
  CHECK(taken >= 8 * 20);
  // Nobody who went away is waited for.
  CHECK(r.post(kGranted) == "200 1 taken, 0 refused");
}

TEST_CASE("what is wrong with a receiver of posts is said") {
  const test::TemporaryFolder folder;
  const std::string map = folder.write("map.yaml", kJson);
  const std::string token = folder.write("token", kToken), shorter = folder.write("short", "secret");
  for (const std::string& file : {token, shorter})
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string good = ",map=" + map + ",token=" + token;
  CHECK(problems("post:127.0.0.1:8480" + good).empty());
  CHECK(problems("post:nowhere" + good).find("a place to listen is HOST:PORT") != std::string::npos);
  CHECK(problems("post:127.0.0.1:8480,map=" + map).find("needs a token") != std::string::npos);
  CHECK(problems("post:127.0.0.1:8480,map=" + map + ",token=" + shorter).find("shorter than 16 bytes") !=
        std::string::npos);
  CHECK(problems("post:127.0.0.1:8480,token=" + token).find("needs a mapping") != std::string::npos);
  CHECK(problems("post:127.0.0.1:8480" + good + ",cert=" + map).find("TLS needs both cert and key") !=
        std::string::npos);
  const std::string open = folder.write("open", kToken);
  std::filesystem::permissions(open, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  CHECK_FALSE(problems("post:127.0.0.1:8480,map=" + map + ",token=" + open).empty());
  if (!have_library()) return;
  // A certificate that is none is said when it is looked at, and the program goes on.
  const std::string key = folder.write("key", "no key");
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  kit::SourceMade made = http::make_post(
      *kit::parse_source_spec("post:127.0.0.1:" + std::to_string(free_port()) + good + ",cert=" + map + ",key=" + key),
      "access");
  REQUIRE(made.source != nullptr);
  const std::vector<Error> found = made.source->check();
  REQUIRE(found.size() == 1);
  CHECK(found[0].what.find("certificate") != std::string::npos);
}

TEST_CASE("a port that is taken is waited for") {
  if (!have_library()) return;
  Receiver first(kJson);
  const std::string spec = "post:127.0.0.1:" + std::to_string(first.port) + ",map=" + first.folder.file("map.yaml") +
                           ",token=" + first.folder.file("token");
  kit::SourceMade second = http::make_post(*kit::parse_source_spec(spec), "access");
  REQUIRE(second.source != nullptr);
  kit::Moment now = moment();
  REQUIRE(second.source->start("", false, now).ok());
  CHECK(second.source->status().state == "waiting");
  CHECK(second.source->check().empty());
  first.source.reset();
  now.mono += 6 * kSecond;
  test::Collected sink;
  (void)second.source->step(sink, now);
  CHECK(second.source->status().state == "running");
}
