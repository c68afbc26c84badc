// A guard's post: each thing to say is one tap or one key, and what cannot be said is plain.
#include <algorithm>
#include <functional>

#include "console/ui/annunciator.hpp"
#include "console/ui/guard/post_calls.hpp"
#include "console/ui/incident/dispatch_text.hpp"
#include "console/ui/incident/incident_panel.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;
using Step = Dispatch::Step;

namespace {

constexpr std::uint64_t kServerRoom = 2417, kLab = 2415;

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

/// The post with the server room alone, at a step.
std::shared_ptr<Snapshot> at(Step step) {
  auto s = with(sample::post(), kLab, [](Incident& i) { i.dispatched_to = "T. Novak"; });
  return with(s, kServerRoom, [&](Incident& i) {
    for (std::size_t k = 1; k <= static_cast<std::size_t>(step); ++k)
      i.dispatch.steps[k] = {sample::kNow - static_cast<std::int64_t>(20 - k) * kSecond, "gsilva"};
    if (step == Step::arrived) i.state = IncidentState::on_scene;
  });
}

struct Post : DeskDriver {
  explicit Post(std::shared_ptr<const Snapshot> s, float w = 1366, float h = 768) : DeskDriver(std::move(s), w, h) {
    console().set_post("Gate 3");
    console().set_view(View::guard);
    frames(4);
    (void)commands();
  }
  Command only() {
    const std::vector<Command> sent = commands();
    REQUIRE(sent.size() == 1);
    return sent[0];
  }
};

}  // namespace

TEST_CASE("Each step at a post is one tap, or one key, about the incident as it is shown") {
  struct Case {
    Step step;
    const char* area;
    const char* key;
    CommandKind kind;
    const char* action;
    const char* text;
  };
  static constexpr Case kCases[] = {
      {Step::sent, "guard/received", "1", CommandKind::progress, "received", ""},
      {Step::received, "guard/en_route", "2", CommandKind::progress, "en_route", ""},
      {Step::en_route, "guard/arrived", "3", CommandKind::on_scene, "", ""},
      {Step::arrived, "guard/found/Nothing found", "4", CommandKind::progress, "clear", "Nothing found"},
      {Step::arrived, "guard/found/False alarm", "5", CommandKind::progress, "clear", "False alarm"},
      {Step::arrived, "guard/found/Put right", "6", CommandKind::progress, "clear", "Put right"},
      {Step::arrived, "guard/found/Handed over", "7", CommandKind::progress, "clear", "Handed over"},
      {Step::en_route, "guard/undo", "u", CommandKind::progress, "back", ""}};
  for (const Case& c : kCases)
    for (const bool key : {false, true})
      for (const auto& [w, h] : {std::pair{1366.0F, 768.0F}, std::pair{1080.0F, 1920.0F}}) {
        INFO(c.area << (key ? " by key" : "") << " at " << w << "x" << h);
        Post post(at(c.step), w, h);
        if (key)
          post.type(c.key);
        else
          REQUIRE(post.click(c.area));
        const Command sent = post.only();
        CHECK(sent.kind == c.kind);
        CHECK(sent.action == c.action);
        CHECK(sent.text == c.text);
        CHECK(sent.incidents == std::vector<std::uint64_t>{kServerRoom});
        CHECK(sent.seen_revisions ==
              std::vector<std::uint32_t>{post.look().desk.snapshot->incident(kServerRoom)->revision});
        CHECK(post.wrote("Sent"));  // until it is answered
      }
}

TEST_CASE("Space is the next step, and never says what was found") {
  Post sent(at(Step::sent));
  sent.press(Key::space);
  CHECK(sent.only().action == "received");
  sent.press(Key::space);  // its answer is not here yet
  CHECK(sent.commands().empty());
  Post there(at(Step::arrived));
  there.press(Key::space);
  CHECK(there.commands().empty());
}

TEST_CASE("What was found can be said in words, and a step of the plan is a tap") {
  Post post(at(Step::arrived));
  REQUIRE(post.click("guard/found/In words"));
  post.frames(3);
  post.type("a cat");
  CHECK(post.commands().empty());  // letters are the field's
  REQUIRE(post.click("guard/send"));
  const Command c = post.only();
  CHECK(c.action == "clear");
  CHECK(c.text == "a cat");
  Post plan(at(Step::arrived), 1080, 1920);
  REQUIRE(plan.click("guard/step/2"));
  const Command step = plan.only();
  CHECK(step.kind == CommandKind::plan_step);
  CHECK(step.step == 2);
  REQUIRE(plan.click("guard/step/0"));
  CHECK(plan.commands().empty());  // one of a kind at a time
}

TEST_CASE("A note is two taps, or N and words") {
  Post post(at(Step::en_route));
  REQUIRE(post.click("guard/note"));
  REQUIRE(post.click("guard/note/1"));
  Command c = post.only();
  CHECK(c.kind == CommandKind::note);
  CHECK(c.text == "Police called");
  Post typed(at(Step::en_route));
  typed.type("n");
  typed.frames(3);
  typed.type("p1");
  typed.press(Key::enter);
  c = typed.only();
  CHECK(c.kind == CommandKind::note);
  CHECK(c.text == "p1");
  typed.type("n");
  typed.press(Key::escape);
  CHECK(typed.has("guard/arrived"));
}

TEST_CASE("What was cleared on the way needs a word too") {
  Post post(at(Step::received));
  post.type("4");
  CHECK(post.commands().empty());
  post.frames(2);
  REQUIRE(post.has("guard/found/Nothing found"));
  REQUIRE(post.click("guard/undo"));
  CHECK(post.has("guard/en_route"));
  REQUIRE(post.click("guard/clear"));
  post.type("6");
  CHECK(post.only().text == "Put right");
}

TEST_CASE("Panic is held, not tapped, and goes out once whatever else is under way") {
  Post post(at(Step::sent));
  post.press(Key::space);
  (void)post.commands();
  REQUIRE(post.click("guard/panic"));
  CHECK(post.commands().empty());
  REQUIRE(post.hold("guard/panic", 0.9));
  CHECK(post.commands().empty());
  REQUIRE(post.hold("guard/panic", 3));
  const Command c = post.only();
  CHECK(c.kind == CommandKind::panic);
  CHECK(c.incidents.empty());
  CHECK(post.wrote("Panic is on its way"));
  post.hold_p(1.2);
  CHECK(post.only().kind == CommandKind::panic);
  // Without a dispatch and without an engine too, and it says what that means.
  Post alone(sample::idle_post());
  alone.input.connection_problem = "Engine not reached for 9 s";
  alone.frames(2);
  alone.hold_p(1.2);
  CHECK(alone.only().kind == CommandKind::panic);
  CHECK(alone.wrote("Panic is not sent yet: use the radio"));
}

TEST_CASE("A panic that the control room has is shown, and who has seen it") {
  auto s = sample::post();
  auto alarm = std::make_shared<Incident>(
      sample::incident(2418, Priority::critical, "Panic: G. Silva", {"Gate 3"}, IncidentState::fresh, "", 4));
  alarm->rule_id = "panic";
  s->incidents.insert(s->incidents.begin(), alarm);
  Post post(s);
  CHECK(post.wrote("Panic: the control room is called"));
  post.show(with(s, 2418, [](Incident& i) {
    i.state = IncidentState::acknowledged;
    i.acknowledged_revision = 2;
    i.owner = "M. Okafor";
  }));
  post.frames(2);
  CHECK(post.wrote("Panic: M. Okafor has seen it"));
}

TEST_CASE("An engine that is not reached makes a post that nothing can be said at, and says what to do") {
  Post post(at(Step::sent));
  post.input.connection_problem = "Engine not reached for 9 s";
  post.frames(3);
  CHECK(post.wrote("Use the radio: Engine not reached for 9 s"));
  CHECK(post.wrote("What stands here is of 04:10:37"));
  (void)post.click("guard/received");
  post.press(Key::space);
  post.type("1n");
  CHECK(post.commands().empty());
  Post idle(sample::idle_post());
  idle.input.connection_problem = "Engine not reached for 9 s";
  idle.frames(3);
  CHECK_FALSE(idle.wrote("No dispatch"));
  CHECK(idle.wrote("Not known"));
}

TEST_CASE("A post without a dispatch says so, and since when it stands there") {
  Post post(sample::idle_post());
  CHECK(post.wrote("No dispatch"));
  CHECK(post.wrote("Gate 3 since 04:10"));
  CHECK_FALSE(post.has("guard/received"));
  CHECK_FALSE(post.has("rail/Wall"));
}

TEST_CASE("Only what was sent to this guard or this post is theirs") {
  Post gate(sample::post());
  CHECK(gate.wrote("Lab B door held open"));  // to G. Silva, whose account the user is
  CHECK(gate.has("guard/other/2417"));        // to Gate 3
  auto moved = std::make_shared<Snapshot>(*sample::post());
  moved->user = "tnovak";
  Post other(moved);
  CHECK_FALSE(other.has("guard/other/2417"));
  CHECK(other.wrote("Server room forced"));
  other.console().set_post("Gate 4");
  other.frames(2);
  CHECK(other.wrote("No dispatch"));
}

TEST_CASE("Another dispatch is received with one tap while the first one goes on, and is chosen with one") {
  Post post(sample::post());
  REQUIRE(post.click("guard/other/2417/received"));
  const Command c = post.only();
  CHECK(c.action == "received");
  CHECK(c.incidents == std::vector<std::uint64_t>{kServerRoom});
  CHECK(post.look().selection.incident == kLab);
  REQUIRE(post.click("guard/other/2417"));
  post.frames(2);
  CHECK(post.look().selection.incident == kServerRoom);
  CHECK(post.has("guard/other/2415"));
}

TEST_CASE("What is cleared makes room for the next, and can be taken back for ten minutes") {
  auto s = with(sample::post(), kLab, [](Incident& i) {
    i.state = IncidentState::cleared;
    i.dispatch.at(Step::cleared) = {sample::kNow - kMinute, "gsilva"};
  });
  Post post(s);
  CHECK(post.look().selection.incident == kServerRoom);
  REQUIRE(post.click("guard/other/2415/back"));
  CHECK(post.only().action == "back");
  post.input.now += 10 * kMinute;
  post.frames(2);
  CHECK_FALSE(post.has("guard/other/2415"));
}

TEST_CASE("A dispatch that goes to somebody else, or is over, is said where the guard looks") {
  Post post(at(Step::en_route));
  post.show(with(at(Step::en_route), kServerRoom, [](Incident& i) { i.dispatched_to = "T. Novak"; }));
  post.frames(2);
  CHECK(post.wrote("INC-2417 went to T. Novak"));
  CHECK(post.wrote("No dispatch"));
  Post over(at(Step::en_route));
  auto gone = std::make_shared<Snapshot>(*at(Step::en_route));
  std::erase_if(gone->incidents, [](const auto& i) { return i->id == kServerRoom; });
  over.show(gone);
  over.frames(2);
  CHECK(over.wrote("INC-2417 is over"));
}

TEST_CASE("What the engine refuses is said in large type") {
  Post post(at(Step::sent));
  post.input.replies = {{"c1", false, "INC-2417 is not dispatched to G. Silva"}};
  post.frames(2);
  CHECK(post.wrote("Not carried out: INC-2417 is not dispatched to G. Silva"));
  post.frames(1, 21);
  post.frames(1);
  CHECK_FALSE(post.wrote("Not carried out"));
}

TEST_CASE("A drill says so at a post") {
  Post post(with(at(Step::sent), kServerRoom, [](Incident& i) { i.drill = true; }));
  CHECK(post.wrote("DRILL"));
}

TEST_CASE("At a post its own dispatches sound until they are received, and nothing else") {
  PostCalls calls("Gate 3");
  const std::shared_ptr<const Snapshot> s = sample::post();
  const auto heard = calls.of(s);
  CHECK(heard == calls.of(s));
  REQUIRE(heard->incidents.size() == 1);
  CHECK(heard->incidents[0]->id == kServerRoom);
  Annunciator sounds;
  CHECK(sounds.step(heard, 1).play);
  CHECK(sounds.step(heard, 20).play);
  CHECK_FALSE(sounds.step(calls.of(at(Step::received)), 21).play);
  CHECK_FALSE(sounds.step(calls.of(at(Step::received)), 60).play);
}

TEST_CASE("Posts that are connected are offered first, and the form says whether one will see it") {
  auto s = sample::night();
  s->posts = sample::post()->posts;
  const std::vector<Choice> choices = choices_of(Action::dispatch, *s, s->incident(kServerRoom));
  REQUIRE(choices.size() > 3);
  CHECK(choices[0].label == "Gate 3");
  CHECK(choices[0].connected);
  CHECK(choices[2].label == "G. Silva");
  CHECK(choices[2].connected);  // at Gate 3
  CHECK(choices[3].label == "T. Novak");
  CHECK_FALSE(choices[3].connected);
  DeskDriver desk(s);
  desk.console().select(kServerRoom);
  desk.frames(2);
  desk.type("d");
  desk.frames(2);
  CHECK(desk.wrote("INC-2417 goes to Gate 3, whose post is connected and shows it."));
  desk.press(Key::down);
  desk.press(Key::down);
  desk.press(Key::down);
  CHECK(desk.wrote("who has no post connected"));
}

TEST_CASE("The wall says how far a guard is, and that nobody received a dispatch") {
  auto s = sample::post();
  s->user = "M. Okafor";
  s->role = "Operator";
  DeskDriver desk(s);
  desk.console().select(kLab);
  desk.frames(4);
  CHECK(desk.wrote("Not received"));
  CHECK(desk.wrote("En route"));
  CHECK(desk.wrote("G. Silva en route 3 min"));
  CHECK(desk.wrote("next by 04:17"));
  desk.show(with(s, kServerRoom, [](Incident& i) { i.dispatched_to = "T. Novak"; }));
  desk.console().select(kServerRoom);
  desk.input.now += 2 * kMinute;
  desk.frames(4);
  CHECK(desk.wrote("T. Novak not received 2 min"));
  CHECK(desk.wrote("no post connected, late by 1:22"));
}

TEST_CASE("What a guard says by radio is entered with K and O") {
  auto s = sample::post();
  s->user = "M. Okafor";
  DeskDriver desk(s);
  desk.console().select(kServerRoom);
  desk.frames(2);
  (void)desk.commands();
  REQUIRE(desk.click("panel/Received"));
  auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::progress);
  CHECK(sent[0].action == "received");
  desk.show(with(s, kServerRoom, [](Incident& i) { i.dispatch.at(Step::received) = {sample::kNow, "M. Okafor"}; }));
  desk.frames(2);
  CHECK(desk.wrote("On the way"));
  desk.type("k");
  sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].action == "en_route");
  desk.type("o");
  sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::on_scene);
}
