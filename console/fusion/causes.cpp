// Causes and symptoms: what hangs behind a switch or a controller that stopped working is told in its row and calls
// nobody, until the row ends and it still does not work.
#include "console/fusion/causes.hpp"

#include <algorithm>
#include <array>

#include "console/fusion/alarmed.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
Behind::Behind(const Estate& estate) {
  const auto hang = [&](const std::string& thing, const std::string& upstream) {
    if (upstream.empty() || !upstream_.emplace(thing, upstream).second) return;
    ++carriers_[upstream];
  };
  for (const Site& site : estate.sites) {
    for (const Device& device : site.devices) hang(device.id, device.behind);
    for (const AgentPlace& agent : site.agents) hang("agent " + agent.name, agent.behind);
  }
}

std::vector<std::string_view> Behind::chain(std::string_view thing) const {
  std::vector<std::string_view> out;
  for (auto it = upstream_.find(thing); it != upstream_.end() && out.size() < kDeepest; it = upstream_.find(it->second))
    out.push_back(it->second);
  return out;
}

std::vector<std::string_view> Behind::chain(const ConditionParts& of) const {
  return of.what == "lost" ? chain("agent " + std::string(of.thing)) : chain(of.thing);
}

ConditionParts parts_of(std::string_view condition) {
  const std::size_t space = condition.find(' ');
  if (space == std::string_view::npos) return {};
  return {condition.substr(0, space), condition.substr(space + 1)};
}

bool condition_explains(std::string_view cause, std::string_view symptom) {
  static constexpr std::array<std::string_view, 4> kDead{"offline", "lost", "fault", "power"};
  if (cause == "offline") return std::find(kDead.begin(), kDead.end(), symptom) != kDead.end();
  return (cause == "power" || cause == "fault") && (symptom == cause || symptom == "offline");
}

LiveIncident* Fusion::Impl::row_of(const Down& down) {
  LiveIncident* live = incidents.find(down.incident);
  while (live != nullptr && live->merged_into != 0) live = incidents.find(live->merged_into);
  return live != nullptr && live->draft.open() && !live->works ? live : nullptr;
}

/// The farthest thing that is down, explains the condition, and has an open row. `time`: when it began.
Down* Fusion::Impl::cause_of(const std::string& condition, UtcNs time) {
  if (downs.empty()) return nullptr;
  const ConditionParts symptom = parts_of(condition);
  if (symptom.what.empty() || symptom.what == "drill") return nullptr;
  Down* out = nullptr;
  for (const std::string_view upstream : behind.chain(symptom))
    for (const std::string_view what : {"offline", "power", "fault"}) {
      if (!condition_explains(what, symptom.what)) continue;
      const auto it = downs.find(std::string(what) + ' ' + std::string(upstream));
      if (it == downs.end() || time < it->second.since - policy.cause_window || row_of(it->second) == nullptr) continue;
      out = &it->second;
      break;
    }
  return out;
}

Down* Fusion::Impl::cause_of(const Alarmed& a, const Digest& d) {
  if (a.life_safety || d.drill || d.life_safety || d.condition.empty()) return nullptr;
  Down* const down = cause_of(d.condition, d.time);
  if (down == nullptr) return nullptr;
  LiveIncident* const row = row_of(*down);
  // A correlation is a symptom only if all of it is.
  const auto explained = [&](const Remembered& part) {
    Down* const by = part->life_safety || part->condition.empty() ? nullptr : cause_of(part->condition, part->time);
    return by != nullptr && row_of(*by) == row;
  };
  if (a.correlation && !std::all_of(a.parts.begin(), a.parts.end(), explained)) return nullptr;
  // What a person split from the row calls for itself.
  if (split_off(*row, a.links)) return nullptr;
  const bool known = std::any_of(row->symptoms.begin(), row->symptoms.end(),
                                 [&](const Symptom& s) { return s.condition == d.condition; });
  return known || row->symptoms.size() < kMostSymptoms ? down : nullptr;
}

void Fusion::Impl::take_symptom(const Down& down, const Alarmed& a, const Scene& scene, Changes& changes) {
  LiveIncident& row = *row_of(down);
  const Digest& d = *scene.digest;
  touch(row, row.aloud(d.time));
  auto it = std::find_if(row.symptoms.begin(), row.symptoms.end(),
                         [&](const Symptom& s) { return s.condition == d.condition; });
  if (it == row.symptoms.end()) {
    Joining joining{"explained by " + down.device, {}};
    joining.link.how = JoinLink::How::symptom;
    joining.link.entity = {EntityKind::host, down.device, down.device};
    Symptom fresh;
    fresh.condition = d.condition;
    fresh.lines.push_back(line_of(d, false, std::move(joining), row.draft.priority));
    fresh.lines.front().links = a.ties_of(d);
    row.symptoms.push_back(std::move(fresh));
    it = std::prev(row.symptoms.end());
    incidents.touch_device(row, d.device_id);
  } else if (it->newest != d.event_id) {
    fold_into(it->lines.front(), d);
  }
  // Several rules may speak of one event.
  if (it->newest != d.event_id) {
    ++row.draft.event_count;
    count_minute(row.draft, d.time);
  }
  it->newest = d.event_id;
  row.draft.last = std::max(row.draft.last, d.time);
  // Counted as in any incident, but its alerts are the symptom's, so that they go with it.
  LiveIncident alone;
  alone.alerts = std::move(it->alerts);
  bool repeat = false;
  const std::uint64_t id = count_alert(alone, a, scene, repeat);
  it->alerts = std::move(alone.alerts);
  std::vector<std::uint64_t>& ids = it->lines.front().alerts;
  if (ids.size() < kFewParts && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  if (conditions.begin(d.condition, d.time, now, policy).damped()) wait_until(conditions.next_due());
  for (const AlertShare& s : it->alerts)
    if (s.alert.id == id) changes.alerts.push_back(s.alert);
  row.draft.explains = static_cast<std::uint32_t>(row.symptoms.size());
  row.draft.last_change = "Explains " + std::to_string(row.draft.explains);
  stands_for(row);
}

/// It is as urgent as the most urgent of what it explains; if that is more than before, it calls.
void Fusion::Impl::stands_for(LiveIncident& row) {
  const Priority before = row.draft.priority;
  weigh(row);
  if (row.draft.priority <= before) return;
  touch(row, true);
  worsened(row, "priority rose to " + std::string(name_of(row.draft.priority)), row.draft.last_change);
}

void Fusion::Impl::begin_cause(LiveIncident& row, const Digest& d) {
  if (behind.empty() || d.drill || row.works || row.draft.drill) return;
  const ConditionParts cause = parts_of(d.condition);
  if (cause.thing.empty() || !behind.carries(cause.thing) || !condition_explains(cause.what, "offline") ||
      !conditions.stands(d.condition))
    return;
  const auto [it, fresh] = downs.try_emplace(d.condition);
  Down& down = it->second;
  const bool known = !fresh && row_of(down) == &row;
  down.device = cause.thing;
  down.condition = d.condition;
  if (!known) down.since = d.time;
  down.ended = 0;
  if (known) return;
  LiveIncident* const before = fresh ? nullptr : row_of(down);
  down.incident = row.draft.id;
  gather(row, down);
  // What an earlier row of it explains is this one's now.
  if (before != nullptr) release_symptoms(*before, "Opened: its cause is another row now, and this does not work");
}

/// Are these lines nothing but what the cause explains, begun close to it?
bool Fusion::Impl::all_explained(const LiveIncident& other, const Down& down) {
  return std::all_of(other.lines.begin(), other.lines.end(), [&](const Line& line) {
    if (line.context) return true;
    if (line.life_safety || line.condition.empty() || !conditions.stands(line.condition) ||
        line.shown.time < down.since - policy.cause_window)
      return false;
    const Down* const by = cause_of(line.condition, line.shown.time);
    return by != nullptr && row_of(*by) == row_of(down);
  });
}

void Fusion::Impl::gather(LiveIncident& row, const Down& down) {
  std::vector<std::uint64_t> ids;
  for (auto& [id, other] : incidents.all()) {
    const Incident& d = other.draft;
    const bool rests = d.state == IncidentState::fresh || d.state == IncidentState::acknowledged;
    if (&other != &row && rests && !other.works && !d.drill && !d.life_safety && !other.conditions.empty() &&
        !other.many_conditions && !incidents.kept_apart(id, row.draft.id) && all_explained(other, down) &&
        row.symptoms.size() + other.symptoms.size() + other.lines.size() <= kMostSymptoms)
      ids.push_back(id);
  }
  bool unseen = false;
  for (const std::uint64_t id : ids) {
    LiveIncident& other = *incidents.find(id);
    // An earlier one may have taken the room.
    if (row.symptoms.size() + other.symptoms.size() + other.lines.size() > kMostSymptoms) continue;
    unseen = unseen || other.draft.needs_acknowledgement();
    touch(row, true);
    touch(other, true);
    take_lines(row, other, down);
    Incident& d = other.draft;
    row.draft.event_count += d.event_count;
    for (const auto& [minute, n] : d.per_minute) count_minute(row.draft, minute * kMinute, n);
    row.draft.first = std::min(row.draft.first, d.first);
    row.draft.last = std::max(row.draft.last, d.last);
    d.respond_by = 0;
    d.last_change = "Explained by " + incident_name(row.draft.id);
    log(d, now, "Engine", d.last_change + ": " + row.draft.title);
    // A correlation over a symptom and something else is an incident of its own, so nothing leads from there to here.
    for (auto& [condition, inner] : downs)
      if (row_of(inner) == &other) inner.incident = row.draft.id;
    d.state = IncidentState::resolved;
    close(other);
  }
  if (ids.empty()) return;
  row.draft.explains = static_cast<std::uint32_t>(row.symptoms.size());
  row.draft.last_change = "Explains " + std::to_string(row.draft.explains);
  log(row.draft, now, "Engine",
      "Explains what failed with " + down.device + ": " + std::to_string(row.draft.explains) + " so far");
  stands_for(row);
  if (unseen && row.draft.acknowledged_revision != 0)
    call_person(row, "Alarms again: it explains what nobody acknowledged");
}

/// Each line becomes a symptom of its own, with its alerts; context goes with the first.
void Fusion::Impl::take_lines(LiveIncident& row, LiveIncident& other, const Down& down) {
  std::vector<Line> context;
  for (const Line& line : other.lines)
    if (line.context) context.push_back(line);
  for (const Line& line : other.lines) {
    if (line.context) continue;
    Symptom s;
    s.condition = line.condition;
    s.lines.push_back(line);
    s.lines.front().shown.joined_by = "explained by " + down.device;
    s.lines.front().shown.link = {};
    s.lines.front().shown.link.how = JoinLink::How::symptom;
    s.lines.front().shown.link.entity = {EntityKind::host, down.device, down.device};
    s.lines.insert(s.lines.end(), context.begin(), context.end());
    context.clear();
    for (const AlertShare& share : other.alerts)
      if (std::find(line.alerts.begin(), line.alerts.end(), share.alert.id) != line.alerts.end())
        s.alerts.push_back(share);
    if (s.alerts.empty() && !other.alerts.empty()) s.alerts.push_back(other.alerts.front());
    put_symptom(row, std::move(s));
  }
  for (Symptom& s : other.symptoms) put_symptom(row, std::move(s));
  other.symptoms.clear();
}

/// One that the row has already is more of it.
void Fusion::Impl::put_symptom(LiveIncident& row, Symptom symptom) {
  incidents.touch_device(row, symptom.lines.front().shown.device_id);
  const auto same = std::find_if(row.symptoms.begin(), row.symptoms.end(),
                                 [&](const Symptom& s) { return s.condition == symptom.condition; });
  if (same == row.symptoms.end()) {
    row.symptoms.push_back(std::move(symptom));
  } else {
    Line& line = same->lines.front();
    const Line& more = symptom.lines.front();
    line.shown.repeats += more.shown.repeats;
    line.shown.text = repeated(line.once, line.many, line.shown.repeats);
    line.shown.time = std::min(line.shown.time, more.shown.time);
    line.last = std::max(line.last, more.last);
    for (AlertShare& share : symptom.alerts) {
      if (line.alerts.size() < kFewParts) add_once(line.alerts, share.alert.id);
      if (std::none_of(same->alerts.begin(), same->alerts.end(),
                       [&](const AlertShare& s) { return s.alert.id == share.alert.id; }))
        same->alerts.push_back(std::move(share));
    }
  }
  row.draft.explains = static_cast<std::uint32_t>(row.symptoms.size());
}

/// All that the other explains; what the row has no room for calls for itself.
void Fusion::Impl::take_symptoms(LiveIncident& row, LiveIncident& other) {
  std::vector<Symptom> more = std::move(other.symptoms);
  other.symptoms.clear();
  for (Symptom& symptom : more) {
    const bool known = std::any_of(row.symptoms.begin(), row.symptoms.end(),
                                   [&](const Symptom& s) { return s.condition == symptom.condition; });
    if (known || row.symptoms.size() < kMostSymptoms)
      put_symptom(row, std::move(symptom));
    else
      other.symptoms.push_back(std::move(symptom));
  }
  std::erase_if(other.symptoms, [&](const Symptom& s) { return !conditions.stands(s.condition); });
  while (!other.symptoms.empty()) {
    LiveIncident& fresh = untie(other, other.symptoms.size() - 1);
    fresh.draft.last_change = "Stands by itself";
    call_person(fresh, "Opened: " + incident_name(row.draft.id) + " explains as much as it can");
  }
}

/// A row of its own stands for it already: it goes on there, and calls if that was seen and over.
bool Fusion::Impl::goes_on_elsewhere(const LiveIncident& row, const std::string& condition) {
  for (LiveIncident* const other : incidents.of_condition(condition)) {
    Incident& d = other->draft;
    if (other == &row || !d.open() || other->works) continue;
    touch(*other, true);
    const bool was_normal = d.cleared_at != 0;
    follow_conditions(*other);
    if (was_normal && d.cleared_at == 0 && d.acknowledged_revision != 0 && d.state != IncidentState::shelved)
      call_person(*other, "Alarms again: it was normal and is back");
    return true;
  }
  return false;
}

/// A symptom becomes an incident of its own.
LiveIncident& Fusion::Impl::untie(LiveIncident& row, std::size_t at) {
  Symptom s = std::move(row.symptoms[at]);
  row.symptoms.erase(row.symptoms.begin() + static_cast<std::ptrdiff_t>(at));
  row.draft.explains = static_cast<std::uint32_t>(row.symptoms.size());
  LiveIncident& fresh = incidents.open(now);  // a map: `row` stays where it is
  fresh.draft.revision = 0;
  touch(fresh, true);
  fresh.lines = std::move(s.lines);
  std::stable_sort(fresh.lines.begin(), fresh.lines.end(),
                   [](const Line& a, const Line& b) { return a.shown.time < b.shown.time; });
  fresh.alerts = std::move(s.alerts);
  // While it was explained nobody waited for what its alerts expect.
  for (AlertShare& share : fresh.alerts)
    for (Expected& e : share.expected) look_back(e, share, fresh.draft.drill);
  recount(fresh);
  follow_conditions(fresh);
  look_out(fresh);
  return fresh;
}

void Fusion::Impl::hand_causes(LiveIncident& from, LiveIncident& to) {
  const auto hand_on = [&](const std::string& condition) {
    const auto it = downs.find(condition);
    if (it == downs.end() || row_of(it->second) != &from) return false;
    it->second.incident = to.draft.id;
    return true;
  };
  bool more = false;
  for (const Line& line : to.lines)
    if (!line.context && !line.condition.empty()) more = hand_on(line.condition) || more;
  while (more) {
    more = false;
    for (std::size_t i = 0; i < from.symptoms.size();) {
      const Symptom& s = from.symptoms[i];
      const Down* const by = cause_of(s.condition, s.lines.front().shown.time);
      if (by == nullptr || row_of(*by) != &to) {
        ++i;
        continue;
      }
      more = hand_on(s.condition) || more;  // it may be a cause itself
      put_symptom(to, std::move(from.symptoms[i]));
      from.symptoms.erase(from.symptoms.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  from.draft.explains = static_cast<std::uint32_t>(from.symptoms.size());
}

/// What the row explains no more: what works again stays told there, what does not calls for itself.
void Fusion::Impl::release_symptoms(LiveIncident& row, const std::string& why) {
  // A cause that was explained by another one first: what hangs behind it goes into its row.
  for (const bool causes : {true, false})
    for (std::size_t i = 0; i < row.symptoms.size();) {
      const std::string condition = row.symptoms[i].condition;
      const std::string thing(parts_of(condition).thing);
      const UtcNs since = row.symptoms[i].lines.front().shown.time;
      Down* const by = cause_of(condition, since);
      LiveIncident* const there = by == nullptr ? nullptr : row_of(*by);
      if (behind.carries(thing) != causes || there == &row || !conditions.stands(condition)) {
        ++i;
        continue;
      }
      touch(row, true);
      if (there != nullptr && there->symptoms.size() < kMostSymptoms) {
        touch(*there, true);
        put_symptom(*there, std::move(row.symptoms[i]));
        row.symptoms.erase(row.symptoms.begin() + static_cast<std::ptrdiff_t>(i));
        there->draft.last_change = "Explains " + std::to_string(there->draft.explains);
        stands_for(*there);
        continue;
      }
      if (!causes && goes_on_elsewhere(row, condition)) {
        ++i;
        continue;
      }
      LiveIncident& fresh = untie(row, i);
      fresh.draft.last_change = "Stands by itself";
      call_person(fresh, why);
      const Line& told =
          *std::find_if(fresh.lines.begin(), fresh.lines.end(), [](const Line& line) { return !line.context; });
      log(row.draft, now, "Engine", told.shown.text + " stands by itself: " + incident_name(fresh.draft.id));
      if (!causes) continue;
      const auto [down, anew] = downs.try_emplace(condition);
      LiveIncident* const before = anew ? nullptr : row_of(down->second);
      down->second = {thing, condition, fresh.draft.id, since, 0};
      gather(fresh, down->second);
      if (before != nullptr && before != &row) release_symptoms(*before, why);
    }
  row.draft.explains = static_cast<std::uint32_t>(row.symptoms.size());
  incidents.tie_again(row);
}

void Fusion::Impl::cause_ends(const std::string& condition) {
  const auto it = downs.find(condition);
  if (it == downs.end()) return;
  LiveIncident* const row = row_of(it->second);
  if (row == nullptr) {
    downs.erase(it);
    return;
  }
  it->second.ended = now;
  wait_until(now + policy.cause_grace);
  if (row->symptoms.empty()) return;
  touch(*row, true);
  log(row->draft, now, "Engine",
      it->second.device + " works again; what does not in " + span_in_words(policy.cause_grace) + " calls for itself");
}

void Fusion::Impl::let_go(LiveIncident& row) {
  std::erase_if(downs, [&](const auto& down) { return row_of(down.second) == &row; });
  if (!row.symptoms.empty())
    release_symptoms(row, "Opened: " + incident_name(row.draft.id) + " is resolved, and this still does not work");
}

void Fusion::Impl::causes_due() {
  std::vector<std::pair<std::uint64_t, std::string>> over;  // row, device
  for (auto it = downs.begin(); it != downs.end();) {
    Down& down = it->second;
    const LiveIncident* const row = row_of(down);
    if (row != nullptr && (down.ended == 0 || now < down.ended + policy.cause_grace)) {
      if (down.ended != 0) wait_until(down.ended + policy.cause_grace);
      ++it;
      continue;
    }
    if (row != nullptr) over.emplace_back(row->draft.id, down.device);
    it = downs.erase(it);
  }
  for (const auto& [id, device] : over)
    if (LiveIncident* const row = incidents.find(id); row != nullptr && row->draft.open())
      release_symptoms(*row, "Opened: " + device + " works again, and this does not");
}

}  // namespace wf::fusion
