// What an incident amounts to: priority, title and place of its strongest alert, evidence, plan; and two incidents
// that become one.
#include <algorithm>

#include "console/fusion/priority.hpp"
#include "console/fusion/state.hpp"

namespace wf::fusion {
namespace {

constexpr std::size_t kEvidence = 4;  ///< of each role
constexpr std::size_t kMissing = 2;
constexpr std::size_t kExpected = 6;  ///< by rules, of both roles

bool stronger(const AlertShare& a, const AlertShare& b) {
  if (a.alert.life_safety != b.alert.life_safety) return a.alert.life_safety;
  if ((a.kept == 0) != (b.kept == 0)) return a.kept == 0;
  if (a.points != b.points) return a.points > b.points;
  if (a.correlation != b.correlation) return a.correlation;
  return a.alert.id < b.alert.id;
}

/// The strongest alert of each rule, strongest first.
std::vector<const AlertShare*> by_strength(const std::vector<AlertShare>& alerts) {
  std::vector<const AlertShare*> out;
  for (const AlertShare& s : alerts) {
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const AlertShare* o) { return o->alert.rule_id == s.alert.rule_id; });
    if (same == out.end())
      out.push_back(&s);
    else if (stronger(s, **same))
      *same = &s;
  }
  std::stable_sort(out.begin(), out.end(), [](const AlertShare* a, const AlertShare* b) { return stronger(*a, *b); });
  return out;
}

void add_evidence(Incident& d, Evidence::Role role, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const auto same = std::count_if(d.evidence.begin(), d.evidence.end(), [&](const Evidence& e) {
      return e.role == role && e.state == Evidence::State::said;
    });
    const bool known =
        std::any_of(d.evidence.begin(), d.evidence.end(), [&](const Evidence& e) { return e.text == text; });
    if (!known && static_cast<std::size_t>(same) < kEvidence) d.evidence.push_back({role, text});
  }
}

}  // namespace

AlertShare& weakest_alert(LiveIncident& live) {
  return *std::max_element(live.alerts.begin(), live.alerts.end(), stronger);
}

void Fusion::Impl::weigh(LiveIncident& live) {
  Incident& d = live.draft;
  d.domains = {};
  for (const Line& l : live.lines)
    if (!l.context && !l.kept && l.shown.kind != "call" && l.shown.kind != "panic")
      d.domains[static_cast<std::size_t>(l.shown.domain)] = true;
  const std::vector<const AlertShare*> order = by_strength(live.alerts);
  if (order.empty()) return;
  int points = 0;
  for (const AlertShare* s : order) {
    d.life_safety = d.life_safety || s->alert.life_safety;
    if (s->kept == 0) points = std::max(points, s->points);
  }
  // A row stands for all that its cause explains: it is as urgent as the most urgent of them.
  for (const Symptom& symptom : live.symptoms)
    for (const AlertShare& s : symptom.alerts) points = std::max(points, s.points);
  d.priority = std::max(d.priority, incident_priority(points, d.domains, d.life_safety));
  const AlertShare& best = *order.front();
  const bool leads_anew = d.rule_id != best.alert.rule_id;
  d.title = best.title;
  d.rule_id = best.alert.rule_id;
  d.rule_title = best.alert.rule_title;
  d.rule_description = best.description;
  d.place = best.place;
  d.site_id = best.site_id;
  d.level_id = best.level_id;
  d.unit_id = best.unit_id;
  list_evidence(live);
  renew_plan(live, order, leads_anew);
}

void Fusion::Impl::list_evidence(LiveIncident& live) const {
  Incident& d = live.draft;
  if (live.works) return;  // of a test: what was never tested
  d.evidence.clear();
  const std::vector<const AlertShare*> order = by_strength(live.alerts);
  // What the engine looks for first: it tells more than a wish.
  for (const AlertShare* s : order)
    for (const Expected& e : s->expected) {
      const auto same = std::find_if(d.evidence.begin(), d.evidence.end(), [&](const Evidence& o) {
        return o.role == e.shown.role && o.text == e.shown.text && o.sources == e.shown.sources;
      });
      if (same != d.evidence.end()) {
        if (e.shown.state == Evidence::State::came && same->state != Evidence::State::came) *same = e.shown;
      } else if (d.evidence.size() < kExpected) {
        d.evidence.push_back(e.shown);
      }
    }
  for (const AlertShare* s : order) add_evidence(d, Evidence::Role::would_confirm, s->confirm);
  for (const AlertShare* s : order) add_evidence(d, Evidence::Role::would_refute, s->refute);
  missing_evidence(live);
}

void Fusion::Impl::missing_evidence(LiveIncident& live) const {
  Incident& d = live.draft;
  std::erase_if(d.evidence, [](const Evidence& e) { return e.role == Evidence::Role::missing; });
  if (cameras_at.empty()) return;
  std::vector<std::string> places;  // doors and the zones behind them that the incident speaks of
  for (const Line& line : live.lines)
    if (!line.context && line.shown.domain == Domain::door && !line.shown.device_id.empty())
      for (const std::string& at : {line.shown.device_id, line.shown.unit_id})
        if (std::find(places.begin(), places.end(), at) == places.end()) places.push_back(at);
  std::vector<const Device*> cameras;
  for (const std::string& at : places)
    if (const auto it = cameras_at.find(at); it != cameras_at.end())
      for (const Device* camera : it->second)
        if (std::find(cameras.begin(), cameras.end(), camera) == cameras.end()) cameras.push_back(camera);
  std::size_t missing = 0;
  for (const Device* camera : cameras) {
    if (missing >= kMissing) return;
    // What a rule expects of it says more.
    if (std::any_of(d.evidence.begin(), d.evidence.end(), [&](const Evidence& e) {
          return std::find(e.sources.begin(), e.sources.end(), camera->id) != e.sources.end();
        }))
      continue;
    const auto state = devices.all().find(camera->id);
    const bool blind =
        state != devices.all().end() && (state->second.state == "covered" || state->second.state == "offline");
    // It may have seen something that is not part of this incident; then "nothing" would be untrue.
    const bool spoke = (state != devices.all().end() &&
                        std::any_of(state->second.recent.begin(), state->second.recent.end(),
                                    [&](const DeviceState::Line& l) { return l.time >= live.tied_first - kMinute; })) ||
                       std::any_of(live.lines.begin(), live.lines.end(),
                                   [&](const Line& l) { return l.shown.device_id == camera->id; });
    if (spoke && !blind) continue;
    const std::string deaf = blind ? std::string() : liveness.why_deaf(camera->id, live.tied_first, now, policy);
    d.evidence.push_back(
        {Evidence::Role::missing, blind          ? "Picture of " + camera->id + ": " + state->second.state
                                  : deaf.empty() ? "Nothing seen by " + camera->id + ", which watches there"
                                                 : "Not known: " + camera->id + ", which watches there, " + deaf});
    ++missing;
  }
}

void Fusion::Impl::recount(LiveIncident& live) {
  Incident& d = live.draft;
  d.event_count = 0;
  d.per_minute.clear();
  d.first = d.last = live.tied_first = live.tied_last = 0;
  bool opened = false;
  for (Line& line : live.lines) {
    d.event_count += line.shown.repeats;
    count_minute(d, line.shown.time, line.shown.repeats);
    d.first = d.first == 0 ? line.shown.time : std::min(d.first, line.shown.time);
    d.last = std::max(d.last, line.last);
    if (line.context) continue;
    live.tie_time(line.shown.time);
    live.tie_time(line.last);
    if (!opened) {
      line.shown.effect = "opens";
      line.shown.joined_by.clear();
      line.shown.link = {};
      opened = true;
    }
  }
  for (const Symptom& symptom : live.symptoms) {
    const Line& line = symptom.lines.front();
    d.event_count += line.shown.repeats;
    count_minute(d, line.shown.time, line.shown.repeats);
    d.last = std::max(d.last, line.last);
  }
  // Split by a person: both parts are weighed for themselves, so each may be less urgent than the whole was.
  d.priority = Priority::low;
  d.life_safety = false;
  incidents.tie_again(live);
  weigh(live);
}

void Fusion::Impl::absorb(LiveIncident& into, LiveIncident& from, const std::string& actor) {
  Incident& a = into.draft;
  Incident& b = from.draft;
  touch(into, true);
  touch(from, true);
  a.late = a.late && b.late;
  incidents.hand_on_apart(into, from, actor != "Engine");
  for (const Line& line : from.lines) {
    auto at = into.lines.end();
    while (at != into.lines.begin() && std::prev(at)->shown.time > line.shown.time) --at;
    Line moved = line;
    if (moved.shown.effect == "opens") moved.shown.effect = "confirms";
    if (moved.shown.joined_by.empty()) {
      moved.shown.joined_by = "merged from " + incident_name(b.id);
      moved.shown.link = {};
      moved.shown.link.how = JoinLink::How::merged;
      moved.shown.link.incident = b.id;
      if (actor != "Engine") moved.shown.link.actor = actor;
    }
    into.lines.insert(at, std::move(moved));
  }
  into.alerts.insert(into.alerts.end(), from.alerts.begin(), from.alerts.end());
  into.many_conditions = into.many_conditions || from.many_conditions;
  take_symptoms(into, from);
  for (auto& [condition, down] : downs)
    if (down.incident == b.id) down.incident = a.id;
  a.event_count += b.event_count;
  for (const auto& [minute, n] : b.per_minute) count_minute(a, minute * kMinute, n);
  a.first = std::min(a.first, b.first);
  a.last = std::max(a.last, b.last);
  into.tie_time(from.tied_first);
  into.tie_time(from.tied_last);
  a.priority = std::max(a.priority, b.priority);
  hand_dispatch(into, from);
  b.state = IncidentState::resolved;
  b.respond_by = 0;
  b.last_change = "Merged into " + incident_name(a.id);
  log(b, now, actor, b.last_change);
  from.merged_into = a.id;
  close(from);
  incidents.tie_again(into);
  take_steps(into, from);
  list_inhibited(into);
  weigh(into);
  look_out(into);
  follow_conditions(into);
  a.last_change = "Took in " + incident_name(b.id);
  log(a, now, actor, a.last_change + ": " + b.title);
}

}  // namespace wf::fusion
