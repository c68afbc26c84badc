#include <array>

#include "console/model/call.hpp"
#include "console/model/command.hpp"
#include "console/model/device_order.hpp"
#include "console/model/entity.hpp"
#include "console/model/incident.hpp"
#include "console/model/site.hpp"
#include "console/model/ticket.hpp"

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
  if (first == "access" || first == "door" || first == "intrusion" || first == "fire" || first == "device")
    return Domain::door;
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

std::string_view name_of(JoinLink::How how) {
  static constexpr std::array<std::string_view, 8> kNames{"opened", "shared",  "adjacent", "pattern",
                                                          "merged", "symptom", "kept",     "flood"};
  return at(kNames, static_cast<std::size_t>(how));
}

std::string_view name_of(Evidence::State state) {
  static constexpr std::array<std::string_view, 5> kNames{"said", "awaited", "came", "absent", "unknown"};
  return at(kNames, static_cast<std::size_t>(state));
}

std::string_view name_of(CommandKind kind) {
  static constexpr std::array<std::string_view, 24> kNames{
      "acknowledge", "dispatch",  "note",      "escalate", "shelve", "unshelve",    "resolve",  "merge",
      "split",       "call",      "plan step", "on scene", "device", "device sent", "suppress", "test",
      "inhibit",     "end works", "ticket",    "progress", "panic",  "skip step",   "look up",  "rule"};
  return at(kNames, static_cast<std::size_t>(kind));
}

std::string look_up_words(const Person& person) {
  return "Looked up the doors of " + (person.name.empty() ? person.id : person.name);
}

std::string words_of_call(std::string_view contact, bool reached) {
  return "Called " + std::string(contact) + (reached ? ": reached" : ": no answer");
}

std::string words_of_order(std::string_view action, std::string_view device, std::uint32_t seconds) {
  std::string out(action);
  for (char& c : out)
    if (c == '_') c = ' ';
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  out += ' ';
  out += device;
  if (seconds > 0) out += " for " + std::to_string(seconds) + " s";
  return out;
}

namespace {

std::string numbered(const char* prefix, std::uint64_t id) {
  std::string digits = std::to_string(id);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return prefix + digits;
}

}  // namespace

std::string incident_name(std::uint64_t id) { return numbered("INC-", id); }
std::string ticket_name(std::uint64_t id) { return numbered("MT-", id); }

std::string_view name_of(Ticket::State state) {
  static constexpr std::array<std::string_view, 3> kNames{"Open", "Taken", "Closed"};
  return at(kNames, static_cast<std::size_t>(state));
}

std::string_view name_of(Ticket::Why why) {
  static constexpr std::array<std::string_view, 4> kNames{"broken", "silent", "failed its test", "reported"};
  return at(kNames, static_cast<std::size_t>(why));
}

}  // namespace wf
