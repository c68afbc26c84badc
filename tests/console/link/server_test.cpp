#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "console/link/agent_files.hpp"
#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

bool eventually(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + wf::test::patience(std::chrono::seconds(10));
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

PeerState peer(const Engine& engine, const std::string& name) {
  for (PeerState& p : engine.server->peers())
    if (p.agent == name) return p;
  return {};
}

}  // namespace

TEST_CASE("an agent of wire version 1 is told what is stored of its epoch") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  LinkMessage first = hello();
  first.wire_version = 1;
  agent.send(first);
  const auto welcome = agent.receive(LinkKind::welcome);
  REQUIRE(welcome);
  CHECK(welcome->wire_version == 1);
  CHECK(welcome->lease.empty());
  CHECK(welcome->stored == std::vector<LaneStored>{{7, 1, 41}});
}

TEST_CASE("an enrolled agent says hello, is given a lease, sends a batch and hears that it is durable") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  REQUIRE(engine.problem.empty());
  const KeyPair keys = engine.enrol("net-1");
  Client agent = engine.connect(keys);
  agent.send(hello());
  const auto welcome = agent.receive(LinkKind::welcome);
  REQUIRE(welcome);
  CHECK(welcome->wire_version == kWireVersion);
  CHECK(welcome->window == 64);
  CHECK(welcome->agent_name == "net-1");
  CHECK(welcome->stored.empty());  // a copy of it may have stored those numbers
  CHECK_FALSE(welcome->lease.empty());
  CHECK_FALSE(welcome->renew);

  agent.send(batch(42, 3), "bytes of a batch");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  const ReceivedBatch got = engine.taken().front();
  CHECK(got.origin.agent == "net-1");
  CHECK(got.origin.epoch == 7);
  CHECK(got.origin.lane == 1);
  CHECK(got.origin.first_sequence == 42);
  CHECK(got.count == 3);
  CHECK(got.payload == "bytes of a batch");
  CHECK(got.compare);
  CHECK(got.lease == welcome->lease);
  const Acknowledgement done{got.origin, got.count, 0, got.reply_to, {}};
  engine.server->acknowledge({&done, 1});
  const auto ack = agent.receive(LinkKind::ack);
  REQUIRE(ack);
  CHECK(ack->epoch == 7);
  CHECK(ack->first_sequence == 42);
  CHECK(ack->count == 3);
  const PeerState state = peer(engine, "net-1");
  CHECK(state.connected);
  CHECK(state.kind == "network");
  CHECK(state.version == "0.1.0");
  CHECK(state.remote == "127.0.0.1");
  CHECK(state.last_heard == engine.now);
}

TEST_CASE("batches of a lane that follow each other are one answer, life safety first; a hole makes another one") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  const auto send = [&](std::uint64_t first, std::uint32_t count, std::uint8_t lane) {
    LinkMessage one = batch(first, count);
    one.lane = lane;
    agent.send(one, "x");
  };
  send(1, 3, 1);
  send(4, 2, 1);
  send(1, 1, 0);
  send(6, 1, 1);
  send(9, 1, 1);
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 5; }));
  std::vector<Acknowledgement> done;
  for (const ReceivedBatch& taken : engine.taken()) done.push_back({taken.origin, taken.count, 0, taken.reply_to, {}});
  engine.server->acknowledge(done);
  const std::vector<std::array<std::uint64_t, 3>> expected{{0, 1, 1}, {1, 1, 6}, {1, 9, 1}};
  for (const auto& [lane, first, count] : expected) {
    const auto ack = agent.receive(LinkKind::ack);
    REQUIRE(ack);
    CHECK(ack->lane == lane);
    CHECK(ack->first_sequence == first);
    CHECK(ack->count == count);
    CHECK(ack->last_sequence == 0);
  }
}

TEST_CASE("the name is ZAP's, whatever the peer calls itself or its socket") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair honest = engine.enrol("door-1", "access");
  const KeyPair liar = engine.enrol("net-1");
  Client victim = engine.connect(honest, "agent");
  victim.send(hello("access"));
  REQUIRE(victim.receive(LinkKind::welcome));
  Client thief = engine.connect(liar, "other");
  thief.send(hello("network", "door-1"));
  REQUIRE(thief.receive(LinkKind::welcome)->agent_name == "net-1");
  thief.send(batch(1, 1), "x");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.taken()[0].origin.agent == "net-1");
}

TEST_CASE("a key that nobody enrolled is refused and audited once for many tries") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  for (int i = 0; i < 3; ++i) {
    Client stranger = engine.connect(make_key_pair().value());
    stranger.send(hello());
    CHECK_FALSE(stranger.receive(200));
  }
  REQUIRE(engine.audited("an unknown key"));
  const std::lock_guard hold(engine.mutex);
  CHECK(engine.batches.empty());
  CHECK(std::count_if(engine.audit.begin(), engine.audit.end(),
                      [](const Fact& fact) { return fact.line.find("unknown key") != std::string::npos; }) == 1);
}

TEST_CASE("an agent that comes as another kind than it was enrolled as is refused with the reason") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello("camera"));
  const auto refuse = agent.receive(LinkKind::refuse);
  REQUIRE(refuse);
  CHECK(refuse->reason == "this agent is enrolled as network; enrol one of this kind beside it");
  CHECK(engine.audited("net-1: enrolled as network, came as camera"));
}

TEST_CASE("an agent that is revoked while connected hears it, and what it sends after that is not taken") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  REQUIRE(revoke_agent(engine.keys, "net-1"));
  agent.send(batch(1, 1), "x");
  const auto refuse = agent.receive(LinkKind::refuse);
  REQUIRE(refuse);
  CHECK(refuse->reason ==
        "this agent was revoked; its events stay in its spool until it is let in again with an invitation of "
        "`watchfloor agent invite --name net-1`");
  CHECK(engine.audited("revoked"));
  CHECK(engine.taken().empty());
  CHECK(eventually([&] { return peer(engine, "net-1").revoked; }));
  CHECK_FALSE(peer(engine, "net-1").connected);
}

TEST_CASE("a full engine holds the link, and every batch arrives once and in order when there is room") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  {
    const std::lock_guard hold(engine.mutex);
    engine.room = false;
  }
  for (std::uint64_t i = 1; i <= 40; ++i) agent.send(batch(i, 1), "batch " + std::to_string(i));
  // It is offered again and again, and nothing else is read meanwhile.
  REQUIRE(engine.wait([](const Engine& e) { return e.offers >= 5; }));
  {
    const std::lock_guard hold(engine.mutex);
    CHECK(engine.batches.empty());
    engine.room = true;
  }
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 40; }));
  for (std::uint64_t i = 0; i < 40; ++i) {
    CHECK(engine.taken()[i].origin.first_sequence == i + 1);
    CHECK(engine.taken()[i].payload == "batch " + std::to_string(i + 1));
  }
}

TEST_CASE("a handshake is answered while the engine is full") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client first = engine.connect(engine.enrol("net-1"));
  first.send(hello());
  REQUIRE(first.receive(LinkKind::welcome));
  {
    const std::lock_guard hold(engine.mutex);
    engine.room = false;
  }
  first.send(batch(1, 1), "x");
  REQUIRE(engine.wait([](const Engine& e) { return e.offers >= 2; }));
  Client stranger = engine.connect(make_key_pair().value());
  stranger.send(hello());
  CHECK(engine.audited("an unknown key"));
}

TEST_CASE("an agent that sends more than its window is refused") {
  const Folder folder;
  Engine engine(folder.path() / "keys", "tcp://127.0.0.1:0", 2);
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome)->window == 2);
  for (std::uint64_t i = 1; i <= 3; ++i) agent.send(batch(i, 1), "x");
  REQUIRE(agent.receive(LinkKind::refuse));
  CHECK(engine.taken().size() == 2);
}

TEST_CASE("broken messages are thrown away and audited, and the next good one is served") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  agent.send_raw({std::string(100, '\xff')});
  agent.send_raw({""});
  agent.send_raw({"a", "b", "c"});
  agent.send_raw({std::string(kMaxHeaderBytes + 1, 'x')});
  LinkMessage status;
  status.kind = LinkKind::status;
  agent.send(status, std::string(40, '\xff'));
  CHECK(engine.audited("thrown away"));
  agent.send(batch(1, 1), "x");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
}

TEST_CASE("a batch that cannot be one is refused with the reason") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair keys = engine.enrol("net-1");
  const auto refused = [&](const LinkMessage& header, const std::string& payload) {
    Client agent = engine.connect(keys);
    agent.send(hello());
    REQUIRE(agent.receive(LinkKind::welcome));
    agent.send(header, payload);
    const auto answer = agent.receive(LinkKind::refuse);
    return answer ? answer->reason : std::string("nothing");
  };
  CHECK(refused(batch(1, 1), std::string(kMaxSentBytes + 1, 'x')) ==
        "a batch of no bytes or too many; update the agent");
  CHECK(refused(batch(1, 0), "x") == "a batch of no events or too many; update the agent");
  CHECK(refused(batch(0, 1), "x") == "a batch with impossible numbers; update the agent");
  CHECK(refused(batch(~std::uint64_t{0}, 2), "x") == "a batch with impossible numbers; update the agent");
  CHECK(engine.taken().empty());
}

TEST_CASE("an agent that did not notice that its connection was made anew is welcomed again") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(batch(1, 1), "x");
  const auto welcome = agent.receive(LinkKind::welcome);
  REQUIRE(welcome);
  CHECK(welcome->stored == std::vector<LaneStored>{{7, 1, 41}});
  CHECK(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
}

TEST_CASE("what an agent says of itself stands in its state") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  LinkMessage first = hello();
  first.clock = engine.now + 3 * kSecond;
  agent.send(first);
  REQUIRE(agent.receive(LinkKind::welcome));
  AgentReport report;
  report.sources.push_back({"suricata:/x", "running", 10, 9, 1, "line 4 is no JSON", 5});
  report.spooled = 12;
  std::string payload;
  encode_report(report, payload);
  LinkMessage status;
  status.kind = LinkKind::status;
  agent.send(status, payload);
  REQUIRE(eventually([&] { return peer(engine, "net-1").report == report; }));
  CHECK(peer(engine, "net-1").clock_skew == 3 * kSecond);
}

TEST_CASE("on ipc the agent names itself, but not as a revoked one") {
  const Folder folder;
  Engine engine(folder.path() / "keys", "ipc://" + (folder.path() / "agents.ipc").string());
  REQUIRE(engine.problem.empty());
  Client agent(engine.server->endpoint());
  agent.send(hello("host", "host-1"));
  REQUIRE(agent.receive(LinkKind::welcome)->agent_name == "host-1");
  agent.send(batch(1, 1), "x");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.taken()[0].origin.agent == "host-1");
  Client nameless(engine.server->endpoint());
  nameless.send(hello("host", "../etc"));
  CHECK(nameless.receive(LinkKind::refuse));
  engine.enrol("host-2", "host");
  REQUIRE(revoke_agent(engine.keys, "host-2"));
  Client revoked(engine.server->endpoint());
  revoked.send(hello("host", "host-2"));
  REQUIRE(revoked.receive(LinkKind::refuse));
}

TEST_CASE("an agent that is revoked while no file can be opened is not heard any more") {
  const bool plain = GENERATE(false, true);
  const Folder folder;
  Engine engine(folder.path() / "keys",
                plain ? "ipc://" + (folder.path() / "agents.ipc").string() : "tcp://127.0.0.1:0");
  REQUIRE(engine.problem.empty());
  const KeyPair keys = engine.enrol("net-1");
  Client agent = plain ? Client(engine.server->endpoint()) : engine.connect(keys);
  agent.send(hello("network", "net-1"));
  REQUIRE(agent.receive(LinkKind::welcome));
  agent.send(batch(1, 1), "x");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  // A rename opens nothing, so that the file changes when none can be read any more.
  const std::filesystem::path other = folder.path() / "other";
  REQUIRE(make_key_folders(other).ok());
  REQUIRE(write_agent(other, {"net-1", "network", keys.public_key, 1, true}).ok());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  // Not lower than what is open: poll(2) takes no more than the limit.
  std::vector<int> all{::dup(0)};
  const rlimit none{static_cast<rlim_t>(all.back()) + 1, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  while (all.back() >= 0) all.push_back(::dup(0));
  std::error_code failed;
  std::filesystem::rename(agent_file(other, "net-1"), agent_file(engine.keys, "net-1"), failed);
  agent.send(batch(2, 1), "y");
  const bool said = engine.audited("its file was changed and cannot be opened now");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  for (const int one : all)
    if (one >= 0) ::close(one);
  CHECK_FALSE(failed);
  CHECK(said);
  CHECK(engine.taken().size() == 1);
  if (plain) CHECK(agent.receive(LinkKind::refuse));
}

TEST_CASE("ipc is refused in a directory that others may enter") {
  const Folder folder;
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  const Engine engine(folder.path() / "keys", "ipc://" + (folder.path() / "agents.ipc").string());
  CHECK(engine.problem == folder.path().string() +
                              ": others may enter this directory, and ipc has no encryption; chmod 700 it, as its "
                              "owner, or listen on tcp://");
}

TEST_CASE("ipc is refused in a directory of somebody else, behind a symbolic link, and without a directory") {
  const Folder folder;
  const std::filesystem::path own = folder.path() / "own", link = folder.path() / "link";
  REQUIRE(std::filesystem::create_directory(own));
  REQUIRE(::chmod(own.c_str(), 0700) == 0);
  CHECK(check_private_endpoint("ipc://" + (own / "x.ipc").string()));
  std::filesystem::create_directory_symlink(own, link);
  const auto linked = check_private_endpoint("ipc://" + (link / "x.ipc").string());
  REQUIRE_FALSE(linked);
  CHECK(linked.error().what == "this is a symbolic link, which may be turned to a directory of somebody else");
  for (const char* nowhere : {"ipc://@abstract", "ipc://x.ipc", "ipc://*", "ipc://"}) {
    const Engine engine(folder.path() / "keys", nowhere);
    CHECK(engine.problem.find("only a path from the root says in which directory this is") != std::string::npos);
  }
  CHECK_FALSE(check_private_endpoint("ipc://" + (folder.path() / "none" / "x.ipc").string()));
  if (::geteuid() != 0) {
    WARN("a directory of another owner can be made by root only");
    return;
  }
  REQUIRE(::chown(own.c_str(), 65534, 65534) == 0);
  CHECK_FALSE(check_private_endpoint("ipc://" + (own / "x.ipc").string()));
}

TEST_CASE("an enrolled agent whose header cannot be read is told why, and served again after its next hello") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client agent = engine.connect(engine.enrol("net-1"));
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  LinkMessage strange = batch(1, 1);
  strange.lane = 9;
  agent.send(strange, "x");
  const auto refuse = agent.receive(LinkKind::refuse);
  REQUIRE(refuse);
  CHECK(refuse->reason == "lane 9 is unknown; update the agent, or the engine if it is older");
  agent.send(hello());
  CHECK(agent.receive(LinkKind::welcome));
}

TEST_CASE("a plain connection does not get past an encrypted endpoint") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Client plain(engine.server->endpoint());
  plain.send(hello("network", "net-1"));
  CHECK(engine.audited("did not speak the link's protocol"));
  CHECK_FALSE(plain.receive(100));
}

TEST_CASE("addresses that cannot be listened on are refused in words") {
  const Folder folder;
  const Engine first(folder.path() / "keys");
  REQUIRE(first.problem.empty());
  const std::string taken = first.server->endpoint();
  CHECK(Engine(folder.path() / "keys", taken).problem ==
        taken +
            ": this port is in use by another program; stop that program (`ss -ltnp` names it) or choose another "
            "with --listen");
  CHECK(Engine(folder.path() / "keys", "tcp://203.0.113.9:7710").problem.find("no such address") != std::string::npos);
  CHECK(Engine(folder.path() / "keys", "http://x").problem.find("no address to listen on") != std::string::npos);
  CHECK(Engine(folder.path() / "keys", "tcp://nonsense").problem.find("no address to listen on") != std::string::npos);
}

TEST_CASE("keys are private, and the link does not start with a key that others may read") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  { const Engine engine(keys); }
  struct stat info {};
  REQUIRE(::stat(keys.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0700);
  REQUIRE(::stat((keys / "engine.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  REQUIRE(::chmod((keys / "engine.key").c_str(), 0644) == 0);
  CHECK(Engine(keys).problem ==
        (keys / "engine.key").string() + ": others may read the engine's secret key; chmod 600 it");
}
