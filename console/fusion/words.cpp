#include "console/fusion/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace wf::fusion {
namespace {

/// An identifier at the front ("ws-14") stays as it is written.
std::string first_upper(std::string text) {
  const std::string_view word = std::string_view(text).substr(0, text.find(' '));
  if (!text.empty() && word.find_first_of("0123456789") == std::string_view::npos)
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string value(const Event& e, std::string_view name) { return one_line(e.field(name), 80); }

std::string comma(const std::string& text) { return text.empty() ? text : ", " + text; }
std::string colon(const std::string& text) { return text.empty() ? text : ": " + text; }
std::string blank(const std::string& text) { return text.empty() ? text : " " + text; }

std::string zone(const Event& e, const Facts& f) {
  if (f.unit != nullptr) return f.unit->name.empty() ? f.unit->category : f.unit->name;
  if (std::string name = value(e, "zone.name"); !name.empty()) return name;
  return value(e, "place");
}

/// "door D-231"; the reader where the door is not known.
std::string door(const Event& e, const Facts& f) {
  std::string id = f.door != nullptr ? f.door->id : value(e, "door.id");
  if (id.empty()) {
    id = f.reader != nullptr ? f.reader->id : value(e, "reader.id");
    return id.empty() ? "a door" : "reader " + id;
  }
  return id.starts_with("Door ") || id.starts_with("door ") ? "door " + id.substr(5) : "door " + id;
}

std::string badge(const Event& e, const Facts& f) {
  if (std::string id = value(e, "credential.id"); !id.empty()) return "Badge " + id;
  if (f.person != nullptr) return f.person->name;
  if (std::string name = value(e, "person.name"); !name.empty()) return name;
  return "Badge";
}

std::string where(const Event& e, const Facts& f) {
  std::string z = zone(e, f);
  return z.empty() ? door(e, f) : z;
}

std::string camera(const Event& e, const Facts& f) {
  if (f.camera != nullptr) return f.camera->id;
  std::string id = value(e, "camera.id");
  return id.empty() ? "a camera" : id;
}

std::string host(const Event& e, const Facts& f) {
  if (std::string name = value(e, "host.name"); !name.empty()) return name;
  if (f.host != nullptr) return f.host->id;
  return value(e, "dst.ip");
}

/// The account or badge that did something.
std::string who(const Event& e, const Facts& f) {
  if (std::string user = value(e, "user.name"); !user.empty()) return user;
  return badge(e, f);
}

/// What a camera saw: "person", "two people", "vehicle".
std::string seen(const Event& e) {
  const std::string object = value(e, "object");
  std::string count = value(e, "count");
  if (count.empty() || count == "1") return object == "person" || object == "human" ? "one person" : object;
  static constexpr std::array<const char*, 8> kFew{"two", "three", "four", "five", "six", "seven", "eight", "nine"};
  if (count.size() == 1 && count[0] >= '2') count = kFew[static_cast<std::size_t>(count[0] - '2')];
  if (object.empty()) return count + " objects";
  if (object == "person" || object == "human") return count + " people";
  return count + " × " + object;
}

/// "10.1.2.3 → 10.4.0.12", with our own hosts by name.
std::string way(const Event& e, const Facts& f) {
  const std::string from = f.src_host != nullptr ? f.src_host->id : value(e, "src.ip");
  const std::string to = f.dst_host != nullptr ? f.dst_host->id : value(e, "dst.ip");
  if (from.empty()) return to;
  return to.empty() ? from : from + " → " + to;
}

Words plain(std::string once) { return {once, once + ", {n} times"}; }

Words access(const Event& e, const Facts& f) {
  const std::string_view what = std::string_view(e.kind).substr(7);
  const std::string b = badge(e, f), reason = value(e, "reason"), z = where(e, f);
  if (what == "granted") return {b + " granted, " + z, b + " granted {n} times, " + z};
  if (what == "denied") return {b + " denied" + colon(reason) + comma(zone(e, f)), "Denied {n} times" + colon(reason)};
  if (what == "entered") return {b + " entered " + z, b + " entered " + z + " {n} times"};
  if (what == "not_taken") return plain(b + " granted, nobody passed, " + z);
  if (what == "duress") return plain("Duress code of " + b + " at " + door(e, f) + comma(zone(e, f)));
  if (what == "passback") return plain(b + " used twice in the same direction, " + z);
  if (what == "interlock") return plain(b + " held by the interlock, " + z);
  if (what == "lockout") return plain("Reader locked after too many tries, " + door(e, f));
  if (what == "remote_open") {
    const std::string by = value(e, "user.name");
    return plain(first_upper(door(e, f)) + " opened remotely" + (by.empty() ? by : " by " + by));
  }
  if (what == "read") {
    const std::string read = value(e, "credential.id").empty() ? "Keys pressed" : b + " read";
    return {read + ", " + z, read + " {n} times, " + z};
  }
  if (what == "mode") return plain(first_upper(door(e, f)) + " set to" + blank(value(e, "mode")));
  return plain(b + ": " + std::string(what) + ", " + z);
}

Words door_event(const Event& e, const Facts& f) {
  const std::string_view what = std::string_view(e.kind).substr(5);
  const std::string d = first_upper(door(e, f));
  if (what == "forced") return {d + " forced", d + " forced {n} times"};
  if (what == "held") return {d + " held open", d + " held open {n} times"};
  if (what == "opened") return {d + " opened", d + " opened {n} times"};
  if (what == "closed") return {d + " closed", d + " closed {n} times"};
  if (what == "rex") return {"Exit button at " + door(e, f), "Exit button at " + door(e, f) + ", {n} times"};
  if (what == "tamper") {
    const std::string device = f.reader != nullptr ? "reader " + f.reader->id : door(e, f);
    return plain("Tamper at " + device);
  }
  if (what == "fault") return plain("Fault at " + door(e, f) + colon(value(e, "reason")));
  if (what == "power") return plain("Power at " + door(e, f) + colon(value(e, "reason")));
  if (what == "restored") return plain(d + " back to normal");
  return plain(d + ": " + std::string(what));
}

Words panel(const Event& e, const Facts& f) {
  const std::string z = zone(e, f), at = z.empty() ? z : ", " + z;
  static constexpr std::array<std::pair<std::string_view, const char*>, 12> kWhat{
      {{"intrusion.alarm", "Intrusion alarm"},
       {"intrusion.holdup", "Hold-up button"},
       {"intrusion.armed", "Intrusion panel armed"},
       {"intrusion.disarmed", "Intrusion panel disarmed"},
       {"intrusion.restored", "Intrusion zone back to normal"},
       {"intrusion.medical", "Call for help"},
       {"intrusion.cancelled", "Alarm cancelled at the panel"},
       {"fire.gas", "Gas alarm"},
       {"fire.fault", "Fault of the fire system"},
       {"fire.alarm", "Fire alarm"},
       {"fire.restored", "Fire panel back to normal"},
       {"fire.release", "Fire release: doors unlocked"}}};
  for (const auto& [kind, text] : kWhat)
    if (e.kind == kind) return plain(text + at);
  return plain(e.kind + at);
}

Words camera_event(const Event& e, const Facts& f) {
  const std::string_view what = std::string_view(e.kind).substr(7);
  const std::string c = camera(e, f), s = seen(e);
  if (what == "motion") return {"Motion on " + c + comma(s), "Motion on " + c + " {n} times" + comma(s)};
  if (what == "motion_end") return plain("Motion on " + c + " ended");
  if (what == "line_crossed") {
    const std::string w = s.empty() ? "Line crossed" : first_upper(s) + " crossed the line";
    return {w + " on " + c, w + " on " + c + ", {n} times"};
  }
  if (what == "object") return plain((s.empty() ? "Object" : first_upper(s)) + " on " + c);
  if (what == "loitering") return plain((s.empty() ? "Somebody" : first_upper(s)) + " lingers on " + c);
  static constexpr std::array<std::pair<std::string_view, const char*>, 10> kWhat{{{"covered", "covered"},
                                                                                   {"recording_gap", "is not recorded"},
                                                                                   {"recorded", "is recorded again"},
                                                                                   {"blurred", "out of focus"},
                                                                                   {"moved", "turned away"},
                                                                                   {"dark", "sees nothing but dark"},
                                                                                   {"tamper", "tampered with"},
                                                                                   {"restored", "has its picture back"},
                                                                                   {"offline", "offline"},
                                                                                   {"online", "online again"}}};
  for (const auto& [kind, text] : kWhat)
    if (what == kind) {
      const std::string once = "Camera " + c + " " + text;
      return {once, once + " {n} times"};
    }
  return plain("Camera " + c + ": " + std::string(what));
}

Words network(const Event& e, const Facts& f) {
  const std::string_view what = std::string_view(e.kind).substr(8);
  const std::string w = way(e, f);
  if (what == "alert" || what == "notice" || what == "anomaly") {
    std::string title = value(e, "alert.title");
    if (title.empty()) title = value(e, "alert.signature");
    if (title.empty()) title = one_line(e.field("message"));
    if (title.empty()) title = "Network " + std::string(what);
    return {title + comma(w), title + ", {n} times" + comma(w)};
  }
  std::string name = value(e, what == "dns" ? "dns.query" : what == "http" ? "http.hostname" : "tls.sni");
  return plain("Network " + std::string(what) + blank(name) + comma(w));
}

Words host_event(const Event& e, const Facts& f) {
  if (e.kind == "host.offline" || e.kind == "host.online") {
    const std::string name = host(e, f);
    return plain((name.empty() ? "A host" : first_upper(name)) +
                 (e.kind == "host.online" ? " answers again" : " does not answer"));
  }
  const std::string_view what = std::string_view(e.kind).substr(5);
  const std::string h = host(e, f), user = value(e, "user.name"), on = h.empty() ? h : " on " + h;
  std::string from = f.src_host != nullptr ? f.src_host->id : value(e, "src.ip");
  if (from.empty()) from = value(e, "rhost");
  if (!from.empty()) from = " from " + from;
  if (what == "login") {
    const bool console = from.empty() && !h.empty() && e.field("session.remote") == "false";
    const std::string u = user.empty() ? "Login" : user + " login";
    const std::string at = console ? " at the console of " + h : on;
    return {u + at + from, u + at + " {n} times" + from};
  }
  if (what == "login_failed") {
    const std::string u = user.empty() ? user : " for " + user;
    // Several tries are one line whatever names they tried.
    return {"Login failed" + u + on + from, "Login failed {n} times" + on + from};
  }
  if (what == "logout") return plain((user.empty() ? "Somebody" : user) + " logged out" + on);
  if (what == "session") return plain("Session of " + (user.empty() ? "somebody" : user) + on);
  if (what == "sudo") {
    const std::string command = value(e, "process.command_line");
    return plain((user.empty() ? "Somebody" : user) + " ran as root" + on + colon(command));
  }
  if (what == "process") {
    std::string command = value(e, "process.command_line");
    if (command.empty()) command = value(e, "process.name");
    return plain("Program started" + on + colon(command));
  }
  if (what == "usb") {
    std::string device = value(e, "usb.product");
    if (device.empty()) device = one_line(e.field("message"), 60);
    return plain("USB device plugged into " + (h.empty() ? "a host" : h) + colon(device));
  }
  if (what == "service" || what == "package" || what == "file") {
    const std::string thing = value(e, std::string(what) + ".name");
    const std::string message = one_line(e.field("message"));
    return plain(first_upper(std::string(what)) + (thing.empty() ? colon(message) : blank(thing)) + on);
  }
  std::string message = one_line(e.field("message"));
  return plain((message.empty() ? "Log entry" : message) + on);
}

Words point(const Event& e) {
  const std::string p = value(e, "alarm.point"), text = one_line(e.field("message"), 80);
  const std::string name = p.empty() ? "A point" : p;
  if (e.kind == "device.normal") return plain(name + " back to normal");
  const std::string once = name + (text.empty() ? " in alarm" : ": " + text);
  return {once, once + ", {n} times"};
}

/// What panels, controllers, readers and detectors tell of themselves.
Words device_event(const Event& e, const Facts& f) {
  std::string name = value(e, "device.id");
  if (const std::string p = value(e, "alarm.point"); !p.empty()) name += (name.empty() ? "" : ", ") + p;
  if (name.empty() && (f.door != nullptr || f.reader != nullptr)) name = door(e, f);
  if (name.empty()) name = value(e, "zone.name");
  if (name.empty()) name = "a device";
  const std::string reason = value(e, "reason");
  static constexpr std::array<std::pair<std::string_view, std::pair<const char*, const char*>>, 9> kWhat{
      {{"device.fault", {"Trouble at ", ""}},
       {"device.tamper", {"Tamper at ", ""}},
       {"device.restored", {"", " is well again"}},
       {"device.bypassed", {"", " taken out of service"}},
       {"device.unbypassed", {"", " back in service"}},
       {"device.test", {"Test at ", ""}},
       {"device.offline", {"Nothing is heard of ", ""}},
       {"device.online", {"", " is heard again"}},
       {"device.refused", {"Refused: somebody as ", ""}}}};
  for (const auto& [kind, around] : kWhat)
    if (e.kind == kind) {
      const std::string subject = *around.first == '\0' ? first_upper(name) : name;
      return plain(around.first + subject + around.second + colon(reason));
    }
  return {};
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes) {
  std::string out(text.substr(0, bytes));
  if (text.size() > bytes) {
    while (!out.empty() && (static_cast<unsigned char>(text[out.size()]) & 0xC0U) == 0x80) out.pop_back();
    out += "…";
  }
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

Words describe(const Event& e, const Facts& f) {
  const std::string_view kind = e.kind;
  if (kind.starts_with("access.")) return access(e, f);
  if (kind.starts_with("door.")) return door_event(e, f);
  if (kind.starts_with("intrusion.") || kind.starts_with("fire.")) return panel(e, f);
  if (kind.starts_with("camera.")) return camera_event(e, f);
  if (kind.starts_with("network.")) return network(e, f);
  if (kind.starts_with("host.")) return host_event(e, f);
  if (kind == "device.alarm" || kind == "device.normal") return point(e);
  if (kind.starts_with("device."))
    if (Words words = device_event(e, f); !words.once.empty()) return words;
  if (kind.starts_with("agent.")) return plain("Agent " + one_line(e.agent, 40) + colon(one_line(e.field("message"))));
  std::string text = one_line(e.field("message"));
  if (text.empty()) text = kind.empty() || kind == "other" ? "Event" : std::string(kind);
  const std::string h = host(e, f);
  return plain(text + (h.empty() ? h : " on " + h));
}

std::string repeated(const std::string& once, const std::string& many, std::uint32_t n) {
  if (n <= 1) return once;
  const std::size_t at = many.find("{n}");
  if (at == std::string::npos) return once + ", " + std::to_string(n) + " times";
  return many.substr(0, at) + std::to_string(n) + many.substr(at + 3);
}

std::string fill_title(std::string_view pattern, const Event& e, const Facts& f, std::size_t count) {
  const auto one = [&](std::string_view name) -> std::string {
    if (name == "count") return std::to_string(count);
    if (name == "who") return who(e, f);
    if (name == "badge") return badge(e, f);
    if (name == "door") return door(e, f);
    if (name == "camera") return camera(e, f);
    if (name == "host") return host(e, f);
    if (name == "zone") return where(e, f);
    if (name == "seen") return seen(e);
    if (name == "event") return describe(e, f).once;
    return value(e, name);
  };
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    const std::size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    out += pattern.substr(0, close == std::string_view::npos ? pattern.size() : open);
    if (close == std::string_view::npos) break;
    std::string_view names = pattern.substr(open + 1, close - open - 1);
    std::string text;
    while (text.empty() && !names.empty()) {
      const std::size_t bar = std::min(names.find('|'), names.size());
      text = one(names.substr(0, bar));
      names.remove_prefix(std::min(bar + 1, names.size()));
    }
    if (text.empty()) return {};
    pattern.remove_prefix(close + 1);
    // A door that the site does not know stands for its zone too; nobody wants to read it twice.
    if (out.ends_with(", ") && out.ends_with(text + ", ")) {
      out.resize(out.size() - 2);
      continue;
    }
    out += text;
    if (text.starts_with("door ") && pattern.starts_with(" door ")) pattern.remove_prefix(5);
  }
  return first_upper(one_line(out, 160));
}

bool is_among(const std::vector<std::string>& roles, std::string_view role) {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& one) {
    return std::equal(one.begin(), one.end(), role.begin(), role.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
  });
}

}  // namespace wf::fusion
