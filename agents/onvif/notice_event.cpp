#include "agents/onvif/notice_event.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "agents/onvif/camera_topic.hpp"
#include "proto/time.hpp"
#include "proto/utf8.hpp"

namespace wf::onvif {
namespace {

/// Denied, by the reasons of the Access Control specification.
std::string_view reason_of(std::string_view reason) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kReasons{
      {{"CredentialNotEnabled", "not enabled"},
       {"CredentialNotActive", "not active"},
       {"CredentialExpired", "expired"},
       {"InvalidPIN", "invalid PIN"},
       {"NotPermittedAtThisTime", "outside schedule"},
       {"Unauthorized", "not authorised"}}};
  for (const auto& [name, words] : kReasons)
    if (reason == name) return words;
  return "other";
}

Meaning door_state(std::string_view what, std::string_view state) {
  if (what == "DoorAlarm") {
    if (state == "DoorForcedOpen") return {"door.forced"};
    if (state == "DoorOpenTooLong") return {"door.held"};
    if (state == "Normal") return {"door.restored", {}, {}, true};
  } else if (what == "DoorTamper") {
    if (state == "TamperDetected") return {"door.tamper"};
    if (state == "NotInTamper") return {"door.restored", {}, {}, true};
  } else if (what == "DoorFault") {
    if (state == "FaultDetected") return {"door.fault"};
    if (state == "NotInFault") return {"door.restored", {}, {}, true};
  } else if (what == "DoorMode") {
    return {"access.mode", {}, state, true};
  } else if (what == "DoorPhysicalState") {
    if (state == "Open") return {"door.opened", {}, {}, true};
    if (state == "Closed") return {"door.closed", {}, {}, true};
    if (state == "Fault") return {"door.fault", "contact"};
  } else if (what == "LockPhysicalState" || what == "DoubleLockPhysicalState") {
    if (state == "Fault") return {"door.fault", "lock"};
    return {"other", {}, state, true};
  }
  return {"other", {}, {}, true};
}

/// Something that is so or not, in the first of these items that is there.
bool stands(const Notice& notice, std::initializer_list<const char*> items) {
  for (const char* item : items)
    if (const std::string_view value = notice.item(item); !value.empty()) return is_true(value) || value == "active";
  return false;
}

/// What Axis' door controllers say besides; a value of 1 is that it is so.
Meaning axis_door(std::string_view topic, const Notice& notice) {
  struct Row {
    std::string_view topic, kind, ends, reason;
  };
  static constexpr std::array kRows{
      Row{"Door/Status/BatteryAlarm", "door.fault", "door.restored", "battery"},
      Row{"Door/Status/LockJammed", "door.fault", "door.restored", "lock"},
      Row{"Door/Status/RadioDisturbance", "door.fault", "door.restored", "communication"},
      Row{"IdPoint/Status/BatteryAlarm", "door.fault", "door.restored", "battery"},
      Row{"IdPoint/Status/RadioDisturbance", "door.fault", "door.restored", "communication"},
      Row{"IdPoint/Tampering", "door.tamper", "door.restored", "tamper"},
      Row{"Device/Network/Lost", "device.fault", "device.restored", "network"},
      Row{"EventLogger/DroppedEvents", "device.fault", "", "communication"},
      Row{"EventLogger/DroppedAlarms", "device.fault", "", "communication"}};
  for (const Row& row : kRows) {
    if (topic != row.topic) continue;
    bool is = row.ends.empty();
    for (const auto& [name, value] : notice.data) is |= is_true(value) || value == "active" || value == "alarm";
    return {is ? row.kind : row.ends, row.reason, {}, !is};
  }
  if (topic == "IdPoint/Request/REX") return {"door.rex", {}, {}, true};
  if (topic == "IdPoint/Request/PIN" || topic == "IdPoint/Request/IdData") return {"access.read", {}, {}, true};
  if (topic == "RemoteDevice/Connection/Status") {
    const bool well = stands(notice, {"Status", "status", "State", "state", "connected"});
    return {well ? "device.online" : "device.offline", {}, {}, well};
  }
  return {"other", {}, {}, notice.operation == Notice::Operation::initialized};
}

Meaning access_control(std::string_view topic, const Notice& notice) {
  if (topic.starts_with("AccessGranted")) {
    const bool external = topic == "AccessGranted/Anonymous/External" ||
                          (topic == "AccessGranted/Anonymous" && is_true(notice.item("External")));
    return {external ? "access.remote_open" : "access.granted"};
  }
  if (topic.starts_with("AccessTaken")) return {"access.entered"};
  if (topic.starts_with("AccessNotTaken")) return {"access.not_taken"};
  if (topic.starts_with("Denied/CredentialNotFound")) return {"access.denied", "credential unknown"};
  if (topic == "Denied/Authentication/InvalidPIN") return {"access.denied", "invalid PIN"};
  if (topic.starts_with("Denied")) return {"access.denied", reason_of(notice.item("Reason"))};
  if (topic.starts_with("Duress")) return {"access.duress"};
  return {"other"};
}

Meaning meaning_of(const Notice& notice, Role role, Recording recording) {
  const std::string_view topic = notice.topic;
  const auto under = [&](std::string_view front) { return topic.starts_with(front); };
  if (under("AccessControl/")) return access_control(topic.substr(14), notice);
  if (under("Door/State/")) return door_state(topic.substr(11), notice.item("State"));
  if (topic == "AccessPoint/State/Enabled") {
    const bool enabled = is_true(notice.item("State"));
    return {"access.mode", {}, enabled ? "enabled" : "disabled", enabled};
  }
  // Said again with false when the violation is forgiven.
  if (topic == "Credential/State/ApbViolation") {
    const bool violated = stands(notice, {"ApbViolation", "State"});
    return {violated ? "access.passback" : "other", {}, {}, !violated};
  }
  if (under("Door/") || under("IdPoint/") || under("RemoteDevice/") || under("EventLogger/") ||
      under("Device/Network/Lost"))
    return axis_door(topic, notice);
  if (under("Device/HardwareFailure/PowerSupplyFailure")) {
    const bool failed = is_so(notice).value_or(false);
    if (role == Role::camera) return {failed ? "device.fault" : "device.restored", "power supply", {}, !failed};
    return {failed ? "door.power" : "door.restored", "power supply", {}, !failed};
  }
  if (under("Device/HardwareFailure/")) {
    const bool hot = under("Device/HardwareFailure/TemperatureCritical");
    const bool failed = is_so(notice).value_or(false);
    return {failed ? "device.fault" : "device.restored", hot ? "temperature" : "hardware", {}, !failed};
  }
  if (under("Device/Tampering") || under("Device/Casing")) {
    const bool on = is_so(notice).value_or(false);
    if (role == Role::camera) return {on ? "camera.tamper" : "camera.restored", {}, {}, !on};
    return {on ? "device.tamper" : "device.restored", {}, {}, !on};
  }
  // An input is whatever is wired to it; at a door's controller that is the exit button, unless a mapping says more.
  if (under("Device/Trigger/DigitalInput") || under("Device/IO/")) {
    const bool on = is_so(notice).value_or(false);
    if (role == Role::camera) return {on ? "device.alarm" : "device.normal", {}, {}, true};
    return {on ? "door.rex" : "other", {}, {}, true};
  }
  if (topic == "RecordingConfig/JobState" || topic == "RecordingHistory/Recording/State")
    return recorder_topic(notice, recording);
  Meaning out = camera_topic(notice);
  if (out.kind == "other") out.normal = notice.operation == Notice::Operation::initialized;
  return out;
}

void put(Event& event, const char* name, std::string_view value) {
  if (!value.empty()) event.add(name, std::string(value));
}

bool holds_pin(std::string_view name) { return name == "PIN" || name == "Pin" || name == "pin"; }

/// What somebody typed is nobody's business: devices send it in items of that name, and as the value of an identifier
/// whose type says so (Access Control, 6.2.4).
bool secret(const Notice& notice, std::string_view item) {
  if (holds_pin(item)) return true;
  const std::string_view type = notice.item("IdentifierType");
  if (item == "IdentifierValue")
    return type.find("PIN") != std::string_view::npos || type.find("pin") != std::string_view::npos;
  const bool typed = notice.topic.ends_with("/PIN");
  return typed && !item.ends_with("Token") && item != "UUID" && item != "token";
}

}  // namespace

std::optional<Event> event_of(const Notice& notice, Role role, UtcNs now, bool differs, Recording recording) {
  const Meaning meaning = meaning_of(notice, role, recording);
  if (meaning.normal && notice.operation == Notice::Operation::initialized && !differs) return std::nullopt;
  Event event;
  event.kind = meaning.kind;
  if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
  const char* const service = role == Role::camera ? "camera" : "access";
  event.logsource = {"watchfloor", service, service};
  const Result<UtcNs> time = parse_rfc3339(notice.time);
  event.time = time ? *time : now;
  if (event.kind == "access.denied") {
    const std::string_view own = meaning.reason.empty() ? std::string_view("other") : meaning.reason;
    event.add("reason", std::string(own));
  } else {
    put(event, "reason", meaning.reason);
  }
  put(event, event.kind == "camera.object" ? "object" : "mode", meaning.mode);
  put(event, "license_plate", notice.item("PlateNumber"));
  put(event, "door.id", notice.item("DoorToken"));
  put(event, "reader.id", notice.item("AccessPointToken"));
  put(event, "credential.id", notice.item("CredentialToken"));
  for (const char* name : {"Card", "IdentifierValue"})
    if (event.field("credential.id").empty() && !secret(notice, name)) put(event, "credential.id", notice.item(name));
  put(event, "person.name", notice.item("CredentialHolderName"));
  if (event.kind.starts_with("camera."))
    for (const char* name : {"VideoSourceConfigurationToken", "VideoSourceToken", "VideoSource", "Source",
                             "RecordingToken", "RecordingJobToken"})
      if (event.field("camera.id").empty()) put(event, "camera.id", notice.item(name));
  for (const char* name : {"InputToken", "Token", "port"})
    if (notice.topic.starts_with("Device/") && event.field("alarm.point").empty())
      put(event, "alarm.point", notice.item(name));
  event.add("onvif.topic", notice.topic);
  static constexpr std::array<const char*, 4> kOperations{"", "Initialized", "Changed", "Deleted"};
  put(event, "onvif.operation", kOperations[static_cast<std::size_t>(notice.operation)]);
  if (!time) event.add("onvif.time", one_line(notice.time.empty() ? "absent" : notice.time.substr(0, 40)));
  for (const auto* list : {&notice.source, &notice.data})
    for (const auto& [name, value] : *list)
      if (!name.empty() && !secret(notice, name)) event.add(name, value);
  std::string message = notice.topic.substr(notice.topic.find('/') + 1);
  for (const char* name : {"State", "Reason"})
    if (const std::string_view value = notice.item(name); !value.empty()) message += ": " + std::string(value);
  event.add("message", one_line(message));
  return event;
}

bool lasting(const Event& event) {
  static constexpr std::array<std::string_view, 18> kKinds{
      "door.forced",    "door.held",    "door.tamper",   "door.fault",     "door.power",    "door.opened",
      "access.mode",    "device.fault", "device.tamper", "device.alarm",   "camera.motion", "camera.object",
      "camera.offline", "camera.dark",  "camera.moved",  "camera.blurred", "camera.tamper", "camera.recording_gap"};
  return std::find(kKinds.begin(), kKinds.end(), event.kind) != kKinds.end();
}

}  // namespace wf::onvif
