#include "console/ui/draw/model_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wf::ui {
namespace {

template <std::size_t N, class Kind>
Text at(const std::array<Text, N>& words, Kind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < N ? words[index] : "unknown"_tr;
}

/// What sources call the states of devices, and agents those of their sources; others are possible.
constexpr std::array<std::pair<std::string_view, Text>, 24> kStates{
    {{"open", "open##a door"_tr}, {"closed", "closed##a door"_tr}, {"held", "held"_tr},
     {"forced", "forced"_tr},     {"locked", "locked"_tr},         {"unlocked", "unlocked"_tr},
     {"online", "online"_tr},     {"offline", "offline"_tr},       {"covered", "covered"_tr},
     {"dark", "dark"_tr},         {"blurred", "blurred"_tr},       {"alarm", "alarm"_tr},
     {"normal", "normal"_tr},     {"fault", "fault"_tr},           {"failed", "failed"_tr},
     {"silent", "silent"_tr},     {"tamper", "tamper"_tr},         {"armed", "armed"_tr},
     {"disarmed", "disarmed"_tr}, {"motion", "motion"_tr},         {"running", "running"_tr},
     {"starting", "starting"_tr}, {"waiting", "waiting"_tr},       {"ended", "ended##a source"_tr}}};

/// The word that is known, or the one that came.
template <std::size_t N>
std::string known_or(const std::array<std::pair<std::string_view, Text>, N>& words, std::string_view said) {
  const auto known = std::find_if(words.begin(), words.end(), [&](const auto& one) { return one.first == said; });
  return known == words.end() ? std::string(said) : known->second.str();
}

}  // namespace

Text word_of(Priority priority) {
  static constexpr std::array<Text, 4> kWords{"low"_tr, "medium"_tr, "high"_tr, "critical"_tr};
  return at(kWords, priority);
}

Text priority_title(Priority priority) {
  static constexpr std::array<Text, 4> kWords{"Low"_tr, "Medium"_tr, "High"_tr, "Critical"_tr};
  return at(kWords, priority);
}

Text letter_word(Priority priority) {
  static constexpr std::array<Text, 4> kWords{"L##low"_tr, "M##medium"_tr, "H##high"_tr, "C##critical"_tr};
  return at(kWords, priority);
}

Text word_of(IncidentState state) {
  static constexpr std::array<Text, 8> kWords{"New"_tr,       "Acknowledged"_tr, "Dispatched"_tr, "On scene"_tr,
                                              "Escalated"_tr, "Cleared"_tr,      "Shelved"_tr,    "Resolved"_tr};
  return at(kWords, state);
}

Text word_of(Cause cause) {
  static constexpr std::array<Text, 8> kWords{"none"_tr,        "true##cause"_tr, "false##cause"_tr,
                                              "nuisance"_tr,    "authorised"_tr,  "equipment fault"_tr,
                                              "unexplained"_tr, "test##cause"_tr};
  return at(kWords, cause);
}

Text word_of(Dispatch::Step step) {
  static constexpr std::array<Text, Dispatch::kSteps> kWords{"not received"_tr, "received"_tr, "en route"_tr,
                                                             "on scene"_tr, "cleared"_tr};
  return at(kWords, step);
}

Text word_of(CommandKind kind) {
  static constexpr std::array<Text, 24> kWords{"acknowledge"_tr,     "dispatch##a command"_tr,
                                               "note##a command"_tr, "escalate"_tr,
                                               "shelve"_tr,          "unshelve"_tr,
                                               "resolve"_tr,         "merge"_tr,
                                               "split"_tr,           "call##a command"_tr,
                                               "plan step"_tr,       "on scene"_tr,
                                               "device"_tr,          "device"_tr,
                                               "suppress"_tr,        "test##works"_tr,
                                               "inhibit"_tr,         "end works"_tr,
                                               "ticket"_tr,          "progress"_tr,
                                               "panic"_tr,           "skip step"_tr,
                                               "look up"_tr,         "rule##a command"_tr};
  return at(kWords, kind);
}

Text word_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::door:
      return "Door"_tr;
    case DeviceKind::reader:
      return "Reader"_tr;
    case DeviceKind::camera:
      return "Camera"_tr;
    case DeviceKind::host:
      return "Host"_tr;
    case DeviceKind::network:
      return "Network"_tr;
    case DeviceKind::controller:
      return "Controller"_tr;
    case DeviceKind::sensor:
      return "Sensor"_tr;
    case DeviceKind::guard_post:
      return "Guard post"_tr;
  }
  return "Device"_tr;
}

Text word_of(Domain domain) {
  static constexpr std::array<Text, 3> kWords{"Door"_tr, "Camera"_tr, "Network"_tr};
  return at(kWords, domain);
}

std::string device_state_word(std::string_view state) { return known_or(kStates, state); }

std::string effect_word(std::string_view effect) {
  static constexpr std::array<std::pair<std::string_view, Text>, 5> kEffects{{{"opens", "opens"_tr},
                                                                              {"raises", "raises"_tr},
                                                                              {"confirms", "confirms"_tr},
                                                                              {"context", "context"_tr},
                                                                              {"symptom", "symptom"_tr}}};
  return known_or(kEffects, effect);
}

std::string threat_word(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Text>, 4> kLevels{{{"Normal", "Normal##threat"_tr},
                                                                             {"Elevated", "Elevated##threat"_tr},
                                                                             {"High", "High##threat"_tr},
                                                                             {"Severe", "Severe##threat"_tr}}};
  return known_or(kLevels, name);
}

std::string order_state_word(std::string_view state) {
  static constexpr std::array<std::pair<std::string_view, Text>, 12> kSteps{
      {{"asked", "asked##an order"_tr},
       {"sent", "sent##an order"_tr},
       {"received", "received##an order"_tr},
       {"executed", "executed"_tr},
       {"confirmed", "confirmed##an order"_tr},
       {"ended", "ended##an order"_tr},
       {"refused", "refused##an order"_tr},
       {"expired", "expired"_tr},
       {"failed", "failed##an order"_tr},
       {"no_answer", "no answer"_tr},
       {"not_confirmed", "not confirmed##an order"_tr},
       {"not_ended", "not ended"_tr}}};
  std::string out = known_or(kSteps, state);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string order_words(std::string_view action, std::string_view device, std::uint32_t seconds) {
  if (action == "unlock")
    return seconds > 0 ? text_of<"Unlock {} for {} s">(device, seconds) : text_of<"Unlock {}">(device);
  if (action == "lock") return seconds > 0 ? text_of<"Lock {} for {} s">(device, seconds) : text_of<"Lock {}">(device);
  if (action == "release")
    return seconds > 0 ? text_of<"Release {} for {} s">(device, seconds) : text_of<"Release {}">(device);
  if (action == "sounder_on")
    return seconds > 0 ? text_of<"Sounder on {} for {} s">(device, seconds) : text_of<"Sounder on {}">(device);
  if (action == "sounder_off") return text_of<"Sounder off {}">(device);
  return words_of_order(action, device, seconds);  // what another version of this program asked for
}

}  // namespace wf::ui
