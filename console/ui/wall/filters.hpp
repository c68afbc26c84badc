#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "console/ui/standing.hpp"

namespace wf::ui {

/// What the wall shows. Critical and life-safety incidents pass every filter but `shelved`.
struct Filter {
  enum class Base : std::uint8_t { all, unacknowledged, mine, shelved } base = Base::all;
  std::string site;    ///< id; empty: every site
  int domain = -1;     ///< a Domain, or −1
  int priority = -1;   ///< a Priority, or −1
  std::string person;  ///< entity id; empty: everybody
  bool operator==(const Filter&) const = default;
  [[nodiscard]] bool narrows() const { return !site.empty() || domain >= 0 || priority >= 0 || !person.empty(); }
};

/// A filter that somebody saved by a name.
struct SavedFilter {
  std::string name;
  Filter filter;
  std::string person_name;  ///< of `filter.person`, as it was shown
  bool operator==(const SavedFilter&) const = default;
};
inline constexpr std::size_t kMostSavedFilters = 12;
/// Saves under a name, in place of what has it; false: there are as many as there may be.
bool save_filter(std::vector<SavedFilter>& saved, SavedFilter filter);

/// Stands in the strip above the list, never held and never filtered away.
[[nodiscard]] bool stands_out(const Incident& i);
/// For the user of the row's snapshot.
[[nodiscard]] bool passes(const Filter& filter, const Standing::Row& row);

/// Counts of one snapshot, for chips, top bar and footer.
struct Counts {
  std::uint32_t open = 0, unacknowledged = 0, mine = 0, shelved = 0;
  std::uint32_t by_priority[4] = {};
  std::uint32_t by_domain[3] = {};
  std::uint32_t without_owner = 0;
  bool drill = false;                                          ///< one of them is
  UtcNs next_return = 0;                                       ///< of the shelved ones; 0: none
  std::vector<std::pair<std::string, std::uint32_t>> by_site;  ///< id, open
};
[[nodiscard]] Counts count(const Standing& standing);

}  // namespace wf::ui
