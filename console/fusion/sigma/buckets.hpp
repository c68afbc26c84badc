#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/time.hpp"

namespace wf::sigma {

/// What a group remembers of its events, by time and then by arrival: two words each, the time and the event's id, or
/// three. One block of memory, little larger than what is in it.
class Entries {
 public:
  explicit Entries(std::uint32_t words = 2) : words_(words) {}
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] UtcNs time(std::uint32_t i) const { return static_cast<UtcNs>(at(i)[0]); }
  [[nodiscard]] std::uint64_t id(std::uint32_t i) const { return at(i)[1]; }
  [[nodiscard]] std::uint64_t more(std::uint32_t i) const { return at(i)[2]; }
  [[nodiscard]] std::uint64_t more_or_none(std::uint32_t i) const { return words_ > 2 ? at(i)[2] : 0; }
  [[nodiscard]] UtcNs newest() const { return time(size_ - 1); }
  /// Behind all that are not later. Returns where.
  std::uint32_t insert(UtcNs time, std::uint64_t id, std::uint64_t more);
  void pop_front(std::uint32_t count);

 private:
  [[nodiscard]] std::uint64_t* at(std::uint32_t i) const { return block_.get() + std::size_t{begin_ + i} * words_; }
  void make_room();

  std::unique_ptr<std::uint64_t[]> block_;
  std::uint32_t words_, begin_ = 0, size_ = 0, capacity_ = 0;
};

/// What only some groups need.
struct Extras {
  std::vector<UtcNs> fired;  ///< times at which it fired, as far back as a late event reaches
  // Of the newest window:
  double sum = 0, rest = 0;                                     ///< what `sum` is too coarse for
  std::vector<std::pair<std::uint32_t, std::uint32_t>> values;  ///< distinct values by number, how often
  std::vector<double> numbers;                                  ///< in order
};

struct Bucket {
  std::string key;
  Entries entries;
  std::uint32_t begin = 0;  ///< first entry of the newest window
  std::uint32_t newer = 0, older = 0;
  UtcNs touched = 0;           ///< the stream's time when something came last
  std::uint64_t sequence = 0;  ///< of the event that came last
  std::unique_ptr<Extras> extras;

  Extras& more() {
    if (!extras) extras = std::make_unique<Extras>();
    return *extras;
  }
};

/// Buckets by key, in the order in which they were touched.
class Buckets {
 public:
  static constexpr std::uint32_t kNobody = 0xFFFFFFFF;

  explicit Buckets(std::uint32_t words) : words_(words), slots_(16, kNobody) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The group, made if there is none; now the one touched last.
  Bucket& touch(const std::string& key, UtcNs now);
  /// The one touched longest ago; null if there is none.
  [[nodiscard]] Bucket* oldest() { return oldest_ == kNobody ? nullptr : &buckets_[oldest_]; }
  void drop_oldest();

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view key) const;
  void link(std::uint32_t bucket);
  void unlink(std::uint32_t bucket);
  void grow();

  std::uint32_t words_;
  std::deque<Bucket> buckets_;
  std::vector<std::uint32_t> free_, slots_;
  std::uint32_t newest_ = kNobody, oldest_ = kNobody;
  std::size_t size_ = 0;
};

}  // namespace wf::sigma
