#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/command.hpp"
#include "console/model/incident.hpp"
#include "console/model/site.hpp"
#include "console/model/snapshot.hpp"
#include "proto/event.hpp"

namespace wf::fusion {

/// What one input changed. Cleared by the caller between inputs.
struct Changes {
  std::vector<Alert> alerts;                               ///< new, and old ones whose repeats grew
  std::vector<std::shared_ptr<const Incident>> incidents;  ///< new revisions, in order
  std::vector<CommandReply> replies;
  bool devices_changed = false;
  bool presence_changed = false;
  void clear() {
    alerts.clear();
    incidents.clear();
    replies.clear();
    devices_changed = presence_changed = false;
  }
};

/// Response targets and limits; defaults as product.md states them.
struct Policy {
  std::int64_t respond_critical = 60 * kSecond;
  std::int64_t respond_high = 2 * kMinute;
  std::int64_t respond_medium = 10 * kMinute;
  std::int64_t respond_low = 60 * kMinute;
  std::int64_t join_window = 15 * kMinute;          ///< alerts that share an entity within it fuse
  std::uint32_t flood_begins = 10, flood_ends = 5;  ///< alarms in ten minutes
};

/// Events in, incidents out. A pure function of its inputs: knows no clock, thread, socket or file, uses no
/// random numbers and no container whose order depends on addresses; the same inputs give the same bytes.
/// Correlation uses event time; response targets, shelving and escalation use tick time.
class Fusion {
 public:
  Fusion(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy);
  ~Fusion();
  Fusion(Fusion&&) noexcept;
  Fusion& operator=(Fusion&&) noexcept;

  /// `now` is the log record's engine clock. Events of a batch are applied in order. The event is enriched
  /// in place (derived fields are added).
  void on_event(Event& event, UtcNs now, Changes& changes);
  void on_command(const Command& command, Changes& changes);
  void on_tick(UtcNs now, Changes& changes);
  /// Changes rules or site without losing incidents.
  void configure(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy);
  /// True while a tick can change anything (targets running, shelves, absence rules).
  [[nodiscard]] bool timer_pending() const;

  /// Open and shelved incidents, by priority (highest first), then oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const Incident>> open_incidents() const;
  /// Every incident that changed since `since` (engine clock), resolved ones too.
  [[nodiscard]] std::vector<std::shared_ptr<const Incident>> incidents_since(UtcNs since) const;
  [[nodiscard]] const std::map<std::string, DeviceState>& devices() const;
  [[nodiscard]] std::map<std::string, std::uint32_t> zone_people() const;
  /// Alarms annunciated in the ten minutes before `now`, and whether a flood runs.
  [[nodiscard]] std::uint32_t alarms_10min(UtcNs now) const;
  [[nodiscard]] bool flood() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wf::fusion
