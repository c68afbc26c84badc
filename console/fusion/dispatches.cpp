// Whoever is sent to an incident: what they report, within what time, and what a guard may do. Their panic too.
#include <algorithm>

#include "console/fusion/digest.hpp"
#include "console/fusion/priority.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

using Step = Dispatch::Step;
constexpr std::string_view kPanicRule = "panic";

std::int64_t limit_after(const Policy::Dispatching& policy, Step reached) {
  switch (reached) {
    case Step::sent:
      return policy.received;
    case Step::received:
      return policy.en_route;
    case Step::en_route:
      return policy.arrived;
    case Step::arrived:
      return policy.cleared;
    case Step::cleared:
      break;
  }
  return 0;
}

Step step_of(const Command& c) {
  if (c.kind == CommandKind::on_scene) return Step::arrived;
  return c.action == "received" ? Step::received : c.action == "en_route" ? Step::en_route : Step::cleared;
}

std::string joined(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) out += (out.empty() ? "" : " › ") + part;
  return out;
}

std::string first_upper(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace

std::optional<std::string> Fusion::Impl::not_for_guards(const Command& c) const {
  if (!is_among(policy.guard_roles, c.role)) return std::nullopt;
  switch (c.kind) {
    case CommandKind::progress:
    case CommandKind::on_scene:
    case CommandKind::note:
    case CommandKind::plan_step:
    case CommandKind::skip_step:
    case CommandKind::panic:
      return std::nullopt;
    default:
      return std::string("A guard reports on what they are sent to; the control room does the rest");
  }
}

bool Fusion::Impl::is_sent(const LiveIncident& live, const Command& c) const {
  return !live.draft.dispatch.none() && sent_to(live.draft.dispatched_to, c.actor, c.post, *estate);
}

std::optional<std::string> Fusion::Impl::not_theirs(const LiveIncident& live, const Command& c) const {
  if (!is_among(policy.guard_roles, c.role) || is_sent(live, c)) return std::nullopt;
  return incident_name(live.draft.id) + " is not dispatched to " + one_line(name_of_user(c.actor, *estate), 80);
}

void Fusion::Impl::expect_next(LiveIncident& live) {
  Dispatch& x = live.draft.dispatch;
  const std::int64_t limit = limit_after(policy.dispatch, x.step());
  x.overdue = false;
  x.due = limit > 0 ? now + limit : 0;
  if (x.due != 0) wait_until(x.due);
}

std::string Fusion::Impl::send_out(LiveIncident& live, const std::string& whom, const Command& c) {
  Incident& d = live.draft;
  std::string instead;
  if (d.dispatch.active() && !d.dispatched_to.empty() && d.dispatched_to != whom)
    instead = " in place of " + d.dispatched_to;
  d.dispatched_to = whom;
  d.dispatch = {};
  d.dispatch.at(Step::sent) = {c.time, c.actor};
  live.found_clear = false;
  expect_next(live);
  return instead;
}

void Fusion::Impl::follow_dispatch(LiveIncident& live) {
  Incident& d = live.draft;
  const Step step = d.dispatch.step();
  const IncidentState state = step == Step::cleared   ? IncidentState::cleared
                              : step == Step::arrived ? IncidentState::on_scene
                                                      : IncidentState::dispatched;
  live.before = state;
  // A guard's word acknowledges nothing: what calls goes on calling.
  if (d.state == IncidentState::shelved)
    live.before_shelf = state;
  else if (d.state != IncidentState::fresh)
    d.state = state;
}

std::optional<std::string> Fusion::Impl::report(LiveIncident& live, const Command& c, std::string& text) {
  Incident& d = live.draft;
  Dispatch& x = d.dispatch;
  if (x.none()) return "Nobody is dispatched to " + incident_name(d.id);
  const std::string& who = d.dispatched_to;
  const Step was = x.step();
  const bool back = c.kind == CommandKind::progress && c.action == "back";
  if (back) {
    if (was == Step::sent) return who + " has reported nothing about " + incident_name(d.id);
    touch(live, true);
    text = "Taken back: " + who + " " + std::string(name_of(was));
    x.at(was) = {};
  } else {
    const Step step = step_of(c);
    // Whoever comes back to what was cleared is on scene once more.
    const bool again = step == Step::arrived && was == Step::cleared;
    if (step <= was && !again) return std::nullopt;
    touch(live, true);
    if (again) x.at(was) = {};
    x.at(step) = {c.time, c.actor};
    text = who + " " + std::string(name_of(step));
    if (!c.text.empty()) text += ": " + one_line(c.text, 500);
    if (step == Step::cleared && can_clear(live) && d.cleared_at == 0) text += "; not normal yet";
  }
  live.found_clear = x.step() == Step::cleared;
  x.found = !live.found_clear ? std::string() : back ? x.found : one_line(c.text, 200);
  expect_next(live);
  follow_dispatch(live);
  return std::nullopt;
}

void Fusion::Impl::dispatch_due(LiveIncident& live) {
  Incident& d = live.draft;
  Dispatch& x = d.dispatch;
  if (x.due == 0 || x.overdue) return;
  if (now < x.due) return wait_until(x.due);
  touch(live, true);
  x.overdue = true;
  const std::int64_t limit = x.due - x.at(x.step()).time;
  const std::string what =
      d.dispatched_to + " " + std::string(words_of_overdue(x.step())) + ", after " + span_in_words(limit);
  d.last_change = x.step() == Step::sent ? "Not received" : d.dispatched_to + " is late";
  // The control room is called as by any other change for the worse; whoever does not answer that is told on.
  if (d.acknowledged_revision != 0 && d.state != IncidentState::shelved)
    call_person(live, "Alarms again: " + what);
  else
    log(d, now, "Engine", first_upper(what));
}

void Fusion::Impl::hand_dispatch(LiveIncident& into, LiveIncident& from) {
  Incident& a = into.draft;
  Incident& b = from.draft;
  if (!b.dispatch.active()) return;
  if (a.dispatch.active()) {
    if (a.dispatched_to != b.dispatched_to)
      log(a, now, "Engine",
          b.dispatched_to + " was sent to " + incident_name(b.id) + ": tell them that " + a.dispatched_to +
              " is on this");
  } else {
    a.dispatched_to = b.dispatched_to;
    a.dispatch = b.dispatch;
    into.found_clear = false;
    if (a.dispatch.due != 0 && !a.dispatch.overdue) wait_until(a.dispatch.due);
    follow_dispatch(into);
  }
  b.dispatch.due = 0;
}

CommandReply Fusion::Impl::take_panic(const Command& c) {
  const std::string who = one_line(name_of_user(c.actor, *estate), 80);
  // Where they are: at what they were sent to last, on the way to it, or at their post.
  const LiveIncident* sent = nullptr;
  for (const auto& [id, l] : incidents.all()) {
    const Dispatch& x = l.draft.dispatch;
    if (!l.draft.open() || !x.active() || !is_sent(l, c)) continue;
    if (sent == nullptr || x.step() > sent->draft.dispatch.step() ||
        (x.step() == sent->draft.dispatch.step() && x.at(Step::sent).time > sent->draft.dispatch.at(Step::sent).time))
      sent = &l;
  }
  if (sent != nullptr && sent->draft.dispatch.step() < Step::en_route && !c.post.empty())
    sent = nullptr;  // still there

  AlertShare share;
  std::string where;
  if (sent != nullptr) {
    const Incident& d = sent->draft;
    share.place = d.place;
    share.site_id = d.site_id;
    share.level_id = d.level_id;
    share.unit_id = d.unit_id;
    where = d.dispatch.step() == Step::arrived ? "at " : "sent to ";
    where += joined(d.place) + " (" + incident_name(d.id) + ")";
  } else if (!c.post.empty()) {
    share.place = {one_line(c.post, 80)};
    if (const UnitPlace post = estate->find_unit(c.post); post.unit != nullptr) {
      share.place = estate->place_path(*post.site, post.unit->level_id, post.unit->id);
      share.site_id = post.site->id;
      share.level_id = post.unit->level_id;
      share.unit_id = post.unit->id;
    }
    where = "at " + joined(share.place);
  } else {
    share.place = {"Place not known"};
    where = "place not known";
  }

  LiveIncident* home = nullptr;  // pressed again
  for (auto& [id, l] : incidents.all())
    if (l.draft.open() && l.lines.size() < Incidents::kMostLines &&
        std::any_of(l.alerts.begin(), l.alerts.end(),
                    [&](const AlertShare& s) { return s.alert.rule_id == kPanicRule && s.fold == c.actor; }))
      home = &l;
  const bool opened = home == nullptr;
  if (opened) {
    home = &incidents.open(now);
    home->draft.revision = 0;
  }
  LiveIncident& live = *home;
  Incident& d = live.draft;
  touch(live, true);

  auto heard = std::make_shared<Digest>();
  heard->time = c.time;
  heard->event_id = c.id;
  heard->kind = kPanicRule;
  heard->domain = Domain::door;
  heard->life_safety = true;
  heard->once = "Panic by " + who + ", " + where;
  heard->brief = "Panic";
  heard->site_id = share.site_id;
  heard->level_id = share.level_id;
  heard->unit_id = share.unit_id;
  if (const Person* person = estate->person_by_account(c.actor); person != nullptr)
    heard->entities.push_back({EntityKind::person, person->id, person->name});

  share.alert.id = next_alert++;
  share.alert.rule_id = kPanicRule;
  share.alert.rule_title = "Panic";
  share.alert.priority = Priority::critical;
  share.alert.life_safety = true;
  share.alert.time = c.time;
  share.alert.event_ids = {c.id};
  share.alert.entities = heard->entities;
  share.points = alert_points(Priority::critical, 1);
  share.fold = c.actor;
  share.title = "Panic: " + who;
  share.description = "Somebody pressed panic at their post. The place is that of their last dispatch, or of the post.";
  share.plan = plans->of_kind(kPanicRule);
  if (!share.plan) share.plan = own_steps({"Speak to " + who, "Look at the nearest camera", "Send help"});
  const std::uint64_t alert = share.alert.id;
  live.alerts.push_back(std::move(share));
  const std::string said = heard->once + (c.text.empty() ? std::string() : ": " + one_line(c.text, 500));
  Line& line = put_line(live, heard, false, {});
  line.alerts.push_back(alert);
  if (opened) line.shown.effect = "opens";
  weigh(live);
  line.shown.priority = d.priority;
  line.shown.changed_priority = opened;
  log(d, c.time, c.actor, said);
  d.last_change = "Panic";
  if (opened)
    call_person(live, "Opened by a panic");
  else
    worsened(live, "panic again", who);
  if (sent != nullptr) {
    LiveIncident& other = *incidents.find(sent->draft.id);
    if (&other != &live) {
      touch(other, true);
      other.draft.last_change = "Panic: " + incident_name(d.id);
      log(other.draft, c.time, c.actor, other.draft.last_change);
    }
  }
  return {c.id, true, incident_name(d.id) + ": the control room is called, " + where};
}

}  // namespace wf::fusion
