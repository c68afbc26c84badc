#pragma once
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/fusion/sigma/compile.hpp"

namespace wf::sigma {

/// Limits of one correlation's memory. Beyond them the group that was touched longest ago, or a group's oldest
/// event, is forgotten.
inline constexpr std::size_t kMostGroups = 100'000;
inline constexpr std::size_t kMostEvents = 4096;
/// How late an event may come, behind the newest of its group, and still count as if it had come in order.
inline constexpr std::int64_t kLateness = 5 * kMinute;

/// What feeds a correlation: an event that a base rule matched, or the completion of another correlation.
struct Hit {
  std::uint32_t rule = 0;
  const Event* event = nullptr;
  UtcNs time = 0;
  std::string ids;  ///< contributing events' ids, one a line, in time order
  /// For a completed correlation: its group, which wins over the event's own fields.
  const std::vector<std::string>* group_names = nullptr;
  std::vector<std::string> group_values;
};

/// The windows of one correlation. Event time only; both ends of a window belong to it. A counting correlation
/// fires when its condition begins to hold, and again after each timespan for which it goes on holding. A
/// temporal one forgets the group's events once they completed it.
class Windows {
 public:
  explicit Windows(const Correlation& correlation) : c_(correlation) {}
  /// Takes a hit of base number `base`; true if it completes the correlation, then `out` says how.
  bool take(const Hit& hit, std::uint32_t base, std::uint64_t sequence, Hit& out);

 private:
  struct Entry {
    UtcNs time = 0;
    std::uint64_t sequence = 0;
    std::uint32_t base = 0;
    double number = 0;
    std::string value, ids;
  };
  struct Total {
    std::size_t count = 0;
    double sum = 0;
    std::unordered_map<std::string, std::uint32_t> values;
    std::map<double, std::uint32_t> numbers;
  };
  struct Group {
    std::string key;
    std::deque<Entry> entries;  ///< by time, then sequence
    std::size_t begin = 0;      ///< first entry of the newest window
    Total total;                ///< of the newest window
    bool holding = false, fired = false;
    UtcNs fired_at = 0;
  };
  using Groups = std::list<Group>;

  [[nodiscard]] bool temporal() const {
    return c_.type == CorrelationType::temporal || c_.type == CorrelationType::temporal_ordered;
  }
  Group& group(std::string key);
  void forget_old(Group& g);
  void sweep(UtcNs newest);
  void add(Total& total, const Entry& e) const;
  void remove(Total& total, const Entry& e) const;
  [[nodiscard]] bool satisfied(const Total& total) const;
  bool count_in(Group& g, std::size_t at, std::size_t& from, std::size_t& to);
  bool any_order(const Group& g, std::size_t at, std::vector<const Entry*>& out) const;
  bool in_order(const Group& g, std::vector<const Entry*>& out) const;
  [[nodiscard]] bool enough(const std::vector<const Entry*>& latest) const;

  const Correlation& c_;
  Groups groups_;  ///< most recently touched first
  std::unordered_map<std::string, Groups::iterator> index_;
  UtcNs newest_ = 0;
};

}  // namespace wf::sigma
