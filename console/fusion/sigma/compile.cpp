#include "console/fusion/sigma/compile.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace wf::sigma {
namespace {

/// Makes one node of all equal parts of all conditions.
class Builder {
 public:
  explicit Builder(Compiled& out) : out_(out) {}

  std::uint32_t add(const Expr& e) {
    if (e.kind == Expr::Kind::atom) return atom(e.atom);
    if (e.kind == Expr::Kind::negate) {
      const std::uint32_t inner = add(e.children[0]);
      const Node& n = out_.nodes[inner];
      return n.kind == Expr::Kind::negate ? out_.children[n.first] : node(e.kind, {inner});
    }
    std::vector<std::uint32_t> list;
    for (const Expr& c : e.children) {
      const std::uint32_t child = add(c);
      const Node& n = out_.nodes[child];
      if (n.kind == e.kind)
        list.insert(list.end(), out_.children.begin() + n.first, out_.children.begin() + n.first + n.count);
      else
        list.push_back(child);
    }
    std::sort(list.begin(), list.end(),
              [&](std::uint32_t a, std::uint32_t b) { return std::pair(cost_[a], a) < std::pair(cost_[b], b); });
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list.size() == 1 ? list.front() : node(e.kind, list);
  }

 private:
  std::uint32_t field(const std::string& name) { return name.empty() ? kNoField : out_.fields.add(name); }

  static std::uint64_t cost_of(const Atom& a) {
    const std::uint64_t cost = a.op == Atom::Op::regex                                 ? 40
                               : a.op == Atom::Op::text                                ? a.text.cost()
                               : a.op == Atom::Op::is_null || a.op == Atom::Op::exists ? 1
                                                                                       : 8;
    return a.field.empty() ? cost * 8 : cost;  // a keyword looks at every field
  }

  std::uint32_t atom(const std::shared_ptr<const Atom>& a) {
    const auto [it, fresh] = atoms_.emplace(a->key, static_cast<std::uint32_t>(out_.nodes.size()));
    if (fresh) {
      out_.nodes.push_back({Expr::Kind::atom, static_cast<std::uint32_t>(out_.atoms.size()), 0});
      cost_.push_back(cost_of(*a));
      out_.atoms.push_back({a, field(a->field), field(a->other)});
    }
    return it->second;
  }

  std::uint32_t node(Expr::Kind kind, const std::vector<std::uint32_t>& list) {
    const auto [it, fresh] = known_.emplace(std::pair(kind, list), static_cast<std::uint32_t>(out_.nodes.size()));
    if (fresh) {
      std::uint64_t cost = 1;
      for (const std::uint32_t child : list) cost = std::min<std::uint64_t>(cost + cost_[child], 1U << 30U);
      cost_.push_back(cost);
      out_.nodes.push_back(
          {kind, static_cast<std::uint32_t>(out_.children.size()), static_cast<std::uint32_t>(list.size())});
      out_.children.insert(out_.children.end(), list.begin(), list.end());
    }
    return it->second;
  }

  Compiled& out_;
  std::unordered_map<std::string, std::uint32_t> atoms_;
  std::map<std::pair<Expr::Kind, std::vector<std::uint32_t>>, std::uint32_t> known_;
  std::vector<std::uint64_t> cost_;  ///< by node
};

/// Refuses the second use of an id and keeps the rest.
template <class Document>
void drop_repeated(std::vector<Document>& documents, std::map<std::string, std::string>& seen, LoadReport& report) {
  std::vector<Document> kept;
  for (Document& d : documents) {
    if (d.info.id.empty()) d.info.id = d.info.file;
    const auto [it, fresh] = seen.emplace(d.info.id, d.info.file);
    if (fresh)
      kept.push_back(std::move(d));
    else
      refuse(report, d.info.file, "the id " + d.info.id + " is already that of " + it->second,
             "give each rule an id of its own");
  }
  documents = std::move(kept);
}

void apply_filters(std::vector<FilterDocument>& filters, std::vector<RuleDocument>& rules, LoadReport& report) {
  for (FilterDocument& f : filters) {
    std::vector<RuleDocument*> targets;
    bool whole = true;
    if (f.any)
      for (RuleDocument& r : rules)
        if (covers(f.logsource, r.logsource)) targets.push_back(&r);
    for (const auto& [name, line] : f.rules) {
      const auto named = [&, n = name](const RuleDocument& r) {
        return r.info.id == n || (!r.name.empty() && r.name == n);
      };
      const auto it = std::find_if(rules.begin(), rules.end(), named);
      const std::string where = f.info.file.substr(0, f.info.file.rfind(':')) + ":" + std::to_string(line);
      if (it == rules.end())
        refuse(report, where, "the filter names rule '" + name + "', which is not loaded",
               "correct the name or load the rule");
      else if (std::find_if(it + 1, rules.end(), named) != rules.end())
        refuse(report, where, "the name '" + name + "' is that of several rules", "refer to the rule by its id");
      else if (!covers(f.logsource, it->logsource))
        refuse(report, where, "rule '" + name + "' is of another logsource than the filter",
               "state in the filter's logsource no more than the rule states");
      else {
        targets.push_back(&*it);
        continue;
      }
      whole = false;
      break;
    }
    if (!whole) continue;
    // The specification's example and the tools disagree on the polarity; a filter's condition selects what to
    // suppress.
    for (RuleDocument* r : targets) {
      std::vector<Expr> parts;
      parts.push_back(std::move(r->expr));
      parts.push_back(Expr::negated(f.expr));
      r->expr = Expr::join(Expr::Kind::all, std::move(parts));
    }
    ++report.loaded;
  }
}

}  // namespace

std::size_t NameTable::slot_of(std::string_view name) const {
  std::size_t i = hash_text(name) & (slots_.size() - 1);
  while (slots_[i] != kNone && names_[slots_[i]] != name) i = (i + 1) & (slots_.size() - 1);
  return i;
}

std::uint32_t NameTable::find(std::string_view name) const { return slots_[slot_of(name)]; }

std::uint32_t NameTable::add(const std::string& name) {
  if (const std::uint32_t known = find(name); known != kNone) return known;
  names_.push_back(name);
  if (names_.size() * 2 > slots_.size()) {
    slots_.assign(slots_.size() * 2, kNone);
    for (std::uint32_t i = 0; i < names_.size(); ++i) slots_[slot_of(names_[i])] = i;
  } else {
    slots_[slot_of(name)] = static_cast<std::uint32_t>(names_.size() - 1);
  }
  return static_cast<std::uint32_t>(names_.size() - 1);
}

void compile_documents(Documents documents, Compiled& out, LoadReport& report) {
  std::map<std::string, std::string> ids;
  drop_repeated(documents.rules, ids, report);
  drop_repeated(documents.correlations, ids, report);
  apply_filters(documents.filters, documents.rules, report);
  std::multimap<std::string, std::uint32_t> names;
  std::vector<Expr> conditions;
  std::vector<Logsource> logsources, stated;
  Builder builder(out);
  for (RuleDocument& r : documents.rules) {
    const auto index = static_cast<std::uint32_t>(out.infos.size());
    out.roots.push_back(builder.add(r.expr));
    logsources.push_back(documents.settings.events_of(r.logsource));
    stated.push_back(std::move(r.logsource));
    names.emplace(r.info.id, index);
    if (!r.name.empty() && r.name != r.info.id) names.emplace(r.name, index);
    out.infos.push_back(std::move(r.info));
    conditions.push_back(std::move(r.expr));
  }
  report.loaded += out.infos.size();
  out.kind_field = out.fields.find("kind");
  build_groups(logsources, conditions, out);
  resolve_correlations(std::move(documents.correlations), {names, logsources, conditions, stated, documents.settings},
                       out, report);
}

std::shared_ptr<const RuleSet> RuleSet::compile(const std::vector<RuleFile>& files, LoadReport& report) {
  Documents documents;
  parse_files(files, documents, report);
  auto out = std::make_shared<Compiled>();
  compile_documents(std::move(documents), *out, report);
  return out;
}

}  // namespace wf::sigma
