// References of correlations: ids and names to rule indices, an order in which each comes after those it uses.
#include <algorithm>
#include <set>

#include "console/fusion/sigma/compile.hpp"

namespace wf::sigma {
namespace {

std::string file_of(const std::string& where) { return where.substr(0, where.rfind(':')); }

/// Boolean condition of a temporal correlation over its rules' names.
void compile_logic(const CorrelationDocument& d, Correlation& out) {
  std::vector<std::pair<std::string, Expr>> names;
  for (const auto& rule : d.rules) {
    auto atom = std::make_shared<Atom>();
    atom->number = static_cast<double>(names.size());
    names.emplace_back(rule.first, Expr::of(std::move(atom)));
  }
  auto add = [&](auto& self, const Expr& e) -> std::uint32_t {
    Node node;
    node.kind = e.kind;
    if (e.kind == Expr::Kind::negate)
      throw Refusal{0, "'not' in the condition of a temporal correlation",
                    "absence cannot be known before the timespan has passed; leave it out"};
    if (e.kind == Expr::Kind::atom) {
      node.first = static_cast<std::uint32_t>(e.atom->number);
    } else {
      std::vector<std::uint32_t> list;
      for (const Expr& c : e.children) list.push_back(self(self, c));
      node.first = static_cast<std::uint32_t>(out.logic_children.size());
      node.count = static_cast<std::uint32_t>(list.size());
      out.logic_children.insert(out.logic_children.end(), list.begin(), list.end());
    }
    out.logic.push_back(node);
    return static_cast<std::uint32_t>(out.logic.size() - 1);
  };
  add(add, parse_condition(d.rule_condition, names, 0));
}

class Resolver {
 public:
  Resolver(std::vector<CorrelationDocument> documents, const std::multimap<std::string, std::uint32_t>& names,
           Compiled& out, LoadReport& report)
      : documents_(std::move(documents)),
        names_(names),
        out_(out),
        report_(report),
        state_(documents_.size(), State::open) {
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      own_.emplace(documents_[i].info.id, i);
      if (!documents_[i].name.empty() && documents_[i].name != documents_[i].info.id)
        own_.emplace(documents_[i].name, i);
    }
  }

  void run() {
    const std::size_t plain = out_.infos.size();
    for (std::size_t i = 0; i < documents_.size(); ++i) visit(i);
    out_.listeners.resize(out_.infos.size());
    std::vector<bool> base(out_.infos.size(), false), shown(out_.infos.size(), false);
    for (std::uint32_t c = 0; c < out_.correlations.size(); ++c) {
      const Correlation& k = out_.correlations[c];
      for (std::uint32_t b = 0; b < k.bases.size(); ++b) {
        out_.listeners[k.bases[b]].emplace_back(c, b);
        base[k.bases[b]] = true;
        if (generate_[c]) shown[k.bases[b]] = true;
      }
    }
    for (std::size_t i = 0; i < out_.infos.size(); ++i) out_.infos[i].hidden = base[i] && !shown[i];
    report_.loaded += out_.infos.size() - plain;
  }

 private:
  enum class State : std::uint8_t { open, visiting, done, refused };

  bool visit(std::size_t i) {
    if (state_[i] == State::done) return true;
    if (state_[i] == State::refused) return false;
    CorrelationDocument& d = documents_[i];
    if (state_[i] == State::visiting) {
      refuse(report_, d.info.file, "the correlation refers to itself, directly or through others", "break the circle");
      state_[i] = State::refused;
      return false;
    }
    state_[i] = State::visiting;
    try {
      Correlation c;
      for (const auto& [name, line] : d.rules) c.bases.push_back(base(name, d));
      if (state_[i] == State::refused) return false;
      fill(d, c);
      c.rule = static_cast<std::uint32_t>(out_.infos.size());
      index_.emplace(i, c.rule);
      out_.infos.push_back(d.info);
      out_.correlations.push_back(std::move(c));
      generate_.push_back(d.generate);
      state_[i] = State::done;
      return true;
    } catch (const Refusal& r) {
      if (state_[i] != State::refused)
        refuse(report_, r.line > 0 ? file_of(d.info.file) + ":" + std::to_string(r.line) : d.info.file, r.what,
               r.to_do);
      state_[i] = State::refused;
      return false;
    }
  }

  /// Index of the rule that a correlation names; the same file's wins where a name is used twice.
  std::uint32_t base(const std::string& name, const CorrelationDocument& d) {
    int line = 0;
    for (const auto& [n, l] : d.rules)
      if (n == name) line = l;
    const std::string file = file_of(d.info.file);
    std::vector<std::uint32_t> plain, plain_here;
    for (auto [it, end] = names_.equal_range(name); it != end; ++it) {
      plain.push_back(it->second);
      if (file_of(out_.infos[it->second].file) == file) plain_here.push_back(it->second);
    }
    std::vector<std::size_t> chained, chained_here;
    for (auto [it, end] = own_.equal_range(name); it != end; ++it) {
      chained.push_back(it->second);
      if (file_of(documents_[it->second].info.file) == file) chained_here.push_back(it->second);
    }
    if (plain_here.size() + chained_here.size() == 1) {
      plain = plain_here;
      chained = chained_here;
    }
    if (plain.size() + chained.size() > 1)
      throw Refusal{line, "the name '" + name + "' is that of several rules", "refer to the rule by its id"};
    if (!plain.empty()) return plain.front();
    if (chained.empty()) throw Refusal{line, "rule '" + name + "' is not loaded", "correct the name or load the rule"};
    if (!visit(chained.front())) throw Refusal{line, "rule '" + name + "' was refused", "correct that rule first"};
    return index_.at(chained.front());
  }

  /// The alias table's entry for a base: its reference as written, its id or its name.
  static const std::string* alias(const std::map<std::string, std::string>& table, const std::string& reference) {
    const auto it = table.find(reference);
    return it == table.end() ? nullptr : &it->second;
  }

  void fill(const CorrelationDocument& d, Correlation& c) const {
    c.type = d.type;
    c.timespan = d.timespan;
    c.condition = d.condition;
    c.percentile = d.percentile;
    c.group_by = d.group_by;
    auto fields_for = [&](const std::vector<std::string>& names, const std::string& reference) {
      std::vector<std::string> out;
      for (const std::string& name : names) {
        const auto it = d.aliases.find(name);
        if (it == d.aliases.end()) {
          out.push_back(name);
          continue;
        }
        const std::string* field = alias(it->second, reference);
        if (field == nullptr)
          throw Refusal{0, "alias '" + name + "' says nothing of rule '" + reference + "'",
                        "add that rule's field to the alias"};
        out.push_back(*field);
      }
      return out;
    };
    for (const auto& [alias_name, table] : d.aliases)
      for (const auto& [rule, field] : table)
        if (std::none_of(d.rules.begin(), d.rules.end(), [&, r = rule](const auto& x) { return x.first == r; }))
          throw Refusal{0, "alias '" + alias_name + "' names rule '" + rule + "', which is not correlated",
                        "use the names as listed under 'rules'"};
    for (const auto& rule : d.rules) {
      c.group_fields.push_back(fields_for(d.group_by, rule.first));
      c.value_fields.push_back(fields_for(d.fields, rule.first));
    }
    for (const auto& [compare, number] : d.condition)
      if (c.type == CorrelationType::event_count && number > 100'000)
        throw Refusal{0, "a count above 100000 events", "use a smaller count or a shorter timespan"};
    if (!d.rule_condition.empty()) compile_logic(d, c);
  }

  std::vector<CorrelationDocument> documents_;
  const std::multimap<std::string, std::uint32_t>& names_;
  Compiled& out_;
  LoadReport& report_;
  std::vector<State> state_;
  std::multimap<std::string, std::size_t> own_;
  std::map<std::size_t, std::uint32_t> index_;
  std::vector<bool> generate_;
};

}  // namespace

void resolve_correlations(std::vector<CorrelationDocument> documents,
                          const std::multimap<std::string, std::uint32_t>& names, Compiled& out, LoadReport& report) {
  Resolver(std::move(documents), names, out, report).run();
}

}  // namespace wf::sigma
