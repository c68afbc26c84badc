// Documents of the Sigma correlation rules specification 2.1, and our own `absence`.
#include <algorithm>
#include <cmath>
#include <set>

#include "console/fusion/sigma/yaml.hpp"

namespace wf::sigma {
namespace {

constexpr std::int64_t kLongestLateness = 3 * kDay;

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::temporal || type == CorrelationType::temporal_ordered;
}

std::int64_t timespan_of(const YAML::Node& section) {
  const YAML::Node node = section["timespan"];
  if (!node || node.IsNull())
    throw Refusal{line_of(section), "no timespan", "add 'timespan': a number and s, m, h or d"};
  const std::string text = node.IsScalar() ? node.Scalar() : std::string();
  const std::int64_t out = duration_of(text, 366 * kDay);
  if (out <= 0)
    throw Refusal{line_of(node), "timespan '" + text + "' cannot be used",
                  "write a number and s, m, h or d, from 1s to 366d"};
  return out;
}

std::int64_t lateness_of(const YAML::Node& document) {
  const YAML::Node own = document["watchfloor"];
  if (!own || !own.IsMap()) return kLateness;
  const YAML::Node node = own["lateness"];
  if (!node || node.IsNull()) return kLateness;
  const std::string text = node.IsScalar() ? node.Scalar() : std::string();
  const std::int64_t out = duration_of(text, kLongestLateness);
  if (out < 0)
    throw Refusal{line_of(node), "lateness '" + text + "' cannot be used",
                  "write a number and s, m, h or d, from 0s to 3d"};
  return out;
}

void read_condition(const YAML::Node& node, CorrelationDocument& out, bool& percentile) {
  static const std::map<std::string, Compare> kNames{{"lt", Compare::lt}, {"lte", Compare::lte},
                                                     {"gt", Compare::gt}, {"gte", Compare::gte},
                                                     {"eq", Compare::eq}, {"neq", Compare::neq}};
  for (const auto& item : node) {
    const std::string key = item.first.Scalar();
    const int line = line_of(item.first);
    if (key == "field") {
      if (out.type == CorrelationType::event_count || is_temporal(out.type))
        throw Refusal{line, "'field' where no values are looked at", "leave it out, or use a type value_…"};
      for (Scalar& s : scalars_of(item.second)) {
        if (s.text.empty()) throw Refusal{line, "an empty field name", "name the field"};
        out.fields.push_back(std::move(s.text));
      }
      continue;
    }
    double number = 0;
    if (!item.second.IsScalar() || !parse_number(item.second.Scalar(), number))
      throw Refusal{line, "condition '" + key + "' needs a number", "write a number"};
    if (key == "percentile") {
      if (out.type != CorrelationType::value_percentile)
        throw Refusal{line, "'percentile' in another type than value_percentile", "leave it out"};
      if (number < 0 || number > 100)
        throw Refusal{line, "percentile outside 0 to 100", "write a number between 0 and 100"};
      out.percentile = number;
      percentile = true;
    } else if (const auto it = kNames.find(key); it != kNames.end()) {
      out.condition.emplace_back(it->second, number);
    } else {
      throw Refusal{line, "condition '" + key + "' is not known", "use gt, gte, lt, lte, eq, neq, field or percentile"};
    }
  }
}

/// Can any value meet all of it? Of a count, whole numbers from 1 to `most`; `most` 0: any number.
bool possible(const std::vector<std::pair<Compare, double>>& condition, double most) {
  const auto met = [&](double value) {
    if (most > 0 && (value < 1 || value > most || value != std::floor(value))) return false;
    return std::all_of(condition.begin(), condition.end(),
                       [&](const auto& test) { return holds(test.first, value, test.second); });
  };
  std::vector<double> limits;
  for (const auto& test : condition) limits.push_back(test.second);
  std::sort(limits.begin(), limits.end());
  if (met(1)) return true;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const double limit = limits[i];
    for (const double near : {limit, limit - 1, limit + 1, std::floor(limit), std::ceil(limit), std::floor(limit) + 2,
                              std::ceil(limit) - 2})
      if (met(near)) return true;
    if (i > 0 && met(limits[i - 1] + (limit - limits[i - 1]) / 2)) return true;
  }
  return false;
}

void check_condition(const CorrelationDocument& c, int line, bool percentile) {
  const auto rules = static_cast<double>(c.rules.size());
  if (c.type == CorrelationType::temporal_ordered) {
    // An order of some of them would be another rule for each choice.
    for (const auto& [compare, number] : c.condition)
      if ((compare != Compare::gte && compare != Compare::eq) || number != rules)
        throw Refusal{line, "temporal_ordered wants all of its rules", "leave the condition out"};
    return;
  }
  if (is_temporal(c.type)) {
    if (!c.condition.empty() && !possible(c.condition, rules))
      throw Refusal{line, "the condition can never hold", "count between 1 and the number of rules"};
    return;
  }
  if (c.condition.empty()) throw Refusal{line, "no condition", "add 'condition' with gt, gte, lt, lte, eq or neq"};
  const bool counts = c.type == CorrelationType::event_count || c.type == CorrelationType::value_count;
  if (!possible(c.condition, counts ? 1e15 : 0))
    throw Refusal{line, "the condition can never hold", "correct the limits"};
  if (c.type == CorrelationType::event_count) return;
  if (c.fields.empty()) throw Refusal{line, "the condition names no field", "add 'field'"};
  if (c.type != CorrelationType::value_count && c.fields.size() != 1)
    throw Refusal{line, "several fields for one number", "name one field"};
  if (c.type == CorrelationType::value_percentile && !percentile)
    throw Refusal{line, "value_percentile without 'percentile'", "add 'percentile: 0…100' to the condition"};
}

void read_aliases(const YAML::Node& aliases, CorrelationDocument& out) {
  if (!aliases || aliases.IsNull()) return;
  if (!aliases.IsMap()) throw Refusal{line_of(aliases), "'aliases' is no map", "write 'alias: {rule_name: field}'"};
  for (const auto& alias : aliases) {
    if (!alias.second.IsMap())
      throw Refusal{line_of(alias.first), "an alias is a map of rule to field", "write 'rule_name: field'"};
    for (const auto& field : alias.second)
      out.aliases[alias.first.Scalar()].push_back(
          {field.first.Scalar(), scalar_of(field.second).text, line_of(field.first)});
  }
}

CorrelationType type_of(const YAML::Node& section) {
  static const std::map<std::string, CorrelationType> kTypes{{"event_count", CorrelationType::event_count},
                                                             {"value_count", CorrelationType::value_count},
                                                             {"temporal", CorrelationType::temporal},
                                                             {"temporal_ordered", CorrelationType::temporal_ordered},
                                                             {"value_sum", CorrelationType::value_sum},
                                                             {"value_avg", CorrelationType::value_avg},
                                                             {"value_percentile", CorrelationType::value_percentile},
                                                             {"absence", CorrelationType::absence}};
  const std::string type = text_at(section, "type");
  if (type.empty()) throw Refusal{line_of(section), "no correlation type", "add 'type'"};
  const auto it = kTypes.find(type);
  if (it == kTypes.end())
    throw Refusal{line_of(section["type"]), "correlation type '" + type + "' is not known",
                  "use a type of the Sigma correlation specification 2.1, or absence"};
  return it->second;
}

bool generate_of(const YAML::Node& section, const YAML::Node& document) {
  for (const YAML::Node& map : {section, document}) {
    const YAML::Node node = map["generate"];
    if (!node || node.IsNull()) continue;
    const Scalar value = scalar_of(node);
    if (value.kind != Scalar::Kind::boolean)
      throw Refusal{line_of(node), "'generate' is '" + value.text + "'", "write true or false"};
    return value.text == "true";
  }
  return false;
}

}  // namespace

CorrelationDocument correlation_of(const YAML::Node& document, RuleInfo info) {
  CorrelationDocument out;
  out.info = std::move(info);
  out.info.correlation = true;
  out.name = text_at(document, "name");
  const YAML::Node section = document["correlation"];
  if (!section.IsMap()) throw Refusal{line_of(section), "'correlation' is no map", "give it type, rules, timespan"};
  out.type = type_of(section);
  for (const auto& item : section) {
    const std::string key = item.first.Scalar();
    if (key != "type" && key != "rules" && key != "group-by" && key != "timespan" && key != "condition" &&
        key != "aliases" && key != "generate")
      throw Refusal{line_of(item.first), "correlation key '" + key + "' is not known",
                    "use type, rules, group-by, timespan, condition, aliases, generate"};
  }
  if (const YAML::Node rules = section["rules"]; rules && !rules.IsNull())
    for (Scalar& s : scalars_of(rules)) out.rules.emplace_back(std::move(s.text), s.line);
  if (out.rules.empty())
    throw Refusal{line_of(section), "no rules to correlate", "name rules by id or name under 'rules'"};
  out.group_by = texts_at(section, "group-by");
  out.timespan = timespan_of(section);
  out.lateness = lateness_of(document);
  read_aliases(section["aliases"], out);
  out.generate = generate_of(section, document);
  const YAML::Node condition = section["condition"];
  const bool given = condition && !condition.IsNull();
  out.condition_line = given ? line_of(condition) : line_of(section);
  if (out.type == CorrelationType::absence) {
    if (given) throw Refusal{out.condition_line, "absence takes no condition", "leave it out"};
    return out;
  }
  bool percentile = false;
  if (given && condition.IsMap()) {
    read_condition(condition, out, percentile);
  } else if (given) {
    if (out.type != CorrelationType::temporal || !condition.IsScalar())
      throw Refusal{out.condition_line, "this condition cannot be used here",
                    "write a map of gt, gte, lt, lte, eq or neq"};
    out.rule_condition = condition.Scalar();
  }
  check_condition(out, out.condition_line, percentile);
  return out;
}

}  // namespace wf::sigma
