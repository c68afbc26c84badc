#include "console/link/batches.hpp"

#include <set>
#include <vector>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;

namespace {

/// An engine that has room, or has none; or room for some lines only.
struct Rig {
  Rig() {
    handlers.on_batch = [this](ReceivedBatch& batch) {
      if (!room || (batch.origin.lane != 0 && full.contains(batch.origin.agent))) return false;
      taken.push_back(std::move(batch));
      return true;
    };
    gate.agent = "gate";
    gate.number = 1;
    gate.wire_version = 2;
    batches.grant(gate, 1);
    hall = gate;
    hall.agent = "hall";
    hall.number = 2;
  }
  void come(Connection& from, std::uint8_t lane, std::uint64_t first) {
    ReceivedBatch batch;
    batch.origin = {from.agent, 7, lane, first};
    batch.count = 1;
    batch.payload = "events";
    REQUIRE_FALSE(batches.take(from, std::move(batch)));
  }
  [[nodiscard]] std::string order() const {
    std::string out;
    for (const ReceivedBatch& batch : taken)
      out += batch.origin.agent + std::to_string(batch.origin.lane) + "." +
             std::to_string(batch.origin.first_sequence) + " ";
    return out;
  }
  LinkOptions options;
  LinkHandlers handlers;
  bool room = false;
  std::set<std::string> full;
  std::vector<ReceivedBatch> taken;
  Batches batches{options, handlers};
  Connection gate, hall;
};

}  // namespace

TEST_CASE("of what the engine had no room for, life safety of all agents goes first, and each lane in its order") {
  Rig rig;
  rig.come(rig.gate, 1, 1);
  rig.come(rig.gate, 1, 2);
  rig.come(rig.hall, 2, 1);
  rig.come(rig.gate, 0, 1);
  rig.come(rig.hall, 0, 1);
  rig.come(rig.gate, 0, 2);
  rig.batches.offer();
  CHECK(rig.taken.empty());
  rig.room = true;
  rig.batches.offer();
  CHECK(rig.order() == "gate0.1 hall0.1 gate0.2 gate1.1 hall2.1 gate1.2 ");
  CHECK_FALSE(rig.batches.holding());
}

TEST_CASE("an agent's life safety does not wait behind its own backlog, and others do not behind either") {
  Rig rig;
  rig.room = true;
  rig.full = {"gate"};
  rig.come(rig.gate, 1, 1);
  rig.come(rig.gate, 0, 1);
  rig.come(rig.hall, 1, 1);
  CHECK(rig.order() == "gate0.1 hall1.1 ");
  rig.come(rig.gate, 1, 2);
  rig.batches.offer();
  rig.full.clear();
  rig.batches.offer();
  CHECK(rig.order() == "gate0.1 hall1.1 gate1.1 gate1.2 ");
}
