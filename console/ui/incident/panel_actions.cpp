// What can be done with an incident, when not and why not, and the commands that come of it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "console/ui/draw/model_words.hpp"
#include "console/ui/incident/dispatch_text.hpp"
#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr std::array<ActionLook, 12> kLooks{{{Text(), Text(), 0},
                                             {"Acknowledge"_tr, "Space"_tr, ' '},
                                             {"On scene##action"_tr, untranslated("O"), 'o'},
                                             {"Dispatch"_tr, untranslated("D"), 'd'},
                                             {"Note"_tr, untranslated("N"), 'n'},
                                             {"Escalate"_tr, untranslated("E"), 'e'},
                                             {"Shelve"_tr, untranslated("Z"), 'z'},
                                             {"Resolve…"_tr, untranslated("R"), 'r'},
                                             {"Merge"_tr, untranslated("M"), 'm'},
                                             {"Split"_tr, untranslated("X"), 'x'},
                                             {"Call"_tr, untranslated("C"), 'c'},
                                             {"Received##action"_tr, untranslated("K"), 'k'}}};
constexpr Action kAll[] = {Action::progress, Action::on_scene, Action::dispatch, Action::note,  Action::escalate,
                           Action::shelve,   Action::resolve,  Action::merge,    Action::split, Action::call};

/// Nothing stays hidden for longer because it never becomes normal.
constexpr std::int64_t kLongestUntilClear = kDay;

bool is_role(const Person& p, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view w) { return p.role.find(w) != std::string::npos; });
}

}  // namespace

const ActionLook& look_of(Action action) { return kLooks[static_cast<std::size_t>(action)]; }

std::string why_not(Action action, const Incident& i) {
  if (i.state == IncidentState::resolved && action != Action::call && action != Action::note)
    return "It is resolved already"_tr;
  if (i.state == IncidentState::shelved &&
      (action == Action::acknowledge || action == Action::dispatch || action == Action::on_scene ||
       action == Action::escalate || action == Action::progress))
    return "It is shelved; take it off the shelf first (Z)"_tr;
  switch (action) {
    case Action::acknowledge:
      if (!i.needs_acknowledgement())
        return i.owner.empty() ? "Acknowledged already"_tr.str() : text_of<"{} has it">(i.owner);
      break;
    case Action::on_scene:
      if (!dispatched(i) || step_of(i) == Dispatch::Step::arrived) return "Nobody is under way"_tr;
      break;
    case Action::progress:
      if (!dispatched(i) || step_of(i) >= Dispatch::Step::en_route) return "Nobody has to set off"_tr;
      break;
    case Action::shelve:
      if (i.life_safety) return "Life safety is never shelved"_tr;
      break;
    case Action::split:
      if (i.why.size() < 2) return "One line only: nothing to split off"_tr;
      break;
    default:
      break;
  }
  return {};
}

std::vector<Choice> choices_of(Action kind, const Snapshot& s, const Incident* i) {
  std::vector<Choice> out;
  constexpr std::size_t kMost = 6;
  const auto known = [&](const std::string& label) {
    return std::any_of(out.begin(), out.end(), [&](const Choice& c) { return c.label == label; });
  };
  const auto people = [&](std::initializer_list<std::string_view> words) {
    if (!s.estate) return;
    for (const bool here : {true, false})
      for (const Person& p : s.estate->people) {
        const bool local = i == nullptr || p.site_id == i->site_id;
        if (local != here || !is_role(p, words) || out.size() >= kMost || known(p.name)) continue;
        out.push_back({p.name, 0, 0, {}});
        out.back().connected = kind == Action::dispatch && at_a_post(s, p.name);
      }
  };
  switch (kind) {
    case Action::dispatch:
      if (s.posts && s.estate)
        for (const GuardPost& post : *s.posts) {
          Choice one{name_of_post(post, *s.estate), 0, 0, {}};
          one.connected = true;
          if (out.size() < kMost && !known(one.label)) out.push_back(std::move(one));
        }
      people({"guard", "Guard"});
      break;
    case Action::escalate:
      people({"supervisor", "Supervisor", "manager", "Manager"});
      break;
    case Action::shelve:
      for (const auto& [name, lasts] : {std::pair{"15 min", 15 * kMinute}, std::pair{"1 h", kHour},
                                        std::pair{"4 h", 4 * kHour}, std::pair{"8 h", 8 * kHour}})
        out.push_back({span(lasts), 0, lasts, {}, false, false, name});
      // What is normal again cannot be waited for.
      if (i != nullptr && i->cleared_at == 0)
        out.push_back({"Until it clears"_tr, 0, kLongestUntilClear, {}, true, false, "Until it clears"});
      break;
    case Action::resolve:
      for (int c = 1; c <= 7; ++c)
        out.push_back(
            {word_of(static_cast<Cause>(c)), 0, 0, {}, false, false, std::string(name_of(static_cast<Cause>(c)))});
      break;
    case Action::call:
      if (i != nullptr) out.push_back({text_of<"About {}">(incident_name(i->id)), i->id, 0, {}, false, false, "About"});
      out.push_back({"New incident"_tr, 0, 0, {}, false, false, "New incident"});
      break;
    case Action::merge: {
      // Nearest first: same zone, then same site, then the rest, as they stand on the wall.
      if (i == nullptr) break;
      for (int near = 2; near >= 0; --near)
        for (const auto& other : s.incidents) {
          if (other->id == i->id || !other->open() || out.size() >= kMost) continue;
          const int how = !i->unit_id.empty() && other->unit_id == i->unit_id ? 2
                          : other->site_id == i->site_id                      ? 1
                                                                              : 0;
          if (how == near) out.push_back({incident_name(other->id), other->id, 0, {}});
        }
      break;
    }
    case Action::split:
      // Lines by their number; which of them leave is marked one by one.
      if (i != nullptr)
        for (const Contribution& c : i->why) {
          if (c.event_id.empty() || out.size() >= 9) continue;
          out.push_back({c.text.size() > 18 ? c.text.substr(0, c.text.rfind(' ', 18)) : c.text, 0, 0, c.event_id});
        }
      break;
    default:
      break;
  }
  return out;
}

std::vector<Alike> alike(const Snapshot& s, const Incident& i) {
  std::vector<Alike> out;
  const auto fits = [&](const Incident& other) {
    return other.open() && !other.life_safety && !other.suppressed && !other.in_test && !dispatched(other);
  };
  if (i.rule_id.empty() || !fits(i)) return out;
  for (const auto& other : s.incidents)
    if (other->rule_id == i.rule_id && other->site_id == i.site_id && other->priority <= i.priority &&
        other->drill == i.drill && fits(*other))
      out.push_back({other->id, other->revision});
  if (out.size() < 2) out.clear();
  return out;
}

bool IncidentPanel::typing() const {
  return note_.active || focus_note_ || form_.who.active || form_.place.active || form_.text.active ||
         form_.focus_who || form_.focus_text || skip_.reason.active || skip_.focus;
}

void IncidentPanel::update(Frame& f, Desk& d) {
  const Incident* i = d.selected;
  if (form_.open() && form_.incident != 0 && (i == nullptr || i->id != form_.incident)) close();
  turn_note(f.snapshot, i);
  const Action wanted = std::exchange(d.wanted, Action::none);
  if (wanted != Action::none) act(f, d, wanted);
  if (d.modal) return;
  if (more_open_ && d.keys.take(Key::escape)) more_open_ = false;
  if (form_.open()) {
    form_keys(f, d);
    return;
  }
  if (f.view != View::wall) skip_ = {};
  if (skip_.open && i == nullptr) skip_ = {};
  if (skip_.open && skip_keys(d, *i)) return;
  // Keys act on what is seen: other views have keys of their own.
  if (d.keys.typing() || (f.view != View::wall && f.view != View::map)) return;
  if (i != nullptr && d.keys.take(Key::space)) act(f, d, Action::acknowledge);
  for (const Action a : kAll)
    if (d.keys.letter(look_of(a).letter)) act(f, d, a);
  if (i == nullptr) return;
  plan_keys(f, d, *i);
  call_keys(f, d, *i);
}

void IncidentPanel::act(Frame& f, Desk& d, Action action) {
  const Incident* i = d.selected;
  more_open_ = false;
  if (i == nullptr && action != Action::call) {
    d.toast(Toast::Kind::notice, "Select an incident first"_tr, "Arrow keys move over the wall"_tr, f.input.seconds);
    return;
  }
  if (i != nullptr) {
    const std::string no = why_not(action, *i);
    if (!no.empty()) {
      if (action == Action::shelve && i->state == IncidentState::shelved) return;
      d.toast(Toast::Kind::notice, text_of<"{}: not now">(look_of(action).label), no, f.input.seconds);
      return;
    }
  }
  switch (action) {
    case Action::acknowledge:
      d.send(f, *i, command_about(CommandKind::acknowledge, *i));
      return;
    case Action::on_scene:
      d.send(f, *i, command_about(CommandKind::on_scene, *i));
      return;
    case Action::progress: {
      Command c = command_about(CommandKind::progress, *i);
      c.action = step_of(*i) == Dispatch::Step::sent ? "received" : "en_route";
      d.send(f, *i, std::move(c));
      return;
    }
    case Action::shelve:
      if (i->state == IncidentState::shelved) {
        d.send(f, *i, command_about(CommandKind::unshelve, *i));
        return;
      }
      break;
    case Action::note:
      focus_note_ = true;
      d.keys.swallow();  // what came in the same frame was to be written, and is no command
      if (f.view != View::wall) f.view = View::wall;
      return;
    default:
      break;
  }
  close();
  d.keys.swallow();
  form_.kind = action;
  form_.incident = i == nullptr ? 0 : i->id;
  form_opened_ = i == nullptr ? 0 : i->opened;
  if (action == Action::shelve) form_.choice = 1;
  if (action == Action::dispatch || action == Action::escalate || action == Action::call) form_.choice = 0;
  form_.focus_text = action == Action::shelve;
  form_.focus_who = action == Action::call;
  if (f.view != View::wall) f.view = View::wall;
}

std::string IncidentPanel::refusal(const Frame& f, const Desk& d) const {
  const std::vector<Choice> choices = choices_of(form_.kind, f.snapshot, d.selected);
  const bool chosen = form_.choice >= 0 && form_.choice < static_cast<int>(choices.size());
  switch (form_.kind) {
    case Action::dispatch:
    case Action::escalate:
      if (!chosen && form_.who.text.empty()) return "Say who"_tr;
      break;
    case Action::shelve:
      if (form_.text.text.find_first_not_of(' ') == std::string::npos) return "A reason is needed"_tr;
      break;
    case Action::resolve:
      if (!chosen) return "Choose the cause"_tr;
      break;
    case Action::merge:
      if (!chosen) return choices.empty() ? "No other incident is open"_tr : "Choose the other incident"_tr;
      break;
    case Action::split:
      if (form_.marked == 0) return "Mark the lines that leave"_tr;
      if (std::popcount(form_.marked) >= static_cast<int>(choices.size())) return "Nothing would stay behind"_tr;
      break;
    case Action::call:
      if (form_.text.text.find_first_not_of(' ') == std::string::npos) return "Write what was said"_tr;
      break;
    default:
      break;
  }
  return {};
}

void IncidentPanel::submit(Frame& f, Desk& d) {
  if (!refusal(f, d).empty()) {
    // Enter took the keyboard from the field; what is missing is asked for again.
    form_.focus_text = form_.kind == Action::shelve || form_.kind == Action::call;
    return;
  }
  const Incident* i = d.selected;
  const std::vector<Choice> choices = choices_of(form_.kind, f.snapshot, i);
  const Choice* chosen = form_.choice >= 0 && form_.choice < static_cast<int>(choices.size())
                             ? &choices[static_cast<std::size_t>(form_.choice)]
                             : nullptr;
  if (i == nullptr && form_.kind != Action::call) return;
  Command c;
  switch (form_.kind) {
    case Action::dispatch:
    case Action::escalate:
      c = command_about(form_.kind == Action::dispatch ? CommandKind::dispatch : CommandKind::escalate, *i);
      c.target = form_.who.text.empty() && chosen != nullptr ? chosen->label : form_.who.text;
      break;
    case Action::shelve:
      c = command_about(CommandKind::shelve, *i);
      c.text = form_.text.text;
      c.until = f.input.now + (chosen != nullptr ? chosen->span : kHour);
      if (chosen != nullptr && chosen->until_clear) c.action = "until_clear";
      break;
    case Action::resolve:
      c = command_about(CommandKind::resolve, *i);
      c.cause = static_cast<Cause>(form_.choice + 1);
      c.text = form_.text.text;
      break;
    case Action::merge: {
      const Incident* other = f.snapshot.incident(chosen->incident);
      if (other == nullptr) return;
      c = command_about(CommandKind::merge, *i);
      c.incidents.push_back(other->id);
      c.seen_revisions.push_back(other->revision);
      break;
    }
    case Action::split:
      c = command_about(CommandKind::split, *i);
      for (std::size_t k = 0; k < choices.size(); ++k)
        if ((form_.marked >> k & 1U) != 0) c.target += (c.target.empty() ? "" : ",") + choices[k].event;
      break;
    case Action::call:
      c.kind = CommandKind::call;
      if (chosen != nullptr && chosen->incident != 0 && i != nullptr) c = command_about(CommandKind::call, *i);
      c.target = form_.place.text;
      c.text = form_.who.text.empty() ? form_.text.text : form_.who.text + ": " + form_.text.text;
      break;
    default:
      return;
  }
  if (i != nullptr && !c.incidents.empty())
    d.send(f, *i, std::move(c));
  else
    f.commands.push_back(std::move(c));
  close();
}

void IncidentPanel::find_alike(const Frame& f, const Desk& d) {
  if (form_.kind != Action::resolve || d.selected == nullptr || form_.alike_of == f.snapshot.version) return;
  form_.alike_of = f.snapshot.version;
  form_.alike = alike(f.snapshot, *d.selected);
}

void IncidentPanel::submit_alike(Frame& f, Desk& d) {
  find_alike(f, d);
  if (d.selected == nullptr || form_.alike.empty() || !refusal(f, d).empty()) return;
  Command c = command_about(CommandKind::resolve, *d.selected);
  c.cause = static_cast<Cause>(form_.choice + 1);
  c.text = form_.text.text;
  for (const Alike& other : form_.alike) {
    if (other.incident == d.selected->id) continue;
    c.incidents.push_back(other.incident);
    c.seen_revisions.push_back(other.revision);
  }
  d.send(f, *d.selected, std::move(c));
  close();
}

void IncidentPanel::form_keys(Frame& f, Desk& d) {
  if (d.keys.take(Key::escape)) {
    close();
    return;
  }
  const int count = static_cast<int>(choices_of(form_.kind, f.snapshot, d.selected).size());
  const bool people = form_.kind == Action::dispatch || form_.kind == Action::escalate;
  for (int k = 0; k < count && k < 9; ++k)
    if (d.keys.letter(static_cast<char>('1' + k))) {
      form_.choice = k;
      form_.marked ^= 1U << static_cast<unsigned>(k);
      if (people) {
        form_.who.text.clear();
        submit(f, d);
        return;
      }
    }
  if (count > 0 && d.keys.take(Key::down)) form_.choice = (form_.choice + 1) % count;
  if (count > 0 && d.keys.take(Key::up)) form_.choice = (form_.choice + count - 1) % count;
  if (!d.keys.typing() && count > 0) {
    if (d.keys.take(Key::right)) form_.choice = (form_.choice + 1) % count;
    if (d.keys.take(Key::left)) form_.choice = (std::max(0, form_.choice) + count - 1) % count;
  }
  if (!d.keys.typing() && d.keys.take(Key::tab)) (people ? form_.focus_who : form_.focus_text) = true;
  if (form_.kind == Action::resolve && d.keys.letter('a')) {
    submit_alike(f, d);
    return;
  }
  if (d.keys.take(Key::enter)) submit(f, d);
}

}  // namespace wf::ui
