// Alerts into incidents: find the one they belong to, or open one; say why; weigh it again; call a person if it
// became worse than what was acknowledged.
#include <algorithm>

#include "console/fusion/alarmed.hpp"
#include "console/fusion/digest.hpp"
#include "console/fusion/priority.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::size_t kAlertEvents = 64;  ///< event ids that an alert names

std::vector<std::string> place_of(const Estate& estate, const Scene& scene) {
  const Facts& f = scene.facts;
  if (f.site != nullptr && (f.unit != nullptr || f.level != nullptr))
    return estate.place_path(*f.site, f.level == nullptr ? std::string_view{} : std::string_view(f.level->id),
                             f.unit == nullptr ? std::string_view{} : std::string_view(f.unit->id));
  std::vector<std::string> out;
  if (f.site != nullptr) out.push_back(f.site->short_name.empty() ? f.site->name : f.site->short_name);
  if (scene.digest->domain == Domain::network) out.emplace_back("Network");
  for (const EntityRef& e : scene.digest->entities)
    if (e.kind == EntityKind::door || e.kind == EntityKind::reader || e.kind == EntityKind::camera ||
        e.kind == EntityKind::host || e.kind == EntityKind::zone) {
      out.push_back(e.name);
      break;
    }
  if (out.empty()) out.push_back(scene.event.agent.empty() ? "Unknown place" : one_line(scene.event.agent, 40));
  return out;
}

void append(std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; }

/// What hangs behind something may be explained by it (causes.cpp), which says more than that it came in a flood.
bool hangs_behind(const Behind& behind, const Digest& digest) {
  const ConditionParts parts = parts_of(digest.condition);
  return condition_explains("offline", parts.what) && !behind.chain(parts).empty();
}

std::string speaks(std::size_t domain) {
  return domain == 0 ? "doors speak now" : domain == 1 ? "cameras speak now" : "the network speaks now";
}

}  // namespace

void Fusion::Impl::take_alert(const sigma::RuleInfo& rule, const sigma::Match& match, const Scene& scene,
                              Changes& changes) {
  Alarmed a;
  a.rule_id = rule.id.empty() ? rule.title : rule.id;
  a.rule_title = rule.title;
  a.description = rule.description;
  a.level = rule.level;
  a.life_safety = rule.life_safety;
  a.correlation = rule.correlation;
  a.confirm = rule.would_confirm;
  a.refute = rule.would_refute;
  a.plan = plan_for(rule, scene.event.kind);
  a.join = rule.join;
  a.expect = &rule.expect;
  a.time = match.time;
  // What nothing followed is about the event itself: a camera that stayed away is back once it is.
  if (!rule.correlation || (policy.judging > 0 && match.absent && Tickets::is_fault(scene.digest->condition)))
    a.condition = scene.digest->condition;
  a.events = std::max<std::size_t>(1, match.event_ids.size());
  if (rule.correlation)
    for (const std::string& id : match.event_ids)
      if (Remembered d = id == scene.event.id ? nullptr : recall.find(id); d) a.parts.push_back(std::move(d));
  // What presence found stands on earlier badges: they belong to it.
  for (const Field& f : scene.event.fields)
    if (!rule.correlation && f.name == "presence.evidence")
      if (Remembered d = recall.find(f.value); d && d != scene.digest) a.parts.push_back(std::move(d));
  a.parts.push_back(scene.digest);
  a.find_links();
  a.title =
      rule.title_template.empty() ? std::string() : fill_title(rule.title_template, scene.event, scene.facts, a.events);
  if (a.title.empty()) a.title = rule.title;
  weave(a, scene, changes);
}

void Fusion::Impl::take_device_alarm(const Scene& scene, Changes& changes) {
  Alarmed a;
  a.rule_id = "device:" + scene.event.kind;
  a.rule_title = scene.digest->once;
  a.description = "The device itself reports this. No rule speaks of it, and life safety waits for none.";
  a.title = scene.digest->once;
  a.level = Priority::critical;
  a.life_safety = true;
  a.plan = plans->of_kind(scene.event.kind);
  a.time = scene.event.time;
  a.parts.push_back(scene.digest);
  a.find_links();
  weave(a, scene, changes);
}

LiveIncident* Fusion::Impl::incident_of(const Remembered& event) {
  if (LiveIncident* l = incidents.home_of(event->event_id); l != nullptr) return l;
  LiveIncident* l = event->home == 0 ? nullptr : incidents.find(event->home);
  while (l != nullptr && l->merged_into != 0) l = incidents.find(l->merged_into);
  return l;
}

LiveIncident* Fusion::Impl::home_for(const Alarmed& a, bool drill) {
  // Life safety is never folded, so an incident that is full of lines takes no more of it: the next one opens.
  const auto open_to_it = [&](const LiveIncident& l) {
    return l.draft.open() && !l.works && l.draft.drill == drill &&
           (!a.life_safety || l.lines.size() < Incidents::kMostLines);
  };
  LiveIncident* best = nullptr;
  // A correlation belongs where its events already are: the most urgent of them, then the oldest.
  for (const Remembered& part : a.parts) {
    LiveIncident* l = incident_of(part);
    if (l == nullptr || !open_to_it(*l)) continue;
    if (best == nullptr || l->draft.priority > best->draft.priority ||
        (l->draft.priority == best->draft.priority && l->draft.id < best->draft.id))
      best = l;
  }
  if (best != nullptr) return best;
  // What comes again at the same point is a repeat of the row that is there, however long ago it was.
  if (!a.condition.empty() && !a.life_safety)
    for (LiveIncident* l : incidents.of_condition(a.condition))
      if (open_to_it(*l) && a.time - l->draft.last <= policy.repeat_window &&
          std::any_of(l->alerts.begin(), l->alerts.end(),
                      [&](const AlertShare& s) { return s.condition == a.condition && s.alert.rule_id == a.rule_id; }))
        return l;
  int most = 0;
  for (LiveIncident* l : incidents.near(a.links)) {
    const std::int64_t gap = l->gap_to(a.time);
    if (!open_to_it(*l) || gap > policy.join_window || split_off(*l, a.links)) continue;
    const int points = score(weights, a.links, l->ties, gap, policy.join_window).points;
    if (points < weights.enough) continue;
    if (best == nullptr || points > most || (points == most && l->draft.priority > best->draft.priority)) {
      best = l;
      most = points;
    }
  }
  return best;
}

bool Fusion::Impl::split_off(const LiveIncident& live, const std::vector<Link>& links) const {
  if (live.left.empty()) return false;
  const int own = score(weights, links, live.ties, 0, 0).points;
  return std::any_of(live.left.begin(), live.left.end(),
                     [&](const auto& part) { return score(weights, links, part.second, 0, 0).points > own; });
}

/// The alert as the incident has it: the one of the same rule and like events with one more repeat, or a new one.
std::uint64_t Fusion::Impl::count_alert(LiveIncident& live, const Alarmed& a, const Scene& scene, bool& repeat) {
  const Digest& d = *scene.digest;
  const std::string fold = a.rule_id + '\n' + (a.correlation ? std::string() : d.fold);
  repeat = false;
  if (!a.life_safety)
    for (AlertShare& s : live.alerts) {
      if (s.fold != fold) continue;
      repeat = true;
      ++s.alert.repeats;
      s.alert.time = std::max(s.alert.time, a.time);
      if (s.alert.event_ids.size() < kAlertEvents) s.alert.event_ids.push_back(d.event_id);
      if (!a.correlation || a.events > s.events) s.title = a.title;  // a count in it follows
      s.events = std::max(s.events, a.events);
      return s.alert.id;
    }
  AlertShare s;
  s.alert.id = next_alert++;
  s.alert.rule_id = a.rule_id;
  s.alert.rule_title = a.rule_title;
  s.alert.priority = a.level;
  s.alert.life_safety = a.life_safety;
  s.alert.late = d.late;
  s.alert.time = a.time;
  std::uint8_t criticality = 1;
  for (const Remembered& p : a.parts) {
    criticality = std::max(criticality, p->criticality);
    if (s.alert.event_ids.size() < kAlertEvents) s.alert.event_ids.push_back(p->event_id);
    for (const EntityRef& e : p->entities)
      if (s.alert.entities.size() < Incidents::kMostEntities) add_once(s.alert.entities, e);
  }
  s.points = alert_points(a.level, criticality);
  s.correlation = a.correlation;
  s.condition = a.condition;
  s.fold = fold;
  s.events = a.events;
  s.title = a.title;
  s.description = a.description;
  s.confirm = a.confirm;
  s.refute = a.refute;
  s.plan = a.plan;
  s.place = place_of(*estate, scene);
  s.site_id = d.site_id;
  s.level_id = d.level_id;
  s.unit_id = d.unit_id;
  const std::uint64_t id = s.alert.id;
  if (live.alerts.size() < Incidents::kMostAlerts || a.life_safety)
    live.alerts.push_back(std::move(s));
  else
    weakest_alert(live) = std::move(s);  // full: the strongest names the incident, so the weakest makes room
  return id;
}

/// Lines for what is not in the incident yet, and for what was only context until now. Returns the event that the
/// completing event's line is known by; `unseen`: it took in an incident that nobody has acknowledged.
std::string Fusion::Impl::put_parts(LiveIncident& live, const Alarmed& a, const Scene& scene, std::uint64_t alert,
                                    bool& unseen) {
  std::string completing;
  for (const Remembered& p : a.parts) {
    LiveIncident* there = incident_of(p);
    if (there != nullptr && there->works) there = nullptr;  // kept back there, and part of this too
    // Split by a person: it stays where it is, also when that is over.
    if (there != nullptr && there != &live && incidents.kept_apart(there->draft.id, live.draft.id)) continue;
    if (there != nullptr && there != &live && there->draft.open()) {
      if (there->draft.drill != live.draft.drill) continue;
      unseen = unseen || there->draft.needs_acknowledgement();
      absorb(live, *there, "Engine");
      there = &live;
    }
    const std::vector<Link> links = a.ties_of(*p);
    Line* line = nullptr;
    if (there == &live)
      for (Line& l : live.lines)
        if (l.shown.event_id == p->event_id || (!a.life_safety && !p->fold.empty() && l.fold == p->fold)) line = &l;
    if (line != nullptr && line->context) {
      line->context = false;
      line->shown.effect = "confirms";
      line->shown.priority = live.draft.priority;
      incidents.note_entities(live, *line);
      live.tie_time(p->time);
    }
    if (line == nullptr && there != &live) {
      Joining joining;
      if (!live.lines.empty()) {
        const std::int64_t apart = live.gap_to(p->time);
        joining = joining_by(score(weights, links, live.ties, apart, policy.join_window), *p, live, apart);
      }
      if (!live.lines.empty() && a.in_flood) joining = {"same area, in a flood", {.how = JoinLink::How::flood}};
      const bool lone = a.life_safety && p == scene.digest && !p->life_safety;
      line = &put_line(live,
                       lone                         ? a.alone(p)
                       : a.sweep && !p->life_safety ? a.coarse(p, links)
                                                    : p,
                       false, std::move(joining));
      p->home = live.draft.id;
    }
    if (line == nullptr) continue;
    line->kept = 0;  // it speaks for itself now
    if (line->alerts.size() < kFewParts) add_once(line->alerts, alert);
    for (const Link& l : links)
      if (line->links.size() < Incidents::kMostEntities) add_once(line->links, l);
    incidents.tie(live, links);
    if (p == scene.digest) completing = line->shown.event_id;
  }
  return completing;
}

std::uint64_t Fusion::Impl::count_kept(LiveIncident& live, const Alarmed& a, const Scene& scene, const Work& work) {
  bool repeat = false;
  const std::uint64_t id = count_alert(live, a, scene, repeat);
  // An inhibited symptom never outweighs its cause; a row of works is weighed when they end and it still stands.
  if (!live.works && !repeat)
    for (AlertShare& s : live.alerts)
      if (s.alert.id == id) s.kept = work.number;
  return id;
}

/// The zone and the kind of source; where nobody knows a zone, whose word it is.
std::string Fusion::Impl::area_of(const Scene& scene) {
  const std::string domain = std::to_string(static_cast<int>(scene.digest->domain)) + ' ';
  if (!scene.digest->unit_id.empty()) return domain + "zone " + scene.digest->unit_id;
  if (const std::string_view zone = scene.event.field("zone.id"); !zone.empty())
    return domain + "zone " + one_line(zone, 96);
  return domain + "agent " + one_line(scene.event.agent, 96);
}

LiveIncident* Fusion::Impl::flood_row(const std::string& area) {
  const auto it = flood_rows.find(area);
  if (it == flood_rows.end()) return nullptr;
  LiveIncident* live = incidents.find(it->second);
  while (live != nullptr && live->merged_into != 0) live = incidents.find(live->merged_into);
  const bool takes = live != nullptr && live->draft.open() && !live->works && !live->draft.life_safety &&
                     live->lines.size() < Incidents::kMostLines;
  return takes ? live : nullptr;
}

void Fusion::Impl::weave(Alarmed& a, const Scene& scene, Changes& changes) {
  Work* work = work_for(scene);
  if (work == nullptr && !a.life_safety) work = standing_inhibition(a.rule_id, scene);
  if (work != nullptr && !a.life_safety) return keep_back(*work, a, scene, changes);
  if (const Down* const down = cause_of(a, *scene.digest); down != nullptr)
    return take_symptom(*down, a, scene, changes);
  LiveIncident* home = home_for(a, scene.digest->drill);
  std::string area;  // where a flood's rows collapse
  if (home == nullptr && policy.judging > 0 && alarms.flood() && !a.life_safety && a.level <= Priority::medium &&
      !scene.digest->drill && !hangs_behind(behind, *scene.digest)) {
    area = area_of(scene);
    home = flood_row(area);
    a.in_flood = home != nullptr;
  }
  const bool opened = home == nullptr;
  if (opened) {
    home = &incidents.open(now);
    home->draft.revision = 0;
    home->draft.drill = scene.digest->drill;
    home->draft.late = scene.digest->late;
  }
  LiveIncident& live = *home;
  Incident& draft = live.draft;
  const std::array<bool, 3> domains = draft.domains;
  const Priority priority = draft.priority;
  const bool life = draft.life_safety;
  touch(live, false);
  bool repeat = false, unseen = false;
  // Long over, though the row has more that is not normal: it is no part of what was seen any more.
  const bool long_ago = !opened && live.gap_to(a.time) > policy.join_window;
  draft.late = draft.late && scene.digest->late;
  const std::uint64_t alert = count_alert(live, a, scene, repeat);
  for (AlertShare& s : live.alerts)
    if (s.alert.id == alert) s.kept = 0;  // nothing keeps it back any more
  if (a.expect != nullptr && !a.expect->empty())
    for (AlertShare& s : live.alerts)
      if (s.alert.id == alert) expect(live, s, *a.expect, scene, a.time);
  if (repeat && !draft.drill) figures.repeated(a.rule_id);
  const std::string completing = put_parts(live, a, scene, alert, unseen);
  if (work != nullptr) draft.in_test = draft.in_test || work->kind == Work::Kind::test;
  weigh(live);
  // An alert of several events began what the last of them began.
  Conditions::Begun begun;
  const std::string& condition = scene.digest->condition;
  const bool was_normal = draft.cleared_at != 0;
  if (!condition.empty()) {
    begun = conditions.begin(condition, scene.digest->time, now, policy);
    if (begun.damped()) wait_until(conditions.next_due());
    if (begun.gap > 0 && !draft.drill) figures.back(a.rule_id, begun.gap);
  }
  follow_conditions(live);
  const bool raised = draft.priority > priority;
  std::string newest = a.rule_title, in_brief = a.rule_title;
  for (Line& l : live.lines) {
    if (opened && !l.context) l.shown.priority = draft.priority;
    if (l.shown.event_id != completing) continue;
    newest = l.shown.text;
    in_brief = l.brief;
    if (opened || !raised) continue;
    if (l.shown.effect != "opens") l.shown.effect = "raises";
    l.shown.changed_priority = true;
    l.shown.priority = draft.priority;
  }
  if (opened) {
    Line& first = *std::find_if(live.lines.begin(), live.lines.end(), [](const Line& l) { return !l.context; });
    first.shown.effect = "opens";
    first.shown.joined_by.clear();
    first.shown.link = {};
    first.shown.changed_priority = true;
  }
  draft.last_change = in_brief;
  if (!repeat) add_context(live, a.parts, a.links);
  list_evidence(live);
  if (a.expect != nullptr && !a.expect->empty()) look_out(live);

  std::string worse;
  if (!opened) {
    for (std::size_t i = 0; i < domains.size(); ++i)
      if (draft.domains[i] && !domains[i]) append(worse, speaks(i));
    if (raised) append(worse, "priority rose to " + std::string(name_of(draft.priority)));
    if (a.life_safety) append(worse, life ? "life safety again" : "life safety");
    if (unseen && worse.empty()) worse = "an unacknowledged incident belongs to it";
  }
  // It was seen, it was over, and it is here again; unless it comes and goes all the time.
  if ((was_normal || long_ago) && begun.anew && worse.empty() && draft.acknowledged_revision != 0 &&
      draft.state != IncidentState::shelved) {
    if (!begun.damped()) {
      append(worse, "it was normal and is back");
    } else {
      conditions.stands_long_at(condition, now + policy.damped_stands);
      wait_until(now + policy.damped_stands);
    }
  }
  // The same for what a guard had cleared.
  if (live.found_clear && worse.empty() && !begun.damped() &&
      a.time > draft.dispatch.at(Dispatch::Step::cleared).time && draft.acknowledged_revision != 0 &&
      draft.state != IncidentState::shelved)
    append(worse, "it was cleared and goes on");
  if (begun.newly) {
    if (begun.chattering)
      figures.became_chattering(live);
    else
      figures.became_fleeting(live);
    draft.last_change = begun.chattering ? "Chattering" : "Fleeting";
    log(draft, now, "Engine",
        begun.chattering ? "Chattering: counted, calls again when it is calm or goes on"
                         : "Fleeting each time: counted, calls again when it is calm or goes on");
  }
  const bool aloud = live.aloud(scene.digest->time);
  if (aloud || opened || begun.newly || !worse.empty()) touch(live, true);
  if (opened) {
    call_person(live, "Opened by “" + a.rule_title + "”");
    if (!area.empty() && draft.priority <= Priority::medium) {
      flood_rows[area] = draft.id;
      log(draft, now, "Engine", "A flood runs: more of low and medium priority from here becomes a line of this row");
    }
  } else if (!worse.empty()) {
    worsened(live, worse, newest);
  }
  if (!condition.empty()) begin_cause(live, *scene.digest);
  if (aloud || !repeat)
    for (const AlertShare& s : live.alerts)
      if (s.alert.id == alert) changes.alerts.push_back(s.alert);
}

void Fusion::Impl::worsened(LiveIncident& live, const std::string& worse, const std::string& newest) {
  Incident& draft = live.draft;
  if (draft.acknowledged_revision != 0 || draft.state == IncidentState::shelved)
    return call_person(live, "Alarms again: " + worse + " (" + newest + ")");
  // Nobody has acknowledged yet; what they will see is this, and the target may have become shorter.
  live.alarm_revision = draft.revision;
  draft.respond_by = std::min(draft.respond_by, now + response_target(policy, draft.priority));
  wait_until(draft.respond_by);
  log(draft, now, "Engine", "Worse: " + worse);
}

}  // namespace wf::fusion
