#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/facts.hpp"
#include "console/fusion/openings.hpp"
#include "console/fusion/topology.hpp"

namespace wf::fusion {

/// What is wrong with where somebody is, as the field presence.violation says it.
enum class Violation : std::uint8_t {
  exit_without_entry,   ///< came out of a zone that they were not in
  entry_without_exit,   ///< went in while they were still in a zone that they could only leave by a badge
  inner_without_outer,  ///< went into a zone without having gone into the one around it
  exit_skipped,         ///< came out of a zone, but never out of the one in it that they were in
  impossible_time,      ///< one badge at two places with less time between than anybody needs
  replaced_credential,
  revoked_credential,
  occupancy,          ///< one more than the zone's limit
  last_left_armed,    ///< the last one left a zone that was armed while they were in it
  armed_with_people,  ///< a zone was armed while somebody must be in it
};
[[nodiscard]] std::string_view name_of(Violation violation);

/// Which zone a person or credential is in, derived from badge events and the topology of doors: present, absent or
/// unknown. Unknown is what everybody is until a badge was seen, and again 16 hours after the last one. Unknown
/// violates nothing; nor does what an unread opening of a door, a fire alarm or lost events may explain.
/// Event time only; drills move nobody. One thread.
class Presence {
 public:
  static constexpr std::int64_t kStale = 16 * kHour;
  /// Credentials of nobody in the directory that are remembered; beyond them the one seen first is forgotten.
  static constexpr std::size_t kMostUnknown = 20'000;
  /// One badge at the same door in the same direction within it is one passage, unless the door tells two.
  static constexpr std::int64_t kOnePassage = kMinute;
  /// Faster than this in a straight line nobody gets from door to door; kClocks is given to the doors' clocks.
  static constexpr double kFastest = 5;  ///< metres in a second
  static constexpr std::int64_t kClocks = 3 * kSecond;
  static constexpr double kNear = 30;  ///< metres; doors nearer than this are one place
  /// Uses of badges that are compared with the next one: those of the last ten minutes, at most so many.
  static constexpr std::size_t kMostUses = 50'000;
  /// Event ids that one event names as evidence.
  static constexpr std::size_t kMostEvidence = 8;

  /// Distance and time between two uses of one credential or person at different sites.
  struct Travel {
    bool between_sites = false;
    bool impossible = false;  ///< less time than the distance at 900 km/h and ten minutes
    double km = 0, minutes = 0, kmh = 0;
    std::string from_site;
  };

  /// What one event says of presence.
  struct Verdict {
    bool changed = false;  ///< a zone's count changed
    bool moved = false;    ///< somebody passed a door; `before` and `after` are units, empty: outside
    bool was_known = false;
    std::string before, after;
    std::vector<Violation> violations;
    std::vector<std::string> evidence;  ///< ids of the earlier events that a violation stands on
    std::string missed_door;            ///< the first door whose badge is missing
    std::string from_door;              ///< of impossible_time, with how far and how long ago
    double metres = 0, seconds = 0;
    const Unit* zone = nullptr;           ///< of occupancy and of what is armed
    std::uint32_t people = 0, limit = 0;  ///< those who must be in it
  };

  /// The plan to judge by. Where people are stays as it is.
  void use(const std::shared_ptr<const Estate>& estate) { topology_ = std::make_unique<Topology>(estate); }

  /// The use of a badge, before it is counted: how it compares with the last one.
  [[nodiscard]] Travel travel(const Event& event, const Facts& facts) const;
  /// Can an event of this kind say anything of presence? Quick, since most cannot.
  [[nodiscard]] static bool concerned(std::string_view kind);
  /// Takes an event.
  Verdict take(const Event& event, const Facts& facts);

  /// "true", "false" or "unknown": is the person on the site? With an empty site: on any.
  [[nodiscard]] std::string_view present(std::string_view person, std::string_view site, UtcNs now) const;
  /// Unit that the person is in; empty if absent or unknown.
  [[nodiscard]] std::string_view zone(std::string_view person, UtcNs now) const;
  /// Where the person is, and since when by which event. Null: unknown.
  struct Whereabouts {
    UtcNs since = 0;
    std::string_view evidence;  ///< the event's id
    bool sure = false;          ///< no way in or out of the buildings that no badge would have told
  };
  [[nodiscard]] std::optional<Whereabouts> whereabouts(std::string_view person, UtcNs now) const;
  /// Time of the last badge event; 0 if none.
  [[nodiscard]] UtcNs last_badge(std::string_view person) const;
  [[nodiscard]] std::uint32_t people_in(std::string_view unit) const;
  [[nodiscard]] std::map<std::string, std::uint32_t> zone_people() const;
  /// People and credentials that a stay is remembered for.
  [[nodiscard]] std::size_t known() const { return stays_.size(); }
  /// Grants at a door in the `span` before `time`.
  [[nodiscard]] std::uint32_t grants(std::string_view door, UtcNs time, std::int64_t span) const {
    return openings_.grants(door, time, span);
  }

 private:
  struct Spot {
    bool known = false;
    std::string site, unit;  ///< unit empty: outside
    UtcNs since = 0;
    std::string evidence;  ///< the event that says so
  };
  struct Stay {
    Spot spot, previous;  ///< previous: before a grant that perhaps was not taken
    std::string door;     ///< the last one that was passed
    bool outward = false, granted_only = false;
    UtcNs passed = 0;       ///< when
    UtcNs last = 0;         ///< last use of the badge
    std::string last_site;  ///< where the badge was last used, granted or not
    std::string last_site_name, last_event;
    LonLat last_place;
    bool used = false;
  };
  struct Use {
    std::string site, door, event;
    Point place;
    UtcNs time = 0;
  };
  struct Armed {
    UtcNs since = 0;
    std::string evidence;
  };
  /// A passage as an event tells it.
  struct Passage {
    std::string unit;  ///< that it leads to; empty: outside
    Topology::Node origin = Topology::kNowhere, end = Topology::kNowhere;
    bool outward = false;
  };

  [[nodiscard]] Passage passage(const Event& event, const Facts& facts) const;
  void take_badge(const Event& event, const Facts& facts, Verdict& out);
  void move(const std::string& key, Stay& stay, Spot spot, Verdict& out);
  void forget_stale(UtcNs now, Verdict& out);
  void remember_unknown(const std::string& key, Verdict& out);
  void take_passage(const Event& event, const Facts& facts, const std::string& key, Stay& stay, Verdict& out);
  /// A grant at a door that tells of openings, and told of none, moved nobody.
  void undo_untaken(const std::string& key, Stay& stay, Verdict& out);
  [[nodiscard]] const Stay* find(std::string_view person) const;

  // violations.cpp
  void judge_way(const Spot& before, const Passage& passage, Verdict& out) const;
  void judge_speed(const Event& event, const Facts& facts, Verdict& out);
  void judge_credential(const Facts& facts, Verdict& out) const;
  void judge_occupancy(const Spot& before, const Passage& passage, Verdict& out) const;
  void judge_armed(const std::string& key, const Spot& before, const Passage& passage, Verdict& out) const;
  void arm(const Event& event, const Facts& facts, Verdict& out);
  /// Those who must be in a zone or what is within it; their events go into `evidence`.
  [[nodiscard]] std::uint32_t surely_in(Topology::Node zone, std::vector<std::string>& evidence) const;
  [[nodiscard]] Topology::Opened opened_since(const Spot& spot) const;

  std::unique_ptr<Topology> topology_ = std::make_unique<Topology>(nullptr);
  Openings openings_;
  std::map<std::string, Stay, std::less<>> stays_;
  std::set<std::pair<UtcNs, std::string>> by_last_;  ///< those whose spot is known, by their last badge
  std::deque<std::string> unknown_;                  ///< keys of stays of nobody in the directory, as they came
  std::map<std::string, std::set<std::string>, std::less<>> people_;  ///< by unit
  std::map<std::string, Use, std::less<>> uses_;                      ///< by credential
  std::deque<std::pair<UtcNs, std::string>> use_order_;
  std::map<std::string, Armed> armed_;  ///< by unit
};

/// The name that presence knows somebody by: the person's id, else the credential's. Empty if there is neither.
[[nodiscard]] std::string presence_key(const Event& event, const Facts& facts);

}  // namespace wf::fusion
