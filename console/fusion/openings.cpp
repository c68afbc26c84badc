#include "console/fusion/openings.hpp"

#include <algorithm>
#include <array>

namespace wf::fusion {
namespace {

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 7> kUnread{"door.forced",  "door.held",  "door.rex",  "access.remote_open",
                                                  "fire.release", "door.power", "door.fault"};
/// Modes in which a door still asks for a badge, or opens to nobody.
constexpr std::array<std::string_view, 10> kLocking{"locked", "lock",       "secure", "secured",    "normal",
                                                    "card",   "controlled", "badge",  "credential", "lockdown"};
constexpr std::array<std::string_view, 5> kLost{"agent.lost", "agent.gave_up", "link.given_up", "link.epoch",
                                                "link.clone"};

}  // namespace

void Openings::take_door(const Event& event, Door& door) {
  const UtcNs t = event.time;
  if (event.kind == "access.granted" || event.kind == "access.entered") {
    // Granted and entered are one passage.
    if (event.kind == "access.granted" || door.grants.empty() || t - door.grants.back() > kByBadge)
      door.grants.push_back(t);
    while (t - door.grants.front() > 10 * kMinute || door.grants.size() > kMostGrants) door.grants.pop_front();
  }
  if (event.kind == "access.entered" || event.kind == "door.opened") {
    door.tells = true;
    door.opened = std::max(door.opened, t);
    const bool by_badge =
        std::any_of(door.grants.begin(), door.grants.end(), [&](UtcNs g) { return g <= t && t - g <= kByBadge; });
    if (event.kind == "door.opened" && !by_badge) door.unread = std::max(door.unread, t);
  } else if (event.kind == "access.not_taken") {
    door.tells = true;
  } else if (event.kind == "access.mode") {
    door.unread = std::max(door.unread, t);
    door.unlocked = !one_of(event.field("mode"), kLocking);
  } else if (one_of(event.kind, kUnread)) {
    door.unread = std::max(door.unread, t);
  }
}

void Openings::take(const Event& event, const Facts& facts) {
  if (one_of(event.kind, kLost)) {
    std::string_view agent = event.field("agent.name");
    if (agent.empty()) agent = event.agent;
    if (agents_.size() >= kMostAgents || agents_.contains(agent)) lost_ = std::max(lost_, event.time);
    return;
  }
  if (event.kind.starts_with("access.") && !agents_.contains(event.agent) && agents_.size() < kMostAgents)
    agents_.insert(event.agent);
  if ((event.kind == "fire.alarm" || (event.kind == "fire.release" && facts.door == nullptr)) &&
      facts.site != nullptr) {
    UtcNs& at = everything_[facts.site->id];
    at = std::max(at, event.time);
  }
  if (facts.door != nullptr &&
      (event.kind.starts_with("access.") || event.kind.starts_with("door.") || event.kind.starts_with("fire.")))
    take_door(event, doors_[facts.door->id]);
}

bool Openings::unread(std::string_view site, std::string_view door, UtcNs since) const {
  if (lost_ != 0 && lost_ >= since) return true;
  if (const auto at = everything_.find(site); at != everything_.end() && at->second >= since) return true;
  const auto it = doors_.find(door);
  return it != doors_.end() && (it->second.unlocked || (it->second.unread != 0 && it->second.unread >= since));
}

bool Openings::tells(std::string_view door) const {
  const auto it = doors_.find(door);
  return it != doors_.end() && it->second.tells;
}

bool Openings::taken(std::string_view door, UtcNs since) const {
  const auto it = doors_.find(door);
  return it != doors_.end() && it->second.opened >= since;
}

std::uint32_t Openings::grants(std::string_view door, UtcNs time, std::int64_t span) const {
  const auto it = doors_.find(door);
  if (it == doors_.end()) return 0;
  return static_cast<std::uint32_t>(std::count_if(it->second.grants.begin(), it->second.grants.end(),
                                                  [&](UtcNs t) { return t <= time && time - t <= span; }));
}

}  // namespace wf::fusion
