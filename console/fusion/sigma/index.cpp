// The index of required literals: for each rule a small set of texts of which at least one must occur.
#include <algorithm>
#include <optional>

#include "console/fusion/sigma/compile.hpp"

namespace wf::sigma {
namespace {

using Anchor = LiteralIndex::Anchor;
using Counts = std::unordered_map<std::string, std::uint32_t>;

struct Cover {
  std::vector<Anchor> anchors;
  double cost = 0;
};

constexpr std::size_t kLongest = 4;

void count_parts(const Expr& e, Counts& counts) {
  for (const Expr& c : e.children) count_parts(c, counts);
  if (e.kind != Expr::Kind::atom || e.atom->op != Atom::Op::text || e.atom->text.exact()) return;
  for (const std::string& literal : e.atom->text.literals())
    for (std::size_t i = 0; i + kLongest <= literal.size(); ++i) ++counts[literal.substr(i, kLongest)];
}

/// The rarest part, of at most four bytes, of a value's required texts.
std::string best_part(const std::vector<std::string>& literals, const Counts& counts) {
  const std::string* longest = nullptr;
  for (const std::string& l : literals)
    if (longest == nullptr || l.size() > longest->size()) longest = &l;
  if (longest == nullptr || longest->size() < 2) return {};
  if (longest->size() < kLongest) return *longest;
  std::string best;
  std::uint32_t rarest = 0;
  for (const std::string& l : literals)
    for (std::size_t i = 0; i + kLongest <= l.size(); ++i) {
      std::string part = l.substr(i, kLongest);
      const std::uint32_t n = counts.at(part);
      if (best.empty() || n < rarest) {
        rarest = n;
        best = std::move(part);
      }
    }
  return best;
}

std::optional<Cover> cover(const Expr& e, const Compiled& rules, const Counts& counts);

std::optional<Cover> cover_atom(const Atom& a, const Compiled& rules, const Counts& counts) {
  const std::uint32_t field = a.field.empty() ? kNoField : rules.fields.find(a.field)->second;
  const Cover present{{{Anchor::Kind::present, field, {}}}, 60};
  switch (a.op) {
    case Atom::Op::is_null:
      return std::nullopt;
    case Atom::Op::exists:
      return a.wanted ? std::optional(present) : std::nullopt;
    case Atom::Op::text:
      break;
    default:
      return present;
  }
  if (a.text.exact()) return Cover{{{Anchor::Kind::exact, field, a.text.literals()[0]}}, 1};
  const std::string part = best_part(a.text.literals(), counts);
  if (part.empty()) return present;
  return Cover{{{Anchor::Kind::part, field, part}}, part.size() == 4 ? 1.5 : part.size() == 3 ? 4 : 20};
}

std::optional<Cover> cover(const Expr& e, const Compiled& rules, const Counts& counts) {
  switch (e.kind) {
    case Expr::Kind::atom:
      return cover_atom(*e.atom, rules, counts);
    case Expr::Kind::negate:
      return e.children[0].kind == Expr::Kind::negate ? cover(e.children[0].children[0], rules, counts) : std::nullopt;
    case Expr::Kind::all: {
      std::optional<Cover> best;
      for (const Expr& c : e.children) {
        std::optional<Cover> one = cover(c, rules, counts);
        if (one && (!best || one->cost < best->cost)) best = std::move(one);
      }
      return best;
    }
    case Expr::Kind::any: {
      Cover sum;
      for (const Expr& c : e.children) {
        std::optional<Cover> one = cover(c, rules, counts);
        if (!one) return std::nullopt;
        sum.cost += one->cost;
        std::move(one->anchors.begin(), one->anchors.end(), std::back_inserter(sum.anchors));
      }
      return sum;
    }
  }
  return std::nullopt;
}

}  // namespace

void LiteralIndex::add(std::uint32_t rule, const Anchor& anchor) { pending_.emplace_back(rule, anchor); }

void LiteralIndex::finish(std::size_t fields) {
  fields_.assign(fields, {});
  std::map<std::uint64_t, std::vector<std::uint32_t>> table;
  for (const auto& [rule, anchor] : pending_) {
    Flags& flags = anchor.field == kNoField ? keyword_ : fields_[anchor.field];
    flags.any = true;
    if (anchor.kind == Anchor::Kind::present) {
      if (flags.present.empty() || flags.present.back() != rule) flags.present.push_back(rule);
      continue;
    }
    const auto length = static_cast<std::uint32_t>(anchor.text.size());
    const bool exact = anchor.kind == Anchor::Kind::exact;
    if (exact)
      flags.exact = true;
    else
      flags.part[length] = true;
    auto& list = table[exact ? exact_key(anchor.field, anchor.text)
                             : part_key(anchor.field, load(anchor.text.data(), length), length)];
    if (list.empty() || list.back() != rule) list.push_back(rule);
  }
  pending_.clear();
  std::size_t size = 16;
  while (size < table.size() * 3) size *= 2;
  slots_.assign(size, {});
  mask_ = size - 1;
  bloom_.assign((1ULL << 20U) / 64, 0);
  for (const auto& [key, list] : table) {
    bloom_[key >> 50U] |= 1ULL << ((key >> 44U) & 63U);
    std::size_t i = key & mask_;
    while (slots_[i].key != 0) i = (i + 1) & mask_;
    slots_[i] = {key, static_cast<std::uint32_t>(rules_.size()), static_cast<std::uint32_t>(list.size())};
    rules_.insert(rules_.end(), list.begin(), list.end());
  }
}

void build_index(const std::vector<Expr>& conditions, Compiled& out) {
  Counts counts;
  for (const Expr& e : conditions) count_parts(e, counts);
  out.unanchored.assign(conditions.size(), false);
  for (std::uint32_t rule = 0; rule < conditions.size(); ++rule) {
    const std::optional<Cover> c = cover(conditions[rule], out, counts);
    if (!c) {
      out.unanchored[rule] = true;
      continue;
    }
    for (const Anchor& a : c->anchors) out.index.add(rule, a);
  }
  out.index.finish(out.fields.size());
}

}  // namespace wf::sigma
