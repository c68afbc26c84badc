#include "console/model/health.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "console/link/key_files.hpp"
#include "console/link/link_server.hpp"
#include "console/link/watchers.hpp"
#include "console/seat/health_probe.hpp"
#include "console/seat/remote_seat.hpp"
#include "console/seat/seat_codec.hpp"
#include "console/seat/seat_server.hpp"
#include "tests/console/seat/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::seat;
namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kPatience{10'000}, kShort{400};

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "wf-health-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  fs::path path;
};

HealthReport some_health() {
  HealthReport out;
  out.program = "9.9";
  out.now = 1;
  out.up = 2;
  out.threads = {{"link", 3}, {"writer", 4}};
  out.problem = "disk full";
  out.heartbeat = "no answer";
  out.agents = 5;
  out.connected = 6;
  out.last_event = -1;
  out.agents_at = "tcp://0.0.0.0:7710";
  out.gap_events = 7;
  return out;
}

struct FakeEngine {
  std::atomic<int> commands = 0, queries = 0;
  Backend backend() {
    Backend out;
    out.snapshot = [] { return samples::full_snapshot(); };
    out.submit = [this](const Command& c, const std::function<void(CommandReply)>& reply) {
      ++commands;
      reply({c.id, true, "done"});
    };
    out.query = [this](const Query&, const std::atomic<bool>&) {
      ++queries;
      return QueryPage{};
    };
    out.watch = [](const std::function<void()>&) { return std::uint64_t{1}; };
    out.unwatch = [](std::uint64_t) {};
    out.health = [] { return some_health(); };
    return out;
  }
};

std::unique_ptr<SeatServer> serve(FakeEngine& engine, const std::string& endpoint, const fs::path& keys) {
  Result<std::unique_ptr<SeatServer>> server = SeatServer::start({endpoint, keys, "test"}, engine.backend());
  INFO((server.ok() ? std::string() : server.error().text()));
  REQUIRE(server.ok());
  return std::move(*server);
}

SeatToken account(const fs::path& keys, const std::string& endpoint, const std::string& name, const std::string& role) {
  const Result<std::string> text = add_user(keys, endpoint, {name, role, {}});
  REQUIRE(text.ok());
  return *parse_token(*text, "test");
}

template <class F>
bool until(Seat& seat, F holds) {
  std::mutex mutex;
  std::condition_variable changed;
  bool news = false;
  seat.set_on_change([&] {
    const std::lock_guard lock(mutex);
    news = true;
    changed.notify_all();
  });
  const auto end = std::chrono::steady_clock::now() + wf::test::patience(kPatience);
  bool held = holds();
  while (!held && std::chrono::steady_clock::now() < end) {
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, milliseconds(50), [&] { return std::exchange(news, false); });
    }
    held = holds();
  }
  seat.set_on_change([] {});
  return held;
}

/// A TCP port that takes connections, by the kernel, and never says a word.
struct Mute {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string endpoint;
  Mute() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(fd, 4) == 0);
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    endpoint = "tcp://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~Mute() { ::close(fd); }
};

}  // namespace

TEST_CASE("every field of a health report comes through the wire") {
  Update in;
  in.health = some_health();
  std::string bytes;
  UpdateEncoder().encode(in, bytes);
  std::shared_ptr<const Snapshot> none;
  const Result<Update> out = UpdateDecoder().decode(bytes, none);
  REQUIRE(out.ok());
  CHECK(out->health == in.health);
  Request ask;
  ask.health = true;
  encode_request(ask, bytes);
  CHECK(decode_request(bytes)->health);
}

TEST_CASE("who may enter the engine's folder reads its health over ipc") {
  const Folder folder;
  FakeEngine engine;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  const auto server = serve(engine, endpoint, {});
  const Probe probe = ask_health({endpoint, {}, {}, {}}, kPatience);
  INFO(probe.why);
  REQUIRE(probe.reach == Reach::answered);
  HealthReport expected = some_health();
  expected.program = "test";   // the server's word
  expected.agents_at.clear();  // another key than a watcher's has no business there
  CHECK(probe.report == expected);
}

TEST_CASE("an account that may only watch reads health, and sees and does nothing else") {
  const Folder folder;
  const fs::path keys = folder.path / "keys";
  REQUIRE(link::make_key_folders(keys).ok());
  FakeEngine engine;
  const auto server = serve(engine, "tcp://127.0.0.1:*", keys);
  const SeatToken token = account(keys, server->endpoint(), "tower", "Watch");
  const Probe probe = ask_health(token, kPatience);
  REQUIRE(probe.reach == Reach::answered);
  CHECK(probe.report->agents_at == "tcp://0.0.0.0:7710");

  auto seat = make_remote_seat({token, "test", "Seat 9"});
  REQUIRE(seat.ok());
  Command command;
  command.kind = CommandKind::acknowledge;
  (*seat)->send(command);
  std::atomic<bool> paged = false;
  std::string error;
  (*seat)->ask({}, [&](const std::shared_ptr<const QueryPage>& page) {
    error = page->error;
    paged = true;
  });
  std::vector<CommandReply> replies;
  REQUIRE(until(**seat, [&] {
    for (CommandReply& reply : (*seat)->replies()) replies.push_back(std::move(reply));
    return paged && !replies.empty();
  }));
  CHECK_FALSE(replies[0].accepted);
  CHECK(replies[0].message.find("only read") != std::string::npos);
  CHECK(error.find("only read") != std::string::npos);
  CHECK(engine.commands == 0);
  CHECK(engine.queries == 0);
  CHECK((*seat)->snapshot()->version == 0);  // no picture ever came

  // A seat of another role beside it gets all of it.
  auto whole = make_remote_seat({account(keys, server->endpoint(), "ann", "Operator"), "test", "Seat 1"});
  REQUIRE(whole.ok());
  CHECK(until(**whole, [&] { return (*whole)->snapshot()->version != 0; }));
  CHECK((*seat)->snapshot()->version == 0);
}

TEST_CASE("an account whose file cannot be read any more may nothing at all") {
  const Folder folder;
  const fs::path keys = folder.path / "keys";
  REQUIRE(link::make_key_folders(keys).ok());
  FakeEngine engine;
  const auto server = serve(engine, "tcp://127.0.0.1:*", keys);
  const SeatToken token = account(keys, server->endpoint(), "tower", "watch");
  std::ofstream(keys / "seats" / "tower.json") << "{";
  CHECK(ask_health(token, kShort).reach == Reach::refused);
}

TEST_CASE("a probe tells why it got no answer") {
  const Folder folder;
  const fs::path keys = folder.path / "keys";
  REQUIRE(link::make_key_folders(keys).ok());
  FakeEngine engine;
  auto server = serve(engine, "tcp://127.0.0.1:*", keys);
  const SeatToken token = account(keys, server->endpoint(), "tower", "watch");

  SECTION("removed") {
    REQUIRE(remove_user(keys, "tower").ok());
    const Probe probe = ask_health(token, kPatience);
    CHECK(probe.reach == Reach::refused);
    CHECK(probe.why.find("does not admit") != std::string::npos);
  }
  SECTION("another engine") {
    SeatToken other = token;
    other.engine_key = link::make_key_pair()->public_key;
    CHECK(ask_health(other, kPatience).reach == Reach::strange);
  }
  SECTION("nobody there") {
    server.reset();
    CHECK(ask_health(token, kPatience).reach == Reach::unreachable);
  }
  SECTION("somebody who never speaks") {
    const Mute mute;
    SeatToken there = token;
    there.endpoint = mute.endpoint;
    CHECK(ask_health(there, kShort).reach == Reach::silent);
  }
}

TEST_CASE("a watcher is let in at agents' door as far as the handshake, another seat is not") {
  const Folder folder;
  const fs::path keys = folder.path / "keys";
  REQUIRE(link::make_key_folders(keys).ok());
  link::LinkOptions options;
  options.endpoint = "tcp://127.0.0.1:*";
  options.keys = keys;
  options.clock = [] { return UtcNs{1}; };
  link::LinkHandlers handlers;
  handlers.on_batch = [](link::ReceivedBatch&) { return true; };
  auto door = link::LinkServer::start(options, handlers);
  REQUIRE(door.ok());
  const SeatToken watcher = account(keys, "tcp://127.0.0.1:1", "tower", "watch");
  const SeatToken operator_ = account(keys, "tcp://127.0.0.1:1", "ann", "Operator");
  CHECK(knock(watcher, (*door)->endpoint(), kPatience).reach == Reach::answered);
  CHECK(knock(operator_, (*door)->endpoint(), kPatience).reach == Reach::refused);
  // A word beyond the handshake is refused, and makes no agent of it.
  const SeatToken speaks{(*door)->endpoint(), watcher.engine_key, watcher.public_key, watcher.secret_key};
  CHECK(ask_health(speaks, kShort).reach != Reach::answered);
  CHECK((*door)->peers().empty());
  REQUIRE(remove_user(keys, "tower").ok());
  CHECK(knock(watcher, (*door)->endpoint(), kPatience).reach == Reach::refused);
  door->reset();
  CHECK(knock(watcher, "tcp://127.0.0.1:1", kPatience).reach == Reach::unreachable);
}

TEST_CASE("agents' door is tried where the watcher can reach it") {
  CHECK(agents_door("tcp://10.0.0.5:7711", "tcp://0.0.0.0:7710") == "tcp://10.0.0.5:7710");
  CHECK(agents_door("tcp://[fd00::5]:7711", "tcp://[::]:7710") == "tcp://[fd00::5]:7710");
  CHECK(agents_door("tcp://10.0.0.5:7711", "tcp://10.0.1.5:7710") == "tcp://10.0.1.5:7710");
  CHECK(agents_door("tcp://10.0.0.5:7711", "tcp://127.0.0.1:7710").empty());
  CHECK(agents_door("tcp://127.0.0.1:7711", "tcp://127.0.0.1:7710") == "tcp://127.0.0.1:7710");
  CHECK(agents_door("ipc:///run/seat.ipc", "tcp://0.0.0.0:7710").empty());
  CHECK(agents_door("tcp://10.0.0.5:7711", "ipc:///run/link.ipc").empty());
}
