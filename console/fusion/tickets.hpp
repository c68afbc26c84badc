#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console/fusion/fusion.hpp"
#include "console/model/ticket.hpp"

namespace wf::fusion {

/// Tickets for what does not work: opened when a fault has stood for a while, closed when it is over. Faults by
/// condition (conditions.hpp), told whether or not a rule speaks of them; several of one device are one ticket, and one
/// that breaks again within a day is the same ticket. Drills open none.
/// Event time says what came first; the engine's clock runs waiting times, targets and patrols.
class Tickets {
 public:
  static constexpr std::size_t kMostOpen = 1'000;  ///< beyond it a device that breaks waits until another is closed
  static constexpr std::size_t kMostClosed = 500;
  static constexpr std::int64_t kKeepClosed = 30 * kDay;
  static constexpr std::size_t kMostFaults = 10'000;  ///< known at once; beyond it new ones are not followed

  /// What a ticket would be about.
  struct Subject {
    std::string device, name, site_id, unit_id, place, what;
    std::vector<std::string> zones;  ///< in which maintenance or a test covers it
    bool agent = false, vital = false;
    Ticket::Why why = Ticket::Why::broken;
  };
  /// Is this condition a fault of a device, not an alarm that it reports?
  [[nodiscard]] static bool is_fault(std::string_view condition);

  /// A fault began at `time`. Waits Policy::Ticketing::after before it opens one.
  void begins(const std::string& condition, Subject subject, UtcNs time, UtcNs now, const Policy& policy);
  /// It ended; true if that closed a ticket.
  bool ends(const std::string& condition, UtcNs time, UtcNs now);
  /// Opens one at once: a test that failed, or a person's word. `actor` is who says it.
  std::uint64_t open(const Subject& subject, const std::string& reason, UtcNs time, UtcNs now, const std::string& actor,
                     const Policy& policy);
  /// A device that failed its test or was silent was heard of at `time`.
  void heard(const std::string& device, UtcNs time, UtcNs now);

  /// Null: there is none, or it is forgotten.
  [[nodiscard]] Ticket* find(std::uint64_t id);
  void take(Ticket& ticket, const std::string& owner, UtcNs now);
  void patrolled(Ticket& ticket, const std::string& actor, UtcNs now);
  void close(Ticket& ticket, const std::string& actor, const std::string& why, UtcNs now);

  /// What is due; `kept_until(subject)` is until when maintenance or a test keeps it back, 0: nothing does.
  template <class KeptUntil>
  void due(UtcNs now, const Policy& policy, KeptUntil&& kept_until) {
    while (!timers_.empty() && timers_.begin()->first <= now) {
      const std::string key = timers_.begin()->second;
      timers_.erase(timers_.begin());
      Fault& fault = faults_.at(key);
      fault.due = 0;
      if (policy.tickets.after == 0) continue;  // the policy wants none any more
      if (const UtcNs until = kept_until(fault.subject); until > now) {
        wait(key, fault, std::min(until, now + policy.tickets.after));
        continue;
      }
      // With too many open it asks again: it has to have one as soon as another is closed.
      if (open(fault.subject, fault.subject.what, fault.since, now, "Engine", policy) == 0)
        wait(key, fault, now + policy.tickets.after);
    }
    tickets_due(now);
  }
  /// When a fault opens a ticket; 0: none waits. Targets and patrols are for days: nothing has to wake for them.
  [[nodiscard]] UtcNs next_due() const { return timers_.empty() ? 0 : timers_.begin()->first; }
  /// When `due` has something to do at all; 0: never.
  [[nodiscard]] UtcNs next_look() const;
  /// False: nothing that ends or is heard of concerns a ticket.
  [[nodiscard]] bool watching() const { return !faults_.empty() || !at_.empty(); }

  /// Open ones first, the one that is due first before others; then closed ones, the newest first.
  [[nodiscard]] std::vector<Ticket> all() const;
  /// Another number whenever a ticket changed.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  struct Fault {
    Subject subject;
    UtcNs since = 0, changed = 0;  ///< event time
    UtcNs due = 0;                 ///< when it opens a ticket; 0: it has one, or is over
    bool stands = false;
  };
  void say(Ticket& ticket, UtcNs now, std::string actor, std::string text);
  void wait(const std::string& key, Fault& fault, UtcNs due);
  void tickets_due(UtcNs now);
  void forget_old(UtcNs now);
  /// Faults that stand of a device.
  [[nodiscard]] bool any_stands(const std::string& device) const;

  std::map<std::string, Fault> faults_;             ///< that stand, and those that are over as long as there is room
  std::set<std::pair<UtcNs, std::string>> timers_;  ///< of faults
  std::map<std::uint64_t, Ticket> all_;
  std::map<std::string, std::uint64_t> at_;  ///< open ones by device
  std::uint64_t next_ = 1, version_ = 1;
  // Of the open tickets' targets and patrols, as of a version: an event asks for it each time.
  mutable std::uint64_t looked_ = 0;
  mutable UtcNs look_ = 0;
};

}  // namespace wf::fusion
