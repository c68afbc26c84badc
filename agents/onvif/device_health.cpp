#include "agents/onvif/device_health.hpp"

#include <cstdlib>

#include "agents/kit/kinds.hpp"
#include "proto/utf8.hpp"

namespace wf::onvif {

Event DeviceHealth::event(std::string kind, const char* reason, const std::string& message, UtcNs now) const {
  Event out;
  out.kind = std::move(kind);
  if (const kit::KindInfo* const info = kit::find_kind(out.kind)) out.severity = info->severity;
  const char* const service = role_ == Role::camera ? "camera" : "access";
  out.logsource = {"watchfloor", service, service};
  out.time = now;
  out.add("device.id", device_);
  if (role_ == Role::camera) out.add("camera.id", device_);
  if (*reason != '\0') out.add("reason", reason);
  out.add("message", one_line(message));
  return out;
}

std::vector<Event> DeviceHealth::look(const PullPoint& device, const kit::Moment& moment) {
  std::vector<Event> out;
  const std::string kind = role_ == Role::camera ? "camera." : "device.";
  const auto changed = [](bool& said, bool now) { return std::exchange(said, now) != now; };

  const bool silent = device.silent(moment.mono);
  // Before anything was heard in this run it is neither well nor gone.
  if ((silent || device.heard()) && changed(offline_, silent)) {
    if (silent) {
      out.push_back(event(kind + "offline", "communication",
                          "It does not answer" + (device.problem().empty() ? "" : ": " + device.problem()),
                          moment.now));
    } else {
      out.push_back(event(kind + "online", "", "It answers again", moment.now));
      const Reply& information = device.information();
      for (const auto& [name, value] :
           {std::pair{"device.vendor", &information.maker}, std::pair{"device.model", &information.model},
            std::pair{"device.firmware", &information.firmware}, std::pair{"device.serial", &information.serial}})
        if (!value->empty()) out.back().add(name, *value);
    }
  }
  if (silent) return out;
  if (device.refused() != credential_ && (device.refused() || device.subscribed())) {
    credential_ = device.refused();
    out.push_back(credential_
                      ? event("device.fault", "credential", "Events cannot be had: " + device.problem(), moment.now)
                      : event("device.restored", "credential", "It accepts user and password", moment.now));
  }
  const bool no_events = !device.no_events().empty();
  if (no_events != events_ && (no_events || device.subscribed())) {
    events_ = no_events;
    out.push_back(no_events
                      ? event("device.fault", "events", "It lets nobody subscribe: " + device.no_events(), moment.now)
                      : event("device.restored", "events", "Its events can be had", moment.now));
  }
  if (const std::optional<std::int64_t> ahead = device.clock_ahead()) {
    const std::int64_t off = std::abs(*ahead);
    if (changed(clock_, off > (clock_ ? kClockRight : kClockWrong))) {
      const std::string how = std::to_string(off / kSecond) + " s " + (*ahead > 0 ? "ahead" : "behind");
      out.push_back(clock_ ? event("device.fault", "clock", "Its clock is " + how, moment.now)
                           : event("device.restored", "clock", "Its clock is right", moment.now));
      if (clock_) out.back().add("clock.ahead_s", std::to_string(*ahead / kSecond), ValueType::number);
    }
  }
  return out;
}

std::string DeviceHealth::save() const {
  return std::string("h") + (offline_ ? "o" : "") + (clock_ ? "c" : "") + (credential_ ? "p" : "") +
         (events_ ? "e" : "");
}

void DeviceHealth::load(std::string_view text) {
  offline_ = text.find('o') != std::string_view::npos;
  clock_ = text.find('c') != std::string_view::npos;
  credential_ = text.find('p') != std::string_view::npos;
  events_ = text.find('e') != std::string_view::npos;
}

}  // namespace wf::onvif
