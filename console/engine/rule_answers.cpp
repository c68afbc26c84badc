#include "console/engine/rule_answers.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "console/engine/rule_commands.hpp"
#include "console/engine/rule_documents.hpp"
#include "console/store/store.hpp"

namespace wf::engine {
namespace {

constexpr std::size_t kMostProblems = 500;

RuleSummary summary_of(const sigma::RuleInfo& rule, const RulesInForce& rules) {
  RuleSummary out;
  out.id = rule.id;
  out.title = rule.title;
  out.file = rule.file;
  out.logsource = rule.logsource;
  out.tags = rule.tags;
  out.level = rule.level;
  out.informational = rule.informational;
  out.life_safety = rule.life_safety;
  out.correlation = rule.correlation;
  out.hidden = rule.hidden;
  out.off = rules.off.contains(rule.id);
  const RuleChange* const change = rules.changes.find(rule.id);
  out.changed = change != nullptr && change->text;
  return out;
}

std::shared_ptr<const RuleList> list_of(const RulesShown& shown, std::uint64_t known) {
  auto out = std::make_shared<RuleList>();
  const RulesInForce& rules = *shown.in_force;
  out->version = rules.version;
  out->same = known == rules.version;
  if (!out->same) {
    const std::vector<sigma::RuleInfo>& infos = rules.rules->rules();
    out->rules.reserve(infos.size());
    for (const sigma::RuleInfo& info : infos) out->rules.push_back(summary_of(info, rules));
    const std::size_t n = std::min(rules.problems.size(), kMostProblems);
    out->problems.assign(rules.problems.begin(), rules.problems.begin() + static_cast<std::ptrdiff_t>(n));
    if (n < rules.problems.size())
      out->problems.push_back(std::to_string(rules.problems.size() - n) + " more; `watchfloor rules check` names each");
  }
  out->changes = rules.changes.shown();
  out->roles = rules.roles;
  if (!shown.record) return out;
  out->since = shown.record->since;
  out->firings = shown.record->firings;
  for (const AlarmFigures::Week& week : shown.record->figures.weeks)
    out->weeks.push_back({week.begins, week.counted, week.rules, week.worst});
  return out;
}

/// Fills in the rule's document, or why it cannot be shown.
void put_text(const RulesInForce& rules, RuleDetail& out) {
  const auto file = std::find_if(rules.files->begin(), rules.files->end(),
                                 [&](const sigma::RuleFile& one) { return one.path == out.path; });
  if (file == rules.files->end()) return void(out.text_absent = "Its file is not known any more");
  const std::vector<sigma::DocumentText> documents = sigma::documents_of(file->text);
  const auto after =
      std::find_if(documents.begin(), documents.end(), [&](const sigma::DocumentText& d) { return d.line > out.line; });
  if (after == documents.begin()) return void(out.text_absent = "Its text cannot be found in its file");
  const sigma::DocumentText& document = *(after - 1);
  if (document.end - document.begin > RuleDetail::kMostText)
    return void(out.text_absent = "It is too long to be shown here: look at its file");
  out.line = document.line;
  out.text = file->text.substr(document.begin, document.end - document.begin);
  const RuleChange* const change = rules.changes.find(out.id);
  if (change == nullptr || !change->text) return;
  if (const std::optional<FoundDocument> found = find_document(*rules.base, out.id))
    out.file_text = text_of(*rules.base, *found);
}

template <class E, class Name>
E named(std::string_view text, E last, const Name& name) {
  for (int n = 0; n <= static_cast<int>(last); ++n)
    if (name(static_cast<E>(n)) == text) return static_cast<E>(n);
  return E{};
}

/// The rule's rows among what is stored. Only what names the rule at all is read as JSON.
std::string put_rows(const std::filesystem::path& data, UtcNs now, const std::atomic<bool>& cancelled,
                     RuleDetail& out) {
  const Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(data);
  if (!reader) return reader.error().text();
  const UtcNs since = now - 7 * kDay;
  const Result<std::vector<store::StoredIncident>> found =
      (*reader)->incidents(since, std::numeric_limits<UtcNs>::max(), std::numeric_limits<std::size_t>::max());
  if (!found) return found.error().text();
  for (const store::StoredIncident& incident : *found) {
    if (cancelled) return {};
    if (incident.json.find(out.id) == std::string::npos) continue;
    const nlohmann::json json = nlohmann::json::parse(incident.json, nullptr, false);
    if (!json.is_object() || json.value("rule", "") != out.id) continue;
    RuleDetail::Row row;
    row.id = incident.id;
    row.title = json.value("title", "");
    row.priority =
        named(json.value("priority", ""), Priority::critical, [](Priority p) { return std::string(name_of(p)); });
    row.state = named(json.value("state", ""), IncidentState::resolved,
                      [](IncidentState s) { return std::string(name_of(s)); });
    row.cause = named(json.value("cause", ""), Cause::test, [](Cause c) { return std::string(name_of(c)); });
    if (const Result<UtcNs> opened = parse_rfc3339(json.value("opened", ""))) row.opened = *opened;
    if (row.opened < since) continue;  // it changed in the week, but is older
    out.rows.push_back(std::move(row));
  }
  std::stable_sort(out.rows.begin(), out.rows.end(),
                   [](const RuleDetail::Row& a, const RuleDetail::Row& b) { return a.opened > b.opened; });
  out.more = out.rows.size() > RuleDetail::kMostRows;
  if (out.more) out.rows.resize(RuleDetail::kMostRows);
  return {};
}

}  // namespace

QueryPage answer_rules(const RulesShown& shown, const std::filesystem::path& data, UtcNs now, const Query& query,
                       const std::atomic<bool>& cancelled) {
  QueryPage page;
  if (!shown.in_force) {
    page.error = "the engine has not read its rules yet; ask again in a moment";
    return page;
  }
  if (query.what == Query::What::rules) {
    page.rules = list_of(shown, query.known);
    return page;
  }
  if (query.what == Query::What::check) {
    page.check = std::make_shared<const RuleCheck>(check_text(*shown.in_force, query.edit.rule, query.edit.text));
    return page;
  }
  if (query.what != Query::What::rule) {
    page.error = "rules are tried on the past where an engine runs";
    return page;
  }
  const std::vector<sigma::RuleInfo>& infos = shown.in_force->rules->rules();
  const auto info =
      std::find_if(infos.begin(), infos.end(), [&](const sigma::RuleInfo& one) { return one.id == query.where; });
  auto detail = std::make_shared<RuleDetail>();
  detail->id = query.where;
  detail->version = shown.in_force->version;
  if (info != infos.end()) {
    detail->description = info->description;
    const auto [path, line] = path_and_line(info->file);
    detail->path = path;
    detail->line = line;
    put_text(*shown.in_force, *detail);
  } else {
    detail->text_absent = "This rule is not loaded";
  }
  if (!data.empty()) page.error = put_rows(data, now, cancelled, *detail);
  page.rule = std::move(detail);
  return page;
}

}  // namespace wf::engine
