#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "console/model/incident.hpp"
#include "console/model/site.hpp"
#include "proto/link_message.hpp"

namespace wf {

/// Live state of a door, camera, host or reader as fusion derived it from events.
struct DeviceState {
  std::string state;  ///< closed, open, held, forced, locked; online, offline, covered, motion; "" unknown
  UtcNs since = 0;
  UtcNs last_event = 0;
  Priority worst = Priority::low;  ///< of the open incidents that touch it; valid if in_incident
  bool in_incident = false;
  struct Line {
    UtcNs time = 0;
    std::string text;
  };
  std::vector<Line> recent;  ///< the last events, newest first, at most 8
};

/// An agent as the engine sees it.
struct AgentState {
  std::string name, kind, version;
  enum class Health : std::uint8_t { live, late, silent, revoked, never } health = Health::never;
  UtcNs last_heard = 0;
  std::int64_t clock_skew = 0;  ///< agent's clock minus engine's, ns
  std::uint64_t events = 0;     ///< stored
  std::uint32_t per_minute = 0;
  std::array<std::uint16_t, 20> recent{};  ///< events in each of the last 20 three-second spans, oldest first
  std::uint64_t gap_events = 0;            ///< numbers that the ledger misses
  std::string remote;
  AgentReport report;
  std::uint64_t refused_batches = 0;  ///< stored, but not readable by this engine
  std::string problem;                ///< why the newest of them was not; empty: none
};

/// One engine thread's or queue's health, for the top bar and the agents view.
struct EngineHealth {
  std::string problem;  ///< one line when something is wrong (disk full…); empty when well
  std::uint64_t refused_batches = 0;
  std::uint64_t queue_depth = 0;
  std::uint64_t log_position = 0;
  std::uint64_t fused_position = 0;
  UtcNs ledger_checked = 0;
  std::uint64_t ledger_gaps = 0;
  bool recorded = false;  ///< events of a recording without an engine: nothing is stored, linked or checked
};

/// The picture that a seat draws. Immutable; a new one replaces it.
struct Snapshot {
  std::uint64_t version = 0;
  UtcNs now = 0;  ///< engine clock when it was made
  /// Engine clock's distance from the system clock, so that a seat can tick between snapshots.
  std::int64_t clock_offset = 0;
  double clock_rate = 1.0;  ///< engine seconds a real second; 1 but in demos
  std::shared_ptr<const Estate> estate;
  std::vector<std::shared_ptr<const Incident>>
      incidents;  ///< open and shelved ones, by priority (highest first), then oldest first
  std::uint32_t resolved_today = 0;
  UtcNs quiet_since = 0;  ///< when the last open incident was resolved, or the start
  std::shared_ptr<const std::map<std::string, DeviceState>> devices;        ///< by device id
  std::shared_ptr<const std::map<std::string, std::uint32_t>> zone_people;  ///< people present, by unit id
  std::vector<AgentState> agents;
  std::uint64_t events_total = 0;
  double events_per_second = 0;
  std::array<std::uint16_t, 24> eps_history{};  ///< events a second, oldest first
  std::uint32_t alarms_10min = 0;               ///< alarms annunciated in the last ten minutes
  std::uint32_t alarm_limit = 10;
  bool flood = false;
  std::vector<std::uint32_t> histogram;  ///< events in each two-minute span before now, oldest first
  std::int64_t histogram_span = 2 * kMinute;
  /// Incidents of the shown two hours, resolved ones too, for the time strip.
  struct Bar {
    std::uint64_t incident = 0;
    Domain domain = Domain::network;
    Priority priority = Priority::low;
    bool acknowledged = false, resolved = false;
    UtcNs begin = 0, end = 0;
  };
  std::vector<Bar> bars;
  EngineHealth health;
  std::string user, role, seat;
  std::uint8_t threat_level = 2;  ///< 1 normal, 2 elevated, 3 high, 4 severe
  std::string threat_name = "Elevated";
  bool demo = false;

  [[nodiscard]] const Incident* incident(std::uint64_t id) const {
    for (const auto& i : incidents)
      if (i->id == id) return i.get();
    return nullptr;
  }
};

}  // namespace wf
