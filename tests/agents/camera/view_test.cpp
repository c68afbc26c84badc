#include "agents/camera/view.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace wf::camera {
namespace {

std::string problems_with(const std::string& text) {
  std::vector<Error> problems;
  (void)read_view(text, "gate.yaml", problems);
  std::string out;
  for (const Error& one : problems) out += one.text() + "\n";
  return out;
}

TEST_CASE("a view is read: zones with place, size, dwell and loitering; masks; stills") {
  std::vector<Error> problems;
  const View view = read_view(R"(
v: 1
absorb: 20min
zones:
  - name: Gate
    outline: [[0.1, 0.5], [0.9, 0.5], [1, 1], [0, 1]]
    place: U-12
    smallest: 0.5
    dwell: 2s
    loiter: 3min
  - {name: All of it}
masks:
  - [[0.7, 0], [1, 0], [1, 0.4]]
stills: {before: 3s, after: 1s, width: 640, kib: 100, per_minute: 12}
)",
                              "gate.yaml", problems);
  CHECK(problems.empty());
  REQUIRE(view.zones.size() == 2);
  CHECK(view.zones[0].name == "Gate");
  CHECK(view.zones[0].outline.size() == 4);
  CHECK(view.zones[0].outline[1].x == 0.9);
  CHECK(view.zones[0].smallest == Approx(0.005));
  CHECK(view.zones[0].dwell == 2 * kSecond);
  CHECK(view.zones[0].loiter == 3 * kMinute);
  CHECK(view.places == std::vector<std::string>{"U-12", ""});
  CHECK(view.zones[1].outline.empty());
  CHECK(view.masks.size() == 1);
  CHECK(view.background.absorb == 20 * kMinute);
  CHECK(view.stills.wanted);
  CHECK(view.stills.before == 3 * kSecond);
  CHECK(view.stills.width == 640);
  CHECK(view.stills.kib == 100);
  CHECK(view.stills.per_minute == 12);
  CHECK_FALSE(read_view("v: 1", "x", problems).stills.wanted);
}

TEST_CASE("what is wrong with a view is said with its line") {
  for (const auto& [text, why] :
       {std::pair{"zones: []", "version is missing"}, std::pair{"v: 1\nzone: []", "gate.yaml:2: unknown key 'zone'"},
        std::pair{"v: 1\nzones:\n  - {outline: [[0, 0], [1, 0], [1, 1]]}", "needs a name"},
        std::pair{"v: 1\nzones: [{name: a}, {name: a}]", "two zones"},
        std::pair{"v: 1\nmasks:\n  - [[0, 0], [1, 0]]", "gate.yaml:3: an outline is a list"},
        std::pair{"v: 1\nmasks: [[[0, 0], [1, 0], [1, 2]]]", "from 0 to 1"},
        std::pair{"v: 1\nmasks: [[[0, 0], [1, 0], [1, nan]]]", "from 0 to 1"},
        std::pair{"v: 1\nstills: yes", "map of keys"},
        std::pair{"v: 1\nzones: [{name: a, smallest: 0}]", "no part of the picture"},
        std::pair{"v: 1\nzones: [{name: a, dwell: 1h}]", "no dwell"}, std::pair{"v: [", "no YAML"},
        std::pair{"", "map of keys"}}) {
    const std::string said = problems_with(text);
    INFO(text << "\n" << said);
    CHECK(said.find(why) != std::string::npos);
  }
}

TEST_CASE("points are inside of a polygon or not, whatever its form") {
  const auto drawn = [](const Polygon& polygon) {
    std::string out;
    for (const std::uint8_t one : inside(polygon, {{-0.1, 0.1}, {0.2, 0.2}, 7, 5})) out += one != 0 ? '#' : '.';
    for (std::size_t row = 5; row-- > 1;) out.insert(row * 7, "\n");
    return out;
  };
  CHECK(drawn({{0, 0}, {1, 0}, {1, 0.2}, {0.2, 0.2}, {0.2, 1}, {0, 1}}) ==
        ".#####.\n.#.....\n.#.....\n.#.....\n.#.....");
  // One that crosses itself.
  CHECK(drawn({{0, 0}, {1, 0}, {0, 1}, {1, 1}}) == ".####..\n..##...\n.......\n..##...\n.####..");
  CHECK(drawn({{0.35, 0}, {0.65, 0}, {0.65, 1}, {0.35, 1}}) == "...#...\n...#...\n...#...\n...#...\n...#...");
  CHECK(drawn({}) == ".......\n.......\n.......\n.......\n.......");
}

}  // namespace
}  // namespace wf::camera
