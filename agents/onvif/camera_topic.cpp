#include "agents/onvif/camera_topic.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace wf::onvif {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool is_false(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kWords{"false", "0", "inactive", "off", "no"};
  return std::find(kWords.begin(), kWords.end(), lower(text)) != kWords.end();
}

struct Sort {
  std::string_view begins, ends, object = {}, reason = {};
  bool alone = false;  ///< it is told without an end, or without a word of whether it is so
};
constexpr Sort kMotion{"camera.motion", "camera.motion_end"}, kObject{"camera.object", "camera.motion_end"},
    kPerson{"camera.object", "camera.motion_end", "person"}, kVehicle{"camera.object", "camera.motion_end", "vehicle"},
    kAnimal{"camera.object", "camera.motion_end", "animal"}, kPackage{"camera.object", "camera.motion_end", "package"},
    kLoiters{"camera.loitering", "camera.motion_end", {}, {}, true}, kLine{"camera.line_crossed", {}, {}, {}, true},
    kTamper{"camera.tamper", "camera.restored"}, kMoved{"camera.moved", "camera.restored"},
    kBlurred{"camera.blurred", "camera.restored"}, kDark{"camera.dark", "camera.restored"},
    kBright{"camera.dark", "camera.restored", {}, "too bright"}, kLost{"camera.offline", "camera.online"};

/// Items whose name says what it is that is so.
struct Item {
  std::string_view name;
  Sort sort;
};
constexpr std::array kItems{Item{"IsPeople", kPerson},    Item{"IsPerson", kPerson},   Item{"IsHuman", kPerson},
                            Item{"IsFace", kPerson},      Item{"IsVehicle", kVehicle}, Item{"IsCar", kVehicle},
                            Item{"IsPet", kAnimal},       Item{"IsAnimal", kAnimal},   Item{"IsPackage", kPackage},
                            Item{"IsIntrusion", kObject}, Item{"IsInside", kObject},   Item{"IsLineCross", kLine},
                            Item{"IsTamper", kTamper},    Item{"IsMotion", kMotion}};

/// Part of a topic, in small letters. The first that is found decides.
struct Word {
  std::string_view word;
  Sort sort;
};
constexpr std::array kWords{
    Word{"tamper", kTamper},          Word{"videoblind", kTamper},   Word{"shelter", kTamper},
    Word{"occlu", kTamper},           Word{"videocover", kTamper},   Word{"lenscover", kTamper},
    Word{"scenechange", kMoved},      Word{"viewchange", kMoved},    Word{"cameramoved", kMoved},
    Word{"toobright", kBright},       Word{"overexpos", kBright},    Word{"toodark", kDark},
    Word{"blur", kBlurred},           Word{"defocus", kBlurred},     Word{"outoffocus", kBlurred},
    Word{"signalloss", kLost},        Word{"signallost", kLost},     Word{"videoloss", kLost},
    Word{"videolost", kLost},         Word{"linecross", kLine},      Word{"crossline", kLine},
    Word{"linedetector", kLine},      Word{"linedetection", kLine},  Word{"tripwire", kLine},
    Word{"loiter", kLoiters},         Word{"human", kPerson},        Word{"people", kPerson},
    Word{"person", kPerson},          Word{"pedestrian", kPerson},   Word{"face", kPerson},
    Word{"visitor", kPerson},         Word{"vehicle", kVehicle},     Word{"licenseplate", kVehicle},
    Word{"dogcat", kAnimal},          Word{"animal", kAnimal},       Word{"petdetect", kAnimal},
    Word{"package", kPackage},        Word{"parcel", kPackage},      Word{"intrusion", kObject},
    Word{"objectsinside", kObject},   Word{"fielddetect", kObject},  Word{"fence", kObject},
    Word{"enterregion", kObject},     Word{"regionentr", kObject},   Word{"exitregion", kObject},
    Word{"regionexit", kObject},      Word{"enterarea", kObject},    Word{"areaentr", kObject},
    Word{"objectanalytics", kObject}, Word{"objectdetect", kObject}, Word{"smartmotion", kMotion},
    Word{"motion", kMotion},          Word{"vmd", kMotion},          Word{"/pir", kMotion},
};

/// Where cameras speak of what they see.
bool sees(std::string_view topic) {
  static constexpr std::array<std::string_view, 7> kRoots{
      "RuleEngine/", "VideoSource/", "VideoAnalytics/", "CameraApplicationPlatform/",
      "UserAlarm/",  "MotionAlarm",  "Device/Sensor/"};
  return std::any_of(kRoots.begin(), kRoots.end(), [&](std::string_view root) { return topic.starts_with(root); });
}

Meaning begun(const Sort& sort) {
  // That something moves or is there is no lasting state; a covered picture is.
  const bool normal = sort.ends != "camera.restored" && sort.ends != "camera.online";
  return {sort.begins, sort.reason, sort.object, normal};
}

Meaning over(const Sort& sort) { return {sort.ends.empty() ? std::string_view("other") : sort.ends, {}, {}, true}; }

}  // namespace

bool is_true(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kWords{"true", "1", "active", "on", "yes"};
  return std::find(kWords.begin(), kWords.end(), lower(text)) != kWords.end();
}

std::optional<bool> is_so(const Notice& notice) {
  std::optional<bool> out;
  for (const auto& [name, value] : notice.data) {
    const std::string small = lower(name);
    const bool says = small == "state" || small == "active" || small == "logicalstate" || small == "value" ||
                      small == "failed" || small == "tampering" || small == "motion" || small == "motionactive" ||
                      small == "detected" || small == "alarm" || small == "critical" || small == "open" ||
                      (small.starts_with("is") && !small.starts_with("isnot"));
    if (says && is_true(value)) return true;
    if (says && is_false(value)) out = false;
  }
  if (out) return out;
  for (const auto& [name, value] : notice.data) {
    // A number of something is no yes or no, unless it stands alone.
    const bool number = value == "0" || value == "1";
    if (number && (notice.data.size() > 1 || lower(name).ends_with("id"))) continue;
    if (lower(name).starts_with("isnot")) continue;
    if (is_true(value)) return true;
    if (is_false(value)) return false;
  }
  return {};
}

Meaning camera_topic(const Notice& notice) {
  const std::string_view topic = notice.topic;
  if (topic.starts_with("RuleEngine/Recognition/LicensePlate") || !notice.item("PlateNumber").empty())
    return {"camera.object", {}, "vehicle", true};
  if (!sees(topic)) return {"other"};
  // An item says more than the topic: one of TP-Link's is for all that it recognises.
  const Item* off = nullptr;
  for (const Item& one : kItems) {
    if (is_true(notice.item(one.name))) return begun(one.sort);
    if (off == nullptr && !notice.item(one.name).empty()) off = &one;
  }
  std::string text = lower(topic);
  // The name of a rule engine is not what it found.
  constexpr std::string_view kEngine = "cellmotiondetector/";
  if (const std::size_t at = text.find(kEngine); at != std::string::npos) text.erase(at, kEngine.size());
  const auto found =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& one) { return text.find(one.word) != text.npos; });
  if (found == kWords.end()) return off != nullptr ? over(off->sort) : Meaning{"other"};
  const std::optional<bool> so = is_so(notice);
  if (so) return *so ? begun(found->sort) : over(found->sort);
  if (found->sort.alone) return begun(found->sort);
  return {"other"};
}

Meaning recorder_topic(const Notice& notice, Recording recording) {
  const bool always = recording == Recording::always;
  constexpr Meaning kRecorded{"camera.recorded", {}, {}, true};
  if (notice.topic == "RecordingConfig/JobState") {
    const std::string state = lower(notice.item("State"));
    if (state == "error") return {"camera.recording_gap", "recorder"};
    if (state == "active") return kRecorded;
    if (state == "idle" && always) return {"camera.recording_gap", "idle"};
    // Some of its tracks are recorded (sound alone, or the picture alone): the state says it, and which is for a
    // person.
    return {"other", {}, notice.item("State"), state != "partiallyactive"};
  }
  const std::optional<bool> going_on = is_so(notice);
  if (!going_on) return {"other"};
  if (*going_on) return kRecorded;
  if (always) return {"camera.recording_gap", "stopped"};
  return {"other", {}, "not recording", true};
}

}  // namespace wf::onvif
