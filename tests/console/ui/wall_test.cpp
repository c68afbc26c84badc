#include <algorithm>
#include <functional>

#include "console/ui/overlays.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

constexpr std::uint64_t kServerRoom = 2417;
constexpr std::uint64_t kAntwerp = 2414;

/// The night with one incident changed.
std::shared_ptr<Snapshot> with(const std::shared_ptr<const Snapshot>& s, std::uint64_t id,
                               const std::function<void(Incident&)>& change) {
  auto out = std::make_shared<Snapshot>(*s);
  ++out->version;
  for (auto& i : out->incidents)
    if (i->id == id) {
      auto copy = std::make_shared<Incident>(*i);
      ++copy->revision;
      change(*copy);
      i = copy;
    }
  return out;
}

std::shared_ptr<Snapshot> with_new(const std::shared_ptr<const Snapshot>& s, std::uint64_t id, Priority priority) {
  auto out = std::make_shared<Snapshot>(*s);
  ++out->version;
  const auto at =
      std::find_if(out->incidents.begin(), out->incidents.end(), [&](const auto& i) { return i->priority < priority; });
  out->incidents.insert(at, std::make_shared<Incident>(sample::incident(id, priority, "Something new at the gate",
                                                                        {"HQ", "Yard"}, IncidentState::fresh, "", 1)));
  return out;
}

}  // namespace

TEST_CASE("Space acknowledges the selected incident once, with the revision that is shown") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  (void)desk.commands();
  desk.press(Key::space);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::acknowledge);
  CHECK(sent[0].incidents == std::vector<std::uint64_t>{kServerRoom});
  CHECK(sent[0].seen_revisions == std::vector<std::uint32_t>{7});
  CHECK(desk.wrote("Sent"));
  desk.press(Key::space);
  CHECK(desk.commands().empty());
}

TEST_CASE("What somebody has cannot be acknowledged again, and the panel says who has it") {
  DeskDriver desk(sample::night());
  desk.console().select(2416);
  desk.frames(2);
  desk.press(Key::space);
  CHECK(desk.commands().empty());
  CHECK(desk.wrote("M. Okafor has it"));
}

TEST_CASE("Somebody who is no guard can be dispatched by name") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.type("d");
  desk.press(Key::tab);
  desk.type("Night porter");
  desk.press(Key::enter);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].target == "Night porter");
}

TEST_CASE("Shelving needs a reason and names when it returns") {
  DeskDriver desk(sample::night());
  desk.console().select(kAntwerp);
  desk.frames(2);
  desk.type("z");
  desk.frames(3);
  CHECK(desk.wrote("A reason is needed."));
  desk.press(Key::enter);
  CHECK(desk.commands().empty());
  desk.type("badge reader swap");
  desk.press(Key::enter);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::shelve);
  CHECK(sent[0].text == "badge reader swap");
  CHECK(sent[0].until > sample::kNow + 59 * kMinute);
  CHECK(sent[0].until < sample::kNow + 61 * kMinute);
}

TEST_CASE(
    "Until it clears is one choice more of shelving, with a latest time; what is normal again has no such choice") {
  DeskDriver desk(sample::night());
  desk.console().select(kAntwerp);
  desk.frames(2);
  desk.type("z");
  desk.frames(2);
  desk.click("form/choice/Until it clears");
  desk.frames(2);
  desk.click("form/text");
  desk.type("reader is being swapped");
  CHECK(desk.wrote("until it is normal again"));
  desk.press(Key::enter);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::shelve);
  CHECK(sent[0].action == "until_clear");
  CHECK(sent[0].until > sample::kNow + 23 * kHour);
  CHECK(sent[0].until < sample::kNow + 25 * kHour);

  DeskDriver clear(with(sample::night(), kAntwerp, [](Incident& i) { i.cleared_at = sample::kNow - kMinute; }));
  clear.console().select(kAntwerp);
  clear.frames(2);
  clear.type("z");
  clear.frames(2);
  CHECK(clear.has("form/choice/8 h"));
  CHECK_FALSE(clear.has("form/choice/Until it clears"));
}

TEST_CASE("Life safety is never shelved, and the person is told so") {
  auto night = with(sample::night(), kAntwerp, [](Incident& i) { i.life_safety = true; });
  DeskDriver desk(night);
  desk.console().select(kAntwerp);
  desk.frames(2);
  desk.type("z");
  desk.frames(2);
  CHECK(desk.wrote("Life safety is never shelved"));
  desk.type("x");
  CHECK(desk.commands().empty());
}

TEST_CASE("Resolving asks for the cause and carries it") {
  DeskDriver desk(sample::night());
  desk.console().select(2409);
  desk.frames(2);
  desk.type("r");
  CHECK(desk.wrote("Choose the cause."));
  desk.press(Key::enter);
  CHECK(desk.commands().empty());
  desk.type("3");
  CHECK(desk.wrote("closes as nuisance"));
  desk.press(Key::enter);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::resolve);
  CHECK(sent[0].cause == Cause::nuisance);
}

TEST_CASE("Keys that are typed into a field are not commands") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.type("n");
  desk.frames(3);
  desk.type("door was wedged open, zero harm");
  CHECK(desk.commands().empty());
  desk.press(Key::enter);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::note);
  CHECK(sent[0].text == "door was wedged open, zero harm");
}

TEST_CASE("Merging names both incidents and both revisions") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.type("m1");
  desk.press(Key::enter);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::merge);
  REQUIRE(sent[0].incidents.size() == 2);
  CHECK(sent[0].incidents[0] == kServerRoom);
  CHECK(sent[0].seen_revisions.size() == 2);
}

TEST_CASE("Splitting names the first events of the lines that leave, and never all of them") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.type("x");
  CHECK(desk.wrote("Mark the lines that leave."));
  desk.type("12345");
  CHECK(desk.wrote("Nothing would stay behind."));
  desk.type("123");
  desk.press(Key::enter);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::split);
  CHECK(sent[0].target == "e-33,e-16");
  CHECK(sent[0].seen_revisions == std::vector<std::uint32_t>{7});
}

TEST_CASE("What is shelved is not dispatched; Z takes it off the shelf") {
  DeskDriver desk(sample::night());
  desk.console().select(2390);
  desk.frames(2);
  desk.type("d");
  CHECK(desk.commands().empty());
  CHECK(desk.wrote("take it off the shelf first"));
  desk.type("z");
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::unshelve);
}

TEST_CASE("An answer frees the button although nothing changed") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.press(Key::space);
  desk.input.replies = {{"id", true, "INC-2417 is acknowledged already by T. Novak"}};
  desk.frames(2);
  CHECK_FALSE(desk.wrote("Sent"));
  desk.frames(1, 6);
  CHECK_FALSE(desk.wrote("The engine has not answered"));
}

TEST_CASE("A number ticks the plan's step") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.type("4");
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::plan_step);
  CHECK(sent[0].step == 3);
}

TEST_CASE("Newcomers wait while the pointer moves over the wall and come in with Home") {
  const auto night = sample::night();
  DeskDriver desk(night);
  desk.move_to(400, 500);
  desk.show(with_new(night, 5000, Priority::high));
  desk.frames(2);
  CHECK_FALSE(desk.has("row/5000"));
  CHECK(desk.has("wall/newcomers"));
  CHECK(desk.wrote("1 new"));
  SECTION("Home takes them in") {
    desk.press(Key::home);
    CHECK(desk.has("row/5000"));
    CHECK_FALSE(desk.has("wall/newcomers"));
  }
  SECTION("so does a click on the bar") {
    REQUIRE(desk.click("wall/newcomers"));
    CHECK(desk.has("row/5000"));
  }
  SECTION("so does a pointer that rests for two seconds") {
    desk.frames(1, 2.1);
    CHECK(desk.has("row/5000"));
    CHECK_FALSE(desk.has("wall/newcomers"));
  }
}

TEST_CASE("A held wall moves no row, whatever comes, and shows what is critical at once") {
  const auto night = sample::night();
  DeskDriver desk(night);
  desk.move_to(400, 500);
  const Rect before = desk.rect("row/2411");
  REQUIRE(before.h > 0);
  desk.show(with_new(with_new(night, 5000, Priority::high), 6000, Priority::critical));
  desk.frames(2);
  CHECK(desk.has("row/6000"));
  CHECK_FALSE(desk.has("row/5000"));
  const Rect after = desk.rect("row/2411");
  CHECK(after.y == Approx(before.y));
  desk.frames(1, 2.1);
  CHECK(desk.has("row/5000"));
}

TEST_CASE("Life safety that a long strip cannot show is told above it, and leads it once nothing is held") {
  auto many = sample::night();
  for (std::uint64_t id = 8000; id < 8040; ++id) many = with_new(many, id, Priority::critical);
  DeskDriver desk(many);
  desk.move_to(400, 700);
  auto panic = with(with_new(many, 9000, Priority::critical), 9000, [](Incident& i) {
    i.life_safety = true;
    i.title = "Panic: G. Silva";
  });
  const Rect before = desk.rect("row/2416");
  desk.show(panic);
  desk.frames(2);
  CHECK_FALSE(desk.has("row/9000"));
  REQUIRE(desk.has("wall/unseen"));
  CHECK(desk.wrote("Panic: G. Silva"));
  CHECK(desk.rect("row/2416").y == Approx(before.y));
  SECTION("a click shows it") {
    REQUIRE(desk.click("wall/unseen"));
    CHECK(desk.has("row/9000"));
    CHECK_FALSE(desk.has("wall/unseen"));
    CHECK(desk.look().selection.incident == 9000);
  }
  SECTION("a pointer that rests lets it to the top") {
    desk.frames(1, 2.1);
    desk.frames(1);
    CHECK_FALSE(desk.has("wall/unseen"));
    REQUIRE(desk.has("row/9000"));
    CHECK(desk.rect("row/9000").y < desk.rect("row/2417").y);
  }
}

TEST_CASE("A filter hides nothing that is critical, and the selection survives it") {
  DeskDriver desk(sample::night());
  desk.console().select(kAntwerp);
  desk.frames(2);
  REQUIRE(desk.click("chip/mine"));
  desk.frames(1, 2.1);
  CHECK(desk.has("row/2417"));
  CHECK_FALSE(desk.has("row/2414"));
  CHECK(desk.look().selection.incident == kAntwerp);
  desk.type("a");
  desk.frames(1, 2.1);
  CHECK(desk.has("row/2414"));
}

TEST_CASE("The selection stays with its incident when the order changes") {
  const auto night = sample::night();
  DeskDriver desk(night);
  REQUIRE(desk.click("row/2411"));
  CHECK(desk.look().selection.incident == 2411);
  const float y = desk.rect("row/2411").y;
  desk.show(with(night, 2411, [](Incident& i) { i.priority = Priority::critical; }));
  desk.frames(1, 2.1);
  desk.frames(1);
  CHECK(desk.look().selection.incident == 2411);
  CHECK(desk.rect("row/2411").y != Approx(y));
}

TEST_CASE("Arrows move over the strip and the rows, and the wall follows") {
  DeskDriver desk(sample::night());
  desk.press(Key::down);
  CHECK(desk.look().selection.incident == kServerRoom);
  desk.press(Key::down);
  CHECK(desk.look().selection.incident == 2416);
  desk.press(Key::end);
  const std::uint64_t last = desk.look().selection.incident;
  CHECK(desk.has("row/" + std::to_string(last)));
  desk.press(Key::home);
  CHECK(desk.look().selection.incident == kServerRoom);
  desk.press(Key::escape);
  CHECK(desk.look().selection.incident == 0);
}

TEST_CASE("With nothing chosen Home and End lead to the first and the last row") {
  const auto night = sample::night();
  DeskDriver desk(night);
  desk.press(Key::end);
  const std::uint64_t last = desk.look().selection.incident;
  desk.press(Key::down);
  CHECK(desk.look().selection.incident == last);
  desk.console().select(0);
  desk.press(Key::home);
  CHECK(desk.look().selection.incident == kServerRoom);
}

TEST_CASE("In a flood the low ones fold into one line a zone, and G unfolds them") {
  DeskDriver desk(sample::flood());
  CHECK(desk.has("wall/folded"));
  CHECK(desk.has("fold/Level 1"));
  CHECK(desk.wrote("68 low ones fold"));
  CHECK_FALSE(desk.has("row/2408"));
  desk.type("g");
  CHECK_FALSE(desk.has("wall/folded"));
  CHECK(desk.wrote("Nothing is folded"));
}

TEST_CASE("The palette finds a door and opens it on the map") {
  DeskDriver desk(sample::night());
  desk.press_palette();
  REQUIRE(desk.has("palette/box"));
  desk.type("d-231");
  desk.press(Key::enter);
  CHECK_FALSE(desk.has("palette/box"));
  CHECK(desk.look().selection.device == "D-231");
  CHECK(desk.look().view == View::map);
}

TEST_CASE("Enter in the frame of the last letters opens what is written, not what was found before") {
  DeskDriver desk(sample::night());
  desk.press_palette();
  desk.type("a");
  for (const char c : std::string_view("ntwerp")) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
  desk.press(Key::enter);
  CHECK_FALSE(desk.has("palette/box"));
  CHECK(desk.look().selection.incident == kAntwerp);
}

TEST_CASE("The palette finds incidents, people, cameras, hosts and commands") {
  const auto night = sample::night();
  const Selection none;
  const auto first = [&](std::string_view q) {
    const auto found = Palette::find(*night, none, q, 10);
    return found.empty() ? std::string("nothing") : found.front().title;
  };
  CHECK(first("inc-2411") == "Fence line crossed at gate 3, no badge after");
  CHECK(first("okafor") == "M. Okafor");
  CHECK(first("C-27") == "C-27");
  CHECK(first("hv-07") == "hv-07");
  CHECK(first("agents") == "Agents");
  CHECK(first("server room").find("Server room") == 0);
  CHECK(first("no such thing at all") == "nothing");
}

TEST_CASE("A refused command stays on the screen until it is closed") {
  DeskDriver desk(sample::night());
  desk.input.replies = {{"id", false, "INC-2417 changed since it was shown"}};
  desk.frames(2);
  CHECK(desk.wrote("INC-2417 changed since"));
  desk.frames(1, 20);
  CHECK(desk.wrote("INC-2417 changed since"));
  REQUIRE(desk.click("toast/close/0"));
  CHECK_FALSE(desk.wrote("INC-2417 changed since"));
}

TEST_CASE("An engine that does not answer is said so after five seconds") {
  DeskDriver desk(sample::night());
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.press(Key::space);
  desk.frames(1, 5.1);
  desk.frames(1);
  CHECK(desk.wrote("The engine has not answered"));
  CHECK_FALSE(desk.wrote("Sent"));
}

TEST_CASE("A wall without an engine says since when it is stale") {
  DeskDriver desk(sample::night());
  desk.input.connection_problem = "Engine not reached for 8 s";
  desk.frames(2);
  CHECK(desk.wrote("Engine not reached for 8 s"));
  CHECK(desk.wrote("wall as of 04:10:37"));
}

TEST_CASE("Quiet is said only when every feed speaks") {
  auto s = sample::quiet();
  {
    DeskDriver desk(s);
    CHECK(desk.wrote("All quiet since 03:42"));
  }
  s->agents[2].health = AgentState::Health::silent;
  DeskDriver desk(s);
  CHECK_FALSE(desk.wrote("All quiet"));
  CHECK(desk.wrote("not every feed speaks"));
}

TEST_CASE("With nothing chosen Space chooses the first row, and only the next Space acknowledges") {
  DeskDriver desk(sample::night());
  desk.frames(2);
  desk.press(Key::space);
  CHECK(desk.commands().empty());
  CHECK(desk.look().selection.incident == kServerRoom);
  desk.press(Key::space);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].incidents == std::vector<std::uint64_t>{kServerRoom});
}

TEST_CASE("Until somebody chooses, the map stands where the wall's first row is") {
  auto night = sample::night();
  const auto at =
      std::find_if(night->incidents.begin(), night->incidents.end(), [](const auto& i) { return i->id == kAntwerp; });
  REQUIRE(at != night->incidents.end());
  auto quiet = sample::quiet();
  DeskDriver desk(quiet);
  desk.frames(2);
  CHECK(desk.look().selection.site != (*at)->site_id);
  auto news = std::make_shared<Snapshot>(*quiet);
  ++news->version;
  news->incidents = {*at};
  desk.show(news);
  desk.frames(2);
  CHECK(desk.look().selection.site == (*at)->site_id);
}

TEST_CASE("An empty wall takes its first row at once, also while somebody presses keys") {
  DeskDriver desk(sample::quiet());
  desk.frames(2);
  desk.press(Key::down);
  desk.show(with_new(sample::quiet(), 9001, Priority::medium));
  desk.press(Key::space);
  CHECK(desk.wrote("Something new at the gate"));
  desk.press(Key::space);
  desk.press(Key::space);
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].incidents == std::vector<std::uint64_t>{9001});
}
