#include "agents/access/unifi_access.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::access::unifi {
namespace {

/// Events of Access: its notifications and webhooks, and the types of its log's entries.
constexpr std::array kRows{
    Row{"access.remote_view", "other", "Somebody rings at a door"},
    Row{"access.remote_view.change", "other", "A ring at a door ended"},
    Row{"access.hw.door_bell", "other", "Somebody rings at a door"},
    Row{"access.doorbell.incoming", "other", "Somebody rings at a door"},
    Row{"access.doorbell.incoming.REN", "other", "Somebody asks to enter by a button"},
    Row{"access.doorbell.completed", "other", "A ring at a door ended"},
    Row{"access.data.device.remote_unlock", "access.remote_open", "Opened from afar"},
    Row{"access.data.setting.update", "access.mode", "The emergency state", {}, "normal"},
    Row{"access.door.unlock", "access.granted", "A door was opened"},
    Row{"access.device.dps_status", "other", "The position of a door"},
    Row{"access.unlock_schedule.activate", "access.mode", "The schedule opens a door", {}, "unlocked"},
    Row{"access.unlock_schedule.deactivate", "access.mode", "The schedule no longer opens a door", {}, "locked"},
    Row{"access.temporary_unlock.start", "access.mode", "A door is open for a time", {}, "unlocked"},
    Row{"access.temporary_unlock.end", "access.mode", "A door is no longer open for a time", {}, "locked"},
    Row{"access.device.emergency_status", "access.mode", "The emergency state changed", {}, "emergency"},
    Row{"access.visitor.status.changed", "other", "A visitor's state changed"},
};
/// Figures, settings and pictures; what of it is news has a message of its own.
constexpr std::array<std::string_view, 8> kNoNews{
    "access.base.info",   "access.data.device.update", "access.data.wallet_status.update", "access.top_log.update",
    "access.capture.add", "access.data.device.delete", "access.data.user.update",          "access.dps_change"};

constexpr Row kGranted{"", "access.granted", "Access granted"}, kDenied{"", "access.denied", "Access denied"},
    kRemote{"", "access.remote_open", "Opened from afar"}, kExit{"", "door.rex", "Request to exit"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The usual word for a refusal, from what the controller wrote for people.
const char* reason_of(std::string_view said) {
  const std::string words = lower(said);
  if (has(words, "unknown") || has(words, "not found") || has(words, "unregistered")) return "credential unknown";
  if (has(words, "expired")) return "expired";
  if (has(words, "deactivated") || has(words, "disabled") || has(words, "suspended")) return "not enabled";
  if (has(words, "schedule") || has(words, "time")) return "outside schedule";
  if (has(words, "pin")) return "invalid PIN";
  if (has(words, "policy") || has(words, "permission") || has(words, "unauthorized")) return "not authorised";
  if (has(words, "lockdown") || has(words, "locked")) return "blocked";
  return "other";
}

/// "N/A" stands where nobody is known.
void put_name(Event& event, const char* field, const std::string& name) {
  if (name != "N/A") put(event, field, name);
}

void put_card(Event& event, const std::string& method, const std::string& card) {
  if (has(lower(method), "nfc") || has(lower(method), "card")) put(event, "credential.id", card);
}

void put_door(Event& event, const std::string& id) {
  if (event.field("door.id").empty()) put(event, "door.id", id);
}

/// What an entry of the log is: by its type, by its result, by how it was proved.
const Row* row_of(const std::string& type, const std::string& result, const std::string& method,
                  const std::string& said) {
  const bool door = type.empty() || type.starts_with("access.door.unlock");
  if (!door) return find(kRows, type);
  const std::string how = lower(method);
  if (result == "BLOCKED" || (result != "ACCESS" && has(lower(said), "denied"))) return &kDenied;
  if (result != "ACCESS" && !has(lower(said), "granted")) return nullptr;
  if (how.starts_with("remote") || has(said, "(Remote)")) return &kRemote;
  if (how == "rex" || has(how, "request_to_exit") || has(said, "(REX)") || has(lower(said), "request to exit"))
    return &kExit;
  return &kGranted;
}

/// A member that is an object, or the first one of an array.
bool first_of(dom::element at, const char* name, dom::element& out) {
  if (at[name].get(out) != simdjson::SUCCESS) return false;
  dom::array many;
  if (out.get(many) == simdjson::SUCCESS) {
    if (many.begin() == many.end()) return false;
    out = *many.begin();
  }
  return out.is_object();
}

}  // namespace

bool AccessReader::seen(const Event& event) {
  std::string key = std::to_string(event.time) + "\n" + event.kind + "\n" + std::string(event.field("door.id")) + "\n" +
                    std::string(event.field("person.name"));
  if (std::find(last_.begin(), last_.end(), key) != last_.end()) return true;
  last_[next_] = std::move(key);
  next_ = (next_ + 1) % last_.size();
  return false;
}

void AccessReader::take_log(const std::string& type, dom::element entry, UtcNs now, std::vector<Event>& out) {
  dom::element log, inner;
  if (!object(entry, "_source", log) && !object(entry, "source", log)) log = entry;
  const bool has_event = object(log, "event", inner);
  const std::string result = text(log, {"event", "result"}), said = text(log, {"event", "display_message"}),
                    method = text(log, {"authentication", "credential_provider"}),
                    what = has_event ? text(inner, {"type"}) : std::string();
  const Row* const row = row_of(what, result, method, said);
  std::optional<UtcNs> time = has_event ? time_of(inner, "published") : std::nullopt;
  const bool dated = time.has_value();
  if (!time) time = time_of(entry, "@timestamp");
  Event event = event_of(row, what.empty() ? type : what, time.value_or(now));
  if (row == &kDenied) event.add("reason", reason_of(said));
  put(event, "unifi.result", result);
  put(event, "unifi.reason", text(log, {"event", "reason"}));
  put(event, "unifi.message", said);
  put(event, "auth.method", method);
  put_card(event, method, text(log, {"authentication", "issuer"}));
  put_name(event, "person.name", text(log, {"actor", "display_name"}));
  put(event, "person.id", text(log, {"actor", "id"}));
  std::string door;
  dom::array targets;
  if (log["target"].get(targets) == simdjson::SUCCESS)
    for (const dom::element target : targets) {
      const std::string of = text(target, {"type"}), name = text(target, {"display_name"});
      if (of == "door" && event.field("door.id").empty()) {
        put(event, "door.id", text(target, {"id"}));
        door = name;
      } else if (of == "device_config" && text(target, {"id"}) == "door_entry_method") {
        const std::string way = lower(name);
        if (way == "entry" || way == "exit") event.add("direction", way == "entry" ? "in" : "out");
      } else if (of.starts_with("UA") && event.field("device.id").empty()) {
        put(event, "device.id", text(target, {"id"}));
        if (door.empty()) door = name;
      }
    }
  if (dated && seen(event)) return;
  say(event, row, what.empty() ? type : what, door);
  out.push_back(std::move(event));
}

void AccessReader::take_insight(const std::string& type, dom::element data, UtcNs now, std::vector<Event>& out) {
  const std::string what = text(data, {"event_type"}), result = text(data, {"result"}), said = text(data, {"message"});
  dom::element about, one;
  const bool known = object(data, "metadata", about);
  std::string method;
  if (known && first_of(about, "authentication", one)) {
    method = text(one, {"credential_provider"});
    if (method.empty()) method = text(one, {"display_name"});
  }
  const Row* const row = row_of(what, result, method, said);
  const std::optional<UtcNs> time = time_of(data, "published");
  Event event = event_of(row, what.empty() ? type : what, time.value_or(now));
  if (row == &kDenied) event.add("reason", reason_of(said));
  put(event, "unifi.result", result);
  put(event, "unifi.message", said);
  put(event, "auth.method", method);
  std::string where;
  if (known) {
    if (first_of(about, "authentication", one)) put_card(event, method, text(one, {"id"}));
    if (first_of(about, "actor", one)) {
      put_name(event, "person.name", text(one, {"display_name"}));
      put(event, "person.id", text(one, {"id"}));
    }
    if (first_of(about, "door", one)) {
      put(event, "door.id", text(one, {"id"}));
      where = text(one, {"display_name"});
    }
    if (first_of(about, "device", one)) put(event, "device.id", text(one, {"id"}));
  }
  if (time && seen(event)) return;
  say(event, row, what.empty() ? type : what, where);
  out.push_back(std::move(event));
}

void AccessReader::take_state(const std::string& door, const std::string& name, dom::element state, UtcNs now,
                              std::vector<Event>& out) {
  if (door.empty() || (doors_.size() == kMostDoors && !doors_.contains(door))) return;
  const bool first = !doors_.contains(door);
  Door& known = doors_[door];
  const auto tell = [&](const Row& row) {
    if (first) return;
    Event event = event_of(&row, "access.data.v2.location.update", now);
    event.add("door.id", door);
    say(event, &row, "", name);
    out.push_back(std::move(event));
  };
  const std::string position = text(state, {"dps"});
  if ((position == "open" || position == "close") && position != known.position) {
    static constexpr Row kOpened{"", "door.opened", "Door open"}, kClosed{"", "door.closed", "Door closed"};
    tell(position == "open" ? kOpened : kClosed);
    known.position = position;
  }
  std::string emergency = text(state, {"emergency", "hardware"});
  if (emergency.empty() || emergency == "none") emergency = text(state, {"emergency", "software"});
  if (emergency.empty() || emergency == known.emergency) return;
  const std::string mode = emergency == "none" ? std::string("normal") : emergency;
  tell({"", "access.mode", "The emergency state changed", {}, mode});
  known.emergency = emergency;
}

void AccessReader::take(const std::string& type, const std::string& about, dom::element data, UtcNs now,
                        std::vector<Event>& out) {
  if (std::find(kNoNews.begin(), kNoNews.end(), type) != kNoNews.end()) return;
  if (type == "access.logs.insights.add") return take_insight(type, data, now, out);
  if (type.starts_with("access.logs")) return take_log(type, data, now, out);
  dom::element state;
  if (type == "access.data.v2.location.update" || type == "access.data.device.location_update_v2" ||
      type == "access.data.location.update") {
    if (object(data, "state", state)) take_state(text(data, {"id"}), text(data, {"name"}), state, now, out);
    return;
  }
  if (type == "access.data.v2.device.update") {
    dom::array states;
    if (data["location_states"].get(states) == simdjson::SUCCESS)
      for (const dom::element one : states) take_state(text(one, {"location_id"}), {}, one, now, out);
    return;
  }
  const Row* const row = find(kRows, type);
  Event event = event_of(row, type, time_of(data, "timestamp").value_or(now));
  // Webhooks of Access: location is the door, object what happened there.
  dom::element object_of;
  std::string words;
  if (object(data, "object", object_of)) {
    const std::string result = text(object_of, {"result"}), status = text(object_of, {"status"}),
                      mode = text(object_of, {"mode"});
    if (type == "access.door.unlock" && !result.empty() && !has(lower(result), "granted")) {
      set_kind(event, "access.denied");
      event.add("reason", reason_of(result));
      words = "Access denied";
    }
    if (type == "access.device.dps_status") {
      set_kind(event, status == "open" ? "door.opened" : status.starts_with("close") ? "door.closed" : "other");
      words = status == "open" ? "Door open" : status.starts_with("close") ? "Door closed" : "";
    }
    if (type == "access.device.emergency_status" && !mode.empty()) event.add("unifi.mode", mode);
    put(event, "unifi.result", result);
    put(event, "unifi.status", status);
    put(event, "auth.method", text(object_of, {"authentication_type"}));
  }
  if (type == "access.data.setting.update") {
    bool evacuation = false, lockdown = false;
    const bool told = data["evacuation"].get(evacuation) == simdjson::SUCCESS;
    if (data["lockdown"].get(lockdown) != simdjson::SUCCESS && !told) return;
    for (auto& field : event.fields)
      if (field.name == "mode") field.value = evacuation ? "evacuation" : lockdown ? "lockdown" : "normal";
    words = evacuation ? "Evacuation: every door is unlocked"
            : lockdown ? "Lockdown: every door is locked"
                       : "No emergency";
  }
  const std::string position = text(data, {"door_position_status"});
  if (position == "open" || position == "close") set_kind(event, position == "open" ? "door.opened" : "door.closed");
  put_door(event, text(data, {"location", "id"}));
  put_door(event, text(data, {"door_id"}));
  put_door(event, text(data, {"device", "location_id"}));
  put_door(event, text(data, {"unique_id"}));
  put(event, "device.id", text(data, {"device", "id"}));
  if (event.field("device.id").empty()) put(event, "device.id", text(data, {"device_id"}));
  if (event.field("device.id").empty() && type == "access.data.device.remote_unlock") put(event, "device.id", about);
  put_name(event, "person.name", text(data, {"actor", "name"}));
  put(event, "person.id", text(data, {"actor", "id"}));
  std::string where;
  for (const std::string& name : {text(data, {"location", "name"}), text(data, {"door_name"}), text(data, {"name"})})
    if (where.empty()) where = name;
  if (!words.empty())
    event.add("message", one_line(words + (where.empty() ? "" : ": " + where)));
  else
    say(event, row, type, where);
  out.push_back(std::move(event));
}

}  // namespace wf::access::unifi
