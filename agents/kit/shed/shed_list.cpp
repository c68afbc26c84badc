#include "agents/kit/shed/shed_list.hpp"

#include <array>

#include "agents/kit/kinds.hpp"
#include "agents/kit/yaml_reader.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostRules = 100;
constexpr std::uint32_t kMostOneIn = 1'000'000, kMostASecond = 10'000'000;

class Reader : YamlReader {
 public:
  using YamlReader::YamlReader;

  void rules(const YAML::Node& node, std::vector<ShedRule>& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsSequence())
      return problem(node, "'shed' must be a list of rules",
                     "begin each with '- keep:', '- drop:', '- one_in:' or '- above:'");
    if (node.size() > kMostRules) return problem(node, "more than 100 rules for one source", "put values into lists");
    for (const YAML::Node& one : node) rule(one, out);
  }

 private:
  void rule(const YAML::Node& node, std::vector<ShedRule>& out) {
    using Action = ShedRule::Action;
    if (!node.IsMap()) return problem(node, "a rule must be a mapping", "write '- drop: {event_type: stats}'");
    only_keys(node, {"keep", "drop", "one_in", "above", "of", "by"});
    ShedRule rule;
    rule.where = at_line(file_, node.Mark());
    int actions = 0;
    for (const auto& [key, action] : {std::pair{"keep", Action::keep}, std::pair{"drop", Action::drop},
                                      std::pair{"one_in", Action::one_in}, std::pair{"above", Action::above}}) {
      if (!node[key]) continue;
      ++actions;
      rule.action = action;
    }
    if (actions != 1)
      return problem(node, "a rule is one of keep, drop, one_in and above", "give each rule exactly one of them");
    const bool samples = rule.action == Action::one_in || rule.action == Action::above;
    if (samples) {
      const bool one_in = rule.action == Action::one_in;
      number(node, one_in ? "one_in" : "above", one_in ? 2 : 1, one_in ? kMostOneIn : kMostASecond, rule.number);
      conditions(node["of"], rule);
      text(node, "by", rule.by);
      if (rule.number == 0) return;  // what is wrong with it was said
    } else {
      if (node["of"] || node["by"])
        problem(node, "'of' and 'by' belong to one_in and above", "write the fields right behind keep or drop");
      conditions(node[rule.action == Action::keep ? "keep" : "drop"], rule);
      if (rule.action == Action::drop && rule.conditions.empty())
        return problem(node, "a rule that drops has to say what", "write '- drop: {field: value}'");
    }
    out.push_back(std::move(rule));
  }

  void conditions(const YAML::Node& node, ShedRule& rule) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap()) return problem(node, "what a rule is about must be fields with values", "write {field: value}");
    for (const auto& entry : node) {
      ShedCondition condition;
      if (!entry.first.IsScalar() || entry.first.Scalar().empty()) {
        problem(entry.first, "a field's name must be a word", "write field: value");
        continue;
      }
      condition.field = entry.first.Scalar();
      const auto take = [&](const YAML::Node& value) {
        if (!value.IsScalar())
          return problem(value, "a field's value must be a text", "write one value, or a list of them");
        condition.values.emplace_back(value.Scalar());
        if (condition.field == "kind") kind(value);
      };
      if (entry.second.IsSequence())
        for (const YAML::Node& value : entry.second) take(value);
      else
        take(entry.second);
      if (!condition.values.empty()) rule.conditions.push_back(std::move(condition));
    }
  }

  void kind(const YAML::Node& value) {
    const std::string& name = value.Scalar();
    if (name.find('*') != std::string::npos) return;
    const KindInfo* const known = find_kind(name);
    if (known == nullptr)
      problem(value, "there is no kind '" + name + "'", "do you mean " + nearest_kind(name) + "?");
    else if (known->lane == 0)
      problem(value, "'" + name + "' is life safety, which is never shed", "leave it out");
  }
};

}  // namespace

std::vector<ShedRule> read_shed_rules(const YAML::Node& node, const std::string& file, std::vector<Error>& problems) {
  std::vector<ShedRule> out;
  Reader(file, problems).rules(node, out);
  return out;
}

}  // namespace wf::kit
