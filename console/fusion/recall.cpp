#include "console/fusion/recall.hpp"

#include <algorithm>

namespace wf::fusion {

void Recall::forget_oldest() {
  Slot& slot = ring_[oldest_ % kMost];
  for (const Touch& touch : slot.touches)
    if (touch.entity->second == oldest_) newest_.erase(newest_.find(touch.entity->first));
  if (const auto it = by_id_.find(std::string_view(slot.digest->event_id)); it != by_id_.end() && it->second == oldest_)
    by_id_.erase(it);
  slot.touches.clear();
  slot.digest.reset();
  ++oldest_;
}

void Recall::remember(const Remembered& digest) {
  if (size() >= kMost) forget_oldest();
  const std::uint64_t number = next_++;
  // Grows with what comes, since most sites never fill it.
  while (ring_.size() <= number % kMost) ring_.emplace_back();
  Slot& slot = ring_[number % kMost];
  slot.digest = digest;
  for (const Link& link : digest->links) {
    const auto it = newest_.try_emplace(link.key, 0).first;
    if (it->second == number) continue;  // it touches it in two ways
    slot.touches.push_back({&*it, it->second});
    it->second = number;
  }
  // A repeated id (a file with ids of its own) keeps the first; its key must outlive the entry.
  if (!digest->event_id.empty()) by_id_.emplace(std::string_view(digest->event_id), number);
}

Remembered Recall::find(std::string_view event_id) const {
  const auto it = by_id_.find(event_id);
  return it == by_id_.end() ? nullptr : at(it->second).digest;
}

void Recall::touching(const std::string& key, std::vector<Remembered>& out) const {
  const auto it = newest_.find(key);
  if (it == newest_.end()) return;
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  std::uint64_t number = it->second;
  for (std::size_t n = 0; n < kPerKey && number >= oldest_; ++n) {
    const Slot& slot = at(number);
    out.push_back(slot.digest);
    number = std::find_if(slot.touches.begin(), slot.touches.end(), [&](const Touch& t) {
               return t.entity == &*it;
             })->before;
  }
  std::reverse(out.begin() + first, out.end());
}

bool Recall::touching(const std::string& key, UtcNs since, std::vector<Remembered>& out) const {
  const bool full = size() >= kMost && at(oldest_).digest->time > since;
  const std::size_t first = out.size();
  touching(key, out);
  if (out.size() == first) return !full;
  return !full && (out.size() - first < kPerKey || out[first]->time <= since);
}

}  // namespace wf::fusion
