#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "console/ui/standing.hpp"
#include "console/ui/wall/filters.hpp"

namespace wf::ui {

/// Which incidents stand where on the wall. While held, a row neither moves nor leaves: it is only rewritten, and
/// newcomers wait. Critical and life-safety incidents are in the strip at once, held or not.
class WallOrder {
 public:
  /// Lives until the next update().
  using Row = const Incident*;

  /// Takes what stands now (again). `hold`: rows stay; `force`: newcomers come in now even so.
  void update(const Standing& standing, const Filter& filter, bool hold, bool force);

  [[nodiscard]] const std::vector<Row>& strip() const { return strip_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] std::uint32_t waiting() const { return waiting_; }
  [[nodiscard]] Priority highest_waiting() const { return highest_; }
  /// Changes whenever strip() or rows() did.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  /// Strip first, then rows; −1: not on the wall.
  [[nodiscard]] int index_of(std::uint64_t id) const;
  [[nodiscard]] Row at(int index) const;
  [[nodiscard]] int size() const { return static_cast<int>(strip_.size() + rows_.size()); }
  /// True while rows_ differs from what the filter would show now.
  [[nodiscard]] bool differs() const { return differs_; }

 private:
  std::vector<Row> strip_, rows_;
  std::vector<std::shared_ptr<const Incident>> left_;  ///< rows that the engine has no more, while they are held
  std::shared_ptr<const Snapshot> snapshot_;           ///< keeps the other rows
  std::uint64_t standing_ = 0;                         ///< version of what was taken
  Filter filter_;
  std::uint32_t waiting_ = 0;
  Priority highest_ = Priority::low;
  std::uint64_t version_ = 0;
  bool first_ = true, differs_ = false;
};

/// Decides whether the wall is held: within two seconds of the pointer moving over it or of a key. A pointer that
/// rests holds nothing.
class Hold {
 public:
  void touch(double seconds) { last_ = seconds; }
  [[nodiscard]] bool active(double seconds) const { return seconds - last_ < kHold; }
  /// Seconds until it ends; 0 when it does not hold.
  [[nodiscard]] double left(double seconds) const { return active(seconds) ? kHold - (seconds - last_) : 0; }

 private:
  static constexpr double kHold = 2.0;
  double last_ = -1e9;
};

}  // namespace wf::ui
