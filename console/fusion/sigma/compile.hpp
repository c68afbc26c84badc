#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/fusion/sigma/index.hpp"
#include "console/fusion/sigma/parse.hpp"
#include "console/fusion/sigma/rule_set.hpp"

namespace wf::sigma {

inline constexpr std::uint32_t kNoField = kNone;  ///< of a keyword: any field

struct CompiledAtom {
  std::shared_ptr<const Atom> atom;
  std::uint32_t field = kNoField, other = kNoField;
};

/// A node of all conditions together; equal parts of conditions are one node. Children are `count` entries of
/// Compiled::children from `first`, the cheapest first.
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
  std::int64_t lateness = 0;  ///< its own and that with which what it stands on completes
  std::vector<std::pair<Compare, double>> condition;
  double percentile = 0;
  std::vector<Node> logic;  ///< temporal with a boolean condition: atoms are base positions; root is last
  std::vector<std::uint32_t> logic_children;
  std::string meaning;  ///< equal for correlations that mean the same, down to the plain rules
};

/// What an index's literal leads to.
struct Entry {
  std::uint32_t node = kNone;          ///< the atom that is true wherever the literal is; kNone: it must be looked at
  std::uint32_t first = 0, count = 0;  ///< rules to try, in Compiled::entry_rules
};

/// The rules of one logsource, and which of them an event is worth trying against. A rule that can match has at least
/// one of its literals in the event, or a field that `present` names, or stands in `always`. Wrong candidates cost
/// time, never a wrong match.
struct Group {
  Logsource logsource;
  std::vector<std::uint32_t> rules, always;
  std::map<std::uint32_t, FieldIndex> fields;
  FieldIndex keywords;         ///< of rules that look into any field
  bool any_keyword = false;    ///< a rule looks into any field
  std::vector<bool> looks_at;  ///< fields
};

/// Names of fields to numbers.
class NameTable {
 public:
  std::uint32_t add(const std::string& name);
  [[nodiscard]] std::uint32_t find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view name) const;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(16, kNone);
};

/// All rules together: shared atoms, one node table, one index.
class Compiled final : public RuleSet {
 public:
  [[nodiscard]] const std::vector<RuleInfo>& rules() const override { return infos; }

  std::vector<RuleInfo> infos;       ///< plain rules, then correlations, each after those it refers to
  std::vector<std::uint32_t> roots;  ///< of plain rules
  std::vector<CompiledAtom> atoms;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;
  NameTable fields;
  std::uint32_t kind_field = kNoField;  ///< field "kind", if a rule looks at it
  std::vector<Group> groups;            ///< by logsource
  std::vector<Entry> entries;
  std::vector<std::uint32_t> entry_rules;
  std::vector<Correlation> correlations;
  /// For each rule, the correlations that it feeds and its position among their bases.
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> listeners;
};

/// Turns documents into `out`; what cannot be resolved is refused.
void compile_documents(Documents documents, Compiled& out, LoadReport& report);
/// The plain rules as documents say them, by index.
struct PlainRules {
  const std::multimap<std::string, std::uint32_t>& names;
  const std::vector<Logsource>& logsources;  ///< of their events
  const std::vector<Expr>& conditions;
  const std::vector<Logsource>& stated;  ///< as the rules have them
  const Settings& settings;
};
/// Resolves and orders correlations after the plain rules are in `out`.
void resolve_correlations(std::vector<CorrelationDocument> documents, const PlainRules& plain, Compiled& out,
                          LoadReport& report);
/// Groups the plain rules by logsource and picks what each is found by. `conditions` are the rules'.
void build_groups(const std::vector<Logsource>& logsources, const std::vector<Expr>& conditions, Compiled& out);

}  // namespace wf::sigma
