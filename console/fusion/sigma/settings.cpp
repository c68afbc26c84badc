#include "console/fusion/sigma/settings.hpp"

#include <algorithm>
#include <utility>

#include "console/fusion/sigma/yaml.hpp"

namespace wf::sigma {
namespace {

int stated(const Logsource& s) {
  return (s.product.empty() ? 0 : 1) + (s.service.empty() ? 0 : 1) + (s.category.empty() ? 0 : 1);
}

std::vector<std::string> texts_of(const YAML::Node& node, const std::string& what) {
  std::vector<std::string> out;
  for (Scalar& s : scalars_of(node)) {
    if (s.kind == Scalar::Kind::null || s.text.empty()) throw Refusal{s.line, what + " is empty", "write a text"};
    out.push_back(std::move(s.text));
  }
  if (out.empty()) throw Refusal{line_of(node), what + " is an empty list", "give at least one value"};
  return out;
}

}  // namespace

bool covers(const Logsource& general, const Logsource& rule) {
  return (general.product.empty() || general.product == rule.product) &&
         (general.service.empty() || general.service == rule.service) &&
         (general.category.empty() || general.category == rule.category);
}

bool Settings::take(const YAML::Node& document, const std::string& where) {
  if (!document.IsMap() || document["detection"] || document["correlation"] || document["filter"]) return false;
  const YAML::Node placeholders = document["placeholders"], mapping = document["fieldmappings"],
                   logsource = document["logsourcemapping"];
  if (!placeholders && !mapping && !logsource) return false;
  check_shape(document);
  // Whole or not at all: half of a refused document would decide about rules unseen.
  Settings with = *this;
  if (mapping) with.take_mapping(document, where);
  if (logsource) with.take_logsource(document, where);
  if (placeholders) with.take_placeholders(placeholders, where);
  *this = std::move(with);
  return true;
}

void Settings::take_placeholders(const YAML::Node& section, const std::string& where) {
  if (!section.IsMap()) throw Refusal{line_of(section), "'placeholders' is no map", "write each name with its values"};
  for (const auto& item : section) {
    const std::string name = item.first.Scalar();
    const auto it = placeholders_.find(name);
    if (it != placeholders_.end())
      throw Refusal{line_of(item.first), "placeholder '" + name + "' already has values in " + it->second.second,
                    "give it values in one place"};
    placeholders_.emplace(name, std::pair(texts_of(item.second, "placeholder '" + name + "'"), where));
  }
}

void Settings::take_mapping(const YAML::Node& document, const std::string& where) {
  const YAML::Node section = document["fieldmappings"];
  if (!section.IsMap())
    throw Refusal{line_of(section), "'fieldmappings' is no map", "write 'field of rules: field of events'"};
  Mapping mapping;
  mapping.where = where;
  if (document["logsource"]) mapping.logsource = logsource_of(document);
  for (const Mapping& m : mappings_)
    if (m.logsource == mapping.logsource)
      throw Refusal{line_of(section), "the field mapping of this logsource is already in " + m.where,
                    "write one mapping a logsource"};
  for (const auto& item : section)
    mapping.fields.emplace(item.first.Scalar(), texts_of(item.second, "field '" + item.first.Scalar() + "'"));
  mappings_.push_back(std::move(mapping));
  // The more a mapping states, the nearer it is to a rule.
  std::stable_sort(mappings_.begin(), mappings_.end(),
                   [](const Mapping& a, const Mapping& b) { return stated(a.logsource) > stated(b.logsource); });
}

void Settings::take_logsource(const YAML::Node& document, const std::string& where) {
  const YAML::Node section = document["logsourcemapping"];
  if (!document["logsource"])
    throw Refusal{line_of(section), "'logsourcemapping' without 'logsource'", "say which rules are meant"};
  if (!section.IsMap())
    throw Refusal{line_of(section), "'logsourcemapping' is no map", "give it the product, service, category of events"};
  Route route;
  route.where = where;
  route.rule = logsource_of(document);
  YAML::Node as_document;
  as_document["logsource"] = section;
  route.events = logsource_of(as_document);
  for (const Route& r : routes_)
    if (r.rule == route.rule)
      throw Refusal{line_of(section), "the logsource mapping of this logsource is already in " + r.where,
                    "write one mapping a logsource"};
  routes_.push_back(std::move(route));
  std::stable_sort(routes_.begin(), routes_.end(),
                   [](const Route& a, const Route& b) { return stated(a.rule) > stated(b.rule); });
}

const std::vector<std::string>* Settings::placeholder(std::string_view name) const {
  const auto it = placeholders_.find(name);
  return it == placeholders_.end() ? nullptr : &it->second.first;
}

std::vector<std::string> Settings::fields(const Logsource& rule, const std::string& field) const {
  for (const Mapping& m : mappings_)
    if (covers(m.logsource, rule))
      if (const auto it = m.fields.find(field); it != m.fields.end()) return it->second;
  return {field};
}

Logsource Settings::events_of(const Logsource& rule) const {
  for (const Route& r : routes_) {
    if (!covers(r.rule, rule)) continue;
    Logsource out = rule;
    const auto turn = [](std::string& attribute, const std::string& from, const std::string& to) {
      if (!to.empty())
        attribute = to;
      else if (!from.empty())
        attribute.clear();
    };
    turn(out.product, r.rule.product, r.events.product);
    turn(out.service, r.rule.service, r.events.service);
    turn(out.category, r.rule.category, r.events.category);
    return out;
  }
  return rule;
}

}  // namespace wf::sigma
