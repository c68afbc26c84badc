// The first tasks of tests/console/ui/operator_tasks_test.cpp in a real window, with a real engine behind it. Where
// something is a desk without a screen says, which draws the same snapshot in the same size; what was done counts the
// person below.
#include <signal.h>

#include <cmath>

#include "console/seat/remote_seat.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/display.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;

namespace {

constexpr float kWidth = 1366, kHeight = 768;

/// Somebody with a mouse and a keyboard. A key, a click, or a text typed and confirmed is an action.
class Operator {
 public:
  explicit Operator(const seat::Seat& seat) : seat_(seat) {}

  void key(const std::string& name) {
    xdotool({"key", name});
    ++actions_;
  }
  /// The pointer goes there first: a window looks where it is before it looks at its button.
  void click(const std::string& area) {
    ui::DeskDriver desk(seat_.snapshot(), kWidth, kHeight);
    const ui::Rect at = desk.rect(area);
    REQUIRE(at.w > 0);
    xdotool({"mousemove", std::to_string(std::lround(at.mid_x())), std::to_string(std::lround(at.mid_y()))});
    xdotool({"click", "1"});
    ++actions_;
  }
  void say(const std::string& text) {
    // As fast as the system takes it: a window must not lose or misplace a letter, however slow its frames are.
    xdotool({"type", "--delay", "1", text});
    xdotool({"key", "Return"});
    ++actions_;
  }
  /// Not a part of the task: whatever is open is closed before it is tried again.
  void begin_again() {
    xdotool({"key", "Escape"});
    actions_ = 0;
  }
  [[nodiscard]] int actions() const { return actions_; }

 private:
  static void xdotool(std::vector<std::string> words) { (void)run("/usr/bin/xdotool", words); }
  const seat::Seat& seat_;
  int actions_ = 0;
};

}  // namespace

TEST_CASE("In a real window one action acknowledges, three dispatch a guard and three find the doors of a person") {
  if (!can_open_windows()) return;
  const Scratch scratch;
  write_text(scratch / "watchfloor.yaml", "v: 1\npolicy:\n  figures: {people: \"works council, 2026-03-01\"}\n");
  Installation house(kAlertRule);
  house.serve_with = {"--site", std::string(WF_SOURCE_DIR) + "/assets/site", "--config", scratch / "watchfloor.yaml"};
  house.start_engine();
  house.start_agent();
  house.write({kAlertLine});
  if (!house.reaches(1)) FAIL(house.said());
  const std::string door = "ipc://" + house.data() + "/seat.ipc";
  auto made = seat::make_remote_seat({{door, {}, {}, {}}, "test", "Seat of the test"});
  REQUIRE(made.ok());
  const seat::Seat& seat = **made;
  std::shared_ptr<const Snapshot> held;  // the next one may take its place at any time
  const auto shown = [&] {
    held = seat.snapshot();
    return held->incident(1);
  };
  REQUIRE(eventually([&] { return shown() != nullptr && seat.snapshot()->estate != nullptr; }));

  const Display display;
  Program window("watchfloor", {"--connect", door, "--size", "1366x768"});
  Operator person(seat);
  // When the window is ready for its first click nobody outside can know, so that one is made again until it was; what
  // counts is the last try.
  REQUIRE(eventually(
      [&] {
        if (!window.running() || !shown()->needs_acknowledgement()) return true;
        person.begin_again();
        person.click("acknowledge/1");
        return eventually([&] { return !shown()->needs_acknowledgement(); }, std::chrono::seconds(3));
      },
      std::chrono::seconds(90)));
  CHECK(person.actions() == 1);

  // From here on each input is taken, in its order, however long a frame takes.
  const auto does = [&](const std::function<void()>& task, const std::function<bool()>& done) {
    person.begin_again();
    task();
    const bool ended = eventually([&] { return !window.running() || done(); }, std::chrono::seconds(60));
    INFO(window.err());
    REQUIRE(window.running());
    REQUIRE(ended);
  };

  does(
      [&] {
        person.click("row/1");
        person.key("d");
        person.key("1");
      },
      [&] { return !shown()->dispatched_to.empty(); });
  CHECK(person.actions() == 3);
  CHECK(shown()->state == IncidentState::dispatched);

  const auto looked_up = [&] {
    const auto& log = shown()->log;
    return std::any_of(log.begin(), log.end(), [](const LogLine& l) {
      return l.text == "Looked up the doors of Mateus Okafor: badge seen elsewhere";
    });
  };
  does(
      [&] {
        person.click("row/1");  // the task begins with the incident selected
        const int before = person.actions();
        person.key("ctrl+k");
        person.say("doors okafor");
        person.say("badge seen elsewhere");
        CHECK(person.actions() - before == 3);
      },
      looked_up);

  window.signal(SIGTERM);
  CHECK(window.wait() == 0);
  house.stop_agent();
  CHECK(house.stop_engine() == 0);
  const Outcome audit =
      run("watchfloor", {"query", "audit", "--data", house.data(), "--where", "action=look up", "--json"});
  CHECK(audit.out.find("elsewhere\"") != std::string::npos);
}
