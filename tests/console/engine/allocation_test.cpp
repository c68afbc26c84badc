// What the path of a batch through the engine takes from the heap: link, intake, writer, store, acknowledgement,
// fusion.
#include "tests/support/allocations.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "console/engine/watch.hpp"
#include "console/engine/writer.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;

namespace {

constexpr std::uint32_t kFew = 16, kMany = 512;

/// As a network agent makes them: texts that are too long to be kept without the heap.
std::vector<Event> network_events(std::uint64_t first, std::uint32_t count) {
  std::vector<Event> out;
  for (std::uint64_t n = first; n < first + count; ++n) {
    Event event;
    event.time = event.seen = 1'772'000'000 * kSecond + static_cast<UtcNs>(n);
    event.kind = "network.flow";
    event.source = "suricata:/var/log/suricata/eve.json";
    event.logsource = {"suricata", "flow", "network"};
    event.add("src.ip", "2001:db8::192.168.100." + std::to_string(n % 256));
    event.add("door.id", "D-231");
    event.add("payload_printable", "what number " + std::to_string(n) + " said");
    out.push_back(std::move(event));
  }
  return out;
}

std::uint64_t middle(std::vector<std::uint64_t> counts) {
  const auto at = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::nth_element(counts.begin(), at, counts.end());
  return *at;
}

/// Allocations for one batch: the middle one of many, so that what a thread does by the clock does not count.
struct Taken {
  std::uint64_t link = 0, writer = 0;
  std::uint64_t all = 0;  ///< of every thread but the agent's: libzmq's own too
};

/// Brings batches of so many events through an encrypted link into a store, one after the other; the agent may speak
/// for these devices, or for any.
Taken taken_to_persist(std::uint32_t events_of_batch, const std::vector<std::string>& devices = {}) {
  constexpr std::size_t kWarm = 500, kCountedBatches = 100, kAll = kWarm + kCountedBatches;
  const link::test::Folder folder;
  const auto store = must(store::Store::open(folder.path() / "data"));
  engine::Intake intake;
  std::unique_ptr<link::LinkServer> server;
  // Each of one thread, which alone adds to it; read when both are done.
  std::vector<std::uint64_t> in_link, in_writer, in_all;
  for (auto* counts : {&in_link, &in_writer, &in_all}) counts->reserve(kAll + 1);
  engine::Writer writer(
      *store, intake, {}, 0,
      {.room = [] { return true; },
       .hand_on =
           [&](std::vector<store::Record>&& records) {
             records.clear();
             in_writer.push_back(heap::of_mine());
           },
       .acknowledge = [&](std::span<const link::Acknowledgement> done) { server->acknowledge(done); }});
  link::LinkOptions options;
  options.endpoint = "tcp://127.0.0.1:0";
  options.keys = folder.path() / "data" / "keys";
  options.clock = [] { return engine::Clock().now(); };
  options.lease_secret = store->lease_secret();
  link::LinkHandlers handlers;
  handlers.on_batch = [&](link::ReceivedBatch& batch) {
    in_link.push_back(heap::of_mine());
    return intake.offer(batch);
  };
  handlers.stored = [&](const std::string& agent) { return store->stored(agent); };
  handlers.lease = [&](const std::string& agent, std::uint64_t epoch) { return store->lease(agent, epoch); };
  server = must(link::LinkServer::start(options, handlers));
  std::thread writing([&] { writer.run(); });

  const link::KeyPair pair = must(link::make_key_pair());
  must(link::write_agent(options.keys, {"net-1", "network", pair.public_key, 1, false, devices}));
  link::test::Client agent(server->endpoint(), must(link::engine_public_key(options.keys)), pair);
  agent.send(link::test::hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  for (std::uint64_t i = 0; i < kAll; ++i) {
    const std::uint64_t first = i * events_of_batch + 1;
    agent.send(link::test::batch(first, events_of_batch), encoded(network_events(first, events_of_batch)));
    REQUIRE(agent.receive(LinkKind::ack));
    in_all.push_back(heap::of_all() - heap::of_mine());
  }
  intake.close();
  writing.join();
  server.reset();
  CHECK(store->events() == kAll * events_of_batch);
  const auto of_each = [&](const std::vector<std::uint64_t>& counts) {
    REQUIRE(counts.size() >= kAll);
    std::vector<std::uint64_t> out;
    for (std::size_t i = kWarm; i + 1 < kAll; ++i) out.push_back(counts[i + 1] - counts[i]);
    return middle(std::move(out));
  };
  return {of_each(in_link), of_each(in_writer), of_each(in_all)};
}

/// The same for a batch that fusion takes from the log.
std::uint64_t taken_to_judge(std::uint32_t events_of_batch) {
  engine::Watch watch(nullptr);
  fusion::Changes changes;
  std::vector<std::uint64_t> counts;
  for (std::uint64_t i = 0; i < 60; ++i) {
    store::Record record;
    record.position = i + 1;
    record.kind = store::RecordKind::batch;
    record.time = 1'772'000'001 * kSecond;
    record.origin = {"net-1", 7, 1, i * events_of_batch + 1};
    record.count = events_of_batch;
    record.payload = encoded(network_events(record.origin.first_sequence, events_of_batch));
    const std::uint64_t before = heap::of_mine();
    watch.apply(record, changes);
    counts.push_back(heap::of_mine() - before);
  }
  REQUIRE(watch.events() == 60 * events_of_batch);
  counts.erase(counts.begin(), counts.begin() + 30);
  return middle(std::move(counts));
}

}  // namespace

TEST_CASE("a batch takes the same from the heap between link, store and acknowledgement, however many events it has") {
  if (!heap::kCounted) return;
  // Batches of an agent that may speak for some devices only are decoded on the way.
  const std::vector<std::string> any, some{"D-*"};
  for (const auto* devices : {&any, &some}) {
    const Taken few = taken_to_persist(kFew, *devices), many = taken_to_persist(kMany, *devices);
    INFO("a batch of " << kFew << " events: link " << few.link << ", writer " << few.writer << ", all " << few.all);
    INFO("a batch of " << kMany << " events: link " << many.link << ", writer " << many.writer << ", all " << many.all);
    // An event more would be 496 more. What the link does by the clock falls on some batches, and libzmq takes a large
    // message in more pieces.
    CHECK(many.link <= few.link + 2);
    CHECK(many.writer <= few.writer + 2);
    CHECK(many.all <= few.all + 8);
    CHECK(many.link <= 40);
    CHECK(many.writer <= 40);
    CHECK(many.all <= 100);
  }
}

TEST_CASE("an event that raises nothing takes nothing from the heap when it is judged") {
  if (!heap::kCounted) return;
  const std::uint64_t few = taken_to_judge(kFew), many = taken_to_judge(kMany);
  INFO(few << " allocations for a batch of " << kFew << " events, " << many << " for one of " << kMany);
  CHECK(many <= few);
}
