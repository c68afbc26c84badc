#include <algorithm>

#include "console/seat/codec_parts.hpp"
#include "console/seat/seat_codec.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {

void put(const AgentState& in, pb::Agent& out) {
  out.set_name(in.name);
  out.set_kind(in.kind);
  out.set_version(in.version);
  out.set_health(static_cast<std::uint32_t>(in.health));
  out.set_last_heard(in.last_heard);
  out.set_clock_skew(in.clock_skew);
  out.set_events(in.events);
  out.set_per_minute(in.per_minute);
  for (const std::uint16_t n : in.recent) out.add_recent(n);
  out.set_gap_events(in.gap_events);
  out.set_remote(in.remote);
  encode_report(in.report, *out.mutable_report());
  out.set_problem(in.problem);
  out.set_refused_batches(in.refused_batches);
}

AgentState take(const pb::Agent& in) {
  AgentState out;
  out.name = in.name();
  out.kind = in.kind();
  out.version = in.version();
  out.health = as_enum(in.health(), AgentState::Health::never);
  out.last_heard = in.last_heard();
  out.clock_skew = in.clock_skew();
  out.events = in.events();
  out.per_minute = in.per_minute();
  const int n = std::min(in.recent_size(), static_cast<int>(out.recent.size()));
  for (int i = 0; i < n; ++i) out.recent[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(in.recent(i));
  out.gap_events = in.gap_events();
  out.remote = in.remote();
  if (Result<AgentReport> report = decode_report(in.report()); report) out.report = std::move(*report);
  out.problem = in.problem();
  out.refused_batches = in.refused_batches();
  return out;
}

void put(const std::map<std::string, DeviceState>& in, pb::DeviceStates& out) {
  for (const auto& [id, state] : in) {
    pb::DeviceState& to = *out.add_devices();
    to.set_id(id);
    to.set_state(state.state);
    to.set_since(state.since);
    to.set_last_event(state.last_event);
    to.set_worst(static_cast<std::uint32_t>(state.worst));
    to.set_in_incident(state.in_incident);
    for (const DeviceState::Line& line : state.recent) {
      pb::LogLine& l = *to.add_recent();
      l.set_time(line.time);
      l.set_text(line.text);
    }
  }
}

std::map<std::string, DeviceState> take(const pb::DeviceStates& in) {
  std::map<std::string, DeviceState> out;
  for (const pb::DeviceState& d : in.devices()) {
    DeviceState& state = out[d.id()];
    state.state = d.state();
    state.since = d.since();
    state.last_event = d.last_event();
    state.worst = as_enum(d.worst(), Priority::critical);
    state.in_incident = d.in_incident();
    for (const pb::LogLine& l : d.recent()) state.recent.push_back({l.time(), l.text()});
  }
  return out;
}

namespace {

void put_bar(const Snapshot::Bar& in, pb::Bar& out) {
  out.set_incident(in.incident);
  out.set_domain(static_cast<std::uint32_t>(in.domain));
  out.set_priority(static_cast<std::uint32_t>(in.priority));
  out.set_acknowledged(in.acknowledged);
  out.set_resolved(in.resolved);
  out.set_begin(in.begin);
  out.set_end(in.end);
}

Snapshot::Bar take_bar(const pb::Bar& in) {
  return {in.incident(),
          as_enum(in.domain(), Domain::network),
          as_enum(in.priority(), Priority::critical),
          in.acknowledged(),
          in.resolved(),
          in.begin(),
          in.end()};
}

void put_health(const EngineHealth& in, pb::Health& out) {
  out.set_problem(in.problem);
  out.set_refused_batches(in.refused_batches);
  out.set_queue_depth(in.queue_depth);
  out.set_log_position(in.log_position);
  out.set_fused_position(in.fused_position);
  out.set_ledger_checked(in.ledger_checked);
  out.set_ledger_gaps(in.ledger_gaps);
}

EngineHealth take_health(const pb::Health& in) {
  return {in.problem(),        in.refused_batches(), in.queue_depth(), in.log_position(),
          in.fused_position(), in.ledger_checked(),  in.ledger_gaps(), false};
}

/// The incidents of a snapshot by address: an incident that is the same object did not change.
std::unordered_map<std::uint64_t, const Incident*> known_incidents(const Snapshot* s) {
  std::unordered_map<std::uint64_t, const Incident*> out;
  if (s == nullptr) return out;
  out.reserve(s->incidents.size());
  for (const auto& i : s->incidents) out.emplace(i->id, i.get());
  return out;
}

void put_snapshot(const Snapshot& s, const Snapshot* last, pb::SnapshotUpdate& out) {
  out.set_version(s.version);
  out.set_whole(last == nullptr);
  out.set_now(s.now);
  out.set_clock_offset(s.clock_offset);
  out.set_clock_rate(s.clock_rate);
  if (s.estate && (last == nullptr || last->estate != s.estate)) put(*s.estate, *out.mutable_estate());
  const auto known = known_incidents(last);
  for (const auto& i : s.incidents) {
    out.add_order(i->id);
    const auto it = known.find(i->id);
    if (it == known.end() || it->second != i.get()) put(*i, *out.add_incidents());
  }
  out.set_resolved_today(s.resolved_today);
  out.set_quiet_since(s.quiet_since);
  if (s.devices && (last == nullptr || last->devices != s.devices)) put(*s.devices, *out.mutable_devices());
  if (s.zone_people && (last == nullptr || last->zone_people != s.zone_people)) {
    pb::ZonePeople& people = *out.mutable_zone_people();
    for (const auto& [unit, count] : *s.zone_people) {
      people.add_unit(unit);
      people.add_people(count);
    }
  }
  for (const AgentState& a : s.agents) put(a, *out.add_agents());
  out.set_events_total(s.events_total);
  out.set_events_per_second(s.events_per_second);
  for (const std::uint16_t n : s.eps_history) out.add_eps_history(n);
  out.set_alarms_10min(s.alarms_10min);
  out.set_alarm_limit(s.alarm_limit);
  out.set_flood(s.flood);
  for (const std::uint32_t n : s.histogram) out.add_histogram(n);
  out.set_histogram_span(s.histogram_span);
  for (const Snapshot::Bar& b : s.bars) put_bar(b, *out.add_bars());
  put_health(s.health, *out.mutable_health());
  out.set_user(s.user);
  out.set_role(s.role);
  out.set_seat(s.seat);
  out.set_threat_level(s.threat_level);
  out.set_threat_name(s.threat_name);
  out.set_demo(s.demo);
}

Result<std::shared_ptr<const Snapshot>> take_snapshot(const pb::SnapshotUpdate& in, const Snapshot* last) {
  if (in.whole()) last = nullptr;
  if (!in.whole() && last == nullptr) {
    return Error{"a change came before the whole", "snapshot from the engine", "the seat says hello again"};
  }
  auto out = std::make_shared<Snapshot>();
  Snapshot& s = *out;
  s.version = in.version();
  s.now = in.now();
  s.clock_offset = in.clock_offset();
  s.clock_rate = in.clock_rate();
  if (in.has_estate()) {
    s.estate = std::make_shared<const Estate>(take(in.estate()));
  } else {
    s.estate = last != nullptr ? last->estate : std::make_shared<const Estate>();
  }

  std::unordered_map<std::uint64_t, std::shared_ptr<const Incident>> incidents;
  if (last != nullptr)
    for (const auto& i : last->incidents) incidents.emplace(i->id, i);
  for (const pb::Incident& i : in.incidents()) {
    auto made = std::make_shared<const Incident>(take(i));
    incidents[made->id] = std::move(made);
  }
  s.incidents.reserve(static_cast<std::size_t>(in.order_size()));
  for (const std::uint64_t id : in.order()) {
    const auto it = incidents.find(id);
    if (it == incidents.end()) {
      return Error{"incident " + std::to_string(id) + " is missing", "snapshot from the engine",
                   "the seat says hello again"};
    }
    s.incidents.push_back(it->second);
  }

  s.resolved_today = in.resolved_today();
  s.quiet_since = in.quiet_since();
  if (in.has_devices()) {
    s.devices = std::make_shared<const std::map<std::string, DeviceState>>(take(in.devices()));
  } else {
    s.devices = last != nullptr ? last->devices : std::make_shared<const std::map<std::string, DeviceState>>();
  }
  if (in.has_zone_people()) {
    auto people = std::make_shared<std::map<std::string, std::uint32_t>>();
    const int n = std::min(in.zone_people().unit_size(), in.zone_people().people_size());
    for (int i = 0; i < n; ++i) people->emplace(in.zone_people().unit(i), in.zone_people().people(i));
    s.zone_people = std::move(people);
  } else {
    s.zone_people =
        last != nullptr ? last->zone_people : std::make_shared<const std::map<std::string, std::uint32_t>>();
  }
  for (const pb::Agent& a : in.agents()) s.agents.push_back(take(a));
  s.events_total = in.events_total();
  s.events_per_second = in.events_per_second();
  const int n = std::min(in.eps_history_size(), static_cast<int>(s.eps_history.size()));
  for (int i = 0; i < n; ++i) {
    s.eps_history[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(in.eps_history(i));
  }
  s.alarms_10min = in.alarms_10min();
  s.alarm_limit = in.alarm_limit();
  s.flood = in.flood();
  s.histogram.assign(in.histogram().begin(), in.histogram().end());
  s.histogram_span = in.histogram_span();
  for (const pb::Bar& b : in.bars()) s.bars.push_back(take_bar(b));
  s.health = take_health(in.health());
  s.user = in.user();
  s.role = in.role();
  s.seat = in.seat();
  s.threat_level = static_cast<std::uint8_t>(std::clamp(in.threat_level(), 1U, 4U));
  s.threat_name = in.threat_name();
  s.demo = in.demo();
  return std::shared_ptr<const Snapshot>(std::move(out));
}

}  // namespace

void UpdateEncoder::encode(const Update& update, std::string& out) const {
  pb::SeatUpdate to;
  if (update.welcome) {
    to.mutable_welcome()->set_wire_version(update.welcome->wire_version);
    to.mutable_welcome()->set_program(update.welcome->program);
  }
  for (const CommandReply& r : update.replies) {
    pb::SeatReply& reply = *to.add_replies();
    reply.set_command_id(r.command_id);
    reply.set_accepted(r.accepted);
    reply.set_message(r.message);
  }
  if (update.page) {
    pb::SeatPage& page = *to.mutable_page();
    page.set_token(update.page->token);
    for (const std::string& line : update.page->page.lines) page.add_lines(line);
    page.set_more(update.page->page.more);
    page.set_error(update.page->page.error);
  }
  to.set_refused(update.refused);
  to.set_heartbeat(!update.welcome && update.replies.empty() && !update.page && update.refused.empty());
  to.SerializeToString(&out);
}

void UpdateEncoder::encode_snapshot(const std::shared_ptr<const Snapshot>& snapshot, std::string& out) const {
  pb::SeatUpdate to;
  put_snapshot(*snapshot, last_.get(), *to.mutable_snapshot());
  to.SerializeToString(&out);
}

Result<Update> UpdateDecoder::decode(std::string_view bytes, std::shared_ptr<const Snapshot>& snapshot) {
  pb::SeatUpdate in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{"an update cannot be read", "engine", "check that both ends are Watchfloor"};
  }
  Update out;
  if (in.has_welcome()) out.welcome = Update::Welcome{in.welcome().wire_version(), in.welcome().program()};
  for (const pb::SeatReply& r : in.replies()) out.replies.push_back({r.command_id(), r.accepted(), r.message()});
  if (in.has_page()) {
    Update::Page page;
    page.token = in.page().token();
    page.page.lines.assign(in.page().lines().begin(), in.page().lines().end());
    page.page.more = in.page().more();
    page.page.error = in.page().error();
    out.page = std::move(page);
  }
  out.refused = in.refused();
  snapshot.reset();
  if (in.has_snapshot()) {
    Result<std::shared_ptr<const Snapshot>> made = take_snapshot(in.snapshot(), last_.get());
    if (!made) return made.error();
    last_ = *made;
    snapshot = std::move(*made);
  }
  return out;
}

}  // namespace wf::seat
