#include "console/fusion/sigma/parse.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>

namespace wf::sigma {
namespace {

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

Scalar scalar_of(const YAML::Node& node) {
  Scalar out;
  out.line = line_of(node);
  if (node.IsNull()) {
    out.kind = Scalar::Kind::null;
    return out;
  }
  if (!node.IsScalar()) throw Refusal{out.line, "a list or map where a value belongs", "write a single value"};
  out.text = node.Scalar();
  if (node.Tag() == "!") return out;  // quoted
  double number = 0;
  if (out.text == "true" || out.text == "True" || out.text == "TRUE") {
    out.kind = Scalar::Kind::boolean;
    out.text = "true";
  } else if (out.text == "false" || out.text == "False" || out.text == "FALSE") {
    out.kind = Scalar::Kind::boolean;
    out.text = "false";
  } else if (parse_number(out.text, number)) {
    out.kind = Scalar::Kind::number;
  }
  return out;
}

std::vector<Scalar> scalars_of(const YAML::Node& node) {
  std::vector<Scalar> out;
  if (!node.IsSequence()) return {scalar_of(node)};
  for (const YAML::Node& n : node) out.push_back(scalar_of(n));
  return out;
}

std::string text_at(const YAML::Node& map, const char* key) {
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return {};
  if (!node.IsScalar()) throw Refusal{line_of(node), std::string("'") + key + "' is no text", "write a single value"};
  return node.Scalar();
}

std::vector<std::string> texts_at(const YAML::Node& map, const char* key) {
  std::vector<std::string> out;
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return out;
  for (Scalar& s : scalars_of(node)) out.push_back(std::move(s.text));
  return out;
}

/// A search identifier's content: map, list of maps and keywords, or one keyword.
Expr detection_of(const YAML::Node& node) {
  if (node.IsMap()) {
    std::vector<Expr> parts;
    for (const auto& item : node)
      parts.push_back(detection_item(item.first.Scalar(), scalars_of(item.second), line_of(item.first)));
    if (parts.empty()) throw Refusal{line_of(node), "an empty search identifier", "give it a field"};
    return Expr::join(Expr::Kind::all, std::move(parts));
  }
  if (node.IsSequence()) {
    std::vector<Expr> parts;
    for (const YAML::Node& n : node)
      parts.push_back(n.IsMap() || n.IsSequence() ? detection_of(n) : detection_item("", {scalar_of(n)}, line_of(n)));
    if (parts.empty()) throw Refusal{line_of(node), "an empty search identifier", "give it a value"};
    return Expr::join(Expr::Kind::any, std::move(parts));
  }
  return detection_item("", {scalar_of(node)}, line_of(node));
}

Expr detection_section(const YAML::Node& section, bool filter) {
  if (!section.IsMap())
    throw Refusal{line_of(section), "'detection' is no map", "give it search identifiers and a condition"};
  std::vector<std::pair<std::string, Expr>> names;
  YAML::Node condition;
  for (const auto& item : section) {
    const std::string name = item.first.Scalar();
    if (name == "condition")
      condition.reset(item.second);
    else if (name != "timeframe" && !(filter && name == "rules"))
      names.emplace_back(name, detection_of(item.second));
  }
  if (!condition || condition.IsNull()) throw Refusal{line_of(section), "no condition", "add 'condition'"};
  std::vector<Expr> parts;
  for (const Scalar& text : scalars_of(condition)) parts.push_back(parse_condition(text.text, names, text.line));
  if (parts.empty()) throw Refusal{line_of(condition), "an empty condition", "name a search identifier"};
  return Expr::join(Expr::Kind::any, std::move(parts));
}

Logsource logsource_of(const YAML::Node& document) {
  const YAML::Node node = document["logsource"];
  if (!node || !node.IsMap()) throw Refusal{0, "no logsource", "state product, service or category"};
  Logsource out;
  for (const auto& item : node) {
    const std::string key = item.first.Scalar();
    if (key == "product")
      out.product = text_at(node, "product");
    else if (key == "service")
      out.service = text_at(node, "service");
    else if (key == "category")
      out.category = text_at(node, "category");
    else if (key != "definition")
      throw Refusal{line_of(item.first), "logsource attribute '" + key + "' is not known",
                    "use product, service, category or definition"};
  }
  if (out == Logsource{}) throw Refusal{line_of(node), "an empty logsource", "state product, service or category"};
  return out;
}

std::optional<Priority> priority_of(const std::string& text) {
  if (text == "low" || text == "informational") return Priority::low;
  if (text == "medium") return Priority::medium;
  if (text == "high") return Priority::high;
  if (text == "critical") return Priority::critical;
  return std::nullopt;
}

/// Our own section: words and steps for people; unknown top-level keys are legal in Sigma.
void own_section(const YAML::Node& document, RuleInfo& info) {
  const YAML::Node own = document["watchfloor"];
  if (!own || own.IsNull()) return;
  if (!own.IsMap())
    throw Refusal{line_of(own), "'watchfloor' is no map", "use title, priority, confirm, refute, plan, join"};
  for (const auto& item : own) {
    const std::string key = item.first.Scalar();
    if (key != "title" && key != "priority" && key != "confirm" && key != "refute" && key != "plan" && key != "join")
      throw Refusal{line_of(item.first), "'watchfloor: " + key + "' is not known",
                    "use title, priority, confirm, refute, plan, join"};
  }
  info.title_template = text_at(own, "title");
  info.would_confirm = texts_at(own, "confirm");
  info.would_refute = texts_at(own, "refute");
  info.plan = texts_at(own, "plan");
  info.join = texts_at(own, "join");
  if (const std::string text = text_at(own, "priority"); !text.empty()) {
    const auto priority = priority_of(text);
    if (!priority)
      throw Refusal{line_of(own["priority"]), "priority '" + text + "' is not known",
                    "use low, medium, high or critical"};
    info.level = *priority;
  }
}

RuleInfo info_of(const YAML::Node& document, const std::string& where) {
  RuleInfo info;
  info.file = where;
  info.title = text_at(document, "title");
  if (info.title.empty()) throw Refusal{0, "no title", "add 'title'"};
  info.id = text_at(document, "id");
  info.description = text_at(document, "description");
  info.tags = texts_at(document, "tags");
  info.life_safety = std::find(info.tags.begin(), info.tags.end(), "watchfloor.life-safety") != info.tags.end();
  if (text_at(document, "status") == "unsupported")
    throw Refusal{0, "the rule's status is 'unsupported'", "leave it out"};
  const std::string level = text_at(document, "level");
  info.informational = level == "informational";
  if (!level.empty()) {
    const auto priority = priority_of(level);
    if (!priority)
      throw Refusal{line_of(document["level"]), "level '" + level + "' is not known",
                    "use informational, low, medium, high or critical"};
    info.level = *priority;
  }
  own_section(document, info);
  if (info.life_safety) info.level = Priority::critical;
  return info;
}

std::int64_t timespan_of(const YAML::Node& node) {
  const std::string text = node && node.IsScalar() ? node.Scalar() : std::string();
  std::int64_t number = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && i < 9; ++i) number = number * 10 + (text[i] - '0');
  std::int64_t unit = 0;
  if (i > 0 && i + 1 == text.size())
    unit = text[i] == 's' ? kSecond : text[i] == 'm' ? kMinute : text[i] == 'h' ? kHour : text[i] == 'd' ? kDay : 0;
  if (unit == 0 || number == 0 || number > 366 * (kDay / unit))
    throw Refusal{node ? line_of(node) : 0, "timespan '" + text + "' cannot be used",
                  "write a number and s, m, h or d, up to 366d"};
  return number * unit;
}

void correlation_condition(const YAML::Node& node, CorrelationDocument& out) {
  for (const auto& item : node) {
    static const std::map<std::string, Compare> kNames{{"lt", Compare::lt}, {"lte", Compare::lte},
                                                       {"gt", Compare::gt}, {"gte", Compare::gte},
                                                       {"eq", Compare::eq}, {"neq", Compare::neq}};
    const std::string key = item.first.Scalar();
    const int line = line_of(item.first);
    if (key == "field") {
      for (Scalar& s : scalars_of(item.second)) out.fields.push_back(std::move(s.text));
      continue;
    }
    double number = 0;
    if (!item.second.IsScalar() || !parse_number(item.second.Scalar(), number))
      throw Refusal{line, "condition '" + key + "' needs a number", "write a number"};
    if (key == "percentile") {
      if (number < 0 || number > 100)
        throw Refusal{line, "percentile outside 0 to 100", "write a number between 0 and 100"};
      out.percentile = number;
    } else if (const auto it = kNames.find(key); it != kNames.end()) {
      out.condition.emplace_back(it->second, number);
    } else {
      throw Refusal{line, "condition '" + key + "' is not known", "use gt, gte, lt, lte, eq, neq, field or percentile"};
    }
  }
}

void check_correlation(const CorrelationDocument& c, const YAML::Node& section) {
  const bool temporal = c.type == CorrelationType::temporal || c.type == CorrelationType::temporal_ordered;
  const int line = line_of(section);
  if (c.rules.empty()) throw Refusal{line, "no rules to correlate", "name rules by id or name under 'rules'"};
  if (!temporal && c.condition.empty())
    throw Refusal{line, "no condition", "add 'condition' with gt, gte, lt, lte, eq or neq"};
  const bool needs_field = !temporal && c.type != CorrelationType::event_count;
  if (needs_field && c.fields.empty()) throw Refusal{line, "the condition names no field", "add 'field'"};
  if (needs_field && c.type != CorrelationType::value_count && c.fields.size() != 1)
    throw Refusal{line, "several fields for one number", "name one field"};
  if (c.type == CorrelationType::value_percentile && !section["condition"]["percentile"])
    throw Refusal{line, "value_percentile without 'percentile'", "add 'percentile: 0…100' to the condition"};
}

CorrelationDocument correlation_of(const YAML::Node& document, RuleInfo info) {
  CorrelationDocument out;
  out.info = std::move(info);
  out.info.correlation = true;
  out.name = text_at(document, "name");
  const YAML::Node section = document["correlation"];
  if (!section.IsMap()) throw Refusal{line_of(section), "'correlation' is no map", "give it type, rules, timespan"};
  static const std::map<std::string, CorrelationType> kTypes{{"event_count", CorrelationType::event_count},
                                                             {"value_count", CorrelationType::value_count},
                                                             {"temporal", CorrelationType::temporal},
                                                             {"temporal_ordered", CorrelationType::temporal_ordered},
                                                             {"value_sum", CorrelationType::value_sum},
                                                             {"value_avg", CorrelationType::value_avg},
                                                             {"value_percentile", CorrelationType::value_percentile}};
  const std::string type = text_at(section, "type");
  const auto it = kTypes.find(type);
  if (it == kTypes.end())
    throw Refusal{line_of(section), "correlation type '" + type + "' is not known",
                  "use a type of the Sigma correlation specification 2.1"};
  out.type = it->second;
  for (const auto& item : section) {
    const std::string key = item.first.Scalar();
    if (key != "type" && key != "rules" && key != "group-by" && key != "timespan" && key != "condition" &&
        key != "aliases" && key != "generate")
      throw Refusal{line_of(item.first), "correlation key '" + key + "' is not known",
                    "use type, rules, group-by, timespan, condition, aliases, generate"};
  }
  if (const YAML::Node rules = section["rules"]; rules && !rules.IsNull())
    for (Scalar& s : scalars_of(rules)) out.rules.emplace_back(std::move(s.text), s.line);
  out.group_by = texts_at(section, "group-by");
  out.timespan = timespan_of(section["timespan"]);
  if (const YAML::Node aliases = section["aliases"]; aliases && aliases.IsMap())
    for (const auto& alias : aliases) {
      if (!alias.second.IsMap())
        throw Refusal{line_of(alias.first), "an alias is a map of rule to field", "write 'rule_name: field'"};
      for (const auto& field : alias.second)
        out.aliases[alias.first.Scalar()][field.first.Scalar()] = scalar_of(field.second).text;
    }
  const std::string generate =
      text_at(section, "generate").empty() ? text_at(document, "generate") : text_at(section, "generate");
  out.generate = generate == "true" || generate == "True";
  const bool temporal = out.type == CorrelationType::temporal || out.type == CorrelationType::temporal_ordered;
  if (const YAML::Node condition = section["condition"]; condition && !condition.IsNull()) {
    if (condition.IsMap())
      correlation_condition(condition, out);
    else if (temporal && condition.IsScalar() && out.type == CorrelationType::temporal)
      out.rule_condition = condition.Scalar();
    else
      throw Refusal{line_of(condition), "this condition cannot be used here",
                    "write a map of gt, gte, lt, lte, eq or neq"};
  }
  check_correlation(out, section);
  return out;
}

FilterDocument filter_of(const YAML::Node& document, RuleInfo info) {
  FilterDocument out;
  out.info = std::move(info);
  const YAML::Node section = document["filter"];
  if (!section.IsMap())
    throw Refusal{line_of(section), "'filter' is no map", "give it rules, a selection and a condition"};
  out.logsource = logsource_of(document);
  const YAML::Node rules = section["rules"];
  if (!rules || rules.IsNull())
    throw Refusal{line_of(section), "the filter names no rules",
                  "list rule ids or names under 'rules', or write 'any'"};
  if (rules.IsScalar() && rules.Scalar() == "any")
    out.any = true;
  else
    for (Scalar& s : scalars_of(rules)) out.rules.emplace_back(std::move(s.text), s.line);
  out.expr = detection_section(section, true);
  return out;
}

void parse_document(const YAML::Node& document, const std::string& where, Documents& out) {
  if (!document.IsMap()) throw Refusal{0, "the document is no map", "write a Sigma rule"};
  if (document["action"])
    throw Refusal{line_of(document["action"]), "'action' is the old multi-document syntax",
                  "write each rule as a whole"};
  RuleInfo info = info_of(document, where);
  if (document["correlation"]) {
    out.correlations.push_back(correlation_of(document, std::move(info)));
  } else if (document["filter"]) {
    out.filters.push_back(filter_of(document, std::move(info)));
  } else if (document["detection"]) {
    RuleDocument rule;
    rule.info = std::move(info);
    rule.name = text_at(document, "name");
    rule.logsource = logsource_of(document);
    rule.expr = detection_section(document["detection"], false);
    out.rules.push_back(std::move(rule));
  } else {
    throw Refusal{0, "neither detection, correlation nor filter", "write a Sigma rule"};
  }
}

}  // namespace

void refuse(LoadReport& report, const std::string& path_and_line, const std::string& what, const std::string& to_do) {
  report.problems.push_back(path_and_line + ": " + what + "; " + to_do);
  ++report.refused;
}

void parse_file(const RuleFile& file, Documents& out, LoadReport& report) {
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(file.text);
  } catch (const YAML::Exception& e) {
    refuse(report, file.path + ":" + std::to_string(e.mark.is_null() ? 1 : e.mark.line + 1), "not YAML: " + e.msg,
           "correct the file");
    return;
  }
  for (const YAML::Node& document : documents) {
    if (!document || document.IsNull()) continue;
    const int line = line_of(document);
    const std::string where = file.path + ":" + std::to_string(line);
    try {
      parse_document(document, where, out);
    } catch (const Refusal& r) {
      refuse(report, r.line > 0 ? file.path + ":" + std::to_string(r.line) : where, r.what, r.to_do);
    } catch (const YAML::Exception& e) {
      refuse(report, e.mark.is_null() ? where : file.path + ":" + std::to_string(e.mark.line + 1),
             "unusable YAML: " + e.msg, "correct the document");
    }
  }
}

}  // namespace wf::sigma
