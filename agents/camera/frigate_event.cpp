#include "agents/camera/frigate_event.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "agents/kit/kinds.hpp"
#include "proto/utf8.hpp"

namespace wf::camera {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMostText = 1024;
constexpr std::size_t kMostList = 16;

std::string fit(std::string_view text) {
  std::string out;
  append_utf8(text.substr(0, kMostText), out);
  return out;
}

std::string text_of(const dom::element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return fit(text);
  return {};
}

std::string text(const dom::object& from, std::string_view key) {
  dom::element value;
  return from[key].get(value) == simdjson::SUCCESS ? text_of(value) : std::string();
}

std::optional<double> number(const dom::object& from, std::string_view key) {
  double value = 0;
  if (from[key].get(value) != simdjson::SUCCESS || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool flag(const dom::object& from, std::string_view key) {
  bool value = false;
  return from[key].get(value) == simdjson::SUCCESS && value;
}

std::vector<std::string> texts(const dom::object& from, std::string_view key) {
  std::vector<std::string> out;
  dom::array list;
  if (from[key].get(list) != simdjson::SUCCESS) return out;
  for (const dom::element& one : list)
    if (std::string value = text_of(one); !value.empty() && out.size() < kMostList) out.push_back(std::move(value));
  return out;
}

/// `["John Smith", 0.79]`, or the name alone (until version 0.12).
std::string label_of(const dom::object& from, std::string_view key) {
  dom::array list;
  dom::element first;
  if (from[key].get(list) == simdjson::SUCCESS && list.at(0).get(first) == simdjson::SUCCESS) return text_of(first);
  return text(from, key);
}

UtcNs time_of(const dom::object& from, std::string_view key, UtcNs otherwise) {
  const std::optional<double> seconds = number(from, key);
  if (!seconds || *seconds < 1e8 || *seconds > 9e9) return otherwise;
  return std::llround(*seconds * 1e6) * 1000;  // what a double holds of it
}

std::string object_of(const std::string& label) {
  static constexpr std::array<std::string_view, 13> kVehicles{"car",   "truck",  "bus",  "motorcycle",    "bicycle",
                                                              "train", "boat",   "van",  "license_plate", "school_bus",
                                                              "ups",   "amazon", "fedex"};
  static constexpr std::array<std::string_view, 9> kAnimals{"dog",  "cat",  "bird",    "horse", "cow",
                                                            "bear", "deer", "raccoon", "rabbit"};
  // Frigate+ says of what it looked at twice: "person-verified".
  constexpr std::string_view kVerified = "-verified";
  if (label.ends_with(kVerified)) return object_of(label.substr(0, label.size() - kVerified.size()));
  if (std::find(kVehicles.begin(), kVehicles.end(), label) != kVehicles.end()) return "vehicle";
  if (std::find(kAnimals.begin(), kAnimals.end(), label) != kAnimals.end()) return "animal";
  return label == "face" ? "person" : label;
}

Event begin(std::string kind, UtcNs time, const std::string& camera) {
  Event event;
  event.kind = std::move(kind);
  if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
  event.logsource = {"watchfloor", "camera", "camera"};
  event.time = time;
  if (!camera.empty()) event.add("camera.id", camera);
  return event;
}

void put(Event& event, const char* name, const std::string& value) {
  if (!value.empty()) event.add(name, value);
}

void put_number(Event& event, const char* name, std::optional<double> value) {
  if (!value) return;
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", *value);
  event.add(name, text, ValueType::number);
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& one : list) out += (out.empty() ? "" : ", ") + one;
  return out;
}

/// Items of `now` that `before` has not.
std::vector<std::string> added(const std::vector<std::string>& before, std::vector<std::string> now) {
  std::erase_if(now,
                [&](const std::string& one) { return std::find(before.begin(), before.end(), one) != before.end(); });
  return now;
}

const Error kNoMessage{"this is no message of Frigate", "", "give it what Frigate publishes under events or reviews"};

/// frigate/events: an object is found, followed and lost.
Result<std::optional<Event>> tracked(const std::string& type, const dom::object& before, const dom::object& after,
                                     UtcNs now) {
  const std::string label = text(after, "label"), camera = text(after, "camera");
  if (label.empty() || camera.empty()) return kNoMessage;
  if (flag(after, "false_positive")) return std::optional<Event>();
  const std::string name = label_of(after, "sub_label"), plate = label_of(after, "recognized_license_plate");
  const std::vector<std::string> entered = texts(after, "entered_zones");
  std::string what;
  if (type == "new" || (type == "update" && flag(before, "false_positive"))) {
    what = "was seen";
  } else if (type == "end") {
    what = "is gone";
  } else if (const std::vector<std::string> zones = added(texts(before, "entered_zones"), entered); !zones.empty()) {
    what = "entered " + joined(zones);
  } else if (!name.empty() && name != label_of(before, "sub_label")) {
    what = "was recognised as " + name;
  } else if (!plate.empty() && plate != label_of(before, "recognized_license_plate")) {
    what = "has the number plate " + plate;
  } else {
    return std::optional<Event>();
  }
  Event event = begin(type == "end" ? "camera.motion_end" : "camera.object",
                      time_of(after,
                              type == "end"   ? "end_time"
                              : type == "new" ? "start_time"
                                              : "frame_time",
                              time_of(after, "frame_time", now)),
                      camera);
  put(event, "object", object_of(label));
  put(event, "label", label);
  if (object_of(label) == "person") put(event, "person.name", name);
  put(event, "sub_label", name);
  put(event, "license_plate", plate);
  for (const std::string& zone : entered) put(event, "zone", zone);
  put_number(event, "confidence", number(after, "top_score"));
  put(event, "frigate.id", text(after, "id"));
  put(event, "frigate.type", type);
  event.add("message", one_line("A " + label + " " + what));
  return std::optional<Event>(std::move(event));
}

/// frigate/reviews: an alert is what somebody should look at; that there is an object was told by itself.
Result<std::optional<Event>> review(const std::string& type, const dom::object& before, const dom::object& after,
                                    UtcNs now) {
  const std::string camera = text(after, "camera"), severity = text(after, "severity");
  dom::object data;
  if (camera.empty() || severity.empty() || after["data"].get(data) != simdjson::SUCCESS) return kNoMessage;
  if (severity != "alert" || type == "end" || (type == "update" && text(before, "severity") == "alert"))
    return std::optional<Event>();
  Event event = begin("camera.object", time_of(after, "start_time", now), camera);
  event.severity = 3;
  const std::vector<std::string> objects = texts(data, "objects");
  if (!objects.empty()) put(event, "object", object_of(objects.front()));
  for (const std::string& one : objects) put(event, "label", one);
  for (const std::string& one : texts(data, "sub_labels")) put(event, "sub_label", one);
  for (const std::string& one : texts(data, "zones")) put(event, "zone", one);
  for (const std::string& one : texts(data, "audio")) put(event, "audio", one);
  put(event, "frigate.id", text(after, "id"));
  put(event, "frigate.severity", severity);
  event.add("message", one_line("Frigate calls it an alert: " + joined(objects)));
  return std::optional<Event>(std::move(event));
}

/// frigate/tracked_object_update: what was found out about an object.
Result<std::optional<Event>> found_out(const std::string& type, const dom::object& from, UtcNs now) {
  const std::string camera = text(from, "camera"), name = text(from, "name"), label = text(from, "sub_label");
  const bool known = type == "face" || type == "lpr";
  if (!known && type != "classification" && type != "description") return kNoMessage;
  Event event = begin(known ? "camera.object" : "other", time_of(from, "timestamp", now), camera);
  if (type == "face") {
    event.add("object", "person");
    put(event, "person.name", name);
    event.add("message",
              name.empty() ? "A face was seen that nobody knows" : one_line("A face was recognised: " + name));
  } else if (type == "lpr") {
    event.add("object", "vehicle");
    put(event, "license_plate", text(from, "plate"));
    put(event, "sub_label", name);
    event.add("message", one_line("A number plate was read: " + text(from, "plate")));
  } else if (type == "description") {
    event.add("message", one_line(text(from, "description")));
  } else {
    put(event, "model", text(from, "model"));
    put(event, "sub_label", label);
    put(event, "attribute", text(from, "attribute"));
    event.add("message", one_line(text(from, "model") + ": " + (label.empty() ? text(from, "attribute") : label)));
  }
  put_number(event, "confidence", number(from, "score"));
  put(event, "frigate.id", text(from, "id"));
  put(event, "frigate.type", type);
  return std::optional<Event>(std::move(event));
}

/// stats and camera_activity tell how Frigate is, at intervals.
bool figures(const dom::object& from) {
  dom::object inner;
  if (from["service"].get(inner) == simdjson::SUCCESS && from["detectors"].get(inner) == simdjson::SUCCESS) return true;
  std::size_t all = 0, cameras = 0;
  for (const auto& [key, value] : from) {
    bool motion = false;
    dom::array objects;
    ++all;
    if (value.get(inner) == simdjson::SUCCESS && inner["motion"].get(motion) == simdjson::SUCCESS &&
        inner["objects"].get(objects) == simdjson::SUCCESS)
      ++cameras;
  }
  return all > 0 && all == cameras;
}

Result<std::optional<Event>> of_object(const dom::object& from, UtcNs now) {
  if (figures(from)) return std::optional<Event>();
  const std::string type = text(from, "type");
  dom::object before, after;
  if (from["after"].get(after) == simdjson::SUCCESS) {
    // A first message has nothing before.
    if (from["before"].get(before) != simdjson::SUCCESS) before = after;
    if (type != "new" && type != "update" && type != "end" && type != "genai") return kNoMessage;
    return text(after, "severity").empty() ? tracked(type, before, after, now) : review(type, before, after, now);
  }
  if (const std::string trigger = text(from, "name"); !trigger.empty() && !text(from, "event_id").empty()) {
    Event event = begin("other", now, text(from, "camera"));
    event.add("trigger", trigger);
    put(event, "frigate.id", text(from, "event_id"));
    put_number(event, "confidence", number(from, "score"));
    event.add("message", one_line("Frigate's trigger " + trigger));
    return std::optional<Event>(std::move(event));
  }
  return found_out(type, from, now);
}

/// Words, by their topic.
Result<std::optional<Event>> of_words(std::string_view topic, std::string_view payload, UtcNs now) {
  static constexpr std::array<std::string_view, 5> kOrders{"restart", "onConnect", "notifications/state",
                                                           "notifications/set", "profile/state"};
  if (std::find(kOrders.begin(), kOrders.end(), topic) != kOrders.end()) return std::optional<Event>();
  const std::string camera = fit(topic.substr(0, topic.find('/')));
  if (topic == "available") {
    Event event = begin(payload == "online" ? "device.online" : "device.offline", now, {});
    event.add("device.id", "frigate");
    event.add("message", payload == "online" ? "Frigate is there" : "Frigate is gone");
    return std::optional<Event>(std::move(event));
  }
  if (topic.ends_with("/motion")) {
    if (payload != "ON" && payload != "OFF") return kNoMessage;
    return std::optional<Event>(begin(payload == "ON" ? "camera.motion" : "camera.motion_end", now, camera));
  }
  if (const std::size_t status = topic.find("/status/"); status != std::string_view::npos) {
    if (payload == "disabled") return std::optional<Event>();
    if (payload != "online" && payload != "offline") return kNoMessage;
    const bool online = payload == "online";
    const std::string_view role = topic.substr(status + 8);
    if (role == "detect") return std::optional<Event>(begin(online ? "camera.online" : "camera.offline", now, camera));
    if (role != "record") return std::optional<Event>();
    Event event = begin(online ? "camera.recorded" : "camera.recording_gap", now, camera);
    event.add("message", online ? "It is recorded again" : "It is not recorded: its stream is gone");
    return std::optional<Event>(std::move(event));
  }
  if (const std::size_t audio = topic.find("/audio/"); audio != std::string_view::npos) {
    const std::string sound = fit(topic.substr(audio + 7));
    if (payload != "ON" || sound == "all" || sound == "state" || sound == "set") return std::optional<Event>();
    Event event = begin("other", now, camera);
    event.add("audio", sound);
    event.add("message", one_line("It hears: " + sound));
    return std::optional<Event>(std::move(event));
  }
  // Somebody switched it off: nothing is told of this camera from then on.
  for (const auto& [end, what] : {std::pair{"/enabled/state", "The camera"}, std::pair{"/detect/state", "Detection"},
                                  std::pair{"/recordings/state", "Recording"}}) {
    if (!topic.ends_with(end)) continue;
    if (payload != "ON" && payload != "OFF") return kNoMessage;
    Event event = begin("other", now, camera);
    if (payload == "OFF") event.severity = 2;
    event.add("mode", payload == "ON" ? "on" : "off");
    event.add("message", std::string(what) + " was switched " + (payload == "ON" ? "on" : "off"));
    return std::optional<Event>(std::move(event));
  }
  if (const std::size_t model = topic.find("/classification/"); model != std::string_view::npos) {
    Event event = begin("other", now, camera);
    event.add("model", fit(topic.substr(model + 16)));
    event.add("state", fit(payload));
    event.add("message", one_line(fit(topic.substr(model + 16)) + ": " + fit(payload)));
    return std::optional<Event>(std::move(event));
  }
  // Counts, pictures, settings and orders: nothing that happened.
  return topic.find('/') != std::string_view::npos ? Result<std::optional<Event>>(std::optional<Event>()) : kNoMessage;
}

}  // namespace

Result<std::optional<Event>> frigate_event(std::string_view topic, std::string_view payload, UtcNs now) {
  dom::parser parser;
  dom::object object;
  if (parser.parse(simdjson::padded_string(payload)).get(object) == simdjson::SUCCESS) return of_object(object, now);
  if (topic == "stats" || topic == "camera_activity") return std::optional<Event>();
  if (payload.starts_with("{")) return Error{"this is no JSON", "", "is it whole?"};
  return of_words(topic, payload, now);
}

Result<std::optional<Event>> frigate_document(std::string_view text, UtcNs now) {
  dom::parser parser;
  dom::object object;
  if (parser.parse(simdjson::padded_string(text)).get(object) != simdjson::SUCCESS)
    return Error{"this is no JSON", "", "is it what Frigate publishes?"};
  std::string_view topic, payload, taken;
  if (object["topic"].get(topic) != simdjson::SUCCESS) return of_object(object, now);
  topic.remove_prefix(std::min(topic.find('/') + 1, topic.size()));
  // When mosquitto_sub had it.
  if (object["tst"].get(taken) == simdjson::SUCCESS)
    if (const Result<UtcNs> time = parse_rfc3339(taken)) now = *time;
  dom::object inner;
  if (object["payload"].get(inner) == simdjson::SUCCESS) return of_object(inner, now);
  if (object["payload"].get(payload) != simdjson::SUCCESS) return kNoMessage;
  return frigate_event(topic, payload, now);
}

}  // namespace wf::camera
