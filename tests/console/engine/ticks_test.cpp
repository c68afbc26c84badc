#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;

namespace {

std::vector<store::Record> ticks(const std::filesystem::path& data) {
  std::vector<store::Record> out;
  must(must(store::Reader::open(data))->read_log(0, [&](store::Record& record) {
    if (record.kind == store::RecordKind::tick) out.push_back(std::move(record));
    return true;
  }));
  return out;
}

}  // namespace

TEST_CASE("ticks are logged only while a response target runs, and the target is missed by them") {
  Rig rig;
  // 20 seconds of the engine's clock are one real second.
  rig.options.clock = engine::Clock(1'772'000'000 * kSecond, engine::monotonic_ns(), 20);
  rig.options.policy.respond_high = 10 * kSecond;
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, events(1, 3));
  rig.wait([](const Snapshot& s) { return s.events_total == 3; });
  CHECK(ticks(rig.data()).empty());

  rig.deliver(*agent, 4, events(4, 1, "attack"));
  const auto missed = rig.wait(
      [](const Snapshot& s) { return s.incidents.size() == 1 && s.incidents[0]->last_change == "Target missed"; });
  CHECK(missed->now >= missed->incidents[0]->respond_by);
  const std::vector<store::Record> logged = ticks(rig.data());
  CHECK(logged.size() >= 5);
  for (std::size_t i = 1; i < logged.size(); ++i) CHECK(logged[i].time - logged[i - 1].time >= kSecond);
}

TEST_CASE("the log's times never go back, even when the clock does") {
  Rig rig;
  rig.options.clock = engine::Clock(1'772'000'000 * kSecond, engine::monotonic_ns(), 1);
  rig.start();
  {
    const auto agent = rig.agent("net-1");
    rig.deliver(*agent, 1, events(1, 1));
  }
  rig.stop();
  rig.options.clock = engine::Clock(1'771'000'000 * kSecond, engine::monotonic_ns(), 1);
  rig.start();
  {
    const auto agent = rig.agent("net-1");
    rig.deliver(*agent, 2, events(2, 1));
  }
  rig.stop();
  UtcNs last = 0;
  must(must(store::Reader::open(rig.data()))->read_log(0, [&](store::Record& record) {
    CHECK(record.time >= last);
    last = record.time;
    return true;
  }));
  CHECK(last >= 1'772'000'000 * kSecond);
}
