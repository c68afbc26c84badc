#include "console/fusion/devices.hpp"

#include <algorithm>
#include <span>

namespace wf::fusion {
namespace {

constexpr std::size_t kRecent = 8;

struct Change {
  std::string_view kind, state;
};

/// States are those of DeviceState; what has no word there (tamper, power) changes none.
constexpr Change kDoor[] = {{"door.forced", "forced"}, {"door.held", "held"},       {"door.opened", "open"},
                            {"door.closed", "closed"}, {"door.restored", "closed"}, {"fire.release", "open"}};

constexpr Change kCamera[] = {
    {"camera.motion", "motion"},   {"camera.motion_end", "online"}, {"camera.line_crossed", "motion"},
    {"camera.object", "motion"},   {"camera.loitering", "motion"},  {"camera.covered", "covered"},
    {"camera.blurred", "covered"}, {"camera.moved", "covered"},     {"camera.dark", "covered"},
    {"camera.tamper", "covered"},  {"camera.restored", "online"},   {"camera.offline", "offline"},
    {"camera.online", "online"}};

std::string_view state_after(std::span<const Change> table, std::string_view kind) {
  for (const Change& c : table)
    if (c.kind == kind) return c.state;
  return {};
}

/// A forced door is not well because it is opened again, a covered camera not because it sees motion.
bool holds_against(std::string_view old, std::string_view kind) {
  if (old == "forced") return kind == "door.opened" || kind == "door.held";
  if (old == "covered" || old == "offline")
    return kind == "camera.motion" || kind == "camera.motion_end" || kind == "camera.object" ||
           kind == "camera.line_crossed" || kind == "camera.loitering";
  return false;
}

bool set(DeviceState& d, const Event& e, std::string_view state) {
  if (state.empty() || holds_against(d.state, e.kind) || (d.since != 0 && e.time < d.since)) return false;
  if (d.state == state) return false;
  d.state = state;
  d.since = e.time;
  return true;
}

bool line(DeviceState& d, const Event& e, const std::string& words) {
  auto at = d.recent.begin();
  while (at != d.recent.end() && at->time > e.time) ++at;
  if (static_cast<std::size_t>(at - d.recent.begin()) >= kRecent) return false;
  d.recent.insert(at, {e.time, words});
  if (d.recent.size() > kRecent) d.recent.pop_back();
  return true;
}

}  // namespace

bool Devices::take(const Event& event, const Facts& facts, const std::string& words) {
  bool changed = false;
  for (const Device* device : {facts.door, facts.reader, facts.camera, facts.host}) {
    if (device == nullptr) continue;
    DeviceState& d = at(*device);
    d.last_event = std::max(d.last_event, event.time);
    d.agent = event.agent;
    changed |= line(d, event, words);
    if (device == facts.door && device != facts.camera)
      changed |= set(d, event, state_after(kDoor, event.kind));
    else if (device == facts.camera)
      changed |= set(d, event, state_after(kCamera, event.kind));
    else if (device == facts.host && event.kind == "host.offline")
      changed |= set(d, event, "offline");
    else if (d.state.empty() || d.state == "offline")
      changed |= set(d, event, "online");
  }
  return changed;
}

void Devices::heard(const Event& event, const Facts& facts) {
  for (const Device* device : {facts.host, facts.camera}) {
    if (device == nullptr) continue;
    DeviceState& d = at(*device);
    d.last_event = std::max(d.last_event, event.time);
    if (d.state.empty()) {
      d.state = "online";
      d.since = event.time;
    }
    if (device == facts.camera && event.kind == "camera.motion_end") set(d, event, "online");
  }
}

void Devices::touch(const std::string& device, bool in_incident, Priority worst) {
  const auto it = states_.find(device);
  if (it == states_.end()) {
    if (!in_incident) return;
    DeviceState& d = states_[device];
    d.in_incident = true;
    d.worst = worst;
    return;
  }
  it->second.in_incident = in_incident;
  it->second.worst = in_incident ? worst : Priority::low;
}

void Devices::keep(const Estate& estate) {
  for (auto it = states_.begin(); it != states_.end();) {
    const DevicePlace place = estate.find_device(it->first);
    if (place.device == nullptr || place.device->id != it->first)
      it = states_.erase(it);
    else
      ++it;
  }
}

}  // namespace wf::fusion
