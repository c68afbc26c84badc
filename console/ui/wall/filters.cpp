#include "console/ui/wall/filters.hpp"

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

namespace {

bool names(const Incident& i, const std::string& person) {
  return std::any_of(i.entities.begin(), i.entities.end(), [&](const EntityRef& e) { return e.id == person; });
}

}  // namespace

bool passes(const Filter& f, const Standing::Row& r) {
  if (r.shelved != (f.base == Filter::Base::shelved)) return false;
  if (r.stands_out) return true;
  if (f.base == Filter::Base::unacknowledged && !r.waits) return false;
  if (f.base == Filter::Base::mine && !r.mine) return false;
  if (!f.site.empty() && r.incident->site_id != f.site) return false;
  if (f.domain >= 0 && (r.domains >> (static_cast<unsigned>(f.domain) % 3) & 1U) == 0) return false;
  if (f.priority >= 0 && static_cast<int>(r.priority) != f.priority) return false;
  return f.person.empty() || names(*r.incident, f.person);
}

Counts count(const Standing& standing) {
  Counts c;
  if (!standing.snapshot()) return c;
  const Estate* const estate = standing.snapshot()->estate.get();
  if (estate != nullptr)
    for (const Site& site : estate->sites) c.by_site.emplace_back(site.id, 0U);
  for (const Standing::Row& r : standing.rows()) {
    c.drill = c.drill || r.drill;
    if (!r.open) continue;
    if (r.shelved) {
      ++c.shelved;
      if (r.shelved_until > 0 && (c.next_return == 0 || r.shelved_until < c.next_return))
        c.next_return = r.shelved_until;
      continue;
    }
    ++c.open;
    ++c.by_priority[static_cast<std::size_t>(r.priority) & 3U];
    if (r.waits) ++c.unacknowledged;
    if (r.mine) ++c.mine;
    if (!r.owned) ++c.without_owner;
    for (std::size_t d = 0; d < 3; ++d)
      if ((r.domains >> d & 1U) != 0) ++c.by_domain[d];
    if (r.place.site != nullptr) ++c.by_site[static_cast<std::size_t>(r.place.site - estate->sites.data())].second;
  }
  return c;
}

}  // namespace wf::ui
