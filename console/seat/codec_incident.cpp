#include "console/seat/codec_parts.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {
namespace {

void put(const EntityRef& in, pb::Entity& out) {
  out.set_kind(static_cast<std::uint32_t>(in.kind));
  out.set_id(in.id);
  out.set_name(in.name);
}

EntityRef take(const pb::Entity& in) { return {as_enum(in.kind(), EntityKind::agent), in.id(), in.name()}; }

void put(const JoinLink& in, pb::JoinLink& out) {
  out.set_how(static_cast<std::uint32_t>(in.how));
  if (!in.entity.id.empty()) put(in.entity, *out.mutable_entity());
  out.set_weight(in.weight);
  out.set_score(in.score);
  out.set_further(in.further);
  out.set_apart(in.apart);
  out.set_actor(in.actor);
  out.set_incident(in.incident);
}

JoinLink take(const pb::JoinLink& in) {
  JoinLink out;
  out.how = as_enum(in.how(), JoinLink::How::flood);
  if (in.has_entity()) out.entity = take(in.entity());
  out.weight = in.weight();
  out.score = in.score();
  out.further = in.further();
  out.apart = in.apart();
  out.actor = in.actor();
  out.incident = in.incident();
  return out;
}

void put(const Evidence& in, pb::Evidence& out) {
  out.set_role(static_cast<std::uint32_t>(in.role));
  out.set_text(in.text);
  out.set_state(static_cast<std::uint32_t>(in.state));
  out.set_finding(in.finding);
  out.set_from(in.from);
  out.set_until(in.until);
  out.set_event_id(in.event_id);
  for (const std::string& source : in.sources) out.add_sources(source);
}

Evidence take(const pb::Evidence& in) {
  Evidence out;
  out.role = as_enum(in.role(), Evidence::Role::missing);
  out.text = in.text();
  out.state = as_enum(in.state(), Evidence::State::unknown);
  out.finding = in.finding();
  out.from = in.from();
  out.until = in.until();
  out.event_id = in.event_id();
  out.sources.assign(in.sources().begin(), in.sources().end());
  return out;
}

void put(const Contribution& in, pb::Contribution& out) {
  out.set_time(in.time);
  out.set_event_id(in.event_id);
  out.set_kind(in.kind);
  out.set_domain(static_cast<std::uint32_t>(in.domain));
  out.set_text(in.text);
  out.set_joined_by(in.joined_by);
  out.set_effect(in.effect);
  out.set_changed_priority(in.changed_priority);
  out.set_priority(static_cast<std::uint32_t>(in.priority));
  out.set_repeats(in.repeats);
  out.set_site_id(in.site_id);
  out.set_level_id(in.level_id);
  out.set_unit_id(in.unit_id);
  out.set_device_id(in.device_id);
  for (const std::string& hash : in.attachments) out.add_attachments(hash);
  out.set_not_kept(in.not_kept);
  for (const std::string& hash : in.given_up) out.add_given_up(hash);
  put(in.link, *out.mutable_link());
}

void put(const PlanStep& in, pb::PlanStep& out) {
  out.set_text(in.text);
  out.set_done(in.done);
  out.set_actor(in.actor);
  out.set_time(in.time);
  out.set_role(in.role);
  out.set_needs(in.needs);
  out.set_within(in.within);
  out.set_due(in.due);
  out.set_overdue(in.overdue);
  out.set_skipped(in.skipped);
  out.set_reason(in.reason);
}

PlanStep take(const pb::PlanStep& in) {
  PlanStep out;
  out.text = in.text();
  out.done = in.done();
  out.actor = in.actor();
  out.time = in.time();
  out.role = in.role();
  out.needs = in.needs();
  out.within = in.within();
  out.due = in.due();
  out.overdue = in.overdue();
  out.skipped = in.skipped();
  out.reason = in.reason();
  return out;
}

Contribution take(const pb::Contribution& in) {
  Contribution out;
  out.time = in.time();
  out.event_id = in.event_id();
  out.kind = in.kind();
  out.domain = as_enum(in.domain(), Domain::network);
  out.text = in.text();
  out.joined_by = in.joined_by();
  out.effect = in.effect();
  out.changed_priority = in.changed_priority();
  out.priority = as_enum(in.priority(), Priority::critical);
  out.repeats = in.repeats();
  out.site_id = in.site_id();
  out.level_id = in.level_id();
  out.unit_id = in.unit_id();
  out.device_id = in.device_id();
  out.attachments.assign(in.attachments().begin(), in.attachments().end());
  out.not_kept = in.not_kept();
  out.given_up.assign(in.given_up().begin(), in.given_up().end());
  out.link = take(in.link());
  return out;
}

void put(const Dispatch& in, pb::Dispatch& out) {
  for (const Dispatch::Reached& step : in.steps) {
    pb::Dispatch::Step& to = *out.add_steps();
    to.set_time(step.time);
    to.set_actor(step.actor);
  }
  out.set_due(in.due);
  out.set_overdue(in.overdue);
  out.set_found(in.found);
}

Dispatch take(const pb::Dispatch& in) {
  Dispatch out;
  for (int k = 0; k < in.steps_size() && k < static_cast<int>(Dispatch::kSteps); ++k)
    out.steps[static_cast<std::size_t>(k)] = {in.steps(k).time(), in.steps(k).actor()};
  out.due = in.due();
  out.overdue = in.overdue();
  out.found = in.found();
  return out;
}

}  // namespace

void put(const Incident& in, pb::Incident& out) {
  out.set_id(in.id);
  out.set_revision(in.revision);
  out.set_acknowledged_revision(in.acknowledged_revision);
  out.set_priority(static_cast<std::uint32_t>(in.priority));
  out.set_life_safety(in.life_safety);
  out.set_drill(in.drill);
  out.set_late(in.late);
  out.set_title(in.title);
  for (const std::string& p : in.place) out.add_place(p);
  out.set_site_id(in.site_id);
  out.set_level_id(in.level_id);
  out.set_unit_id(in.unit_id);
  out.set_domains((in.domains[0] ? 1U : 0U) | (in.domains[1] ? 2U : 0U) | (in.domains[2] ? 4U : 0U));
  out.set_event_count(in.event_count);
  out.set_opened(in.opened);
  out.set_first(in.first);
  out.set_last(in.last);
  out.set_changed(in.changed);
  out.set_last_change(in.last_change);
  out.set_state(static_cast<std::uint32_t>(in.state));
  out.set_owner(in.owner);
  out.set_dispatched_to(in.dispatched_to);
  if (!in.dispatch.none()) put(in.dispatch, *out.mutable_dispatch());
  out.set_acknowledged_at(in.acknowledged_at);
  out.set_respond_by(in.respond_by);
  out.set_shelved_until(in.shelved_until);
  out.set_shelf_reason(in.shelf_reason);
  out.set_shelf_until_clear(in.shelf_until_clear);
  out.set_cleared_at(in.cleared_at);
  out.set_chattering(in.chattering);
  out.set_fleeting(in.fleeting);
  out.set_stale(in.stale);
  out.set_escalated_to(in.escalated_to);
  out.set_suppressed(in.suppressed);
  out.set_in_test(in.in_test);
  for (const std::string& id : in.inhibits) out.add_inhibits(id);
  out.set_explains(in.explains);
  out.set_cause(static_cast<std::uint32_t>(in.cause));
  out.set_rule_id(in.rule_id);
  out.set_rule_title(in.rule_title);
  out.set_rule_description(in.rule_description);
  for (const std::uint64_t id : in.alert_ids) out.add_alert_ids(id);
  for (const Contribution& c : in.why) put(c, *out.add_why());
  for (const Evidence& e : in.evidence) put(e, *out.add_evidence());
  for (const EntityRef& e : in.entities) put(e, *out.add_entities());
  for (const PlanStep& s : in.plan) put(s, *out.add_plan());
  out.set_plan_id(in.plan_id);
  out.set_plan_title(in.plan_title);
  out.set_skips_told(in.skips_told);
  for (const LogLine& l : in.log) {
    pb::LogLine& to = *out.add_log();
    to.set_time(l.time);
    to.set_actor(l.actor);
    to.set_text(l.text);
  }
  for (const auto& [minute, count] : in.per_minute) {
    out.add_per_minute(minute);
    out.add_per_minute(count);
  }
}

Incident take(const pb::Incident& in) {
  Incident out;
  out.id = in.id();
  out.revision = in.revision();
  out.acknowledged_revision = in.acknowledged_revision();
  out.priority = as_enum(in.priority(), Priority::critical);
  out.life_safety = in.life_safety();
  out.drill = in.drill();
  out.late = in.late();
  out.title = in.title();
  for (const std::string& p : in.place()) out.place.push_back(p);
  out.site_id = in.site_id();
  out.level_id = in.level_id();
  out.unit_id = in.unit_id();
  for (std::size_t d = 0; d < out.domains.size(); ++d) out.domains[d] = ((in.domains() >> d) & 1U) != 0;
  out.event_count = in.event_count();
  out.opened = in.opened();
  out.first = in.first();
  out.last = in.last();
  out.changed = in.changed();
  out.last_change = in.last_change();
  out.state = as_enum(in.state(), IncidentState::resolved);
  out.owner = in.owner();
  out.dispatched_to = in.dispatched_to();
  if (in.has_dispatch()) out.dispatch = take(in.dispatch());
  out.acknowledged_at = in.acknowledged_at();
  out.respond_by = in.respond_by();
  out.shelved_until = in.shelved_until();
  out.shelf_reason = in.shelf_reason();
  out.shelf_until_clear = in.shelf_until_clear();
  out.cleared_at = in.cleared_at();
  out.chattering = in.chattering();
  out.fleeting = in.fleeting();
  out.stale = in.stale();
  out.escalated_to = in.escalated_to();
  out.suppressed = in.suppressed();
  out.in_test = in.in_test();
  out.inhibits.assign(in.inhibits().begin(), in.inhibits().end());
  out.explains = in.explains();
  out.cause = as_enum(in.cause(), Cause::test);
  out.rule_id = in.rule_id();
  out.rule_title = in.rule_title();
  out.rule_description = in.rule_description();
  out.alert_ids.assign(in.alert_ids().begin(), in.alert_ids().end());
  for (const pb::Contribution& c : in.why()) out.why.push_back(take(c));
  for (const pb::Evidence& e : in.evidence()) out.evidence.push_back(take(e));
  for (const pb::Entity& e : in.entities()) out.entities.push_back(take(e));
  for (const pb::PlanStep& s : in.plan()) out.plan.push_back(take(s));
  out.plan_id = in.plan_id();
  out.plan_title = in.plan_title();
  out.skips_told = in.skips_told();
  for (const pb::LogLine& l : in.log()) out.log.push_back({l.time(), l.actor(), l.text()});
  for (int i = 0; i + 1 < in.per_minute_size(); i += 2) {
    out.per_minute.emplace_back(in.per_minute(i), static_cast<std::uint32_t>(in.per_minute(i + 1)));
  }
  return out;
}

}  // namespace wf::seat
