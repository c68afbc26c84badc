#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/sigma/hash.hpp"
#include "console/fusion/sigma/pattern.hpp"

namespace wf::sigma {

inline constexpr std::uint32_t kNone = 0xFFFFFFFFU;

/// Keys to the literals that have them; a small bitmap turns away most keys that nobody has.
class KeyTable {
 public:
  struct Item {
    std::uint32_t literal = 0, offset = 0;  ///< where in the literal the key was taken
  };
  void add(std::uint64_t key, Item item) { pending_[key].push_back(item); }
  void finish();

  template <class Use>
  void find(std::uint64_t key, Use&& use) const {
    const std::uint64_t bit = bit_of(key);
    if ((filter_[bit >> 6U] & (1ULL << (bit & 63U))) == 0) return;
    for (std::size_t i = mix(key) & mask_; slots_[i].count != 0; i = (i + 1) & mask_)
      if (slots_[i].key == key) {
        for (std::uint32_t j = 0; j < slots_[i].count; ++j) use(items_[slots_[i].begin + j]);
        return;
      }
  }
  [[nodiscard]] bool empty() const { return slots_.empty(); }

 private:
  [[nodiscard]] std::uint64_t bit_of(std::uint64_t key) const { return key * 0x9E3779B97F4A7C15ULL >> shift_; }

  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t begin = 0, count = 0;
  };
  std::map<std::uint64_t, std::vector<Item>> pending_;
  std::vector<Slot> slots_;
  std::vector<Item> items_;
  std::vector<std::uint64_t> filter_;
  unsigned shift_ = 0;
  std::size_t mask_ = 0;
};

/// The literals that the rules of one logsource look for in one field, found in one pass over a folded value: whole
/// values by their hash, starts and ends by their first and last bytes, the others by four-byte windows. A literal of
/// at least seven bytes is known by the four windows that follow one another in it, so that every fourth window of the
/// value is enough; one of five or six by two of them and every second window.
class FieldIndex {
 public:
  /// Gives back the literal's number. Call finish() after the last.
  std::uint32_t add(Place place, std::string text);
  void finish();

  /// Calls use(literal) for each literal that stands in the value, some of them more than once.
  template <class Use>
  void find(std::string_view value, Use&& use) const {
    if (!whole_.empty() && value.size() <= longest_whole_)
      whole_.find(hash_text(value), [&](KeyTable::Item item) {
        if (literals_[item.literal] == value) use(item.literal);
      });
    edges(starts_, start_lengths_, value, false, use);
    edges(ends_, end_lengths_, value, true, use);
    windows<4, 4>(wide_, value, use);
    windows<4, 2>(middle_, value, use);
    windows<4, 1>(four_, value, use);
    windows<3, 1>(three_, value, use);
    windows<2, 1>(two_, value, use);
  }

  std::vector<std::uint32_t> present;  ///< rules to try whenever the field has a value
  /// Rules to try where a value has one of the two signs outside ASCII that regular expressions take for an ASCII
  /// letter when case does not matter, and our folding does not.
  std::vector<std::uint32_t> odd;
  std::uint32_t first_entry = 0;  ///< of literal 0; the others follow

 private:
  static constexpr std::size_t kEdge = 8;
  template <class Use>
  void edges(const KeyTable& table, std::uint32_t lengths, std::string_view value, bool end, Use& use) const {
    for (; lengths != 0; lengths &= lengths - 1) {
      const auto length = static_cast<std::size_t>(__builtin_ctz(lengths));
      if (value.size() < length) return;
      const char* at = end ? value.data() + value.size() - length : value.data();
      table.find(edge_key(at, length), [&](KeyTable::Item item) {
        const std::string& literal = literals_[item.literal];
        if (end ? value.ends_with(literal) : value.starts_with(literal)) use(item.literal);
      });
    }
  }
  static std::uint64_t edge_key(const char* at, std::size_t length) {
    return load(at, length) ^ (static_cast<std::uint64_t>(length) << 60U);
  }

  template <std::size_t kLength, std::size_t kStep, class Use>
  void windows(const KeyTable& table, std::string_view value, Use& use) const {
    if (table.empty()) return;
    for (std::size_t at = 0; at + kLength <= value.size(); at += kStep)
      table.find(load(value.data() + at, kLength), [&](KeyTable::Item item) {
        const std::string& literal = literals_[item.literal];
        if (at >= item.offset && at - item.offset + literal.size() <= value.size() &&
            std::memcmp(value.data() + at - item.offset, literal.data(), literal.size()) == 0)
          use(item.literal);
      });
  }
  void finish_windows();

  std::vector<std::string> literals_;
  std::vector<Place> places_;
  std::map<std::pair<Place, std::string>, std::uint32_t> known_;
  KeyTable whole_, starts_, ends_, wide_, middle_, four_, three_, two_;
  std::size_t longest_whole_ = 0;
  std::uint32_t start_lengths_ = 0, end_lengths_ = 0;  ///< bit n: there are keys of n bytes
};

}  // namespace wf::sigma
