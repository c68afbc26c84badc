#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "console/fusion/facts.hpp"

namespace wf::fusion {

/// What doors tell of being opened: by a grant, or without anybody's badge. Also what opens everything, such as a fire
/// alarm, and what makes all knowledge doubtful, such as lost events. Event time only. One thread.
class Openings {
 public:
  /// A door that opens within it of a grant was opened by the badge.
  static constexpr std::int64_t kByBadge = 30 * kSecond;
  /// Agents whose loss of events is told apart from that of agents without badges; beyond them any loss counts.
  static constexpr std::size_t kMostAgents = 4096;

  /// Grants that a door remembers, those of the last ten minutes.
  static constexpr std::size_t kMostGrants = 1024;

  void take(const Event& event, const Facts& facts);
  /// May people have passed this door unread at or after `since`?
  [[nodiscard]] bool unread(std::string_view site, std::string_view door, UtcNs since) const;
  /// Does the door tell whether a grant was taken, and was one taken at or after `since`?
  [[nodiscard]] bool tells(std::string_view door) const;
  [[nodiscard]] bool taken(std::string_view door, UtcNs since) const;
  /// Grants at a door in the `span` before `time`.
  [[nodiscard]] std::uint32_t grants(std::string_view door, UtcNs time, std::int64_t span) const;

 private:
  struct Door {
    UtcNs opened = 0;       ///< last opened or entered
    UtcNs unread = 0;       ///< last opened without a badge
    bool tells = false;     ///< has told of an opening, or of a grant that was not taken
    bool unlocked = false;  ///< by its mode, until another mode
    std::deque<UtcNs> grants;
  };
  void take_door(const Event& event, Door& door);

  std::map<std::string, Door, std::less<>> doors_;        ///< of the estate
  std::map<std::string, UtcNs, std::less<>> everything_;  ///< site → when all its doors opened
  std::set<std::string, std::less<>> agents_;             ///< that badges came from
  UtcNs lost_ = 0;                                        ///< when events of such an agent were lost
};

}  // namespace wf::fusion
