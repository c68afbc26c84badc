// Who was alive to tell what happened.
#include "console/fusion/liveness.hpp"

#include "tests/console/fusion/scene.hpp"
#include "tests/support/allocations.hpp"

using namespace wf;
using wf::fusion::Liveness;
using wf::test::kStart;

namespace {

struct House {
  std::shared_ptr<const Estate> estate = test::small_estate();
  Liveness liveness;
  fusion::Policy policy;

  void say(double at, const char* agent, const char* kind, const char* device = "") {
    Event e;
    e.time = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
    e.agent = agent;
    e.kind = kind;
    liveness.take(e, facts_of(device));
  }
  [[nodiscard]] fusion::Facts facts_of(const char* device) const {
    fusion::Facts f;
    const DevicePlace place = estate->find_device(device);
    if (place.device == nullptr) return f;
    f.site = place.site;
    (place.device->kind == DeviceKind::door     ? f.door
     : place.device->kind == DeviceKind::camera ? f.camera
                                                : f.host) = place.device;
    return f;
  }
  [[nodiscard]] std::string deaf(const char* device, double from, double until) const {
    return liveness.why_deaf(device, kStart + static_cast<UtcNs>(from) * kSecond,
                             kStart + static_cast<UtcNs>(until) * kSecond, policy);
  }
};

}  // namespace

TEST_CASE("A gap counts while it overlaps the time that is asked for, at both ends") {
  House h;
  h.say(0, "cams", "camera.motion", "C-27");
  h.say(100, "cams", "camera.offline", "C-27");
  h.say(150, "cams", "camera.offline", "C-27");  // still
  h.say(200, "cams", "camera.online", "C-27");
  CHECK(h.deaf("C-27", 50, 99).empty());
  CHECK(h.deaf("C-27", 50, 100) == "was offline");
  CHECK(h.deaf("C-27", 120, 130) == "was offline");
  CHECK(h.deaf("C-27", 200, 300) == "was offline");
  CHECK(h.deaf("C-27", 201, 300).empty());
}

TEST_CASE("A word of the end that is older than the beginning ends nothing") {
  House h;
  h.say(100, "cams", "camera.covered", "C-27");
  h.say(50, "cams", "camera.restored", "C-27");
  CHECK(h.deaf("C-27", 150, 200) == "was covered");
}

TEST_CASE("A camera that is covered stays so when its connection comes back") {
  House h;
  h.say(100, "cams", "camera.covered", "C-27");
  h.say(110, "cams", "camera.offline", "C-27");
  CHECK(h.deaf("C-27", 115, 116) == "was offline");
  h.say(120, "cams", "camera.online", "C-27");
  CHECK(h.deaf("C-27", 130, 200) == "was covered");
  h.say(210, "cams", "camera.restored", "C-27");
  CHECK(h.deaf("C-27", 220, 230).empty());
}

TEST_CASE("The outage before the newest is remembered") {
  House h;
  h.say(100, "cams", "camera.offline", "C-27");
  h.say(120, "cams", "camera.online", "C-27");
  h.say(150, "cams", "camera.offline", "C-27");
  CHECK(h.deaf("C-27", 90, 130) == "was offline");
  CHECK(h.deaf("C-27", 121, 149).empty());
  h.say(10, "cams", "agent.lost");
  h.say(20, "cams", "agent.started");
  h.say(160, "cams", "agent.lost");
  CHECK(h.deaf("C-27", 5, 15) == "agent cams had lost its source");
}

TEST_CASE("An outage that is told after its end lasts until that") {
  House h;
  h.say(0, "cams", "camera.motion", "C-27");
  h.say(120, "cams", "camera.online", "C-27");
  h.say(100, "cams", "camera.offline", "C-27");
  CHECK(h.deaf("C-27", 90, 110) == "was offline");
  CHECK(h.deaf("C-27", 121, 200).empty());
  h.say(90, "cams", "camera.offline", "C-27");  // told once more
  CHECK(h.deaf("C-27", 80, 95) == "was offline");
  CHECK(h.deaf("C-27", 121, 200).empty());
  h.say(300, "cams", "camera.online", "C-27");  // nobody told that it was away
  CHECK(h.deaf("C-27", 130, 250).empty());
}

TEST_CASE("A door with a fault, a host that is offline, and one that only a sensor spoke of") {
  House h;
  h.say(0, "doors", "door.closed", "D-231");
  CHECK(h.deaf("D-231", 0, 60).empty());
  h.say(10, "doors", "door.fault", "D-231");
  CHECK(h.deaf("D-231", 0, 60) == "had a fault");
  h.say(0, "srv", "host.login", "hv-07");
  h.say(20, "noc", "host.offline", "hv-07");
  CHECK(h.deaf("hv-07", 0, 60) == "was offline");
  h.say(0, "net", "network.alert", "hv-03");
  CHECK(h.deaf("hv-03", 0, 60) == "was never heard");
}

TEST_CASE("What the engine's link says of lost events makes their agent doubtful") {
  House h;
  h.say(0, "cams", "camera.motion", "C-27");
  Event e;
  e.kind = "link.given_up";
  e.agent = "engine";
  e.time = kStart + 30 * kSecond;
  e.add("agent.name", "cams");
  h.liveness.take(e, {});
  CHECK(h.deaf("C-27", 0, 60) == "agent cams lost events");
  CHECK(h.deaf("C-27", 31, 60).empty());
}

TEST_CASE("A changed estate keeps what is known, by id") {
  House h;
  h.say(0, "cams", "camera.offline", "C-27");
  h.estate = test::small_estate();
  h.liveness.use();
  CHECK(h.deaf("C-27", 10, 60) == "was offline");
  h.say(20, "cams", "camera.online", "C-27");
  CHECK(h.deaf("C-27", 30, 60).empty());
}

TEST_CASE("More agents than are followed count as silent") {
  House h;
  for (std::size_t n = 0; n < Liveness::kMostAgents; ++n) h.say(0, ("a" + std::to_string(n)).c_str(), "other");
  h.say(0, "cams", "camera.motion", "C-27");
  CHECK(h.deaf("C-27", 0, 60).empty());  // it was heard itself, and nobody is known to speak for it
  h.say(0, "late", "access.granted", "D-231");
  CHECK(h.liveness.why_deaf_to_badges("hq", kStart, kStart + kMinute, h.policy) == "no badge was ever heard there");
}

TEST_CASE("To know who is alive takes nothing from the heap for an event of what is known") {
  if (!heap::kCounted) return;
  House h;
  const auto events = [&](const char* agent, const char* kind, const char* device) {
    Event e;
    e.agent = agent;
    e.kind = kind;
    e.time = kStart;
    return std::pair{e, h.facts_of(device)};
  };
  const std::vector<std::pair<Event, fusion::Facts>> all{events("cams", "camera.motion_end", "C-27"),
                                                         events("doors", "access.granted", "D-231"),
                                                         events("net", "network.flow", "hv-03"),
                                                         events("cams", "camera.offline", "C-26"),
                                                         events("cams", "camera.online", "C-26"),
                                                         events("srv", "host.log", "hv-07"),
                                                         events("cams", "agent.lost", ""),
                                                         events("cams", "agent.started", "")};
  for (const auto& [event, facts] : all) h.liveness.take(event, facts);
  const std::uint64_t before = heap::of_mine();
  for (int n = 0; n < 1'000; ++n)
    for (const auto& [event, facts] : all) h.liveness.take(event, facts);
  CHECK(heap::of_mine() == before);
}
