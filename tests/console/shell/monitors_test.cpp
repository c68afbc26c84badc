#include "console/shell/monitors.hpp"

#include <random>

#include "tests/support/catch.hpp"

using namespace wf::shell;

namespace {

Monitor monitor(std::string name, int x, int y, int width, int height, int panel = 0) {
  return {std::move(name), x, y, width, height, x, y + panel, width, height - panel};
}

const std::vector<Monitor> kDesk{monitor("HDMI-1", 0, 0, 1920, 1080, 28), monitor("DP-2", 1920, 0, 2560, 1440)};

bool whole(const Spot& s, const std::vector<Monitor>& monitors) {
  const Monitor& m = monitors[static_cast<std::size_t>(s.monitor)];
  return s.x >= m.work_x && s.y >= m.work_y && s.x + s.width <= m.work_x + m.work_width &&
         s.y + s.height <= m.work_y + m.work_height;
}

}  // namespace

TEST_CASE("A window comes back to its place on its monitor") {
  const WindowPlace p = place_of(2000, 100, 1200, 800, false, kDesk);
  CHECK(p.monitor == "DP-2");
  CHECK(p.x == 80);
  CHECK(spot_of(p, kDesk, {}) == Spot{2000, 100, 1200, 800, 1, false});
}

TEST_CASE("A window follows its monitor to where that stands now") {
  const WindowPlace p = place_of(2000, 100, 1200, 800, false, kDesk);
  const std::vector<Monitor> moved{monitor("HDMI-1", 2560, 0, 1920, 1080), monitor("DP-2", 0, 0, 2560, 1440)};
  CHECK(spot_of(p, moved, {}) == Spot{80, 100, 1200, 800, 1, false});
}

TEST_CASE("Without its monitor a window stands whole on one that is there") {
  WindowPlace p = place_of(1920, 0, 2560, 1440, true, kDesk);
  const std::vector<Monitor> left{monitor("HDMI-1", 0, 0, 1920, 1080, 28)};
  const Spot s = spot_of(p, left, {});
  CHECK(s.monitor == 0);
  CHECK(whole(s, left));
  CHECK_FALSE(s.fullscreen);  // the monitor that is left has other work
  p.fullscreen = true;
  CHECK(spot_of(p, kDesk, {}).fullscreen);
}

TEST_CASE("Two monitors of one name are told apart by where they stood") {
  const std::vector<Monitor> twins{monitor("Dell", 0, 0, 1920, 1080), monitor("Dell", 1920, 0, 1920, 1080)};
  CHECK(spot_of(place_of(2100, 50, 800, 600, false, twins), twins, {}).monitor == 1);
  CHECK(spot_of(place_of(100, 50, 800, 600, false, twins), twins, {}).monitor == 0);
}

TEST_CASE("A window does not hide another one that came to the same place") {
  const WindowPlace gone{"VGA-9", 5000, 0, 0, 0, 1200, 800, false};
  std::vector<Spot> taken;
  for (int i = 0; i < 4; ++i) {
    const Spot s = spot_of(gone, kDesk, taken);
    CHECK(whole(s, kDesk));
    for (const Spot& t : taken) CHECK((t.x != s.x || t.y != s.y));
    taken.push_back(s);
  }
}

TEST_CASE("Without any monitor a window has its size and no place") {
  const Spot s = spot_of({"HDMI-1", 0, 0, 10, 10, 800, 600, false}, {}, {});
  CHECK(s.monitor == -1);
  CHECK(s.width == 800);
}

TEST_CASE("Wherever a window stood, and whatever monitors there are, it is whole and visible") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    std::mt19937 dice(seed);
    const auto roll = [&](int from, int to) {
      return from + static_cast<int>(dice() % static_cast<unsigned>(to - from));
    };
    std::vector<Monitor> monitors;
    for (int i = roll(1, 4); i > 0; --i)
      monitors.push_back(monitor("M" + std::to_string(roll(0, 3)), roll(-4000, 4000), roll(-2000, 2000),
                                 roll(640, 4000), roll(480, 2200), roll(0, 60)));
    const WindowPlace p{"M" + std::to_string(roll(0, 5)),
                        roll(-9000, 9000),
                        roll(-9000, 9000),
                        roll(-9000, 9000),
                        roll(-9000, 9000),
                        roll(1, 9000),
                        roll(1, 9000),
                        roll(0, 2) == 1};
    INFO(seed);
    REQUIRE(whole(spot_of(p, monitors, {}), monitors));
  }
}
