#include "console/store/given_up.hpp"

#include <algorithm>
#include <utility>

namespace wf::store {

std::map<std::uint64_t, GivenUpRanges::Row> GivenUpRanges::added(Range range, const RangeSet& stored, UtcNs time,
                                                                 const std::string& reason) const {
  std::map<std::uint64_t, Row> out;
  for (const Range& fresh : set_.missing(range)) {
    for (const Range& part : stored.missing(fresh)) {
      Row row{part.last, time, reason};
      // The row before may be one that this very declaration makes, or one that stands already.
      auto before = out.empty() ? out.end() : std::prev(out.end());
      if (before != out.end() && before->second.last + 1 == part.first) {
        before->second.last = part.last;
        continue;
      }
      const auto next = rows_.lower_bound(part.first);
      if (next != rows_.begin()) {
        const auto old = std::prev(next);
        if (old->second.last + 1 == part.first && old->second.reason == reason) {
          out[old->first] = std::move(row);
          continue;
        }
      }
      out[part.first] = std::move(row);
    }
  }
  return out;
}

void GivenUpRanges::put(std::uint64_t first, Row row) {
  set_.insert({first, row.last});
  rows_[first] = std::move(row);
}

LaneStanding standing_of(const RangeSet& stored, const GivenUpRanges& given_up) {
  LaneStanding out;
  std::uint64_t highest = 0;
  if (!stored.ranges().empty()) highest = std::prev(stored.ranges().end())->second;
  if (!given_up.set().ranges().empty()) highest = std::max(highest, std::prev(given_up.set().ranges().end())->second);
  if (highest > 0)
    for (const Range& missing : stored.missing({1, highest}))
      for (const Range& gap : given_up.set().missing(missing)) out.gaps.push_back(gap);
  for (const auto& [first, row] : given_up.rows())
    for (const Range& range : stored.missing({first, row.last})) out.given_up.push_back({range, row.time, row.reason});
  return out;
}

}  // namespace wf::store
