#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/model/incident.hpp"

namespace wf {

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
  on_scene
};
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
  /// dispatch: who; escalate: to whom; call: place; split: the number of the alert that leaves, or event ids
  std::string target;
  Cause cause = Cause::none;
  UtcNs until = 0;         ///< shelve: when it returns
  std::uint32_t step = 0;  ///< plan_step: index; split without a target: index of the line that leaves
  bool operator==(const Command&) const = default;
};

/// The engine's answer to a command, after it is durable.
struct CommandReply {
  std::string command_id;
  bool accepted = false;
  std::string message;  ///< one line for the person; why not, when refused
};

}  // namespace wf
