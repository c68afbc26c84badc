#include "console/fusion/incidents.hpp"

#include <algorithm>

namespace wf::fusion {
namespace {

constexpr std::size_t kMostNear = 64;  ///< incidents looked at through one key; the newest ones
constexpr std::size_t kMinutes = 30;
constexpr std::size_t kNamed = 4;  ///< symptoms that the one line for all of a kind names

/// One line for like symptoms.
Contribution told_together(const std::vector<const Symptom*>& like) {
  Contribution out = like.front()->lines.front().shown;
  out.effect = "symptom";
  if (like.size() == 1) return out;
  out.repeats = 0;
  out.text.clear();
  std::size_t named = 0;
  for (const Symptom* s : like) {
    const Line& line = s->lines.front();
    out.repeats += line.shown.repeats;
    out.time = std::min(out.time, line.shown.time);
    if (++named <= kNamed) out.text += (out.text.empty() ? "" : ", ") + line.brief;
  }
  if (named > kNamed) out.text += " and " + std::to_string(named - kNamed) + " more";
  // It is at no one place, and no one event.
  out.event_id.clear();
  out.level_id.clear();
  out.unit_id.clear();
  out.device_id.clear();
  return out;
}

void remove(std::unordered_map<std::string, std::vector<std::uint64_t>>& index, const std::string& key,
            std::uint64_t id) {
  const auto it = index.find(key);
  if (it == index.end()) return;
  std::erase(it->second, id);
  if (it->second.empty()) index.erase(it);
}

}  // namespace

LiveIncident& Incidents::open(UtcNs now) {
  const std::uint64_t id = next_++;
  LiveIncident& live = all_[id];
  live.draft.id = id;
  live.draft.opened = live.draft.changed = now;
  return live;
}

LiveIncident* Incidents::find(std::uint64_t id) {
  const auto it = all_.find(id);
  return it == all_.end() ? nullptr : &it->second;
}

std::vector<LiveIncident*> Incidents::near(const std::vector<Link>& links) {
  std::vector<std::uint64_t> ids;
  for (const Link& l : links) {
    const auto it = by_key_.find(l.key);
    if (it == by_key_.end()) continue;
    const std::size_t from = it->second.size() > kMostNear ? it->second.size() - kMostNear : 0;
    ids.insert(ids.end(), it->second.begin() + static_cast<std::ptrdiff_t>(from), it->second.end());
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<LiveIncident*> out;
  for (const std::uint64_t id : ids) out.push_back(&all_.at(id));
  return out;
}

LiveIncident* Incidents::home_of(std::string_view event_id) {
  const auto it = by_event_.find(std::string(event_id));
  return it == by_event_.end() ? nullptr : find(it->second);
}

void Incidents::settle(LiveIncident& incident, std::string_view event_id) {
  if (event_id.empty() || !by_event_.emplace(std::string(event_id), incident.draft.id).second) return;
  ids_[incident.draft.id].emplace_back(event_id);
}

void Incidents::tie(LiveIncident& incident, const std::vector<Link>& links) {
  const std::uint64_t id = incident.draft.id;
  for (const Link& l : links) {
    const auto [it, fresh] = incident.ties.try_emplace(l.key, std::uint16_t{0});
    it->second = static_cast<std::uint16_t>(it->second | 1U << static_cast<unsigned>(l.tie));
    if (fresh) by_key_[l.key].push_back(id);
  }
}

void Incidents::untie(LiveIncident& incident) {
  for (const auto& [key, ways] : incident.ties) remove(by_key_, key, incident.draft.id);
  incident.ties.clear();
  for (const std::string& device : incident.devices) remove(by_device_, device, incident.draft.id);
  incident.devices.clear();
  for (const std::string& key : incident.conditions) remove(by_condition_, key, incident.draft.id);
  incident.conditions.clear();
  incident.many_conditions = false;
  if (const auto it = ids_.find(incident.draft.id); it != ids_.end()) {
    for (const std::string& event : it->second) by_event_.erase(event);
    ids_.erase(it);
  }
}

void Incidents::tie_again(LiveIncident& incident) {
  // Of the events that were folded into a line only the first is known here, and it is the one that a correlation names
  // again; the others lead where they led.
  const bool many = incident.many_conditions;
  untie(incident);
  incident.many_conditions = many;  // no line has what was beyond the most
  incident.draft.entities.clear();
  for (const Line& line : incident.lines) {
    settle(incident, line.shown.event_id);
    note_entities(incident, line);
    tie(incident, line.links);
  }
  for (const Symptom& s : incident.symptoms) touch_device(incident, s.lines.front().shown.device_id);
}

void Incidents::note_entities(LiveIncident& incident, const Line& line) {
  for (const EntityRef& e : line.entities) {
    auto& list = incident.draft.entities;
    if (list.size() < kMostEntities && std::find(list.begin(), list.end(), e) == list.end()) list.push_back(e);
  }
  if (line.context) return;
  touch_device(incident, line.shown.device_id, kMostEntities);
  if (line.condition.empty() || incident.conditions.contains(line.condition)) return;
  if (incident.conditions.size() >= kMostEntities) {
    incident.many_conditions = true;
    return;
  }
  incident.conditions.insert(line.condition);
  by_condition_[line.condition].push_back(incident.draft.id);
}

void Incidents::touch_device(LiveIncident& incident, const std::string& device, std::size_t most) {
  if (device.empty() || incident.devices.size() >= most || !incident.devices.insert(device).second) return;
  by_device_[device].push_back(incident.draft.id);
}

std::vector<LiveIncident*> Incidents::of_condition(const std::string& key) {
  const auto it = by_condition_.find(key);
  if (it == by_condition_.end()) return {};
  std::vector<std::uint64_t> ids = it->second;
  std::sort(ids.begin(), ids.end());
  std::vector<LiveIncident*> out;
  for (const std::uint64_t id : ids) out.push_back(&all_.at(id));
  return out;
}

void Incidents::close(LiveIncident& incident, UtcNs now) {
  // What joined it since it was split is as much of it.
  for (const auto& [a, b] : apart_)
    if (a == incident.draft.id || b == incident.draft.id)
      if (LiveIncident* const other = find(a == incident.draft.id ? b : a); other != nullptr && other->draft.open())
        other->left[incident.draft.id] = incident.ties;
  for (const std::string& device : incident.devices) remove(by_device_, device, incident.draft.id);
  const std::set<std::string> devices = incident.devices;
  untie(incident);
  incident.devices = devices;
  closed_.emplace_back(now, incident.draft.id);
}

void Incidents::forget_old(UtcNs now) {
  while (!closed_.empty() && (closed_.size() > kMostResolved || now - closed_.front().first > kDay)) {
    const std::uint64_t id = closed_.front().second;
    closed_.pop_front();
    if (LiveIncident* const old = find(id)) untie(*old);
    all_.erase(id);
    for (auto it = apart_.begin(); it != apart_.end();)
      it = it->first == id || it->second == id ? apart_.erase(it) : std::next(it);
  }
}

void Incidents::keep_apart(LiveIncident& a, LiveIncident& b) {
  apart_.insert(std::minmax(a.draft.id, b.draft.id));
  a.left[b.draft.id] = b.ties;
  b.left[a.draft.id] = a.ties;
}

void Incidents::hand_on_apart(LiveIncident& into, LiveIncident& from, bool by_person) {
  const std::uint64_t to = into.draft.id, gone = from.draft.id;
  if (by_person) {
    apart_.erase(std::minmax(to, gone));
    into.left.erase(gone);
    from.left.erase(to);
  }
  std::vector<std::uint64_t> others;
  for (const auto& [a, b] : apart_)
    if ((a == gone) != (b == gone)) others.push_back(a == gone ? b : a);
  for (const std::uint64_t id : others) {
    LiveIncident* const other = find(id);
    if (other == nullptr || id == to) continue;
    apart_.insert(std::minmax(to, id));
    other->left[to].insert(from.ties.begin(), from.ties.end());
  }
  for (auto& [id, ties] : from.left)
    if (id != to) into.left[id].insert(ties.begin(), ties.end());
}

bool Incidents::kept_apart(std::uint64_t a, std::uint64_t b) const { return apart_.contains(std::minmax(a, b)); }

std::pair<bool, Priority> Incidents::worst_at(const std::string& device) const {
  std::pair<bool, Priority> out{false, Priority::low};
  const auto it = by_device_.find(device);
  if (it == by_device_.end()) return out;
  for (const std::uint64_t id : it->second) {
    out.first = true;
    out.second = std::max(out.second, all_.at(id).draft.priority);
  }
  return out;
}

std::shared_ptr<const Incident> Incidents::publish(LiveIncident& live) {
  if (live.published) return live.published;
  // The draft has neither: they are here once already, as lines and alerts.
  const auto out = std::make_shared<Incident>(live.draft);
  std::vector<Contribution>& why = out->why;
  why.reserve(live.lines.size() + live.symptoms.size());
  for (const Line& line : live.lines) why.push_back(line.shown);
  std::map<std::string, std::vector<const Symptom*>> like;
  for (const Symptom& s : live.symptoms) like[s.lines.front().shown.kind].push_back(&s);
  for (const auto& [kind, symptoms] : like) {
    Contribution one = told_together(symptoms);
    auto at = why.end();
    while (at != why.begin() && std::prev(at)->time > one.time) --at;
    why.insert(at, std::move(one));
  }
  out->alert_ids.reserve(live.alerts.size());
  for (const AlertShare& a : live.alerts) out->alert_ids.push_back(a.alert.id);
  return live.published = out;
}

void count_minute(Incident& incident, UtcNs time, std::uint32_t n) {
  const std::int64_t minute = time / kMinute - (time % kMinute < 0 ? 1 : 0);
  auto& list = incident.per_minute;
  const auto at = std::lower_bound(list.begin(), list.end(), std::pair(minute, std::uint32_t{0}));
  if (at != list.end() && at->first == minute)
    at->second += n;
  else
    list.insert(at, {minute, n});
  if (list.size() > kMinutes) list.erase(list.begin());
}

void log(Incident& incident, UtcNs time, std::string actor, std::string text) {
  if (incident.log.size() >= Incidents::kMostLog) {
    // The beginning says why it opened; what was in between is in the audit.
    incident.log.erase(incident.log.begin() + 1);
  }
  incident.log.push_back({time, std::move(actor), std::move(text)});
}

}  // namespace wf::fusion
