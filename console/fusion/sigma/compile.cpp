#include "console/fusion/sigma/compile.hpp"

#include <algorithm>
#include <set>

namespace wf::sigma {
namespace {

class Builder {
 public:
  explicit Builder(Compiled& out) : out_(out) {}

  std::uint32_t add(const Expr& e) {
    Node node;
    node.kind = e.kind;
    if (e.kind == Expr::Kind::atom) {
      node.first = atom(e.atom);
    } else {
      std::vector<std::uint32_t> list;
      for (const Expr& c : e.children) list.push_back(add(c));
      node.first = static_cast<std::uint32_t>(out_.children.size());
      node.count = static_cast<std::uint32_t>(list.size());
      out_.children.insert(out_.children.end(), list.begin(), list.end());
    }
    out_.nodes.push_back(node);
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

 private:
  std::uint32_t field(const std::string& name) {
    if (name.empty()) return kNoField;
    return out_.fields.emplace(name, static_cast<std::uint32_t>(out_.fields.size())).first->second;
  }

  std::uint32_t atom(const std::shared_ptr<const Atom>& a) {
    const auto [it, fresh] = known_.emplace(a->key, static_cast<std::uint32_t>(out_.atoms.size()));
    if (fresh) out_.atoms.push_back({a, field(a->field), field(a->other)});
    return it->second;
  }

  Compiled& out_;
  std::unordered_map<std::string, std::uint32_t> known_;
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
        if (r.logsource == f.logsource) targets.push_back(&r);
    for (const auto& [name, line] : f.rules) {
      const std::size_t before = targets.size();
      for (RuleDocument& r : rules)
        if (r.info.id == name || (!r.name.empty() && r.name == name)) targets.push_back(&r);
      if (targets.size() > before) continue;
      refuse(report, f.info.file, "the filter names rule '" + name + "', which is not loaded",
             "correct the name or load the rule");
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

void compile_documents(Documents documents, Compiled& out, LoadReport& report) {
  std::map<std::string, std::string> ids;
  drop_repeated(documents.rules, ids, report);
  drop_repeated(documents.correlations, ids, report);
  apply_filters(documents.filters, documents.rules, report);
  std::multimap<std::string, std::uint32_t> names;
  std::vector<Expr> conditions;
  Builder builder(out);
  for (RuleDocument& r : documents.rules) {
    const auto index = static_cast<std::uint32_t>(out.infos.size());
    out.roots.push_back(builder.add(r.expr));
    out.logsources.push_back(std::move(r.logsource));
    names.emplace(r.info.id, index);
    if (!r.name.empty() && r.name != r.info.id) names.emplace(r.name, index);
    out.infos.push_back(std::move(r.info));
    conditions.push_back(std::move(r.expr));
  }
  report.loaded += out.infos.size();
  if (const auto it = out.fields.find(std::string_view("kind")); it != out.fields.end()) out.kind_field = it->second;
  build_index(conditions, out);
  resolve_correlations(std::move(documents.correlations), names, out, report);
}

std::shared_ptr<const RuleSet> RuleSet::compile(const std::vector<RuleFile>& files, LoadReport& report) {
  Documents documents;
  for (const RuleFile& f : files) parse_file(f, documents, report);
  auto out = std::make_shared<Compiled>();
  compile_documents(std::move(documents), *out, report);
  return out;
}

}  // namespace wf::sigma
