#include "console/fusion/plans.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "console/fusion/sigma/yaml.hpp"

namespace wf::fusion {
namespace {

using sigma::line_of;
using sigma::Refusal;

constexpr std::size_t kLongestStep = 80, kLongestTitle = 48, kLongestNeeds = 160, kLongestRole = 24;
constexpr std::int64_t kMostMinutes = 7 * 24 * 60;

void only(const YAML::Node& map, std::initializer_list<std::string_view> known, const std::string& what) {
  if (!map.IsMap()) throw Refusal{line_of(map), what + " is no map", "see assets/plans/README.md"};
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  for (const auto& item : map) {
    const std::string& key = item.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw Refusal{line_of(item.first), what + " has no '" + key + "'", "use " + names};
  }
}

/// Letters, not bytes: what is counted is what people read.
std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string words_at(const YAML::Node& map, const char* key, std::size_t most) {
  std::string out = sigma::text_at(map, key);
  if (letters(out) > most)
    throw Refusal{line_of(map[key]),
                  std::string("'") + key + "' has " + std::to_string(letters(out)) + " letters of at most " +
                      std::to_string(most),
                  "say it shorter: it is read at a glance"};
  if (std::any_of(out.begin(), out.end(), [](unsigned char c) { return c < 0x20; }))
    throw Refusal{line_of(map[key]), std::string("'") + key + "' is more than one line", "write one line"};
  return out;
}

std::int64_t minutes_at(const YAML::Node& step) {
  const std::string text = sigma::text_at(step, "minutes");
  if (text.empty()) return 0;
  std::int64_t minutes = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  if (failed != std::errc{} || end != text.data() + text.size() || minutes < 1 || minutes > kMostMinutes)
    throw Refusal{line_of(step["minutes"]), "'" + text + "' is no number of minutes",
                  "write a whole number from 1 to " + std::to_string(kMostMinutes) + ", counted from the call"};
  return minutes * kMinute;
}

Plan::Step step_of(const YAML::Node& node, const std::vector<Plan::Step>& before) {
  only(node, {"do", "role", "minutes", "needs"}, "a step");
  Plan::Step out;
  out.text = words_at(node, "do", kLongestStep);
  if (out.text.empty()) throw Refusal{line_of(node), "a step does not say what to do", "add 'do'"};
  out.role = words_at(node, "role", kLongestRole);
  if (out.role.empty()) throw Refusal{line_of(node), "a step does not say whose it is", "add 'role'"};
  out.needs = words_at(node, "needs", kLongestNeeds);
  out.within = minutes_at(node);
  for (const Plan::Step& other : before)
    if (other.text == out.text) throw Refusal{line_of(node), "the same step stands here twice", "keep one of them"};
  return out;
}

Plan plan_of(const YAML::Node& document) {
  sigma::check_shape(document);
  only(document, {"v", "id", "title", "for", "steps"}, "a plan");
  if (sigma::text_at(document, "v") != "1")
    throw Refusal{document["v"] ? line_of(document["v"]) : 0, "this version of a plan is not known",
                  "write `v: 1`, or update watchfloor"};
  Plan out;
  out.id = words_at(document, "id", kLongestTitle);
  if (out.id.empty()) throw Refusal{0, "no id", "add 'id', for example door-forced"};
  out.title = words_at(document, "title", kLongestTitle);
  if (out.title.empty()) throw Refusal{0, "no title", "add 'title'"};
  if (const YAML::Node situations = document["for"]; situations && !situations.IsNull()) {
    only(situations, {"rules", "tags", "kinds"}, "'for'");
    out.rules = sigma::texts_at(situations, "rules");
    out.tags = sigma::texts_at(situations, "tags");
    out.kinds = sigma::texts_at(situations, "kinds");
  }
  const YAML::Node steps = document["steps"];
  if (!steps || !steps.IsSequence() || steps.size() == 0)
    throw Refusal{steps ? line_of(steps) : 0, "the plan has no steps", "list them under 'steps'"};
  if (steps.size() > Plan::kMostSteps)
    throw Refusal{line_of(steps),
                  std::to_string(steps.size()) + " steps of at most " + std::to_string(Plan::kMostSteps),
                  "keep what is done in the first hour"};
  for (const YAML::Node& step : steps) out.steps.push_back(step_of(step, out.steps));
  return out;
}

}  // namespace

std::shared_ptr<const Plan> own_steps(const std::vector<std::string>& texts) {
  auto out = std::make_shared<Plan>();
  for (const std::string& text : texts) out->steps.push_back({text, {}, {}, 0});
  return out;
}

std::shared_ptr<const PlanBook> PlanBook::compile(const std::vector<sigma::RuleFile>& files,
                                                  sigma::LoadReport& report) {
  auto book = std::make_shared<PlanBook>();
  // Whole or not at all: half a plan would be worse than none.
  const auto take = [&](Plan plan) {
    for (const auto& [index, keys, what] : {std::tuple(&book->by_id_, std::vector{plan.id}, "plan "),
                                            std::tuple(&book->by_rule_, plan.rules, "plan for rule "),
                                            std::tuple(&book->by_tag_, plan.tags, "plan for tag "),
                                            std::tuple(&book->by_kind_, plan.kinds, "plan for kind ")})
      for (const std::string& key : keys)
        if (const Found other = find(*index, key))
          throw Refusal{0, "there is a " + std::string(what) + "'" + key + "' already in " + other->file,
                        "keep it in one place"};
    const Found made = std::make_shared<const Plan>(std::move(plan));
    book->by_id_.emplace(made->id, made);
    for (const std::string& key : made->rules) book->by_rule_.emplace(key, made);
    for (const std::string& key : made->tags) book->by_tag_.emplace(key, made);
    for (const std::string& key : made->kinds) book->by_kind_.emplace(key, made);
    book->plans_.push_back(made);
    ++report.loaded;
  };
  for (const sigma::RuleFile& file : files) {
    const auto at = [&](int line) { return file.path + ":" + std::to_string(line); };
    try {
      for (const YAML::Node& document : sigma::load_documents(file.text)) {
        if (!document || document.IsNull()) continue;
        try {
          Plan plan = plan_of(document);
          plan.file = at(line_of(document));
          take(std::move(plan));
        } catch (const Refusal& f) {
          sigma::refuse(report, at(f.line > 0 ? f.line : line_of(document)), f.what, f.to_do);
        } catch (const YAML::Exception& e) {
          sigma::refuse(report, at(e.mark.is_null() ? line_of(document) : e.mark.line + 1), "unusable YAML: " + e.msg,
                        "correct the document");
        }
      }
    } catch (const YAML::Exception& e) {
      sigma::refuse(report, at(e.mark.is_null() ? 1 : e.mark.line + 1), "not YAML: " + e.msg, "correct the file");
    }
  }
  return book;
}

PlanBook::Found PlanBook::of(const sigma::RuleInfo& rule, std::string_view kind) const {
  if (const Found named = rule.plan_id.empty() ? nullptr : find(by_id_, rule.plan_id)) return named;
  if (const Found names_it = find(by_rule_, rule.id)) return names_it;
  if (!rule.plan.empty()) return own_steps(rule.plan);
  for (const std::string& tag : rule.tags)
    if (const Found tagged = find(by_tag_, tag)) return tagged;
  return of_kind(kind);
}

std::vector<std::string> PlanBook::missing(const sigma::RuleSet& rules) const {
  std::vector<std::string> out;
  for (const sigma::RuleInfo& rule : rules.rules())
    if (!rule.plan_id.empty() && !find(by_id_, rule.plan_id))
      out.push_back(rule.file + ": there is no plan '" + rule.plan_id +
                    "'; correct the rule's `plan: {id: …}`, or add the plan");
  return out;
}

std::vector<std::string> PlanBook::strangers(const sigma::RuleSet& rules) const {
  std::vector<std::string> out;
  for (const Found& plan : plans_)
    for (const std::string& id : plan->rules)
      if (std::none_of(rules.rules().begin(), rules.rules().end(),
                       [&](const sigma::RuleInfo& rule) { return rule.id == id; }))
        out.push_back(plan->file + ": there is no rule '" + id + "'; correct `for: rules:`");
  return out;
}

}  // namespace wf::fusion
