#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/alarm_figures.hpp"
#include "console/model/command.hpp"
#include "console/model/incident.hpp"
#include "console/model/rule.hpp"
#include "console/model/site.hpp"
#include "console/model/snapshot.hpp"
#include "console/model/ticket.hpp"
#include "proto/device_command.hpp"
#include "proto/event.hpp"

namespace wf::fusion {

class PlanBook;

/// What one input changed. Cleared by the caller between inputs.
struct Changes {
  std::vector<Alert> alerts;                               ///< new, and old ones whose repeats grew
  std::vector<std::shared_ptr<const Incident>> incidents;  ///< new revisions, in order
  std::vector<CommandReply> replies;
  std::vector<DeviceCommand> orders;  ///< to be signed and sent, now or not at all
  bool devices_changed = false;
  bool presence_changed = false;
  void clear() {
    alerts.clear();
    incidents.clear();
    replies.clear();
    orders.clear();
    devices_changed = presence_changed = false;
  }
};

/// Response targets and limits; defaults as product.md states them.
struct Policy {
  std::int64_t respond_critical = 60 * kSecond;
  std::int64_t respond_high = 2 * kMinute;
  std::int64_t respond_medium = 10 * kMinute;
  std::int64_t respond_low = 60 * kMinute;
  std::int64_t join_window = 15 * kMinute;  ///< alerts that share an entity within it fuse
  /// Weights of ties that are not those of join.cpp, by name (join.hpp); 0 to JoinWeights::kMost.
  std::map<std::string, int> join_weights;
  /// What failed so long before its cause is explained by it too; what does not work so long after the cause works
  /// again calls for itself.
  std::int64_t cause_window = 5 * kMinute, cause_grace = 5 * kMinute;
  /// An absence is evidence only of what was alive: a device that said something in the time before, whose agent did
  /// too. It is judged so long after its time is over.
  std::int64_t evidence_device = kDay, evidence_agent = 15 * kMinute, evidence_lateness = 30 * kSecond;
  std::uint32_t flood_begins = 10, flood_ends = 5;  ///< alarms in ten minutes, at each desk
  std::uint32_t desks = 1;                          ///< on duty
  /// How rows are made: 0 as it was before floods collected rows and what stayed away cleared, so that a log of then
  /// gives the rows of then.
  std::uint32_t judging = 1;
  /// An alarm that comes again at the same point while its incident is open is a repeat of it, this long after the
  /// last.
  std::int64_t repeat_window = kDay;
  /// Chattering: so many activations within that time, until none came for chatter_calm. Fleeting: as many in a row
  /// that were over within `fleeting`. Both are counted and call nobody, unless one stands for damped_stands.
  /// 0 times: nothing is damped; at most 16.
  std::uint32_t chatter_times = 3;
  std::int64_t chatter_within = kMinute, chatter_calm = 10 * kMinute;
  std::int64_t fleeting = 10 * kSecond;
  std::int64_t damped_stands = kMinute;
  std::int64_t stale_after = kDay;  ///< open so long since the last call: marked
  /// Who is told when nobody acknowledges: each `after` the response target was missed, of medium priority and more.
  struct Escalation {
    std::int64_t after = 0;
    std::string to;
    bool operator==(const Escalation&) const = default;
  };
  std::vector<Escalation> escalate{{2 * kMinute, "Supervisor"}, {10 * kMinute, "Administrator"}};
  /// Who may give commands to devices; upper and lower case are the same.
  std::vector<std::string> device_roles{"Operator", "Supervisor", "Administrator"};
  /// Who may keep alarms back: maintenance, tests, inhibition.
  std::vector<std::string> maintenance_roles{"Supervisor", "Administrator"};
  /// Within what time whoever is dispatched says that they received it, then that they are on the way, then that they
  /// arrived, then what they found; each from the step before. 0: nobody waits for it.
  struct Dispatching {
    std::int64_t received = kMinute, en_route = 2 * kMinute, arrived = 10 * kMinute, cleared = 30 * kMinute;
    bool operator==(const Dispatching&) const = default;
  } dispatch;
  /// Who reports on their own dispatches, and does nothing else to incidents.
  std::vector<std::string> guard_roles{"Guard"};
  /// Who may change rules from a console.
  std::vector<std::string> rule_roles{"Supervisor", "Administrator"};
  /// Tickets for what does not work (tickets.hpp). Vital: it guards a zone of criticality 3 or more.
  struct Ticketing {
    std::int64_t after = 5 * kMinute;  ///< a fault that stands so long opens one; 0: none does
    std::int64_t target = 3 * kDay, target_vital = 8 * kHour;
    std::int64_t patrol = 4 * kHour, patrol_vital = kHour;  ///< somebody walks past so often; 0: nobody
    std::int64_t silent_after = 0;  ///< a device that was heard of and is not for so long is silent; 0: none ever is
    std::string owner = "Maintenance";
    bool operator==(const Ticketing&) const = default;
  } tickets;
  /// While `cause` stands, `symptom` is a line of its row. Each an event's kind or a rule's id, at a device or zone;
  /// no place: anywhere. What has no end by itself (conditions.hpp) stands for nothing.
  struct Inhibition {
    std::string cause, cause_at, symptom, symptom_at, reason;
    bool operator==(const Inhibition&) const = default;
  };
  std::vector<Inhibition> inhibitions;
  /// The role that is told of skipped steps of plans; empty: nobody is.
  std::string skips_to = "Supervisor";
  /// The agreement by which figures of single persons are kept ("works council, 2026-03-01"); empty: none are.
  std::string people_agreement;
};

/// Events in, incidents out. A pure function of its inputs: knows no clock, thread, socket or file, uses no
/// random numbers and no container whose order depends on addresses; the same inputs give the same bytes.
/// Correlation uses event time; response targets, shelving and escalation use tick time.
class Fusion {
 public:
  /// Any of the first two and `plans` may be null: none.
  Fusion(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy,
         std::shared_ptr<const PlanBook> plans = {});
  ~Fusion();
  Fusion(Fusion&&) noexcept;
  Fusion& operator=(Fusion&&) noexcept;

  /// `now` is the log record's engine clock. Events of a batch are applied in order. The event is enriched
  /// in place (derived fields are added; one from the future gets the time `now`). One that came more than three days
  /// late changes nothing.
  void on_event(Event& event, UtcNs now, Changes& changes);
  void on_command(const Command& command, Changes& changes);
  void on_tick(UtcNs now, Changes& changes);
  /// Changes rules, site or plans without losing incidents. Steps that an incident has stay. Rules whose id is in `off`
  /// make no alert of their own; correlations that stand on them go on.
  void configure(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy,
                 std::shared_ptr<const PlanBook> plans = {}, const std::set<std::string>& off = {});
  /// True while a tick can change anything (targets running, shelves, absence rules).
  [[nodiscard]] bool timer_pending() const;

  /// Open and shelved incidents, by priority (highest first), then oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const Incident>> open_incidents() const;
  /// Every incident that changed since `since` (engine clock), resolved ones too.
  [[nodiscard]] std::vector<std::shared_ptr<const Incident>> incidents_since(UtcNs since) const;
  [[nodiscard]] const std::map<std::string, DeviceState>& devices() const;
  /// Open ones first, the one whose target is next before others.
  [[nodiscard]] std::vector<Ticket> tickets() const;
  /// Another number whenever they changed.
  [[nodiscard]] std::uint64_t tickets_version() const;
  /// Commands to devices that were not sent yet.
  [[nodiscard]] std::vector<DeviceCommand> unsent_orders() const;
  [[nodiscard]] std::map<std::string, std::uint32_t> zone_people() const;
  /// Alarms annunciated in the ten minutes before `now`, and whether a flood runs.
  [[nodiscard]] std::uint32_t alarms_10min(UtcNs now) const;
  [[nodiscard]] bool flood() const;
  /// How often each rule matched and when last; drills apart.
  [[nodiscard]] std::vector<RuleFiring> firings() const;
  /// Counted up to the last input, of all rules; figures_version() is another number whenever one changed.
  [[nodiscard]] AlarmFigures figures() const;
  [[nodiscard]] std::uint64_t figures_version() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wf::fusion
