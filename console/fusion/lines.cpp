// Lines of an incident's why: events that are put into it, folded into a line that is there, and the context that
// alerts find around them.
#include <algorithm>

#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::int64_t kFoldSpan = 10 * kMinute;     ///< like events this far apart are one line
constexpr std::int64_t kContextSpan = 10 * kMinute;  ///< how far before an alert its context is looked for
constexpr std::size_t kContextLines = 6;             ///< looked up for one alert
constexpr std::int64_t kRoutineSpan = kMinute;       ///< the same for what happens at every door all day
constexpr std::size_t kPartsWithContext = 8;         ///< of a correlation

/// What tells of every coming and going, not of this one.
bool routine(std::string_view kind) {
  return kind == "door.opened" || kind == "door.closed" || kind == "door.rex" || kind == "door.restored" ||
         kind == "camera.motion" || kind == "camera.object" || kind == "host.logout";
}

std::size_t context_lines(const LiveIncident& live) {
  return static_cast<std::size_t>(
      std::count_if(live.lines.begin(), live.lines.end(), [](const Line& l) { return l.context; }));
}

}  // namespace

void take_attachments(Contribution& to, const Digest& d) {
  for (const std::string& hash : d.attachments) {
    if (std::find(to.attachments.begin(), to.attachments.end(), hash) != to.attachments.end()) continue;
    if (to.attachments.size() >= Contribution::kMostAttachments) to.attachments.erase(to.attachments.begin());
    to.attachments.push_back(hash);
  }
  if (!d.not_kept.empty()) to.not_kept = d.not_kept;
}

Line& fold_into(Line& line, const Digest& d) {
  ++line.shown.repeats;
  line.brief = d.brief;
  line.shown.text = repeated(line.once, line.many, line.shown.repeats);
  line.shown.time = std::min(line.shown.time, d.time);
  line.last = std::max(line.last, d.time);
  take_attachments(line.shown, d);
  return line;
}

Line line_of(const Digest& d, bool context, Joining joining, Priority priority) {
  Line line;
  line.once = d.once;
  line.many = d.many;
  line.brief = d.brief;
  line.fold = d.fold;
  if (context && !d.wide_fold.empty()) {
    line.fold = d.wide_fold;
    line.many = d.wide_many;
  }
  line.last = d.time;
  line.context = context;
  line.life_safety = d.life_safety;
  line.condition = d.condition;
  line.entities = d.entities;
  Contribution& c = line.shown;
  c.time = d.time;
  c.event_id = d.event_id;
  c.kind = d.kind;
  c.domain = d.domain;
  c.text = d.once;
  c.joined_by = std::move(joining.words);
  c.link = std::move(joining.link);
  c.effect = context ? "context" : "confirms";
  c.priority = priority;
  c.site_id = d.site_id;
  c.level_id = d.level_id;
  c.unit_id = d.unit_id;
  c.device_id = d.device_id;
  take_attachments(c, d);
  return line;
}

Joining Fusion::Impl::joining_by(const JoinScore& by, const Digest& digest, const LiveIncident& live,
                                 std::int64_t apart) const {
  Joining out;
  if (by.link == nullptr) return {"same pattern", {.how = JoinLink::How::pattern}};
  out.words = by.words;
  JoinLink& link = out.link;
  link.how = by.adjacent ? JoinLink::How::adjacent : JoinLink::How::shared;
  link.entity = entity_of_key(by.link->key);
  for (const std::vector<EntityRef>* known : {&digest.entities, &live.draft.entities})
    if (const auto it = std::find(known->begin(), known->end(), link.entity);
        link.entity.name == link.entity.id && it != known->end())
      link.entity.name = it->name;
  if (link.entity.kind == EntityKind::zone && link.entity.name == link.entity.id)
    if (const UnitPlace place = estate->find_unit(link.entity.id); place.unit != nullptr && !place.unit->name.empty())
      link.entity.name = place.unit->name;
  link.weight = by.weight;
  link.score = by.points;
  link.further = by.further;
  link.apart = apart;
  return out;
}

Line& Fusion::Impl::put_line(LiveIncident& live, const Remembered& digest, bool context, Joining joining) {
  const Digest& d = *digest;
  Incident& draft = live.draft;
  ++draft.event_count;
  count_minute(draft, d.time);
  d.home = draft.id;
  draft.first = draft.first == 0 ? d.time : std::min(draft.first, d.time);
  draft.last = std::max(draft.last, d.time);
  if (!context) live.tie_time(d.time);
  const auto like = [&](const Line& line) {
    if (line.fold.empty() || d.time < line.shown.time - kFoldSpan || d.time > line.last + kFoldSpan) return false;
    // More of what an alert was made of counts in its line, though no rule spoke again.
    if (!line.context) return line.fold == d.fold;
    return context && line.fold == (d.wide_fold.empty() ? d.fold : d.wide_fold);
  };
  const auto put_in = [&](Line& line) -> Line& {
    given_up.mark(line.shown);
    return line;
  };
  for (Line& line : live.lines)
    if (like(line)) return put_in(fold_into(line, d));
  if (live.lines.size() >= Incidents::kMostLines && !d.life_safety) {
    // Full: it counts in the newest line of its kind, or in the newest at all; its condition is followed by nobody.
    if (!context && !d.condition.empty() && !live.conditions.contains(d.condition)) live.many_conditions = true;
    for (auto it = live.lines.rbegin(); it != live.lines.rend(); ++it)
      if (!it->life_safety && it->context == context && it->shown.kind == d.kind) return put_in(fold_into(*it, d));
    return put_in(fold_into(live.lines.back(), d));
  }
  auto at = live.lines.end();
  while (at != live.lines.begin() && std::prev(at)->shown.time > d.time) --at;
  Line& put = *live.lines.insert(at, line_of(d, context, std::move(joining), draft.priority));
  incidents.note_entities(live, put);
  return put_in(put);
}

void Fusion::Impl::add_context(LiveIncident& live, const std::vector<Remembered>& parts,
                               const std::vector<Link>& links) {
  std::size_t room = Incidents::kMostContext - std::min(Incidents::kMostContext, context_lines(live));
  if (room == 0) return;
  struct Found {
    Remembered event;
    JoinScore by;
  };
  std::vector<Found> found;
  std::vector<Remembered> some;
  const std::size_t look = std::min(parts.size(), kPartsWithContext);
  for (std::size_t i = 0; i < look; ++i) {
    const Digest& p = *parts[parts.size() - 1 - i];
    for (const Link& l : p.links) {
      if (l.thoroughfare || std::find(links.begin(), links.end(), l) == links.end()) continue;
      some.clear();
      recall.touching(l.key, some);
      for (const Remembered& r : some) {
        if (r->home != 0 || r->time > p.time || r->drill != p.drill ||
            p.time - r->time > (routine(r->kind) ? kRoutineSpan : kContextSpan) ||
            std::any_of(found.begin(), found.end(), [&](const Found& f) { return f.event == r; }))
          continue;
        const JoinScore by =
            score(weights, r->links, {{l.key, static_cast<std::uint16_t>(1U << static_cast<unsigned>(l.tie))}}, 0, 0);
        if (by.weight >= weights.context) found.push_back({r, by});
      }
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.event->time > b.event->time; });
  if (found.size() > kContextLines) found.resize(kContextLines);
  for (auto it = found.rbegin(); it != found.rend() && room > 0; ++it, --room)
    put_line(live, it->event, true, joining_by(it->by, *it->event, live, live.gap_to(it->event->time)));
}

void Fusion::Impl::take_context(const Scene& scene, const std::vector<const sigma::RuleInfo*>& informational) {
  const Digest& d = *scene.digest;
  // An informational rule lets its events join as an alert would, by the links that it allows; without one only a
  // tie to the very same thing counts.
  std::vector<Link> links;
  for (const Link& l : d.links)
    if (informational.empty() || std::any_of(informational.begin(), informational.end(),
                                             [&](const sigma::RuleInfo* r) { return may_join(r->join, l.tie); }))
      links.push_back(l);
  const int enough = informational.empty() ? weights.context : weights.enough;
  LiveIncident* best = nullptr;
  JoinScore most;
  for (LiveIncident* l : incidents.near(links)) {
    const std::int64_t gap = l->gap_to(d.time);
    if (!l->draft.open() || l->draft.drill != d.drill || gap > policy.join_window || split_off(*l, links)) continue;
    const JoinScore s = score(weights, links, l->ties, gap, policy.join_window);
    if (s.points < enough || (best != nullptr && s.points <= most.points)) continue;
    best = l;
    most = s;
  }
  if (best == nullptr) return;
  const bool known = std::any_of(best->lines.begin(), best->lines.end(),
                                 [&](const Line& l) { return l.context && !d.fold.empty() && l.fold == d.fold; });
  if (!known && context_lines(*best) >= Incidents::kMostContext) return;
  touch(*best, best->aloud(d.time));
  best->draft.last_change = put_line(*best, scene.digest, true, joining_by(most, d, *best, best->gap_to(d.time))).brief;
  missing_evidence(*best);
}

}  // namespace wf::fusion
