#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "console/engine/queue.hpp"
#include "console/store/store.hpp"

namespace wf::engine {

/// Stored records on their way from the writer to fusion, bounded in number and bytes: the writer asks for room before
/// it takes batches. One thread on each side.
class RecordQueue {
 public:
  static constexpr std::size_t kMost = 8192;
  static constexpr std::size_t kMostBytes = 128U << 20U;
  static constexpr std::size_t kSpareBytes = 16U << 20U;  ///< beside them, for agents that send little

  // --- the writer ---
  /// May more batches be taken? When not, take_hunger() will say so to fusion once.
  [[nodiscard]] bool room() {
    if (has_room()) return true;
    // Said before the second look: fusion either makes room before it or sees that somebody waits for it.
    starved_ = true;
    return has_room();
  }
  /// When there is no room: may more be taken of agents that send little?
  [[nodiscard]] bool spare() const { return records_.size() < kMost * 3 / 4 && bytes_ < kMostBytes + kSpareBytes; }
  void push(std::vector<store::Record>&& records) {
    for (store::Record& record : records) {
      bytes_ += record.payload.size();
      records_.push(std::move(record));
    }
  }

  // --- fusion ---
  /// As BoundedQueue. What was taken counts until done().
  bool pop(std::deque<store::Record>& out, std::size_t most, std::chrono::nanoseconds wait) {
    return records_.pop(out, most, wait);
  }
  /// So many bytes of payload that were taken are worked off.
  void done(std::size_t bytes) { bytes_ -= bytes; }
  /// Did the writer find no room since the last call?
  [[nodiscard]] bool take_hunger() { return starved_.exchange(false); }

  void close() { records_.close(); }                                  ///< any thread
  [[nodiscard]] std::size_t size() const { return records_.size(); }  ///< any thread

 private:
  [[nodiscard]] bool has_room() const { return records_.size() < kMost / 2 && bytes_ < kMostBytes; }

  BoundedQueue<store::Record> records_{kMost};
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<bool> starved_ = false;
};

}  // namespace wf::engine
