// An incident follows the conditions that it is about: normal again, back again, restless; and what time makes of it:
// stale, told to the next one.
#include <algorithm>

#include "console/fusion/state.hpp"
#include "console/fusion/timeliness.hpp"

namespace wf::fusion {

bool Fusion::Impl::can_clear(const LiveIncident& live) {
  if (live.conditions.empty() || live.many_conditions || live.draft.life_safety) return false;
  // What gives the incident its name has to be something that can be normal again: a closed door says nothing of a
  // root login.
  return std::any_of(live.alerts.begin(), live.alerts.end(), [&](const AlertShare& s) {
    return s.alert.rule_id == live.draft.rule_id && !s.condition.empty();
  });
}

IncidentState Fusion::Impl::state_at_rest(const LiveIncident& live, IncidentState state) {
  if (state == IncidentState::fresh) state = IncidentState::acknowledged;
  const bool rests = state == IncidentState::acknowledged || state == IncidentState::cleared;
  if (!rests) return state;
  return live.draft.cleared_at != 0 || live.found_clear ? IncidentState::cleared : IncidentState::acknowledged;
}

bool Fusion::Impl::follow_conditions(LiveIncident& live) {
  Incident& d = live.draft;
  if (!d.open()) return false;
  const auto any = [&](auto is) { return std::any_of(live.conditions.begin(), live.conditions.end(), is); };
  d.chattering = any([&](const std::string& key) { return conditions.chatters(key); });
  d.fleeting = !d.chattering && any([&](const std::string& key) { return conditions.flits(key); });
  const bool normal = can_clear(live) && !any([&](const std::string& key) { return conditions.stands(key); });
  if (normal == (d.cleared_at != 0)) return false;
  d.cleared_at = normal ? now : 0;
  if (d.acknowledged_revision != 0 && d.state != IncidentState::shelved) d.state = state_at_rest(live, d.state);
  return true;
}

void Fusion::Impl::conditions_end(const Event& event, const Facts& facts) {
  for (const std::string& key : conditions_ended(event, facts)) {
    const Conditions::Ended ended = conditions.end(key, event.time, policy);
    if (!ended.known) continue;
    cause_ends(key);
    if (!works.empty()) wait_until(now);  // an inhibition by it is over
    for (LiveIncident* live : incidents.of_condition(key)) {
      if (!live->draft.open()) continue;
      if (!live->draft.drill && !live->works)
        for (const AlertShare& s : live->alerts)
          if (s.condition == key) figures.over(s.alert.rule_id, ended.stood);
      if (!follow_conditions(*live)) continue;
      touch(*live, live->aloud(event.time));
      Incident& d = live->draft;
      // What comes and goes all the time would fill the log with it.
      if (!d.chattering && !d.fleeting) log(d, now, "Engine", "Normal again");
      d.last_change = "Normal again";
      if (d.state == IncidentState::shelved && d.shelf_until_clear) leave_shelf(*live, "Normal again: armed again");
    }
  }
}

void Fusion::Impl::leave_shelf(LiveIncident& live, const std::string& why) {
  Incident& d = live.draft;
  touch(live, true);
  d.state = state_at_rest(live, live.before_shelf);
  live.before = d.state;
  d.shelved_until = 0;
  d.shelf_until_clear = false;
  d.shelf_reason.clear();
  begin_steps(live);
  d.last_change = why;
  log(d, now, "Engine", why);
}

void Fusion::Impl::conditions_due() {
  for (const Conditions::Due& due : conditions.due(now, policy)) {
    for (LiveIncident* live : incidents.of_condition(due.key)) {
      Incident& d = live->draft;
      if (!d.open()) continue;
      touch(*live, true);
      const bool restless = d.chattering || d.fleeting;
      follow_conditions(*live);
      if (due.calm && restless && !d.chattering && !d.fleeting) {
        d.last_change = "Calm again";
        log(d, now, "Engine", "Calm again: the next time calls");
      }
      if (due.stands && d.acknowledged_revision != 0 && d.state != IncidentState::shelved) {
        d.last_change = "Stands";
        call_person(*live, "Alarms again: this time it goes on for " + span_in_words(policy.damped_stands));
      }
    }
  }
  if (conditions.next_due() != 0) wait_until(conditions.next_due());
}

void Fusion::Impl::stale_due() {
  while (!stale_at.empty() && stale_at.begin()->first <= now) {
    LiveIncident* live = incidents.find(stale_at.begin()->second);
    stale_at.erase(stale_at.begin());
    if (live == nullptr || !live->draft.open()) continue;
    touch(*live, true);
    live->stale_due = 0;
    live->draft.stale = true;
    figures.became_stale(*live);
    live->draft.last_change = "Stale";
    log(live->draft, now, "Engine", "Stale: open for " + span_in_words(policy.stale_after) + " since the last call");
  }
}

void Fusion::Impl::fresh_again(LiveIncident& live) {
  if (live.stale_due != 0) stale_at.erase({live.stale_due, live.draft.id});
  live.stale_due = now + policy.stale_after;
  stale_at.emplace(live.stale_due, live.draft.id);
  live.draft.stale = false;
  live.escalations = 0;
  live.draft.escalated_to.clear();
}

void Fusion::Impl::escalate_when_due(LiveIncident& live) {
  Incident& d = live.draft;
  if (d.priority < Priority::medium || d.drill) return;
  while (live.escalations < policy.escalate.size()) {
    const Policy::Escalation& step = policy.escalate[live.escalations];
    const UtcNs due = d.respond_by + step.after;
    if (now < due) return wait_until(due);
    touch(live, true);
    ++live.escalations;
    figures.escalated(live);
    d.escalated_to = step.to;
    // To whom is in the log; the row has no room for it.
    d.last_change = "Escalated";
    log(d, now, "Engine",
        "Escalated to " + step.to + ": nobody acknowledged within " + span_in_words(step.after) + " after the target");
  }
}

}  // namespace wf::fusion
