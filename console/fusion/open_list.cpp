#include "console/fusion/open_list.hpp"

#include <algorithm>
#include <tuple>

namespace wf::fusion {

void OpenList::touch(std::uint64_t incident) {
  if (all_) return;
  if (!touched_.empty() && touched_.back() == incident) return;
  touched_.push_back(incident);
  all_ = touched_.size() > kMostTouched;
}

bool OpenList::before(const Entry& a, const Entry& b) {
  return std::tie(b.priority, a.opened, a.id) < std::tie(a.priority, b.opened, b.id);
}

std::vector<std::shared_ptr<const Incident>> OpenList::list(Incidents& incidents) {
  if (all_)
    rebuild(incidents);
  else if (!touched_.empty())
    bring_up(incidents);
  all_ = false;
  touched_.clear();
  std::vector<std::shared_ptr<const Incident>> out;
  out.reserve(entries_.size());
  for (const Entry& e : entries_) out.push_back(e.incident);
  return out;
}

void OpenList::rebuild(Incidents& incidents) {
  entries_.clear();
  for (auto& [id, live] : incidents.all())
    if (live.draft.open()) entries_.push_back({live.draft.priority, live.draft.opened, id, Incidents::publish(live)});
  std::sort(entries_.begin(), entries_.end(), before);
}

void OpenList::bring_up(Incidents& incidents) {
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  std::uint64_t some = 0;  // most are told apart by a bit
  for (const std::uint64_t id : touched_) some |= std::uint64_t{1} << (id % 64);
  std::erase_if(entries_, [&](const Entry& e) {
    return (some >> (e.id % 64) & 1U) != 0 && std::binary_search(touched_.begin(), touched_.end(), e.id);
  });
  const auto stood = static_cast<std::ptrdiff_t>(entries_.size());
  for (const std::uint64_t id : touched_)
    if (LiveIncident* const live = incidents.find(id); live != nullptr && live->draft.open())
      entries_.push_back({live->draft.priority, live->draft.opened, id, Incidents::publish(*live)});
  std::sort(entries_.begin() + stood, entries_.end(), before);
  std::inplace_merge(entries_.begin(), entries_.begin() + stood, entries_.end(), before);
}

}  // namespace wf::fusion
