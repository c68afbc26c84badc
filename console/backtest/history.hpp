#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "console/fusion/fusion.hpp"
#include "console/model/incident.hpp"

namespace wf::backtest {

/// One incident as a backtest remembers it: what it stood on, whom it called, what became of it.
struct Row {
  std::uint64_t id = 0;
  std::string rule_id, rule_title, title;  ///< as fusion named it last
  Priority priority = Priority::low;
  bool life_safety = false, drill = false;
  bool kept_back = false;  ///< the row of maintenance or a test
  bool merged = false;     ///< another row took it in
  UtcNs opened = 0, first = 0, last = 0;
  UtcNs acknowledged = 0;  ///< the first time; 0: never
  UtcNs resolved = 0;      ///< 0: it stayed open
  Cause cause = Cause::none;
  std::uint32_t calls = 0;
  std::vector<std::uint64_t> things;  ///< what it speaks of (thing()), ascending
  std::vector<std::uint64_t> alerts;
  std::shared_ptr<const Incident> newest;  ///< null once it is closed

  [[nodiscard]] bool open() const { return newest != nullptr; }
  /// Counts as a row of the wall: no drill, nothing that maintenance keeps back, not part of another row.
  [[nodiscard]] bool counts() const { return !drill && !kept_back && !merged; }
  /// How long somebody worked on it, from the first acknowledgement to the end; at most kMostWork. 0: not known.
  [[nodiscard]] std::int64_t work() const;
};

/// Nobody looks at one row for longer; what stays open for a day was not worked on for a day.
inline constexpr std::int64_t kMostWork = kHour;

/// The incidents of one side of a backtest, in the order of the log. One thread.
class History {
 public:
  /// What one record changed.
  void take(const fusion::Changes& changes, UtcNs now);
  /// Nothing comes any more: what is open is remembered as it stands.
  void finish();

  [[nodiscard]] const std::map<std::uint64_t, Row>& rows() const { return rows_; }
  [[nodiscard]] const Row* find(std::uint64_t id) const;
  [[nodiscard]] const std::set<std::uint64_t>& open() const { return open_; }
  /// Events that a row's alerts name, as hashes of their ids.
  [[nodiscard]] std::vector<std::uint64_t> events_of(const Row& row) const;
  /// Rows whose alerts name one of these events, not those that another row took in; ascending.
  [[nodiscard]] std::vector<std::uint64_t> rows_of(const std::vector<std::uint64_t>& events) const;
  /// Rows that appeared with the last take().
  [[nodiscard]] const std::vector<std::uint64_t>& appeared() const { return appeared_; }
  /// Rows that were closed by the last take().
  [[nodiscard]] const std::vector<std::uint64_t>& closed() const { return closed_; }

 private:
  static void remember(Row& row, const Incident& incident);

  std::map<std::uint64_t, Row> rows_;
  std::set<std::uint64_t> open_;
  std::vector<std::uint64_t> appeared_, closed_;
  // Looked up, never walked.
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> events_;  ///< by alert
  std::unordered_map<std::uint64_t, std::uint64_t> alert_of_;             ///< event → the newest alert that names it
  /// Alert → rows that had it; after a split two may have it at once.
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> rows_of_;
};

/// The door, camera, host, address, badge or person of an entity as a number; 0 for what ties nothing: zones, agents,
/// accounts (many are everywhere).
[[nodiscard]] std::uint64_t thing(const EntityRef& entity);
/// Rows of one thing within it are about one matter, as fusion joins by default.
inline constexpr std::int64_t kOneMatter = 15 * kMinute;
/// Do both speak of one thing, at most kOneMatter of event time apart?
[[nodiscard]] bool near(const Row& a, const Row& b);

}  // namespace wf::backtest
