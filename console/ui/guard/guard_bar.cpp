// The bar of a guard's post: one tap for each thing to say, and panic.
#include <algorithm>
#include <array>
#include <cmath>

#include "console/ui/draw/icons.hpp"
#include "console/ui/guard/guard_view.hpp"
#include "console/ui/incident/dispatch_text.hpp"

namespace wf::ui {
namespace {

using Step = Dispatch::Step;

constexpr std::array<Text, 4> kFound{"Nothing found"_tr, "False alarm"_tr, "Put right"_tr, "Handed over"_tr};
constexpr std::array<Text, 4> kNotes{"Send help"_tr, "Police called"_tr, "Door is shut"_tr, "I stay here"_tr};
constexpr float kGap = 12, kPad = 16;

/// `n` cells of `r` in rows of `columns`.
std::vector<Rect> cells_of(const Rect& r, std::size_t n, std::size_t columns) {
  std::vector<Rect> out;
  const std::size_t rows = (n + columns - 1) / columns;
  const float w = (r.w - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const float h = (r.h - kGap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
  for (std::size_t k = 0; k < n; ++k)
    out.push_back(
        {r.x + static_cast<float>(k % columns) * (w + kGap), r.y + static_cast<float>(k / columns) * (h + kGap), w, h});
  return out;
}

}  // namespace

Hit large_button(Painter& p, std::string_view name, const Rect& r, std::string_view label, const LargeButton& s) {
  const Tokens& t = p.t;
  const Hit hit = p.hits.add(name, r, s.enabled);
  ImU32 ground = t.bg3, border = t.line2, ink = t.t1, key = t.t2;
  if (s.primary) {
    ground = hit.hovered ? t.prim_hover : t.prim;
    border = 0;
    ink = t.prim_ink;
    key = t.prim_key;
  } else if (s.done) {
    ground = 0;
    ink = t.t2;
  } else if (hit.hovered) {
    ground = t.bg4;
  }
  if (!s.enabled) {
    ground = 0;
    border = t.line;
    ink = key = s.done ? t.t2 : t.dis;
  }
  if (ground != 0) p.fill(r, ground, 6);
  if (border != 0) p.stroke(r, border, 2, 6);
  const float room = r.w - 16;
  const int lines = r.h >= 84 && s.below.empty() ? 2 : 1;
  const Face face = r.h < 56 ? face_that_fits(p, label, room, 1, {Face::l_semibold, Face::m_semibold})
                             : face_that_fits(p, label, room, lines,
                                              {Face::sign_s, Face::xl_semibold, Face::l_semibold, Face::m_semibold});
  const float step = std::round(size_of(face) * 1.1F);
  // Each line in the middle of the button.
  std::string_view first = label, second;
  if (p.width(label, face) > room)
    for (std::size_t i = label.find(' '); i != std::string_view::npos; i = label.find(' ', i + 1))
      if (p.width(label.substr(0, i), face) <= room) {
        first = label.substr(0, i);
        second = label.substr(i + 1);
      }
  const float up = !second.empty() ? step / 2 : s.below.empty() ? 0.0F : 12.0F;
  p.text(r.mid_x(), r.mid_y() - up, first, face, ink, Align::center, room);
  if (!second.empty()) p.text(r.mid_x(), r.mid_y() + up, second, face, ink, Align::center, room);
  if (!s.below.empty()) {
    const float w = p.width(s.below, Face::l_semibold);
    const float x = r.mid_x() - w / 2 + (s.done ? 14.0F : 0.0F);
    if (s.done) icon(p, Icon::check, x - 18, r.bottom() - 22, 20, ink, 2.5F);
    p.text(x, r.bottom() - 22, s.below, Face::l_semibold, ink);
  }
  if (!s.key.empty()) p.text(r.x + 10, r.y + 16, s.key, Face::mono_m_medium, key);
  return hit;
}

void GuardView::draw_steps(Frame& f, Desk& d, const std::vector<Rect>& cells) {
  struct Look {
    Text label;
    const char* key;
    const char* action;
  };
  static constexpr std::array<Look, 4> kSteps{{{"Received##guard"_tr, "1", "received"},
                                               {"On my way##guard"_tr, "2", "en_route"},
                                               {"Arrived##guard"_tr, "3", "arrived"},
                                               {"Clear##guard"_tr, "4", ""}}};
  const auto at = static_cast<std::size_t>(step_of(*current_));
  const bool sent = waits(d);
  for (std::size_t k = 0; k < kSteps.size(); ++k) {
    const bool next = k == at;
    LargeButton style;
    style.key = kSteps[k].key;
    style.done = k < at;
    style.primary = next;
    style.enabled = reached(f) && !sent && !style.done;
    const Dispatch::Reached& reached_at = current_->dispatch.steps[k + 1];
    if (style.done) style.below = reached_at.time != 0 ? f.time.minutes(reached_at.time) : "passed over"_tr.str();
    const std::string name = std::string("guard/") + (*kSteps[k].action != 0 ? kSteps[k].action : "clear");
    if (!large_button(f.p, name, cells[k], next && sent ? "Sent"_tr : kSteps[k].label, style).clicked) continue;
    if (*kSteps[k].action != 0)
      say(f, d, kSteps[k].action);
    else
      mode_ = Mode::finding;
  }
}

void GuardView::draw_findings(Frame& f, Desk& d, const std::vector<Rect>& cells) {
  const bool can = reached(f) && !waits(d);
  for (std::size_t k = 0; k <= kFound.size(); ++k) {
    const std::string key = std::to_string(k + 4);
    const bool other = k == kFound.size();
    LargeButton style;
    style.key = key;
    style.primary = k == 0;
    style.enabled = can;
    const Text label = other ? "In words"_tr : kFound[k];
    const bool typed = !d.modal && !d.keys.typing() && d.keys.letter(static_cast<char>('4' + k));
    const bool clicked = large_button(f.p, "guard/found/" + std::string(label.english()), cells[k],
                                      waits(d) && k == 0 ? "Sent"_tr : label, style)
                             .clicked;
    if (!can || !(clicked || typed)) continue;
    if (other) {
      mode_ = Mode::other_finding;
      focus_ = true;
    } else {
      say(f, d, "clear", std::string(label));
    }
  }
}

/// A line to type, and words that need no typing. `side` is where the other buttons of the bar stand.
void GuardView::draw_words(Frame& f, Desk& d, const Rect& r, const Rect& side, bool tall) {
  Painter& p = f.p;
  const bool note = mode_ == Mode::note;
  Rect line{r.x, r.y, tall ? r.w : std::round(r.w * (note ? 0.34F : 1.0F)), 48};
  std::vector<Rect> two = cells_of(side, 2, 2);
  Rect quick{line.right() + kGap, r.y, r.right() - line.right() - kGap, r.h};
  if (tall) {
    quick = {r.x, line.bottom() + kGap, r.w, r.bottom() - line.bottom() - kGap};
  } else {
    line.h = r.h;
  }
  bool entered = false;
  if (d.modal) {
    p.fill(line, p.t.input, unit::kRadius);
  } else {
    entered =
        text_field(p, "guard/words", line, words_, note ? "Note"_tr : "What did you find?"_tr, focus_, {}, Face::l);
    focus_ = false;
  }
  if (large_button(p, "guard/cancel", two[0], "Back"_tr, {.key = "Esc"_tr}).clicked) {
    mode_ = Mode::steps;
    words_ = {};
    return;
  }
  LargeButton send;
  send.primary = true;
  send.enabled = reached(f) && words_.text.find_first_not_of(' ') != std::string::npos;
  const bool go = large_button(p, "guard/send", two[1], "Send"_tr, send).clicked || entered;
  if (note) {
    const std::vector<Rect> cells = cells_of(quick, kNotes.size(), tall ? 2 : 4);
    for (std::size_t k = 0; k < kNotes.size(); ++k)
      if (large_button(p, "guard/note/" + std::to_string(k), cells[k], kNotes[k], {.enabled = reached(f)}).clicked) {
        say_note(f, d, std::string(kNotes[k]));
        return;
      }
  }
  if (!go || !send.enabled) return;
  if (note)
    say_note(f, d, words_.text);
  else
    say(f, d, "clear", words_.text);
}

void GuardView::draw_panic(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const PriorityColors& c = p.t.of(Priority::critical);
  const Hit hit = p.hits.add("guard/panic", r);
  hold_panic(f, hit.held || (!d.modal && !d.keys.typing() && panic_held()));
  p.fill(r, hold_ >= 0 ? c.dim : c.fill, 6);
  if (hold_ >= 0) {
    const auto share = static_cast<float>(std::min(1.0, (f.input.seconds - hold_) / motion::kPanic));
    p.fill({r.x, r.y, r.w * share, r.h}, c.fill, 6);
  }
  p.stroke(r, c.edge, 2, 6);
  p.text(r.mid_x(), r.mid_y() - 10, "PANIC"_tr,
         face_that_fits(p, "PANIC"_tr, r.w - 16, 1, {Face::sign_s, Face::xl_semibold}), c.ink, Align::center);
  p.text(r.mid_x(), r.bottom() - 22, pressed_ ? "sent##panic"_tr : "hold##panic"_tr, Face::l_semibold, c.ink,
         Align::center);
  p.text(r.x + 10, r.y + 16, "P", Face::mono_m_medium, c.ink);
}

void GuardView::draw_bar(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  p.fill(r, p.t.bg2);
  p.hairline(r.x, r.y, r.w, p.t.line);
  const Rect inner{r.x + kPad, r.y + kPad, r.w - 2 * kPad, r.h - 2 * kPad};
  const bool tall = r.h > 200;
  // Panic stands in the same corner whatever else is there.
  Rect left = inner, side;
  Rect panic{};
  if (tall) {
    const float row = std::round((inner.h - 2 * kGap) / 3);
    left.h = inner.h - row - kGap;
    const Rect last{inner.x, left.bottom() + kGap, inner.w, row};
    panic = {last.right() - std::round(last.w * 0.4F), last.y, std::round(last.w * 0.4F), row};
    side = {last.x, last.y, last.w - panic.w - kGap, row};
  } else {
    panic = {inner.right() - std::round(inner.w * 0.15F), inner.y, std::round(inner.w * 0.15F), inner.h};
    const float w = std::round(inner.w * 0.21F);
    side = {panic.x - kGap - w, inner.y, w, inner.h};
    left.w = side.x - kGap - left.x;
  }
  draw_panic(f, d, panic);
  if (current_ == nullptr) return;
  if (mode_ == Mode::note || mode_ == Mode::other_finding) return draw_words(f, d, left, side, tall);
  const bool finding = mode_ == Mode::finding || step_of(*current_) == Step::arrived;
  if (finding)
    draw_findings(f, d, cells_of(left, kFound.size() + 1, tall ? 3 : kFound.size() + 1));
  else
    draw_steps(f, d, cells_of(left, 4, tall ? 2 : 4));
  const std::vector<Rect> two = cells_of(side, 2, 2);
  const bool opened = mode_ == Mode::finding;
  LargeButton undo;
  undo.key = opened ? "Esc"_tr : untranslated("U");
  undo.enabled = opened || (reached(f) && step_of(*current_) != Step::sent && !waits(d));
  if (large_button(p, "guard/undo", two[0], opened ? "Back"_tr : "Undo"_tr, undo).clicked) {
    if (opened)
      mode_ = Mode::steps;
    else
      say(f, d, "back");
  }
  if (large_button(p, "guard/note", two[1], "Note"_tr, {.key = "N", .enabled = reached(f)}).clicked) {
    mode_ = Mode::note;
    focus_ = true;
  }
}

}  // namespace wf::ui
