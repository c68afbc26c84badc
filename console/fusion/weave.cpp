// Alerts into incidents: find the one they belong to, or open one; say why; weigh it again; call a person if it
// became worse than what was acknowledged.
#include <algorithm>

#include "console/fusion/digest.hpp"
#include "console/fusion/priority.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::size_t kFewParts = 8;      ///< events that a correlation adds one by one
constexpr std::size_t kAlertEvents = 64;  ///< event ids that an alert names

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

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

std::string speaks(std::size_t domain) {
  return domain == 0 ? "doors speak now" : domain == 1 ? "cameras speak now" : "the network speaks now";
}

}  // namespace

/// An alert on its way into an incident.
struct Fusion::Impl::Alarmed {
  std::string rule_id, rule_title, description, title;
  Priority level = Priority::low;
  bool life_safety = false, correlation = false;
  std::vector<std::string> confirm, refute, plan, join;
  std::vector<Remembered> parts;  ///< by time; the completing event is among them
  std::size_t events = 1;
  UtcNs time = 0;
  /// A sweep over many things is one cause and its single targets tie nothing: beyond a few parts only what at
  /// least half of them share counts.
  bool sweep = false;
  std::map<std::string, std::size_t> shared;
  std::vector<Link> links;  ///< by which it looks for its incident

  [[nodiscard]] std::vector<Link> ties_of(const Digest& part) const {
    std::vector<Link> out;
    for (const Link& l : part.links)
      if (may_join(join, l.tie) && (!sweep || shared.at(l.key) * 2 >= parts.size())) out.push_back(l);
    return out;
  }
  void find_links() {
    std::stable_sort(parts.begin(), parts.end(), [](const auto& x, const auto& y) { return x->time < y->time; });
    sweep = parts.size() > kFewParts;
    if (sweep)
      for (const Remembered& p : parts)
        for (const Link& l : p->links) ++shared[l.key];
    for (const Remembered& p : parts)
      for (const Link& l : ties_of(*p)) add_once(links, l);
  }
  /// The part as one of many: all of a sweep fold into one line.
  [[nodiscard]] Remembered coarse(const Remembered& part, const std::vector<Link>& ties) const {
    auto out = std::make_shared<Digest>(*part);
    out->fold = rule_id + '|' + part->kind;
    out->many = rule_title + ": {n} events";
    std::erase_if(out->entities, [&](const EntityRef& e) {
      return std::none_of(ties.begin(), ties.end(), [&](const Link& l) { return l.key.ends_with(' ' + e.id); });
    });
    return out;
  }
};

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
  a.plan = rule.plan;
  a.join = rule.join;
  a.time = match.time;
  a.events = std::max<std::size_t>(1, match.event_ids.size());
  if (rule.correlation)
    for (const std::string& id : match.event_ids)
      if (Remembered d = id == scene.event.id ? nullptr : recall.find(id); d) a.parts.push_back(std::move(d));
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
    return l.draft.open() && l.draft.drill == drill && (!a.life_safety || l.lines.size() < Incidents::kMostLines);
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
  int most = 0;
  for (LiveIncident* l : incidents.near(a.links)) {
    const std::int64_t gap = l->gap_to(a.time);
    if (!open_to_it(*l) || gap > policy.join_window) continue;
    const int points = score(a.links, l->ties, gap, policy.join_window).points;
    if (points < kJoins) continue;
    if (best == nullptr || points > most || (points == most && l->draft.priority > best->draft.priority)) {
      best = l;
      most = points;
    }
  }
  return best;
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
    if (there != nullptr && there != &live && there->draft.open()) {
      if (incidents.kept_apart(there->draft.id, live.draft.id) || there->draft.drill != live.draft.drill) continue;
      unseen = unseen || there->draft.needs_acknowledgement();
      absorb(live, *there, "Engine");
      there = &live;
    }
    const std::vector<Link> links = a.ties_of(*p);
    Line* line = nullptr;
    if (there == &live)
      for (Line& l : live.lines)
        if (l.shown.event_id == p->event_id || (!p->fold.empty() && l.fold == p->fold)) line = &l;
    if (line != nullptr && line->context) {
      line->context = false;
      line->shown.effect = "confirms";
      line->shown.priority = live.draft.priority;
      incidents.note_entities(live, *line);
      live.tie_time(p->time);
    }
    if (line == nullptr && there != &live) {
      std::string words;
      if (!live.lines.empty()) words = score(links, live.ties, 0, 0).words;
      if (!live.lines.empty() && words.empty() && a.correlation) words = "same pattern";
      line = &put_line(live, a.sweep && !p->life_safety ? a.coarse(p, links) : p, false, words);
      p->home = live.draft.id;
    }
    if (line == nullptr) continue;
    if (line->alerts.size() < kFewParts) add_once(line->alerts, alert);
    for (const Link& l : links)
      if (line->links.size() < Incidents::kMostEntities) add_once(line->links, l);
    incidents.tie(live, links);
    if (p == scene.digest) completing = line->shown.event_id;
  }
  return completing;
}

void Fusion::Impl::weave(Alarmed& a, const Scene& scene, Changes& changes) {
  LiveIncident* home = home_for(a, scene.digest->drill);
  const bool opened = home == nullptr;
  if (opened) {
    home = &incidents.open(now);
    home->draft.revision = 0;
    home->draft.drill = scene.digest->drill;
  }
  LiveIncident& live = *home;
  Incident& draft = live.draft;
  const std::array<bool, 3> domains = draft.domains;
  const Priority priority = draft.priority;
  const bool life = draft.life_safety;
  touch(live, false);
  bool repeat = false, unseen = false;
  const std::uint64_t alert = count_alert(live, a, scene, repeat);
  const std::string completing = put_parts(live, a, scene, alert, unseen);
  weigh(live);
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
    first.shown.changed_priority = true;
  }
  draft.last_change = in_brief;
  if (!repeat) add_context(live, a.parts, a.links);
  missing_evidence(live);

  std::string worse;
  if (!opened) {
    for (std::size_t i = 0; i < domains.size(); ++i)
      if (draft.domains[i] && !domains[i]) append(worse, speaks(i));
    if (raised) append(worse, "priority rose to " + std::string(name_of(draft.priority)));
    if (a.life_safety) append(worse, life ? "life safety again" : "life safety");
    if (unseen && worse.empty()) worse = "an unacknowledged incident belongs to it";
  }
  const bool aloud = live.aloud(scene.digest->time);
  if (aloud || opened || !worse.empty()) touch(live, true);
  if (opened) {
    call_person(live, "Opened by “" + a.rule_title + "”");
  } else if (!worse.empty() && (draft.acknowledged_revision != 0 || draft.state == IncidentState::shelved)) {
    call_person(live, "Alarms again: " + worse + " (" + newest + ")");
  } else if (!worse.empty()) {
    // Nobody has acknowledged yet; what they will see is this, and the target may have become shorter.
    live.alarm_revision = draft.revision;
    draft.respond_by = std::min(draft.respond_by, now + response_target(policy, draft.priority));
    if (!live.target_missed) wait_until(draft.respond_by);
    log(draft, now, "Engine", "Worse: " + worse);
  }
  if (aloud || !repeat)
    for (const AlertShare& s : live.alerts)
      if (s.alert.id == alert) changes.alerts.push_back(s.alert);
}

}  // namespace wf::fusion
