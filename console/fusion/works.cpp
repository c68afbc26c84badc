// Maintenance, tests and known causes: what they cover goes into their row and calls nobody until they end.
#include "console/fusion/works.hpp"

#include <algorithm>

#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::size_t kNamedPoints = 12;  ///< never tested, by name; the rest is a count

const char* word_of(Work::Kind kind) {
  return kind == Work::Kind::suppression ? "Maintenance" : kind == Work::Kind::test ? "Test" : "Inhibition";
}

std::string never_tested(const Work& work) {
  std::string out;
  std::size_t n = 0;
  for (const std::string& point : work.points) {
    if (work.heard.contains(point)) continue;
    if (++n <= kNamedPoints) out += (out.empty() ? "" : ", ") + point;
  }
  if (n > kNamedPoints) out += " and " + std::to_string(n - kNamedPoints) + " more";
  return out;
}

std::string summary(const Work& work) {
  const std::string never = never_tested(work);
  return std::to_string(work.heard.size()) + " of " + std::to_string(work.points.size()) + " points heard" +
         (never.empty() ? "" : "; never: " + never);
}

Joining joining_by_work(std::string words, const Work& work) {
  Joining out{std::move(words), {}};
  out.link.how = work.kind == Work::Kind::inhibition ? JoinLink::How::symptom : JoinLink::How::kept;
  out.link.actor = work.who;
  return out;
}

void list_untested(Incident& d, const Work& work) {
  d.evidence.clear();
  if (const std::string never = never_tested(work); !never.empty())
    d.evidence.push_back({Evidence::Role::missing, "Never tested: " + never});
}

EntityKind kind_of(const Device& device) {
  switch (device.kind) {
    case DeviceKind::door:
      return EntityKind::door;
    case DeviceKind::reader:
      return EntityKind::reader;
    case DeviceKind::camera:
      return EntityKind::camera;
    default:
      return EntityKind::host;
  }
}

bool is_at(const std::string& place, const std::string& unit, const std::string& device) {
  return place.empty() || place == unit || place == device;
}

}  // namespace

bool Work::covers(const Facts& f) const {
  if (!zone) {
    const auto is = [&](const Device* device) { return device != nullptr && device->id == scope; };
    return is(f.door) || is(f.reader) || is(f.camera) || is(f.host);
  }
  return (f.unit != nullptr && f.unit->id == scope) ||
         std::any_of(f.zones.begin(), f.zones.end(), [&](const Unit* unit) { return unit->id == scope; });
}

LiveIncident* Fusion::Impl::row_of(const Work& work) {
  LiveIncident* live = incidents.find(work.incident);
  while (live != nullptr && live->merged_into != 0) live = incidents.find(live->merged_into);
  return live != nullptr && live->draft.open() ? live : nullptr;
}

/// What people said is its symptom, for whoever looks at it or wants to end it.
void Fusion::Impl::list_inhibited(LiveIncident& live) {
  live.draft.inhibits.clear();
  for (const Work& work : works)
    if (work.kind == Work::Kind::inhibition && !work.standing && row_of(work) == &live)
      live.draft.inhibits.push_back(work.scope);
}

Work* Fusion::Impl::work_for(const Scene& scene) {
  if (works.empty() || scene.digest->drill) return nullptr;
  for (Work& work : works)
    if (!work.standing && now >= work.begins && now < work.until && work.covers(scene.facts) && row_of(work) != nullptr)
      return &work;
  return nullptr;
}

/// Is a line of an open row this inhibition's cause, and does what it tells of stand?
bool Fusion::Impl::cause_stands(const LiveIncident& live, const Policy::Inhibition& inhibition) const {
  if (!live.draft.open() || live.draft.drill || live.works || live.draft.cleared_at != 0) return false;
  return std::any_of(live.lines.begin(), live.lines.end(), [&](const Line& line) {
    if (line.context || line.kept || line.condition.empty() || !conditions.stands(line.condition)) return false;
    if (!is_at(inhibition.cause_at, line.shown.unit_id, line.shown.device_id)) return false;
    return line.shown.kind == inhibition.cause ||
           std::any_of(live.alerts.begin(), live.alerts.end(), [&](const AlertShare& s) {
             return s.alert.rule_id == inhibition.cause && s.condition == line.condition;
           });
  });
}

Work* Fusion::Impl::standing_inhibition(const std::string& rule, const Scene& scene) {
  if (policy.inhibitions.empty() || scene.digest->drill) return nullptr;
  const Digest& d = *scene.digest;
  for (const Policy::Inhibition& inhibition : policy.inhibitions) {
    if (inhibition.symptom != d.kind && inhibition.symptom != rule) continue;
    if (!is_at(inhibition.symptom_at, d.unit_id, d.device_id)) continue;
    for (Work& work : works)
      if (work.standing == inhibition && now < work.until && row_of(work) != nullptr &&
          cause_stands(*row_of(work), inhibition))
        return &work;
    for (auto& [id, live] : incidents.all()) {
      if (!cause_stands(live, inhibition)) continue;
      if (works.size() >= kMostWorks) return nullptr;  // then it calls
      Work work;
      work.kind = Work::Kind::inhibition;
      work.incident = id;
      work.name = inhibition.symptom + (inhibition.symptom_at.empty() ? "" : " at " + inhibition.symptom_at);
      work.who = "Policy";
      work.begins = now;
      work.until = now + kLongestTest;
      work.standing = inhibition;
      work.number = next_work++;
      touch(live, true);
      log(live.draft, now, "Policy",
          "Symptoms go here, " + work.name + (inhibition.reason.empty() ? "" : ": " + inhibition.reason));
      wait_until(work.until);
      works.push_back(std::move(work));
      return &works.back();
    }
  }
  return nullptr;
}

std::optional<std::string> Fusion::Impl::begin_work(const Command& c, std::string& done) {
  if (!is_among(policy.maintenance_roles, c.role))
    return "The role " + one_line(c.role.empty() ? "of nobody" : c.role, 40) + " may not keep alarms back";
  Work work;
  work.kind = c.kind == CommandKind::suppress ? Work::Kind::suppression
              : c.kind == CommandKind::test   ? Work::Kind::test
                                              : Work::Kind::inhibition;
  const bool test = work.kind == Work::Kind::test;
  if (c.text.empty()) return std::string(word_of(work.kind)) + " needs a reason";
  if (test && c.action.empty()) return std::string("Say which technician tests");
  work.begins = now + static_cast<std::int64_t>(c.seconds) * kSecond;
  work.until = c.until;
  if (work.until <= work.begins) return std::string(word_of(work.kind)) + " needs a time at which it ends";
  const bool suppression = work.kind == Work::Kind::suppression;
  if (work.until - now > (suppression ? kLongestSuppression : kLongestTest))
    return std::string(suppression ? "30 days" : "A day") + " is the longest";
  if (works.size() >= kMostWorks) return "There are " + std::to_string(kMostWorks) + " of them already; end one";
  const DevicePlace place = estate->find_device(c.target);
  const Site* site = place.site;
  if (place.device != nullptr) {
    work.scope = place.device->id;
    work.name = place.device->name.empty() ? work.scope : place.device->name;
    if (test) work.points = {work.scope};
  } else {
    for (const Site& s : estate->sites)
      if (const Unit* unit = s.unit(c.target); unit != nullptr) {
        site = &s;
        work.zone = true;
        work.scope = unit->id;
        work.name = unit->name.empty() ? unit->id : unit->name;
        for (const Device& device : s.devices)
          if (test && device.unit_id == unit->id && work.points.size() < Work::kMostPoints)
            work.points.push_back(device.id);
        break;
      }
    if (!work.zone) return "The site has no device or zone " + one_line(c.target, 80);
  }
  work.who = test ? one_line(c.action, 80) : c.actor;
  if (work.kind == Work::Kind::inhibition) {
    LiveIncident* cause = c.incidents.empty() ? nullptr : incidents.find(c.incidents.front());
    if (cause == nullptr || !cause->draft.open() || cause->draft.drill || cause->works)
      return std::string("Say which open incident is the cause");
    work.incident = cause->draft.id;
    touch(*cause, true);
    cause->draft.last_change = "Inhibits " + work.name;
    log(cause->draft, c.time, c.actor, "Symptoms at " + work.name + " go here: " + one_line(c.text, 500));
    done = incident_name(work.incident) + " inhibits " + work.name;
  } else {
    LiveIncident& live = incidents.open(now);
    live.draft.revision = 0;
    touch(live, true);
    live.works = true;
    Incident& d = live.draft;
    d.title = std::string(word_of(work.kind)) + ": " + work.name;
    d.rule_id = test ? "works:test" : "works:maintenance";
    d.rule_title = word_of(work.kind);
    d.rule_description = std::string(test ? "Signals are confirmed to " + work.who + " and call nobody."
                                          : "Planned maintenance: alarms are counted and call nobody.") +
                         " Life safety does.";
    if (site != nullptr) d.site_id = site->id;
    if (work.zone) d.unit_id = work.scope;
    d.place = {site == nullptr || site->short_name.empty() ? std::string("Site") : site->short_name, work.name};
    d.first = d.last = now;
    d.state = IncidentState::shelved;
    d.owner = work.who;
    d.shelved_until = work.until;
    d.shelf_reason = one_line(c.text, 500);
    d.acknowledged_revision = d.revision;
    d.acknowledged_at = now;
    d.suppressed = !test;
    d.in_test = test;
    // The first is what it is about; what it keeps back may add others.
    d.entities = {{work.zone ? EntityKind::zone : kind_of(*place.device), work.scope, work.name}};
    if (test) list_untested(d, work);
    d.last_change = test ? "Test by " + work.who : "Maintenance";
    log(d, c.time, c.actor, d.last_change + " until " + format_rfc3339(work.until) + ": " + d.shelf_reason);
    work.incident = d.id;
    done = incident_name(d.id) + ": " + d.title;
  }
  work.number = next_work++;
  wait_until(work.until);
  works.push_back(std::move(work));
  if (works.back().kind == Work::Kind::inhibition) list_inhibited(*row_of(works.back()));
  return std::nullopt;
}

void Fusion::Impl::hear(Work& work, const Scene& scene) {
  LiveIncident* live = row_of(work);
  if (live == nullptr || work.kind != Work::Kind::test) return;
  Incident& d = live->draft;
  touch(*live, live->aloud(scene.digest->time));
  put_line(*live, scene.digest, false, joining_by_work("confirmed to " + work.who, work));
  if (!scene.digest->condition.empty()) conditions.begin(scene.digest->condition, scene.digest->time, now, policy);
  d.last_change = scene.digest->brief;
  for (const Device* device : {scene.facts.door, scene.facts.reader, scene.facts.camera, scene.facts.host}) {
    if (device == nullptr || std::find(work.points.begin(), work.points.end(), device->id) == work.points.end() ||
        ++work.heard[device->id] > 1)
      continue;
    log(d, now, "Engine", device->id + " heard: " + scene.digest->once + "; confirmed to " + work.who);
    list_untested(d, work);
  }
}

void Fusion::Impl::keep_back(Work& work, Alarmed& a, const Scene& scene, Changes& changes) {
  LiveIncident* live = row_of(work);
  if (live == nullptr) return;
  touch(*live, live->aloud(scene.digest->time));
  const std::uint64_t id = count_kept(*live, a, scene, work);
  if (!scene.digest->condition.empty()) conditions.begin(scene.digest->condition, scene.digest->time, now, policy);
  if (work.kind != Work::Kind::test && scene.digest->home != live->draft.id) {
    const bool symptom = work.kind == Work::Kind::inhibition;
    Line& line = put_line(*live, scene.digest, false, joining_by_work(symptom ? "symptom" : "kept back", work));
    if (line.alerts.empty() && symptom) line.kept = work.number;
    if (line.alerts.size() < kFewParts && std::find(line.alerts.begin(), line.alerts.end(), id) == line.alerts.end())
      line.alerts.push_back(id);
  }
  live->draft.last_change = scene.digest->brief;
  for (const AlertShare& s : live->alerts)
    if (s.alert.id == id) changes.alerts.push_back(s.alert);
}

bool Fusion::Impl::symptom_stands(const LiveIncident& live, std::uint64_t work) const {
  const auto by_it = [&](std::uint64_t kept) {
    if (kept == 0 || work != 0) return kept != 0 && kept == work;
    return std::any_of(works.begin(), works.end(), [&](const Work& w) { return w.number == kept; });
  };
  return std::any_of(live.lines.begin(), live.lines.end(), [&](const Line& line) {
    return by_it(line.kept) && !line.condition.empty() && conditions.stands(line.condition);
  });
}

void Fusion::Impl::end_work(const Work& work, const std::string& actor) {
  LiveIncident* live = row_of(work);
  if (live == nullptr) return;
  Incident& d = live->draft;
  touch(*live, true);
  const std::string name = word_of(work.kind);
  if (work.kind == Work::Kind::inhibition) {
    const bool stands = symptom_stands(*live, work.number);
    list_inhibited(*live);
    log(d, now, actor, "Inhibition of " + work.name + " ended");
    d.last_change = "Inhibition ended";
    if (!stands) return;
    for (Line& line : live->lines)
      if (line.kept == work.number) line.kept = 0;
    for (AlertShare& s : live->alerts)
      if (s.kept == work.number) s.kept = 0;
    const Priority before = d.priority;
    weigh(*live);
    std::string worse = "inhibition ended and it stands";
    if (d.priority > before) worse += ", priority rose to " + std::string(name_of(d.priority));
    worsened(*live, worse, work.name);
    return;
  }
  // Of more than are known one by one nobody can say that they are normal.
  const bool stands =
      live->many_conditions || std::any_of(live->conditions.begin(), live->conditions.end(),
                                           [&](const std::string& key) { return conditions.stands(key); });
  live->works = false;
  d.shelved_until = 0;
  d.shelf_reason.clear();
  d.last_change = name + " ended";
  log(d, now, actor, work.kind == Work::Kind::test ? "Test ended: " + summary(work) : d.last_change);
  if (work.kind == Work::Kind::test && !work.zone && work.heard.empty()) test_failed(work);
  if (stands) {
    d.suppressed = d.in_test = false;
    incidents.tie_again(*live);
    weigh(*live);
    live->before_shelf = IncidentState::fresh;
    return call_person(*live, name + " ended and it still stands");
  }
  d.state = IncidentState::resolved;
  d.cause = work.kind == Work::Kind::test ? Cause::test : Cause::authorised;
  d.respond_by = 0;
  close(*live);
}

std::optional<std::string> Fusion::Impl::end_works_of(const LiveIncident& live, const Command& c) {
  if (!is_among(policy.maintenance_roles, c.role))
    return "The role " + one_line(c.role.empty() ? "of nobody" : c.role, 40) + " may not end this";
  const std::uint64_t id = live.draft.id;
  bool any = false;
  for (std::size_t i = 0; i < works.size();) {
    const LiveIncident* const row = row_of(works[i]);
    if (row == nullptr || row->draft.id != id) {
      ++i;
      continue;
    }
    const Work ended = std::move(works[i]);
    works.erase(works.begin() + static_cast<std::ptrdiff_t>(i));
    end_work(ended, c.actor);
    any = true;
  }
  if (!any) return "Nothing is kept back by " + incident_name(id);
  return std::nullopt;
}

void Fusion::Impl::works_due() {
  for (std::size_t i = 0; i < works.size();) {
    const LiveIncident* const live = row_of(works[i]);
    const bool over = live == nullptr || (works[i].standing && !cause_stands(*live, *works[i].standing)) ||
                      (works[i].kind == Work::Kind::inhibition && live->draft.cleared_at != 0);
    if (!over && now < works[i].until) {
      wait_until(works[i++].until);
      continue;
    }
    const Work ended = std::move(works[i]);
    works.erase(works.begin() + static_cast<std::ptrdiff_t>(i));
    end_work(ended, "Engine");
  }
}

}  // namespace wf::fusion
