#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/fusion/sigma/buckets.hpp"
#include "console/fusion/sigma/compile.hpp"
#include "console/fusion/sigma/texts.hpp"

namespace wf::sigma {

/// Limits of one correlation's memory. Beyond them the group that was touched longest ago, a group's oldest event, or
/// what has waited longest to be answered is forgotten.
inline constexpr std::size_t kMostGroups = 100'000;
inline constexpr std::size_t kMostEvents =
    4096;  ///< of a group, where they are counted; twice the count if that is more
inline constexpr std::size_t kMostParts = 1024;      ///< of a group, where they are put in relation or sorted
inline constexpr std::size_t kMostWaiting = 16'384;  ///< absence: all groups together

/// What feeds a correlation: an event that a base rule matched, or the completion of another correlation.
struct Hit {
  std::uint32_t rule = 0;
  const Event* event = nullptr;         ///< whose fields it has
  std::shared_ptr<const Event> absent;  ///< owns `event` if it is one that nothing followed
  UtcNs time = 0;
  std::vector<std::string> ids;  ///< of contributing events, in time order; empty: the event's own
  /// For a completed correlation: its group, which wins over the event's own fields.
  const std::vector<std::string>* group_names = nullptr;
  std::vector<std::string> group_values;
};

/// When a hit comes, and as which base.
struct Arrival {
  std::uint32_t base = 0;
  std::uint64_t sequence = 0;  ///< the same for all that one event brings
  UtcNs now = 0;               ///< the stream's time
};

/// What one correlation remembers. Window ends both belong to a window; of events of the same time the one that came
/// first is the earlier.
class Windows {
 public:
  static std::unique_ptr<Windows> make(const Correlation& correlation, EventIds& ids);
  virtual ~Windows() = default;
  /// True if the hit completes the correlation; then `out` says how.
  virtual bool take(const Hit& hit, const Arrival& arrival, Hit& out) = 0;
  /// The stream's time beyond which something is absent; 0 if nothing is waited for.
  [[nodiscard]] virtual UtcNs due() const { return 0; }
  /// The next that is absent at `now`, by when its time passed; false if there is none.
  virtual bool overdue(UtcNs /*now*/, Hit& /*out*/) { return false; }
  /// The same correlation in another rule set.
  void rebind(const Correlation& correlation) { c_ = &correlation; }
  [[nodiscard]] const Correlation& correlation() const { return *c_; }
  /// Lets go of everything it holds in `ids`.
  virtual void clear() = 0;

 protected:
  Windows(const Correlation& correlation, EventIds& ids) : c_(&correlation), ids_(ids) {}
  /// The group of a hit: `key_` and `group_values_`. False if it lacks a group-by field.
  bool find_group(const Hit& hit, std::uint32_t base);
  std::uint64_t id_of(const Hit& hit) { return hit.ids.empty() ? ids_.add(hit.event->id) : ids_.add_list(hit.ids); }
  void complete(const Hit& by, Hit& out) const;

  const Correlation* c_;
  EventIds& ids_;
  std::string key_;
  std::vector<std::string> group_values_;
};

/// A field of a hit; empty if it is missing.
[[nodiscard]] std::string_view value_of(const Hit& hit, const std::string& field);
void append_part(std::string& key, std::string_view part);
/// A correlation fires at most once a timespan in a group: true if it has not within one of `time`.
[[nodiscard]] bool may_fire(const std::vector<UtcNs>& fired, UtcNs time, std::int64_t timespan);

/// Groups whose events lie in buckets.
class BucketWindows : public Windows {
 public:
  void clear() override;

 protected:
  BucketWindows(const Correlation& correlation, EventIds& ids, std::uint32_t words)
      : Windows(correlation, ids), buckets_(words) {}
  /// The hit's bucket, after those that are over were forgotten; null if it comes too late for it.
  Bucket* open(UtcNs time, UtcNs now);
  void forget_front(Bucket& b, std::uint32_t count);
  /// How many at the front are too old for any event that may still come, or too many.
  [[nodiscard]] std::uint32_t stale(const Bucket& b, std::size_t most) const;
  /// Before an entry goes.
  virtual void release(const Bucket& b, std::uint32_t entry) { ids_.release(b.entries.id(entry)); }
  void drop_oldest();

  Buckets buckets_;
};

[[nodiscard]] std::unique_ptr<Windows> make_counts(const Correlation& correlation, EventIds& ids);
[[nodiscard]] std::unique_ptr<Windows> make_sequences(const Correlation& correlation, EventIds& ids);
[[nodiscard]] std::unique_ptr<Windows> make_absences(const Correlation& correlation, EventIds& ids);

}  // namespace wf::sigma
