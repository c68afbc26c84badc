#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "console/model/alarm_figures.hpp"
#include "console/model/attachment.hpp"
#include "console/model/device_order.hpp"
#include "console/model/dispatch.hpp"
#include "console/model/incident.hpp"
#include "console/model/site.hpp"
#include "console/model/ticket.hpp"
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
  std::string agent = {};    ///< whose event named it last
  DeviceOrder order = {};    ///< the last command to it; id empty: there was none
};

/// An agent as the engine sees it.
struct AgentState {
  std::string name, kind, version;
  enum class Health : std::uint8_t { live, late, silent, revoked, never } health = Health::never;
  UtcNs last_heard = 0;
  UtcNs kept_out_until = 0;     ///< it flooded the link and is not let in until then; 0, or past: it may come
  std::int64_t clock_skew = 0;  ///< agent's clock minus engine's, ns
  std::uint64_t events = 0;     ///< stored
  std::uint32_t per_minute = 0;
  std::array<std::uint16_t, 20> recent{};  ///< events in each of the last 20 three-second spans, oldest first
  std::uint64_t gap_events = 0;            ///< numbers that the ledger misses
  std::uint64_t given_up_events = 0;       ///< numbers that the agent said will never come
  std::uint32_t epochs = 0;                ///< how often it began to number anew, and once; 0: nothing is stored
  std::uint32_t copies = 0;                ///< how often a copy of it was noticed
  UtcNs last_copy = 0;                     ///< when, last
  std::int64_t clock_ahead = 0;            ///< how far the newest event from the future was ahead, ns; 0: none was
  /// A range of numbers that are missing or given up.
  struct Numbers {
    std::uint64_t epoch = 0;
    std::uint8_t lane = 1;
    std::uint64_t first = 0, last = 0;
    bool given_up = false;
    std::string reason;  ///< of what was given up
    bool operator==(const Numbers&) const = default;
  };
  std::vector<Numbers> numbers;  ///< at most kMostNumbers, missing ones first
  static constexpr std::size_t kMostNumbers = 40;
  /// One lane of one epoch as the engine's ledger has it.
  struct Lane {
    std::uint64_t epoch = 0;
    std::uint8_t lane = 1;
    std::uint64_t up_to = 0;   ///< the highest number that is accounted for
    std::uint64_t stored = 0;  ///< how many of them are stored
    std::uint64_t missing = 0, given_up = 0;
    bool operator==(const Lane&) const = default;
  };
  std::vector<Lane> ledger;  ///< at most kMostLanes; one that misses numbers is always among them
  static constexpr std::size_t kMostLanes = 24;
  std::uint64_t late_events = 0;  ///< logged more than 15 minutes after they happened
  std::uint64_t old_events = 0;   ///< more than 72 hours after: history only
  /// What the engine's link said of it: refused, ended, a key changed.
  struct Remark {
    UtcNs time = 0;
    std::string kind, text;  ///< link.flood, link.revoked…; one line
    bool operator==(const Remark&) const = default;
  };
  std::vector<Remark> remarks;  ///< newest first, at most kMostRemarks
  static constexpr std::size_t kMostRemarks = 6;
  // From its enrolment.
  UtcNs enrolled = 0;                ///< 0: not known
  std::vector<std::string> devices;  ///< patterns of devices that it may speak for; none: any
  UtcNs key_since = 0;               ///< when its key became its key; 0: not known
  UtcNs key_due = 0;                 ///< when it is asked for a new one; 0: only if somebody asks
  bool key_asked = false;            ///< it was asked, and has not changed it yet
  std::string remote;
  AgentReport report;
  std::uint64_t refused_batches = 0;  ///< stored, but not readable by this engine
  std::string problem;                ///< why the newest of them was not; empty: none
  bool operator==(const AgentState&) const = default;
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
  std::string heartbeat;  ///< why the heartbeat to elsewhere fails; empty: it does not, or there is none
  bool operator==(const EngineHealth&) const = default;
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
  /// Of the stills and clips that the shown incidents name, by hash; null: nobody keeps any here.
  std::shared_ptr<const std::map<std::string, AttachmentState>> attachments;
  /// What does not work, open ones first; null: nothing ever was.
  std::shared_ptr<const std::vector<Ticket>> tickets;
  std::shared_ptr<const std::vector<GuardPost>> posts;  ///< guards' posts that are connected; null: none ever was
  std::shared_ptr<const AlarmFigures> figures;          ///< how alarms go, by weeks; null: not known
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
    bool operator==(const Bar&) const = default;
  };
  std::vector<Bar> bars;
  EngineHealth health;
  std::string user, role, seat;
  std::uint8_t threat_level = 2;  ///< 1 normal, 2 elevated, 3 high, 4 severe
  std::string threat_name = "Elevated";
  bool demo = false;

  /// What is shared counts as equal if it is the same object.
  bool operator==(const Snapshot&) const = default;
  [[nodiscard]] const Incident* incident(std::uint64_t id) const {
    for (const auto& i : incidents)
      if (i->id == id) return i.get();
    return nullptr;
  }
};

}  // namespace wf
