// How alarms go, in numbers that can be traced to what happened; and what would help.
#include "console/fusion/figures.hpp"

#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

using Part = AlarmFigures::Part;

void forced(Watch& w, double at, const char* door = "D-231") { w.event(at, "door.forced", {{"door.id", door}}); }
void closed(Watch& w, double at, const char* door = "D-231") { w.event(at, "door.closed", {{"door.id", door}}); }

AlarmFigures::Week week(const Watch& w, std::size_t n = 0) {
  const AlarmFigures all = w.fusion.figures();
  REQUIRE(all.weeks.size() > n);
  return all.weeks[n];
}

Part rule(const Watch& w, const std::string& id) {
  for (const Part& part : week(w).rules)
    if (part.id == id) return part;
  return {};
}

void resolve(Watch& w, std::uint64_t id, Cause cause) {
  REQUIRE(w.act(CommandKind::resolve, id, [&](Command& c) { c.cause = cause; }).accepted);
}

}  // namespace

TEST_CASE("Calls, acknowledgements, causes and work are counted of all, each rule and each desk") {
  Watch w;
  forced(w, 0);
  w.tick(20);
  REQUIRE(w.act(CommandKind::acknowledge, 1).accepted);
  w.tick(200);
  resolve(w, 1, Cause::true_alarm);
  forced(w, 400);
  w.tick(445);
  REQUIRE(w.act(CommandKind::acknowledge, 2, [](Command& c) { c.seat = "Seat 2"; }).accepted);
  w.tick(500);
  resolve(w, 2, Cause::nuisance);
  const AlarmFigures::Week now = week(w);
  CHECK(now.all.calls == 2);
  CHECK(now.all.rows == 2);
  CHECK(now.all.priorities == std::array<std::uint32_t, 4>{0, 0, 2, 0});
  CHECK(now.all.acknowledged.total() == 2);
  CHECK(now.all.acknowledged_high.within(30 * kSecond) == 1);
  CHECK(now.all.acknowledged_high.within(kMinute) == 2);
  CHECK(now.all.acknowledged.percentile(50) == 20 * kSecond);
  CHECK(now.all.in_target == 2);
  CHECK(now.all.judged() == 2);
  CHECK(now.all.precision() == 50);
  CHECK(now.all.operator_time == 180 * kSecond + 55 * kSecond);
  CHECK(now.most == 2);
  CHECK(now.counted == 500 * kSecond);
  CHECK(now.rate() == 2.4);
  CHECK(rule(w, "r-forced").calls == 2);
  CHECK(rule(w, "r-forced").point == "D-231");
  REQUIRE(now.desks.size() == 2);
  CHECK(now.desks[0].name == "Seat 1");
  CHECK(now.desks[0].acknowledged.total() == 1);
  CHECK(now.desks[1].acknowledged.within(20 * kSecond) == 0);
  CHECK(now.people.empty());
}

TEST_CASE("Persons are counted only while the policy names the agreement that allows it") {
  fusion::Policy policy;
  policy.people_agreement = "works council, 2026-02-01";
  Watch w(test::small_estate(), test::small_rules(), policy);
  forced(w, 0);
  REQUIRE(w.act(CommandKind::acknowledge, 1).accepted);
  REQUIRE(week(w).people.size() == 1);
  CHECK(week(w).people[0].name == "M. Okafor");
  const fusion::Policy agreed = policy;
  policy.people_agreement.clear();
  w.fusion.configure(test::small_estate(), test::small_rules(), policy);
  CHECK(week(w).people.empty());
  w.fusion.configure(test::small_estate(), test::small_rules(), agreed);  // what was counted before is gone
  CHECK(week(w).people.empty());
}

TEST_CASE("Drills, maintenance and tests are in no figure") {
  Watch w;
  Event e;
  e.id = "d1";
  e.kind = "door.forced";
  e.time = kStart;
  e.agent = "agent";
  e.logsource.product = "watchfloor";
  e.drill = true;
  e.add("door.id", "D-1");
  w.event(std::move(e));
  REQUIRE(w.act(CommandKind::acknowledge, 1).accepted);
  REQUIRE(w.command(CommandKind::suppress, {}, [&](Command& c) {
             c.target = "D-231";
             c.text = "lock";
             c.role = "Supervisor";
             c.until = kStart + kHour;
           }).accepted);
  forced(w, 10);
  closed(w, 20);
  CHECK(week(w).all == Part{});
  CHECK(week(w).rules.empty());
  w.tick(3600);
  CHECK(week(w).all == Part{});
}

TEST_CASE("Repeats, restlessness, missed targets, escalation and staleness count at their rule") {
  Watch w;
  forced(w, 0);
  REQUIRE(w.act(CommandKind::acknowledge, 1).accepted);
  for (int n = 0; n < 5; ++n) {
    closed(w, 12 + n * 15);
    forced(w, 20 + n * 15);
  }
  Part part = rule(w, "r-forced");
  CHECK(part.repeats == 5);
  CHECK(part.chattering == 1);
  CHECK(part.over.total() == 5);
  CHECK(part.back.total() == 5);
  CHECK(part.back.within(10 * kSecond) == 5);
  CHECK(w.fusion.figures().chattering_now == 1);
  w.event(200, "camera.covered", {{"camera.id", "C-28"}});
  w.tick(200 + 601);
  w.tick(200 + 601 + 120);
  w.tick(200 + 601 + 600);
  CHECK(rule(w, "r-covered").missed == 1);
  CHECK(rule(w, "r-covered").escalated == 2);
  w.tick(200 + 86'401);
  CHECK(rule(w, "r-covered").stale == 1);
  CHECK(w.fusion.figures().stale_now >= 1);
}

TEST_CASE("A week ends on Monday by the site's clock; those before it stay, and only some of them") {
  Watch w;  // kStart is Wednesday, 07:13 in Amsterdam
  forced(w, 0);
  CHECK(week(w).begins == kStart - 2 * kDay - 7 * kHour - 13 * kMinute - 20 * kSecond);
  const UtcNs next = week(w).begins + 7 * kDay;
  const auto after = [&](std::int64_t span) { return static_cast<double>(next + span - kStart) / 1e9; };
  for (UtcNs at = kStart; at < next; at += 12 * kHour) w.tick(static_cast<double>(at - kStart) / 1e9);
  w.tick(after(kHour));
  REQUIRE(w.fusion.figures().weeks.size() == 2);
  CHECK(week(w).begins == next);
  CHECK(week(w).counted == kHour);
  CHECK(week(w).all.calls == 0);
  CHECK(week(w, 1).all.calls == 1);
  CHECK(week(w, 1).counted == next - kStart);
  for (int n = 1; n < 8; ++n) w.tick(after(n * 7 * kDay + kHour));
  CHECK(w.fusion.figures().weeks.size() == fusion::Figures::kWeeks);
}

TEST_CASE("A time in which the engine did not run is no week's, and no flood goes on in it") {
  Watch w;
  for (int n = 0; n < 11; ++n) w.event(n, "host.usb", {{"host.name", ("h-" + std::to_string(n)).c_str()}});
  REQUIRE(w.fusion.flood());
  const double later = 25.0 * 86'400;
  w.tick(later);
  w.tick(later + 3600);
  for (const AlarmFigures::Week& one : w.fusion.figures().weeks) {
    CHECK(one.counted <= kHour);
    CHECK(one.flood_time <= kHour);
  }
  CHECK(week(w).counted == kHour);
}

TEST_CASE("Time in flood runs from the alarm that begins it to the tick that ends it") {
  Watch w;
  for (int n = 0; n < 11; ++n) w.event(n, "host.usb", {{"host.name", ("h-" + std::to_string(n)).c_str()}});
  REQUIRE(w.fusion.flood());
  w.tick(10 + 300);
  CHECK(week(w).flood_time == 300 * kSecond);
  w.tick(10 + 700);
  REQUIRE_FALSE(w.fusion.flood());
  w.tick(10 + 900);
  CHECK(week(w).flood_time == 700 * kSecond);
  CHECK(week(w).floods == 1);
  CHECK(week(w).most == 11);
}

TEST_CASE("The worst are those that cost operators most and found least") {
  Watch w;
  for (int n = 0; n < 6; ++n) {  // a nuisance, from one door
    forced(w, n * 4000);
    w.act(CommandKind::acknowledge, w.open().front()->id);
    w.tick(n * 4000 + 600);
    resolve(w, w.open().front()->id, Cause::nuisance);
  }
  w.event(30'000, "host.login", {{"host.name", "hv-07"}, {"user.name", "root"}});
  w.act(CommandKind::acknowledge, w.open().front()->id);
  w.tick(31'000);
  resolve(w, w.open().front()->id, Cause::true_alarm);
  const AlarmFigures::Week now = week(w);
  REQUIRE(now.worst.size() == 1);  // the root login was true each time
  CHECK(now.worst[0].rule == "r-forced");
  CHECK(now.worst[0].minutes == 6 + 60);
  CHECK(now.worst[0].fix ==
        "Look at D-231 first: 6 of 6 calls came from there; Add a filter for what sets it off, or make it "
        "informational: 6 of 6 were “nuisance”");
}

TEST_CASE("Each proposal stands on figures, and where they say nothing so does it") {
  Part part;
  part.calls = part.rows = 2;
  CHECK(fusion::proposed_fix(part).starts_with("Say the cause when resolving: none was judged"));
  part.fleeting = 1;
  for (int n = 0; n < 8; ++n) part.over.add(n < 6 ? 8 * kSecond : kHour);
  CHECK(fusion::proposed_fix(part) == "Delay it by 10 s at the device: 6 of 8 were over by then");
  Part chatter;
  chatter.calls = chatter.rows = 1;
  chatter.chattering = 1;
  for (int n = 0; n < 8; ++n) chatter.back.add(4 * kMinute);
  CHECK(fusion::proposed_fix(chatter) ==
        "Give it a deadband, or set `chatter: {within: 15min}`: 8 of 8 were back within 5 min");
  Part judged;
  judged.calls = judged.rows = 9;
  judged.causes[static_cast<std::size_t>(Cause::true_alarm)] = 9;
  CHECK(fusion::proposed_fix(judged) == "Nothing in its figures says what would help");
  judged.missed = 9;
  CHECK(fusion::proposed_fix(judged).find("Lower its priority") != std::string::npos);
}

TEST_CASE("Of every rule it is known how often it matched and when last, whatever came of it; drills are not counted") {
  Watch w;
  forced(w, 0);
  forced(w, 10);  // a repeat of the same row
  const std::uint64_t version = w.fusion.figures_version();
  const auto of = [&](const std::string& id) {
    for (const RuleFiring& firing : w.fusion.firings())
      if (firing.rule == id) return firing;
    return RuleFiring{};
  };
  CHECK(of("r-forced").times == 2);
  CHECK(of("r-forced").last == kStart + 10 * kSecond);
  // What is context in others' rows is counted too, and makes no figures anew.
  w.event(20, "access.granted", {{"door.id", "D-231"}, {"credential.id", "88-1042"}});
  CHECK(w.fusion.figures_version() == version);
  CHECK(of("no such rule").times == 0);
}
