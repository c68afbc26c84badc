#pragma once
#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace wf::link {

/// A queue of many owners that gives each its turn: what one owner puts in comes out in its order, and nobody's flood
/// stands before another's first item. A turn is one item; who had more than kTurn bytes lets the others go until
/// that is made up for, so that large items buy no larger share. Not thread-safe.
template <class T>
class FairQueue {
 public:
  static constexpr std::size_t kTurn = 64U << 10U;

  void push(const std::string& owner, std::size_t bytes, T item) {
    Line& line = lines_[owner];
    if (line.items.empty()) turns_.push_back(&*lines_.find(owner));
    line.items.push_back({std::move(item), bytes});
    line.bytes += bytes;
    bytes_ += bytes;
    ++size_;
  }

  /// The next item in turn, for whose owner `may(owner, bytes)` says yes, goes to `out`, and its owner stands at the
  /// end. False: there is none.
  template <class May>
  bool pop(T& out, May&& may) {
    std::size_t least = 0;  // what those have had too much who would have been next
    if (pop(out, may, least)) return true;
    if (least == 0) return false;
    // Of those that may go now; what others had too much is not forgiven while they are not asked.
    for (Entry* entry : turns_)
      if (may(entry->first, entry->second.items.front().bytes))
        entry->second.ahead -= std::min(entry->second.ahead, least);
    return pop(out, may, least);
  }
  bool pop(T& out) {
    return pop(out, [](const std::string&, std::size_t) { return true; });
  }

  /// Puts back what pop() gave last: it stays its owner's first item, and its owner's turn comes last.
  void put_back(const std::string& owner, std::size_t bytes, T item) {
    Line& line = lines_[owner];
    if (line.items.empty()) turns_.push_back(&*lines_.find(owner));
    line.items.push_front({std::move(item), bytes});
    line.ahead -= std::min(line.ahead, bytes);
    line.bytes += bytes;
    bytes_ += bytes;
    ++size_;
  }
  /// Who has the most bytes in it; empty when there is nothing.
  [[nodiscard]] std::string largest() const {
    std::string out;
    std::size_t most = 0;
    for (const Entry* entry : turns_)
      if (entry->second.bytes > most) {
        most = entry->second.bytes;
        out = entry->first;
      }
    return out;
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t bytes_of(const std::string& owner) const {
    const auto found = lines_.find(owner);
    return found == lines_.end() ? 0 : found->second.bytes;
  }
  /// Owners that have something in it.
  [[nodiscard]] std::size_t owners() const { return turns_.size(); }
  template <class Which>
  [[nodiscard]] std::size_t owners(Which&& which) const {
    return static_cast<std::size_t>(
        std::count_if(turns_.begin(), turns_.end(), [&](const Entry* entry) { return which(entry->first); }));
  }

 private:
  static constexpr std::size_t kKeptLines = 1024;
  struct Item {
    T item;
    std::size_t bytes = 0;
  };
  struct Line {
    std::deque<Item> items;
    std::size_t bytes = 0;
    std::size_t ahead = 0;  ///< bytes it had and the others did not yet
  };
  using Entry = std::pair<const std::string, Line>;

  template <class May>
  bool pop(T& out, May& may, std::size_t& least) {
    for (std::size_t n = turns_.size(); n > 0; --n) {
      Entry* const entry = turns_.front();
      turns_.pop_front();
      Line& line = entry->second;
      if (!may(entry->first, line.items.front().bytes)) {
        turns_.push_back(entry);
        continue;
      }
      if (line.ahead > kTurn) {
        line.ahead -= kTurn;
        least = least == 0 ? line.ahead : std::min(least, line.ahead);
        turns_.push_back(entry);
        continue;
      }
      const std::size_t bytes = line.items.front().bytes;
      out = std::move(line.items.front().item);
      line.items.pop_front();
      line.bytes -= bytes;
      line.ahead += bytes;
      line.ahead -= std::min(line.ahead, kTurn);
      bytes_ -= bytes;
      --size_;
      if (line.items.empty()) {
        line.ahead = 0;
        // A line that stays keeps its memory; too many owners that came once do not.
        if (lines_.size() > kKeptLines) lines_.erase(entry->first);
      } else {
        turns_.push_back(entry);
      }
      return true;
    }
    return false;
  }

  std::map<std::string, Line> lines_;
  std::deque<Entry*> turns_;  ///< of the lines that are not empty
  std::size_t size_ = 0, bytes_ = 0;
};

}  // namespace wf::link
