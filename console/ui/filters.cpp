#include "console/ui/filters.hpp"

#include <algorithm>
#include <utility>

namespace wf::ui {

bool save_filter(std::vector<SavedFilter>& saved, SavedFilter filter) {
  const auto found = std::find_if(saved.begin(), saved.end(), [&](const auto& s) { return s.name == filter.name; });
  if (found != saved.end()) {
    *found = std::move(filter);
    return true;
  }
  if (saved.size() >= kMostSavedFilters) return false;
  saved.push_back(std::move(filter));
  return true;
}

bool stands_out(const Incident& i) {
  return i.open() && i.state != IncidentState::shelved && (i.priority == Priority::critical || i.life_safety);
}

bool passes(const Filter& f, const Incident& i, const std::string& user) {
  const bool shelved = i.state == IncidentState::shelved;
  if (shelved != (f.base == Filter::Base::shelved)) return false;
  if (stands_out(i)) return true;
  if (f.base == Filter::Base::unacknowledged && !i.needs_acknowledgement()) return false;
  if (f.base == Filter::Base::mine && (user.empty() || i.owner != user)) return false;
  if (!f.site.empty() && i.site_id != f.site) return false;
  if (f.domain >= 0 && !i.domains[static_cast<std::size_t>(f.domain) % 3]) return false;
  if (f.priority >= 0 && static_cast<int>(i.priority) != f.priority) return false;
  if (!f.person.empty() &&
      std::none_of(i.entities.begin(), i.entities.end(), [&](const EntityRef& e) { return e.id == f.person; }))
    return false;
  return true;
}

Counts count(const Snapshot& s) {
  Counts c;
  if (s.estate)
    for (const Site& site : s.estate->sites) c.by_site.emplace_back(site.id, 0U);
  for (const auto& p : s.incidents) {
    const Incident& i = *p;
    c.drill = c.drill || i.drill;
    if (!i.open()) continue;
    if (i.state == IncidentState::shelved) {
      ++c.shelved;
      if (i.shelved_until > 0 && (c.next_return == 0 || i.shelved_until < c.next_return))
        c.next_return = i.shelved_until;
      continue;
    }
    ++c.open;
    ++c.by_priority[static_cast<std::size_t>(i.priority) & 3U];
    if (i.needs_acknowledgement()) ++c.unacknowledged;
    if (!s.user.empty() && i.owner == s.user) ++c.mine;
    if (i.owner.empty()) ++c.without_owner;
    for (std::size_t d = 0; d < 3; ++d)
      if (i.domains[d]) ++c.by_domain[d];
    for (auto& [id, n] : c.by_site)
      if (id == i.site_id) ++n;
  }
  return c;
}

}  // namespace wf::ui
