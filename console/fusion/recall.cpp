#include "console/fusion/recall.hpp"

namespace wf::fusion {

void Recall::forget_oldest() {
  const Remembered old = order_.front();
  order_.pop_front();
  for (const Link& link : old->links) {
    const auto it = by_key_.find(link.key);
    if (it == by_key_.end()) continue;
    // Each list is in the same order as `order_`: the oldest stands in front or has already left.
    if (!it->second.empty() && it->second.front() == old) it->second.pop_front();
    if (it->second.empty()) by_key_.erase(it);
  }
  if (const auto it = by_id_.find(std::string_view(old->event_id)); it != by_id_.end() && it->second == old)
    by_id_.erase(it);
}

void Recall::remember(const Remembered& digest) {
  if (order_.size() >= kMost) forget_oldest();
  order_.push_back(digest);
  for (const Link& link : digest->links) {
    auto& list = by_key_[link.key];
    if (!list.empty() && list.back() == digest) continue;
    list.push_back(digest);
    if (list.size() > kPerKey) list.pop_front();
  }
  // A repeated id (a file with ids of its own) keeps the first; its key must outlive the entry.
  if (!digest->event_id.empty()) by_id_.emplace(std::string_view(digest->event_id), digest);
}

Remembered Recall::find(std::string_view event_id) const {
  const auto it = by_id_.find(event_id);
  return it == by_id_.end() ? nullptr : it->second;
}

void Recall::touching(const std::string& key, std::vector<Remembered>& out) const {
  const auto it = by_key_.find(key);
  if (it != by_key_.end()) out.insert(out.end(), it->second.begin(), it->second.end());
}

bool Recall::touching(const std::string& key, UtcNs since, std::vector<Remembered>& out) const {
  const bool full = order_.size() >= kMost && order_.front()->time > since;
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) return !full;
  out.insert(out.end(), it->second.begin(), it->second.end());
  return !full && (it->second.size() < kPerKey || it->second.front()->time <= since);
}

}  // namespace wf::fusion
