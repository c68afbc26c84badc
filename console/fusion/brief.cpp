// An event in few words, where a column has room for no more.
#include <array>
#include <cctype>

#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::size_t kName = 24;  ///< bytes of a name that count here

std::string id_or(const Device* device, const Event& e, std::string_view field) {
  return device != nullptr ? one_line(device->id, kName) : one_line(e.field(field), kName);
}

/// "D-231"; a door whose id already says so loses the word.
std::string door(const Event& e, const Facts& f) {
  std::string id = id_or(f.door, e, "door.id");
  if (id.empty()) id = id_or(f.reader, e, "reader.id");
  if (id.starts_with("Door ") || id.starts_with("door ")) id.erase(0, 5);
  return id.empty() ? "Door" : id;
}

std::string host(const Event& e, const Facts& f) {
  const std::string_view name = e.field("host.name");
  return name.empty() ? id_or(f.host, e, "dst.ip") : one_line(name, kName);
}

std::string with(const char* words, std::string_view link, const std::string& name) {
  return name.empty() ? words : words + std::string(link) + name;
}

struct Entry {
  std::string_view kind;
  const char* words;
};

template <std::size_t N>
const char* words_of(const std::array<Entry, N>& list, std::string_view kind) {
  for (const Entry& entry : list)
    if (entry.kind == kind) return entry.words;
  return nullptr;
}

/// What stands for itself, whatever it happened at.
constexpr std::array<Entry, 22> kAlone{{{"access.granted", "Badge granted"},
                                        {"access.denied", "Badge denied"},
                                        {"access.entered", "Badge entered"},
                                        {"access.not_taken", "Nobody passed"},
                                        {"access.duress", "Duress code"},
                                        {"access.passback", "Badge used twice"},
                                        {"access.interlock", "Interlock held"},
                                        {"access.lockout", "Reader locked"},
                                        {"access.remote_open", "Opened remotely"},
                                        {"access.mode", "Door mode set"},
                                        {"intrusion.alarm", "Intrusion alarm"},
                                        {"intrusion.holdup", "Hold-up button"},
                                        {"intrusion.restored", "Zone normal"},
                                        {"intrusion.medical", "Call for help"},
                                        {"intrusion.cancelled", "Alarm cancelled"},
                                        {"fire.gas", "Gas alarm"},
                                        {"fire.fault", "Fire fault"},
                                        {"fire.restored", "Fire panel normal"},
                                        {"intrusion.armed", "Panel armed"},
                                        {"intrusion.disarmed", "Panel disarmed"},
                                        {"fire.alarm", "Fire alarm"},
                                        {"fire.release", "Fire release"}}};

/// After the door's or the camera's id.
constexpr std::array<Entry, 19> kAfter{{{"door.forced", "forced"},
                                        {"door.held", "held open"},
                                        {"door.opened", "opened"},
                                        {"door.closed", "closed"},
                                        {"door.rex", "exit button"},
                                        {"door.tamper", "tamper"},
                                        {"door.fault", "fault"},
                                        {"door.power", "power"},
                                        {"door.restored", "restored"},
                                        {"camera.covered", "covered"},
                                        {"camera.blurred", "blurred"},
                                        {"camera.moved", "turned away"},
                                        {"camera.dark", "dark"},
                                        {"camera.tamper", "tamper"},
                                        {"camera.restored", "restored"},
                                        {"camera.recording_gap", "not recorded"},
                                        {"camera.recorded", "recorded"},
                                        {"camera.offline", "offline"},
                                        {"camera.online", "online"}}};

/// Before the host.
constexpr std::array<Entry, 8> kBefore{{{"host.login", "Login"},
                                        {"host.login_failed", "Login failed"},
                                        {"host.logout", "Logout"},
                                        {"host.sudo", "sudo"},
                                        {"host.usb", "USB device"},
                                        {"host.process", "Program"},
                                        {"network.alert", "Alert"},
                                        {"network.anomaly", "Anomaly"}}};

std::string camera_saw(const Event& e, const std::string& c) {
  const std::string object = one_line(e.field("object"), kName), count = one_line(e.field("count"), 4);
  const bool one = count.empty() || count == "1";
  if (object.empty()) return one ? with("Object", ", ", c) : with("Objects", ", ", c);
  if (object == "person" || object == "human")
    return one ? with("Person", " on ", c) : (count == "2" ? "Two" : count) + with(" people", ", ", c);
  std::string name = one ? object : count + " × " + object;
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return with(name.c_str(), ", ", c);
}

}  // namespace

std::string brief(const Event& e, const Facts& f) {
  const std::string_view kind = e.kind;
  if (const char* words = words_of(kAlone, kind); words != nullptr) return words;
  if (const char* words = words_of(kAfter, kind); words != nullptr) {
    const std::string name = kind.starts_with("door.") ? door(e, f) : id_or(f.camera, e, "camera.id");
    return (name.empty() ? "Camera" : name) + " " + words;
  }
  if (const char* words = words_of(kBefore, kind); words != nullptr) {
    std::string name = host(e, f);
    if (kind.starts_with("network.") && f.dst_host != nullptr) name = one_line(f.dst_host->id, kName);
    // An address is too long to stand beside the word.
    const bool address = name.find_first_not_of("0123456789.:abcdef") == std::string::npos;
    return with(words, kind == "host.login_failed" ? ", " : " on ", address ? std::string() : name);
  }
  if (kind == "host.offline" || kind == "host.online") {
    const std::string name = host(e, f);
    return (name.empty() ? "Host" : name) + (kind == "host.online" ? " online" : " offline");
  }
  if (kind.starts_with("camera.")) {
    const std::string c = id_or(f.camera, e, "camera.id");
    if (kind == "camera.motion") return with("Motion", " on ", c);
    if (kind == "camera.motion_end") return with("No motion", " on ", c);
    if (kind == "camera.line_crossed") return with("Line crossed", ", ", c);
    if (kind == "camera.loitering") return with("Lingering", " on ", c);
    if (kind == "camera.object") return camera_saw(e, c);
  }
  return describe(e, f).once;
}

}  // namespace wf::fusion
