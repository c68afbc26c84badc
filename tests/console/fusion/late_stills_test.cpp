// Stills that an agent tells of after their event.
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using namespace wf::test;

namespace {

const std::string kBefore(64, 'a'), kAfter(64, 'b');

Event of_camera(double at, const std::string& kind, const std::string& hash, const std::string& agent = "camera-1") {
  static int number = 0;
  Event e;
  e.id = agent + ":1:1:" + std::to_string(++number);
  e.agent = agent;
  e.time = kStart + static_cast<UtcNs>(at * kSecond);
  e.kind = kind;
  e.logsource = {"watchfloor", "camera", "camera"};
  e.add("camera.id", "C-27");
  if (!hash.empty()) e.add("attachment", hash);
  return e;
}

Event still(double at, const std::string& of, const std::string& hash, const std::string& agent = "camera-1") {
  Event e = of_camera(at, "camera.still", hash, agent);
  e.add("still.of", of);
  return e;
}

}  // namespace

TEST_CASE("Stills that come after their event stand with it in the incident, and count as no event") {
  Watch w;
  w.event(of_camera(0, "camera.covered", kBefore));
  REQUIRE(w.one()->why.at(0).attachments == std::vector<std::string>{kBefore});
  const std::uint32_t revision = w.one()->revision;
  w.event(still(0, "camera.covered", kAfter, "camera-2"));  // it is not that one's to say
  w.event(still(1, "camera.covered", kAfter));              // nor of that time
  w.event(still(0, "camera.moved", kAfter));
  w.event(still(0, "camera.covered", "no hash"));
  CHECK(w.one()->why.at(0).attachments.size() == 1);
  w.event(still(0, "camera.covered", kAfter));
  CHECK(w.one()->why.at(0).attachments == std::vector<std::string>{kBefore, kAfter});
  CHECK(w.one()->why.at(0).repeats == 1);
  CHECK(w.one()->why.size() == 1);
  CHECK(w.one()->revision > revision);
  CHECK_FALSE(w.changes.incidents.empty());
}

TEST_CASE("Stills that come later than an event that opens nothing are there when it becomes context") {
  Watch w;
  w.event(of_camera(0, "camera.motion", kBefore));
  w.event(still(0, "camera.motion", kAfter));
  CHECK(w.open().empty());
  w.event(of_camera(20, "camera.covered", ""));
  bool found = false;
  for (const Contribution& line : w.one()->why)
    if (line.kind == "camera.motion") {
      found = true;
      CHECK(line.attachments == std::vector<std::string>{kBefore, kAfter});
    }
  CHECK(found);
}
