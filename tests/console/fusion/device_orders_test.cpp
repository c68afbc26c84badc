#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

/// The small estate, with a way out declared at D-231, and D-1 made an emergency exit that has one too.
std::shared_ptr<const Estate> doors() {
  auto estate = std::make_shared<Estate>(*test::small_estate());
  for (Site& site : estate->sites) {
    for (Device& d : site.devices)
      if (d.id == "D-231" || d.id == "D-1") d.egress = true;
    for (Opening& o : site.openings)
      if (o.id == "O-1") o.category = "emergencyexit";
  }
  estate->index();
  return estate;
}

struct Bench : Watch {
  explicit Bench(fusion::Policy policy = {}) : Watch(doors(), test::small_rules(), std::move(policy)) {}

  CommandReply order(const std::string& door, const std::function<void(Command&)>& more = {}) {
    CommandReply reply = command(CommandKind::device, {}, [&](Command& c) {
      c.target = door;
      c.action = "unlock";
      c.seconds = 5;
      c.text = "courier";
      c.role = "Operator";
      c.agent = "gate-7";
      if (more) more(c);
    });
    if (!changes.orders.empty()) last = changes.orders.back();
    return reply;
  }
  /// The engine's word that it was sent.
  void sent(const std::string& why = {}) {
    Command c;
    c.id = "sent-" + last.id;
    c.kind = CommandKind::device_sent;
    c.time = now;
    c.actor = "Engine";
    c.target = last.id;
    c.text = why;
    changes.clear();
    fusion.on_command(c, changes);
  }
  void says(double at, const std::string& state, const std::string& reason = {}, const std::string& agent = "gate-7") {
    Event e;
    e.id = "a" + std::to_string(++answers);
    e.time = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
    e.agent = agent;
    e.kind = "device.command";
    e.add("command.id", last.id);
    e.add("command.state", state);
    e.add("door.id", last.device);
    if (!reason.empty()) e.add("reason", reason);
    event(std::move(e));
  }
  [[nodiscard]] const DeviceOrder& shown(const std::string& door = "D-231") const {
    return fusion.devices().at(door).order;
  }
  [[nodiscard]] std::string line(const std::string& door = "D-231") const { return shown(door).lines.back().second; }

  DeviceCommand last;
  int answers = 0;
};

}  // namespace

TEST_CASE("A command to a door is ordered with its expiry, and its states stand at the door as they come") {
  Bench w;
  const CommandReply reply = w.order("D-231");
  CHECK(reply.accepted);
  CHECK(reply.message == "Unlock D-231 for 5 s: on its way to gate-7");
  REQUIRE(w.changes.orders.size() == 1);
  CHECK(w.changes.devices_changed);
  CHECK(w.last.agent == "gate-7");
  CHECK(w.last.device == "D-231");
  CHECK(w.last.issued == w.now);
  CHECK(w.last.expires == w.now + 10 * kSecond);
  CHECK(w.last.actor == "M. Okafor");
  CHECK(w.last.reason == "courier");
  CHECK(w.shown().state == "asked");
  w.sent();
  CHECK(w.line() == "sent to gate-7");
  w.says(0.1, "received");
  CHECK(w.line() == "received by gate-7");
  w.says(0.3, "executed");
  CHECK(w.shown().state == "executed");
  w.says(2, "confirmed");
  CHECK(w.line() == "confirmed by contact");
  w.says(5, "ended");
  CHECK(w.line() == "ended");
  w.tick(100);
  CHECK(w.line() == "ended");
  CHECK_FALSE(w.fusion.timer_pending());
}

TEST_CASE("An incident's log says what was done for it") {
  Bench w;
  w.event(0, "door.forced", {{"door.id", "D-231"}});
  w.order("D-231", [](Command& c) { c.incidents = {1}; });
  CHECK(w.last.incident == 1);
  CHECK(w.one()->log.back().actor == "M. Okafor");
  CHECK(w.one()->log.back().text == "Unlock D-231 for 5 s: asked: courier");
  w.sent();
  w.says(1, "executed");
  REQUIRE(w.changes.incidents.size() == 1);
  CHECK(w.one()->log.back().text == "Unlock D-231 for 5 s: executed by gate-7");
  CHECK(w.one()->last_change == "Unlock D-231 for 5 s: executed by gate-7");
  CHECK_FALSE(w.order("D-231", [](Command& c) { c.incidents = {77}; }).accepted);
}

TEST_CASE("What was not sent until it expired is said as expired, and was never sent") {
  Bench w;
  w.order("D-231");
  CHECK(w.fusion.unsent_orders().size() == 1);
  w.tick(9.999);
  CHECK(w.shown().state == "asked");
  w.tick(10);
  CHECK(w.shown().state == "expired");
  CHECK(w.line() == "expired: gate-7 was not connected");
  CHECK(w.fusion.unsent_orders().empty());
  w.sent();  // too late to be true
  w.says(60, "expired", "its time had passed 50 s before it came");
  CHECK(w.line() == "expired: its time had passed 50 s before it came");
}

TEST_CASE("Silence after sending is said, and a late answer is taken nevertheless") {
  Bench w;
  w.order("D-231", [](Command& c) { c.valid_seconds = 20; });
  w.sent();
  CHECK(w.fusion.unsent_orders().empty());
  w.tick(20);
  CHECK(w.shown().state == "no_answer");
  CHECK(w.line() == "no answer within 20 s");
  w.says(300, "executed");
  CHECK(w.line() == "executed by gate-7");
  w.order("D-231");
  w.sent();
  w.says(301, "received");
  w.tick(370);
  CHECK(w.line() == "no outcome within 60 s");
}

TEST_CASE("Only the agent that it was meant for knows what became of a command, and no word takes one back") {
  Bench w;
  w.order("D-231");
  w.sent();
  w.says(1, "executed", "", "gate-8");
  CHECK(w.shown().state == "sent");
  w.says(2, "executed");
  w.says(3, "received");
  w.says(3, "refused", "replayed");
  w.says(3, "nonsense");
  CHECK(w.shown().state == "executed");
}

TEST_CASE("What the link could not send says why") {
  Bench w;
  w.order("D-231");
  w.sent("gate-7 is too old for commands to devices; update it");
  CHECK(w.shown().state == "failed");
  CHECK(w.line() == "gate-7 is too old for commands to devices; update it");
  w.tick(60);
  CHECK(w.shown().state == "failed");
}

TEST_CASE("The engine never orders that an exit be locked") {
  Bench w;
  const auto lock = [&](const std::string& door) {
    return w.order(door, [](Command& c) {
      c.action = "lock";
      c.seconds = 0;
    });
  };
  CHECK(lock("D-231").accepted);
  CHECK(lock("D-1").message == "D-1 is an emergency exit and is never locked");
  CHECK(lock("D-2").message == "D-2 has no declared way out (`egress: true` in devices.yaml) and is not locked");
  CHECK(w.changes.orders.empty());
  CHECK(w.order("D-1").accepted);
  CHECK(w.order("D-2").accepted);
}

TEST_CASE("A command to a device that cannot be is refused with the reason") {
  Bench w;
  const auto refused = [&](const std::string& door, const std::function<void(Command&)>& more) {
    const CommandReply reply = w.order(door, more);
    CHECK_FALSE(reply.accepted);
    CHECK(w.changes.orders.empty());
    return reply.message;
  };
  CHECK(refused("D-999", {}) == "The site has no device D-999");
  CHECK(refused("C-26", {}) == "C-26 is no door");
  CHECK(refused("D-231", [](Command& c) { c.action = "explode"; }) == "\"explode\" is nothing that a device does");
  CHECK(refused("D-231", [](Command& c) { c.text.clear(); }) == "A command to a device needs a reason");
  CHECK(refused("D-231", [](Command& c) { c.seconds = 0; }) == "Say for how long it is unlocked, or release it");
  CHECK(refused("D-231", [](Command& c) { c.valid_seconds = 61; }) == "A command is valid for a minute at most");
  CHECK(refused("D-231", [](Command& c) { c.agent.clear(); }).find("No agent offers this") == 0);
  CHECK(refused("D-231", [](Command& c) { c.role = "Guard"; }) == "The role Guard may not give commands to devices");
  CHECK(refused("D-231", [](Command& c) { c.role.clear(); }) == "The role of nobody may not give commands to devices");
  CHECK(w.order("D-231", [](Command& c) { c.role = "operator"; }).accepted);
}

TEST_CASE("The policy says which roles may") {
  fusion::Policy policy;
  policy.device_roles = {"Guard"};
  Bench w(policy);
  CHECK_FALSE(w.order("D-231").accepted);
  CHECK(w.order("D-231", [](Command& c) { c.role = "Guard"; }).accepted);
}

TEST_CASE("A drill never reaches a device") {
  Bench w;
  Event e;
  e.id = "drill";
  e.time = kStart;
  e.agent = "agent";
  e.kind = "door.forced";
  e.logsource.product = "watchfloor";
  e.drill = true;
  e.add("door.id", "D-231");
  w.event(std::move(e));
  REQUIRE(w.one()->drill);
  CHECK(w.order("D-231", [](Command& c) { c.incidents = {1}; }).message == "A drill never reaches a device");
}

TEST_CASE("The same command is ordered once, however often it comes") {
  Bench w;
  w.order("D-231", [](Command& c) { c.id = "once"; });
  CHECK(w.changes.orders.size() == 1);
  CHECK(w.order("D-231", [](Command& c) { c.id = "once"; }).accepted);
  CHECK(w.changes.orders.empty());
}

TEST_CASE("A door shows the last command, whatever an earlier one says later") {
  Bench w;
  w.order("D-231");
  const DeviceCommand first = w.last;
  w.sent();
  w.now += kSecond;
  w.order("D-231", [](Command& c) { c.seconds = 9; });
  const DeviceCommand second = w.last;
  w.last = first;
  w.says(2, "executed");
  CHECK(w.shown().id == second.id);
  CHECK(w.shown().state == "asked");
}
