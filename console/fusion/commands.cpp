// What people ask of incidents. Every command is answered; one that is refused changes nothing.
#include <algorithm>
#include <optional>

#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"
#include "console/model/call.hpp"

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
  d.escalated_to.clear();
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
  const bool begins = c.kind == CommandKind::suppress || c.kind == CommandKind::test || c.kind == CommandKind::inhibit;
  if (begins) return std::nullopt;
  if (c.kind == CommandKind::panic) return std::nullopt;
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
      if (!c.action.empty() && c.action != "until_clear") return "Shelving is until a time, or until_clear";
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
      if (c.action == kCallReached || c.action == kCallMissed) {
        if (c.target.empty()) return "Say who was called";
        if (c.incidents.empty()) return "Say about which incident somebody was called";
        break;
      }
      if (c.text.empty()) return "Say what the caller said";
      break;
    case CommandKind::look_up:
      if (c.target.empty()) return "Say whose doors";
      if (c.text.empty()) return "Looking up a person needs a reason";
      break;
    case CommandKind::progress:
      if (c.action == "clear" && c.text.empty()) return "Say what was found";
      if (c.action != "received" && c.action != "en_route" && c.action != "clear" && c.action != "back")
        return "What is reported is received, en_route, clear or back";
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
    auto missing = lacks(c_, s_.now);
    if (!missing) missing = s_.not_for_guards(c_);
    if (missing) {
      reply.message = *missing;
      return reply;
    }
    if (c_.kind == CommandKind::panic) return s_.take_panic(c_);
    if (c_.kind == CommandKind::suppress || c_.kind == CommandKind::test || c_.kind == CommandKind::inhibit) {
      std::string done;
      const auto refused = s_.begin_work(c_, done);
      reply.accepted = !refused;
      reply.message = refused ? *refused : done;
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

  void seen(LiveIncident& live, std::uint32_t revision) {
    acknowledge(live, c_, revision);
    if (live.called_at == 0) return;
    const Incident& d = live.draft;
    s_.figures.acknowledged(live, s_.now - live.called_at, d.respond_by - live.called_at, c_.seat, person());
  }

  /// By whom figures count; nobody as long as no agreement allows it.
  [[nodiscard]] std::string person() const { return s_.policy.people_agreement.empty() ? std::string() : c_.actor; }

  /// Whoever acts on what is shown has seen it.
  void act(LiveIncident& live, IncidentState state, std::uint32_t revision) {
    s_.touch(live, true);
    live.draft.state = state;
    live.before = state;
    if (live.draft.acknowledged_revision == 0 && !unseen(live, revision)) seen(live, revision);
  }

  Refusal one(LiveIncident& live, std::uint32_t revision, std::string& done) {
    Incident& d = live.draft;
    const std::string name = incident_name(d.id);
    const bool shelved = d.state == IncidentState::shelved;
    const std::string note = c_.text.empty() ? std::string() : ": " + text_of(c_.text);
    const std::string target = one_line(c_.target, 80);
    if (auto why = s_.not_theirs(live, c_)) return why;
    if (c_.kind == CommandKind::end_works || (live.works && c_.kind == CommandKind::unshelve)) {
      if (auto why = s_.end_works_of(live, c_)) return why;
      done = name + ": " + d.last_change;
      return std::nullopt;
    }
    if (live.works && c_.kind == CommandKind::resolve) return name + " is maintenance or a test; end it first";
    const bool own = c_.kind == CommandKind::on_scene && d.dispatch.active() && s_.is_sent(live, c_);
    if (shelved && !own &&
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
        seen(live, revision);
        d.state = state_at_rest(live, live.before);
        changed(live, "Acknowledged", done);
        return std::nullopt;
      }
      case CommandKind::dispatch:
        act(live, IncidentState::dispatched, revision);
        changed(live, "Dispatched " + target + s_.send_out(live, target, c_) + note, done);
        return std::nullopt;
      case CommandKind::on_scene:
        if (!own) act(live, IncidentState::on_scene, revision);
        if (!own && !target.empty() && (d.dispatch.none() || target != d.dispatched_to)) s_.send_out(live, target, c_);
        if (!d.dispatch.none()) return progress(live, done);
        changed(live, "Guard on scene" + note, done);
        return std::nullopt;
      case CommandKind::progress:
        // Who says it in somebody's place looks at the wall; a guard looks at a post.
        if (!s_.is_sent(live, c_) && d.acknowledged_revision == 0 && !unseen(live, revision)) {
          s_.touch(live, true);
          seen(live, revision);
          d.state = state_at_rest(live, live.before);
        }
        return progress(live, done);
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
        if (c_.action == kCallReached || c_.action == kCallMissed) {
          changed(live, words_of_call(one_line(c_.target, kMostContact), c_.action == kCallReached) + note, done);
          return std::nullopt;
        }
        changed(live, "Call" + (target.empty() ? target : " from " + target) + note, done);
        return std::nullopt;
      case CommandKind::shelve:
        if (d.life_safety) return name + " is life safety and cannot be shelved";
        if (auto why = unseen(live, revision)) return why;
        if (c_.action == "until_clear" && d.cleared_at != 0) return name + " is normal again already";
        if (c_.action == "until_clear" && !can_clear(live))
          return name + " is about nothing that becomes normal by itself; shelve it until a time";
        s_.touch(live, true);
        live.before_shelf = d.state;
        d.state = IncidentState::shelved;
        d.shelved_until = c_.until;
        d.shelf_until_clear = c_.action == "until_clear";
        d.shelf_reason = text_of(c_.text);
        d.owner = c_.actor;
        if (d.acknowledged_revision == 0) seen(live, revision);
        s_.wait_until(c_.until);
        hold_steps(live);
        changed(live, (d.shelf_until_clear ? "Shelved until it clears" : "Shelved") + note, done);
        return std::nullopt;
      case CommandKind::unshelve:
        if (!shelved) return name + " is not shelved";
        s_.touch(live, true);
        d.state = state_at_rest(live, live.before_shelf);
        d.shelved_until = 0;
        d.shelf_until_clear = false;
        d.shelf_reason.clear();
        s_.begin_steps(live);
        changed(live, "Taken off the shelf" + note, done);
        return std::nullopt;
      case CommandKind::resolve:
        if (auto why = unseen(live, revision)) return why;
        if (s_.symptom_stands(live)) return name + " keeps back symptoms that still stand; end the inhibition first";
        s_.touch(live, true);
        s_.let_go(live);
        if (d.acknowledged_revision == 0) seen(live, revision);
        s_.figures.resolved(live, c_.cause, s_.now - d.acknowledged_at, c_.seat, person());
        d.state = IncidentState::resolved;
        d.cause = c_.cause;
        d.shelved_until = 0;
        d.shelf_until_clear = false;
        d.respond_by = 0;
        d.dispatch.due = 0;
        s_.close(live);
        changed(live, "Resolved: " + std::string(name_of(c_.cause)) + (note.empty() ? "" : "," + note.substr(1)), done);
        s_.steps_left(d);
        return std::nullopt;
      case CommandKind::look_up: {
        if (s_.policy.people_agreement.empty())
          return std::string("Looking up where a person was is off: no agreement allows it (figures: people)");
        const Person* person = s_.estate->person(c_.target);
        if (person == nullptr) return "Nobody in the directory is " + target;
        s_.touch(live, true);
        changed(live, look_up_words(*person) + note, done);
        return std::nullopt;
      }
      case CommandKind::plan_step:
      case CommandKind::skip_step:
        return s_.change_step(live, c_, revision, done);
      case CommandKind::suppress:
      case CommandKind::test:
      case CommandKind::inhibit:
      case CommandKind::end_works:
      case CommandKind::merge:
      case CommandKind::split:
      case CommandKind::device:
      case CommandKind::device_sent:
      case CommandKind::ticket:
      case CommandKind::panic:
      case CommandKind::rule:
        break;
    }
    return std::string("This command is not known");
  }

  /// A step of whoever is dispatched.
  Refusal progress(LiveIncident& live, std::string& done) {
    std::string text;
    if (auto why = s_.report(live, c_, text)) return why;
    if (!text.empty())
      changed(live, text, done);
    else
      done = incident_name(live.draft.id) + ": " + live.draft.dispatched_to + " " +
             std::string(name_of(live.draft.dispatch.step())) + " already";
    return std::nullopt;
  }

  /// The first incident takes in the others. It stays acknowledged only if all were.
  Refusal merge(std::string& done) {
    std::vector<LiveIncident*> all;
    for (std::size_t i = 0; i < c_.incidents.size(); ++i) {
      LiveIncident* live = nullptr;
      if (auto why = find(c_.incidents[i], live)) return why;
      if (std::find(all.begin(), all.end(), live) != all.end()) return std::string("An incident is named twice");
      if (live->works) return incident_name(live->draft.id) + " is maintenance or a test";
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
    if (old.works) return incident_name(old.draft.id) + " is maintenance or a test";
    const AlertShare* alert = nullptr;
    for (const AlertShare& share : old.alerts)
      if (std::to_string(share.alert.id) == c_.target) alert = &share;
    const auto leaves = [&](const Line& line) {
      if (alert != nullptr)
        return std::find(line.alerts.begin(), line.alerts.end(), alert->alert.id) != line.alerts.end();
      if (c_.target.empty()) return static_cast<std::size_t>(&line - old.lines.data()) == c_.step;
      return listed(line.shown.event_id);
    };
    std::vector<std::string> symptoms;
    for (const Symptom& one : old.symptoms)
      if (named(one)) symptoms.push_back(one.condition);
    std::vector<Line> stay, go;
    for (const Line& line : old.lines) (leaves(line) ? go : stay).push_back(line);
    const auto speaks = [](const Line& l) { return !l.context; };
    if (go.empty() && symptoms.empty()) return std::string("No line of ") + incident_name(old.draft.id) + " is named";
    const bool lines = std::any_of(go.begin(), go.end(), speaks);
    if (!lines && symptoms.empty()) return std::string("Context alone is no incident");
    if (lines && std::none_of(stay.begin(), stay.end(), speaks)) return std::string("Nothing would stay behind");

    s_.touch(old, true);
    std::vector<std::string> parts;
    for (const std::string& condition : symptoms) {
      const auto symptom = std::find_if(old.symptoms.begin(), old.symptoms.end(),
                                        [&](const Symptom& one) { return one.condition == condition; });
      if (symptom == old.symptoms.end()) continue;  // it went with its cause
      parts.push_back(split_symptom(old, static_cast<std::size_t>(symptom - old.symptoms.begin())));
    }
    if (lines) parts.push_back(split_lines(old, std::move(go), std::move(stay)));
    changed(
        old,
        "Split: " + joined(parts, ", ") + (parts.size() == 1 ? " is a cause of its own" : " are causes of their own"),
        done);
    return std::nullopt;
  }

  /// Returns the name of the part that leaves.
  std::string split_lines(LiveIncident& old, std::vector<Line> go, std::vector<Line> stay) {
    LiveIncident& fresh = s_.incidents.open(s_.now);  // a map: `old` stays where it is
    fresh.draft.revision = 0;
    s_.touch(fresh, true);
    const std::string name = incident_name(fresh.draft.id), from = incident_name(old.draft.id);
    fresh.draft.drill = old.draft.drill;
    fresh.draft.late = old.draft.late;
    take_alerts(go, fresh, old);
    std::vector<AlertShare> before = std::move(old.alerts);
    old.alerts.clear();
    LiveIncident rest;
    rest.alerts = std::move(before);
    take_alerts(stay, old, rest);
    fresh.lines = std::move(go);
    old.lines = std::move(stay);
    begin_part(fresh, old);
    s_.hand_causes(old, fresh);
    for (LiveIncident* live : {&fresh, &old}) {
      s_.recount(*live);
      s_.follow_conditions(*live);
    }
    begin_target(fresh);
    s_.incidents.keep_apart(old, fresh);
    s_.look_out(fresh);
    log(fresh.draft, c_.time, c_.actor, "Split from " + from);
    fresh.draft.last_change = "Split from " + from;
    return name;
  }

  /// An event in a target that lists events.
  [[nodiscard]] bool listed(const std::string& event) const {
    return !event.empty() && ("," + c_.target + ",").find("," + event + ",") != std::string::npos;
  }

  /// By the number of its alert, or its event.
  [[nodiscard]] bool named(const Symptom& symptom) const {
    return !c_.target.empty() &&
           (listed(symptom.lines.front().shown.event_id) ||
            std::any_of(symptom.alerts.begin(), symptom.alerts.end(),
                        [&](const AlertShare& share) { return std::to_string(share.alert.id) == c_.target; }));
  }

  /// A person says that the cause does not explain this. Returns the name of what leaves.
  std::string split_symptom(LiveIncident& old, std::size_t symptom) {
    LiveIncident& fresh = s_.untie(old, symptom);
    begin_part(fresh, old);
    s_.hand_causes(old, fresh);
    s_.weigh(fresh);
    begin_target(fresh);
    s_.follow_conditions(fresh);
    s_.incidents.keep_apart(old, fresh);
    s_.incidents.tie_again(old);
    log(fresh.draft, c_.time, c_.actor, "Split from " + incident_name(old.draft.id));
    fresh.draft.last_change = "Split from " + incident_name(old.draft.id);
    return incident_name(fresh.draft.id);
  }

  /// A part is as acknowledged as the whole was.
  void begin_part(LiveIncident& fresh, const LiveIncident& old) {
    fresh.draft.state = old.draft.acknowledged_revision != 0 ? IncidentState::acknowledged : IncidentState::fresh;
    fresh.draft.owner = old.draft.owner;
    fresh.draft.acknowledged_revision = old.draft.acknowledged_revision != 0 ? 1 : 0;
    fresh.draft.acknowledged_at = old.draft.acknowledged_at;
  }

  /// Its response target, by the priority that it has now.
  void begin_target(LiveIncident& fresh) {
    s_.fresh_again(fresh);
    fresh.draft.respond_by =
        fresh.draft.acknowledged_revision != 0 ? 0 : s_.now + response_target(s_.policy, fresh.draft.priority);
    if (fresh.draft.respond_by != 0) s_.wait_until(fresh.draft.respond_by);
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
    s_.fresh_again(live);
    done = incident_name(d.id) + " opened";
    return std::nullopt;
  }

  Fusion::Impl& s_;
  const Command& c_;
};

void Fusion::Impl::on_command(const Command& command, Changes& changes) {
  now = std::max(now, command.time);
  tickets_due();
  pass_time();
  if (const auto it = answers.find(command.id); !command.id.empty() && it != answers.end()) {
    changes.replies.push_back(it->second);
    return;
  }
  if (command.kind == CommandKind::device_sent) {
    order_sent(command, changes);
    return finish(changes);
  }
  const CommandReply reply = command.kind == CommandKind::device   ? order_device(command, changes)
                             : command.kind == CommandKind::ticket ? tend_ticket(command)
                                                                   : Desk(*this, command).run();
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
