#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <vector>

#include "console/link/key_files.hpp"
#include "console/seat/remote_seat.hpp"
#include "console/seat/seat_codec.hpp"
#include "console/seat/seat_keys.hpp"
#include "console/seat/seat_server.hpp"
#include "tests/console/link/hostile.hpp"
#include "tests/console/seat/samples.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::seat;
using link::test::HostilePeer;
using link::test::RawPeer;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kPatience{20};

/// Seats' door of an engine that notes what is reported.
struct Door {
  Door() {
    std::string name = (fs::temp_directory_path() / "wf-seat-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    keys = folder / "keys";
    fs::create_directories(keys);
    fs::permissions(keys, fs::perms::owner_all);
    Backend backend;
    backend.snapshot = [] { return samples::full_snapshot(); };
    backend.submit = [](const Command& c, const std::function<void(CommandReply)>& reply) { reply({c.id, true, ""}); };
    backend.query = [](const Query&, const std::atomic<bool>&) { return QueryPage{}; };
    backend.watch = [](const std::function<void()>&) { return std::uint64_t{1}; };
    backend.unwatch = [](std::uint64_t) {};
    backend.report = [this](const link::Fact& fact) {
      const std::lock_guard hold(mutex);
      facts.push_back(fact);
      changed.notify_all();
    };
    Result<std::unique_ptr<SeatServer>> started = SeatServer::start({"tcp://127.0.0.1:*", keys, "test"}, backend);
    REQUIRE(started.ok());
    server = std::move(*started);
  }
  ~Door() {
    server.reset();
    std::error_code error;
    fs::remove_all(folder, error);
  }
  SeatToken account(const std::string& name) {
    const Result<std::string> text = add_user(keys, server->endpoint(), {name, "Operator", {}});
    REQUIRE(text.ok());
    return *parse_token(*text, "test");
  }
  bool told(link::Topic topic, const std::string& part) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, [&] {
      for (const link::Fact& fact : facts)
        if (fact.topic == topic && fact.line.find(part) != std::string::npos && fact.agent.empty()) return true;
      return false;
    });
  }
  HostilePeer peer(const SeatToken& as) { return {server->endpoint(), as.engine_key, {as.public_key, as.secret_key}}; }

  fs::path folder, keys;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<link::Fact> facts;
  std::unique_ptr<SeatServer> server;
};

void check_served(Door& door, const std::string& name) {
  Result<std::unique_ptr<Seat>> seat = make_remote_seat({door.account(name), "test", "Seat 9"});
  REQUIRE(seat.ok());
  std::mutex mutex;
  std::condition_variable changed;
  (*seat)->set_on_change([&] {
    const std::lock_guard hold(mutex);
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  CHECK(changed.wait_for(lock, kPatience, [&] { return (*seat)->snapshot()->version == 41; }));
  lock.unlock();
  (*seat)->set_on_change([] {});
}

std::string request() {
  Request hello;
  hello.hello = Request::Hello{kSeatWireVersion, "test", "Seat 3"};
  std::string out;
  encode_request(hello, out);
  return out;
}

}  // namespace

TEST_CASE("PINGs behind the requests of a seat whose connection is ended do not end the engine") {
  Door door;
  const SeatToken token = door.account("mallory");
  for (int round = 0; round < 10; ++round) {
    HostilePeer peer = door.peer(token);
    REQUIRE(peer.good());
    for (int i = 0; i < 20'000; ++i)
      if (!peer.send("x") || !peer.ping(1)) break;
    CHECK(peer.closed(5000));
  }
  check_served(door, "lindqvist");
}

TEST_CASE("a seat that asks more than anybody can is ended, said once, and others are served") {
  Door door;
  HostilePeer peer = door.peer(door.account("mallory"));
  REQUIRE(peer.good());
  const std::string hello = request();
  for (int i = 0; i < 100'000 && peer.send(hello); ++i) {
  }
  CHECK(peer.closed(5000));
  CHECK(door.told(link::Topic::flood, "mallory sends more requests than anybody can"));
  check_served(door, "lindqvist");
}

TEST_CASE("who connects to the seats' door and says nothing is ended, and it is said") {
  Door door;
  RawPeer silent(door.server->endpoint());
  CHECK(silent.closed(10'000));
  CHECK(door.told(link::Topic::handshake, "did not speak the link's protocol"));
  check_served(door, "lindqvist");
}
