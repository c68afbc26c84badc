// Rules are tried, edited and changed from the view; what is sent says what was seen, and nothing is sent by accident.
#include <imgui.h>

#include <algorithm>
#include <string>

#include "console/ui/rules/rule_text.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_rules.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

std::shared_ptr<Snapshot> night_of(const std::string& role) {
  auto s = sample::night();
  s->role = role;
  return s;
}

/// A supervisor's desk with a rule selected.
struct Supervisor : DeskDriver {
  std::vector<Query> asked;
  Trial::State trial = Trial::State::none;
  std::string trial_error;

  explicit Supervisor(const std::string& rule, const std::string& role = "supervisor", float width = 1920,
                      float height = 1080)
      : DeskDriver(night_of(role), width, height) {
    answer_by([this](const Query& query) {
      asked.push_back(query);
      QueryPage page = sample::answer(query);
      if (!about_trials(query.what)) return page;
      page.trial = trial == Trial::State::none ? std::make_shared<const Trial>() : sample::trial(trial);
      if (query.what == Query::What::trial) page.error = trial_error;
      return page;
    });
    console().set_view(View::rules);
    frames(4);
    REQUIRE(click("rule/" + rule));
    frames(3);
  }
  std::size_t count(Query::What what) const {
    return static_cast<std::size_t>(
        std::count_if(asked.begin(), asked.end(), [&](const Query& q) { return q.what == what; }));
  }
  const Query& newest(Query::What what) const {
    const auto at = std::find_if(asked.rbegin(), asked.rend(), [&](const Query& q) { return q.what == what; });
    REQUIRE(at != asked.rend());
    return *at;
  }
  std::vector<Command> of_rules() {
    std::vector<Command> out = commands();
    std::erase_if(out, [](const Command& c) { return c.kind != CommandKind::rule; });
    return out;
  }
};

}  // namespace

TEST_CASE("A rule's level is its own line, wherever that stands, and comments stay") {
  CHECK(level_in("title: x\nlevel: high # for now\n") == "high");
  CHECK(level_in("title: x\n  level: high\n").empty());
  CHECK(level_in("level: 'low'") == "low");
  CHECK(with_level("title: x\nlevel: high # for now\ntags: []\n", "low") ==
        "title: x\nlevel: low # for now\ntags: []\n");
  CHECK(with_level("title: x", "medium") == "title: x\nlevel: medium\n");
  CHECK(with_level("level: high\r\nid: y\r\n", "low") == "level: low\r\nid: y\r\n");
}

TEST_CASE("Switching a rule off needs two steps and a reason, and says until when") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/off"));
  d.frames(2);
  CHECK(d.wrote("It makes no row of its own from now on"));
  REQUIRE(d.click("rules/form/go"));  // without a reason
  CHECK(d.of_rules().empty());
  REQUIRE(d.click("rules/until/A week"));
  REQUIRE(d.click("rules/reason"));
  d.type("the closer is mended on friday");
  REQUIRE(d.click("rules/form/go"));
  const auto sent = d.of_rules();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].action == "off");
  CHECK(sent[0].target == "door-held");
  CHECK(sent[0].text == "the closer is mended on friday");
  CHECK(sent[0].until > sample::kNow + 7 * kDay - kMinute);
  CHECK(sent[0].until < sample::kNow + 7 * kDay + kMinute);
  CHECK(d.wrote("Sent"));
  // Its answer makes the list be asked for again at once.
  const std::size_t asked = d.count(Query::What::rules);
  d.input.replies = {{sent[0].id, true, "“Door held open” is off until its time is over"}};
  d.frames(3);
  CHECK(d.count(Query::What::rules) == asked + 1);
  CHECK(d.wrote("“Door held open” is off until its time is over"));
}

TEST_CASE("Escape leaves what was begun, and nothing is sent") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/off"));
  d.frames(2);
  d.press(Key::escape);
  d.frames(2);
  CHECK_FALSE(d.has("rules/form/go"));
  CHECK(d.of_rules().empty());
}

TEST_CASE("A rule that is off says since when, by whom and why, and is switched on with one click") {
  Supervisor d("after-hours");
  CHECK(d.wrote("by G. Silva, until"));
  CHECK(d.wrote("the cleaning shift is known now"));
  REQUIRE(d.click("rules/on"));
  const auto sent = d.of_rules();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].action == "on");
}

TEST_CASE("Who may not change rules is told so, and life safety is not switched off") {
  Supervisor operator_("door-held", "operator");
  CHECK(operator_.wrote("Your role, operator, may not change rules; may: Supervisor, Administrator"));
  (void)operator_.click("rules/off");
  CHECK_FALSE(operator_.has("rules/form/go"));
  Supervisor d("duress");
  CHECK(d.wrote("Life safety cannot be switched off here"));
  (void)d.click("rules/off");
  CHECK_FALSE(d.has("rules/form/go"));
}

TEST_CASE("A text is edited, checked after a pause, tried and put in force as it is shown") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/pane/Edit"));
  d.frames(2);
  CHECK(d.wrote("as its file says"));
  CHECK(d.wrote("Nothing is changed yet"));
  REQUIRE(d.click("rules/level/low"));
  CHECK(d.wrote("edited, not in force"));
  CHECK(d.count(Query::What::check) == 0);
  d.frames(3, 1.0);
  REQUIRE(d.count(Query::What::check) == 1);
  const std::string edited = d.newest(Query::What::check).edit.text;
  CHECK(edited.find("level: low\n") != std::string::npos);
  CHECK(d.wrote("It can be used"));
  REQUIRE(d.click("rules/edit/put"));
  d.frames(2);
  REQUIRE(d.click("rules/reason"));
  d.type("nobody comes for it");
  d.press(Key::enter);
  const auto sent = d.of_rules();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].action == "text");
  CHECK(sent[0].document == edited);
  CHECK(sent[0].basis == text_sum(sample::rule_detail("door-held")->text));
  CHECK(sent[0].text == "nobody comes for it");
}

TEST_CASE("What is typed into the text stays there, and Escape takes none of it back") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/pane/Edit"));
  d.frames(2);
  REQUIRE(d.click("rules/text"));
  d.frames(2);
  d.type("w# mine ");
  CHECK(d.look().view == View::rules);  // no letter was a command
  d.press(Key::escape);
  d.frames(2);
  CHECK(d.wrote("edited, not in force"));
  d.frames(3, 1.0);
  CHECK(d.newest(Query::What::check).edit.text.find("w# mine ") != std::string::npos);
  REQUIRE(d.click("rules/edit/undo"));
  d.frames(2);
  CHECK(d.wrote("as its file says"));
}

TEST_CASE("A problem is told with its line and keeps the text from being put in force") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/pane/Edit"));
  d.frames(2);
  REQUIRE(d.click("rules/text"));
  d.type("urgent");
  d.frames(3, 1.0);
  CHECK(d.wrote("level 'urgent' is not known"));
  CHECK(d.wrote("1 problem"));
  (void)d.click("rules/edit/put");
  CHECK_FALSE(d.has("rules/form/go"));
}

TEST_CASE("An edit stays while another rule is looked at, and is never mixed up with it") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/pane/Edit"));
  d.frames(2);
  REQUIRE(d.click("rules/level/low"));
  REQUIRE(d.click("rule/door-forced"));
  d.frames(3);
  CHECK(d.wrote("Another rule is being edited: “Door held open”"));
  REQUIRE(d.click("rules/edit/other"));
  d.frames(3);
  CHECK(d.wrote("edited, not in force"));
  REQUIRE(d.click("rule/door-forced"));
  d.frames(3);
  REQUIRE(d.click("rules/edit/leave"));
  d.frames(3);
  CHECK(d.wrote("as its file says"));
  REQUIRE(d.click("rules/level/low"));
  d.frames(3, 1.0);
  CHECK(d.newest(Query::What::check).edit.rule == "door-forced");
}

TEST_CASE("A trial is begun as chosen, tells how far it is, and is stopped") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/pane/Try on the past"));
  d.frames(3);
  REQUIRE(d.click("rules/try/Switched off"));
  REQUIRE(d.click("rules/days/90 days"));
  d.trial = Trial::State::running;
  REQUIRE(d.click("rules/try/go"));
  d.frames(2);
  const Query& begun = d.newest(Query::What::trial);
  CHECK(begun.edit.rule == "door-held");
  CHECK(begun.edit.off);
  CHECK(begun.days == 90);
  CHECK(d.wrote("42 %"));
  CHECK(d.wrote("for G. Silva"));
  const std::size_t asked = d.count(Query::What::trial_state);
  d.frames(4, 0.6);
  CHECK(d.count(Query::What::trial_state) >= asked + 2);
  REQUIRE(d.click("rules/try/stop"));
  CHECK(d.newest(Query::What::trial_stop).known == 3);
  d.trial = Trial::State::stopped;
  d.frames(3, 0.6);
  CHECK(d.wrote("Stopped"));
  // Nobody asks every half second for one that is over.
  const std::size_t then = d.count(Query::What::trial_state);
  d.frames(4, 0.6);
  CHECK(d.count(Query::What::trial_state) <= then + 1);
}

TEST_CASE("A trial's result says what would have been lost first, then the figures and the rows") {
  Supervisor d("door-held");
  d.trial = Trial::State::done;
  REQUIRE(d.click("rules/pane/Try on the past"));
  d.frames(4);
  CHECK(d.wrote("422 rows lost, 1 gained. Of 41 resolved as true 1 would have been missed."));
  CHECK(d.wrote("−421"));
  CHECK(d.wrote("Operators' minutes a day"));
  CHECK(d.wrote("−70.3"));
  CHECK(d.wrote("Missed (1)"));
  REQUIRE(d.click("rules/row/2204"));
  CHECK(std::string(ImGui::GetClipboardText()) == "watchfloor explain INC-2204");
}

TEST_CASE("A trial that does not begin says why, and one of another rule leads there") {
  Supervisor d("door-forced");
  d.trial = Trial::State::done;
  REQUIRE(d.click("rules/pane/Try on the past"));
  d.frames(3);
  d.trial_error = "“Door held open” is being tried by G. Silva; stop that or wait for its end";
  REQUIRE(d.click("rules/try/go"));
  d.frames(3);
  CHECK(d.wrote("is being tried by G. Silva"));
  REQUIRE(d.click("rules/try/other"));
  d.frames(3);
  CHECK(d.wrote("Door held open"));
  CHECK_FALSE(d.has("rules/try/other"));
}

TEST_CASE("What was changed here is listed with who, when, why and what became of it") {
  Supervisor d("door-held");
  REQUIRE(d.click("rules/changes"));
  d.frames(2);
  CHECK(d.wrote("A. Lindqvist: the backup station's own stick is no alarm"));
  CHECK(d.wrote("its file was changed: what the file says judges"));
  REQUIRE(d.click("rules/change/0"));
  d.frames(3);
  CHECK(d.wrote("Off since"));
}

TEST_CASE("A text that was changed here says so and is taken back in two steps") {
  Supervisor d("usb-vital");
  CHECK(d.wrote("Its text was changed here"));
  d.move_to(1'600, 800);
  d.wheel(-60);
  d.frames(2);
  CHECK(d.wrote("What its file says"));
  CHECK(d.wrote("condition: forced and not known"));
  d.wheel(60);
  d.frames(2);
  REQUIRE(d.click("rules/restore"));
  d.frames(2);
  CHECK(d.of_rules().empty());
  REQUIRE(d.click("rules/form/go"));
  const auto sent = d.of_rules();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].action == "restore");
}

TEST_CASE("What the engine refuses is said at the rule, and an engine that does not answer too") {
  Supervisor d("after-hours");
  REQUIRE(d.click("rules/on"));
  const auto sent = d.of_rules();
  REQUIRE(sent.size() == 1);
  d.input.replies = {{sent[0].id, false, "“Secure zone entered after hours” is not off"}};
  d.frames(1);
  d.input.replies.clear();
  d.frames(1);
  // Beside the toast, below its button.
  const auto at_the_rule = [&] {
    const Rect at = d.rect("rules/on");
    return std::any_of(d.texts().begin(), d.texts().end(), [&](const WrittenText& text) {
      return text.text.find("is not off") != std::string::npos && text.rect.y > at.y && text.rect.y < at.bottom() + 40;
    });
  };
  CHECK(at_the_rule());
  REQUIRE(d.click("rules/on"));  // it may be asked again
  CHECK(d.of_rules().size() == 1);
  CHECK(d.wrote("Sent"));
  CHECK_FALSE(at_the_rule());
  d.frames(6, 1.0);
  CHECK(d.wrote("The engine has not answered yet"));
}
