#pragma once
#include <array>
#include <deque>
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
  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] std::size_t keys() const { return by_key_.size(); }

 private:
  void forget_oldest();
  std::deque<Remembered> order_;
  // Looked up by name only, never walked, so their order cannot be seen.
  std::unordered_map<std::string, std::deque<Remembered>> by_key_;
  std::unordered_map<std::string_view, Remembered> by_id_;  ///< keys live in the digests
};

}  // namespace wf::fusion
