#include "console/store/ledger.hpp"

#include <algorithm>

namespace wf::store {
namespace {

using Map = std::map<std::uint64_t, std::uint64_t>;

/// First range whose last number is at or above `number`.
Map::const_iterator reaching(const Map& ranges, std::uint64_t number) {
  auto it = ranges.upper_bound(number);
  if (it != ranges.begin()) {
    const auto before = std::prev(it);
    if (before->second >= number) return before;
  }
  return it;
}

}  // namespace

void RangeSet::insert(Range range) {
  // The usual case: an agent's next numbers follow its last ones.
  if (!ranges_.empty()) {
    const auto end = std::prev(ranges_.end());
    if (end->first <= range.first && end->second + 1 >= range.first) {
      end->second = std::max(end->second, range.last);
      return;
    }
  }
  auto it = reaching(ranges_, range.first == 0 ? 0 : range.first - 1);
  while (it != ranges_.end() && it->first <= range.last + 1) {
    range.first = std::min(range.first, it->first);
    range.last = std::max(range.last, it->second);
    it = ranges_.erase(it);
  }
  ranges_.emplace(range.first, range.last);
}

std::vector<Range> RangeSet::missing(Range range) const {
  std::vector<Range> out;
  std::uint64_t next = range.first;
  for (auto it = reaching(ranges_, range.first); it != ranges_.end() && it->first <= range.last; ++it) {
    if (it->first > next) out.push_back({next, it->first - 1});
    next = it->second + 1;
  }
  if (next <= range.last) out.push_back({next, range.last});
  return out;
}

std::vector<Range> RangeSet::touching(Range range) const {
  std::vector<Range> out;
  for (auto it = reaching(ranges_, range.first == 0 ? 0 : range.first - 1);
       it != ranges_.end() && it->first <= range.last + 1; ++it)
    out.push_back({it->first, it->second});
  return out;
}

std::uint64_t RangeSet::whole_up_to() const {
  return !ranges_.empty() && ranges_.begin()->first == 1 ? ranges_.begin()->second : 0;
}

std::uint64_t whole_up_to(const RangeSet& a, const RangeSet& b) {
  std::uint64_t whole = 0;
  for (bool grown = true; grown;) {
    grown = false;
    for (const RangeSet* set : {&a, &b}) {
      const auto it = reaching(set->ranges(), whole + 1);
      if (it == set->ranges().end() || it->first > whole + 1) continue;
      whole = it->second;
      grown = true;
    }
  }
  return whole;
}

std::uint64_t RangeSet::size() const {
  std::uint64_t out = 0;
  for (const auto& [first, last] : ranges_) out += last - first + 1;
  return out;
}

}  // namespace wf::store
