// Real windows under an X server: what survives an end of the program, arrangements, and what an idle console costs.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "console/seat/remote_seat.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"
#include "tests/system/display.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;

namespace {

/// A console on a running engine, and the file that keeps it.
struct Desk {
  explicit Desk(const Installation& house) : door("ipc://" + house.data() + "/seat.ipc") {}
  void start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"--connect", door};
    arguments.insert(arguments.end(), more.begin(), more.end());
    window = std::make_unique<Program>("watchfloor", arguments, "",
                                       std::vector<std::string>{"XDG_STATE_HOME=" + state / ""});
  }
  [[nodiscard]] std::string kept() const {
    const std::filesystem::path file = state.path() / "watchfloor" / "console.json";
    return std::filesystem::exists(file) ? read_text(file) : std::string();
  }
  void put(const std::string& text) const {
    std::filesystem::create_directories(state.path() / "watchfloor");
    write_text(state.path() / "watchfloor" / "console.json", text);
  }
  std::string door;
  Scratch state;
  std::unique_ptr<Program> window;
};

void keys(const std::vector<std::string>& names) {
  std::vector<std::string> arguments{"key"};
  arguments.insert(arguments.end(), names.begin(), names.end());
  (void)run("/usr/bin/xdotool", arguments);
}

/// The windows of one program: id and geometry.
struct Shown {
  std::string id;
  int x = 0, y = 0, width = 0, height = 0;
};
std::vector<Shown> windows() {
  std::vector<Shown> out;
  std::istringstream ids(run("/usr/bin/xdotool", {"search", "--onlyvisible", "--class", "watchfloor"}).out);
  for (std::string id; std::getline(ids, id);) {
    Shown w;
    w.id = id;
    std::istringstream lines(run("/usr/bin/xdotool", {"getwindowgeometry", "--shell", id}).out);
    for (std::string line; std::getline(lines, line);) {
      const auto value = [&](const char* name, int& to) {
        if (line.rfind(name, 0) == 0) to = std::atoi(line.c_str() + std::string(name).size());
      };
      value("X=", w.x);
      value("Y=", w.y);
      value("WIDTH=", w.width);
      value("HEIGHT=", w.height);
    }
    out.push_back(w);
  }
  return out;
}

/// Processor time of all threads of a program so far, seconds. /proc/PID/stat counts in hundredths of a second, which
/// is half of what is allowed here.
double processor_time(pid_t pid) {
  double out = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream in(task.path() / "schedstat");
    double on_a_processor = 0;
    in >> on_a_processor;
    out += on_a_processor / 1e9;
  }
  return out;
}

}  // namespace

TEST_CASE("A note that was half written, and the row that was selected, survive SIGKILL") {
  if (!can_open_windows()) return;
  Installation house(kAlertRule);
  house.start_engine();
  house.start_agent();
  house.write({kAlertLine});
  if (!house.reaches(1)) FAIL(house.said());
  Desk desk(house);
  auto made = seat::make_remote_seat({{desk.door, {}, {}, {}}, "test", "Seat of the test"});
  REQUIRE(made.ok());
  const seat::Seat& seat = **made;
  REQUIRE(eventually([&] { return seat.snapshot()->incidents.size() == 1; }));
  const Display display;
  desk.start({"--size", "1366x768"});
  // Down selects; until the window is ready nobody outside can know, so it is pressed until it is kept.
  REQUIRE(eventually([&] {
    keys({"Down"});
    return desk.kept().find("\"incident\": " + std::to_string(seat.snapshot()->incidents[0]->id)) != std::string::npos;
  }));
  // N puts the caret into the field; once it is there the next one is written.
  REQUIRE(eventually([&] {
    keys({"n"});
    return desk.kept().find("\"note\": \"n") != std::string::npos;
  }));
  keys({"h", "a", "l", "f"});
  REQUIRE(eventually([&] { return desk.kept().find("nhalf\"") != std::string::npos; }));
  desk.window->signal(SIGKILL);
  (void)desk.window->wait();

  desk.start();
  // It goes on where it stopped: N puts the caret behind what is there, and Enter sends it.
  const bool sent = eventually([&] {
    if (!desk.window->running()) return true;
    keys({"n", "End", "Return"});
    const std::shared_ptr<const Snapshot> now = seat.snapshot();  // the next one may take its place at any time
    const auto& log = now->incidents[0]->log;
    return std::any_of(log.begin(), log.end(),
                       [](const LogLine& l) { return l.text.find("half") != std::string::npos; });
  });
  INFO(desk.window->err());
  REQUIRE(desk.window->running());
  std::string log;
  const std::shared_ptr<const Snapshot> at_last = seat.snapshot();
  for (const LogLine& l : at_last->incidents[0]->log) log += "\n" + l.text;
  INFO("kept: " << desk.kept() << "\nlog:" << log);
  CHECK(sent);
  desk.window->signal(SIGTERM);
  CHECK(desk.window->wait() == 0);
  CHECK(desk.kept().find("nhalf") == std::string::npos);
}

TEST_CASE("An arrangement opens its windows at their places, and whole where a monitor is gone") {
  if (!can_open_windows()) return;
  Installation house;
  house.start_engine();
  Desk desk(house);
  desk.put(R"({"v": 1, "arrangements": {"night": [
    {"view": "wall", "place": {"monitor": "screen", "x": 0, "y": 0, "width": 900, "height": 700}},
    {"view": "map", "place": {"monitor": "screen", "x": 950, "y": 40, "width": 400, "height": 500}},
    {"view": "agents", "place": {"monitor": "DP-7", "monitor_x": 4000, "x": 100, "y": 3000, "width": 3000, "height": 2000}}]}})");
  const Display display;
  desk.start({"--arrangement", "night"});
  REQUIRE(eventually([&] { return windows().size() == 3 || !desk.window->running(); }));
  INFO(desk.window->err());
  bool first = false, second = false, third = false;
  CHECK(eventually([&] {
    for (const Shown& w : windows()) {
      first = first || (w.x == 0 && w.y == 0 && w.width == 900 && w.height == 700);
      second = second || (w.x == 950 && w.y == 40 && w.width == 400 && w.height == 500);
      third = third || (w.x == 0 && w.y == 0 && w.width == 1366 && w.height == 768);
    }
    return first && second && third;
  }));
  CHECK(first);
  CHECK(second);
  CHECK(third);
  desk.window->signal(SIGTERM);
  CHECK(desk.window->wait() == 0);

  // The same windows are there again at a start without a name.
  desk.start();
  CHECK(eventually([&] { return windows().size() == 3; }));
  desk.window->signal(SIGTERM);
  CHECK(desk.window->wait() == 0);

  desk.start({"--arrangement", "day"});
  CHECK(desk.window->wait() == 1);
  CHECK(desk.window->err().find("there is no arrangement \"day\"; those that are saved: night") != std::string::npos);
}

TEST_CASE("A damaged state file costs one line and nothing else") {
  if (!can_open_windows()) return;
  Installation house;
  house.start_engine();
  Desk desk(house);
  desk.put("{\"v\": 1, \"comfort\": ");
  const Display display;
  desk.start();
  REQUIRE(eventually([&] { return windows().size() == 1 || !desk.window->running(); }));
  desk.window->signal(SIGTERM);
  CHECK(desk.window->wait() == 0);
  const std::string said = desk.window->err();
  CHECK(said.find("is damaged") != std::string::npos);
  CHECK(std::count(said.begin(), said.end(), '\n') == 1);
}

TEST_CASE("An idle console costs next to nothing: under 0.1 % of a processor with nothing open") {
  if (!can_open_windows()) return;
  Installation house;
  house.start_engine();
  house.start_agent();  // it says that it is there, and reads nothing
  Desk desk(house);
  const Display display;
  desk.start({"--size", "1366x768"});
  REQUIRE(eventually([&] { return windows().size() == 1; }));
  auto made = seat::make_remote_seat({{desk.door, {}, {}, {}}, "test", "Seat of the test"});
  REQUIRE(made.ok());
  const seat::Seat& seat = **made;
  // Until the pointer counts as resting, the curve of events a second has run out (the engine's own first ones are in
  // it), and no minute ends within the span, for which a frame is drawn.
  const auto second = [] { return std::time(nullptr) % 60; };
  const auto idle = [&] {
    const std::shared_ptr<const Snapshot> s = seat.snapshot();
    return s->version != 0 && std::all_of(s->eps_history.begin(), s->eps_history.end(), [](auto n) { return n == 0; });
  };
  constexpr int kSpan = 20;
  constexpr double kMost = kSpan * 0.001 * test::kSlowness;
  double used = kSpan;
  // The least of three: where other programs take the processor an agent may be heard late, which is drawn.
  for (int span = 0; span < 3 && used > kMost; ++span) {
    const std::time_t start = std::time(nullptr);
    std::time_t stirred = start;  // the last time that anything was to be drawn
    REQUIRE(eventually(
        [&] {
          const std::time_t now = std::time(nullptr);
          if (!idle()) stirred = now;
          return now - stirred > 6 && now - start > 14 && second() > 1 && second() < 38;
        },
        std::chrono::seconds(120)));
    const std::time_t begin = std::time(nullptr);
    const double before = processor_time(desk.window->pid());
    REQUIRE(eventually([&] { return std::time(nullptr) - begin >= kSpan; }, std::chrono::seconds(60)));
    used = std::min(used, processor_time(desk.window->pid()) - before);
  }
  INFO(desk.window->err());
  INFO("used " << used * 1000 << " ms in " << kSpan << " s");
  CHECK(used <= kMost);
  desk.window->signal(SIGTERM);
  CHECK(desk.window->wait() == 0);
}
