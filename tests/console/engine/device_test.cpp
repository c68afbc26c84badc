#include <limits>

#include "console/engine/dispatch.hpp"
#include "console/link/command_key.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine;
using namespace wf::engine::test;

namespace {

constexpr const char* kDoor = "D-001";

struct DoorRig : Rig {
  DoorRig() {
    options.site = std::string(WF_SOURCE_DIR) + "/assets/site";
    set_clock(0);
  }
  /// The engine's clock goes on from then; the next start takes it.
  void set_clock(std::int64_t later) { options.clock = Clock(1'772'000'000 * kSecond + later, monotonic_ns(), 1.0); }
  /// An agent that offers to unlock the door.
  std::unique_ptr<link::test::Client> gate() {
    auto client = agent("gate-7");
    LinkMessage header;
    header.kind = LinkKind::status;
    AgentReport report;
    report.sources.push_back({"osdp", "running", 1, 1, 0, "", 0});
    report.outputs = {{kDoor, {"unlock"}, 30}};
    std::string payload;
    encode_report(report, payload);
    client->send(header, payload);
    wait([](const Snapshot& s) {
      for (const AgentState& a : s.agents)
        if (a.name == "gate-7" && !a.report.outputs.empty()) return true;
      return false;
    });
    return client;
  }
  /// The same agent was there, and has gone. An end of a connection is noticed before a later connection is let in.
  void gate_that_went() {
    { const auto gone = gate(); }
    const auto later = agent("gate-8");
  }
  [[nodiscard]] static Command unlock(std::uint32_t valid = 0) {
    Command c;
    c.kind = CommandKind::device;
    c.target = kDoor;
    c.action = "unlock";
    c.seconds = 5;
    c.text = "courier";
    c.valid_seconds = valid;
    return c;
  }
  /// Waits until the door's last command has that state; its last line.
  std::string reaches(const std::string& state) {
    const auto s = wait([&](const Snapshot& now) {
      const auto it = now.devices->find(kDoor);
      return it != now.devices->end() && it->second.order.state == state;
    });
    return s->devices->at(kDoor).order.lines.back().second;
  }
};

Event answer(const DeviceCommand& command, const std::string& state) {
  Event e;
  e.time = command.issued;
  e.kind = "device.command";
  e.source = "outputs";
  e.add("command.id", command.id);
  e.add("command.state", state);
  e.add("door.id", command.device);
  return e;
}

DeviceCommand command_of(const std::string& payload) {
  return must(decode_device_command(must(decode_signed_command(payload)).command));
}

}  // namespace

TEST_CASE("a command to a device is logged, audited, signed and sent, and its answers stand at the door") {
  DoorRig rig;
  rig.start();
  const auto gate = rig.gate();
  const CommandReply reply = rig.command(DoorRig::unlock());
  CHECK(reply.message == "Unlock D-001 for 5 s: on its way to gate-7");
  REQUIRE(reply.accepted);
  REQUIRE(gate->receive(LinkKind::device_command));
  const SignedCommand whole = must(decode_signed_command(gate->payload()));
  const DeviceCommand got = must(decode_device_command(whole.command));
  CHECK(got.agent == "gate-7");
  CHECK(got.device == kDoor);
  CHECK(got.action == "unlock");
  CHECK(got.seconds == 5);
  CHECK(got.actor == "operator");
  CHECK(got.reason == "courier");
  CHECK(got.expires - got.issued == 10 * kSecond);
  // Ed25519 is deterministic: the engine's key gives the same bytes.
  CHECK(must(link::CommandKey::open(rig.data() / "keys")).sign(got) == gate->payload());
  CHECK(rig.reaches("sent") == "sent to gate-7");
  rig.deliver(*gate, 1, {answer(got, "received"), answer(got, "executed")});
  CHECK(rig.reaches("executed") == "executed by gate-7");
  rig.deliver(*gate, 3, {answer(got, "confirmed")});
  CHECK(rig.reaches("confirmed") == "confirmed by contact");
  CHECK_FALSE(gate->receive(100));  // once
  rig.stop();
  std::vector<std::string> actions;
  for (const store::AuditLine& line :
       must(must(store::Reader::open(rig.data()))->audit(0, std::numeric_limits<UtcNs>::max(), 100)))
    actions.push_back(line.actor + " " + line.action);
  CHECK(std::count(actions.begin(), actions.end(), "operator device") == 1);
  CHECK(std::count(actions.begin(), actions.end(), "Engine device sent") == 1);
}

TEST_CASE("a role that may not, a door that nobody drives and a seat that speaks for the engine are refused") {
  DoorRig rig;
  rig.options.role = "Guard";
  rig.start();
  const auto gate = rig.gate();
  CHECK(rig.command(DoorRig::unlock()).message == "The role Guard may not give commands to devices");
  Command c = DoorRig::unlock();
  c.role = "Operator";
  c.target = "D-005";
  CHECK(rig.command(c).message.find("No agent offers this at D-005") == 0);
  c.target = kDoor;
  c.action = "release";
  c.seconds = 0;
  c.agent = "gate-7";  // what a seat says of it does not count
  CHECK(rig.command(c).message.find("No agent offers this") == 0);
  c.kind = CommandKind::device_sent;
  CHECK_FALSE(rig.command(c).accepted);
  CHECK_FALSE(gate->receive(100));
}

TEST_CASE("an agent that comes in time gets the command, one that comes too late gets nothing, and it is said") {
  DoorRig rig;
  rig.start();
  rig.gate_that_went();
  REQUIRE(rig.command(DoorRig::unlock(60)).accepted);
  rig.reaches("asked");
  const auto gate = rig.agent("gate-7");
  REQUIRE(gate->receive(LinkKind::device_command));
  CHECK(rig.reaches("sent") == "sent to gate-7");
}

TEST_CASE("what expired while the agent was away is never sent when it comes back") {
  DoorRig rig;
  rig.start();
  rig.gate_that_went();
  REQUIRE(rig.command(DoorRig::unlock(1)).accepted);
  CHECK(rig.reaches("expired") == "expired: gate-7 was not connected");
  const auto gate = rig.agent("gate-7");
  CHECK_FALSE(gate->receive(500));
}

TEST_CASE("after a restart of the engine a command is sent while it has time, and reported expired when it has none") {
  DoorRig rig;
  rig.start();
  rig.gate_that_went();
  REQUIRE(rig.command(DoorRig::unlock(60)).accepted);
  rig.reaches("asked");
  rig.stop();
  SECTION("in time") {
    rig.set_clock(30 * kSecond);
    rig.start();
    const auto gate = rig.agent("gate-7");
    REQUIRE(gate->receive(LinkKind::device_command));
    CHECK(command_of(gate->payload()).issued < rig.engine().snapshot()->now);
    CHECK(rig.reaches("sent") == "sent to gate-7");
  }
  SECTION("too late") {
    rig.set_clock(90 * kSecond);
    rig.start();
    const auto gate = rig.agent("gate-7");
    CHECK(rig.reaches("expired") == "expired: gate-7 was not connected");
    CHECK_FALSE(gate->receive(500));
  }
}

TEST_CASE("the agent for a device offers it, is there, or spoke of it last") {
  Snapshot s;
  auto devices = std::make_shared<std::map<std::string, DeviceState>>();
  (*devices)["door-3"].agent = "old-gate";
  s.devices = devices;
  const auto add = [&](const std::string& name, AgentState::Health health, std::vector<std::string> actions) {
    AgentState a;
    a.name = name;
    a.health = health;
    a.report.sources.push_back({});
    if (!actions.empty()) a.report.outputs = {{"door-3", std::move(actions), 0}};
    s.agents.push_back(std::move(a));
  };
  using Health = AgentState::Health;
  CHECK(agent_for(s, "door-3", "unlock") == "old-gate");
  CHECK(agent_for(s, "door-4", "unlock").empty());
  add("old-gate", Health::silent, {});
  CHECK(agent_for(s, "door-3", "unlock") == "old-gate");
  s.agents[0].health = Health::live;
  CHECK(agent_for(s, "door-3", "unlock").empty());
  add("gate-a", Health::silent, {"unlock"});
  CHECK(agent_for(s, "door-3", "unlock") == "gate-a");
  CHECK(agent_for(s, "door-3", "lock").empty());
  add("gate-b", Health::live, {"unlock"});
  add("gate-c", Health::live, {"unlock"});
  CHECK(agent_for(s, "door-3", "unlock") == "gate-b");
  s.agents[2].health = Health::revoked;
  CHECK(agent_for(s, "door-3", "unlock") == "gate-c");
}
