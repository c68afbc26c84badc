// What a window remembers for the next start, and what it makes of it then.
#include "console/ui/remembered.hpp"

#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// The program ends, whatever it was doing, and starts again.
WindowMemory end(DeskDriver& desk) { return desk.console().memory(); }

std::shared_ptr<Snapshot> nothing_yet() {
  auto s = std::make_shared<Snapshot>();
  s->estate = std::make_shared<Estate>();
  s->devices = std::make_shared<std::map<std::string, DeviceState>>();
  s->zone_people = std::make_shared<std::map<std::string, std::uint32_t>>();
  return s;
}

}  // namespace

TEST_CASE("View, selection, filter and overlays are as they were") {
  DeskDriver before(sample::night());
  before.console().select(2415);
  before.frames(2);
  before.type("u");
  before.type("s");
  before.frames(3);
  REQUIRE(before.click("map/overlay/heat"));
  const WindowMemory kept = end(before);
  CHECK(kept.view == View::map);
  CHECK(kept.incident == 2415);
  CHECK(kept.filter.base == Filter::Base::unacknowledged);
  CHECK(kept.full.overlays.heat);

  DeskDriver after(sample::night());
  after.console().restore(kept);
  after.frames(5);
  CHECK(after.look().view == View::map);
  CHECK(after.look().selection.incident == 2415);
  CHECK(after.look().desk.filter.base == Filter::Base::unacknowledged);
  CHECK(end(after) == kept);
}

TEST_CASE("A map that somebody moved stands where it stood, on its level") {
  DeskDriver before(sample::night());
  before.console().set_view(View::map);
  before.frames(3);
  REQUIRE(before.hover("map/plan"));
  before.wheel(3);
  before.frames(20);
  const WindowMemory kept = end(before);
  CHECK_FALSE(kept.full.fitted);
  DeskDriver after(sample::night());
  after.console().restore(kept);
  after.frames(20);
  const WindowMemory again = end(after);
  CHECK(again.full.x == Approx(kept.full.x));
  CHECK(again.full.y == Approx(kept.full.y));
  CHECK(again.full.scale == Approx(kept.full.scale));
  CHECK(again.level == kept.level);
}

TEST_CASE("A note that was begun is there again, with its incident, and can be sent") {
  DeskDriver before(sample::night());
  before.console().select(2417);
  before.frames(2);
  before.type("n");
  before.type("Guard says the door");
  const WindowMemory kept = end(before);
  REQUIRE(kept.drafts.size() == 1);
  CHECK(kept.drafts[0].note == "Guard says the door");

  DeskDriver after(sample::night());
  after.console().restore(kept);
  after.frames(3);
  CHECK(after.look().selection.incident == 2417);
  after.type("n");
  after.type(" was wedged");
  after.press(Key::enter);
  const auto commands = after.commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].kind == CommandKind::note);
  CHECK(commands[0].text == "Guard says the door was wedged");
  CHECK(end(after).drafts.empty());
}

TEST_CASE("Who types on at once after N writes behind what was begun, and commands nothing") {
  DeskDriver before(sample::night());
  before.console().select(2417);
  before.frames(2);
  before.type("n");
  before.type("half");
  for (const int at_once : {1, 2}) {  // letters that come in one frame
    DeskDriver after(sample::night());
    after.console().restore(end(before));
    after.frames(3);
    const std::string keys = "nhnw t";
    for (std::size_t k = 0; k < keys.size(); ++k) {
      ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(keys[k]));
      if ((k + 1) % static_cast<std::size_t>(at_once) == 0) after.frames(1);
    }
    after.frames(2);
    CHECK(after.look().view == View::wall);
    CHECK(after.look().selection.incident == 2417);
    const WindowMemory m = end(after);
    REQUIRE(m.drafts.size() == 1);
    CHECK(m.drafts[0].note.rfind("half", 0) == 0);
    if (at_once == 1) CHECK(m.drafts[0].note == "halfnw t");  // ImGui drops what comes while the caret moves there
    CHECK(after.commands().empty());
  }
}

TEST_CASE("A note that was begun waits at its incident while another one is looked at") {
  DeskDriver desk(sample::night());
  desk.console().select(2417);
  desk.frames(2);
  desk.type("n");
  desk.type("first");
  desk.console().select(2414);
  desk.frames(2);
  CHECK(end(desk).drafts.size() == 1);
  desk.type("n");
  desk.type("second");
  desk.console().select(2417);
  desk.frames(3);
  const WindowMemory kept = end(desk);
  REQUIRE(kept.drafts.size() == 2);
  for (const Draft& d : kept.drafts) CHECK(d.note == (d.incident == 2417 ? "first" : "second"));
}

TEST_CASE("A form that was begun is open again with its words") {
  DeskDriver before(sample::night());
  before.console().select(2414);
  before.frames(2);
  before.type("z");
  before.type("reader is being swa");
  const WindowMemory kept = end(before);
  CHECK(kept.form.action == "shelve");
  CHECK(kept.form.text == "reader is being swa");

  DeskDriver after(sample::night());
  after.console().restore(kept);
  after.frames(4);
  CHECK(after.has("form/go"));
  CHECK(end(after).form == kept.form);
  REQUIRE(after.click("form/go"));
  const auto commands = after.commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].text == "reader is being swa");
}

TEST_CASE("What was begun waits until the engine has been heard, and survives another end before") {
  DeskDriver before(sample::night());
  before.console().select(2417);
  before.frames(2);
  before.type("n");
  before.type("half");
  const WindowMemory kept = end(before);

  DeskDriver waiting(nothing_yet());
  waiting.console().restore(kept);
  waiting.frames(5);
  CHECK(end(waiting).drafts == kept.drafts);
  CHECK(end(waiting).incident == 2417);
  waiting.show(sample::night());
  waiting.frames(3);
  CHECK(waiting.look().selection.incident == 2417);
  CHECK(end(waiting).drafts == kept.drafts);
}

TEST_CASE("An incident of the same number in another log is another incident") {
  DeskDriver before(sample::night());
  before.console().select(2417);
  before.frames(2);
  before.type("n");
  before.type("half");
  const WindowMemory kept = end(before);
  auto other = sample::night();
  for (auto& i : other->incidents)
    if (i->id == 2417) {
      auto changed = std::make_shared<Incident>(*i);
      changed->opened += kHour;
      i = changed;
    }
  DeskDriver after(other);
  after.console().restore(kept);
  after.frames(3);
  CHECK(after.look().selection.incident == 0);
  CHECK(end(after).drafts.empty());
}

TEST_CASE("Who was quicker than the engine keeps what they chose") {
  DeskDriver desk(nothing_yet());
  WindowMemory kept;
  kept.incident = 2417;
  const auto night = sample::night();
  for (const auto& i : night->incidents)
    if (i->id == 2417) kept.opened = i->opened;
  desk.console().restore(kept);
  desk.frames(2);
  desk.console().select(2414);
  desk.show(night);
  desk.frames(2);
  CHECK(desk.look().selection.incident == 2414);
}
