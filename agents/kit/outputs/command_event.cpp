#include "agents/kit/outputs/command_event.hpp"

#include <algorithm>
#include <array>

#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::int64_t kProofBefore = 2 * kSecond;  ///< a source's clock may be that far behind

/// "Unlock of door-3 for 5 s".
std::string words_of(const DeviceCommand& c) {
  std::string out = c.action;
  std::replace(out.begin(), out.end(), '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  out = one_line(out) + " of " + one_line(c.device);
  if (c.seconds > 0) out += " for " + std::to_string(c.seconds) + " s";
  return out;
}

Event blank_event(const std::string& state, const std::string& reason, const Moment& moment) {
  Event event;
  event.time = event.seen = moment.now;
  event.kind = "device.command";
  event.source = "outputs";
  event.logsource = {"watchfloor", "device", ""};
  const bool bad = state != "received" && state != "executed" && state != "confirmed" && state != "ended";
  event.severity = bad ? 3 : 1;
  event.add("command.state", state);
  if (!reason.empty()) event.add("reason", one_line(reason));
  return event;
}

}  // namespace

Event event_of(const DeviceCommand& command, const std::string& state, const std::string& reason,
               const Moment& moment) {
  Event event = blank_event(state, reason, moment);
  event.add("command.id", command.id);
  event.add("command.action", command.action);
  event.add("device.id", command.device);
  if (door_action(command.action)) event.add("door.id", command.device);
  if (!command.actor.empty()) event.add("command.actor", command.actor);
  if (command.incident != 0) event.add("command.incident", std::to_string(command.incident), ValueType::number);
  std::string said = state;
  std::replace(said.begin(), said.end(), '_', ' ');
  event.add("message", words_of(command) + ": " + said + (reason.empty() ? "" : ", " + one_line(reason)));
  return event;
}

Event event_of_forged(const std::string& why, std::uint64_t count, const Moment& moment) {
  Event event = blank_event("refused", why, moment);
  event.severity = 4;
  event.add("count", std::to_string(count), ValueType::number);
  event.add("message", "Command to a device refused: " + one_line(why) +
                           (count > 1 ? ", " + std::to_string(count) + " times" : ""));
  return event;
}

bool proves(const OutputSpec::Confirm& by, const Event& event, UtcNs begun) {
  if (by.kind.empty() || event.kind != by.kind || event.time < begun - kProofBefore) return false;
  static constexpr std::array<std::string_view, 4> kNames{"door.id", "reader.id", "camera.id", "device.id"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return event.field(name) == by.device; });
}

}  // namespace wf::kit
