// Copies of an agent against the link's sessions and the store, without sockets and threads: messages arrive, are
// stored, are lost and come late in any order.
#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "console/link/sessions.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "tests/console/link/client.hpp"
#include "tests/console/store/scratch.hpp"

using namespace wf;
using store::test::must;
using store::test::Scratch;

namespace {

/// The engine's side: sessions over a store. What was taken waits in a queue until it is committed.
class House {
 public:
  explicit House(const std::filesystem::path& folder)
      : admission_(folder / "keys", [] { return UtcNs{1}; }), data_(folder / "data") {
    must(link::make_key_folders(folder / "keys"));
    start();
  }

  /// Queue and connections are gone; the database stays.
  void restart() {
    queue_.clear();
    open_.clear();
    start();
  }
  void close(const std::string& route) { open_.erase(route); }
  void arrive(const std::string& route, const LinkMessage& header, const std::string& payload) {
    open_.insert(route);
    last(route);
    link::Incoming message{route, {}, {}, "10.0.0.1", {}};
    std::string bytes;
    encode_link(header, bytes);
    message.frames.push_back(bytes);
    if (!payload.empty()) message.frames.push_back(payload);
    sessions_->on_message(message, ++mono_);
  }
  void commit(std::size_t most) {
    store::Commit commit;
    std::vector<link::ReceivedBatch> taken;
    for (; most > 0 && !queue_.empty(); --most, queue_.pop_front()) taken.push_back(std::move(queue_.front()));
    for (link::ReceivedBatch& batch : taken) {
      store::Record record;
      record.kind = store::RecordKind::batch;
      record.origin = batch.origin;
      record.count = batch.count;
      record.payload = batch.payload;
      record.compare = batch.compare;
      commit.records.push_back(std::move(record));
      if (!batch.lease.empty()) commit.leases.push_back({batch.origin.agent, batch.origin.epoch, batch.lease, 0});
    }
    must(store_->commit(commit));
    for (std::size_t i = 0; i < taken.size(); ++i) {
      using Outcome = link::Acknowledgement::Outcome;
      const Outcome outcome = commit.records[i].conflict ? Outcome::conflict : Outcome::stored;
      const link::Acknowledgement done{taken[i].origin, taken[i].count, 0, taken[i].reply_to, outcome};
      sessions_->acknowledge({&done, 1}, ++mono_);
    }
  }
  /// As the intake does it.
  void urgent_first() {
    std::stable_partition(queue_.begin(), queue_.end(),
                          [](const link::ReceivedBatch& batch) { return batch.origin.lane == 0; });
  }
  [[nodiscard]] std::string lease(std::uint64_t epoch) const { return store_->lease("net-1", epoch); }
  /// What was answered on a connection.
  std::deque<LinkMessage>& answers(const std::string& route) { return answers_[route]; }
  [[nodiscard]] bool is_open(const std::string& route) const { return open_.contains(route); }
  [[nodiscard]] std::size_t told(link::Topic topic) const {
    return static_cast<std::size_t>(
        std::count_if(facts_.begin(), facts_.end(), [&](const link::Fact& fact) { return fact.topic == topic; }));
  }
  /// How often each event is stored.
  [[nodiscard]] std::map<std::string, int> stored() const {
    std::map<std::string, int> out;
    const auto reader = must(store::Reader::open(data_));
    must(reader->read_log(0, [&](store::Record& record) {
      for (const Event& event : must(decode_batch(record.payload, record.origin))) ++out[event.kind];
      return true;
    }));
    return out;
  }

 private:
  void last(const std::string& route) { answers_.try_emplace(route); }
  void start() {
    sessions_.reset();
    store_.reset();
    store_ = must(store::Store::open(data_));
    options_.clock = [] { return UtcNs{1}; };
    options_.lease_secret = store_->lease_secret();
    handlers_.on_batch = [this](link::ReceivedBatch& batch) {
      queue_.push_back(std::move(batch));
      return true;
    };
    handlers_.stored = [this](const std::string& agent) { return store_->stored(agent); };
    handlers_.lease = [this](const std::string& agent, std::uint64_t epoch) { return store_->lease(agent, epoch); };
    handlers_.on_fact = [this](const link::Fact& fact) { facts_.push_back(fact); };
    sessions_ = std::make_unique<link::Sessions>(
        options_, handlers_, admission_, true,
        [this](const std::string& route, const std::string& header, const std::string&) {
          if (!open_.contains(route)) return link::Outbox::Sent::gone;
          answers_[route].push_back(must(decode_link(header)));
          return link::Outbox::Sent::sent;
        });
  }

  link::Admission admission_;
  const std::filesystem::path data_;
  link::LinkOptions options_;
  link::LinkHandlers handlers_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<link::Sessions> sessions_;
  std::deque<link::ReceivedBatch> queue_;
  std::set<std::string> open_;
  std::map<std::string, std::deque<LinkMessage>> answers_;
  std::vector<link::Fact> facts_;
  std::int64_t mono_ = 0;
};

struct InTransit {
  LinkMessage header;
  std::string payload;
};
/// What is on its way to the engine, in order on each connection, also after its agent left it.
using Wire = std::map<std::string, std::deque<InTransit>>;

/// An agent as link.proto describes one: its disk (spool, epoch, lease), and a connection.
struct Agent {
  std::uint64_t epoch = 0, next = 1;
  std::string lease;
  std::deque<std::pair<std::uint64_t, std::string>> spool;  ///< what is not acknowledged
  std::string route;
  bool welcomed = false;
  std::uint64_t sent = 0;

  void make(const std::string& text) { spool.emplace_back(next++, text); }
  void leave(House& house) {
    house.close(route);
    route.clear();
    welcomed = false;
  }
  void hello(Wire& wire) {
    welcomed = false;
    LinkMessage header = link::test::hello("network", "net-1");
    header.epoch = epoch;
    header.lease = lease;
    wire[route].push_back({header, {}});
  }
  void connect(Wire& wire, const std::string& fresh_route) {
    route = fresh_route;
    hello(wire);
  }
  void send(Wire& wire, std::size_t most) {
    std::vector<Event> events;
    std::uint64_t first = 0;
    for (const auto& [number, text] : spool) {
      if (number <= sent || events.size() >= most) continue;
      if (events.empty()) first = number;
      Event event;
      event.kind = text;
      events.push_back(std::move(event));
    }
    if (events.empty()) return;
    LinkMessage header = link::test::batch(first, static_cast<std::uint32_t>(events.size()));
    header.epoch = epoch;
    std::string payload;
    BatchEncoder().encode(events, payload);
    wire[route].push_back({header, payload});
    sent = first + events.size() - 1;
  }
  void drop(std::uint64_t first, std::uint64_t last) {
    std::erase_if(spool, [&](const auto& one) { return one.first >= first && one.first <= last; });
  }
  void hear(const LinkMessage& message, House& house, Wire& wire, std::mt19937_64& random) {
    if (message.kind == LinkKind::refuse) return leave(house);
    if (message.kind == LinkKind::ack && message.epoch == epoch && welcomed)
      return drop(message.first_sequence, message.first_sequence + message.count - 1);
    if (message.kind != LinkKind::welcome) return;
    for (const LaneStored& stored : message.stored)
      if (stored.epoch == epoch) drop(1, stored.sequence);
    if (message.renew) {
      epoch = random() | 1U;
      lease.clear();
      next = 1;
      for (auto& one : spool) one.first = next++;
      return hello(wire);
    }
    if (!message.lease.empty()) lease = message.lease;
    welcomed = true;
    sent = spool.empty() ? next - 1 : spool.front().first - 1;
  }
};

/// Random acts of up to `copies` copies of one agent, then until everything is delivered.
struct Night {
  Night(std::uint64_t seed, std::size_t copies) : random(seed), house(folder / "h"), most_copies(copies) {
    agents.emplace_back();
    agents[0].epoch = 7;
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random() % n); }

  void arrive_one(const std::string& route) {
    std::deque<InTransit>& queue = wire[route];
    if (queue.empty()) return;
    house.arrive(route, queue.front().header, queue.front().payload);
    queue.pop_front();
    bool owned = false;
    for (const Agent& agent : agents) owned |= agent.route == route;
    if (!owned) house.close(route);
  }
  void act() {
    Agent& agent = agents[below(agents.size())];
    switch (below(12)) {
      case 0:
      case 1:
      case 2: {
        const std::string text = "event " + std::to_string(++made_count);
        made.insert(text);
        agent.make(text);
        return;
      }
      case 3:
        if (agent.route.empty()) agent.connect(wire, "route " + std::to_string(++routes));
        return;
      case 4:
      case 5:
        if (agent.welcomed) agent.send(wire, 1 + below(4));
        return;
      case 6:
        if (below(4) == 0 && !agent.route.empty()) {
          // What was sent may arrive all the same, but for a HELLO: the engine reads connections turn about, so an
          // older one's first message comes before a newer one's.
          std::deque<InTransit>& left = wire[agent.route];
          const bool hello_waits = !left.empty() && left.front().header.kind == LinkKind::hello;
          if (hello_waits || below(2) == 0) left.clear();
          agent.leave(house);
        }
        return;
      case 7:
        if (agents.size() < most_copies && below(6) == 0) {
          Agent copy = agent;
          copy.route.clear();
          copy.welcomed = false;
          agents.push_back(std::move(copy));
        }
        return;
      case 8:
        house.commit(1 + below(3));
        return;
      case 9:
        if (below(15) == 0) {
          house.restart();
          wire.clear();
          for (Agent& one : agents) one.leave(house);
        }
        return;
      case 10:
        if (!wire.empty()) arrive_one(std::next(wire.begin(), static_cast<std::ptrdiff_t>(below(wire.size())))->first);
        return;
      default:
        hear_one(agent);
        return;
    }
  }
  void hear_one(Agent& agent) {
    if (agent.route.empty()) return;
    std::deque<LinkMessage>& answers = house.answers(agent.route);
    if (answers.empty()) return;
    const LinkMessage message = answers.front();
    answers.pop_front();
    agent.hear(message, house, wire, random);
  }
  bool deliver_all() {
    for (int round = 0; round < 400; ++round) {
      bool waits = false;
      for (Agent& agent : agents) {
        waits |= !agent.spool.empty();
        if (agent.route.empty()) agent.connect(wire, "route " + std::to_string(++routes));
        if (agent.welcomed) agent.send(wire, 4);
      }
      if (!waits) return true;
      std::vector<std::string> names;
      for (const auto& [route, queue] : wire) names.push_back(route);
      for (const std::string& route : names)
        while (!wire[route].empty()) arrive_one(route);
      house.commit(100);
      for (Agent& agent : agents)
        for (int i = 0; i < 200; ++i) hear_one(agent);
    }
    return false;
  }

  std::mt19937_64 random;
  Scratch folder;
  House house;
  const std::size_t most_copies;
  std::vector<Agent> agents;
  Wire wire;
  std::set<std::string> made;
  std::size_t made_count = 0, routes = 0;
};

}  // namespace

TEST_CASE("an agent alone keeps its epoch and is never called a copy, whatever is lost and comes late") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Night night(seed, 1);
    for (int i = 0; i < 600; ++i) night.act();
    REQUIRE(night.deliver_all());
    CHECK(night.house.told(link::Topic::clone) == 0);
    CHECK(night.house.told(link::Topic::epoch) == 0);
    CHECK(night.agents[0].epoch == 7);
    const std::map<std::string, int> stored = night.house.stored();
    REQUIRE(stored.size() == night.made.size());
    for (const auto& [text, times] : stored) REQUIRE(times == 1);
  }
}

TEST_CASE("no event of any copy of an agent is lost, however they take turns") {
  std::size_t noticed = 0, cloned = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    CAPTURE(seed);
    Night night(seed, 3);
    for (int i = 0; i < 600; ++i) night.act();
    REQUIRE(night.deliver_all());
    const std::map<std::string, int> stored = night.house.stored();
    for (const std::string& text : night.made) {
      CAPTURE(text);
      REQUIRE(stored.contains(text));
    }
    cloned += night.agents.size() > 1 ? 1 : 0;
    noticed += night.house.told(link::Topic::clone) > 0 ? 1 : 0;
  }
  CHECK(cloned > 60);
  CHECK(noticed > cloned / 2);
}

TEST_CASE("a copy that was made after the lease was used, and that the first one outran, loses nothing") {
  Night night(1, 2);
  Agent& first = night.agents[0];
  const auto settle = [&](Agent& agent) {
    std::vector<std::string> names;
    for (const auto& [route, queue] : night.wire) names.push_back(route);
    for (const std::string& route : names)
      while (!night.wire[route].empty()) night.arrive_one(route);
    night.house.commit(100);
    for (int i = 0; i < 20; ++i) night.hear_one(agent);
  };
  first.connect(night.wire, "first");
  settle(first);
  first.make("shared");
  first.send(night.wire, 1);
  settle(first);
  REQUIRE(first.spool.empty());
  Agent copy = first;  // with the lease that is in use
  copy.route.clear();
  copy.welcomed = false;
  for (int i = 0; i < 5; ++i) first.make("first " + std::to_string(i));
  for (int i = 0; i < 9; ++i) copy.make("copy " + std::to_string(i));
  first.send(night.wire, 5);
  settle(first);
  REQUIRE(first.spool.empty());
  night.agents.push_back(copy);
  REQUIRE(night.deliver_all());
  const std::map<std::string, int> stored = night.house.stored();
  for (int i = 0; i < 5; ++i) CHECK(stored.at("first " + std::to_string(i)) == 1);
  for (int i = 0; i < 9; ++i) CHECK(stored.at("copy " + std::to_string(i)) == 1);
  CHECK(night.house.told(link::Topic::clone) > 0);
}

TEST_CASE("a lease is durable with whichever batch under it is stored first") {
  const Scratch scratch;
  House house(scratch / "house");
  const auto batch = [](std::uint8_t lane) {
    LinkMessage header = link::test::batch(1, 1);
    header.epoch = 7;
    header.lane = lane;
    return header;
  };
  Event event;
  event.kind = "fire.alarm";
  std::string payload;
  BatchEncoder().encode({&event, 1}, payload);
  LinkMessage hello = link::test::hello("network", "net-1");
  hello.epoch = 7;
  house.arrive("first", hello, {});
  const std::string lease = house.answers("first").back().lease;
  REQUIRE_FALSE(lease.empty());
  house.arrive("first", batch(1), payload);
  house.arrive("first", batch(0), payload);
  house.urgent_first();
  house.commit(1);
  CHECK(house.lease(7) == lease);
  house.restart();
  hello.lease = lease;
  house.arrive("second", hello, {});
  CHECK_FALSE(house.answers("second").back().renew);
}

TEST_CASE("an agent whose spool was deleted is noticed, once") {
  Night night(1, 1);
  night.made.insert("a");
  night.agents[0].make("a");
  REQUIRE(night.deliver_all());
  night.agents[0].leave(night.house);
  Agent fresh;
  fresh.epoch = 9;
  fresh.make("b");
  night.agents[0] = fresh;
  REQUIRE(night.deliver_all());
  CHECK(night.house.told(link::Topic::epoch) == 1);
  CHECK(night.house.told(link::Topic::clone) == 0);
  CHECK(night.house.stored().size() == 2);
}
