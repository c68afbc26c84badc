// The response plan in the panel: ticked, skipped with a reason, taken back, seen; by key and by mouse.
#include <algorithm>
#include <functional>

#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

constexpr std::uint64_t kServerRoom = 2417;

std::shared_ptr<Snapshot> with(std::shared_ptr<Snapshot> s, const std::function<void(Incident&)>& change) {
  auto i = std::make_shared<Incident>(*s->incidents.front());
  ++i->revision;
  change(*i);
  s->incidents.front() = i;
  ++s->version;
  return s;
}

/// Steps are: look (done), send (skipped), call (overdue, the one to do), end sessions, see racks.
struct Plan {
  explicit Plan(std::shared_ptr<const Snapshot> s = sample::in_hand(), float width = 1920, float height = 1080)
      : desk(std::move(s), width, height) {
    desk.console().select(kServerRoom);
    desk.frames(4);
    (void)desk.commands();
  }
  DeskDriver desk;
};

}  // namespace

TEST_CASE("A step says whose it is, how long is left or how late it is, who did it, and why one was skipped") {
  Plan p;
  for (const char* text : {"Somebody at the servers", "M. Okafor, 04:10", "Skipped by M. Okafor, 04:06",
                           "Both guards are at the fire panel", "Operator, ", "2 min late", "IT, 3 min left"}) {
    INFO(text);
    CHECK(p.desk.wrote(text));
  }
  CHECK(p.desk.wrote("By the number of the directory."));  // what the step to do now needs
}

TEST_CASE("The wall's row says that a step was skipped, else that one is overdue") {
  auto s = sample::in_hand();
  {
    Plan p(s);
    CHECK(p.desk.wrote("STEP SKIPPED"));
    CHECK_FALSE(p.desk.wrote("STEP OVERDUE"));
  }
  Plan seen(with(s, [](Incident& i) { i.skips_told.clear(); }));
  CHECK(seen.desk.wrote("STEP OVERDUE"));
  Plan done(with(s, [](Incident& i) { i.plan[2].done = true; }));
  CHECK_FALSE(done.desk.wrote("STEP OVERDUE"));
}

TEST_CASE("A click ticks an open step, and one that is settled is not ticked again") {
  Plan p;
  REQUIRE(p.desk.click("step/2"));
  auto sent = p.desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::plan_step);
  CHECK(sent[0].step == 2);
  CHECK(sent[0].text.empty());
  p.desk.click("step/0");
  p.desk.type("12");
  CHECK(p.desk.commands().empty());
}

TEST_CASE("J asks in place why the step is skipped, and Enter sends the reason") {
  Plan p;
  p.desk.type("j");
  p.desk.frames(3);
  REQUIRE(p.desk.has("step/reason"));
  CHECK(p.desk.wrote("Why is it not done?"));
  p.desk.press(Key::enter);
  p.desk.frames(3);
  CHECK(p.desk.commands().empty());
  CHECK(p.desk.wrote("A reason is needed."));
  p.desk.type("he stands beside me, dz 1");  // letters and numbers are the field's
  p.desk.press(Key::enter);
  const auto sent = p.desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::skip_step);
  CHECK(sent[0].step == 2);
  CHECK(sent[0].text == "he stands beside me, dz 1");
  CHECK(sent[0].incidents == std::vector<std::uint64_t>{kServerRoom});
  CHECK(sent[0].seen_revisions == std::vector<std::uint32_t>{8});
  p.desk.frames(2);
  CHECK_FALSE(p.desk.has("step/reason"));
}

TEST_CASE("Arrows move the question to another open step, Escape leaves all open") {
  Plan p;
  p.desk.type("j");
  p.desk.frames(3);
  p.desk.press(Key::down);
  p.desk.press(Key::down);
  p.desk.press(Key::up);
  p.desk.frames(2);
  p.desk.type("no IT at night");
  SECTION("Enter") {
    p.desk.press(Key::enter);
    const auto sent = p.desk.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].step == 3);
  }
  SECTION("Escape") {
    p.desk.press(Key::escape);
    p.desk.frames(2);
    CHECK_FALSE(p.desk.has("step/reason"));
    CHECK(p.desk.commands().empty());
    CHECK(p.desk.look().selection.incident == kServerRoom);  // it closed the question only
    p.desk.type("3");
    CHECK(p.desk.commands().size() == 1);  // keys are commands again
  }
}

TEST_CASE("Any open step is skipped by mouse") {
  Plan p;
  REQUIRE(p.desk.hover("step/3"));
  REQUIRE(p.desk.click("skip/3"));
  p.desk.frames(3);
  CHECK(p.desk.commands().empty());  // it ticked nothing
  p.desk.type("racks are locked");
  p.desk.press(Key::enter);
  const auto sent = p.desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::skip_step);
  CHECK(sent[0].step == 3);
}

TEST_CASE("A step that somebody else settles meanwhile is not asked about any more") {
  Plan p;
  p.desk.type("j");
  p.desk.frames(3);
  p.desk.show(with(sample::in_hand(), [](Incident& i) {
    i.plan[2].done = true;
    i.plan[2].actor = "T. Novak";
    i.plan[2].time = sample::kNow;
  }));
  p.desk.frames(3);
  CHECK_FALSE(p.desk.has("step/reason"));
  CHECK(p.desk.wrote("T. Novak, 04:10"));
}

TEST_CASE("B takes back what was settled last; the mouse takes back any") {
  Plan p;
  SECTION("key") {
    p.desk.type("b");
    const auto sent = p.desk.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].kind == CommandKind::plan_step);
    CHECK(sent[0].text == "undo");
    CHECK(sent[0].step == 0);  // six seconds ago, the skip four minutes
  }
  SECTION("mouse") {
    REQUIRE(p.desk.hover("step/1"));
    REQUIRE(p.desk.click("undo/1"));
    const auto sent = p.desk.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].text == "undo");
    CHECK(sent[0].step == 1);
  }
}

TEST_CASE("Whoever is told of a skipped step sees it and says so; others read who is told") {
  auto s = sample::in_hand();
  SECTION("an operator") {
    s->role = "Operator";
    Plan p(s);
    CHECK(p.desk.wrote("Supervisor told: step skipped"));
    CHECK_FALSE(p.desk.has("step/seen"));
    p.desk.type("v");
    CHECK(p.desk.commands().empty());
  }
  SECTION("the supervisor") {
    s->role = "Supervisor";
    Plan p(s);
    CHECK(p.desk.wrote("For you: a step was skipped"));
    if (GENERATE(true, false))
      p.desk.type("v");
    else
      REQUIRE(p.desk.click("step/seen"));
    const auto sent = p.desk.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].kind == CommandKind::skip_step);
    CHECK(sent[0].action == "seen");
  }
}

TEST_CASE("With nothing open to skip, that is said") {
  Plan p(with(sample::in_hand(), [](Incident& i) {
    for (PlanStep& step : i.plan) step.done = true;
  }));
  p.desk.type("j");
  p.desk.frames(2);
  CHECK(p.desk.wrote("Nothing to skip"));
  CHECK_FALSE(p.desk.has("step/reason"));
}

TEST_CASE("In a low window the step to do now comes into view as others are settled, and so does the question") {
  auto s = with(sample::in_hand(), [](Incident& i) {
    i.plan[2].done = i.plan[3].done = true;
    i.plan[2].actor = i.plan[3].actor = "M. Okafor";
  });
  Plan p(s, 1366, 768);
  p.desk.frames(3);
  const Rect row = p.desk.rect("step/4");
  REQUIRE(row.h > 30);  // whole, not cut by the pane
  CHECK(p.desk.wrote("See racks, cables and ports"));
  p.desk.type("j");
  p.desk.frames(4);
  REQUIRE(p.desk.has("step/reason"));
  CHECK(p.desk.rect("step/reason").h == Approx(28));
}
