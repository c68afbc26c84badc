#include "agents/access/unifi_event.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/access/unifi_json.hpp"

namespace wf::access {
namespace {

using namespace unifi;

constexpr std::size_t kMostMessages = 100'000;

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
    Row{"sensorSmokeTest", "device.test", "A smoke detector was tested"},
    Row{"sensorSmokeBatteryLow", "device.fault", "A smoke detector's battery is low", "battery"},
    Row{"sensorSmokeNeedsCleaning", "fire.fault", "A smoke detector must be cleaned", "dirty"},
    Row{"sensorSmokeFault", "fire.fault", "A smoke detector is faulty", "zone"},
    Row{"sensorCoFault", "fire.fault", "A detector of carbon monoxide is faulty", "zone"},
    Row{"sensorSmokeEndOfLife", "fire.fault", "A smoke detector is at the end of its life", "end of life"},
    Row{"sensorVape", "device.alarm", "A sensor noticed vapour"},
    Row{"sensorButtonPressed", "other", "A sensor's button was pressed"},
    Row{"alarmHubMotion", "intrusion.alarm", "A detector of the alarm hub saw motion"},
    Row{"alarmHubEntryOpened", "door.opened", "Contact of the alarm hub open"},
    Row{"alarmHubEntryClosed", "door.closed", "Contact of the alarm hub closed"},
    Row{"alarmHubButtonPress", "intrusion.holdup", "A button of the alarm hub was pressed"},
    Row{"alarmHubSmoke", "fire.alarm", "Smoke"},
    Row{"alarmHubGlassBreak", "intrusion.alarm", "Glass was broken"},
    Row{"alarmHubTamper", "device.tamper", "Tamper at the alarm hub"},
    Row{"alarmHubBatteryLow", "device.fault", "The alarm hub's battery is low", "battery"},
    Row{"alarmHubBatteryConnected", "device.restored", "The alarm hub's battery is connected", "battery"},
    Row{"smartAudioDetect", "other", "A sound was recognised"},
    Row{"nfcCardScanned", "access.granted", "A card was accepted"},
    Row{"fingerprintIdentified", "access.granted", "A fingerprint was accepted"},
    Row{"doorAccess", "access.granted", "A door was opened"},
    Row{"lightMotion", "other", "A light saw motion"},
    Row{"ring", "other", "Doorbell"},
    Row{"access", "other", "Somebody looked at the console"},
    Row{"cameraDisconnected", "device.offline", "A camera is not connected"},
    Row{"cameraConnected", "device.online", "A camera is connected again"},
    Row{"networkDeviceOffline", "device.offline", "A device of the network is not connected"},
    Row{"driveFailed", "device.fault", "A disk failed", "disk"},
    Row{"recordingOff", "device.fault", "Recording is off", "recording"},
    Row{"disconnect", "device.offline", "A device is not connected"},
    Row{"deviceDisconnected", "device.offline", "A device is not connected"},
    Row{"connect", "device.online", "A device is connected again"},
    Row{"deviceConnected", "device.online", "A device is connected again"},
    Row{"cameraPowerCycling", "device.fault", "A camera starts again and again", "power supply"},
    Row{"offline", "device.offline", "A device is not connected"},
};

/// What a detector's alarm, or a sound that a camera recognised, stands for.
struct Alarm {
  std::string_view what, kind, words;
};
constexpr std::array kAlarms{
    Alarm{"smoke", "fire.alarm", "A smoke detector is in alarm"},
    Alarm{"co", "fire.gas", "A detector of carbon monoxide is in alarm"},
    Alarm{"glassbreak", "intrusion.alarm", "Glass was broken"},
    Alarm{"alrmsmoke", "fire.alarm", "A smoke alarm is heard"},
    Alarm{"alrmcmonx", "fire.gas", "An alarm of carbon monoxide is heard"},
    Alarm{"smoke_cmonx", "fire.alarm", "A smoke or gas alarm is heard"},
    Alarm{"alrmburglar", "intrusion.alarm", "A burglar alarm is heard"},
    Alarm{"alrmglassbreak", "intrusion.alarm", "Breaking glass is heard"},
};

const Alarm* find_alarm(std::string what) {
  for (char& c : what) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto it = std::find_if(kAlarms.begin(), kAlarms.end(), [&](const Alarm& alarm) { return alarm.what == what; });
  return it == kAlarms.end() ? nullptr : &*it;
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
      reader_.access_.take(event, text(message, {"event_object_id"}), data, now_, out_.events);
      return true;
    }
    if (!event.empty() && event.starts_with("access.")) return take_packed(message, event);
    if (text(message, {"modelKey"}) == "event") {
      ++out_.messages;
      protect("add", "event", text(message, {"id"}), message);
      return true;
    }
    return take_log(message);
  }

 private:
  /// Older ones pack the data into a text; a message without any says nothing more.
  bool take_packed(dom::element message, const std::string& event) {
    ++out_.messages;
    dom::parser parser;
    dom::element data;
    const std::string packed = text(message, {"data"});
    std::string_view whole;
    if (packed.empty() || message["data"].get(whole) != simdjson::SUCCESS) return true;
    if (parser.parse(simdjson::padded_string(whole)).get(data) != simdjson::SUCCESS || !data.is_object())
      out_.broken.push_back({"the data of a message cannot be read", "", ""});
    else
      reader_.access_.take(event, text(message, {"event_object_id"}), data, now_, out_.events);
    return true;
  }

  /// The log of Access, as its interface answers: {"data": {"hits": […]}}, or one entry of it.
  bool take_log(dom::element message) {
    dom::element data;
    dom::array hits;
    if (object(message, "_source", data)) {
      ++out_.messages;
      reader_.access_.take_log("access.logs", message, now_, out_.events);
      return true;
    }
    if (!object(message, "data", data)) data = message;
    if (data["hits"].get(hits) != simdjson::SUCCESS) return false;
    for (const dom::element entry : hits) {
      if (out_.messages == kMostMessages) break;
      ++out_.messages;
      if (entry.is_object())
        reader_.access_.take_log("access.logs", entry, now_, out_.events);
      else
        out_.broken.push_back({"an entry of the log is no object", "", ""});
    }
    return true;
  }

  UnifiReader::Told* told(const std::string& id) {
    const auto it = std::find_if(reader_.told_.begin(), reader_.told_.end(),
                                 [&](const UnifiReader::Told& one) { return one.id == id; });
    return it == reader_.told_.end() ? nullptr : &*it;
  }

  void protect(const std::string& action, const std::string& model, const std::string& id, dom::element data) {
    // What else is updated are the devices' own settings and figures.
    if (model != "event") return;
    const std::optional<UtcNs> start = time_of(data, "start");
    const bool whole = !text(data, {"type"}).empty() && (start || time_of(data, "end"));
    // Some are told only once they are over.
    if (action == "update" && (!whole || id.empty() || told(id) != nullptr)) return protect_update(id, data);
    if (action != "add" && action != "update") return;
    const std::string type = text(data, {"type"});
    if (type.empty()) {
      out_.broken.push_back({"an event has no type", "", ""});
      return;
    }
    const Row* const row = find(kProtect, type);
    Event event = event_of(row, type, start.value_or(time_of(data, "end").value_or(now_)));
    const std::string camera = text(data, {"camera"}).empty() ? text(data, {"device"}) : text(data, {"camera"});
    put(event, "camera.id", camera);
    const Alarm* alarm = type == "sensorAlarm" ? find_alarm(text(data, {"metadata", "alarmType", "text"})) : nullptr;
    dom::array objects;
    if (data["smartDetectTypes"].get(objects) == simdjson::SUCCESS)
      for (const dom::element one : objects) {
        std::string_view object;
        if (one.get(object) != simdjson::SUCCESS) continue;
        event.add("object", text(one, {}));
        if (alarm == nullptr && type == "smartAudioDetect") alarm = find_alarm(std::string(object));
      }
    if (alarm != nullptr) set_kind(event, alarm->kind.data());
    std::string name;
    for (const Named& named : kNamed) {
      const std::string which = text(data, {"metadata", named.id, "text"});
      if (which.empty()) continue;
      const bool contact = event.kind.starts_with("door.");
      event.add(contact ? "door.id" : named.field, which);
      if (event.kind == "device.alarm" || event.kind.starts_with("fire.")) event.add("alarm.point", which);
      name = text(data, {"metadata", named.name, "text"});
    }
    put(event, "mount.type", text(data, {"metadata", "mountType", "text"}));
    put(event, "user.name", text(data, {"user"}));
    const bool unknown = type != "doorAccess" && event.kind == "access.granted" && !identified(event, data);
    put(event, "event.id", id);
    if (unknown)
      event.add("message", "Somebody showed what nobody knows");
    else if (alarm != nullptr)
      event.add("message", std::string(alarm->words) + (name.empty() ? "" : ": " + name));
    else
      say(event, row, type, name);
    if (!id.empty()) {
      if (reader_.told_.size() == UnifiReader::kMostTold) reader_.told_.pop_front();
      reader_.told_.push_back({id, camera, event.kind == "camera.motion" && !time_of(data, "end")});
    }
    out_.events.push_back(std::move(event));
  }

  /// Whom a card or a finger belongs to. False: a user is written as none, so that nobody knows it.
  static bool identified(Event& event, dom::element data) {
    dom::element metadata, what, user;
    if (!object(data, "metadata", metadata) ||
        (!object(metadata, "nfc", what) && !object(metadata, "fingerprint", what)))
      return true;
    put(event, "credential.id", text(what, {"nfcId"}));
    std::string person = text(what, {"ulpId"});
    if (person.empty()) person = text(what, {"userId"});
    put(event, "person.id", person);
    if (!person.empty() || what["ulpId"].get(user) != simdjson::SUCCESS || !user.is_null()) return true;
    set_kind(event, "access.denied");
    event.add("reason", "credential unknown");
    return false;
  }

  /// Of an event that was told before, only the end of motion is news.
  void protect_update(const std::string& id, dom::element data) {
    const std::optional<UtcNs> end = time_of(data, "end");
    UnifiReader::Told* const before = told(id);
    if (!end || before == nullptr || !std::exchange(before->lasts, false)) return;
    Event event = event_of(nullptr, "motion", *end);
    set_kind(event, "camera.motion_end");
    put(event, "camera.id", before->camera);
    event.add("event.id", id);
    event.add("message", "Motion ended");
    out_.events.push_back(std::move(event));
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
