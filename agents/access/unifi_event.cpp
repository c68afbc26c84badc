#include "agents/access/unifi_event.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "proto/time.hpp"
#include "proto/utf8.hpp"

namespace wf::access {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMostMessages = 100'000;
constexpr std::size_t kMostValue = 1024;

std::string fit(std::string_view text) {
  std::string out;
  append_utf8(text.substr(0, kMostValue), out);
  return out;
}

/// A text below an object, by its path of members; empty: it is not there, or no text.
std::string text(dom::element at, std::initializer_list<const char*> path) {
  for (const char* name : path)
    if (at[name].get(at) != simdjson::SUCCESS) return {};
  std::string_view value;
  return at.get(value) == simdjson::SUCCESS ? fit(value) : std::string();
}

bool object(dom::element at, const char* name, dom::element& out) {
  return at[name].get(out) == simdjson::SUCCESS && out.is_object();
}

/// Milliseconds since 1970, or RFC 3339.
std::optional<UtcNs> time_of(dom::element at, const char* name) {
  dom::element value;
  if (at[name].get(value) != simdjson::SUCCESS) return std::nullopt;
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number > 0 && number < std::int64_t{1} << 43U)
    return number * kMillisecond;
  std::string_view written;
  if (value.get(written) == simdjson::SUCCESS)
    if (const Result<UtcNs> time = parse_rfc3339(written)) return *time;
  return std::nullopt;
}

struct Row {
  std::string_view type, kind, words, reason = {}, mode = {};
};

/// Types of Protect's events; what is absent is `other`.
constexpr std::array kProtect{
    Row{"motion", "camera.motion", "Motion"},
    Row{"smartDetectZone", "camera.object", "Something was recognised"},
    Row{"smartDetectLine", "camera.line_crossed", "A line was crossed"},
    Row{"smartDetectLoiterZone", "camera.loitering", "Somebody loiters"},
    Row{"sensorOpened", "door.opened", "Contact open"},
    Row{"sensorClosed", "door.closed", "Contact closed"},
    Row{"sensorMotion", "other", "A sensor saw motion"},
    Row{"sensorAlarm", "device.alarm", "A sensor is in alarm"},
    Row{"sensorWaterLeak", "device.alarm", "Water"},
    Row{"sensorExtremeValues", "device.alarm", "A sensor's value is out of range"},
    Row{"sensorTamper", "device.tamper", "Tamper at a sensor"},
    Row{"sensorBatteryLow", "device.fault", "A sensor's battery is low", "battery"},
    Row{"doorlockOpened", "access.mode", "A lock was opened", {}, "unlocked"},
    Row{"doorlockClosed", "access.mode", "A lock was closed", {}, "locked"},
    Row{"doorlockBatteryLow", "device.fault", "A lock's battery is low", "battery"},
    Row{"nfcCardScanned", "access.granted", "A card was accepted"},
    Row{"fingerprintIdentified", "access.granted", "A fingerprint was accepted"},
    Row{"doorAccess", "access.granted", "A door was opened"},
    Row{"lightMotion", "other", "A light saw motion"},
    Row{"ring", "other", "Doorbell"},
    Row{"disconnect", "device.offline", "A device is not connected"},
    Row{"deviceDisconnected", "device.offline", "A device is not connected"},
    Row{"connect", "device.online", "A device is connected again"},
    Row{"deviceConnected", "device.online", "A device is connected again"},
    Row{"cameraPowerCycling", "device.fault", "A camera starts again and again", "power supply"},
    Row{"offline", "device.offline", "A device is not connected"},
};

/// Events of Access: its notifications and webhooks.
constexpr std::array kAccess{
    Row{"access.remote_view", "other", "Somebody rings at a door"},
    Row{"access.remote_view.change", "other", "A ring at a door ended"},
    Row{"access.data.device.remote_unlock", "access.remote_open", "Opened from afar"},
    Row{"access.data.device.update", "other", "A device was changed"},
    Row{"access.doorbell.incoming", "other", "Somebody rings at a door"},
    Row{"access.doorbell.completed", "other", "A ring at a door ended"},
    Row{"access.door.unlock", "access.granted", "A door was opened"},
    Row{"access.unlock_schedule.activate", "access.mode", "The schedule opens a door", {}, "unlocked"},
    Row{"access.unlock_schedule.deactivate", "access.mode", "The schedule no longer opens a door", {}, "locked"},
    Row{"access.temporary_unlock.start", "access.mode", "A door is open for a time", {}, "unlocked"},
    Row{"access.temporary_unlock.end", "access.mode", "A door is no longer open for a time", {}, "locked"},
    Row{"access.device.emergency_status", "access.mode", "The emergency state changed", {}, "emergency"},
};

const Row* find(std::span<const Row> rows, std::string_view type) {
  const auto it = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.type == type; });
  return it == rows.end() ? nullptr : &*it;
}

Event event_of(const Row* row, const std::string& type, UtcNs time) {
  Event event;
  event.time = time;
  event.kind = row == nullptr ? "other" : row->kind;
  if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
  event.logsource = {"watchfloor", "access", "access"};
  event.add("type", type);
  if (row != nullptr && !row->reason.empty()) event.add("reason", std::string(row->reason));
  if (row != nullptr && !row->mode.empty()) event.add("mode", std::string(row->mode));
  return event;
}

void put(Event& event, const char* name, const std::string& value) {
  if (!value.empty()) event.add(name, value);
}

/// Names of the members in which Protect says which sensor, lock or light it was.
struct Named {
  const char *id, *name, *field;
};
constexpr std::array kNamed{Named{"sensorId", "sensorName", "device.id"},
                            Named{"doorlockId", "doorlockName", "door.id"}, Named{"lightId", "lightName", "device.id"},
                            Named{"deviceId", "deviceName", "device.id"}};

}  // namespace

/// One message; the reader's state is its own.
class UnifiMessage {
 public:
  UnifiMessage(UnifiReader& reader, UnifiReader::Read& out, UtcNs now) : reader_(reader), out_(out), now_(now) {}

  /// False: it is none of UniFi's.
  bool take(dom::element message) {
    dom::element action, data;
    if (object(message, "action", action) && object(message, "data", data)) {
      ++out_.messages;
      protect(text(action, {"action"}), text(action, {"modelKey"}), text(action, {"id"}), data);
      return true;
    }
    if (object(message, "item", data) && !text(message, {"type"}).empty()) {
      ++out_.messages;
      protect(text(message, {"type"}), text(data, {"modelKey"}), text(data, {"id"}), data);
      return true;
    }
    const std::string event = text(message, {"event"});
    if (!event.empty() && object(message, "data", data)) {
      ++out_.messages;
      access(event, data);
      return true;
    }
    return false;
  }

 private:
  void protect(const std::string& action, const std::string& model, const std::string& id, dom::element data) {
    // What else is updated are the devices' own settings and figures.
    if (model != "event") return;
    if (action == "update") return protect_update(id, data);
    if (action != "add") return;
    const std::string type = text(data, {"type"});
    if (type.empty()) {
      out_.broken.push_back({"an event has no type", "", ""});
      return;
    }
    Event event = event_of(find(kProtect, type), type, time_of(data, "start").value_or(now_));
    const std::string camera = text(data, {"camera"}).empty() ? text(data, {"device"}) : text(data, {"camera"});
    put(event, "camera.id", camera);
    std::string name;
    for (const Named& named : kNamed) {
      const std::string which = text(data, {"metadata", named.id, "text"});
      if (which.empty()) continue;
      const bool contact = event.kind.starts_with("door.");
      event.add(contact ? "door.id" : named.field, which);
      if (event.kind == "device.alarm") event.add("alarm.point", which);
      name = text(data, {"metadata", named.name, "text"});
    }
    put(event, "mount.type", text(data, {"metadata", "mountType", "text"}));
    dom::array objects;
    if (data["smartDetectTypes"].get(objects) == simdjson::SUCCESS)
      for (const dom::element one : objects) {
        std::string_view object;
        if (one.get(object) == simdjson::SUCCESS) event.add("object", fit(object));
      }
    put(event, "user.name", text(data, {"user"}));
    put(event, "credential.id", text(data, {"metadata", "nfc", "nfcId"}));
    put(event, "event.id", id);
    say(event, find(kProtect, type), type, name);
    const bool lasts = event.kind == "camera.motion" && time_of(data, "end") == std::nullopt;
    if (lasts && !id.empty()) {
      if (reader_.open_.size() == UnifiReader::kMostOpen) reader_.open_.pop_front();
      reader_.open_.push_back({id, camera});
    }
    out_.events.push_back(std::move(event));
  }

  /// Of an event that was added before, only the end of motion is news.
  void protect_update(const std::string& id, dom::element data) {
    const std::optional<UtcNs> end = time_of(data, "end");
    const auto it = std::find_if(reader_.open_.begin(), reader_.open_.end(),
                                 [&](const UnifiReader::Open& one) { return one.id == id; });
    if (!end || it == reader_.open_.end()) return;
    Event event = event_of(nullptr, "motion", *end);
    event.kind = "camera.motion_end";
    event.severity = kit::find_kind(event.kind)->severity;
    put(event, "camera.id", it->camera);
    event.add("event.id", id);
    event.add("message", "Motion ended");
    reader_.open_.erase(it);
    out_.events.push_back(std::move(event));
  }

  void access(const std::string& type, dom::element data) {
    dom::element log, inner;
    if (type.starts_with("access.logs")) {
      // {"_source": {"event": {…}, "actor": {…}, "target": […]}}
      if (!object(data, "_source", log)) log = data;
      const std::string result = text(log, {"event", "result"});
      const bool granted = result == "ACCESS", denied = result == "BLOCKED";
      static constexpr Row kGranted{"", "access.granted", "Access granted"},
          kDenied{"", "access.denied", "Access denied"};
      const Row* const row = granted ? &kGranted : denied ? &kDenied : nullptr;
      std::optional<UtcNs> time = object(log, "event", inner) ? time_of(inner, "published") : std::nullopt;
      Event event = event_of(row, type, time.value_or(now_));
      if (denied) event.add("reason", "other");
      put(event, "unifi.result", result);
      put(event, "unifi.reason", text(log, {"event", "reason"}));
      put(event, "auth.method", text(log, {"authentication", "credential_provider"}));
      put(event, "person.name", text(log, {"actor", "display_name"}));
      put(event, "person.id", text(log, {"actor", "id"}));
      std::string door;
      dom::array targets;
      if (log["target"].get(targets) == simdjson::SUCCESS)
        for (const dom::element target : targets)
          if (text(target, {"type"}) == "door" && event.field("door.id").empty()) {
            put(event, "door.id", text(target, {"id"}));
            door = text(target, {"display_name"});
          }
      say(event, row, type, door);
      out_.events.push_back(std::move(event));
      return;
    }
    const Row* row = find(kAccess, type);
    Event event = event_of(row, type, time_of(data, "timestamp").value_or(now_));
    // Webhooks of Access: location is the door, object what happened there.
    dom::element object_of;
    std::string words;
    if (object(data, "object", object_of)) {
      const std::string result = text(object_of, {"result"}), status = text(object_of, {"status"});
      if (type == "access.door.unlock" && !result.empty() && result.find("Granted") == std::string::npos) {
        event.kind = "access.denied";
        event.severity = kit::find_kind(event.kind)->severity;
        event.add("reason", "other");
        words = "Access denied";
      }
      if (type == "access.device.dps_status") {
        event.kind = status == "open" ? "door.opened" : status == "close" ? "door.closed" : "other";
        if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
      }
      put(event, "unifi.result", result);
      put(event, "unifi.status", status);
      put(event, "auth.method", text(object_of, {"authentication_type"}));
    }
    const std::string position = text(data, {"door_position_status"});
    if (position == "open" || position == "close") {
      event.kind = position == "open" ? "door.opened" : "door.closed";
      event.severity = 1;
    }
    put(event, "door.id", text(data, {"location", "id"}));
    if (event.field("door.id").empty()) put(event, "door.id", text(data, {"door_id"}));
    if (event.field("door.id").empty()) put(event, "door.id", text(data, {"unique_id"}));
    put(event, "device.id", text(data, {"device", "id"}));
    put(event, "person.name", text(data, {"actor", "name"}));
    put(event, "person.id", text(data, {"actor", "id"}));
    std::string where = text(data, {"location", "name"});
    if (where.empty()) where = text(data, {"name"});
    if (!words.empty())
      event.add("message", words + (where.empty() ? "" : ": " + where));
    else
      say(event, row, type, where);
    out_.events.push_back(std::move(event));
  }

  static void say(Event& event, const Row* row, const std::string& type, const std::string& where) {
    const std::string words = row == nullptr ? type : std::string(row->words);
    event.add("message", one_line(where.empty() ? words : words + ": " + where));
  }

  UnifiReader& reader_;
  UnifiReader::Read& out_;
  UtcNs now_;
};

Result<UnifiReader::Read> UnifiReader::read(std::string_view json, UtcNs now) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS)
    return Error{"this is no JSON", "", "is it what UniFi sends?"};
  Read out;
  UnifiMessage message(*this, out, now);
  dom::object members;
  if (root.get(members) != simdjson::SUCCESS) return Error{"this is no JSON object", "", "is it what UniFi sends?"};
  if (message.take(root)) return out;
  // Many messages, each a member by the time at which it came.
  for (const auto& member : members) {
    if (out.messages == kMostMessages) break;
    if (!member.value.is_object() || !message.take(member.value)) {
      if (out.messages == 0)
        return Error{"there is no message of UniFi in it", "", "it has neither action and data, nor event and data"};
      out.broken.push_back({"a member is no message of UniFi", "", ""});
    }
  }
  if (out.messages == 0) return Error{"there is no message of UniFi in it", "", ""};
  return out;
}

}  // namespace wf::access
