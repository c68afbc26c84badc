#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/model/incident.hpp"

namespace wf {

struct Person;

enum class CommandKind : std::uint8_t {
  acknowledge,
  dispatch,
  note,
  escalate,
  shelve,
  unshelve,
  resolve,
  merge,
  split,
  call,
  plan_step,
  on_scene,
  device,       ///< something is to be done at a device: unlock, lock…
  device_sent,  ///< the engine's own: what became of sending one
  suppress,     ///< planned maintenance of a device or zone: what it raises is counted and calls nobody
  test,         ///< a technician tests a device or zone: each signal is confirmed, none calls
  inhibit,      ///< what a device or zone raises is a symptom of the incident
  end_works,    ///< of one of these three, before its time
  ticket,       ///< a device that does not work: opened, taken, walked past, closed
  progress,     ///< of whoever was dispatched: received, on the way, done (arriving is on_scene)
  panic,        ///< whoever sits there is in danger
  skip_step,    ///< a step of the plan is not done, for a reason; a kind of its own, so that no older engine ticks it
  look_up,      ///< somebody wants to know which doors a person used: the incident is the case, and the record says why
  rule          ///< a rule is switched off or on, has another text, or is as its file says again
};
inline constexpr CommandKind kLastCommand = CommandKind::rule;
/// Is this a kind that a seat may send? Takes any number.
[[nodiscard]] constexpr bool seat_may_send(std::uint32_t kind) {
  return kind <= static_cast<std::uint32_t>(kLastCommand) &&
         kind != static_cast<std::uint32_t>(CommandKind::device_sent);
}
[[nodiscard]] std::string_view name_of(CommandKind kind);

/// What a person asks of the engine. It goes one way: ui → seat → engine → store (audit) → fusion.
struct Command {
  std::string id;  ///< unique, made by the seat; a repeated id is answered, not carried out again
  CommandKind kind = CommandKind::note;
  UtcNs time = 0;     ///< engine clock when it was logged; the engine sets it
  std::string actor;  ///< the signed-in user; the engine sets it for a seat over the wire
  std::string seat;
  std::vector<std::uint64_t> incidents;       ///< ids that it acts on
  std::vector<std::uint32_t> seen_revisions;  ///< the revision that was shown, for each of `incidents`
  std::string text;                           ///< note, reason, or caller's words; plan_step: "undo" takes it back
  /// dispatch: who; escalate: to whom; call: place; split: the number of the alert that leaves, or event ids;
  /// suppress, test, inhibit: id of the device or zone; device: the device; device_sent: the command's id;
  /// look_up: id of the person
  std::string target;
  Cause cause = Cause::none;
  UtcNs until = 0;         ///< shelve: when it returns; suppress, test, inhibit: when it ends
  std::uint32_t step = 0;  ///< plan_step, skip_step: index; split without a target: index of the line that leaves
  // skip_step: action "seen": whoever was told of skipped steps has seen it
  // shelve: action "until_clear": it returns when it is normal again, at `until` at the latest
  // test: action is the technician; suppress, test: begins in so many `seconds`
  // ticket: action is open (target: the device; text: what), take, patrol or close (target: "MT-0007"; text: why)
  // progress: action is received, en_route, clear (text: what was found) or back (the last step was a mistake)
  // panic: names no incident
  // rule: target is its id, text the reason; action is off (until), on, text (document, basis) or restore
  // device; reason and incident are `text` and `incidents`
  std::string action;               ///< unlock, lock, release, sounder_on, sounder_off
  std::uint32_t seconds = 0;        ///< for how long; 0: until another command
  std::uint32_t valid_seconds = 0;  ///< after which it is not done any more; 0: 10, at most 60
  std::string agent;                ///< that speaks for the device; the engine sets it
  std::string role;                 ///< of the actor; the engine sets it
  std::string post = {};            ///< the guard's post that the seat is; the engine sets it
  std::string document = {};        ///< rule: the text of its document from now on
  std::uint64_t basis = 0;          ///< rule: text_sum() of the text that was changed
  bool operator==(const Command&) const = default;
};

/// What stands in a case's log once somebody looked up which doors a person used: "Looked up the doors of Ann Lee".
[[nodiscard]] std::string look_up_words(const Person& person);

/// The engine's answer to a command, after it is durable.
struct CommandReply {
  std::string command_id;
  bool accepted = false;
  std::string message;  ///< one line for the person; why not, when refused
};

}  // namespace wf
