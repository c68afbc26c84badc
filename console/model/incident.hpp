#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "console/model/dispatch.hpp"
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
  bool late = false;                   ///< its event was logged more than 15 minutes after it happened
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

/// How a contribution came into its incident, as data; Contribution::joined_by says the same in words.
struct JoinLink {
  enum class How : std::uint8_t {
    opened,    ///< it began the incident
    shared,    ///< both touch the same thing
    adjacent,  ///< by the site's topology: a camera at that door, a host in that room, the next room
    pattern,   ///< a correlation needs them together
    merged,    ///< it came with an incident that was merged
    symptom,   ///< a cause explains it
    kept,      ///< maintenance or a test keeps it back
    flood      ///< so much came that its area is one row
  } how = How::opened;
  EntityRef entity = {};       ///< shared, adjacent: through which thing; symptom: the cause
  int weight = 0;              ///< of that tie in the table of weights; 0: no tie decided
  int score = 0;               ///< what decided: the weight, more for further ties, less for the time between
  std::uint32_t further = 0;   ///< ties to other things beside it
  std::int64_t apart = 0;      ///< event time between it and the incident's nearest alert then
  std::string actor = {};      ///< merged, kept: the person who decided that; empty: the engine
  std::uint64_t incident = 0;  ///< merged: the incident that it came with
  bool operator==(const JoinLink&) const = default;
};
/// "opened", "shared"…
[[nodiscard]] std::string_view name_of(JoinLink::How how);

/// One line of an incident's *why*: an event, what it contributed, and the link that joined it.
struct Contribution {
  UtcNs time = 0;
  std::string event_id;
  std::string kind;  ///< the event's kind
  Domain domain = Domain::network;
  std::string text;       ///< in plain words: "Door D-231 forced"
  std::string joined_by;  ///< the link in plain words: "same door", "host in that room"; empty for the first
  std::string effect;     ///< "opens", "raises", "confirms", "context", "symptom"
  bool changed_priority = false;
  Priority priority = Priority::low;                  ///< the incident's priority after this line
  std::uint32_t repeats = 1;                          ///< like events folded into this line
  std::string site_id, level_id, unit_id, device_id;  ///< where, as far as known; ids of the site model
  /// Stills and clips of its events by their hash, at most kMostAttachments, the newest last.
  std::vector<std::string> attachments = {};
  std::string not_kept = {};               ///< why its agent could not keep one of them; empty: none was lost there
  std::vector<std::string> given_up = {};  ///< those of `attachments` that their agent gave up after it had named them
  JoinLink link = {};                      ///< what joined it
  static constexpr std::size_t kMostAttachments = 8;
};

/// Evidence that would settle a suspicion: words for people, or what a rule expects and the engine looks for.
struct Evidence {
  enum class Role : std::uint8_t { would_confirm, would_refute, missing } role = Role::would_confirm;
  std::string text;
  enum class State : std::uint8_t {
    said,     ///< for people to find out
    awaited,  ///< the engine looks for it until its time is over
    came,     ///< it is there
    absent,   ///< its time is over, a source that would have told it was alive, and it did not come
    unknown   ///< its time is over, and no source was alive that would have told it
  } state = State::said;
  std::string finding = {};               ///< what became of it, in words: "C-27 saw nothing"; empty: said or awaited
  UtcNs from = 0, until = 0;              ///< event times between which it counts; 0: said
  std::string event_id = {};              ///< came: the event
  std::vector<std::string> sources = {};  ///< devices or people that it may come from
};
/// "said", "awaited"…
[[nodiscard]] std::string_view name_of(Evidence::State state);

struct LogLine {
  UtcNs time = 0;
  std::string actor;  ///< a user's name or "Engine"
  std::string text;
};

/// One step of a response plan as this incident has it.
struct PlanStep {
  std::string text;
  bool done = false;
  std::string actor;        ///< who did it, or skipped it
  UtcNs time = 0;           ///< when
  std::string role = {};    ///< whose step it is: Operator, Guard…; empty: nobody said
  std::string needs = {};   ///< what it takes, in words
  std::int64_t within = 0;  ///< target, from the call; 0: none
  UtcNs due = 0;            ///< engine clock at which the target ends; 0: none, or it stands still on the shelf
  bool overdue = false;     ///< its target ended before it was done or skipped
  bool skipped = false;     ///< by `actor` at `time`, for `reason`
  std::string reason = {};
  [[nodiscard]] bool settled() const { return done || skipped; }
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
  bool late = false;  ///< all of it was logged long after it happened
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
  Dispatch dispatch;  ///< how far they are
  UtcNs acknowledged_at = 0;
  UtcNs respond_by = 0;  ///< engine clock at which the response target ends; 0: none
  UtcNs shelved_until = 0;
  std::string shelf_reason;
  bool shelf_until_clear = false;  ///< it returns when it is normal again, `shelved_until` at the latest
  UtcNs cleared_at = 0;            ///< engine clock since when all that it was about is normal again; 0: it is not
  bool chattering = false;         ///< something in it comes and goes all the time; that is counted, not called
  bool fleeting = false;           ///< the same: each time it was over before anybody could look
  bool stale = false;              ///< open for longer than a day without a new call
  bool suppressed = false;         ///< the row of planned maintenance
  bool in_test = false;            ///< the row of a test, or life safety that came from what is tested
  std::vector<std::string>
      inhibits;                ///< devices and zones, by id, whose alarms are its symptoms because somebody said so
  std::string escalated_to;    ///< who is told because nobody acknowledged; empty: nobody yet
  std::uint32_t explains = 0;  ///< devices and agents whose failure its cause explains; they call nobody
  Cause cause = Cause::none;
  std::string rule_id;  ///< of the alert that gave the title
  std::string rule_title;
  std::string rule_description;  ///< the rule in words
  std::vector<std::uint64_t> alert_ids;
  std::vector<Contribution> why;
  std::vector<Evidence> evidence;
  std::vector<EntityRef> entities;
  std::vector<PlanStep> plan;
  std::string plan_id, plan_title;  ///< of the plan whose steps lead; empty: steps of a rule's own, or none
  std::string skips_told;           ///< who is told that a step was skipped and has not seen it yet; empty: nobody
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
