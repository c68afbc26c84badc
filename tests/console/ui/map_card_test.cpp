// The card of a device: what can be commanded there, how far it came, and that nothing on it is cut.
#include <string>
#include <vector>

#include "console/ui/map/map_command.hpp"
#include "tests/console/ui/map_stage.hpp"
#include "tests/support/catch.hpp"

namespace wf::ui {
namespace {

using maptest::Plan;

AgentState agent(const std::string& name, std::vector<OfferedOutput> outputs) {
  AgentState out;
  out.name = name;
  out.health = AgentState::Health::live;
  out.report.outputs = std::move(outputs);
  return out;
}

std::string steps(const std::string& state, std::vector<std::string> lines) {
  DeviceOrder order;
  order.id = "c1";
  order.state = state;
  for (std::string& line : lines) order.lines.emplace_back(0, std::move(line));
  std::string out;
  for (const OrderStep& step : steps_of(order)) {
    static constexpr const char* kLooks[] = {"", "*", "?", "!"};
    out += (out.empty() ? "" : " ") + step.text + kLooks[static_cast<int>(step.look)];
  }
  return out;
}

TEST_CASE("A door is unlocked from its card in two steps, and the card says what became of it") {
  Plan p = maptest::three_rooms();
  auto s = with_incident(p.estate(), "east");
  {
    auto i = std::make_shared<Incident>(*s->incidents[0]);
    i->why[0].device_id = "D-1";
    s->incidents[0] = i;
  }
  AgentState gate;
  gate.name = "gate-7";
  gate.health = AgentState::Health::live;
  gate.report.outputs = {{"D-1", {"unlock"}, 3}};
  s->agents = {gate};
  MapStage stage(s);
  stage.selection.device = "D-1";
  stage.selection.incident = 7;
  stage.frame(2);
  CHECK(stage.wrote("Unlock 3 s"));
  CHECK(stage.wrote("by gate-7"));
  REQUIRE(stage.click("map/card/unlock"));
  CHECK(stage.commands.empty());
  CHECK(stage.wrote("Unlock D-1 for 3 s now"));
  REQUIRE(stage.click("map/card/unlock/cancel"));
  CHECK(stage.wrote("Unlock 3 s"));
  REQUIRE(stage.click("map/card/unlock"));
  stage.frame(1, 5.1);  // thought about for too long
  stage.frame(2);
  CHECK(stage.wrote("Unlock 3 s"));
  REQUIRE(stage.click("map/card/unlock"));
  REQUIRE(stage.click("map/card/unlock/now"));
  REQUIRE(stage.commands.size() == 1);
  const Command c = stage.commands[0];
  CHECK(c.kind == CommandKind::device);
  CHECK(c.target == "D-1");
  CHECK(c.action == "unlock");
  CHECK(c.seconds == 3);
  CHECK_FALSE(c.text.empty());
  CHECK(c.incidents == std::vector<std::uint64_t>{7});

  // On its way, nothing more is sent; its states stand below.
  auto next = std::make_shared<Snapshot>(*s);
  auto devices = std::make_shared<std::map<std::string, DeviceState>>();
  (*devices)["D-1"].order = {"c1",
                             "unlock",
                             "gate-7",
                             "A. Bakker",
                             3,
                             s->now,
                             s->now + 10 * kSecond,
                             "sent",
                             {{s->now, "asked: by hand at the map"}, {s->now, "sent to gate-7"}}};
  next->devices = devices;
  stage.snapshot = next;
  stage.frame(2);
  CHECK(stage.wrote("under way"));
  CHECK(stage.wrote("Unlock D-1 for 3 s, A. Bakker"));
  CHECK(stage.wrote("sent to gate-7"));
  REQUIRE(stage.click("map/card/unlock"));
  CHECK_FALSE(stage.wrote("Unlock D-1 for 3 s now"));

  auto away = std::make_shared<Snapshot>(*s);
  away->agents[0].health = AgentState::Health::silent;
  stage.snapshot = away;
  stage.frame(2);
  CHECK(stage.wrote("gate-7 is not connected"));
  REQUIRE(stage.click("map/card/unlock"));
  CHECK_FALSE(stage.wrote("Unlock D-1 for 3 s now"));
  CHECK(stage.commands.size() == 1);
}

TEST_CASE("What the agents' lists allow is offered at any device, and nothing else") {
  Plan p = maptest::three_rooms();
  p.device("C-1", DeviceKind::camera, {8, 8}, "west");
  for (Device& d : p.site.devices) d.egress = d.id == "D-2";
  auto s = maptest::snapshot_of(p.estate());
  s->agents = {agent("gate-7", {{"D-1", {"lock", "release"}, 0}, {"D-2", {"lock", "unlock"}, 60}}),
               agent("horn", {{"C-1", {"sounder_off", "sounder_on"}, 10}})};
  s->agents[0].health = AgentState::Health::silent;
  AgentState twin = s->agents[0];
  twin.name = "gate-8";
  twin.health = AgentState::Health::live;
  s->agents.push_back(twin);
  MapStage stage(s);
  // Emergency exits and doors without a declared way out are never locked: the button says so instead of asking.
  stage.selection.device = "D-1";
  stage.frame(2);
  CHECK(stage.hits.find("map/card/unlock") == nullptr);
  CHECK(stage.hits.find("map/card/sounder_on") == nullptr);
  CHECK(stage.wrote("by gate-8"));
  CHECK(stage.wrote("It has no declared way out and is not locked"));
  REQUIRE(stage.click("map/card/lock"));
  CHECK(stage.hits.find("map/card/lock/now") == nullptr);
  REQUIRE(stage.click("map/card/release"));
  REQUIRE(stage.click("map/card/release/now"));
  // An agent that limits a lock gets one with an end.
  stage.selection.device = "D-2";
  stage.frame(2);
  CHECK(stage.wrote("Lock 60 s"));
  CHECK(stage.wrote("Unlock 5 s"));
  REQUIRE(stage.click("map/card/lock"));
  CHECK(stage.wrote("Lock D-2 for 60 s now"));
  REQUIRE(stage.click("map/card/lock/now"));
  stage.selection.device = "C-1";
  stage.frame(2);
  CHECK(stage.wrote("Sounder 10 s"));
  REQUIRE(stage.click("map/card/sounder_off"));
  REQUIRE(stage.click("map/card/sounder_off/now"));
  REQUIRE(stage.commands.size() == 3);
  CHECK(stage.commands[0].action == "release");
  CHECK(stage.commands[0].seconds == 0);
  CHECK(stage.commands[1].action == "lock");
  CHECK(stage.commands[1].seconds == 60);
  CHECK(stage.commands[2].action == "sounder_off");
  CHECK(stage.commands[2].target == "C-1");
  CHECK(stage.commands[2].seconds == 0);
}

TEST_CASE("How far a command came is told step by step, and what ended it early stands last") {
  CHECK(steps("asked", {"asked: by hand"}) == "sent? received? executed? confirmed?");
  CHECK(steps("sent", {"asked", "sent to g"}) == "sent* received? executed? confirmed?");
  CHECK(steps("received", {"sent to g", "received by g"}) == "sent received* executed? confirmed?");
  CHECK(steps("executed", {"sent to g", "received by g", "executed by g"}) == "sent received executed* confirmed?");
  CHECK(steps("confirmed", {"sent to g", "received by g", "executed by g", "confirmed by contact"}) ==
        "sent received executed confirmed*");
  CHECK(steps("refused", {"sent to g", "received by g", "refused by g: not on its list"}) == "sent received refused!");
  CHECK(steps("expired", {"asked", "expired: g was not connected"}) == "expired!");
  CHECK(steps("no_answer", {"sent to g", "no answer within 10 s"}) == "sent no answer!");
  CHECK(steps("not_confirmed", {"sent to g", "received by g", "executed by g", "not confirmed"}) ==
        "sent received executed not confirmed!");
  CHECK(steps("ended", {"sent to g", "received by g", "executed by g", "ended"}) == "sent received executed ended*");
}

TEST_CASE("On a small screen a card shows less of everything before it cuts what happened last") {
  Plan p = maptest::three_rooms();
  auto s = with_incident(p.estate(), "east");
  {
    auto i = std::make_shared<Incident>(*s->incidents[0]);
    i->why[0].device_id = "D-1";
    s->incidents[0] = i;
  }
  s->agents = {agent("gate-7", {{"D-1", {"lock", "unlock", "release"}, 30}})};
  auto devices = std::make_shared<std::map<std::string, DeviceState>>();
  DeviceState& door = (*devices)["D-1"];
  door.state = "forced";
  door.since = door.last_event = s->now - kMinute;
  for (int k = 0; k < 8; ++k) door.recent.push_back({s->now - k * kSecond, "Event " + std::to_string(k)});
  door.order = {"c1", "unlock", "gate-7", "A. Bakker", 5, s->now, s->now + 10 * kSecond, "confirmed", {}};
  for (const char* line :
       {"asked: by hand", "sent to gate-7", "received by gate-7", "executed by gate-7", "confirmed by contact"})
    door.order.lines.emplace_back(s->now, line);
  s->devices = devices;
  for (const auto& [w, h] : {std::pair{1318.0F, 656.0F}, std::pair{1872.0F, 968.0F}}) {
    MapStage stage(s, true, w, h);
    stage.selection.device = "D-1";
    stage.selection.incident = 7;
    stage.frame(3);
    const Hits::Area* const card = stage.hits.find("map/card");
    REQUIRE(card != nullptr);
    for (const char* text : {"Forced", "confirmed", "Event 0", "Event 1", "Event 2"}) {
      INFO(text << " at " << w);
      const auto at = std::find_if(stage.written.begin(), stage.written.end(),
                                   [&](const WrittenText& t) { return t.text == text; });
      REQUIRE(at != stage.written.end());
      CHECK(at->rect.bottom() <= card->rect.bottom());
    }
    CHECK(stage.wrote("Event 5") == (h > 900));
  }
}

}  // namespace
}  // namespace wf::ui
