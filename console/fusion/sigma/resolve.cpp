// References of correlations: ids and names to rule indices, an order in which each comes after those it uses.
#include <algorithm>
#include <bit>
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
      throw Refusal{d.condition_line, "'not' in the condition of a temporal correlation",
                    "absence cannot be known before the timespan has passed; leave it out, or use the type absence"};
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
  add(add, parse_condition(d.rule_condition, names, d.condition_line));
}

void write_meaning(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void write_meaning(std::string& out, const Expr& e) {
  if (e.kind == Expr::Kind::atom) {
    write_meaning(out, e.atom->key);
    return;
  }
  out += e.kind == Expr::Kind::all ? "&(" : e.kind == Expr::Kind::any ? "|(" : "!(";
  for (const Expr& child : e.children) write_meaning(out, child);
  out += ')';
}

class Resolver {
 public:
  Resolver(std::vector<CorrelationDocument> documents, const PlainRules& plain, Compiled& out, LoadReport& report)
      : documents_(std::move(documents)),
        plain_(plain),
        names_(plain.names),
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
    state_[i] = State::visiting;
    way_.push_back(i);
    const bool usable = make(i, d);
    way_.pop_back();
    return usable;
  }

  bool make(std::size_t i, CorrelationDocument& d) {
    try {
      Correlation c;
      for (const auto& [name, line] : d.rules) {
        const std::uint32_t rule = base(name, line, d);
        if (std::find(c.bases.begin(), c.bases.end(), rule) != c.bases.end())
          throw Refusal{line, "rule '" + name + "' is listed twice", "name each rule once"};
        c.bases.push_back(rule);
      }
      fill(d, c);
      c.rule = static_cast<std::uint32_t>(out_.infos.size());
      index_.emplace(i, c.rule);
      out_.infos.push_back(d.info);
      out_.correlations.push_back(std::move(c));
      generate_.push_back(d.generate);
      state_[i] = State::done;
      return true;
    } catch (const Refusal& r) {
      refuse(report_, r.line > 0 ? file_of(d.info.file) + ":" + std::to_string(r.line) : d.info.file, r.what, r.to_do);
      state_[i] = State::refused;
      return false;
    }
  }

  /// Index of the rule that a correlation names; the same file's wins where a name is used twice.
  std::uint32_t base(const std::string& name, int line, const CorrelationDocument& d) {
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
    if (state_[chained.front()] == State::visiting)
      throw Refusal{line, "the correlations refer to each other in a circle: " + circle(chained.front()),
                    "break the circle"};
    if (!visit(chained.front())) throw Refusal{line, "rule '" + name + "' was refused", "correct that rule first"};
    return index_.at(chained.front());
  }

  /// "a, b, a": from the one that is come to again.
  [[nodiscard]] std::string circle(std::size_t again) const {
    const auto name = [&](std::size_t i) {
      return documents_[i].name.empty() ? documents_[i].info.id : documents_[i].name;
    };
    std::string out;
    for (auto it = std::find(way_.begin(), way_.end(), again); it != way_.end(); ++it) out += name(*it) + ", ";
    return out + name(again);
  }

  /// How long after its own time a rule's match may come, when events are in order.
  [[nodiscard]] std::int64_t delay_of(std::uint32_t rule) const {
    const std::size_t plain = out_.roots.size();
    return rule < plain ? 0 : delay_[rule - plain];
  }

  void fill(const CorrelationDocument& d, Correlation& c) {
    c.type = d.type;
    c.timespan = d.timespan;
    std::int64_t delay = 0;
    for (const std::uint32_t rule : c.bases) delay = std::max(delay, delay_of(rule));
    c.lateness = d.lateness + delay;
    if (c.lateness > kMostLateness)
      throw Refusal{0, "what it stands on is known too late",
                    "use shorter times of lateness, or fewer absences in a row"};
    c.condition = d.condition;
    c.percentile = d.percentile;
    c.group_by = d.group_by;
    // What each alias means in each base. An alias may name a rule by its id or name, however 'rules' does.
    std::map<std::string, std::vector<std::string>> meant;
    for (const auto& [alias, entries] : d.aliases) {
      std::vector<std::string>& fields = meant[alias];
      fields.resize(c.bases.size());
      for (const CorrelationDocument::Alias& a : entries) {
        auto at = std::find_if(d.rules.begin(), d.rules.end(), [&](const auto& x) { return x.first == a.rule; }) -
                  d.rules.begin();
        if (at == static_cast<std::ptrdiff_t>(d.rules.size()))
          at = std::find(c.bases.begin(), c.bases.end(), named(a.rule)) - c.bases.begin();
        if (at == static_cast<std::ptrdiff_t>(d.rules.size()))
          throw Refusal{a.line, "alias '" + alias + "' names rule '" + a.rule + "', which is not correlated",
                        "use the names as listed under 'rules'"};
        if (a.field.empty()) throw Refusal{a.line, "alias '" + alias + "' names no field", "name a field"};
        fields[static_cast<std::size_t>(at)] = a.field;
      }
    }
    auto fields_for = [&](const std::vector<std::string>& names, std::size_t rule) {
      std::vector<std::string> out;
      for (const std::string& name : names) {
        const auto it = meant.find(name);
        out.push_back(field_of(c.bases[rule], it == meant.end() ? name : it->second[rule], d.rules[rule].first));
        if (out.back().empty())
          throw Refusal{it == meant.end() ? 0 : d.aliases.at(name).front().line,
                        "alias '" + name + "' says nothing of rule '" + d.rules[rule].first + "'",
                        "add that rule's field to the alias"};
      }
      return out;
    };
    for (std::size_t i = 0; i < d.rules.size(); ++i) {
      c.group_fields.push_back(fields_for(d.group_by, i));
      c.value_fields.push_back(fields_for(d.fields, i));
    }
    for (const auto& [compare, number] : d.condition)
      if (c.type == CorrelationType::event_count && number > 100'000)
        throw Refusal{d.condition_line, "a count above 100000 events", "use a smaller count or a shorter timespan"};
    if (!d.rule_condition.empty()) compile_logic(d, c);
    delay_.push_back(d.type == CorrelationType::absence ? delay + 2 * c.lateness : delay);
    write_meaning(d, c);
  }

  /// What the events of a rule call a field of it. A correlation's fields are its own.
  [[nodiscard]] std::string field_of(std::uint32_t rule, const std::string& field, const std::string& name) const {
    if (rule >= out_.roots.size() || field.empty()) return field;
    std::vector<std::string> fields = plain_.settings.fields(plain_.stated[rule], field);
    if (fields.size() > 1)
      throw Refusal{0, "field '" + field + "' of rule '" + name + "' is several fields of its events",
                    "group by one of them: " + fields[0] + ", " + fields[1] + (fields.size() > 2 ? "…" : "")};
    return std::move(fields.front());
  }

  /// The rule that an id or name means if it is that of one; kNone otherwise.
  [[nodiscard]] std::uint32_t named(const std::string& name) const {
    std::set<std::uint32_t> out;
    for (auto [it, end] = names_.equal_range(name); it != end; ++it) out.insert(it->second);
    for (auto [it, end] = own_.equal_range(name); it != end; ++it)
      if (const auto done = index_.find(it->second); done != index_.end()) out.insert(done->second);
    return out.size() == 1 ? *out.begin() : kNone;
  }

  void write_meaning(const CorrelationDocument& d, Correlation& c) const {
    using sigma::write_meaning;
    std::string& out = c.meaning;
    const auto list = [&](const std::vector<std::string>& texts) {
      out += '[';
      for (const std::string& text : texts) write_meaning(out, text);
      out += ']';
    };
    write_meaning(out, d.info.id);
    out += std::to_string(static_cast<int>(c.type)) + ' ' + std::to_string(c.timespan) + ' ' +
           std::to_string(c.lateness) + ' ' + std::to_string(std::bit_cast<std::uint64_t>(c.percentile));
    for (const auto& [compare, number] : c.condition)
      out +=
          ' ' + std::to_string(static_cast<int>(compare)) + ' ' + std::to_string(std::bit_cast<std::uint64_t>(number));
    write_meaning(out, d.rule_condition);
    list(c.group_by);
    for (std::size_t i = 0; i < c.bases.size(); ++i) {
      const std::uint32_t rule = c.bases[i];
      list(c.group_fields[i]);
      list(c.value_fields[i]);
      write_meaning(out, d.rules[i].first);  // the condition may use it
      write_meaning(out, out_.infos[rule].id);
      if (rule < out_.roots.size()) {
        const Logsource& source = plain_.logsources[rule];
        list({source.product, source.service, source.category});
        write_meaning(out, plain_.conditions[rule]);
      } else {
        write_meaning(out, out_.correlations[rule - out_.roots.size()].meaning);
      }
    }
  }

  static constexpr std::int64_t kMostLateness = 366 * kDay;

  std::vector<CorrelationDocument> documents_;
  const PlainRules& plain_;
  const std::multimap<std::string, std::uint32_t>& names_;
  Compiled& out_;
  LoadReport& report_;
  std::vector<State> state_;
  std::multimap<std::string, std::size_t> own_;
  std::map<std::size_t, std::uint32_t> index_;
  std::vector<bool> generate_;
  std::vector<std::int64_t> delay_;  ///< by correlation
  std::vector<std::size_t> way_;     ///< to the one that is being visited
};

}  // namespace

void resolve_correlations(std::vector<CorrelationDocument> documents, const PlainRules& plain, Compiled& out,
                          LoadReport& report) {
  Resolver(std::move(documents), plain, out, report).run();
}

}  // namespace wf::sigma
