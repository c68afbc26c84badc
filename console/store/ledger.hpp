#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

namespace wf::store {

/// Closed range of sequence numbers.
struct Range {
  std::uint64_t first = 0, last = 0;
  bool operator==(const Range&) const = default;
};

/// A set of numbers as ascending, disjoint ranges that do not touch. Numbers are below 2^63.
class RangeSet {
 public:
  /// Adds a range and merges it with those that it overlaps or touches.
  void insert(Range range);
  /// The parts of `range` that are not in the set, ascending.
  [[nodiscard]] std::vector<Range> missing(Range range) const;
  /// The ranges that overlap `range` or touch it, ascending.
  [[nodiscard]] std::vector<Range> touching(Range range) const;
  /// Last number of the range that begins at 1; 0 if 1 is not in the set.
  [[nodiscard]] std::uint64_t whole_up_to() const;
  /// How many numbers are in the set.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] const std::map<std::uint64_t, std::uint64_t>& ranges() const { return ranges_; }
  bool operator==(const RangeSet&) const = default;

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  ///< first → last
};

/// Last number of the range that begins at 1 in both sets together; 0 if 1 is in neither.
[[nodiscard]] std::uint64_t whole_up_to(const RangeSet& a, const RangeSet& b);

/// Which numbers a ledger speaks of: an agent (its row in `agents`), an epoch, a lane.
struct LaneKey {
  std::int64_t agent = 0;
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  auto operator<=>(const LaneKey&) const = default;
};

using Ledger = std::map<LaneKey, RangeSet>;

}  // namespace wf::store
