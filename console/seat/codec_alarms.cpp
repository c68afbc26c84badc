// What alarm management has beside incidents, on the wire.
#include <algorithm>

#include "console/seat/codec_parts.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {
namespace {

template <class Counts, class To>
void put_counts(const Counts& counts, To& to) {
  for (const std::uint32_t n : counts) to.Add(n);
}

template <class Counts, class From>
void take_counts(const From& from, Counts& counts) {
  const auto n = std::min<std::size_t>(counts.size(), static_cast<std::size_t>(from.size()));
  for (std::size_t i = 0; i < n; ++i) counts[i] = from.Get(static_cast<int>(i));
}

}  // namespace

void put(const AlarmFigures::Part& in, pb::AlarmPart& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_calls(in.calls);
  out.set_rows(in.rows);
  out.set_repeats(in.repeats);
  put_counts(in.priorities, *out.mutable_priorities());
  put_counts(in.acknowledged.counts, *out.mutable_acknowledged());
  put_counts(in.acknowledged_high.counts, *out.mutable_acknowledged_high());
  out.set_in_target(in.in_target);
  out.set_missed(in.missed);
  out.set_escalated(in.escalated);
  out.set_chattering(in.chattering);
  out.set_fleeting(in.fleeting);
  out.set_stale(in.stale);
  put_counts(in.causes, *out.mutable_causes());
  out.set_operator_time(in.operator_time);
  put_counts(in.over.counts, *out.mutable_over());
  put_counts(in.back.counts, *out.mutable_back());
  out.set_point(in.point);
  out.set_of_point(in.of_point);
}

AlarmFigures::Part take(const pb::AlarmPart& in) {
  AlarmFigures::Part out;
  out.id = in.id();
  out.name = in.name();
  out.calls = in.calls();
  out.rows = in.rows();
  out.repeats = in.repeats();
  take_counts(in.priorities(), out.priorities);
  take_counts(in.acknowledged(), out.acknowledged.counts);
  take_counts(in.acknowledged_high(), out.acknowledged_high.counts);
  out.in_target = in.in_target();
  out.missed = in.missed();
  out.escalated = in.escalated();
  out.chattering = in.chattering();
  out.fleeting = in.fleeting();
  out.stale = in.stale();
  take_counts(in.causes(), out.causes);
  out.operator_time = in.operator_time();
  take_counts(in.over(), out.over.counts);
  take_counts(in.back(), out.back.counts);
  out.point = in.point();
  out.of_point = in.of_point();
  return out;
}

void put(const AlarmFigures::Worst& in, pb::AlarmWorst& out) {
  out.set_rule(in.rule);
  out.set_name(in.name);
  out.set_calls(in.calls);
  out.set_minutes(in.minutes);
  out.set_fix(in.fix);
}

AlarmFigures::Worst take(const pb::AlarmWorst& in) {
  return {in.rule(), in.name(), in.calls(), in.minutes(), in.fix()};
}

void put(const AlarmFigures& in, pb::AlarmFigures& out) {
  for (const AlarmFigures::Week& week : in.weeks) {
    pb::AlarmWeek& to = *out.add_weeks();
    to.set_begins(week.begins);
    to.set_counted(week.counted);
    to.set_flood_time(week.flood_time);
    to.set_floods(week.floods);
    to.set_most(week.most);
    to.set_desks_on_duty(week.desks_on_duty);
    put(week.all, *to.mutable_all());
    for (const AlarmFigures::Part& part : week.rules) put(part, *to.add_rules());
    for (const AlarmFigures::Part& part : week.desks) put(part, *to.add_desks());
    for (const AlarmFigures::Part& part : week.people) put(part, *to.add_people());
    for (const AlarmFigures::Worst& worst : week.worst) put(worst, *to.add_worst());
  }
  out.set_stale_now(in.stale_now);
  out.set_chattering_now(in.chattering_now);
  out.set_fleeting_now(in.fleeting_now);
}

AlarmFigures take(const pb::AlarmFigures& in) {
  AlarmFigures out;
  for (const pb::AlarmWeek& week : in.weeks()) {
    AlarmFigures::Week& to = out.weeks.emplace_back();
    to.begins = week.begins();
    to.counted = week.counted();
    to.flood_time = week.flood_time();
    to.floods = week.floods();
    to.most = week.most();
    to.desks_on_duty = week.desks_on_duty();
    to.all = take(week.all());
    for (const pb::AlarmPart& part : week.rules()) to.rules.push_back(take(part));
    for (const pb::AlarmPart& part : week.desks()) to.desks.push_back(take(part));
    for (const pb::AlarmPart& part : week.people()) to.people.push_back(take(part));
    for (const pb::AlarmWorst& worst : week.worst()) to.worst.push_back(take(worst));
  }
  out.stale_now = in.stale_now();
  out.chattering_now = in.chattering_now();
  out.fleeting_now = in.fleeting_now();
  return out;
}

void put(const std::vector<Ticket>& in, pb::Tickets& out) {
  for (const Ticket& t : in) {
    pb::Ticket& to = *out.add_tickets();
    to.set_id(t.id);
    to.set_why(static_cast<std::uint32_t>(t.why));
    to.set_state(static_cast<std::uint32_t>(t.state));
    to.set_device(t.device);
    to.set_agent(t.agent);
    to.set_name(t.name);
    to.set_site_id(t.site_id);
    to.set_unit_id(t.unit_id);
    to.set_place(t.place);
    to.set_what(t.what);
    to.set_owner(t.owner);
    to.set_vital(t.vital);
    to.set_since(t.since);
    to.set_opened(t.opened);
    to.set_target(t.target);
    to.set_overdue(t.overdue);
    to.set_times(t.times);
    to.set_patrol(t.patrol);
    to.set_patrol_due(t.patrol_due);
    to.set_patrols(t.patrols);
    to.set_patrols_missed(t.patrols_missed);
    to.set_closed(t.closed);
    for (const LogLine& line : t.log) {
      pb::LogLine& l = *to.add_log();
      l.set_time(line.time);
      l.set_actor(line.actor);
      l.set_text(line.text);
    }
  }
}

std::vector<Ticket> take(const pb::Tickets& in) {
  std::vector<Ticket> out;
  out.reserve(static_cast<std::size_t>(in.tickets_size()));
  for (const pb::Ticket& t : in.tickets()) {
    Ticket& to = out.emplace_back();
    to.id = t.id();
    to.why = as_enum(t.why(), Ticket::Why::reported);
    to.state = as_enum(t.state(), Ticket::State::closed);
    to.device = t.device();
    to.agent = t.agent();
    to.name = t.name();
    to.site_id = t.site_id();
    to.unit_id = t.unit_id();
    to.place = t.place();
    to.what = t.what();
    to.owner = t.owner();
    to.vital = t.vital();
    to.since = t.since();
    to.opened = t.opened();
    to.target = t.target();
    to.overdue = t.overdue();
    to.times = t.times();
    to.patrol = t.patrol();
    to.patrol_due = t.patrol_due();
    to.patrols = t.patrols();
    to.patrols_missed = t.patrols_missed();
    to.closed = t.closed();
    for (const pb::LogLine& l : t.log()) to.log.push_back({l.time(), l.actor(), l.text()});
  }
  return out;
}

}  // namespace wf::seat
