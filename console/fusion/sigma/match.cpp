#include <re2/re2.h>

#include <algorithm>
#include <tuple>

#include "console/fusion/sigma/correlate.hpp"

namespace wf::sigma {
namespace {

constexpr std::size_t kMostRoutes = 4096;
constexpr std::uint32_t kNoValue = 0xFFFFFFFFU;

struct Value {
  std::string_view raw, lower;
  ValueType type = ValueType::string;
  std::uint32_t next = kNoValue;  ///< next value of the same field
};

/// What the rules of one logsource need; made when the logsource is first seen.
struct Route {
  std::vector<bool> allowed;
  std::vector<std::uint32_t> always;
  bool any = false, keywords = false;
};

}  // namespace

struct Matcher::Impl {
  explicit Impl(std::shared_ptr<const RuleSet> set)
      : owner(std::move(set)), rules(*static_cast<const Compiled*>(owner.get())) {
    field_value.resize(rules.fields.size(), kNoValue);
    field_seen.resize(rules.fields.size(), 0);
    atom_seen.resize(rules.atoms.size(), 0);
    rule_seen.resize(rules.roots.size(), 0);
    has_keywords.resize(rules.roots.size(), false);
    for (std::size_t r = 0; r < rules.roots.size(); ++r) has_keywords[r] = uses_keywords(rules.roots[r]);
    windows.reserve(rules.correlations.size());
    for (const Correlation& c : rules.correlations) windows.emplace_back(c);
  }

  bool uses_keywords(std::uint32_t node) const {
    const Node& n = rules.nodes[node];
    if (n.kind == Expr::Kind::atom) return rules.atoms[n.first].field == kNoField;
    for (std::uint32_t i = 0; i < n.count; ++i)
      if (uses_keywords(rules.children[n.first + i])) return true;
    return false;
  }

  const Route& route_of(const Logsource& source) {
    if (last_route != nullptr && source == last_source) return *last_route;
    const auto key = std::tuple(source.product, source.service, source.category);
    auto it = routes.find(key);
    if (it == routes.end()) {
      if (routes.size() >= kMostRoutes) routes.clear();
      Route route;
      route.allowed.resize(rules.roots.size(), false);
      for (std::uint32_t r = 0; r < rules.roots.size(); ++r) {
        const Logsource& wanted = rules.logsources[r];
        if ((!wanted.product.empty() && wanted.product != source.product) ||
            (!wanted.service.empty() && wanted.service != source.service) ||
            (!wanted.category.empty() && wanted.category != source.category))
          continue;
        route.allowed[r] = true;
        route.any = true;
        if (has_keywords[r]) route.keywords = true;
        if (rules.unanchored[r]) route.always.push_back(r);
      }
      it = routes.emplace(key, std::move(route)).first;
    }
    last_source = source;
    last_route = &it->second;
    return it->second;
  }

  void add_value(std::uint32_t field, std::string_view raw, ValueType type) {
    char* low = arena.data() + used;
    fold_case(raw, low);
    used += raw.size();
    const auto index = static_cast<std::uint32_t>(values.size());
    values.push_back({raw, {low, raw.size()}, type, kNoValue});
    if (field == kNoField) return;
    if (field_seen[field] != generation) {
      field_seen[field] = generation;
      field_value[field] = index;
      touched.push_back(field);
      return;
    }
    std::uint32_t last = field_value[field];
    while (values[last].next != kNoValue) last = values[last].next;
    values[last].next = index;
  }

  void view(const Event& event, bool keywords) {
    ++generation;
    values.clear();
    touched.clear();
    std::size_t total = event.kind.size();
    for (const Field& f : event.fields) total += f.value.size();
    if (arena.size() < total) arena.resize(total * 2);
    used = 0;
    for (const Field& f : event.fields) {
      const auto it = rules.fields.find(std::string_view(f.name));
      if (it != rules.fields.end())
        add_value(it->second, f.value, f.type);
      else if (keywords)
        add_value(kNoField, f.value, f.type);
    }
    own_values = values.size();
    // The event's kind is a field for rules unless the source has one of that name.
    if (rules.kind_field != kNoField && field_seen[rules.kind_field] != generation && !event.kind.empty() &&
        event.kind != "other")
      add_value(rules.kind_field, event.kind, ValueType::string);
  }

  static bool one(const Atom& a, const Value& v) {
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

  static bool related(const Atom& a, const Value& left, const Value& right) {
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

  [[nodiscard]] std::uint32_t first_of(std::uint32_t field) const {
    return field_seen[field] == generation ? field_value[field] : kNoValue;
  }

  bool test(const CompiledAtom& compiled) const {
    const Atom& a = *compiled.atom;
    if (compiled.field == kNoField) {
      for (std::size_t i = 0; i < own_values; ++i)
        if (values[i].type == ValueType::string && one(a, values[i])) return true;
      return false;
    }
    const std::uint32_t first = first_of(compiled.field);
    if (a.op == Atom::Op::exists) return (first != kNoValue) == a.wanted;
    if (a.op == Atom::Op::is_null) {
      if (first == kNoValue) return true;
      for (std::uint32_t i = first; i != kNoValue; i = values[i].next)
        if (values[i].type == ValueType::null) return true;
      return false;
    }
    for (std::uint32_t i = first; i != kNoValue; i = values[i].next) {
      if (a.op != Atom::Op::other_field) {
        if (one(a, values[i])) return true;
        continue;
      }
      for (std::uint32_t j = first_of(compiled.other); j != kNoValue; j = values[j].next)
        if (related(a, values[i], values[j])) return true;
    }
    return false;
  }

  bool evaluate(std::uint32_t node) {
    const Node& n = rules.nodes[node];
    switch (n.kind) {
      case Expr::Kind::atom: {
        std::uint64_t& memo = atom_seen[n.first];
        if (memo >> 1U != generation) memo = generation << 1U | (test(rules.atoms[n.first]) ? 1U : 0U);
        return (memo & 1U) != 0;
      }
      case Expr::Kind::negate:
        return !evaluate(rules.children[n.first]);
      case Expr::Kind::all:
        for (std::uint32_t i = 0; i < n.count; ++i)
          if (!evaluate(rules.children[n.first + i])) return false;
        return true;
      case Expr::Kind::any:
        for (std::uint32_t i = 0; i < n.count; ++i)
          if (evaluate(rules.children[n.first + i])) return true;
        return false;
    }
    return false;
  }

  void candidates_of(const Route& route) {
    candidates = route.always;
    auto use = [&](std::uint32_t rule) {
      if (rule_seen[rule] == generation || !route.allowed[rule]) return;
      rule_seen[rule] = generation;
      candidates.push_back(rule);
    };
    for (const std::uint32_t field : touched) {
      rules.index.present(field, use);
      for (std::uint32_t i = field_value[field]; i != kNoValue; i = values[i].next)
        rules.index.probe(field, values[i].lower, use);
    }
    if (route.keywords && rules.index.keywords()) {
      rules.index.present(kNoField, use);
      for (std::size_t i = 0; i < own_values; ++i)
        if (values[i].type == ValueType::string) rules.index.probe(kNoField, values[i].lower, use);
    }
    std::sort(candidates.begin(), candidates.end());
  }

  static Match to_match(const Hit& hit) {
    Match m;
    m.rule = hit.rule;
    m.time = hit.time;
    for (std::size_t at = 0; at <= hit.ids.size();) {
      const std::size_t end = std::min(hit.ids.find('\n', at), hit.ids.size());
      std::string id = hit.ids.substr(at, end - at);
      if (std::find(m.event_ids.begin(), m.event_ids.end(), id) == m.event_ids.end())
        m.event_ids.push_back(std::move(id));
      at = end + 1;
    }
    return m;
  }

  void match(const Event& event, std::vector<Match>& out) {
    const Route& route = route_of(event.logsource);
    if (!route.any) return;
    view(event, route.keywords);
    candidates_of(route);
    hits.clear();
    const std::size_t first = out.size();
    for (const std::uint32_t rule : candidates) {
      if (!evaluate(rules.roots[rule])) continue;
      out.push_back({rule, event.time, {event.id}});
      if (!rules.listeners[rule].empty()) hits.push_back({rule, &event, event.time, event.id, nullptr, {}});
    }
    ++sequence;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      for (const auto& [correlation, base] : rules.listeners[hits[i].rule]) {
        Hit completed;
        if (!windows[correlation].take(hits[i], base, sequence, completed)) continue;
        out.push_back(to_match(completed));
        if (!rules.listeners[completed.rule].empty()) hits.push_back(std::move(completed));
      }
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
              [](const Match& a, const Match& b) { return a.rule < b.rule; });
  }

  std::shared_ptr<const RuleSet> owner;
  const Compiled& rules;
  std::map<std::tuple<std::string, std::string, std::string>, Route> routes;
  const Route* last_route = nullptr;
  Logsource last_source;
  std::vector<bool> has_keywords;
  std::vector<Windows> windows;
  std::uint64_t generation = 0, sequence = 0;
  std::vector<Value> values;
  std::size_t own_values = 0, used = 0;
  std::string arena;
  std::vector<std::uint32_t> field_value, touched, candidates;
  std::vector<std::uint64_t> field_seen, atom_seen, rule_seen;
  std::vector<Hit> hits;
};

Matcher::Matcher(std::shared_ptr<const RuleSet> rules) : impl_(std::make_unique<Impl>(std::move(rules))) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void Matcher::match(const Event& event, std::vector<Match>& out) { impl_->match(event, out); }

}  // namespace wf::sigma
