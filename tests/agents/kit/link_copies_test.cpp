// Spools that were deleted, restored and cloned, against an engine that gives leases as link.proto says.
#include <poll.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "agents/kit/link/link_client.hpp"
#include "fake_engine.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;
using test::FakeEngine;
using test::FromAgent;
namespace fs = std::filesystem;

namespace {

/// A disk on which a copied directory looks like the one it was copied from, as on a cloned machine.
class ClonedDisk final : public Disk {
 public:
  int place(const fs::path&, DirectoryPlace& out) override { return out = {1, 1}, 0; }
};

/// An engine that keeps what it gets and gives a new lease at each WELCOME. It insists: one number of one epoch has
/// one content.
class LeasingEngine {
 public:
  explicit LeasingEngine(const std::string& endpoint) : link_(endpoint) {}

  /// Answers what came; true if anything did.
  bool serve() {
    const std::optional<FromAgent> message = link_.receive(1);
    if (!message) return false;
    const LinkMessage& header = message->header;
    LinkMessage answer;
    if (header.kind == LinkKind::hello) {
      answer.kind = LinkKind::welcome;
      answer.window = 4;
      if (wire_version >= 2) {
        Lease& lease = leases_[header.epoch];
        // A lease under which nothing came may have been lost on its way.
        answer.renew = lease.last != header.lease && (lease.used || lease.before != header.lease);
        if (!answer.renew) lease = {"lease-" + std::to_string(++given_), header.lease, false};
        if (!answer.renew) answer.lease = lease.last;
        by_route_[message->route] = answer.lease;
      }
      renewals += answer.renew ? 1 : 0;
      for (const auto& [numbers, content] : stored)
        if (std::get<0>(numbers) == header.epoch) prefix_[{header.epoch, std::get<1>(numbers)}];
      for (const auto& [lane, ignored] : prefix_) {
        std::uint64_t up_to = 0;
        while (known(lane.first, lane.second, up_to + 1)) ++up_to;
        answer.stored.push_back({lane.first, lane.second, up_to});
      }
    } else if (header.kind == LinkKind::batch && wire_version >= 2 &&
               leases_[header.epoch].last != by_route_[message->route]) {
      // Another copy has it now.
      answer.kind = LinkKind::welcome;
      answer.renew = true;
      ++renewals;
    } else if (header.kind == LinkKind::batch) {
      leases_[header.epoch].used = true;
      const std::string content = std::to_string(header.count) + message->payload;
      const auto [it, fresh] = stored.try_emplace({header.epoch, header.lane, header.first_sequence}, content);
      if (!fresh && it->second != content) ++contradictions;
      contents.insert(message->payload);
      counts[{header.epoch, header.lane, header.first_sequence}] = header.count;
      answer.kind = LinkKind::ack;
      answer.epoch = header.epoch;
      answer.lane = header.lane;
      answer.first_sequence = header.first_sequence;
      answer.count = header.count;
    } else if (header.kind == LinkKind::given_up) {
      given_up.push_back(header);
      answer.kind = LinkKind::ack;
      answer.epoch = header.epoch;
      answer.lane = header.lane;
      answer.first_sequence = header.first_sequence;
      answer.last_sequence = header.last_sequence;
    } else {
      answer.kind = LinkKind::heartbeat;
    }
    answer.wire_version = wire_version;
    link_.send(message->route, answer);
    return true;
  }

  using Numbers = std::tuple<std::uint64_t, std::uint8_t, std::uint64_t>;
  std::map<Numbers, std::string> stored;
  std::map<Numbers, std::uint32_t> counts;
  std::set<std::string> contents;
  std::vector<LinkMessage> given_up;
  int contradictions = 0, renewals = 0;
  std::uint32_t wire_version = kWireVersion;

 private:
  [[nodiscard]] bool known(std::uint64_t epoch, std::uint8_t lane, std::uint64_t number) const {
    for (const auto& [numbers, count] : counts)
      if (std::get<0>(numbers) == epoch && std::get<1>(numbers) == lane && std::get<2>(numbers) <= number &&
          number < std::get<2>(numbers) + count)
        return true;
    return false;
  }

  FakeEngine link_;
  struct Lease {
    std::string last, before;
    bool used = false;
  };
  std::map<std::uint64_t, Lease> leases_;
  std::map<std::string, std::string> by_route_;
  std::map<std::pair<std::uint64_t, std::uint8_t>, int> prefix_;
  int given_ = 0;
};

/// One copy of an agent: a spool and its link.
struct Copy {
  Copy(fs::path where, const std::string& engine, Disk* on = nullptr) : directory(std::move(where)), disk(on) {
    options.kind = "network";
    options.name = "gate-1";
    options.engines = {engine};
    options.seed = 3;
    options.say = [this](const std::string& line) { said.push_back(line); };
  }
  void start() {
    stop();
    SpoolOptions spool_options;
    spool_options.directory = directory;
    spool_options.disk = disk;
    spool_options.machine = machine;
    Result<Spool> opened = Spool::open(spool_options);
    if (!opened) FAIL(opened.error().text());
    spool.emplace(std::move(*opened));
    client = std::make_unique<LinkClient>(options, *spool);
  }
  void stop() {
    client.reset();
    spool.reset();
  }
  void append(const std::string& text) {
    const BatchToSpool batch{1, 1, text};
    REQUIRE(spool->append({&batch, 1}, {}));
    appended.push_back(text);
  }
  void step() {
    mono += kMillisecond;
    while (client->step({1'800'000'000 * kSecond + mono, mono})) {
    }
  }

  fs::path directory;
  Disk* disk;
  std::string machine = "m1";
  LinkOptions options;
  std::optional<Spool> spool;
  std::unique_ptr<LinkClient> client;
  std::vector<std::string> appended, said;
  std::int64_t mono = 1000 * kSecond;
};

/// Lets all of them work until what they have is at the engine.
void settle(LeasingEngine& engine, const std::vector<Copy*>& copies) {
  for (int i = 0; i < 4000; ++i) {
    bool done = true;
    for (Copy* copy : copies) {
      copy->step();
      done &= copy->client->delivered();
    }
    const bool served = engine.serve();
    if (done && !served) return;
  }
  FAIL("it does not come to rest");
}

struct House {
  test::Scratch scratch;
  std::string endpoint = "ipc://" + (scratch / "engine.ipc").string();
  LeasingEngine engine{endpoint};
};

void all_there(const LeasingEngine& engine, const std::vector<const Copy*>& copies) {
  CHECK(engine.contradictions == 0);
  for (const Copy* copy : copies)
    for (const std::string& text : copy->appended) {
      INFO(text);
      CHECK(engine.contents.contains(text));
    }
}

}  // namespace

TEST_CASE("the lease is durable before the first batch, and said by the next hello") {
  House house;
  Copy agent(house.scratch / "spool", house.endpoint);
  agent.start();
  agent.append("one");
  settle(house.engine, {&agent});
  CHECK(agent.spool->lease() == "lease-1");
  agent.start();
  CHECK(agent.spool->lease() == "lease-1");
  agent.append("two");
  settle(house.engine, {&agent});
  CHECK(agent.spool->lease() == "lease-2");
  CHECK(house.engine.renewals == 0);
  all_there(house.engine, {&agent});
}

TEST_CASE("a spool that was deleted begins a new epoch") {
  House house;
  Copy agent(house.scratch / "spool", house.endpoint);
  agent.start();
  agent.append("one");
  settle(house.engine, {&agent});
  const std::uint64_t before = agent.spool->epoch();
  agent.stop();
  fs::remove_all(agent.directory);
  agent.start();
  CHECK(agent.spool->epoch() != before);
  agent.append("two");
  settle(house.engine, {&agent});
  CHECK(house.engine.stored.size() == 2);
  all_there(house.engine, {&agent});
}

TEST_CASE("an older copy that was put back is recognised by its directory, or else by its lease") {
  const bool looks_the_same = GENERATE(false, true);
  House house;
  ClonedDisk cloned;
  Copy agent(house.scratch / "spool", house.endpoint, looks_the_same ? &cloned : nullptr);
  agent.start();
  agent.append("one");
  settle(house.engine, {&agent});
  agent.append("two");
  agent.stop();
  const fs::path backup = house.scratch / "backup";
  fs::copy(agent.directory, backup, fs::copy_options::recursive);
  agent.start();
  agent.append("three");
  settle(house.engine, {&agent});
  const std::uint64_t before = agent.spool->epoch();
  agent.stop();
  fs::remove_all(agent.directory);
  fs::rename(backup, agent.directory);
  agent.start();
  CHECK((agent.spool->epoch() != before) == !looks_the_same);
  CHECK(agent.spool->problems().size() == (looks_the_same ? 0U : 1U));
  agent.append("four");
  settle(house.engine, {&agent});
  CHECK(agent.spool->epoch() != before);
  CHECK(house.engine.renewals == (looks_the_same ? 1 : 0));
  all_there(house.engine, {&agent});
}

TEST_CASE("a spool that came to another machine begins a new epoch and says why") {
  House house;
  ClonedDisk cloned;
  Copy agent(house.scratch / "spool", house.endpoint, &cloned);
  agent.start();
  agent.append("one");
  const std::uint64_t before = agent.spool->epoch();
  agent.machine = "m2";
  agent.start();
  CHECK(agent.spool->epoch() != before);
  REQUIRE(agent.spool->problems().size() == 1);
  CHECK(agent.spool->problems()[0].find("another machine") != std::string::npos);
  const std::uint64_t after = agent.spool->epoch();
  agent.start();
  CHECK(agent.spool->epoch() == after);
  settle(house.engine, {&agent});
  all_there(house.engine, {&agent});
}

TEST_CASE("two running copies of one spool never give a number two contents") {
  const unsigned seed = GENERATE(range(1U, 9U));
  House house;
  ClonedDisk cloned;
  Copy first(house.scratch / "spool", house.endpoint, &cloned);
  Copy second(house.scratch / "clone", house.endpoint, &cloned);
  first.start();
  first.append("before 1");
  if (seed % 2 == 0) settle(house.engine, {&first});
  first.append("before 2");
  first.stop();
  fs::copy(first.directory, second.directory, fs::copy_options::recursive);
  second.appended = first.appended;
  std::mt19937 random(seed);
  first.start();
  second.start();
  for (int i = 0; i < 60; ++i) {
    Copy& copy = random() % 2 == 0 ? first : second;
    if (random() % 12 == 0) copy.start();  // crashes and comes back
    copy.append((&copy == &first ? "first " : "second ") + std::to_string(i));
    for (auto n = random() % 20; n > 0; --n) {
      (random() % 2 == 0 ? first : second).step();
      if (random() % 2 == 0) house.engine.serve();
    }
  }
  settle(house.engine, {&first, &second});
  CHECK(first.spool->epoch() != second.spool->epoch());
  CHECK(house.engine.renewals > 0);
  all_there(house.engine, {&first, &second});
}

TEST_CASE("what was given up is declared until the engine confirms it; to an old engine nothing is") {
  House house;
  Copy agent(house.scratch / "spool", house.endpoint);
  agent.start();
  for (int i = 0; i < 8; ++i) agent.append("event " + std::to_string(i));
  agent.stop();
  // Damage in the middle.
  for (const auto& entry : fs::directory_iterator(agent.directory)) {
    if (entry.path().extension() != ".seg") continue;
    std::FILE* const file = std::fopen(entry.path().c_str(), "r+");
    REQUIRE(file != nullptr);
    std::string bytes(2000, '\0');
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    REQUIRE(std::fseek(file, static_cast<long>(bytes.find("event 3")), SEEK_SET) == 0);
    REQUIRE(std::fputc('X', file) == 'X');
    std::fclose(file);
  }
  agent.start();
  house.engine.wire_version = 1;
  settle(house.engine, {&agent});
  CHECK(house.engine.given_up.empty());
  CHECK(house.engine.contents.size() == 7);
  CHECK(agent.spool->given_up().size() == 1);
  CHECK(agent.spool->events() == 0);
  house.engine.wire_version = kWireVersion;
  agent.start();
  for (int i = 0; i < 500 && house.engine.given_up.empty(); ++i) {
    agent.step();
    house.engine.serve();
  }
  REQUIRE(house.engine.given_up.size() == 1);
  const LinkMessage& declared = house.engine.given_up[0];
  CHECK(declared.epoch == agent.spool->epoch());
  CHECK(declared.lane == 1);
  CHECK(declared.first_sequence == 4);
  CHECK(declared.last_sequence == 4);
  CHECK(declared.reason == "damaged on the agent's disk");
  for (int i = 0; i < 500 && !agent.spool->given_up()[0].settled; ++i) {
    agent.step();
    house.engine.serve();
  }
  CHECK(agent.spool->given_up()[0].settled);
  agent.start();
  settle(house.engine, {&agent});
  CHECK(house.engine.given_up.size() == 1);
}

TEST_CASE("an agent goes back to the first engine of its list when that is there again") {
  const test::Scratch scratch;
  const std::string first = "ipc://" + (scratch / "first.ipc").string();
  const std::string second = "ipc://" + (scratch / "second.ipc").string();
  LeasingEngine standby(second);
  Copy agent(scratch / "spool", first);
  agent.options.engines = {first, second};
  agent.start();
  agent.append("one");
  const auto until = [&](LeasingEngine* main, const std::function<bool()>& holds) {
    for (int i = 0; i < 3000 && !holds(); ++i) {
      agent.step();
      // Deadlines are what passes the time here.
      if (i % 20 == 19) agent.mono = std::min(std::max(agent.mono, agent.client->next_wake()), agent.mono + kSecond);
      standby.serve();
      if (main != nullptr) main->serve();
    }
    REQUIRE(holds());
  };
  until(nullptr, [&] { return agent.client->state() == LinkClient::State::connected; });
  until(nullptr, [&] { return standby.contents.contains("one"); });
  LeasingEngine main(first);
  until(&main, [&] {
    return std::any_of(agent.said.begin(), agent.said.end(),
                       [&](const std::string& line) { return line == "connected to " + first + " as gate-1"; });
  });
  agent.append("two");
  until(&main, [&] { return main.contents.contains("two"); });
  CHECK_FALSE(standby.contents.contains("two"));
}
