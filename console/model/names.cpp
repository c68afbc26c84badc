#include <array>

#include "console/model/command.hpp"
#include "console/model/entity.hpp"
#include "console/model/incident.hpp"

namespace wf {
namespace {

template <std::size_t N>
std::string_view at(const std::array<std::string_view, N>& names, std::size_t index) {
  return index < N ? names[index] : std::string_view{"unknown"};
}

}  // namespace

std::string_view name_of(EntityKind kind) {
  static constexpr std::array<std::string_view, 10> kNames{"person", "credential", "door",    "zone",   "camera",
                                                           "host",   "address",    "account", "reader", "agent"};
  return at(kNames, static_cast<std::size_t>(kind));
}

Domain domain_of_kind(std::string_view event_kind) {
  const std::string_view first = event_kind.substr(0, event_kind.find('.'));
  if (first == "access" || first == "door" || first == "intrusion" || first == "fire") return Domain::door;
  if (first == "camera") return Domain::camera;
  return Domain::network;
}

std::string_view name_of(Priority priority) {
  static constexpr std::array<std::string_view, 4> kNames{"low", "medium", "high", "critical"};
  return at(kNames, static_cast<std::size_t>(priority));
}

char letter_of(Priority priority) {
  static constexpr std::string_view kLetters = "LMHC";
  return kLetters[static_cast<std::size_t>(priority) % kLetters.size()];
}

std::string_view name_of(IncidentState state) {
  static constexpr std::array<std::string_view, 8> kNames{"New",       "Acknowledged", "Dispatched", "On scene",
                                                          "Escalated", "Cleared",      "Shelved",    "Resolved"};
  return at(kNames, static_cast<std::size_t>(state));
}

std::string_view name_of(Cause cause) {
  static constexpr std::array<std::string_view, 8> kNames{
      "none", "true", "false", "nuisance", "authorised", "equipment fault", "unexplained", "test"};
  return at(kNames, static_cast<std::size_t>(cause));
}

std::string_view name_of(CommandKind kind) {
  static constexpr std::array<std::string_view, 12> kNames{"acknowledge", "dispatch", "note",      "escalate",
                                                           "shelve",      "unshelve", "resolve",   "merge",
                                                           "split",       "call",     "plan step", "on scene"};
  return at(kNames, static_cast<std::size_t>(kind));
}

std::string incident_name(std::uint64_t id) {
  std::string digits = std::to_string(id);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return "INC-" + digits;
}

}  // namespace wf
