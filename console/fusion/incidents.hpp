#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "console/fusion/expect.hpp"
#include "console/fusion/join.hpp"
#include "console/fusion/plans.hpp"
#include "console/fusion/recall.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/incident.hpp"

namespace wf::fusion {

/// Alerts of a line, and events that a correlation adds one by one.
inline constexpr std::size_t kFewParts = 8;

/// One line of an incident's why, with what is needed to take it apart again.
struct Line {
  Contribution shown;
  std::string once, many, fold;
  std::string brief;       ///< the newest event folded into it, in few words
  UtcNs last = 0;          ///< event time of the newest event folded into it
  bool context = false;    ///< lights no domain, ties nothing
  std::uint64_t kept = 0;  ///< the work (an inhibition) that keeps it back as a symptom: it lights no domain; 0: none
  bool life_safety = false;
  std::string condition;    ///< that its event began; empty: what it tells is over at once
  std::vector<Link> links;  ///< by which others may join through this line; none for context
  std::vector<EntityRef> entities;
  std::vector<std::uint64_t> alerts;
};

/// What an alert contributed: enough to find the strongest one again after a split.
struct AlertShare {
  Alert alert;
  int points = 0;
  std::uint64_t kept = 0;  ///< the inhibition that keeps it back: it weighs nothing; 0: none
  bool correlation = false;
  std::string condition;   ///< of the event that completed it; empty: it has no end of its own
  std::string fold;        ///< like alerts of one incident are one alert with a count
  std::size_t events = 0;  ///< that contributed, those no longer named too
  std::string title, description;
  std::vector<std::string> confirm, refute, place;
  std::shared_ptr<const Plan> plan;  ///< what to do; null: nobody said
  std::vector<Expected> expected;
  std::string site_id, level_id, unit_id;
};

/// What a cause explains: all that an incident of its own would have, so that it can become one.
struct Symptom {
  std::string condition;    ///< by which it is known
  std::string newest = {};  ///< the event that was counted last
  std::vector<Line> lines;  ///< the first tells it, the others are context
  std::vector<AlertShare> alerts;
};

/// An incident while it lives. `draft` is what is published, but for its why and alert ids, which are made of lines and
/// alerts when it is; the rest is fusion's own.
struct LiveIncident {
  Incident draft;
  std::vector<Line> lines;  ///< by time
  std::vector<AlertShare> alerts;
  std::vector<Symptom> symptoms;  ///< of the cause that it is; they weigh, and neither tie nor light a domain
  Ties ties;
  std::uint32_t alarm_revision = 1;             ///< revision of the last change that calls for a person
  IncidentState before = IncidentState::fresh;  ///< state to return to when a re-alarm is acknowledged
  IncidentState before_shelf = IncidentState::fresh;
  bool target_missed = false;
  bool found_clear = false;             ///< whoever was sent looked and cleared it, and nothing came since
  UtcNs called_at = 0;                  ///< engine clock of the last call; 0: it never called
  bool works = false;                   ///< the row of maintenance or a test (works.hpp): nothing joins it by ties
  UtcNs stale_due = 0;                  ///< when nobody has called for it for too long; 0: it is stale already
  std::size_t escalations = 0;          ///< steps of the policy's chain that are done
  std::set<std::string> conditions;     ///< of its lines
  bool many_conditions = false;         ///< more than are kept here: it never clears by itself
  UtcNs tied_first = 0, tied_last = 0;  ///< event times of the lines that tie it
  std::set<std::string> devices;        ///< devices of the site that it touches
  std::shared_ptr<const Incident> published;  ///< null: changed since
  std::uint64_t merged_into = 0;              ///< the incident that took it in; 0: none
  UtcNs second = 0;                           ///< event time since when repeats are counted
  std::uint32_t in_second = 0;
  /// What people split from it: the ties of each incident that this became. What is nearer to them stays out for ever.
  std::map<std::uint64_t, Ties> left;
  std::uint32_t plan_revision = 0;  ///< the revision since which the plan's steps stand where they do

  /// Event time between it and the nearest alert of the incident; 0 within.
  [[nodiscard]] std::int64_t gap_to(UtcNs time) const {
    if (time < tied_first) return tied_first - time;
    return time > tied_last ? time - tied_last : 0;
  }
  void tie_time(UtcNs time) {
    tied_first = tied_first == 0 ? time : std::min(tied_first, time);
    tied_last = std::max(tied_last, time);
  }
  /// Is this change published at once? Up to ten are in a second of event time; a tick brings the rest.
  [[nodiscard]] bool aloud(UtcNs time) {
    constexpr std::uint32_t kMostInSecond = 10;
    if (time - second >= kSecond || time < second) {
      second = time;
      in_second = 0;
    }
    return ++in_second <= kMostInSecond;
  }
};

/// All incidents: open ones for ever, resolved ones for a day and at most kMostResolved. Ids count from 1.
class Incidents {
 public:
  static constexpr std::size_t kMostResolved = 2'000;
  static constexpr std::size_t kMostLines = 200;  ///< of one incident; like context is forgotten first
  static constexpr std::size_t kMostContext = 24;
  static constexpr std::size_t kMostEntities = 64;
  static constexpr std::size_t kMostLog = 400;
  static constexpr std::size_t kMostAlerts = 256;

  LiveIncident& open(UtcNs now);
  [[nodiscard]] LiveIncident* find(std::uint64_t id);
  [[nodiscard]] const std::map<std::uint64_t, LiveIncident>& all() const { return all_; }
  [[nodiscard]] std::map<std::uint64_t, LiveIncident>& all() { return all_; }

  /// Open incidents that share a key with one of the links, by id.
  [[nodiscard]] std::vector<LiveIncident*> near(const std::vector<Link>& links);
  /// The open incident that a split or a merge took the event to; null: none did, and the event itself knows where it
  /// led (Digest::home).
  [[nodiscard]] LiveIncident* home_of(std::string_view event_id);
  void settle(LiveIncident& incident, std::string_view event_id);

  /// Ties the incident by a line's links.
  void tie(LiveIncident& incident, const std::vector<Link>& links);
  /// Makes ties, devices and entities anew from the lines (after a split or a merge).
  void tie_again(LiveIncident& incident);
  /// Counts a line towards entities, devices and conditions.
  void note_entities(LiveIncident& incident, const Line& line);
  /// The incident touches a device, whatever its lines say.
  void touch_device(LiveIncident& incident, const std::string& device, std::size_t most = 1'000);
  /// It is resolved: nothing joins it any more.
  void close(LiveIncident& incident, UtcNs now);
  void forget_old(UtcNs now);

  /// Operators said that these two are not one cause: nothing brings them together but a person, and what is nearer
  /// to the one does not join the other, also when that is over.
  void keep_apart(LiveIncident& a, LiveIncident& b);
  /// `into` takes in `from`: what was kept apart from that is kept apart from it too. `by_person`: those two themselves
  /// belong together after all.
  void hand_on_apart(LiveIncident& into, LiveIncident& from, bool by_person);
  [[nodiscard]] bool kept_apart(std::uint64_t a, std::uint64_t b) const;

  /// Open incidents that a condition is of, by id.
  [[nodiscard]] std::vector<LiveIncident*> of_condition(const std::string& key);

  /// Highest priority of the open incidents that touch a device.
  [[nodiscard]] std::pair<bool, Priority> worst_at(const std::string& device) const;

  /// The immutable picture; made when it changed.
  [[nodiscard]] static std::shared_ptr<const Incident> publish(LiveIncident& incident);

 private:
  void untie(LiveIncident& incident);

  std::map<std::uint64_t, LiveIncident> all_;
  std::uint64_t next_ = 1;
  // Looked up by name, never walked.
  std::unordered_map<std::string, std::vector<std::uint64_t>> by_key_;
  std::unordered_map<std::string, std::uint64_t> by_event_;
  std::unordered_map<std::string, std::vector<std::uint64_t>> by_device_;
  std::unordered_map<std::string, std::vector<std::uint64_t>> by_condition_;
  std::unordered_map<std::uint64_t, std::vector<std::string>> ids_;
  std::deque<std::pair<UtcNs, std::uint64_t>> closed_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> apart_;
};

/// Adds one event to the counts a minute.
void count_minute(Incident& incident, UtcNs time, std::uint32_t n = 1);
void log(Incident& incident, UtcNs time, std::string actor, std::string text);

}  // namespace wf::fusion
