// The small form under the panel's actions: who, why, until when, which cause.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/incident/dispatch_text.hpp"
#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr float kRowHeight = 36, kFormPad = 10;

struct FormWords {
  Text title, field, go;
};

FormWords words_of(Action kind) {
  switch (kind) {
    case Action::dispatch:
      return {"Dispatch##form"_tr, "Somebody else"_tr, "Dispatch"_tr};
    case Action::escalate:
      return {"Escalate to"_tr, "Somebody else"_tr, "Escalate"_tr};
    case Action::shelve:
      return {"Shelve for"_tr, "Reason, for the next shift"_tr, "Shelve"_tr};
    case Action::resolve:
      return {"Cause##form"_tr, "A word on it, if needed"_tr, "Resolve"_tr};
    case Action::merge:
      return {"Merge with"_tr, Text(), "Merge"_tr};
    case Action::split:
      return {"Split off"_tr, Text(), "Split"_tr};
    case Action::call:
      return {"Call##form"_tr, "What was said"_tr, "Record"_tr};
    default:
      return {};
  }
}

std::string shelved_words(const Frame& f, const std::string& name, const Choice& choice) {
  const std::string at = f.time.minutes(f.input.now + choice.span);
  if (choice.until_clear)
    return text_of<
        "{0} leaves the wall until it is normal again, and is armed again then. It returns at {1} at the latest, or "
        "when "
        "it gets worse.">(name, at);
  return text_of<"{0} leaves the wall and returns by itself at {1}, or when it gets worse.">(name, at);
}

}  // namespace

float IncidentPanel::form_height() const {
  const bool field = form_.kind != Action::merge && form_.kind != Action::split;
  return kFormPad * 2 + kRowHeight * (field ? 2 : 1) + 24;
}

void IncidentPanel::draw_form(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Incident* i = d.selected;
  const FormWords words = words_of(form_.kind);
  const std::vector<Choice> choices = choices_of(form_.kind, f.snapshot, i);
  const bool people = form_.kind == Action::dispatch || form_.kind == Action::escalate;
  p.push_clip(r);
  p.fill(r, t.bg3);
  p.fill({r.x, r.y, 3, r.h}, t.acc);
  p.hairline(r.x, r.bottom() - 1, r.w, t.line2);
  (void)p.hits.add("form/ground", r);

  const float left = r.x + unit::kPad;
  const float right = r.right() - unit::kPad;
  float y = r.y + kFormPad;
  float x = left + p.text(left, y + 14, words.title, Face::m_semibold, t.t1) + 14;
  for (std::size_t k = 0; k < choices.size(); ++k) {
    // The number is the key: a chip says it, because what is pressed should be where the eye is.
    const bool marks = form_.kind == Action::split;
    const bool on = marks ? (form_.marked >> k & 1U) != 0
                          : static_cast<int>(k) == form_.choice && (!people || form_.who.text.empty());
    const std::string& label = choices[k].label;
    const std::string number = std::to_string(k + 1);
    const float dot = choices[k].connected ? 14 : 0;
    const float w = std::round(20 + p.width(number, Face::mono_s) + 8 + p.width(label, Face::s_semibold) + dot);
    if (x + w > right) break;
    const Rect at{x, y + 2, w, unit::kChip};
    const Hit hit = p.hits.add("form/choice/" + (choices[k].name.empty() ? label : choices[k].name), at);
    p.fill(at, on ? t.acc_bg : hit.hovered ? t.bg4 : t.bg2, unit::kRadius);
    p.stroke(at, on ? t.acc : t.line2, 1, unit::kRadius);
    const float nw = p.text(x + 10, at.mid_y(), number, Face::mono_s, on ? t.acc : t.t3);
    p.text(x + 18 + nw, at.mid_y(), label, on ? Face::s_semibold : Face::s_medium, on ? t.t1 : t.t2);
    if (dot > 0) {
      p.circle(at.right() - 13, at.mid_y(), 4, t.t1);
      d.hint(hit, "A post is connected: it is shown there at once"_tr);
    }
    if (form_.kind == Action::merge)
      if (const Incident* other = f.snapshot.incident(choices[k].incident)) d.hint(hit, other->title);
    x += w + unit::kGap;
    if (hit.clicked) {
      form_.choice = static_cast<int>(k);
      form_.marked ^= 1U << static_cast<unsigned>(k);
      // The reason is typed next, or was begun: the click does not take the keyboard from it.
      form_.focus_text = form_.kind == Action::shelve;
      if (people) {
        form_.who.text.clear();
        submit(f, d);
        p.pop_clip();
        return;
      }
    }
  }
  if (choices.empty())
    p.text(x, y + 14, people ? "nobody with that role is in the directory"_tr : "nothing to choose"_tr, Face::s, t.t2,
           Align::left, right - x);
  y += kRowHeight;

  // Fields at the left, what carries it out at the right.
  const std::string no = refusal(f, d);
  ButtonStyle go;
  go.kind = ButtonKind::primary;
  go.key = "Enter"_tr;
  go.enabled = no.empty();
  ButtonStyle cancel;
  cancel.kind = ButtonKind::ghost;
  cancel.key = "Esc"_tr;
  find_alike(f, d);
  const std::size_t all = form_.kind == Action::resolve ? form_.alike.size() : 0;
  ButtonStyle go_all = go;
  go_all.kind = ButtonKind::normal;
  go_all.key = "A";
  const std::string all_words = text_of<"Resolve all {}">(all);
  const float all_width = all > 0 ? button_width(p, all_words, go_all) + 8 : 0;
  const float go_width = button_width(p, words.go, go) + all_width;
  const float cancel_width = button_width(p, "Cancel"_tr, cancel);
  const bool field = form_.kind != Action::merge && form_.kind != Action::split;
  const float buttons_y = field ? y : y - kRowHeight;
  float fields_end = right - go_width - cancel_width - 16;
  bool entered = false;
  if (field && d.modal) {
    p.fill({left, y, fields_end - left, 28}, t.input, unit::kRadius);
  } else if (form_.kind == Action::call) {
    const float part = (fields_end - left - 16) / 4;
    entered = text_field(p, "form/who", {left, y, part, 28}, form_.who, "Caller"_tr, form_.focus_who);
    entered |= text_field(p, "form/place", {left + part + 8, y, part, 28}, form_.place, "Place"_tr, false);
    entered |=
        text_field(p, "form/text", {left + 2 * part + 16, y, 2 * part, 28}, form_.text, words.field, form_.focus_text);
  } else if (people) {
    entered = text_field(p, "form/who", {left, y, std::min(320.0F, fields_end - left), 28}, form_.who, words.field,
                         form_.focus_who, "Tab"_tr);
  } else if (field) {
    entered = text_field(p, "form/text", {left, y, fields_end - left, 28}, form_.text, words.field, form_.focus_text,
                         form_.kind == Action::resolve ? "Tab"_tr : Text());
  }
  form_.focus_who = form_.focus_text = false;
  const float bx = field ? right - go_width - 8 - cancel_width : std::max(x, right - go_width - 8 - cancel_width);
  bool submitted = entered;
  if (button(p, "form/cancel", bx, buttons_y, "Cancel"_tr, cancel).clicked) {
    close();
    p.pop_clip();
    return;
  }
  if (all > 0 && button(p, "form/all", bx + cancel_width + 8, buttons_y, all_words, go_all).clicked) {
    p.pop_clip();
    submit_alike(f, d);
    return;
  }
  if (button(p, "form/go", bx + cancel_width + 8 + all_width, buttons_y, words.go, go).clicked) submitted = true;

  // What will happen, exactly; or what is missing, where the person looks.
  std::string will;
  const std::string name = i == nullptr ? std::string() : incident_name(i->id);
  const bool chosen = form_.choice >= 0 && form_.choice < static_cast<int>(choices.size());
  const std::string pick = chosen ? choices[static_cast<std::size_t>(form_.choice)].label : std::string();
  const std::string whom = form_.who.text.empty() ? pick : form_.who.text;
  if (!no.empty())
    will = no + ".";
  else if (form_.kind == Action::dispatch)
    will = at_a_post(f.snapshot, whom)
               ? text_of<"{0} goes to {1}, whose post is connected and shows it.">(name, whom)
               : text_of<"{0} goes to {1}, who has no post connected: call, and enter what they say (K).">(name, whom);
  else if (form_.kind == Action::escalate)
    will = text_of<"{0} is told of {1}. It stays yours until it is taken.">(whom, name);
  else if (form_.kind == Action::shelve)
    will = shelved_words(f, name, chosen ? choices[static_cast<std::size_t>(form_.choice)] : Choice{{}, 0, kHour, {}});
  else if (form_.kind == Action::resolve)
    will = all > 0 ? text_of<"{0} closes as {1}. A closes all {2} like it: {3}, {4}.">(
                         name, pick, all, i->rule_title, i->place.empty() ? "no place"_tr.str() : i->place.front())
                   : text_of<"{0} closes as {1}. Its record stays.">(name, pick);
  else if (form_.kind == Action::merge)
    will = text_of<"{0} becomes part of {1}. Both keep their log.">(pick, name);
  else if (form_.kind == Action::split)
    will = plural<"{0} line leaves {1} for an incident of their own.",
                  "{0} lines leave {1} for an incident of their own.">(
        static_cast<std::uint64_t>(std::popcount(form_.marked)), name);
  else if (form_.kind == Action::call)
    will = chosen && choices[static_cast<std::size_t>(form_.choice)].incident != 0
               ? text_of<"Recorded with {}.">(name)
               : "Opens an incident that is yours, acknowledged."_tr.str();
  const float line = r.bottom() - 17;
  icon(p, no.empty() ? Icon::arrow : Icon::notice, left + 6, line, 12, t.t2, 1.5F);
  p.text(left + 20, line, will, Face::s, t.t2, Align::left, right - left - 20);
  p.pop_clip();
  if (submitted) submit(f, d);
}

}  // namespace wf::ui
