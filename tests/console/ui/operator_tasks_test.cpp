// What an operator does all day, and how many actions it takes. The driver counts them; each task asserts the number
// and what came of it. A key, a click, or a text typed and confirmed is an action.
//
// | task | actions | begins with |
// |---|---|---|
// | see and acknowledge | 1 | nothing selected |
// | dispatch a guard | 3 | nothing selected |
// | find every door that a person used today | 3 | the incident selected that it is about |
// | shelve until it clears | 3 | the incident selected |
// | resolve forty alike with one reason | 4 | nothing selected |
// | a telephone call becomes an incident | 3 | nothing selected |
//
// The first three are done in a real window too (tests/system/operator_window_test.cpp).
#include <algorithm>

#include "console/ui/incident/incident_panel.hpp"
#include "console/ui/person_doors.hpp"
#include "proto/event_json.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

constexpr std::uint64_t kServerRoom = 2417;
constexpr std::uint64_t kAntwerp = 2414;

/// The one command that a task sent.
Command sent_by(DeskDriver& desk) {
  const auto all = desk.commands();
  REQUIRE(all.size() == 1);
  return all[0];
}

/// The night and forty cameras that lost their picture by one rule, one of which a guard is under way to, and another
/// of the same rule elsewhere.
std::shared_ptr<Snapshot> forty_alike() {
  auto s = sample::night();
  ++s->version;
  const auto add = [&](std::uint64_t id, const char* site, Priority priority) {
    auto i = std::make_shared<Incident>(
        sample::incident(id, priority, "Camera picture dark", {"HQ", "Yard"}, IncidentState::fresh, "", 60));
    i->rule_id = "camera-dark";
    i->rule_title = "Picture of a camera dark";
    i->site_id = site;
    i->revision = static_cast<std::uint32_t>(id % 7 + 1);
    s->incidents.push_back(i);
    return i;
  };
  for (std::uint64_t id = 3000; id < 3040; ++id) (void)add(id, "hq", Priority::low);
  add(3040, "antwerp", Priority::low);
  add(3041, "hq", Priority::low)->life_safety = true;
  add(3042, "hq", Priority::high);
  const auto on_the_way = add(3043, "hq", Priority::low);
  on_the_way->state = IncidentState::dispatched;
  on_the_way->dispatched_to = "G. Silva";
  on_the_way->dispatch.at(Dispatch::Step::sent).time = sample::kNow;
  std::stable_sort(s->incidents.begin(), s->incidents.end(),
                   [](const auto& a, const auto& b) { return a->priority > b->priority; });
  return s;
}

Event badge(const char* id, const char* kind, std::int64_t ago, const char* field, const char* whose,
            const char* door) {
  Event e;
  e.id = id;
  e.kind = kind;
  e.time = sample::kNow - ago;
  e.add(field, whose);
  e.add("door.id", door);
  return e;
}

std::string line_of(const Event& e) {
  std::string out;
  append_json_line(e, out);
  return out;
}

/// The night once the engine has written down that somebody looked.
std::shared_ptr<Snapshot> recorded(const Command& c, const Person& person, UtcNs at) {
  auto s = sample::night();
  s->version += 1;
  for (auto& i : s->incidents)
    if (i->id == c.incidents[0]) {
      auto copy = std::make_shared<Incident>(*i);
      ++copy->revision;
      copy->log.push_back({at, s->user, look_up_words(person) + ": " + c.text});
      i = copy;
    }
  return s;
}

}  // namespace

TEST_CASE("See and acknowledge: one action") {
  DeskDriver desk(sample::night());
  SECTION("a click on the row's button, with nothing selected") {
    REQUIRE(desk.hover("row/2417"));
    CHECK(desk.wrote("Acknowledge"));
    REQUIRE(desk.click("acknowledge/2417"));
  }
  SECTION("a click on the panel's first button, when it is selected") {
    desk.console().select(kServerRoom);
    desk.frames(2);
    REQUIRE(desk.click("panel/Acknowledge"));
  }
  SECTION("Space on what is selected") {
    desk.console().select(kServerRoom);
    desk.frames(2);
    desk.press(Key::space);
  }
  CHECK(desk.actions() == 1);
  const Command c = sent_by(desk);
  CHECK(c.kind == CommandKind::acknowledge);
  CHECK(c.incidents == std::vector<std::uint64_t>{kServerRoom});
  CHECK(c.seen_revisions == std::vector<std::uint32_t>{7});
  CHECK(desk.until([&] { return desk.wrote("Sent"); }));
  CHECK(desk.look().selection.incident == kServerRoom);
}

TEST_CASE("Only a row that waits has the button, and a second click sends nothing more") {
  DeskDriver desk(sample::night());
  CHECK_FALSE(desk.has("acknowledge/2416"));
  REQUIRE(desk.click("acknowledge/2417"));
  REQUIRE(desk.click("acknowledge/2417"));
  (void)sent_by(desk);
}

TEST_CASE("Dispatch a guard: three actions") {
  DeskDriver desk(sample::night());
  REQUIRE(desk.click("row/2417"));
  SECTION("keys") { desk.type("d2"); }
  SECTION("clicks") {
    REQUIRE(desk.click("panel/Dispatch"));
    REQUIRE(desk.click("form/choice/T. Novak"));
  }
  CHECK(desk.actions() == 3);
  const Command c = sent_by(desk);
  CHECK(c.kind == CommandKind::dispatch);
  CHECK(c.target == "T. Novak");
  CHECK(c.incidents == std::vector<std::uint64_t>{kServerRoom});
  CHECK(c.seen_revisions == std::vector<std::uint32_t>{7});
}

TEST_CASE("Find every door that a person used today: three actions") {
  const auto night = sample::night();
  const auto& people = night->estate->people;
  const auto who = std::find_if(people.begin(), people.end(), [](const Person& p) { return p.name == "M. Okafor"; });
  REQUIRE(who != people.end());
  const Site& hq = night->estate->sites.front();
  std::vector<std::string> doors;
  for (const Device& d : hq.devices)
    if (d.kind == DeviceKind::door && doors.size() < 2) doors.push_back(d.id);
  REQUIRE(doors.size() == 2);

  DeskDriver desk(night);
  std::vector<Query> asked;
  desk.answer_by([&](const Query& q) {
    asked.push_back(q);
    QueryPage page;
    // Two ways of finding the same person; the first finds one event that the second finds too.
    const std::string both =
        line_of(badge("a", "access.granted", kHour, "person.id", who->id.c_str(), doors[0].c_str()));
    if (q.where == "person.id=" + who->id) page.lines = {both};
    if (q.where == "person.name=" + who->name)
      page.lines = {
          line_of(badge("b", "access.denied", kMinute, "person.name", who->name.c_str(), doors[1].c_str())), both,
          line_of(badge("c", "access.entered", 2 * kHour, "person.name", who->name.c_str(), doors[0].c_str())),
          line_of(badge("d", "door.held", kHour, "person.name", who->name.c_str(), "D-999"))};
    return page;
  });
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.press_palette();
  desk.say("doors okafor");
  REQUIRE(desk.has("doors/box"));
  CHECK(desk.wrote("A reason is needed."));
  desk.say("was seen where the badge was not");
  CHECK(desk.actions() == 3);

  const Command c = sent_by(desk);
  CHECK(c.kind == CommandKind::look_up);
  CHECK(c.target == who->id);
  CHECK(c.text == "was seen where the badge was not");
  CHECK(c.incidents == std::vector<std::uint64_t>{kServerRoom});
  desk.frames(3);
  CHECK(asked.empty());  // nothing is looked at before it is written down

  SECTION("once it stands in the log the doors are shown, and a click shows one on the map") {
    desk.show(recorded(c, *who, desk.input.now));
    REQUIRE(desk.until([&] { return desk.has("doors/" + doors[0]); }));
    for (const Query& q : asked) {
      CHECK(q.what == Query::What::events);
      CHECK(sample::kNow - q.since == 4 * kHour + 10 * kMinute + 37 * kSecond);  // midnight in Rotterdam
    }
    CHECK(desk.has("doors/" + doors[1]));
    CHECK(desk.rect("doors/" + doors[1]).y < desk.rect("doors/" + doors[0]).y);  // the last used stands first
    CHECK_FALSE(desk.has("doors/D-999"));
    CHECK(desk.wrote("2 doors since midnight"));
    CHECK(desk.wrote("2×"));
    CHECK(desk.wrote("1× refused"));
    REQUIRE(desk.click("doors/" + doors[0]));
    CHECK_FALSE(desk.has("doors/box"));
    CHECK(desk.look().view == View::map);
    CHECK(desk.look().selection.device == doors[0]);
  }
  SECTION("a refusal says why, and nothing was looked at") {
    desk.input.replies = {{"id", false, "Looking up where a person was is off: no agreement allows it"}};
    desk.frames(2);
    CHECK(desk.wrote("no agreement allows it"));
    CHECK(asked.empty());
    desk.press(Key::escape);
    CHECK_FALSE(desk.has("doors/box"));
  }
  SECTION("an engine that does not answer is said") {
    desk.frames(1, 5.1);
    desk.frames(1);
    CHECK(desk.wrote("The engine has not answered"));
    CHECK(asked.empty());
  }
}

TEST_CASE("Without an incident nobody is looked up, and the person is told what to do") {
  DeskDriver desk(sample::night());
  desk.press_palette();
  desk.say("doors okafor");
  desk.frames(1);
  CHECK(desk.wrote("Select the incident that this is about"));
  desk.say("curiosity");
  CHECK(desk.commands().empty());
}

TEST_CASE("Shelve until it clears: three actions") {
  DeskDriver desk(sample::night());
  desk.console().select(kAntwerp);
  desk.frames(2);
  SECTION("Z and a click") {
    desk.type("z");
    REQUIRE(desk.click("form/choice/Until it clears"));
  }
  SECTION("two clicks") {
    REQUIRE(desk.click("panel/Shelve"));
    REQUIRE(desk.click("form/choice/Until it clears"));
  }
  desk.say("reader is being swapped");
  CHECK(desk.actions() == 3);
  const Command c = sent_by(desk);
  CHECK(c.kind == CommandKind::shelve);
  CHECK(c.action == "until_clear");
  CHECK(c.text == "reader is being swapped");
  CHECK(c.until > sample::kNow + 23 * kHour);
  CHECK(c.until < sample::kNow + 25 * kHour);
}

TEST_CASE("Resolve forty alike with one reason: four actions") {
  const auto s = forty_alike();
  DeskDriver desk(s);
  desk.press(Key::end);
  desk.frames(2);
  desk.console().select(0);
  desk.frames(2);
  (void)desk.actions();
  // Any of the forty that stands on the screen.
  std::uint64_t one = 0;
  for (std::uint64_t id = 3000; id < 3040; ++id)
    if (desk.rect("row/" + std::to_string(id)).h > 20) one = id;
  REQUIRE(one != 0);
  REQUIRE(desk.click("row/" + std::to_string(one)));
  desk.type("r3");
  CHECK(desk.wrote("A closes all 40 like it: Picture of a camera dark, HQ."));
  SECTION("key") { desk.type("a"); }
  SECTION("click") { REQUIRE(desk.click("form/all")); }
  CHECK(desk.actions() == 4);
  const Command c = sent_by(desk);
  CHECK(c.kind == CommandKind::resolve);
  CHECK(c.cause == Cause::nuisance);
  REQUIRE(c.incidents.size() == 40);
  REQUIRE(c.seen_revisions.size() == 40);
  CHECK(c.incidents[0] == one);
  for (std::size_t k = 0; k < 40; ++k) {
    CHECK(c.incidents[k] >= 3000);
    CHECK(c.incidents[k] < 3040);
    CHECK(c.seen_revisions[k] == s->incident(c.incidents[k])->revision);
  }
  auto ids = c.incidents;
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("What these tasks show is cut on no small screen") {
  DeskDriver desk(forty_alike(), 1366, 768);
  const auto whole = [&](std::string_view part) {
    INFO(part);
    const auto at = std::find_if(desk.texts().begin(), desk.texts().end(),
                                 [&](const WrittenText& t) { return t.text.find(part) != std::string::npos; });
    REQUIRE(at != desk.texts().end());
    CHECK_FALSE(at->cut);
  };
  REQUIRE(desk.hover("row/2417"));
  whole("Acknowledge");
  desk.console().select(3000);
  desk.frames(2);
  desk.type("r3");
  whole("A closes all 40 like it");
  whole("Resolve all 40");
  CHECK(desk.rect("form/text").w > 80);
  desk.press(Key::escape);
  desk.press_palette();
  desk.say("doors okafor");
  desk.frames(2);
  whole("Doors that M. Okafor used today");
  whole("A reason is needed.");
  desk.type("x");
  whole("is the case; its log will say who looked, and why.");
}

TEST_CASE("What has nothing alike is resolved alone, and without a cause nothing is") {
  DeskDriver desk(sample::night());
  desk.console().select(2409);
  desk.frames(2);
  desk.type("r");
  CHECK_FALSE(desk.has("form/all"));
  desk.type("a");
  CHECK(desk.commands().empty());
  DeskDriver many(forty_alike());
  many.console().select(3000);
  many.frames(2);
  many.type("ra");
  CHECK(many.commands().empty());
  CHECK(many.wrote("Choose the cause."));
}

TEST_CASE("A telephone call becomes an incident: three actions") {
  DeskDriver desk(sample::quiet());
  desk.type("c");
  desk.say("Jansen");
  desk.say("light out at gate 3");
  CHECK(desk.actions() == 3);
  const Command c = sent_by(desk);
  CHECK(c.kind == CommandKind::call);
  CHECK(c.incidents.empty());
  CHECK(c.text == "Jansen: light out at gate 3");
}
