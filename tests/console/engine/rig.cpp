#include "tests/console/engine/rig.hpp"

#include <fstream>
#include <future>

#include "console/model/incident_json.hpp"
#include "proto/event_codec.hpp"
#include "tests/support/patience.hpp"

namespace wf::engine::test {

std::string rule(const std::string& id, const std::string& what, const std::string& level) {
  return "title: Test " + what + "\nid: " + id + "\nlevel: " + level +
         "\nlogsource: {category: test}\ndetection: {s: {what: " + what + "}, condition: s}\n";
}

Event event(std::uint64_t number, const std::string& what, const std::string& host) {
  Event e;
  e.time = 1'772'000'000 * kSecond + static_cast<UtcNs>(number) * kMillisecond;
  e.kind = "network.alert";
  e.source = "test";
  e.logsource.category = "test";
  e.add("number", std::to_string(number), ValueType::number);
  e.add("what", what);
  e.add("host.name", host);
  return e;
}

std::vector<Event> events(std::uint64_t first, std::uint32_t count, const std::string& what) {
  std::vector<Event> out;
  for (std::uint64_t n = first; n < first + count; ++n) out.push_back(event(n, what));
  return out;
}

std::string encoded(const std::vector<Event>& events) {
  std::string out;
  BatchEncoder().encode(events, out);
  return out;
}

std::string lasting(const Snapshot& s) {
  std::string out = "events " + std::to_string(s.events_total) + "\n";
  for (const auto& incident : s.incidents) out += incident_to_json(*incident) + "\n";
  for (const auto& [id, device] : *s.devices) out += id + " " + device.state + "\n";
  for (const auto& [id, people] : *s.zone_people) out += id + " " + std::to_string(people) + "\n";
  for (const AgentState& agent : s.agents)
    out += agent.name + " " + std::to_string(agent.events) + " " + std::to_string(agent.refused_batches) +
           agent.problem + "\n";
  for (const Snapshot::Bar& bar : s.bars)
    out += std::to_string(bar.incident) + " " + std::to_string(bar.begin) + " " + std::to_string(bar.end) + "\n";
  return out;
}

Rig::Rig(const std::string& rules) {
  options.data = data();
  options.rules = {rule_file().parent_path()};
  options.listen = "tcp://127.0.0.1:0";
  // The clock of event(): with another one its events would be history.
  options.clock = engine::Clock(1'772'000'000 * kSecond, engine::monotonic_ns(), 1);
  std::filesystem::create_directories(rule_file().parent_path());
  write_rules(rules);
}

Rig::~Rig() { stop(); }

void Rig::start() {
  notes.clear();
  engine_ = must(Engine::start(options, notes));
}

void Rig::stop() { engine_.reset(); }

void Rig::write_rules(const std::string& text) const {
  std::ofstream file(rule_file(), std::ios::trunc);
  file << text;
}

std::unique_ptr<link::test::Client> Rig::agent(const std::string& name, LinkMessage* welcomed) {
  const std::filesystem::path keys = data() / "keys";
  if (!agents_.contains(name)) {
    agents_[name] = must(link::make_key_pair());
    must(link::write_agent(keys, {name, "network", agents_[name].public_key, 1, false}));
  }
  auto client =
      std::make_unique<link::test::Client>(engine_->endpoint(), must(link::engine_public_key(keys)), agents_[name]);
  client->send(link::test::hello());
  const auto welcome = client->receive(LinkKind::welcome);
  REQUIRE(welcome);
  if (welcomed != nullptr) *welcomed = *welcome;
  return client;
}

void Rig::deliver(link::test::Client& agent, std::uint64_t first, const std::vector<Event>& events) {
  agent.send(link::test::batch(first, static_cast<std::uint32_t>(events.size())), encoded(events));
  const auto ack = agent.receive(LinkKind::ack);
  REQUIRE(ack);
  CHECK(ack->first_sequence == first);
}

std::shared_ptr<const Snapshot> Rig::wait(const std::function<bool(const Snapshot&)>& good) {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t news = 0;
  const std::uint64_t token = engine_->watch([&] {
    const std::lock_guard hold(mutex);
    ++news;
    changed.notify_all();
  });
  const auto end = std::chrono::steady_clock::now() + wf::test::patience(std::chrono::seconds(10));
  std::shared_ptr<const Snapshot> now;
  bool found = false;
  {
    std::unique_lock lock(mutex);
    for (std::uint64_t seen = 0;; seen = news) {
      lock.unlock();
      now = engine_->snapshot();
      found = good(*now);
      lock.lock();
      if (found || !changed.wait_until(lock, end, [&] { return news != seen; })) break;
    }
  }
  engine_->unwatch(token);
  if (!found) FAIL("no such snapshot in time; the last one: " << lasting(*now));
  return now;
}

CommandReply Rig::command(Command command) {
  auto promise = std::make_shared<std::promise<CommandReply>>();
  std::future<CommandReply> reply = promise->get_future();
  engine_->submit(std::move(command), [promise](CommandReply r) { promise->set_value(std::move(r)); });
  if (reply.wait_for(wf::test::patience(std::chrono::seconds(10))) != std::future_status::ready)
    FAIL("no reply in time");
  return reply.get();
}

Command Rig::acknowledge(const Incident& incident, const std::string& id) const {
  Command c;
  c.id = id;
  c.kind = CommandKind::acknowledge;
  c.incidents = {incident.id};
  c.seen_revisions = {incident.revision};
  return c;
}

}  // namespace wf::engine::test
