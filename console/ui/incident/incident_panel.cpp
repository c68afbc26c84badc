#include "console/ui/incident/incident_panel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/incident/dispatch_text.hpp"
#include "console/ui/incident/target.hpp"
#include "console/ui/wall/wall_row.hpp"

namespace wf::ui {

void IncidentPanel::draw_head(Frame& f, Desk& d, const Rect& r, const Incident& i) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const UtcNs now = f.input.now;
  p.fill(r, t.bg2);
  p.hairline(r.x, r.y, r.w, t.line);
  p.hairline(r.x, r.bottom() - 1, r.w, t.line);
  mark(p, i.priority, r.x + 28, r.y + 24, 26, mark_state(i));

  const Target g = target_of(i, now, t);
  float end = r.right() - unit::kPad;
  if (g.has_ring) {
    ring(p, r.right() - 28, r.y + 24, 11, g.ring);
    end = r.right() - 48;
  }
  std::string first;
  std::string second = text_of<"age {}">(duration(now - i.opened));
  if (i.state == IncidentState::shelved) {
    const std::string until = f.time.minutes(i.shelved_until);
    first = i.shelved_until <= 0  ? "Shelved until it clears"_tr.str()
            : i.shelf_until_clear ? text_of<"Until it clears, or {}">(until)
                                  : text_of<"Returns at {}">(until);
    second = i.owner.empty() ? second : text_of<"by {}">(i.owner);
  } else if (i.needs_acknowledgement() && i.respond_by > 0) {
    first = g.ring.late ? text_of<"{} late to acknowledge">(g.time) : text_of<"{} to acknowledge">(g.time);
    second = text_of<"target {}, {}">(span(i.respond_by - i.opened), second);
  } else if (i.state == IncidentState::resolved) {
    first = "Resolved"_tr;
    second = word_of(i.cause);
  } else if (dispatched(i) && !i.dispatch.none()) {
    first = dispatch_words(i, now);
    if (i.dispatch.due != 0 && now > i.dispatch.due)
      second = text_of<"late by {}">(duration(now - i.dispatch.due));
    else if (i.dispatch.due != 0)
      second = text_of<"next by {}">(f.time.minutes(i.dispatch.due));
    if (i.dispatch.step() == Dispatch::Step::sent && !at_a_post(f.snapshot, i.dispatched_to))
      second = text_of<"no post connected, {}">(second);
  } else {
    first = word_of(i.state);
    if (!i.owner.empty()) first += ", " + i.owner;
    if (i.acknowledged_at > 0) second = text_of<"acknowledged after {}, {}">(g.time, second);
  }
  const float room = r.w * 0.36F;
  float used =
      p.text(end, r.y + 16, first, Face::m_semibold,
             i.needs_acknowledgement() ? (g.ring.hot || g.ring.late ? g.ink : t.t1) : t.t2, Align::right, room);
  used = std::max(used, p.text(end, r.y + 34, second, Face::s, t.t2, Align::right, room));

  float title_end = end - used - 20;
  const std::string name = incident_name(i.id);
  const float name_width = p.width(name, Face::mono_m);
  const float title_width = p.width(i.title, Face::l_semibold);
  if (r.x + 52 + title_width + 24 + name_width < title_end) {
    p.text(title_end, r.y + 24, name, Face::mono_m, t.t2, Align::right);
    title_end -= name_width + 20;
  }
  float x = r.x + 52;
  const float badges = mark_badges_width(p, i, false);
  x += p.text(x, r.y + 24, i.title, Face::l_semibold, t.t1, Align::left, title_end - x - badges) + 8;
  mark_badges(p, x, r.y + 24, i, false);
  (void)d;
}

void IncidentPanel::draw_actions(Frame& f, Desk& d, const Rect& r, const Incident& i) {
  Painter& p = f.p;
  static constexpr Action kOrder[] = {Action::dispatch, Action::note,  Action::escalate, Action::shelve,
                                      Action::call,     Action::merge, Action::split};
  const auto style_of = [&](Action a, bool primary) {
    ButtonStyle s;
    s.key = look_of(a).key;
    if (primary) s.kind = ButtonKind::primary;
    s.enabled = why_not(a, i).empty();
    if (form_.kind == a) s.look = Look::hover;
    return s;
  };
  const auto label_of = [&](Action a) -> Text {
    if (a == Action::shelve && i.state == IncidentState::shelved) return "Return"_tr;
    if (a == Action::progress && dispatched(i) && step_of(i) == Dispatch::Step::received) return "On the way"_tr;
    return look_of(a).label;
  };
  const auto put = [&](Action a, float x, bool primary) {
    const ButtonStyle s = style_of(a, primary);
    const bool sent = a == Action::acknowledge && d.pending(i.id, CommandKind::acknowledge);
    const std::string hit_name =
        "panel/" + std::string(a == Action::resolve ? std::string_view("Resolve") : look_of(a).label.english());
    const Hit hit = button(p, hit_name, x, r.y, sent ? "Sent"_tr : label_of(a), s);
    if (!s.enabled) d.hint(hit, why_not(a, i));
    if (hit.clicked) act(f, d, a);
    return button_width(p, sent ? "Sent"_tr : label_of(a), s);
  };

  // The first button is what is due now.
  const Action due = i.needs_acknowledgement()              ? Action::acknowledge
                     : why_not(Action::progress, i).empty() ? Action::progress
                     : i.state == IncidentState::dispatched ? Action::on_scene
                     : i.state == IncidentState::acknowledged || i.state == IncidentState::escalated ? Action::dispatch
                                                                                                     : Action::resolve;
  float x = r.x;
  const ButtonStyle last = style_of(Action::resolve, due == Action::resolve);
  const float resolve = button_width(p, look_of(Action::resolve).label, last);
  float end = r.right() - resolve - 8;
  if (due == Action::resolve) {
    end = r.right();
    x += put(Action::resolve, x, true) + 8;
  } else {
    x += put(due, x, true) + 8;
    (void)put(Action::resolve, r.right() - resolve, false);
  }
  more_.clear();
  for (const Action a : kOrder) {
    if (a == due) continue;
    const float w = button_width(p, label_of(a), style_of(a, false));
    const bool last_one = a == Action::split;
    if (!more_.empty() || x + w + (last_one ? 0 : 36) > end) {
      more_.push_back(a);
      continue;
    }
    x += put(a, x, false) + 8;
  }
  if (more_.empty()) {
    more_open_ = false;
    return;
  }
  more_at_ = {x, r.y, 28, 28};
  const Hit hit = icon_button(p, "panel/more", x, r.y, Icon::more, more_open_);
  std::string names;
  for (const Action a : more_)
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", label_of(a), look_of(a).key);
  if (!more_open_) d.hint(hit, names);
  if (hit.clicked) more_open_ = !more_open_;
}

void IncidentPanel::draw_more(Frame& f, Desk& d) {
  Painter& p = f.p;
  const Incident* i = d.selected;
  if (!more_open_ || i == nullptr) return;
  const Hit shade = p.hits.add("more/shade", {0, 0, 1e5F, 1e5F});
  const float h = 8 + 32 * static_cast<float>(more_.size());
  const Rect box{more_at_.x, more_at_.bottom() + 4, 168, h};
  p.float_box(box, p.t.bg1, p.t.line2);
  (void)p.hits.add("more/box", box);
  float y = box.y + 4;
  for (const Action a : more_) {
    const Rect at{box.x + 4, y, box.w - 8, 32};
    const std::string no = why_not(a, *i);
    const Hit hit = p.hits.add("more/" + std::string(look_of(a).label.english()), at, no.empty());
    if (hit.hovered && no.empty()) p.fill(at, p.t.bg4, 3);
    p.text(at.x + 10, at.mid_y(), look_of(a).label, Face::m_medium, no.empty() ? p.t.t1 : p.t.dis);
    const float kw = key_width(p, look_of(a).key);
    key_cap(p, at.right() - 8 - kw, at.mid_y(), look_of(a).key);
    d.hint(hit, no);
    if (hit.clicked) act(f, d, a);
    y += 32;
  }
  if (shade.pressed) more_open_ = false;
}

void IncidentPanel::draw(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  p.push_clip(r);
  p.fill(r, p.t.bg1);
  const Incident* i = d.selected;
  if (shown_ != (i == nullptr ? 0 : i->id)) {
    shown_ = i == nullptr ? 0 : i->id;
    why_.offset = middle_.offset = right_.offset = 0;
    more_open_ = false;
    skip_ = {};
    chosen_call_.clear();
  }
  float top = r.y;
  if (i != nullptr) {
    draw_head(f, d, {r.x, r.y, r.w, unit::kPanelHeader}, *i);
    draw_actions(f, d, {r.x + unit::kPad, r.y + 48, r.w - 2 * unit::kPad, unit::kButton}, *i);
    top += unit::kPanelHeader;
  }
  if (form_.open()) {
    const float h = form_height();
    draw_form(f, d, {r.x, top, r.w, h});
    top += h;
  }
  if (i == nullptr) {
    draw_shift(f, d, {r.x, top, r.w, r.bottom() - top});
    p.pop_clip();
    return;
  }
  const Rect body{r.x, top, r.w, std::max(0.0F, r.bottom() - top)};
  const float pad = unit::kPad;
  constexpr float kNote = 44;
  const auto column = [&](std::string_view name, float x, float w, Scroll& s, float foot, auto&& content) {
    const Rect view{x - 8, body.y, w + 16, std::max(0.0F, body.h - foot)};
    const float y = begin_scroll(f, name, view, s);
    const float bottom = content(x, y + 6, w, view);
    end_scroll(f, name, view, s, bottom + 8);
  };
  const auto why = [&](float x, float y, float w, const Rect& view) { return draw_why(f, d, x, y, w, *i, view); };
  const auto see = [&](float x, float y, float w, const Rect&) {
    y = draw_see(f, d, x, y, w, *i);
    p.hairline(x, y, w, p.t.line);
    return draw_where(f, d, x, y + 2, w, *i);
  };
  const auto act_log = [&](float x, float y, float w, const Rect& view) {
    y = draw_do(f, d, x, y, w, *i);
    p.hairline(x, y, w, p.t.line);
    y = draw_calls(f, d, x, y + 4, w, *i);
    return draw_log(f, d, x, y + 4, w, *i, view);
  };
  if (r.w >= 860) {
    const float extra = r.w - 912;
    const float w1 = std::round(328 + extra * 0.4F);
    const float w2 = std::round(256 + extra * 0.25F);
    const float c1 = r.x + pad;
    const float c2 = c1 + w1 + unit::kColumnGap;
    const float c3 = c2 + w2 + unit::kColumnGap;
    const float w3 = r.right() - pad - c3;
    p.upright(c2 - 12, body.y, body.h, p.t.line);
    p.upright(c3 - 12, body.y, body.h, p.t.line);
    column("panel/why", c1, w1, why_, 0, why);
    column("panel/see", c2, w2, middle_, 0, see);
    column("panel/do", c3, w3, right_, kNote, act_log);
    follow_step(f, *i, {c3 - 8, body.y, w3 + 16, body.h - kNote}, right_);
    draw_note(f, d, {c3, body.bottom() - 36, w3, unit::kButton}, *i);
  } else if (r.w >= 520) {
    const float w1 = std::round((r.w - 2 * pad - unit::kColumnGap) * 0.54F);
    const float c1 = r.x + pad;
    const float c2 = c1 + w1 + unit::kColumnGap;
    const float w2 = r.right() - pad - c2;
    p.upright(c2 - 12, body.y, body.h, p.t.line);
    column("panel/why", c1, w1, why_, 0, why);
    column("panel/do", c2, w2, right_, kNote, [&](float x, float y, float w, const Rect& view) {
      y = act_log(x, y, w, view);
      p.hairline(x, y, w, p.t.line);
      return see(x, y + 4, w, view);
    });
    follow_step(f, *i, {c2 - 8, body.y, w2 + 16, body.h - kNote}, right_);
    draw_note(f, d, {c2, body.bottom() - 36, w2, unit::kButton}, *i);
  } else {
    column("panel/why", r.x + pad, r.w - 2 * pad, why_, kNote, [&](float x, float y, float w, const Rect& view) {
      y = why(x, y, w, view) + 6;
      y = act_log(x, y, w, view);
      return see(x, y, w, view);
    });
    draw_note(f, d, {r.x + pad, body.bottom() - 36, r.w - 2 * pad, unit::kButton}, *i);
  }
  if (std::exchange(show_calls_, false)) {
    (r.w >= 520 ? right_ : why_).offset += calls_at_ - body.y - 6;
    f.wake(0);
  }
  p.pop_clip();
  draw_more(f, d);
}

}  // namespace wf::ui
