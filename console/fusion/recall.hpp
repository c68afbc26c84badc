#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/fusion/facts.hpp"

namespace wf::fusion {

using Remembered = std::shared_ptr<const Digest>;

/// The last notable events, by id and by what they touched: where a correlation's parts and an incident's context
/// come from. Holds the newest kMost; a new one forgets the oldest. Of one entity it finds the newest kPerKey.
class Recall {
 public:
  static constexpr std::size_t kMost = 16'384;
  static constexpr std::size_t kPerKey = 32;

  void remember(const Remembered& digest);
  /// Null if it is forgotten or was never remembered.
  [[nodiscard]] Remembered find(std::string_view event_id) const;
  /// Events that touched the entity, oldest first.
  void touching(const std::string& key, std::vector<Remembered>& out) const;
  /// The same; false if some that happened since `since` may be forgotten.
  bool touching(const std::string& key, UtcNs since, std::vector<Remembered>& out) const;
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(next_ - oldest_); }
  [[nodiscard]] std::size_t keys() const { return newest_.size(); }

 private:
  /// Events are numbered as they come, from 1. The newest one that touched each entity; looked up by name only, never
  /// walked, so their order cannot be seen.
  using Newest = std::unordered_map<std::string, std::uint64_t>;
  /// An entity that an event touched, and the event before it that touched the same one; 0: none.
  struct Touch {
    Newest::value_type* entity = nullptr;
    std::uint64_t before = 0;
  };
  struct Slot {
    Remembered digest;
    std::vector<Touch> touches;
  };
  [[nodiscard]] const Slot& at(std::uint64_t number) const { return ring_[number % kMost]; }
  void forget_oldest();

  std::vector<Slot> ring_;
  std::uint64_t oldest_ = 1, next_ = 1;
  Newest newest_;
  std::unordered_map<std::string_view, std::uint64_t> by_id_;  ///< keys live in the digests
};

}  // namespace wf::fusion
