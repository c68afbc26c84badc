#pragma once
#include <memory>
#include <string>

#include "tests/console/fusion/scene.hpp"

namespace wf::test {

/// A core switch sw-1, a floor's sw-2 behind it, and a controller acs-1; twenty cameras behind each switch, ten doors
/// behind the controller, an agent behind sw-2.
inline std::shared_ptr<const Estate> wired() {
  auto estate = std::make_shared<Estate>();
  Site hq;
  hq.id = "hq";
  hq.name = hq.short_name = "HQ";
  hq.time_zone = "UTC";
  const auto add = [&](const std::string& id, DeviceKind kind, const char* behind) {
    Device d;
    d.id = d.name = id;
    d.kind = kind;
    d.behind = behind;
    hq.devices.push_back(d);
  };
  add("sw-1", DeviceKind::network, "");
  add("sw-2", DeviceKind::network, "sw-1");
  add("acs-1", DeviceKind::controller, "sw-1");
  for (int n = 0; n < 20; ++n) add("C-1" + std::to_string(10 + n), DeviceKind::camera, "sw-1");
  for (int n = 0; n < 20; ++n) add("C-2" + std::to_string(10 + n), DeviceKind::camera, "sw-2");
  for (int n = 0; n < 10; ++n) add("D-1" + std::to_string(n), DeviceKind::door, "acs-1");
  add("C-900", DeviceKind::camera, "");
  hq.agents = {{"floor-2", "sw-2"}};
  estate->sites = {hq};
  estate->index();
  return estate;
}

inline std::shared_ptr<const sigma::RuleSet> wired_rules() {
  static const auto set = rules_of(R"(
title: Device offline
id: r-device
level: medium
logsource: {product: linux}
detection: {s: {kind: host.offline}, condition: s}
watchfloor: {title: "{host} offline"}
---
title: Camera offline
id: r-camera
name: camera_offline
level: low
logsource: {product: watchfloor}
detection: {s: {kind: camera.offline}, condition: s}
watchfloor: {join: [camera]}
---
title: Cameras offline together
id: r-together
level: medium
correlation: {type: value_count, rules: [camera_offline], group-by: [site.id], timespan: 5m, condition: {field: camera.id, gte: 3}, generate: true}
watchfloor: {join: [camera]}
---
title: Door forced
id: r-forced
level: high
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
watchfloor: {join: [door]}
---
title: Door fault
id: r-fault
level: low
logsource: {product: watchfloor}
detection: {s: {kind: [door.fault, door.power]}, condition: s}
watchfloor: {join: [door]}
---
title: Agent lost
id: r-agent
level: low
logsource: {product: watchfloor}
detection: {s: {kind: agent.lost}, condition: s}
---
title: Covered
id: r-covered
level: medium
logsource: {product: watchfloor}
detection: {s: {kind: camera.covered}, condition: s}
watchfloor: {join: [camera]}
)");
  return set;
}

struct Net : Watch {
  Net() : Watch(wired(), wired_rules()) {}
  void switch_down(double at, const char* name = "sw-1") { event(at, "host.offline", {{"host.name", name}}); }
  void switch_up(double at, const char* name = "sw-1") { event(at, "host.online", {{"host.name", name}}); }
  void down(double at, const std::string& camera) { event(at, "camera.offline", {{"camera.id", camera.c_str()}}); }
  void up(double at, const std::string& camera) { event(at, "camera.online", {{"camera.id", camera.c_str()}}); }
  [[nodiscard]] std::size_t calling() const {
    std::size_t n = 0;
    for (const auto& i : open()) n += i->needs_acknowledgement() ? 1 : 0;
    return n;
  }
  /// The open incident whose title begins so.
  [[nodiscard]] std::shared_ptr<const Incident> titled(const std::string& title) const {
    for (const auto& i : open())
      if (i->title.starts_with(title)) return i;
    FAIL("no incident " << title);
    return nullptr;
  }
};

inline std::string camera(const char* family, int n) { return family + std::to_string(10 + n); }

}  // namespace wf::test
