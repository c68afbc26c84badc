#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wf::sigma {

/// Texts that correlations remember, each once and counted. Not thread-safe.
class Texts {
 public:
  /// The text's number, the same for equal texts; counted until it is released as often.
  std::uint32_t add(std::string_view text);
  void release(std::uint32_t number);
  [[nodiscard]] const std::string& text(std::uint32_t number) const { return slots_[number].text; }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
  struct Slot {
    std::string text;
    std::uint32_t uses = 0;
  };
  std::deque<Slot> slots_;  // never moved: the index points into them
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string_view, std::uint32_t> index_;
};

/// Ids of events in eight bytes each. Ids are mostly a name that many share and a number: such a one is the name's
/// number and the number; any other is a text. Shared by all correlations of one stream.
class EventIds {
 public:
  static constexpr std::size_t kMostNames = 4096;  ///< names are kept for good; beyond them ids are texts
  static constexpr std::size_t kLongestName = 64;

  /// Held until it is released.
  std::uint64_t add(std::string_view id);
  /// Several ids as one, in order.
  std::uint64_t add_list(const std::vector<std::string>& ids);
  void release(std::uint64_t id);
  void append(std::uint64_t id, std::vector<std::string>& out) const;
  [[nodiscard]] Texts& texts() { return texts_; }

 private:
  Texts texts_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> name_index_;
  std::string last_name_;
  std::uint32_t last_ = 0;
};

}  // namespace wf::sigma
