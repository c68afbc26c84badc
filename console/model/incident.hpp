#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "console/model/entity.hpp"
#include "proto/time.hpp"

namespace wf {

/// A rule says that events matter. It counts its repeats.
struct Alert {
  std::uint64_t id = 0;
  std::string rule_id;
  std::string rule_title;
  Priority priority = Priority::low;
  bool life_safety = false;
  UtcNs time = 0;                      ///< event time of the event that completed it
  std::vector<std::string> event_ids;  ///< contributing events, in time order
  std::vector<EntityRef> entities;
  std::uint32_t repeats = 1;
};

/// State of an incident as the wall shows it.
enum class IncidentState : std::uint8_t {
  fresh,
  acknowledged,
  dispatched,
  on_scene,
  escalated,
  cleared,
  shelved,
  resolved
};
[[nodiscard]] std::string_view name_of(IncidentState state);  ///< "New", "Acknowledged"…

/// Why a resolved incident happened.
enum class Cause : std::uint8_t {
  none,
  true_alarm,
  false_alarm,
  nuisance,
  authorised,
  equipment_fault,
  unexplained,
  test
};
[[nodiscard]] std::string_view name_of(Cause cause);

/// One line of an incident's *why*: an event, what it contributed, and the link that joined it.
struct Contribution {
  UtcNs time = 0;
  std::string event_id;
  std::string kind;  ///< the event's kind
  Domain domain = Domain::network;
  std::string text;       ///< in plain words: "Door D-231 forced"
  std::string joined_by;  ///< the link in plain words: "same door", "host in that room"; empty for the first
  std::string effect;     ///< "opens", "raises", "confirms", "context"
  bool changed_priority = false;
  Priority priority = Priority::low;                  ///< the incident's priority after this line
  std::uint32_t repeats = 1;                          ///< like events folded into this line
  std::string site_id, level_id, unit_id, device_id;  ///< where, as far as known; ids of the site model
};

/// Evidence that would settle a suspicion.
struct Evidence {
  enum class Role : std::uint8_t { would_confirm, would_refute, missing } role = Role::would_confirm;
  std::string text;
};

struct LogLine {
  UtcNs time = 0;
  std::string actor;  ///< a user's name or "Engine"
  std::string text;
};

/// One step of a response plan as this incident has it.
struct PlanStep {
  std::string text;
  bool done = false;
  std::string actor;
  UtcNs time = 0;
};

/// Alerts fused into one cause: a row of the wall. Immutable once published; a change makes a new object
/// with a higher revision.
struct Incident {
  std::uint64_t id = 0;
  std::uint32_t revision = 1;
  std::uint32_t acknowledged_revision = 0;  ///< 0: never
  Priority priority = Priority::low;
  bool life_safety = false;
  bool drill = false;
  std::string title;
  std::vector<std::string> place;  ///< path for people: HQ, Level 2, Server room
  std::string site_id, level_id, unit_id;
  std::array<bool, 3> domains{};  ///< indexed by Domain
  std::uint32_t event_count = 0;
  UtcNs opened = 0;   ///< engine clock when the row appeared
  UtcNs first = 0;    ///< event time of the first contribution
  UtcNs last = 0;     ///< event time of the newest contribution
  UtcNs changed = 0;  ///< engine clock of the last change
  std::string last_change;
  IncidentState state = IncidentState::fresh;
  std::string owner;
  std::string dispatched_to;
  UtcNs acknowledged_at = 0;
  UtcNs respond_by = 0;  ///< engine clock at which the response target ends; 0: none
  UtcNs shelved_until = 0;
  std::string shelf_reason;
  Cause cause = Cause::none;
  std::string rule_id;  ///< of the alert that gave the title
  std::string rule_title;
  std::string rule_description;  ///< the rule in words
  std::vector<std::uint64_t> alert_ids;
  std::vector<Contribution> why;
  std::vector<Evidence> evidence;
  std::vector<EntityRef> entities;
  std::vector<PlanStep> plan;
  std::vector<LogLine> log;
  /// Events a minute: (minutes since 1970, count), ascending, at most the last 30 with any.
  std::vector<std::pair<std::int64_t, std::uint32_t>> per_minute;

  /// True while somebody must look: open and what is shown was not acknowledged.
  [[nodiscard]] bool needs_acknowledgement() const {
    return state != IncidentState::resolved && acknowledged_revision == 0;
  }
  [[nodiscard]] bool open() const { return state != IncidentState::resolved; }
};

/// "INC-0042".
[[nodiscard]] std::string incident_name(std::uint64_t id);

}  // namespace wf
