// What a guard is sent to: how far they are, what it is, where, and what to do there.
#include <algorithm>
#include <cmath>

#include "console/ui/draw/icons.hpp"
#include "console/ui/guard/guard_view.hpp"
#include "console/ui/incident/dispatch_text.hpp"

namespace wf::ui {
namespace {

using Step = Dispatch::Step;

std::string joined(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) out += (out.empty() ? "" : " › ") + part;
  return out;
}

/// What is expected of the guard now.
Text asked(Step step) {
  switch (step) {
    case Step::sent:
      return "New: say that you have it"_tr;
    case Step::received:
      return "Received##told"_tr;
    case Step::en_route:
      return "On the way##told"_tr;
    case Step::arrived:
      return "On scene: what did you find?"_tr;
    case Step::cleared:
      break;
  }
  return "Cleared##guard"_tr;
}

}  // namespace

float GuardView::draw_card(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Incident& i = *current_;
  const Step step = step_of(i);
  const PriorityColors& q = t.of(i.priority);
  const UtcNs now = f.input.now;
  float y = r.y + 8;

  // How far, and how long there is.
  ImU32 ground = t.bg3, ink = t.t1;
  const bool late = i.dispatch.due != 0 && now > i.dispatch.due;
  if (step == Step::sent || late) {
    ground = q.tint2;
    ink = q.text;
    if (!f.reduce_motion && step == Step::sent) {
      // Once a second, so that it is seen from the side.
      const double phase = std::fmod(f.input.seconds, 1.0);
      if (phase < 0.5) {
        ground = q.fill;
        ink = q.ink;
      }
      f.wake(phase < 0.5 ? 0.5 - phase : 1.0 - phase);
    }
  }
  const Rect head{r.x, y, r.w, 60};
  p.fill(head, ground, 6);
  std::string words(asked(step));
  std::string time;
  if (i.dispatch.due != 0)
    time = late ? "+" + duration(now - i.dispatch.due) : duration(i.dispatch.due - now + kSecond - 1);
  const float tw =
      time.empty() ? 0 : p.text(head.right() - 20, head.mid_y(), time, Face::sign_s, ink, Align::right) + 24;
  const float room = head.w - 40 - tw;
  p.text(head.x + 20, head.mid_y(), words,
         face_that_fits(p, words, room, 1, {Face::sign_s, Face::xl_semibold, Face::l_semibold}), ink, Align::left,
         room);
  y = head.bottom() + 16;

  mark(p, i.priority, r.x + 26, y + 30, 44, step == Step::sent ? MarkState::open : MarkState::held);
  const float x = r.x + 64;
  const float w = r.right() - x;
  const bool low = r.h < 420;
  y = large_text(p, x, y, w, 2, i.title,
                 low ? std::initializer_list<Face>{Face::sign_s, Face::xl_semibold, Face::l_semibold}
                     : std::initializer_list<Face>{Face::sign, Face::sign_s, Face::xl_semibold, Face::l_semibold},
                 t.t1) +
      8;
  y = large_text(p, x, y, w, 2, joined(i.place), {Face::sign_s, Face::xl_semibold, Face::l_semibold}, t.t1) + 6;
  std::string from = incident_name(i.id);
  if (const Dispatch::Reached& sent = i.dispatch.at(Step::sent); sent.time != 0)
    from = text_of<"{}, {} sent you at {}">(from, sent.actor, f.time.minutes(sent.time));
  p.text(x, y + 14, from, face_that_fits(p, from, w, 1, {Face::xl_semibold, Face::l_semibold, Face::m_semibold}), t.t2,
         Align::left, w);
  y += 36;
  // What happened last may be other than what the title says.
  const auto newest = std::max_element(i.why.begin(), i.why.end(), [](const Contribution& a, const Contribution& b) {
    return std::pair(a.effect != "context", a.time) < std::pair(b.effect != "context", b.time);
  });
  if (newest != i.why.end()) {
    const std::string last = text_of<"Last: {}, {}">(newest->text, ago(now - newest->time));
    p.text(x, y + 14, last, face_that_fits(p, last, w, 1, {Face::xl_semibold, Face::l_semibold, Face::m_semibold}),
           t.t2, Align::left, w);
    y += 36;
  }
  p.hairline(r.x, y, r.w, t.line);
  y += 4;
  const Rect plan{r.x, y, r.w, std::max(0.0F, r.bottom() - y)};
  const float top = begin_scroll(f, "guard/plan", plan, plan_);
  float bottom = draw_plan(f, d, r.x, top + 6, r.w - 14);
  bottom = draw_log(f, r.x, bottom + 4, r.w - 14);
  end_scroll(f, "guard/plan", plan, plan_, bottom + 8);
  return y - r.y + plan_.content;
}

/// What people said last, the newest first: a note of the control room is for the guard too.
float GuardView::draw_log(Frame& f, float x, float y, float w) const {
  Painter& p = f.p;
  constexpr std::size_t kMost = 6;
  const std::vector<LogLine>& log = current_->log;
  for (std::size_t k = log.size(); k-- > 0 && log.size() - k <= kMost;) {
    p.text(x + 6, y + 16, f.time.minutes(log[k].time), Face::l_semibold, p.t.t3);
    p.text(x + 76, y + 16, log[k].actor + " " + log[k].text, Face::l_semibold, p.t.t2, Align::left, w - 82);
    y += 32;
  }
  return y;
}

float GuardView::draw_plan(Frame& f, Desk& d, float x, float y, float w) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Incident& i = *current_;
  constexpr float kBox = 30, kGap = 16;
  const float room = w - kBox - 2 * kGap;
  for (std::size_t k = 0; k < i.plan.size(); ++k) {
    const PlanStep& step = i.plan[k];
    const Face face = face_that_fits(p, step.text, room, 2, {Face::xl_semibold, Face::l_semibold});
    const float line = std::round(size_of(face) * 1.15F);
    const bool two = p.width(step.text, face) > room;
    const float h = two ? 2 * line + 12 : 48;
    const Rect at{x, y, w, h};
    const Hit hit = p.hits.add("guard/step/" + std::to_string(k), at, reached(f));
    if (hit.hovered) p.fill(at, t.bg2, 6);
    const Rect box{x + 6, at.mid_y() - kBox / 2, kBox, kBox};
    if (step.done) {
      p.fill(box, t.t3, 5);
      icon(p, Icon::check, box.mid_x(), box.mid_y(), 24, t.bg1, 3);
    } else if (step.skipped) {
      p.fill(box, t.bg3, 5);
      p.line(box.x + 8, box.mid_y(), box.right() - 8, box.mid_y(), t.t3, 3);
    } else {
      p.stroke(box, step.overdue ? t.of(Priority::medium).edge : t.t2, 2, 5);
    }
    p.paragraph(x + kBox + kGap + 6, at.mid_y() - (two ? line / 2 : 0), line, room, 2, step.text, face,
                step.settled() ? t.t3 : t.t1);
    if (hit.clicked && reached(f)) {
      Command c = command_about(CommandKind::plan_step, i);
      c.step = static_cast<std::uint32_t>(k);
      if (step.settled()) c.text = "undo";
      d.send(f, i, std::move(c));
    }
    y += h + 4;
  }
  return y;
}

}  // namespace wf::ui
