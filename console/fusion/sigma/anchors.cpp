// What a rule is found by: a small set of literals of which at least one is in every event that the rule matches.
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "console/fusion/sigma/compile.hpp"

namespace wf::sigma {
namespace {

/// A literal, or, without text, the presence of the field.
struct Anchor {
  std::uint32_t field = kNoField;
  Place place = Place::anywhere;
  std::string text;
  const Atom* decides = nullptr;  ///< the atom that is true where the literal is
  bool odd = false;               ///< of a regular expression: see FieldIndex::odd
};

/// Anchors and the share of events, guessed, that have one of them.
struct Cover {
  std::vector<Anchor> anchors;
  double share = 0;
};

constexpr double kPresent = 0.9;

/// A set of the texts that RE2 knows to be needed, such that every match has one of them. RE2 keeps the formula to
/// itself and answers only whether a match is possible with given texts: what can be missing without that being so is
/// dropped, the shortest first.
std::vector<std::string> regex_texts(const re2::RE2& regex) {
  re2::FilteredRE2 filter(3);
  int id = 0;
  if (filter.Add(regex.pattern(), regex.options(), &id) != re2::RE2::NoError) return {};
  std::vector<std::string> texts;
  filter.Compile(&texts);
  std::vector<std::size_t> order(texts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto ascii = [&](std::size_t i) {
    return std::none_of(texts[i].begin(), texts[i].end(),
                        [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(ascii(a), texts[a].size()) < std::pair(ascii(b), texts[b].size());
  });
  std::vector<bool> kept(texts.size(), true);
  const auto enough = [&] {
    std::vector<int> missing, possible;
    for (std::size_t i = 0; i < texts.size(); ++i)
      if (!kept[i]) missing.push_back(static_cast<int>(i));
    filter.AllPotentials(missing, &possible);
    return possible.empty();
  };
  if (!enough()) return {};
  for (const std::size_t i : order) {
    kept[i] = false;
    if (!enough()) kept[i] = true;
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!kept[i]) continue;
    if (!ascii(i) || texts[i].size() < 2) return {};  // RE2 folds more letters than we do
    out.push_back(texts[i]);
  }
  return out;
}

/// Chooses covers for the rules of one logsource.
class Chooser {
 public:
  explicit Chooser(const NameTable& fields) : fields_(fields) {}

  /// How many rules need which literal, and how many whole values of a field are known: both say how common one is.
  void count(const Expr& e, bool negated = false) {
    if (e.kind == Expr::Kind::negate) negated = !negated;
    for (const Expr& c : e.children) count(c, negated);
    if (e.kind != Expr::Kind::atom || negated || e.atom->op != Atom::Op::text) return;
    for (const Required& r : e.atom->text.required()) {
      if (++uses_[{e.atom->field, r.text}] == 1 && r.place == Place::whole) ++values_[e.atom->field];
    }
  }

  [[nodiscard]] std::optional<Cover> cover(const Expr& e, bool negated = false) {
    if (e.kind == Expr::Kind::atom) return cover_atom(*e.atom, negated);
    if (e.kind == Expr::Kind::negate) return cover(e.children[0], !negated);
    if ((e.kind == Expr::Kind::all) != negated) {
      std::optional<Cover> best;
      for (const Expr& c : e.children) {
        std::optional<Cover> one = cover(c, negated);
        if (one && (!best || one->share < best->share)) best = std::move(one);
      }
      return best;
    }
    Cover sum;
    for (const Expr& c : e.children) {
      std::optional<Cover> one = cover(c, negated);
      if (!one) return std::nullopt;
      sum.share += one->share;
      std::move(one->anchors.begin(), one->anchors.end(), std::back_inserter(sum.anchors));
    }
    return sum;
  }

 private:
  [[nodiscard]] std::uint32_t field(const Atom& a) const { return a.field.empty() ? kNoField : fields_.find(a.field); }

  std::optional<Cover> cover_atom(const Atom& a, bool negated) {
    Cover out{{{field(a), Place::anywhere, {}, nullptr, false}}, kPresent};
    if (negated)
      return a.op == Atom::Op::is_null || (a.op == Atom::Op::exists && !a.wanted) ? std::optional(out) : std::nullopt;
    if (a.op == Atom::Op::is_null || (a.op == Atom::Op::exists && !a.wanted)) return std::nullopt;
    if (a.op == Atom::Op::regex) {
      const auto [it, fresh] = regexes_.try_emplace(a.key);
      if (fresh) it->second = regex_texts(*a.regex);
      Cover texts;
      for (const std::string& text : it->second) {
        texts.anchors.push_back({field(a), Place::anywhere, text, nullptr, true});
        texts.share += share(a, {Place::anywhere, text});
      }
      return !texts.anchors.empty() && texts.share < kPresent ? texts : out;
    }
    if (a.op != Atom::Op::text) return out;
    for (const Required& r : a.text.required()) {
      if (r.place == Place::anywhere && r.text.size() < 2) continue;
      if (const double s = share(a, r); s < out.share)
        out = {{{field(a), r.place, r.text, a.text.decided_by_text() ? &a : nullptr, false}}, s};
    }
    return out;
  }

  /// A longer text is rarer; a whole value is rarer the more of them a field is known to have; and what many rules look
  /// for is common.
  [[nodiscard]] double share(const Atom& a, const Required& r) const {
    const auto length = static_cast<double>(r.text.size());
    const auto it = uses_.find({a.field, r.text});
    const double uses = it == uses_.end() ? 1 : it->second;
    double out = 0;
    if (r.place == Place::whole) {
      const auto known = values_.find(a.field);
      out = std::min(0.6 * std::exp2(-length / 4), 1.0 / (1.0 + (known == values_.end() ? 0 : known->second)));
    } else {
      out = 0.6 * std::exp2(-length / (r.place == Place::anywhere ? 1.5 : 2));
    }
    return std::min(0.8, std::max(out, 2e-4) * (1 + (uses - 1) / 4));
  }

  const NameTable& fields_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> uses_;
  std::map<std::string, std::uint32_t> values_;
  std::map<std::string, std::vector<std::string>> regexes_;
};

/// Marks the fields that a condition looks at; true if one of its parts looks at any field.
bool note_fields(const Expr& e, const NameTable& fields, std::vector<bool>& out) {
  bool any = false;
  for (const Expr& c : e.children) any = note_fields(c, fields, out) || any;
  if (e.kind != Expr::Kind::atom) return any;
  if (e.atom->field.empty()) return true;
  out[fields.find(e.atom->field)] = true;
  if (!e.atom->other.empty()) out[fields.find(e.atom->other)] = true;
  return any;
}

void build_group(Group& group, const std::vector<Expr>& conditions, const std::map<std::string, std::uint32_t>& atoms,
                 Compiled& out) {
  Chooser chooser(out.fields);
  group.looks_at.assign(out.fields.size(), false);
  for (const std::uint32_t rule : group.rules) {
    chooser.count(conditions[rule]);
    if (note_fields(conditions[rule], out.fields, group.looks_at)) group.any_keyword = true;
  }
  struct Led {
    const Atom* decides = nullptr;
    std::set<std::uint32_t> rules;
  };
  std::map<std::uint32_t, std::vector<Led>> led;  // by field, by literal
  for (const std::uint32_t rule : group.rules) {
    const std::optional<Cover> cover = chooser.cover(conditions[rule]);
    if (!cover) {
      group.always.push_back(rule);
      continue;
    }
    std::set<std::uint32_t> present, odd;
    for (const Anchor& a : cover->anchors) {
      FieldIndex& index = a.field == kNoField ? group.keywords : group.fields[a.field];
      if (a.odd && odd.insert(a.field).second) index.odd.push_back(rule);
      if (a.text.empty() && a.place == Place::anywhere) {
        if (present.insert(a.field).second) index.present.push_back(rule);
        continue;
      }
      const std::uint32_t literal = index.add(a.place, a.text);
      std::vector<Led>& list = led[a.field];
      if (list.size() <= literal) list.resize(literal + 1);
      if (a.decides != nullptr) list[literal].decides = a.decides;
      list[literal].rules.insert(rule);
    }
  }
  for (const auto& [field, list] : led) {
    FieldIndex& index = field == kNoField ? group.keywords : group.fields[field];
    index.first_entry = static_cast<std::uint32_t>(out.entries.size());
    for (const Led& l : list) {
      out.entries.push_back({l.decides == nullptr ? kNone : atoms.at(l.decides->key),
                             static_cast<std::uint32_t>(out.entry_rules.size()),
                             static_cast<std::uint32_t>(l.rules.size())});
      out.entry_rules.insert(out.entry_rules.end(), l.rules.begin(), l.rules.end());
    }
  }
  for (auto& [field, index] : group.fields) index.finish();
  group.keywords.finish();
}

}  // namespace

void build_groups(const std::vector<Logsource>& logsources, const std::vector<Expr>& conditions, Compiled& out) {
  std::map<std::string, std::uint32_t> atoms;  // nodes by key
  for (std::uint32_t i = 0; i < out.nodes.size(); ++i)
    if (out.nodes[i].kind == Expr::Kind::atom) atoms.emplace(out.atoms[out.nodes[i].first].atom->key, i);
  for (std::uint32_t rule = 0; rule < logsources.size(); ++rule) {
    auto it = std::find_if(out.groups.begin(), out.groups.end(),
                           [&](const Group& g) { return g.logsource == logsources[rule]; });
    if (it == out.groups.end()) {
      out.groups.emplace_back().logsource = logsources[rule];
      it = out.groups.end() - 1;
    }
    it->rules.push_back(rule);
  }
  for (Group& group : out.groups) build_group(group, conditions, atoms, out);
}

}  // namespace wf::sigma
