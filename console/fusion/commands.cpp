// What people ask of incidents. Every command is answered; one that is refused changes nothing.
#include <algorithm>
#include <optional>

#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

std::string text_of(std::string_view text) { return one_line(text, 2000); }

/// "INC-0042 changed since you saw it (priority rose…)". Nothing if the shown revision covers the alarm.
std::optional<std::string> unseen(const LiveIncident& live, std::uint32_t revision) {
  const Incident& d = live.draft;
  if (revision == 0) return "the command does not say which revision of " + incident_name(d.id) + " was shown";
  if (revision > d.revision) return incident_name(d.id) + " has no revision " + std::to_string(revision) + " yet";
  if (revision >= live.alarm_revision) return std::nullopt;
  return incident_name(d.id) + " became worse after what you saw (" + d.last_change + "); look again";
}

void acknowledge(LiveIncident& live, const Command& c, std::uint32_t revision) {
  Incident& d = live.draft;
  d.acknowledged_revision = revision;
  d.acknowledged_at = c.time;
  if (d.owner.empty()) d.owner = c.actor;
}

std::string joined(const std::vector<std::string>& parts, std::string_view by) {
  std::string out;
  for (const std::string& p : parts) out += (out.empty() ? "" : std::string(by)) + p;
  return out;
}

/// What a kind of command cannot do without.
std::optional<std::string> lacks(const Command& c, UtcNs now) {
  const std::string kind(name_of(c.kind));
  if (c.id.empty()) return "The command has no id";
  if (c.actor.empty()) return "Nobody is signed in";
  if (c.incidents.empty() && c.kind != CommandKind::call) return "No incident is named";
  switch (c.kind) {
    case CommandKind::dispatch:
      if (c.target.empty()) return "Say who is dispatched";
      break;
    case CommandKind::note:
      if (c.text.empty()) return "The note is empty";
      break;
    case CommandKind::escalate:
      if (c.target.empty()) return "Say to whom it is escalated";
      break;
    case CommandKind::shelve:
      if (c.text.empty()) return "Shelving needs a reason";
      if (c.until <= now) return "Shelving needs a time at which it returns";
      break;
    case CommandKind::resolve:
      if (c.cause == Cause::none) return "Resolving needs a cause";
      break;
    case CommandKind::merge:
      if (c.incidents.size() < 2) return "Merging needs two incidents";
      break;
    case CommandKind::split:
      if (c.incidents.size() != 1) return "Splitting needs one incident";
      break;
    case CommandKind::call:
      if (c.text.empty()) return "Say what the caller said";
      break;
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace

/// Carries out one command on one input's state.
class Fusion::Impl::Desk {
 public:
  Desk(Fusion::Impl& state, const Command& command) : s_(state), c_(command) {}

  CommandReply run() {
    CommandReply reply{c_.id, false, {}};
    if (const auto missing = lacks(c_, s_.now)) {
      reply.message = *missing;
      return reply;
    }
    if (c_.kind == CommandKind::merge || c_.kind == CommandKind::split ||
        (c_.kind == CommandKind::call && c_.incidents.empty())) {
      std::string done;
      const auto refused = c_.kind == CommandKind::merge   ? merge(done)
                           : c_.kind == CommandKind::split ? split(done)
                                                           : open_call(done);
      reply.accepted = !refused;
      reply.message = refused ? *refused : done;
      return reply;
    }
    std::vector<std::string> done, refused;
    for (std::size_t i = 0; i < c_.incidents.size(); ++i) {
      LiveIncident* live = nullptr;
      auto why = find(c_.incidents[i], live);
      std::string what;
      if (!why) why = one(*live, i < c_.seen_revisions.size() ? c_.seen_revisions[i] : 0, what);
      if (why)
        refused.push_back(*why);
      else
        done.push_back(what);
    }
    reply.accepted = !done.empty();
    if (done.size() > 3) done = {std::to_string(done.size()) + " incidents: " + std::string(name_of(c_.kind))};
    reply.message = joined(done, "; ");
    if (!refused.empty()) reply.message += (reply.message.empty() ? "" : "; but ") + joined(refused, "; ");
    return reply;
  }

 private:
  using Refusal = std::optional<std::string>;

  Refusal find(std::uint64_t id, LiveIncident*& out) {
    out = s_.incidents.find(id);
    if (out == nullptr) return "There is no " + incident_name(id);
    if (!out->draft.open())
      return incident_name(id) + " is resolved (" +
             (out->draft.cause == Cause::none ? out->draft.last_change : std::string(name_of(out->draft.cause))) + ")";
    return std::nullopt;
  }

  /// Changes the incident's state and says so, in its log and to the person.
  void changed(LiveIncident& live, const std::string& text, std::string& done) {
    live.draft.last_change = text;
    log(live.draft, c_.time, c_.actor, text);
    done = incident_name(live.draft.id) + ": " + text;
  }

  /// Whoever acts on what is shown has seen it.
  void act(LiveIncident& live, IncidentState state, std::uint32_t revision) {
    s_.touch(live, true);
    live.draft.state = state;
    live.before = state;
    if (live.draft.acknowledged_revision == 0 && !unseen(live, revision)) acknowledge(live, c_, revision);
  }

  Refusal one(LiveIncident& live, std::uint32_t revision, std::string& done) {
    Incident& d = live.draft;
    const std::string name = incident_name(d.id);
    const bool shelved = d.state == IncidentState::shelved;
    const std::string note = c_.text.empty() ? std::string() : ": " + text_of(c_.text);
    const std::string target = one_line(c_.target, 80);
    if (shelved &&
        (c_.kind == CommandKind::acknowledge || c_.kind == CommandKind::dispatch || c_.kind == CommandKind::on_scene ||
         c_.kind == CommandKind::escalate || c_.kind == CommandKind::shelve))
      return name + " is shelved; take it off the shelf first";
    switch (c_.kind) {
      case CommandKind::acknowledge: {
        if (d.acknowledged_revision != 0) {
          done = name + " is acknowledged already" + (d.owner.empty() ? "" : " by " + d.owner);
          return std::nullopt;
        }
        if (auto why = unseen(live, revision)) return why;
        s_.touch(live, true);
        acknowledge(live, c_, revision);
        d.state = live.before == IncidentState::fresh ? IncidentState::acknowledged : live.before;
        changed(live, "Acknowledged", done);
        return std::nullopt;
      }
      case CommandKind::dispatch:
        act(live, IncidentState::dispatched, revision);
        d.dispatched_to = target;
        changed(live, "Dispatched " + target + note, done);
        return std::nullopt;
      case CommandKind::on_scene:
        act(live, IncidentState::on_scene, revision);
        if (!target.empty()) d.dispatched_to = target;
        changed(live, (d.dispatched_to.empty() ? std::string("Guard") : d.dispatched_to) + " on scene" + note, done);
        return std::nullopt;
      case CommandKind::escalate:
        act(live, IncidentState::escalated, revision);
        changed(live, "Escalated to " + target + note, done);
        return std::nullopt;
      case CommandKind::note:
        s_.touch(live, true);
        changed(live, "Note" + note, done);
        return std::nullopt;
      case CommandKind::call:
        s_.touch(live, true);
        changed(live, "Call" + (target.empty() ? target : " from " + target) + note, done);
        return std::nullopt;
      case CommandKind::shelve:
        if (d.life_safety) return name + " is life safety and cannot be shelved";
        if (auto why = unseen(live, revision)) return why;
        s_.touch(live, true);
        live.before_shelf = d.state;
        d.state = IncidentState::shelved;
        d.shelved_until = c_.until;
        d.shelf_reason = text_of(c_.text);
        d.owner = c_.actor;
        if (d.acknowledged_revision == 0) acknowledge(live, c_, revision);
        s_.wait_until(c_.until);
        changed(live, "Shelved" + note, done);
        return std::nullopt;
      case CommandKind::unshelve:
        if (!shelved) return name + " is not shelved";
        s_.touch(live, true);
        d.state = live.before_shelf == IncidentState::fresh ? IncidentState::acknowledged : live.before_shelf;
        d.shelved_until = 0;
        d.shelf_reason.clear();
        changed(live, "Taken off the shelf" + note, done);
        return std::nullopt;
      case CommandKind::resolve:
        if (auto why = unseen(live, revision)) return why;
        s_.touch(live, true);
        if (d.acknowledged_revision == 0) acknowledge(live, c_, revision);
        d.state = IncidentState::resolved;
        d.cause = c_.cause;
        d.shelved_until = 0;
        d.respond_by = 0;
        s_.incidents.close(live, s_.now);
        changed(live, "Resolved: " + std::string(name_of(c_.cause)) + (note.empty() ? "" : "," + note.substr(1)), done);
        return std::nullopt;
      case CommandKind::plan_step: {
        if (revision != 0 && revision < live.plan_revision)
          return "The plan of " + name + " changed after what you saw; look again";
        if (c_.step >= d.plan.size()) return name + " has no step " + std::to_string(c_.step + 1);
        PlanStep& step = d.plan[c_.step];
        if (step.done && c_.text != "undo") return "That step is done already, by " + step.actor;
        if (!step.done && c_.text == "undo") return std::string("That step is not done");
        s_.touch(live, true);
        step.done = c_.text != "undo";
        step.actor = step.done ? c_.actor : std::string();
        step.time = step.done ? c_.time : 0;
        changed(live, (step.done ? "Done: " : "Not done after all: ") + step.text, done);
        return std::nullopt;
      }
      case CommandKind::merge:
      case CommandKind::split:
        break;
    }
    return std::string("This command is not known");
  }

  /// The first incident takes in the others. It stays acknowledged only if all were.
  Refusal merge(std::string& done) {
    std::vector<LiveIncident*> all;
    for (std::size_t i = 0; i < c_.incidents.size(); ++i) {
      LiveIncident* live = nullptr;
      if (auto why = find(c_.incidents[i], live)) return why;
      if (std::find(all.begin(), all.end(), live) != all.end()) return std::string("An incident is named twice");
      if (live->draft.drill != (all.empty() ? live : all.front())->draft.drill)
        return std::string("A drill is kept out of what is real");
      if (auto why = unseen(*live, i < c_.seen_revisions.size() ? c_.seen_revisions[i] : 0)) return why;
      all.push_back(live);
    }
    LiveIncident& into = *all.front();
    const bool acknowledged =
        std::all_of(all.begin(), all.end(), [](const LiveIncident* l) { return l->draft.acknowledged_revision != 0; });
    std::vector<std::string> names;
    for (std::size_t i = 1; i < all.size(); ++i) {
      names.push_back(incident_name(all[i]->draft.id));
      s_.absorb(into, *all[i], c_.actor);
    }
    if (!acknowledged && into.draft.acknowledged_revision != 0) {
      into.draft.last_change = "Took in " + joined(names, ", ");
      s_.call_person(into, "Alarms again: what was merged is not acknowledged");
    }
    if (!acknowledged) into.alarm_revision = into.draft.revision;
    done = incident_name(into.draft.id) + " took in " + joined(names, ", ");
    return std::nullopt;
  }

  /// What leaves: the lines of the alert whose number is `target`, or the lines whose first event's id is in
  /// `target` (separated by commas), or with an empty `target` line number `step`.
  Refusal split(std::string& done) {
    LiveIncident* found = nullptr;
    if (auto why = find(c_.incidents.front(), found)) return why;
    LiveIncident& old = *found;
    const AlertShare* alert = nullptr;
    for (const AlertShare& share : old.alerts)
      if (std::to_string(share.alert.id) == c_.target) alert = &share;
    const auto leaves = [&](const Line& line) {
      if (alert != nullptr)
        return std::find(line.alerts.begin(), line.alerts.end(), alert->alert.id) != line.alerts.end();
      if (c_.target.empty()) return static_cast<std::size_t>(&line - old.lines.data()) == c_.step;
      const std::string list = "," + c_.target + ",";
      return !line.shown.event_id.empty() && list.find("," + line.shown.event_id + ",") != std::string::npos;
    };
    std::vector<Line> stay, go;
    for (const Line& line : old.lines) (leaves(line) ? go : stay).push_back(line);
    const auto speaks = [](const Line& l) { return !l.context; };
    if (go.empty()) return std::string("No line of ") + incident_name(old.draft.id) + " is named";
    if (std::none_of(go.begin(), go.end(), speaks)) return std::string("Context alone is no incident");
    if (std::none_of(stay.begin(), stay.end(), speaks)) return std::string("Nothing would stay behind");

    s_.touch(old, true);
    LiveIncident& fresh = s_.incidents.open(s_.now);  // a map: `old` stays where it is
    fresh.draft.revision = 0;
    s_.touch(fresh, true);
    const std::string name = incident_name(fresh.draft.id), from = incident_name(old.draft.id);
    fresh.draft.drill = old.draft.drill;
    fresh.draft.state = old.draft.acknowledged_revision != 0 ? IncidentState::acknowledged : IncidentState::fresh;
    fresh.draft.owner = old.draft.owner;
    fresh.draft.acknowledged_revision = old.draft.acknowledged_revision != 0 ? 1 : 0;
    fresh.draft.acknowledged_at = old.draft.acknowledged_at;
    take_alerts(go, fresh, old);
    std::vector<AlertShare> before = std::move(old.alerts);
    old.alerts.clear();
    LiveIncident rest;
    rest.alerts = std::move(before);
    take_alerts(stay, old, rest);
    fresh.lines = std::move(go);
    old.lines = std::move(stay);
    for (LiveIncident* live : {&fresh, &old}) recount(*live);
    fresh.draft.respond_by =
        fresh.draft.acknowledged_revision != 0 ? 0 : s_.now + response_target(s_.policy, fresh.draft.priority);
    if (fresh.draft.respond_by != 0) s_.wait_until(fresh.draft.respond_by);
    s_.incidents.keep_apart(old.draft.id, fresh.draft.id);
    log(fresh.draft, c_.time, c_.actor, "Split from " + from);
    fresh.draft.last_change = "Split from " + from;
    changed(old, "Split: " + name + " is a cause of its own", done);
    return std::nullopt;
  }

  /// An alert goes where its lines are; one with lines on both sides is counted on both.
  static void take_alerts(const std::vector<Line>& lines, LiveIncident& to, const LiveIncident& from) {
    for (const AlertShare& share : from.alerts)
      if (std::any_of(lines.begin(), lines.end(), [&](const Line& l) {
            return std::find(l.alerts.begin(), l.alerts.end(), share.alert.id) != l.alerts.end();
          }))
        to.alerts.push_back(share);
    if (to.alerts.empty() && !from.alerts.empty()) to.alerts.push_back(from.alerts.front());
  }

  void recount(LiveIncident& live) {
    Incident& d = live.draft;
    d.event_count = 0;
    d.per_minute.clear();
    d.first = d.last = live.tied_first = live.tied_last = 0;
    bool opened = false;
    for (Line& line : live.lines) {
      d.event_count += line.shown.repeats;
      count_minute(d, line.shown.time, line.shown.repeats);
      d.first = d.first == 0 ? line.shown.time : std::min(d.first, line.shown.time);
      d.last = std::max(d.last, line.last);
      if (line.context) continue;
      live.tie_time(line.shown.time);
      live.tie_time(line.last);
      if (!opened) {
        line.shown.effect = "opens";
        line.shown.joined_by.clear();
        opened = true;
      }
    }
    // Split by a person: both parts are weighed for themselves, so each may be less urgent than the whole was.
    d.priority = Priority::low;
    d.life_safety = false;
    s_.incidents.tie_again(live);
    s_.weigh(live);
  }

  /// A call or an observation opens an incident of its own.
  Refusal open_call(std::string& done) {
    LiveIncident& live = s_.incidents.open(s_.now);
    live.draft.revision = 0;
    s_.touch(live, true);
    Incident& d = live.draft;
    AlertShare share;
    share.alert.id = s_.next_alert++;
    share.alert.rule_id = "call";
    share.alert.rule_title = "Call or observation";
    share.alert.priority = Priority::medium;
    share.alert.time = c_.time;
    share.points = 25;
    share.title = one_line(c_.text, 120);
    share.description = "Reported by telephone, radio or in person and entered by " + c_.actor + ".";
    share.place = {c_.target.empty() ? std::string("Place not told") : one_line(c_.target, 80)};
    live.alerts.push_back(std::move(share));
    auto heard = std::make_shared<Digest>();
    heard->time = c_.time;
    heard->event_id = c_.id;
    heard->kind = "call";
    heard->domain = Domain::door;
    heard->once = "Call: " + one_line(c_.text, 120);
    Line& line = s_.put_line(live, heard, false, {});
    line.shown.effect = "opens";
    s_.weigh(live);
    line.shown.priority = d.priority;
    log(d, c_.time, c_.actor,
        "Call" + (c_.target.empty() ? std::string() : " from " + one_line(c_.target, 80)) + ": " + text_of(c_.text));
    d.last_change = "Call taken";
    d.owner = c_.actor;
    d.state = IncidentState::acknowledged;
    d.acknowledged_revision = d.revision;
    d.acknowledged_at = c_.time;
    live.before = d.state;
    done = incident_name(d.id) + " opened";
    return std::nullopt;
  }

  Fusion::Impl& s_;
  const Command& c_;
};

void Fusion::Impl::on_command(const Command& command, Changes& changes) {
  now = std::max(now, command.time);
  if (const auto it = answers.find(command.id); !command.id.empty() && it != answers.end()) {
    changes.replies.push_back(it->second);
    return;
  }
  const CommandReply reply = Desk(*this, command).run();
  if (!command.id.empty()) {
    answers.emplace(command.id, reply);
    answered.push_back(command.id);
    if (answered.size() > kMostAnswers) {
      answers.erase(answered.front());
      answered.pop_front();
    }
  }
  changes.replies.push_back(reply);
  finish(changes);
}

}  // namespace wf::fusion
