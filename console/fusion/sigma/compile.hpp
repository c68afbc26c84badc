#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/fusion/sigma/parse.hpp"
#include "console/fusion/sigma/rule_set.hpp"

namespace wf::sigma {

inline constexpr std::uint32_t kNoField = 0xFFFFFFFFU;  ///< of a keyword: any field

struct CompiledAtom {
  std::shared_ptr<const Atom> atom;
  std::uint32_t field = kNoField, other = kNoField;
};

/// A node of all conditions together; children are `count` entries of Compiled::children from `first`.
struct Node {
  Expr::Kind kind = Expr::Kind::atom;
  std::uint32_t first = 0;  ///< atom: its index
  std::uint32_t count = 0;
};

/// A correlation with its references resolved.
struct Correlation {
  std::uint32_t rule = 0;
  CorrelationType type = CorrelationType::event_count;
  std::vector<std::uint32_t> bases;                    ///< rule indices
  std::vector<std::string> group_by;                   ///< names as the rule writes them
  std::vector<std::vector<std::string>> group_fields;  ///< for each base, the field of each group-by name
  std::vector<std::vector<std::string>> value_fields;  ///< for each base, the fields of the condition
  std::int64_t timespan = 0;
  std::vector<std::pair<Compare, double>> condition;
  double percentile = 0;
  std::vector<Node> logic;  ///< temporal with a boolean condition: atoms are base positions; root is last
  std::vector<std::uint32_t> logic_children;
};

/// Which rules an event's field values could match: an event is tried only against rules of which a required
/// text occurs. Wrong candidates cost time, never a wrong match.
class LiteralIndex {
 public:
  struct Anchor {
    enum class Kind : std::uint8_t { exact, part, present } kind = Kind::present;
    std::uint32_t field = kNoField;
    std::string text;  ///< folded
  };
  void add(std::uint32_t rule, const Anchor& anchor);
  void finish(std::size_t fields);
  [[nodiscard]] bool keywords() const { return keyword_.any; }

  template <class Use>
  void probe(std::uint32_t field, std::string_view lower, Use&& use) const {
    probe(field == kNoField ? keyword_ : fields_[field], field, lower, use);
  }
  template <class Use>
  void present(std::uint32_t field, Use&& use) const {
    const Flags& f = field == kNoField ? keyword_ : fields_[field];
    for (const std::uint32_t rule : f.present) use(rule);
  }

 private:
  struct Flags {
    bool any = false, exact = false;
    bool part[5] = {};  ///< by length 2, 3, 4
    std::vector<std::uint32_t> present;
  };
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t begin = 0, count = 0;
  };

  static std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 32U;
    x *= 0xD6E8FEB86659FD93ULL;
    x ^= x >> 32U;
    x *= 0xD6E8FEB86659FD93ULL;
    x ^= x >> 32U;
    return x == 0 ? 1 : x;
  }
  static std::uint64_t part_key(std::uint32_t field, std::uint32_t bytes, std::uint32_t length) {
    return mix((static_cast<std::uint64_t>(field) << 34U) ^ (static_cast<std::uint64_t>(length) << 32U) ^ bytes);
  }
  static std::uint64_t exact_key(std::uint32_t field, std::string_view text) {
    return mix(std::hash<std::string_view>{}(text) + field * 0x9E3779B97F4A7C15ULL);
  }
  static std::uint32_t load(const char* p, std::size_t length) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < length; ++i)
      out |= static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])) << (8U * i);
    return out;
  }

  template <class Use>
  void look_up(std::uint64_t key, Use& use) const {
    const std::uint64_t bit = key >> 44U;
    if ((bloom_[bit >> 6U] & (1ULL << (bit & 63U))) == 0) return;
    for (std::size_t i = key & mask_; slots_[i].key != 0; i = (i + 1) & mask_)
      if (slots_[i].key == key) {
        for (std::uint32_t j = 0; j < slots_[i].count; ++j) use(rules_[slots_[i].begin + j]);
        return;
      }
  }
  template <class Use>
  void probe(const Flags& flags, std::uint32_t field, std::string_view lower, Use& use) const {
    if (flags.exact) look_up(exact_key(field, lower), use);
    for (std::uint32_t length = 2; length <= 4; ++length) {
      if (!flags.part[length] || lower.size() < length) continue;
      for (std::size_t i = 0; i + length <= lower.size(); ++i)
        look_up(part_key(field, load(lower.data() + i, length), length), use);
    }
  }

  std::vector<std::pair<std::uint32_t, Anchor>> pending_;
  std::vector<Flags> fields_;
  Flags keyword_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> rules_;
  std::vector<std::uint64_t> bloom_;
  std::size_t mask_ = 0;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using FieldTable = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

/// All rules together: shared atoms, one node table, one index.
class Compiled final : public RuleSet {
 public:
  [[nodiscard]] const std::vector<RuleInfo>& rules() const override { return infos; }

  std::vector<RuleInfo> infos;        ///< plain rules, then correlations, each after those it refers to
  std::vector<Logsource> logsources;  ///< of plain rules
  std::vector<std::uint32_t> roots;   ///< of plain rules
  std::vector<bool> unanchored;       ///< plain rules that the index cannot select
  std::vector<CompiledAtom> atoms;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;
  FieldTable fields;
  std::uint32_t kind_field = kNoField;  ///< field "kind", if a rule looks at it
  LiteralIndex index;
  std::vector<Correlation> correlations;
  /// For each rule, the correlations that it feeds and its position among their bases.
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> listeners;
};

/// Turns documents into `out`; what cannot be resolved is refused.
void compile_documents(Documents documents, Compiled& out, LoadReport& report);
/// Resolves and orders correlations after the plain rules are in `out`.
void resolve_correlations(std::vector<CorrelationDocument> documents,
                          const std::multimap<std::string, std::uint32_t>& names, Compiled& out, LoadReport& report);
/// Picks each rule's anchors and fills Compiled::index.
void build_index(const std::vector<Expr>& conditions, Compiled& out);

}  // namespace wf::sigma
