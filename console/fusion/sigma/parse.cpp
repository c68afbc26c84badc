#include "console/fusion/sigma/parse.hpp"

#include <algorithm>
#include <optional>

#include "console/fusion/sigma/yaml.hpp"

namespace wf::sigma {
namespace {

/// A search identifier's content: map, list of maps and keywords, or one keyword.
Expr detection_of(const YAML::Node& node, const RuleWords& words) {
  if (node.IsMap()) {
    std::vector<Expr> parts;
    for (const auto& item : node)
      parts.push_back(detection_item(item.first.Scalar(), scalars_of(item.second), line_of(item.first), words));
    if (parts.empty()) throw Refusal{line_of(node), "an empty search identifier", "give it a field"};
    return Expr::join(Expr::Kind::all, std::move(parts));
  }
  if (node.IsSequence()) {
    std::vector<Expr> parts;
    for (const YAML::Node& n : node)
      parts.push_back(n.IsMap() || n.IsSequence() ? detection_of(n, words)
                                                  : detection_item("", {scalar_of(n)}, line_of(n), words));
    if (parts.empty()) throw Refusal{line_of(node), "an empty search identifier", "give it a value"};
    return Expr::join(Expr::Kind::any, std::move(parts));
  }
  return detection_item("", {scalar_of(node)}, line_of(node), words);
}

Expr detection_section(const YAML::Node& section, bool filter, const RuleWords& words) {
  if (!section.IsMap())
    throw Refusal{line_of(section), "'detection' is no map", "give it search identifiers and a condition"};
  std::vector<std::pair<std::string, Expr>> names;
  YAML::Node condition;
  for (const auto& item : section) {
    const std::string name = item.first.Scalar();
    if (name == "condition")
      condition.reset(item.second);
    else if (name == "timeframe")
      throw Refusal{line_of(item.first), "'timeframe' is the old aggregation syntax", "write a correlation rule"};
    else if (!(filter && name == "rules"))
      names.emplace_back(name, detection_of(item.second, words));
  }
  if (!condition || condition.IsNull()) throw Refusal{line_of(section), "no condition", "add 'condition'"};
  std::vector<Expr> parts;
  for (const Scalar& text : scalars_of(condition)) parts.push_back(parse_condition(text.text, names, text.line));
  if (parts.empty()) throw Refusal{line_of(condition), "an empty condition", "name a search identifier"};
  return Expr::join(Expr::Kind::any, std::move(parts));
}

std::optional<Priority> priority_of(const std::string& text) {
  if (text == "low" || text == "informational") return Priority::low;
  if (text == "medium") return Priority::medium;
  if (text == "high") return Priority::high;
  if (text == "critical") return Priority::critical;
  return std::nullopt;
}

/// The rule's own steps, or the plan that it names.
void own_plan(const YAML::Node& plan, RuleInfo& info) {
  if (!plan || !plan.IsMap()) {
    if (plan && !plan.IsNull())
      for (Scalar& step : scalars_of(plan)) info.plan.push_back(std::move(step.text));
    return;
  }
  for (const auto& item : plan)
    if (item.first.Scalar() != "id")
      throw Refusal{line_of(item.first), "'plan: " + item.first.Scalar() + "' is not known",
                    "name a plan, `plan: {id: door-forced}`, or list steps"};
  info.plan_id = text_at(plan, "id");
  if (info.plan_id.empty()) throw Refusal{line_of(plan), "'plan' names no plan", "write its id"};
}

/// Our own section: words and steps for people; unknown top-level keys are legal in Sigma.
void own_section(const YAML::Node& document, RuleInfo& info) {
  const YAML::Node own = document["watchfloor"];
  if (!own || own.IsNull()) return;
  if (!own.IsMap())
    throw Refusal{line_of(own), "'watchfloor' is no map",
                  "use title, priority, confirm, refute, expect, plan, join, lateness"};
  for (const auto& item : own) {
    const std::string key = item.first.Scalar();
    if (key != "title" && key != "priority" && key != "confirm" && key != "refute" && key != "plan" && key != "join" &&
        key != "expect" && !(key == "lateness" && document["correlation"]))
      throw Refusal{line_of(item.first), "'watchfloor: " + key + "' is not known",
                    "use title, priority, confirm, refute, expect, plan, join; in a correlation also lateness"};
  }
  info.title_template = text_at(own, "title");
  info.would_confirm = texts_at(own, "confirm");
  info.would_refute = texts_at(own, "refute");
  own_plan(own["plan"], info);
  info.expect = expectations_at(own);
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

FilterDocument filter_of(const YAML::Node& document, RuleInfo info, const Settings& settings) {
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
  out.expr = detection_section(section, true, {settings, out.logsource});
  return out;
}

void parse_document(const YAML::Node& document, const std::string& where, const Settings& settings, Documents& out) {
  if (!document.IsMap()) throw Refusal{0, "the document is no map", "write a Sigma rule"};
  if (document["action"])
    throw Refusal{line_of(document["action"]), "'action' is the old multi-document syntax",
                  "write each rule as a whole"};
  check_shape(document);
  RuleInfo info = info_of(document, where);
  if (const std::string taxonomy = text_at(document, "taxonomy"); !taxonomy.empty() && taxonomy != "sigma")
    throw Refusal{line_of(document["taxonomy"]), "taxonomy '" + taxonomy + "' is not known",
                  "write the rule with the names of the taxonomy 'sigma'"};
  if (document["correlation"]) {
    out.correlations.push_back(correlation_of(document, std::move(info)));
  } else if (document["filter"]) {
    out.filters.push_back(filter_of(document, std::move(info), settings));
  } else if (document["detection"]) {
    RuleDocument rule;
    rule.info = std::move(info);
    rule.name = text_at(document, "name");
    rule.logsource = rule.info.logsource = logsource_of(document);
    rule.expr = detection_section(document["detection"], false, {settings, rule.logsource});
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

void parse_files(const std::vector<RuleFile>& files, Documents& out, LoadReport& report) {
  struct Read {
    YAML::Node document;
    const RuleFile* file;
    std::string where;
    bool settings = false;
  };
  // Nothing of it is moved within the list: assigning a node changes what the other one means.
  std::vector<Read> all;
  for (const RuleFile& file : files) {
    try {
      for (YAML::Node& document : load_documents(file.text)) {
        if (!document || document.IsNull()) continue;
        const std::string where = file.path + ":" + std::to_string(line_of(document));
        all.push_back({std::move(document), &file, where, false});
      }
    } catch (const YAML::Exception& e) {
      refuse(report, file.path + ":" + std::to_string(e.mark.is_null() ? 1 : e.mark.line + 1), "not YAML: " + e.msg,
             "correct the file");
    }
  }
  const auto guarded = [&](const Read& r, auto&& use) {
    try {
      return use();
    } catch (const Refusal& f) {
      refuse(report, f.line > 0 ? r.file->path + ":" + std::to_string(f.line) : r.where, f.what, f.to_do);
    } catch (const YAML::Exception& e) {
      refuse(report, e.mark.is_null() ? r.where : r.file->path + ":" + std::to_string(e.mark.line + 1),
             "unusable YAML: " + e.msg, "correct the document");
    }
    return true;
  };
  // Settings first: rules of every file are read with them.
  Settings& settings = out.settings;
  for (Read& r : all) r.settings = guarded(r, [&] { return settings.take(r.document, r.where); });
  for (const Read& r : all)
    if (!r.settings)
      guarded(r, [&] {
        parse_document(r.document, r.where, settings, out);
        return true;
      });
}

}  // namespace wf::sigma
