#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "console/fusion/facts.hpp"

namespace wf::fusion {

/// Which zone a person or credential is in, derived from badge events: present, absent or unknown. Unknown is
/// what everybody is until a badge was seen, and again 16 hours after the last one. Event time only.
class Presence {
 public:
  static constexpr std::int64_t kStale = 16 * kHour;
  /// Credentials of nobody in the directory that are remembered; beyond them the one seen first is forgotten.
  static constexpr std::size_t kMostUnknown = 20'000;

  /// Distance and time between two uses of one credential or person at different sites.
  struct Travel {
    bool between_sites = false;
    bool impossible = false;  ///< less time than the distance at 900 km/h and ten minutes
    double km = 0, minutes = 0, kmh = 0;
    std::string from_site;
  };

  /// The use of a badge, before it is counted: how it compares with the last one.
  [[nodiscard]] Travel travel(const Event& event, const Facts& facts) const;
  /// Takes a badge event; true if a zone's count changed.
  bool take(const Event& event, const Facts& facts);

  /// "true", "false" or "unknown": is the person on the site? With an empty site: on any.
  [[nodiscard]] std::string_view present(std::string_view person, std::string_view site, UtcNs now) const;
  /// Unit that the person is in; empty if absent or unknown.
  [[nodiscard]] std::string_view zone(std::string_view person, UtcNs now) const;
  /// Time of the last badge event; 0 if none.
  [[nodiscard]] UtcNs last_badge(std::string_view person) const;
  [[nodiscard]] std::uint32_t people_in(std::string_view unit) const;
  [[nodiscard]] const std::map<std::string, std::uint32_t>& zone_people() const { return zone_people_; }
  /// People and credentials that a stay is remembered for.
  [[nodiscard]] std::size_t known() const { return stays_.size(); }
  /// Grants at a door in the `span` before `time`.
  [[nodiscard]] std::uint32_t grants(std::string_view door, UtcNs time, std::int64_t span) const;

 private:
  struct Stay {
    std::string site, unit;  ///< unit empty: outside
    std::string previous_site, previous_unit;
    bool known = false, previous_known = false;
    UtcNs last = 0;
    std::string last_site;  ///< where the badge was last used, granted or not
    std::string last_site_name;
    LonLat last_place;
    bool used = false;
  };
  void move(Stay& stay, const std::string& site, const std::string& unit, bool known);
  [[nodiscard]] const Stay* find(std::string_view person) const;

  std::map<std::string, Stay, std::less<>> stays_;
  std::deque<std::string> unknown_;  ///< keys of stays of nobody in the directory, as they came
  std::map<std::string, std::uint32_t> zone_people_;
  std::map<std::string, std::deque<UtcNs>, std::less<>> grants_;
};

/// The name that presence knows somebody by: the person's id, else the credential's. Empty if there is neither.
[[nodiscard]] std::string presence_key(const Event& event, const Facts& facts);

}  // namespace wf::fusion
