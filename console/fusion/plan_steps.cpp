// What there is to do about an incident: the steps of its plans, their times, and what people say of them.
#include <algorithm>

#include "console/fusion/plans.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

// Lists that rules bring themselves were cut at eight, and a log of then gives the steps of then.
constexpr std::size_t kOwnSteps = 8, kPlanSteps = 12;

PlanStep step_of(const Plan::Step& from) {
  PlanStep out;
  out.text = from.text;
  out.role = from.role;
  out.needs = from.needs;
  out.within = from.within;
  return out;
}

bool has_step(const std::vector<PlanStep>& steps, const std::string& text) {
  return std::any_of(steps.begin(), steps.end(), [&](const PlanStep& step) { return step.text == text; });
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

}  // namespace

std::shared_ptr<const Plan> Fusion::Impl::plan_for(const sigma::RuleInfo& rule, std::string_view kind) const {
  return plans->of(rule, kind);
}

/// A step that is done, or stands already, keeps its place and its name; new ones follow. When another rule comes to
/// lead, the open steps stand anew behind those that are done, the leading rule's first.
void Fusion::Impl::renew_plan(LiveIncident& live, const std::vector<const AlertShare*>& order, bool anew) {
  Incident& d = live.draft;
  const std::vector<PlanStep> before = d.plan;
  const auto wanted = [&](const PlanStep& step) {
    return std::any_of(order.begin(), order.end(), [&](const AlertShare* s) {
      return s->plan != nullptr && std::any_of(s->plan->steps.begin(), s->plan->steps.end(),
                                               [&](const Plan::Step& one) { return one.text == step.text; });
    });
  };
  std::erase_if(d.plan, [&](const PlanStep& step) { return !step.settled() && (anew || !wanted(step)); });
  const Plan* leading = nullptr;
  std::size_t most = kOwnSteps;
  for (const AlertShare* s : order) {
    if (s->plan == nullptr) continue;
    if (leading == nullptr) leading = s->plan.get();
    if (!s->plan->id.empty()) most = kPlanSteps;
  }
  for (const AlertShare* s : order) {
    if (s->plan == nullptr) continue;
    // A plan that leads is whole, however much is done already.
    const bool whole = s->plan.get() == leading && !leading->id.empty();
    for (const Plan::Step& one : s->plan->steps) {
      if ((!whole && d.plan.size() >= most) || has_step(d.plan, one.text)) continue;
      PlanStep& step = d.plan.emplace_back(step_of(one));
      const auto was = std::find_if(before.begin(), before.end(),
                                    [&](const PlanStep& o) { return o.text == step.text && o.within == step.within; });
      if (was != before.end()) {
        step.due = was->due;
        step.overdue = was->overdue;
      } else if (step.within != 0 && !live.works && d.state != IncidentState::shelved) {
        step.due = now + step.within;
      }
      if (step.due != 0 && !step.overdue) wait_until(step.due);
    }
  }
  d.plan_id = leading == nullptr ? std::string() : leading->id;
  d.plan_title = leading == nullptr ? std::string() : leading->title;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (i >= d.plan.size() || d.plan[i].text != before[i].text) {
      live.plan_revision = d.revision;
      return;
    }
}

void Fusion::Impl::begin_steps(LiveIncident& live) {
  for (PlanStep& step : live.draft.plan) {
    if (step.settled() || step.within == 0) continue;
    step.due = now + step.within;
    step.overdue = false;
    wait_until(step.due);
  }
}

void Fusion::Impl::hold_steps(LiveIncident& live) {
  for (PlanStep& step : live.draft.plan)
    if (!step.settled()) {
      step.due = 0;
      step.overdue = false;
    }
}

void Fusion::Impl::steps_due(LiveIncident& live) {
  Incident& d = live.draft;
  for (PlanStep& step : d.plan) {
    if (step.settled() || step.due == 0 || step.overdue) continue;
    if (now < step.due) {
      wait_until(step.due);
      continue;
    }
    touch(live, true);
    step.overdue = true;
    d.last_change = "Step overdue";
    log(d, now, "Engine",
        "Overdue, not done within " + span_in_words(step.within) + ": " + step.text +
            (step.role.empty() ? std::string() : " (" + step.role + ")"));
  }
}

void Fusion::Impl::take_steps(LiveIncident& into, const LiveIncident& from) {
  if (from.draft.plan_id.empty()) return;  // a list of a rule's own stays as it always did
  for (const PlanStep& step : from.draft.plan) {
    if (!step.settled()) continue;
    const auto same = std::find_if(into.draft.plan.begin(), into.draft.plan.end(),
                                   [&](const PlanStep& o) { return o.text == step.text; });
    if (same == into.draft.plan.end())
      into.draft.plan.push_back(step);
    else if (!same->settled())
      *same = step;
  }
  if (into.draft.skips_told.empty()) into.draft.skips_told = from.draft.skips_told;
}

std::optional<std::string> Fusion::Impl::change_step(LiveIncident& live, const Command& c, std::uint32_t revision,
                                                     std::string& done) {
  Incident& d = live.draft;
  const std::string name = incident_name(d.id);
  const bool skips = c.kind == CommandKind::skip_step;
  if (skips && c.action == "seen") return see_skipped(live, c, done);
  if (skips && !c.action.empty()) return "A step cannot be skipped like this: " + one_line(c.action, 40);
  if (revision != 0 && revision < live.plan_revision)
    return "The plan of " + name + " changed after what you saw; look again";
  if (c.step >= d.plan.size()) return name + " has no step " + std::to_string(c.step + 1);
  PlanStep& step = d.plan[c.step];
  const bool undo = !skips && c.text == "undo";
  if (step.done && !undo) return "That step is done already, by " + step.actor;
  if (step.skipped && skips) return "That step is skipped already, by " + step.actor;
  if (!step.settled() && undo) return std::string("That step is not done");
  if (skips && is_blank(c.text)) return std::string("Skipping a step needs a reason");
  touch(live, true);
  std::string said;
  if (undo)
    said = step.done ? "Not done after all: " : "Not skipped after all: ";
  else
    said = skips ? "Skipped: " : "Done: ";
  said += step.text;
  step.done = !undo && !skips;
  step.skipped = skips;
  step.actor = step.settled() ? c.actor : std::string();
  step.time = step.settled() ? c.time : 0;
  step.reason = skips ? one_line(c.text, 200) : std::string();
  if (skips) said += ", because: " + step.reason;
  if (undo && step.within != 0 && !step.overdue && d.state != IncidentState::shelved) {
    if (step.due == 0) step.due = now + step.within;
    wait_until(step.due);
  }
  d.last_change = skips ? "Step skipped" : said;
  log(d, c.time, c.actor, said);
  done = name + ": " + said;
  if (skips) tell_skipped(d, c);
  if (!skips && std::none_of(d.plan.begin(), d.plan.end(), [](const PlanStep& s) { return s.skipped; }))
    d.skips_told.clear();
  return std::nullopt;
}

void Fusion::Impl::steps_left(Incident& d) const {
  const auto left = std::count_if(d.plan.begin(), d.plan.end(), [](const PlanStep& s) { return !s.settled(); });
  if (d.plan_id.empty() || left == 0) return;
  log(d, now, "Engine", std::to_string(left) + (left == 1 ? " step" : " steps") + " of the plan left open");
}

void Fusion::Impl::tell_skipped(Incident& d, const Command& c) {
  // Whoever would be told has done it.
  if (policy.skips_to.empty() || is_among({policy.skips_to}, c.role)) return;
  d.skips_told = policy.skips_to;
  log(d, now, "Engine", policy.skips_to + " told: a step was skipped");
}

std::optional<std::string> Fusion::Impl::see_skipped(LiveIncident& live, const Command& c, std::string& done) {
  Incident& d = live.draft;
  if (d.skips_told.empty()) return "No skipped step of " + incident_name(d.id) + " waits to be seen";
  if (!is_among({d.skips_told}, c.role) && !is_among(policy.maintenance_roles, c.role))
    return "The role " + one_line(c.role.empty() ? "of nobody" : c.role, 40) + " was not told; " + d.skips_told +
           " was";
  touch(live, true);
  d.skips_told.clear();
  d.last_change = "Skipped step seen";
  log(d, c.time, c.actor, d.last_change);
  done = incident_name(d.id) + ": " + d.last_change;
  return std::nullopt;
}

}  // namespace wf::fusion
