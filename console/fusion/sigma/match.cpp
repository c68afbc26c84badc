#include <re2/re2.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "console/fusion/sigma/correlate.hpp"
#include "console/fusion/sigma/event_view.hpp"

namespace wf::sigma {
namespace {

constexpr std::size_t kMostRoutes = 512;

/// What the rules of an event's logsource need; made when the logsource is first seen.
struct Route {
  Logsource source;
  std::vector<const Group*> groups;
  std::vector<bool> needed;                 ///< fields that a rule looks at
  std::vector<std::uint32_t> always;        ///< rules to try with every event
  std::vector<const FieldIndex*> keywords;  ///< for every string value
  std::vector<std::uint32_t> begin;         ///< by field, its indices in `indices`; one more than there are fields
  std::vector<const FieldIndex*> indices;
  bool all_fields = false;
  std::uint64_t asked = 0;  ///< of the names that somebody asked for
};

bool within(const Logsource& wanted, const Logsource& source) {
  return (wanted.product.empty() || wanted.product == source.product) &&
         (wanted.service.empty() || wanted.service == source.service) &&
         (wanted.category.empty() || wanted.category == source.category);
}

std::uint64_t hash_of(const Logsource& s) {
  return hash_text(s.product) + 3 * hash_text(s.service) + 5 * hash_text(s.category);
}

bool one(const Atom& a, const Value& v) {
  if (v.type == ValueType::null) return false;
  double number = 0;
  switch (a.op) {
    case Atom::Op::text:
      return a.text.matches(v.raw, v.lower);
    case Atom::Op::regex:
      return re2::RE2::PartialMatch(re2::StringPiece(v.raw.data(), v.raw.size()), *a.regex);
    case Atom::Op::number:
      return parse_number(v.raw, number) && holds(a.compare, number, a.number);
    case Atom::Op::part:
      return time_part(v.raw, a.time, number) && holds(a.compare, number, a.number);
    case Atom::Op::network:
      return a.network.contains(v.raw);
    default:
      return false;
  }
}

bool related(const Atom& a, const Value& left, const Value& right) {
  if (left.type == ValueType::null || right.type == ValueType::null) return false;
  const std::string_view l = a.cased ? left.raw : left.lower, r = a.cased ? right.raw : right.lower;
  switch (a.relation) {
    case Atom::Relation::equals:
      return l == r;
    case Atom::Relation::starts:
      return l.starts_with(r);
    case Atom::Relation::ends:
      return l.ends_with(r);
    case Atom::Relation::contains:
      return l.find(r) != std::string_view::npos;
  }
  return false;
}

}  // namespace

struct Matcher::Impl {
  explicit Impl(std::shared_ptr<const RuleSet> set)
      : owner(std::move(set)),
        rules(*static_cast<const Compiled*>(owner.get())),
        view(rules.fields.size()),
        correlator(rules) {
    known.resize(rules.nodes.size(), 0);
    entry_seen.resize(rules.entries.size(), 0);
    rule_seen.resize(rules.roots.size(), 0);
    candidates.reserve(rules.roots.size());
  }

  const Route& route_of(const Logsource& source) {
    if (last_route != nullptr && source == last_route->source) return *last_route;
    const std::uint64_t key = hash_of(source);
    for (auto [it, end] = routes.equal_range(key); it != end; ++it)
      if (it->second.source == source) return *(last_route = &it->second);
    if (routes.size() >= kMostRoutes) routes.clear();
    return *(last_route = &routes.emplace(key, make_route(source))->second);
  }

  [[nodiscard]] Route make_route(const Logsource& source) const {
    Route r;
    r.source = source;
    for (const Group& g : rules.groups)
      if (within(g.logsource, source)) r.groups.push_back(&g);
    if (r.groups.empty()) return r;
    r.needed.assign(rules.fields.size(), false);
    for (const Group* g : r.groups) {
      for (std::size_t i = 0; i < r.needed.size(); ++i)
        if (g->looks_at[i]) r.needed[i] = true;
      r.always.insert(r.always.end(), g->always.begin(), g->always.end());
      if (g->any_keyword) {
        r.all_fields = true;
        r.keywords.push_back(&g->keywords);
      }
    }
    for (std::uint32_t field = 0; field < rules.fields.size(); ++field) {
      r.begin.push_back(static_cast<std::uint32_t>(r.indices.size()));
      for (const Group* g : r.groups)
        if (const auto it = g->fields.find(field); it != g->fields.end()) r.indices.push_back(&it->second);
    }
    r.begin.push_back(static_cast<std::uint32_t>(r.indices.size()));
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::uint32_t field = rules.fields.find(names[i]);
      if (r.all_fields || (field != kNone && r.needed[field])) r.asked |= std::uint64_t{1} << i;
    }
    return r;
  }

  bool test(const CompiledAtom& compiled) const {
    const Atom& a = *compiled.atom;
    if (compiled.field == kNoField) {
      for (std::uint32_t i = 0; i < view.own(); ++i)
        if (view[i].type == ValueType::string && one(a, view[i])) return true;
      return false;
    }
    const std::uint32_t first = view.first(compiled.field);
    if (a.op == Atom::Op::exists) return (first != kNone) == a.wanted;
    if (a.op == Atom::Op::is_null) {
      if (first == kNone) return true;
      for (std::uint32_t i = first; i != kNone; i = view[i].next)
        if (view[i].type == ValueType::null) return true;
      return false;
    }
    for (std::uint32_t i = first; i != kNone; i = view[i].next) {
      if (a.op != Atom::Op::other_field) {
        if (one(a, view[i])) return true;
        continue;
      }
      for (std::uint32_t j = view.first(compiled.other); j != kNone; j = view[j].next)
        if (related(a, view[i], view[j])) return true;
    }
    return false;
  }

  bool evaluate(std::uint32_t node) {
    if (known[node] >> 1U == generation) return (known[node] & 1U) != 0;
    const Node& n = rules.nodes[node];
    bool out = false;
    switch (n.kind) {
      case Expr::Kind::atom:
        out = test(rules.atoms[n.first]);
        break;
      case Expr::Kind::negate:
        out = !evaluate(rules.children[n.first]);
        break;
      case Expr::Kind::all:
        out = true;
        for (std::uint32_t i = 0; out && i < n.count; ++i) out = evaluate(rules.children[n.first + i]);
        break;
      case Expr::Kind::any:
        for (std::uint32_t i = 0; !out && i < n.count; ++i) out = evaluate(rules.children[n.first + i]);
        break;
    }
    known[node] = generation << 1U | (out ? 1U : 0U);
    return out;
  }

  void begin_event() {
    if (++generation <= std::numeric_limits<std::uint32_t>::max() / 2) return;
    generation = 1;
    for (auto* list : {&known, &entry_seen, &rule_seen}) std::fill(list->begin(), list->end(), 0U);
  }

  void try_rules(const std::vector<std::uint32_t>& list) {
    for (const std::uint32_t rule : list) try_rule(rule);
  }
  void try_rule(std::uint32_t rule) {
    if (rule_seen[rule] == generation) return;
    rule_seen[rule] = generation;
    candidates.push_back(rule);
  }

  void look_into(const FieldIndex& index, const Value& value) {
    if (value.type == ValueType::null) return;  // nothing but presence and null itself is true of it
    index.find(value.lower, [&](std::uint32_t literal) {
      const std::uint32_t at = index.first_entry + literal;
      if (entry_seen[at] == generation) return;
      entry_seen[at] = generation;
      const Entry& entry = rules.entries[at];
      if (entry.node != kNone) known[entry.node] = generation << 1U | 1U;
      for (std::uint32_t i = 0; i < entry.count; ++i) try_rule(rules.entry_rules[entry.first + i]);
    });
    if (value.odd) try_rules(index.odd);
  }

  void find_candidates(const Route& route) {
    candidates.clear();
    try_rules(route.always);
    for (const std::uint32_t field : view.fields())
      for (std::uint32_t i = route.begin[field]; i < route.begin[field + 1]; ++i) {
        const FieldIndex& index = *route.indices[i];
        try_rules(index.present);
        for (std::uint32_t v = view.first(field); v != kNone; v = view[v].next) look_into(index, view[v]);
      }
    for (const FieldIndex* index : route.keywords) {
      try_rules(index->present);
      for (std::uint32_t v = 0; v < view.own(); ++v)
        if (view[v].type == ValueType::string) look_into(*index, view[v]);
    }
    std::sort(candidates.begin(), candidates.end());
  }

  bool match_rules(const Event& event, UtcNs now, std::vector<Match>& out) {
    correlator.advance(std::min(event.time, now), out);
    matched.clear();
    first = out.size();
    const Route& route = route_of(event.logsource);
    if (route.groups.empty()) return false;
    begin_event();
    view.read(event, rules, route.needed, route.all_fields);
    find_candidates(route);
    for (const std::uint32_t rule : candidates) {
      if (!evaluate(rules.roots[rule])) continue;
      out.push_back({rule, event.time, {event.id}, nullptr});
      matched.push_back(rule);
    }
    return !matched.empty();
  }

  void match_correlations(const Event& event, std::vector<Match>& out) {
    if (matched.empty()) return;
    correlator.take(event, matched, out);
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
              [](const Match& a, const Match& b) { return a.rule < b.rule; });
  }

  std::shared_ptr<const RuleSet> owner;
  const Compiled& rules;
  EventView view;
  std::unordered_multimap<std::uint64_t, Route> routes;  ///< by hash_of
  const Route* last_route = nullptr;
  Correlator correlator;
  std::uint32_t generation = 0;
  std::vector<std::uint32_t> known;  ///< by node: generation and, in the lowest bit, its truth
  std::vector<std::uint32_t> entry_seen, rule_seen, candidates, matched;
  std::size_t first = 0;  ///< of the event's matches
  std::span<const std::string_view> names;
};

Matcher::Matcher(std::shared_ptr<const RuleSet> rules) : impl_(std::make_unique<Impl>(std::move(rules))) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void Matcher::match(const Event& event, std::vector<Match>& out) { match(event, event.time, out); }
void Matcher::match(const Event& event, UtcNs now, std::vector<Match>& out) {
  if (impl_->match_rules(event, now, out)) impl_->match_correlations(event, out);
}
bool Matcher::match_rules(const Event& event, UtcNs now, std::vector<Match>& out) {
  return impl_->match_rules(event, now, out);
}
void Matcher::match_correlations(const Event& event, std::vector<Match>& out) { impl_->match_correlations(event, out); }
std::uint64_t Matcher::asked(const Logsource& source) { return impl_->route_of(source).asked; }
void Matcher::ask_for(std::span<const std::string_view> names) {
  impl_->names = names;
  impl_->routes.clear();
  impl_->last_route = nullptr;
}
void Matcher::tick(UtcNs now, std::vector<Match>& out) { impl_->correlator.advance(now, out); }
bool Matcher::waiting() const { return impl_->correlator.waiting(); }
void Matcher::adopt(Matcher&& old) { impl_->correlator.adopt(old.impl_->correlator); }

}  // namespace wf::sigma
