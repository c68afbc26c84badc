// Maintenance, tests and inhibition: what they keep back is seen, counted, and calls when they end and it stands.
#include <algorithm>

#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

void forced(Watch& w, double at, const char* door = "D-231") { w.event(at, "door.forced", {{"door.id", door}}); }
void closed(Watch& w, double at, const char* door = "D-231") { w.event(at, "door.closed", {{"door.id", door}}); }

CommandReply begin(Watch& w, CommandKind kind, const char* target, std::int64_t span, const char* role = "Supervisor",
                   std::vector<std::uint64_t> incidents = {}) {
  return w.command(kind, std::move(incidents), [&](Command& c) {
    c.target = target;
    c.text = "work order 12";
    c.action = "J. Smit";
    c.role = role;
    c.until = w.now + span;
  });
}

std::size_t calling(const Watch& w) {
  std::size_t n = 0;
  for (const auto& i : w.open()) n += i->needs_acknowledgement() ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("Planned maintenance keeps a device's alarms in a row of its own, with owner, reason and end") {
  Watch w;
  REQUIRE(begin(w, CommandKind::suppress, "D-231", kHour).accepted);
  forced(w, 10);
  forced(w, 20, "D-1");  // not maintained
  REQUIRE(w.open().size() == 2);
  const auto row = w.incident(1);
  CHECK(row->suppressed);
  CHECK(row->state == IncidentState::shelved);
  CHECK(row->owner == "M. Okafor");
  CHECK(row->shelf_reason == "work order 12");
  CHECK(row->shelved_until == kStart + kHour);
  CHECK(row->title == "Maintenance: D-231");
  REQUIRE_FALSE(row->entities.empty());  // by which a device's card finds it
  CHECK(row->entities.front().id == "D-231");
  CHECK(row->event_count == 1);
  CHECK(Watch::why(*row) == "confirms | Door D-231 forced | kept back\n");
  CHECK(calling(w) == 1);
  CHECK(w.incident(2)->title == "Server lobby forced");
}

TEST_CASE("When maintenance ends, what is normal is gone and what stands calls") {
  Watch w;
  REQUIRE(begin(w, CommandKind::suppress, "D-231", kHour).accepted);
  REQUIRE(begin(w, CommandKind::suppress, "D-2", kHour).accepted);
  forced(w, 10);
  forced(w, 20, "D-2");
  closed(w, 30);
  w.tick(3600);
  CHECK(w.incident(1)->state == IncidentState::resolved);
  CHECK(w.incident(1)->cause == Cause::authorised);
  const auto stands = w.one();
  CHECK(stands->id == 2);
  CHECK(stands->state == IncidentState::fresh);
  CHECK_FALSE(stands->suppressed);
  CHECK(stands->title == "Office forced");
  CHECK(stands->priority == Priority::high);
  CHECK(stands->respond_by == kStart + kHour + 2 * kMinute);
  closed(w, 3700, "D-2");
  CHECK(w.one()->cleared_at != 0);
}

TEST_CASE("Life safety passes maintenance, tests and inhibition") {
  for (const CommandKind kind : {CommandKind::suppress, CommandKind::test}) {
    Watch w;
    REQUIRE(begin(w, kind, "U-server", kHour).accepted);
    w.event(10, "access.duress", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
    REQUIRE(calling(w) == 1);
    const auto i = w.incident(2);
    CHECK(i->life_safety);
    CHECK(i->priority == Priority::critical);
    CHECK(i->in_test == (kind == CommandKind::test));
  }
  Watch w;
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});
  REQUIRE(begin(w, CommandKind::inhibit, "U-server", kHour, "Supervisor", {1}).accepted);
  w.event(10, "access.duress", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  CHECK(w.open().size() == 2);
}

TEST_CASE("A test confirms each signal to the technician and lists the points that were never tested") {
  Watch w;
  REQUIRE(begin(w, CommandKind::test, "U-server", kHour).accepted);
  auto row = w.incident(1);
  CHECK(row->in_test);
  CHECK(row->owner == "J. Smit");
  REQUIRE(row->evidence.size() == 1);
  CHECK(row->evidence[0].text == "Never tested: D-231, C-27, hv-07, hv-03, R-231X");
  forced(w, 10);
  closed(w, 15);
  w.event(20, "camera.motion", {{"camera.id", "C-27"}});  // no alarm, and a signal all the same
  row = w.one();
  CHECK(row->evidence[0].text == "Never tested: hv-07, hv-03, R-231X");
  CHECK(Watch::why(*row) ==
        "confirms | Door D-231 forced | confirmed to J. Smit\n"
        "confirms | Door D-231 closed | confirmed to J. Smit\n"
        "confirms | Motion on C-27 | confirmed to J. Smit\n");
  CHECK(calling(w) == 0);
  w.tick(3600);
  CHECK(w.open().empty());
  CHECK(w.incident(1)->cause == Cause::test);
  CHECK(w.incident(1)->log.back().text == "Test ended: 2 of 5 points heard; never: hv-07, hv-03, R-231X");
}

TEST_CASE("A door that a test leaves open calls when the test ends") {
  Watch w;
  REQUIRE(begin(w, CommandKind::test, "D-231", kHour).accepted);
  forced(w, 10);
  REQUIRE(w.command(CommandKind::end_works, {1}, [](Command& c) { c.role = "Supervisor"; }).accepted);
  CHECK(w.one()->needs_acknowledgement());
  CHECK(w.one()->log.back().text == "Test ended and it still stands");
  forced(w, 60);
  CHECK(w.one()->event_count == 2);
}

TEST_CASE("Inhibited symptoms go to their cause, neither call nor rename it, and call when it ends and they stand") {
  Watch w;
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});
  w.act(CommandKind::acknowledge, 1);
  REQUIRE(begin(w, CommandKind::inhibit, "U-server", kHour, "Supervisor", {1}).accepted);
  CHECK(w.one()->inhibits == std::vector<std::string>{"U-server"});
  forced(w, 10);
  auto i = w.one();
  CHECK(i->title == "C-28 covered");
  CHECK(i->state == IncidentState::acknowledged);
  CHECK(i->event_count == 2);
  w.event(20, "camera.restored", {{"camera.id", "C-28"}});
  CHECK(w.one()->cleared_at == 0);  // the symptom stands
  w.tick(3600);
  CHECK(w.one()->needs_acknowledgement());
  CHECK(w.one()->inhibits.empty());
}

TEST_CASE("Who may not, without reason, end or place, too long: refused, and nothing changes") {
  Watch w;
  CHECK(begin(w, CommandKind::suppress, "D-231", kHour, "Operator").message ==
        "The role Operator may not keep alarms back");
  CHECK_FALSE(begin(w, CommandKind::suppress, "nowhere", kHour).accepted);
  CHECK_FALSE(begin(w, CommandKind::suppress, "D-231", 0).accepted);
  CHECK_FALSE(begin(w, CommandKind::suppress, "D-231", 31 * kDay).accepted);
  CHECK_FALSE(begin(w, CommandKind::test, "D-231", 25 * kHour).accepted);
  CHECK_FALSE(begin(w, CommandKind::inhibit, "D-231", kHour).accepted);
  CHECK_FALSE(w.command(CommandKind::test, {}, [&](Command& c) {
                 c.target = "D-231";
                 c.role = "Supervisor";
                 c.text = "yearly";
                 c.until = w.now + kHour;
               }).accepted);
  CHECK(w.open().empty());
  REQUIRE(begin(w, CommandKind::suppress, "D-231", kHour).accepted);
  CHECK_FALSE(w.command(CommandKind::end_works, {1}, [](Command& c) { c.role = "Operator"; }).accepted);
  CHECK_FALSE(w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::nuisance; }).accepted);
  CHECK_FALSE(w.act(CommandKind::acknowledge, 1).accepted);
  for (std::size_t n = 1; n < 200; ++n) REQUIRE(begin(w, CommandKind::suppress, "D-231", kHour).accepted);
  CHECK_FALSE(begin(w, CommandKind::suppress, "D-231", kHour).accepted);
}

TEST_CASE("Maintenance that is planned begins at its time") {
  Watch w;
  REQUIRE(w.command(CommandKind::suppress, {}, [&](Command& c) {
             c.target = "D-231";
             c.role = "Supervisor";
             c.text = "new lock";
             c.seconds = 600;
             c.until = w.now + kHour;
           }).accepted);
  forced(w, 599);
  CHECK(calling(w) == 1);
  forced(w, 600);
  CHECK(w.incident(1)->event_count == 1);
}

TEST_CASE("An inhibition is over with its cause, and what comes then calls") {
  Watch w;
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});
  REQUIRE(begin(w, CommandKind::inhibit, "U-server", kDay, "Supervisor", {1}).accepted);
  forced(w, 10);
  const CommandReply early = w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::nuisance; });
  CHECK_FALSE(early.accepted);
  CHECK(early.message.find("still stand; end the inhibition first") != std::string::npos);
  closed(w, 20);
  REQUIRE(w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::nuisance; }).accepted);
  forced(w, 1000);
  REQUIRE(w.open().size() == 1);
  CHECK(w.one()->id == 2);
  CHECK(w.one()->needs_acknowledgement());
  // The resolved one is forgotten after a day, and no point leads to it.
  w.tick(2 * 86'400);
  forced(w, 2 * 86'400 + 60, "D-1");
  forced(w, 2 * 86'400 + 70);
  CHECK(w.open().size() >= 2);
}

TEST_CASE("An inhibited symptom raises nothing, however often its cause repeats") {
  Watch w;
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});
  w.act(CommandKind::acknowledge, 1);
  const auto before = w.one();
  REQUIRE(begin(w, CommandKind::inhibit, "U-server", kDay, "Supervisor", {1}).accepted);
  forced(w, 10);
  w.event(20, "camera.covered", {{"camera.id", "C-28"}});
  CHECK(w.one()->domains == before->domains);
  CHECK(w.one()->priority == before->priority);
  CHECK_FALSE(w.one()->needs_acknowledgement());
}

TEST_CASE(
    "While a cause of the policy stands its symptom is a line of its row, and calls when the cause is over first") {
  fusion::Policy policy;
  policy.inhibitions = {{"r-forced", "U-server", "camera.covered", "U-server", "the guards' way"}};
  Watch w(test::small_estate(), test::small_rules(), policy);
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});  // nothing stands
  REQUIRE(w.open().size() == 1);
  forced(w, 10);
  w.event(20, "camera.covered", {{"camera.id", "C-27"}});
  REQUIRE(w.open().size() == 2);
  const auto row = w.incident(2);
  CHECK(row->log[1].text == "Symptoms go here, camera.covered at U-server: the guards' way");
  CHECK(Watch::why(*row).find("symptom") != std::string::npos);
  CHECK_FALSE(row->domains[1]);                            // a symptom lights nothing
  w.event(25, "camera.covered", {{"camera.id", "C-28"}});  // another place
  CHECK(w.open().size() == 2);
  w.event(26, "camera.moved", {{"camera.id", "C-27"}});  // another thing
  REQUIRE(w.act(CommandKind::acknowledge, 2).accepted);
  closed(w, 60);
  w.tick(61);
  const auto after = w.incident(2);
  CHECK(after->needs_acknowledgement());  // the picture is still covered, and nothing explains it any more
  CHECK(after->log.back().text.find("inhibition ended and it stands") != std::string::npos);
}

TEST_CASE("Life safety passes a standing inhibition, and an acknowledged cause that is normal again inhibits nothing") {
  fusion::Policy policy;
  policy.inhibitions = {{"door.forced", "", "access.duress", "", "never"},
                        {"door.forced", "", "camera.covered", "", "x"}};
  Watch w(test::small_estate(), test::small_rules(), policy);
  forced(w, 0, "D-900");
  w.event(5, "access.duress", {{"door.id", "D-2"}, {"credential.id", "88-1042"}});
  CHECK(w.open().size() == 2);
  closed(w, 10, "D-900");
  w.event(20, "camera.covered", {{"camera.id", "C-27"}});
  CHECK(w.open().size() == 3);
}

TEST_CASE("A symptom that still stands when its inhibition ends weighs what it weighs, and its repeats do") {
  Watch w;
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});
  const Priority low = w.one()->priority;
  REQUIRE(begin(w, CommandKind::inhibit, "U-server", kHour, "Supervisor", {1}).accepted);
  forced(w, 10);
  CHECK(w.one()->priority == low);
  const UtcNs before = w.one()->respond_by;
  w.tick(3600);
  CHECK(w.one()->priority > low);
  CHECK(w.one()->respond_by < std::max(before, kStart + kHour + kHour));
  const std::vector<LogLine> log = w.one()->log;
  CHECK(std::any_of(log.begin(), log.end(), [](const LogLine& line) {
    return line.text.find("inhibition ended and it stands, priority rose to") != std::string::npos;
  }));
  CHECK(w.one()->domains[0]);
}

TEST_CASE("Of two inhibitions of one cause the one that ends frees its own symptoms only") {
  Watch w;
  w.event(0, "camera.covered", {{"camera.id", "C-28"}});
  REQUIRE(begin(w, CommandKind::inhibit, "D-231", kHour, "Supervisor", {1}).accepted);
  REQUIRE(begin(w, CommandKind::inhibit, "D-2", 2 * kHour, "Supervisor", {1}).accepted);
  forced(w, 10, "D-2");
  w.act(CommandKind::acknowledge, 1);
  w.tick(3600);
  CHECK_FALSE(w.one()->needs_acknowledgement());  // D-2 is kept back for an hour more
  const CommandReply early = w.act(CommandKind::resolve, 1, [](Command& c) { c.cause = Cause::true_alarm; });
  INFO(early.message);
  CHECK(early.message.find("still stand; end the inhibition first") != std::string::npos);
  w.tick(7200);
  CHECK(w.one()->needs_acknowledgement());
}
