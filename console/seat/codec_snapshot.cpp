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
  out.set_given_up_events(in.given_up_events);
  out.set_epochs(in.epochs);
  out.set_copies(in.copies);
  out.set_last_copy(in.last_copy);
  out.set_clock_ahead(in.clock_ahead);
  for (const AgentState::Numbers& n : in.numbers) {
    pb::Numbers& to = *out.add_numbers();
    to.set_epoch(n.epoch);
    to.set_lane(n.lane);
    to.set_first(n.first);
    to.set_last(n.last);
    to.set_given_up(n.given_up);
    to.set_reason(n.reason);
  }
  out.set_remote(in.remote);
  encode_report(in.report, *out.mutable_report());
  out.set_problem(in.problem);
  out.set_refused_batches(in.refused_batches);
  for (const AgentState::Lane& l : in.ledger) {
    pb::Lane& to = *out.add_ledger();
    to.set_epoch(l.epoch);
    to.set_lane(l.lane);
    to.set_up_to(l.up_to);
    to.set_stored(l.stored);
    to.set_missing(l.missing);
    to.set_given_up(l.given_up);
  }
  out.set_late_events(in.late_events);
  out.set_old_events(in.old_events);
  for (const AgentState::Remark& r : in.remarks) {
    pb::Remark& to = *out.add_remarks();
    to.set_time(r.time);
    to.set_kind(r.kind);
    to.set_text(r.text);
  }
  out.set_enrolled(in.enrolled);
  for (const std::string& pattern : in.devices) out.add_devices(pattern);
  out.set_key_since(in.key_since);
  out.set_key_due(in.key_due);
  out.set_key_asked(in.key_asked);
  out.set_kept_out_until(in.kept_out_until);
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
  out.given_up_events = in.given_up_events();
  out.epochs = in.epochs();
  out.copies = in.copies();
  out.last_copy = in.last_copy();
  out.clock_ahead = in.clock_ahead();
  for (const pb::Numbers& n : in.numbers())
    out.numbers.push_back(
        {n.epoch(), static_cast<std::uint8_t>(n.lane()), n.first(), n.last(), n.given_up(), n.reason()});
  out.remote = in.remote();
  if (Result<AgentReport> report = decode_report(in.report()); report) out.report = std::move(*report);
  out.problem = in.problem();
  out.refused_batches = in.refused_batches();
  for (const pb::Lane& l : in.ledger())
    out.ledger.push_back(
        {l.epoch(), static_cast<std::uint8_t>(l.lane()), l.up_to(), l.stored(), l.missing(), l.given_up()});
  out.late_events = in.late_events();
  out.old_events = in.old_events();
  for (const pb::Remark& r : in.remarks()) out.remarks.push_back({r.time(), r.kind(), r.text()});
  out.enrolled = in.enrolled();
  out.devices.assign(in.devices().begin(), in.devices().end());
  out.key_since = in.key_since();
  out.key_due = in.key_due();
  out.key_asked = in.key_asked();
  out.kept_out_until = in.kept_out_until();
  return out;
}

namespace {

void put_order(const DeviceOrder& in, pb::DeviceOrder& out) {
  out.set_id(in.id);
  out.set_action(in.action);
  out.set_agent(in.agent);
  out.set_actor(in.actor);
  out.set_seconds(in.seconds);
  out.set_asked(in.asked);
  out.set_expires(in.expires);
  out.set_state(in.state);
  for (const auto& [time, text] : in.lines) {
    pb::LogLine& line = *out.add_lines();
    line.set_time(time);
    line.set_text(text);
  }
}

DeviceOrder take_order(const pb::DeviceOrder& in) {
  DeviceOrder out{in.id(), in.action(), in.agent(), in.actor(), in.seconds(), in.asked(), in.expires(), in.state(), {}};
  for (const pb::LogLine& line : in.lines()) out.lines.emplace_back(line.time(), line.text());
  return out;
}

}  // namespace

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
    to.set_agent(state.agent);
    if (!state.order.id.empty()) put_order(state.order, *to.mutable_order());
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
    state.agent = d.agent();
    if (d.has_order()) state.order = take_order(d.order());
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
  out.set_heartbeat(in.heartbeat);
}

EngineHealth take_health(const pb::Health& in) {
  return {in.problem(),        in.refused_batches(), in.queue_depth(), in.log_position(),
          in.fused_position(), in.ledger_checked(),  in.ledger_gaps(), false,
          in.heartbeat()};
}

using AttachmentStates = std::map<std::string, AttachmentState>;

void put_attachment(const std::string& hash, const AttachmentState& state, pb::AttachmentState& out) {
  out.set_hash(hash);
  out.set_where(static_cast<std::uint32_t>(state.where));
  out.set_have(state.have);
  out.set_bytes(state.bytes);
  out.set_time(state.time);
  out.set_media_type(state.media_type);
  out.set_why(state.why);
}

/// While a clip arrives one of thousands changes ten times a second.
void put_attachments(const AttachmentStates& now, const AttachmentStates& last, pb::AttachmentStates& out) {
  auto before = last.begin();
  const auto pass_to = [&](const std::string* hash) {
    for (; before != last.end() && (hash == nullptr || before->first < *hash); ++before) out.add_gone(before->first);
  };
  for (const auto& [hash, state] : now) {
    pass_to(&hash);
    const bool known = before != last.end() && before->first == hash;
    if (!known || before->second != state) put_attachment(hash, state, *out.add_attachments());
    if (known) ++before;
  }
  pass_to(nullptr);
}

std::shared_ptr<const AttachmentStates> take_attachments(const pb::AttachmentStates& in, const AttachmentStates& last) {
  auto out = std::make_shared<AttachmentStates>(last);
  for (const std::string& hash : in.gone()) out->erase(hash);
  for (const pb::AttachmentState& a : in.attachments())
    out->insert_or_assign(a.hash(), AttachmentState{as_enum(a.where(), AttachmentState::Where::removed), a.have(),
                                                    a.bytes(), a.time(), a.media_type(), a.why()});
  return out;
}

void put_posts(const std::vector<GuardPost>& in, pb::GuardPosts& out) {
  for (const GuardPost& post : in) {
    pb::GuardPost& to = *out.add_posts();
    to.set_user(post.user);
    to.set_role(post.role);
    to.set_name(post.name);
    to.set_seat(post.seat);
  }
}

std::vector<GuardPost> take_posts(const pb::GuardPosts& in) {
  std::vector<GuardPost> out;
  for (const pb::GuardPost& post : in.posts()) out.push_back({post.user(), post.role(), post.name(), post.seat()});
  return out;
}

/// What a snapshot before knew; nothing if there was none.
const AttachmentStates& attachments_of(const Snapshot* s) {
  static const AttachmentStates none;
  return s != nullptr && s->attachments ? *s->attachments : none;
}

/// The incidents of a snapshot by address: an incident that is the same object did not change.
std::unordered_map<std::uint64_t, const Incident*> known_incidents(const Snapshot* s) {
  std::unordered_map<std::uint64_t, const Incident*> out;
  if (s == nullptr) return out;
  out.reserve(s->incidents.size());
  for (const auto& i : s->incidents) out.emplace(i->id, i.get());
  return out;
}

void put_snapshot(const Snapshot& s, const Snapshot* last, std::uint32_t version, pb::SnapshotUpdate& out) {
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
  if (s.attachments && (last == nullptr || last->attachments != s.attachments))
    put_attachments(*s.attachments, attachments_of(version < kAttachmentChangesVersion ? nullptr : last),
                    *out.mutable_attachments());
  if (s.tickets && (last == nullptr || last->tickets != s.tickets)) put(*s.tickets, *out.mutable_tickets());
  if (s.figures && (last == nullptr || last->figures != s.figures)) put(*s.figures, *out.mutable_figures());
  if (s.posts && (last == nullptr || last->posts != s.posts)) put_posts(*s.posts, *out.mutable_posts());
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

Result<std::shared_ptr<const Snapshot>> take_snapshot(const pb::SnapshotUpdate& in, const Snapshot* last,
                                                      std::uint32_t version) {
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
  if (in.has_attachments())
    s.attachments =
        take_attachments(in.attachments(), attachments_of(version < kAttachmentChangesVersion ? nullptr : last));
  else if (last != nullptr)
    s.attachments = last->attachments;
  if (in.has_tickets())
    s.tickets = std::make_shared<const std::vector<Ticket>>(take(in.tickets()));
  else if (last != nullptr)
    s.tickets = last->tickets;
  if (in.has_figures())
    s.figures = std::make_shared<const AlarmFigures>(take(in.figures()));
  else if (last != nullptr)
    s.figures = last->figures;
  if (in.has_posts())
    s.posts = std::make_shared<const std::vector<GuardPost>>(take_posts(in.posts()));
  else if (last != nullptr)
    s.posts = last->posts;
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
    put(update.page->page, page);
  }
  to.set_refused(update.refused);
  if (update.health) put(*update.health, *to.mutable_health());
  to.set_heartbeat(!update.welcome && update.replies.empty() && !update.page && update.refused.empty() &&
                   !update.health);
  to.SerializeToString(&out);
}

void UpdateEncoder::encode_snapshot(const std::shared_ptr<const Snapshot>& snapshot, std::string& out) const {
  pb::SeatUpdate to;
  put_snapshot(*snapshot, last_.get(), version_, *to.mutable_snapshot());
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
    page.page = take(in.page());
    out.page = std::move(page);
  }
  out.refused = in.refused();
  if (in.has_health()) out.health = take(in.health());
  snapshot.reset();
  if (in.has_snapshot()) {
    Result<std::shared_ptr<const Snapshot>> made = take_snapshot(in.snapshot(), last_.get(), version_);
    if (!made) return made.error();
    last_ = *made;
    snapshot = std::move(*made);
  }
  return out;
}

}  // namespace wf::seat
