// Alerts into incidents: find the one they belong to, or open one; say why; weigh it again; call a person if it
// became worse than what was acknowledged.
#include <algorithm>

#include "console/fusion/digest.hpp"
#include "console/fusion/priority.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::int64_t kFoldSpan = 10 * kMinute;     ///< like events this far apart are one line
constexpr std::int64_t kContextSpan = 10 * kMinute;  ///< how far before an alert its context is looked for
constexpr std::size_t kContextLines = 6;             ///< looked up for one alert
constexpr std::size_t kFewParts = 8;                 ///< lines that a correlation adds one by one
constexpr std::size_t kAlertEvents = 64;             ///< event ids that an alert names
constexpr std::uint32_t kAloudRepeats = 10;          ///< repeats that are published each; then one a second
constexpr std::size_t kPlanSteps = 12;
constexpr std::size_t kEvidence = 4;  ///< of each role
constexpr std::size_t kMissing = 2;

std::int64_t gap_to(const LiveIncident& live, UtcNs time) {
  if (time < live.tied_first) return live.tied_first - time;
  return time > live.tied_last ? time - live.tied_last : 0;
}

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

std::vector<Link> allowed(const std::vector<Link>& links, const std::vector<std::string>& kinds) {
  std::vector<Link> out;
  for (const Link& l : links)
    if (may_join(kinds, l.tie)) out.push_back(l);
  return out;
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

bool stronger(const AlertShare& a, const AlertShare& b) {
  if (a.alert.life_safety != b.alert.life_safety) return a.alert.life_safety;
  if (a.points != b.points) return a.points > b.points;
  if (a.correlation != b.correlation) return a.correlation;
  return a.alert.id < b.alert.id;
}

}  // namespace

struct Fusion::Impl::Alarmed {
  std::string rule_id, rule_title, description, title;
  Priority level = Priority::low;
  bool life_safety = false, correlation = false;
  std::vector<std::string> confirm, refute, plan, join;
  std::vector<Remembered> parts;  ///< by time; the completing event is among them
  std::vector<Link> links;        ///< by which it looks for its incident
  std::size_t events = 1;
  UtcNs time = 0;
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
  std::stable_sort(a.parts.begin(), a.parts.end(), [](const auto& x, const auto& y) { return x->time < y->time; });
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
  weave(a, scene, changes);
}

LiveIncident* Fusion::Impl::home_for(const Alarmed& a, UtcNs time, bool drill) {
  const auto open_to_it = [&](const LiveIncident& l) { return l.draft.open() && l.draft.drill == drill; };
  LiveIncident* best = nullptr;
  // A correlation belongs where its events already are: the most urgent of them, then the oldest.
  for (const Remembered& part : a.parts) {
    LiveIncident* l = incidents.home_of(part->event_id);
    if (l == nullptr || !open_to_it(*l)) continue;
    if (best == nullptr || l->draft.priority > best->draft.priority ||
        (l->draft.priority == best->draft.priority && l->draft.id < best->draft.id))
      best = l;
  }
  if (best != nullptr) return best;
  int most = 0;
  for (LiveIncident* l : incidents.near(a.links)) {
    const std::int64_t gap = gap_to(*l, time);
    if (!open_to_it(*l) || gap > policy.join_window) continue;
    const int points = score(a.links, l->ties, gap, policy.join_window).points;
    if (points < kJoins) continue;
    const bool better =
        best == nullptr || points > most || (points == most && l->draft.priority > best->draft.priority);
    if (better) {
      best = l;
      most = points;
    }
  }
  return best;
}

Line& Fusion::Impl::put_line(LiveIncident& live, const Remembered& digest, bool context, const std::string& joined_by) {
  const Digest& d = *digest;
  Incident& draft = live.draft;
  ++draft.event_count;
  count_minute(draft, d.time);
  incidents.settle(live, d.event_id);
  draft.first = draft.first == 0 ? d.time : std::min(draft.first, d.time);
  draft.last = std::max(draft.last, d.time);
  if (!context) {
    live.tied_first = live.tied_first == 0 ? d.time : std::min(live.tied_first, d.time);
    live.tied_last = std::max(live.tied_last, d.time);
  }
  const auto repeat = [&](Line& line) -> Line& {
    ++line.shown.repeats;
    line.shown.text = repeated(line.once, line.many, line.shown.repeats);
    line.shown.time = std::min(line.shown.time, d.time);
    line.last = std::max(line.last, d.time);
    return line;
  };
  if (!d.fold.empty())
    for (Line& line : live.lines)
      if (line.fold == d.fold && line.context == context && d.time >= line.shown.time - kFoldSpan &&
          d.time <= line.last + kFoldSpan)
        return repeat(line);
  if (live.lines.size() >= Incidents::kMostLines && !d.life_safety) {
    // Full: it counts in the newest line of its kind, or in the newest at all.
    for (auto it = live.lines.rbegin(); it != live.lines.rend(); ++it)
      if (it->shown.kind == d.kind && !it->life_safety && it->context == context) return repeat(*it);
    return repeat(live.lines.back());
  }
  Line line;
  line.shown.time = d.time;
  line.shown.event_id = d.event_id;
  line.shown.kind = d.kind;
  line.shown.domain = d.domain;
  line.shown.text = line.once = d.once;
  line.many = d.many;
  line.fold = d.fold;
  line.last = d.time;
  line.context = context;
  line.life_safety = d.life_safety;
  line.shown.joined_by = joined_by;
  line.shown.effect = context ? "context" : "confirms";
  line.shown.priority = draft.priority;
  line.shown.site_id = d.site_id;
  line.shown.level_id = d.level_id;
  line.shown.unit_id = d.unit_id;
  line.shown.device_id = d.device_id;
  line.entities = d.entities;
  auto at = live.lines.end();
  while (at != live.lines.begin() && std::prev(at)->shown.time > d.time) --at;
  Line& put = *live.lines.insert(at, std::move(line));
  incidents.note_entities(live, put);
  return put;
}

void Fusion::Impl::weave(Alarmed& a, const Scene& scene, Changes& changes) {
  const Digest& d = *scene.digest;
  // A sweep over many things is one cause; its single targets tie nothing. So beyond a few parts only what at
  // least half of them share counts.
  const bool sweep = a.parts.size() > kFewParts;
  std::map<std::string, std::size_t> shared;
  if (sweep)
    for (const Remembered& p : a.parts)
      for (const Link& l : p->links) ++shared[l.key];
  const auto ties_of = [&](const Digest& part) {
    std::vector<Link> out = allowed(part.links, a.join);
    if (sweep) std::erase_if(out, [&](const Link& l) { return shared[l.key] * 2 < a.parts.size(); });
    return out;
  };
  for (const Remembered& p : a.parts)
    for (const Link& l : ties_of(*p)) add_once(a.links, l);

  LiveIncident* home = home_for(a, a.time, d.drill);
  const bool opened = home == nullptr;
  if (opened) {
    home = &incidents.open(now);
    home->draft.revision = 0;
    home->draft.drill = d.drill;
  }
  LiveIncident& live = *home;

  const std::string fold = a.rule_id + '\n' + (a.correlation ? std::string() : d.fold);
  AlertShare* share = nullptr;
  if (!a.life_safety)
    for (AlertShare& s : live.alerts)
      if (s.fold == fold) share = &s;
  const bool repeat = share != nullptr;
  const std::array<bool, 3> domains_before = live.draft.domains;
  const Priority priority_before = live.draft.priority;
  const bool life_before = live.draft.life_safety;
  const bool aloud = !repeat || share->alert.repeats < kAloudRepeats || d.time - live.announced >= kSecond;
  touch(live, aloud);
  if (aloud) live.announced = d.time;

  if (!repeat) {
    AlertShare s;
    s.alert.id = next_alert++;
    s.alert.rule_id = a.rule_id;
    s.alert.rule_title = a.rule_title;
    s.alert.priority = a.level;
    s.alert.life_safety = a.life_safety;
    s.alert.time = a.time;
    for (const Remembered& p : a.parts) {
      if (s.alert.event_ids.size() < kAlertEvents) s.alert.event_ids.push_back(p->event_id);
      for (const EntityRef& e : p->entities)
        if (s.alert.entities.size() < Incidents::kMostEntities) add_once(s.alert.entities, e);
    }
    std::uint8_t criticality = 1;
    for (const Remembered& p : a.parts) criticality = std::max(criticality, p->criticality);
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
    if (live.alerts.size() < Incidents::kMostAlerts || s.alert.life_safety) {
      live.alerts.push_back(std::move(s));
    } else {
      // Full: the weakest makes room, the strongest names the incident.
      auto weakest = std::max_element(live.alerts.begin(), live.alerts.end(), stronger);
      *weakest = std::move(s);
    }
    for (AlertShare& s2 : live.alerts)
      if (s2.alert.id + 1 == next_alert) share = &s2;
  } else {
    ++share->alert.repeats;
    share->alert.time = std::max(share->alert.time, a.time);
    share->events += a.correlation ? a.events : 1;
    if (share->alert.event_ids.size() < kAlertEvents) share->alert.event_ids.push_back(d.event_id);
  }

  const std::uint64_t alert_id = share->alert.id;

  // Lines: what is not in the incident yet, and what was only context until now.
  std::string completing;
  bool unseen = false;  // what was taken in had not been acknowledged
  for (const Remembered& p : a.parts) {
    LiveIncident* there = live.last_put == p ? home : incidents.home_of(p->event_id);
    if (there != nullptr && there != home && there->draft.open()) {
      if (incidents.kept_apart(there->draft.id, live.draft.id) || there->draft.drill != live.draft.drill) continue;
      unseen = unseen || there->draft.needs_acknowledgement();
      absorb(live, *there, "Engine");
      there = home;
    }
    const std::vector<Link> links = ties_of(*p);
    Line* line = nullptr;
    if (there == home) {
      for (Line& l : live.lines)
        if (l.shown.event_id == p->event_id || (!p->fold.empty() && l.fold == p->fold)) line = &l;
      if (line != nullptr && line->context) {
        line->context = false;
        line->shown.effect = "confirms";
        line->shown.priority = live.draft.priority;
        incidents.note_entities(live, *line);
        live.tied_first = live.tied_first == 0 ? p->time : std::min(live.tied_first, p->time);
        live.tied_last = std::max(live.tied_last, p->time);
      }
    }
    if (line == nullptr && there != home) {
      std::string words;
      if (!live.lines.empty()) {
        words = score(links, live.ties, 0, 0).words;
        if (words.empty()) words = a.correlation ? "same pattern" : "";
      }
      Remembered part = p;
      if (sweep && !p->life_safety) {
        auto coarse = std::make_shared<Digest>(*p);
        coarse->fold = a.rule_id + '|' + p->kind;
        coarse->many = a.rule_title + ": {n} events";
        coarse->entities.clear();
        for (const EntityRef& e : p->entities)
          if (std::any_of(links.begin(), links.end(), [&](const Link& l) { return l.key.ends_with(' ' + e.id); }))
            coarse->entities.push_back(e);
        part = std::move(coarse);
      }
      line = &put_line(live, part, false, words);
      live.last_put = p;
    }
    if (line == nullptr) continue;
    if (line->alerts.size() < kFewParts) add_once(line->alerts, alert_id);
    for (const Link& l : links)
      if (line->links.size() < Incidents::kMostEntities) add_once(line->links, l);
    incidents.tie(live, links);
    if (p == scene.digest) completing = line->shown.event_id;
  }
  // Taking in another incident moves the alerts.
  share = &*std::find_if(live.alerts.begin(), live.alerts.end(),
                         [&](const AlertShare& s) { return s.alert.id == alert_id; });
  if (repeat && a.title != share->title) {
    // The count in a title follows the repeats.
    if (!a.correlation || share->events == a.events) share->title = a.title;
  }
  weigh(live);
  Incident& draft = live.draft;
  const bool raised = draft.priority > priority_before;
  Line* mark = nullptr;
  for (Line& l : live.lines)
    if (l.shown.event_id == completing) mark = &l;
  if (mark != nullptr) {
    if (opened) {
      Line* first = &*std::find_if(live.lines.begin(), live.lines.end(), [](const Line& l) { return !l.context; });
      for (Line& l : live.lines)
        if (!l.context) l.shown.priority = draft.priority;
      first->shown.effect = "opens";
      first->shown.joined_by.clear();
      first->shown.changed_priority = true;
    } else if (raised) {
      if (mark->shown.effect != "opens") mark->shown.effect = "raises";
      mark->shown.changed_priority = true;
      mark->shown.priority = draft.priority;
    }
    draft.last_change = mark->shown.text;
  }
  const std::string newest = mark == nullptr ? a.rule_title : mark->shown.text;
  if (!repeat) add_context(live, a.parts);
  missing_evidence(live);

  if (opened) {
    call_person(live, "Opened by “" + a.rule_title + "”");
  } else {
    std::string why;
    for (std::size_t i = 0; i < domains_before.size(); ++i)
      if (draft.domains[i] && !domains_before[i])
        why += std::string(why.empty() ? "" : ", ") + (i == 0   ? "doors speak now"
                                                       : i == 1 ? "cameras speak now"
                                                                : "the network speaks now");
    if (raised)
      why += std::string(why.empty() ? "" : ", ") + "priority rose to " + std::string(name_of(draft.priority));
    if (a.life_safety)
      why += std::string(why.empty() ? "" : ", ") + (life_before ? "life safety again" : "life safety");
    if (unseen && draft.acknowledged_revision != 0 && why.empty()) why = "an unacknowledged incident belongs to it";
    if (!why.empty()) {
      if (draft.acknowledged_revision != 0 || draft.state == IncidentState::shelved) {
        call_person(live, "Alarms again: " + why + " (" + newest + ")");
      } else {
        // Nobody has acknowledged yet; what they will see is this, and the target may have become shorter.
        live.alarm_revision = draft.revision;
        draft.respond_by = std::min(draft.respond_by, now + response_target(policy, draft.priority));
        if (!live.target_missed) wait_until(draft.respond_by);
        log(draft, now, "Engine", "Worse: " + why);
      }
    }
  }
  if (aloud) changes.alerts.push_back(share->alert);
}

void Fusion::Impl::add_context(LiveIncident& live, const std::vector<Remembered>& parts) {
  std::vector<Remembered> found, some;
  const std::size_t look = std::min<std::size_t>(parts.size(), kFewParts);
  for (std::size_t i = 0; i < look; ++i) {
    const Digest& p = *parts[parts.size() - 1 - i];
    for (const Link& l : p.links) {
      if (l.thoroughfare) continue;
      some.clear();
      recall.touching(l.key, some);
      for (const Remembered& r : some) {
        if (r->time > p.time || p.time - r->time > kContextSpan || r->drill != p.drill) continue;
        if (r->event_id.empty() || incidents.home_of(r->event_id) != nullptr) continue;
        const bool same_thing = std::any_of(r->links.begin(), r->links.end(), [&](const Link& other) {
          return other.key == l.key && tie_weight(other.tie, l.tie).weight >= kContextJoins;
        });
        if (same_thing) add_once(found, r);
      }
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a->time > b->time; });
  if (found.size() > kContextLines) found.resize(kContextLines);
  for (auto it = found.rbegin(); it != found.rend(); ++it) {
    const auto context = static_cast<std::size_t>(
        std::count_if(live.lines.begin(), live.lines.end(), [](const Line& l) { return l.context; }));
    if (context >= Incidents::kMostContext) break;
    put_line(live, *it, true, score((*it)->links, live.ties, 0, 0).words);
  }
}

void Fusion::Impl::take_context(const Scene& scene, bool informational) {
  const Digest& d = *scene.digest;
  LiveIncident* best = nullptr;
  JoinScore most;
  for (LiveIncident* l : incidents.near(d.links)) {
    const std::int64_t gap = gap_to(*l, d.time);
    if (!l->draft.open() || l->draft.drill != d.drill || gap > policy.join_window) continue;
    const JoinScore s = score(d.links, l->ties, gap, policy.join_window);
    if (s.points < (informational ? kJoins : kContextJoins) || (best != nullptr && s.points <= most.points)) continue;
    best = l;
    most = s;
  }
  if (best == nullptr) return;
  const auto context = static_cast<std::size_t>(
      std::count_if(best->lines.begin(), best->lines.end(), [](const Line& l) { return l.context; }));
  const bool known = std::any_of(best->lines.begin(), best->lines.end(),
                                 [&](const Line& l) { return l.context && !d.fold.empty() && l.fold == d.fold; });
  if (!known && context >= Incidents::kMostContext) return;
  const bool aloud = !known || d.time - best->announced >= kSecond;
  touch(*best, aloud);
  if (aloud) best->announced = d.time;
  const Line& line = put_line(*best, scene.digest, true, most.words);
  best->draft.last_change = line.shown.text;
}

void Fusion::Impl::weigh(LiveIncident& live) {
  Incident& d = live.draft;
  d.domains = {};
  for (const Line& l : live.lines)
    if (!l.context && l.shown.kind != "call") d.domains[static_cast<std::size_t>(l.shown.domain)] = true;
  if (live.alerts.empty()) return;
  const AlertShare* best = &live.alerts.front();
  int points = 0;
  for (const AlertShare& s : live.alerts) {
    d.life_safety = d.life_safety || s.alert.life_safety;
    points = std::max(points, s.points);
    if (stronger(s, *best)) best = &s;
  }
  d.priority = std::max(d.priority, incident_priority(points, d.domains, d.life_safety));
  d.title = best->title;
  d.rule_id = best->alert.rule_id;
  d.rule_title = best->alert.rule_title;
  d.rule_description = best->description;
  d.place = best->place;
  d.site_id = best->site_id;
  d.level_id = best->level_id;
  d.unit_id = best->unit_id;

  std::vector<const AlertShare*> order;
  for (const AlertShare& s : live.alerts) order.push_back(&s);
  std::stable_sort(order.begin(), order.end(),
                   [](const AlertShare* a, const AlertShare* b) { return stronger(*a, *b); });
  d.evidence.clear();
  const auto evidence = [&](Evidence::Role role, const std::string& text) {
    std::size_t same = 0;
    for (const Evidence& e : d.evidence) {
      if (e.role == role) ++same;
      if (e.text == text) return;
    }
    if (same < kEvidence) d.evidence.push_back({role, text});
  };
  for (const AlertShare* s : order)
    for (const std::string& text : s->confirm) evidence(Evidence::Role::would_confirm, text);
  for (const AlertShare* s : order)
    for (const std::string& text : s->refute) evidence(Evidence::Role::would_refute, text);

  // A step that is done, or stands already, keeps its place and its name; new ones follow.
  std::vector<PlanStep> plan = std::move(d.plan);
  std::erase_if(plan, [&](const PlanStep& step) {
    return !step.done && std::none_of(order.begin(), order.end(), [&](const AlertShare* s) {
      return std::find(s->plan.begin(), s->plan.end(), step.text) != s->plan.end();
    });
  });
  for (const AlertShare* s : order)
    for (const std::string& text : s->plan)
      if (plan.size() < kPlanSteps &&
          std::none_of(plan.begin(), plan.end(), [&](const PlanStep& step) { return step.text == text; }))
        plan.push_back({text, false, {}, 0});
  d.plan = std::move(plan);
}

void Fusion::Impl::missing_evidence(LiveIncident& live) const {
  Incident& d = live.draft;
  std::erase_if(d.evidence, [](const Evidence& e) { return e.role == Evidence::Role::missing; });
  std::size_t missing = 0;
  for (const Line& line : live.lines) {
    if (line.context || line.shown.domain != Domain::door || line.shown.device_id.empty()) continue;
    for (const std::string& at : {line.shown.device_id, line.shown.unit_id}) {
      const auto cameras = cameras_at.find(at);
      if (at.empty() || cameras == cameras_at.end()) continue;
      for (const Device* camera : cameras->second) {
        if (missing >= kMissing) return;
        const bool spoke = std::any_of(live.lines.begin(), live.lines.end(),
                                       [&](const Line& l) { return l.shown.device_id == camera->id; });
        const auto state = devices.all().find(camera->id);
        const bool blind =
            state != devices.all().end() && (state->second.state == "covered" || state->second.state == "offline");
        if (spoke && !blind) continue;
        std::string text = blind ? "Picture of " + camera->id + ": " + state->second.state
                                 : "Nothing seen by " + camera->id + ", which watches there";
        if (std::any_of(d.evidence.begin(), d.evidence.end(), [&](const Evidence& e) { return e.text == text; }))
          continue;
        d.evidence.push_back({Evidence::Role::missing, std::move(text)});
        ++missing;
      }
    }
  }
}

void Fusion::Impl::absorb(LiveIncident& into, LiveIncident& from, const std::string& actor) {
  Incident& a = into.draft;
  Incident& b = from.draft;
  touch(into, true);
  touch(from, true);
  for (Line& line : from.lines) {
    auto at = into.lines.end();
    while (at != into.lines.begin() && std::prev(at)->shown.time > line.shown.time) --at;
    Line moved = line;
    if (moved.shown.effect == "opens") moved.shown.effect = "confirms";
    if (moved.shown.joined_by.empty()) moved.shown.joined_by = "merged from " + incident_name(b.id);
    into.lines.insert(at, std::move(moved));
  }
  into.alerts.insert(into.alerts.end(), from.alerts.begin(), from.alerts.end());
  a.event_count += b.event_count;
  for (const auto& [minute, n] : b.per_minute) count_minute(a, minute * kMinute, n);
  a.first = std::min(a.first, b.first);
  a.last = std::max(a.last, b.last);
  into.tied_first = std::min(into.tied_first, from.tied_first);
  into.tied_last = std::max(into.tied_last, from.tied_last);
  a.priority = std::max(a.priority, b.priority);
  b.state = IncidentState::resolved;
  b.respond_by = 0;
  b.last_change = "Merged into " + incident_name(a.id);
  log(b, now, actor, b.last_change);
  incidents.close(from, now);
  incidents.tie_again(into);
  weigh(into);
  missing_evidence(into);
  a.last_change = "Took in " + incident_name(b.id);
  log(a, now, actor, a.last_change + ": " + b.title);
}

}  // namespace wf::fusion
