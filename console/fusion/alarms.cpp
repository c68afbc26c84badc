#include "console/fusion/alarms.hpp"

#include <algorithm>

#include "console/fusion/state.hpp"

namespace wf::fusion {

void AlarmRate::annunciated(UtcNs now, std::uint32_t begins) {
  times_.push_back(now);
  while (now - times_.front() > kSpan) times_.pop_front();
  if (times_.size() > begins) flood_ = true;
}

bool AlarmRate::pass(UtcNs now, std::uint32_t ends) {
  while (!times_.empty() && now - times_.front() > kSpan) times_.pop_front();
  if (!flood_ || times_.size() >= ends) return false;
  flood_ = false;
  return true;
}

std::uint32_t AlarmRate::in_span(UtcNs now) const {
  return static_cast<std::uint32_t>(
      std::count_if(times_.begin(), times_.end(), [&](UtcNs t) { return t <= now && now - t <= kSpan; }));
}

std::int64_t response_target(const Policy& policy, Priority priority) {
  switch (priority) {
    case Priority::critical:
      return policy.respond_critical;
    case Priority::high:
      return policy.respond_high;
    case Priority::medium:
      return policy.respond_medium;
    case Priority::low:
      return policy.respond_low;
  }
  return policy.respond_low;
}

void Fusion::Impl::call_person(LiveIncident& live, const std::string& why) {
  Incident& d = live.draft;
  if (d.state == IncidentState::shelved) {
    live.before = live.before_shelf;
    d.shelved_until = 0;
    d.shelf_reason.clear();
  } else if (d.state != IncidentState::fresh) {
    live.before = d.state == IncidentState::cleared ? IncidentState::acknowledged : d.state;
  }
  d.shelf_until_clear = false;
  live.found_clear = false;
  d.state = IncidentState::fresh;
  fresh_again(live);
  d.acknowledged_revision = 0;
  d.acknowledged_at = 0;
  d.respond_by = now + response_target(policy, d.priority);
  live.target_missed = false;
  live.alarm_revision = d.revision;
  wait_until(d.respond_by);
  begin_steps(live);
  const bool opened = live.called_at == 0;
  live.called_at = now;
  alarms.annunciated(now, policy.flood_begins * policy.desks);
  pass_time();
  figures.called(live, opened, alarms.newest());
  log(d, now, "Engine", why);
}

void Fusion::Impl::pass_time() {
  if (now >= week_ends) {
    const UtcNs begins = local_time.week(estate->sites.empty() ? std::string() : estate->sites.front().time_zone, now);
    week_begins = begins;
    week_ends = begins + 7 * kDay;
  }
  figures.pass(now, week_begins, alarms.flood());
}

void Fusion::Impl::on_tick(UtcNs at, Changes& changes) {
  now = std::max(now, at);
  stale_due();
  tickets_due();
  // A flood that is over ends with the time that passed, so that counts first.
  pass_time();
  if (alarms.pass(now, policy.flood_ends * policy.desks)) flood_rows.clear();
  pass_time();
  matches.clear();
  matcher->tick(now, matches);
  take_absences(changes);
  for (const std::uint64_t id : quiet)
    if (LiveIncident* live = incidents.find(id); live != nullptr && !touched.contains(id)) {
      // Its revision was counted when it changed; it only was not published.
      changes.incidents.push_back(Incidents::publish(*live));
    }
  quiet.clear();
  if (next_due != 0 && now >= next_due) {
    next_due = 0;
    orders_due(changes);
    conditions_due();
    evidence_due();
    causes_due();
    works_due();
    if (tickets.next_due() != 0) wait_until(tickets.next_due());
    for (auto& [id, live] : incidents.all()) {
      Incident& d = live.draft;
      if (!d.open() || live.works) continue;
      dispatch_due(live);
      if (d.state != IncidentState::shelved) steps_due(live);
      if (d.state == IncidentState::shelved) {
        if (now < d.shelved_until) {
          wait_until(d.shelved_until);
          continue;
        }
        if (d.cleared_at != 0) {
          leave_shelf(live, "Returned from shelf, normal again");
          continue;
        }
        touch(live, true);
        d.last_change = "Returned from shelf";
        call_person(live, "Returned from shelf, still active");
      } else if (d.needs_acknowledgement() && d.respond_by != 0) {
        if (now < d.respond_by) {
          wait_until(d.respond_by);
          continue;
        }
        if (!live.target_missed) {
          touch(live, true);
          live.target_missed = true;
          figures.missed(live);
          d.last_change = "Target missed";
          log(d, now, "Engine", "Not acknowledged within the response target");
        }
        escalate_when_due(live);
      }
    }
  }
  finish(changes);
}

}  // namespace wf::fusion
