// Do, log and say: the response plan as a checklist, who did what, and a note.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "console/ui/icons.hpp"
#include "console/ui/incident_panel.hpp"

namespace wf::ui {
namespace {

/// The step that Space carries out.
bool acknowledges(const PlanStep& step) { return step.text.rfind("Acknowledge", 0) == 0; }

}  // namespace

float IncidentPanel::draw_do(Frame& f, Desk& d, float x, float y, float w, const Incident& i) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const auto done =
      static_cast<std::size_t>(std::count_if(i.plan.begin(), i.plan.end(), [](const PlanStep& s) { return s.done; }));
  section_head(p, x, y, w, "Do", i.plan.empty() ? std::string() : fmt::format("{} of {} done", done, i.plan.size()));
  y += 28;
  if (i.plan.empty()) {
    const int lines = p.paragraph(x, y + 8, 18, w, 2, "This rule has no response plan.", Face::s, t.t2);
    return y + 18 * static_cast<float>(lines) + 10;
  }
  // One size and one height for the whole list: smaller, then two lines, when a step would not fit otherwise.
  std::size_t next = 0;  // the first step that is open is the one to do now
  while (next < i.plan.size() && i.plan[next].done) ++next;
  const auto fits = [&](Face face, Face now) {
    for (std::size_t k = 0; k < i.plan.size(); ++k) {
      const PlanStep& s = i.plan[k];
      const float beside = s.done ? 48.0F : k != next ? 0.0F : acknowledges(s) && i.needs_acknowledgement() ? 56 : 28;
      if (p.width(s.text, k == next ? now : face) > w - 24 - beside) return false;
    }
    return true;
  };
  const bool small = !fits(Face::m, Face::m_semibold);
  const bool two_lines = small && !fits(Face::s, Face::s_semibold);
  const Face plain = small ? Face::s : Face::m;
  const Face strong = small ? Face::s_semibold : Face::m_semibold;
  for (std::size_t k = 0; k < i.plan.size(); ++k) {
    const PlanStep& step = i.plan[k];
    const Rect at{x - 8, y, w + 16, two_lines ? 36 : unit::kStep};
    const bool now = k == next;
    const Hit hit = p.hits.add(fmt::format("step/{}", k), at, !step.done);
    if (now || (hit.hovered && !step.done)) p.fill(at, now ? t.bg3 : t.bg2);
    const float mid = at.mid_y();
    check_box(p, x, mid, step.done);
    float end = x + w;
    if (step.done) {
      end -= p.text(end, mid, f.time.minutes(step.time), Face::mono_s, t.t3, Align::right) + 8;
      d.hint(hit, step.actor.empty() ? f.time.clock(step.time) : step.actor + ", " + f.time.clock(step.time));
    } else {
      const bool space = acknowledges(step) && i.needs_acknowledgement();
      const std::string key = space ? std::string("Space") : k < 9 ? std::to_string(k + 1) : std::string();
      const float kw = key_width(p, key);
      if (!key.empty() && (now || (hit.hovered && (two_lines || p.width(step.text, plain) < w - 32 - kw)))) {
        key_cap(p, end - kw, mid, key);
        end -= kw + 8;
      }
      if (hit.clicked && space) {
        act(f, d, Action::acknowledge);
      } else if (hit.clicked) {
        Command c = command_about(CommandKind::plan_step, i);
        c.step = static_cast<std::uint32_t>(k);
        d.send(f, i, std::move(c));
      }
    }
    const ImU32 ink = step.done ? t.t3 : t.t1;
    if (two_lines && p.width(step.text, now ? strong : plain) > end - x - 24)
      p.paragraph(x + 24, mid - 8, 16, end - x - 24, 2, step.text, now ? strong : plain, ink);
    else
      p.text(x + 24, mid, step.text, now ? strong : plain, ink, Align::left, end - x - 24);
    y += at.h;
  }
  return y + 6;
}

float IncidentPanel::draw_log(Frame& f, Desk& d, float x, float y, float w, const Incident& i, const Rect& view) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  section_head(p, x, y, w, "Log", plural(i.log.size(), "line", "lines"));
  y += 28;
  for (std::size_t k = i.log.size(); k-- > 0;) {
    const LogLine& line = i.log[k];
    const float mid = y + 8;
    if (mid > view.y - 20 && mid < view.bottom() + 20) {
      const std::string text = line.actor + " " + line.text;
      p.text(x, mid, f.time.minutes(line.time), Face::mono_s, t.t2);
      p.text(x + 46, mid, text, Face::s, t.t2, Align::left, w - 46);
      const Hit hit = p.hits.add(fmt::format("log/{}", k), {x, y - 2, w, 20});
      if (hit.hovered) d.tip = f.time.day(line.time) + " " + f.time.clock(line.time) + "  " + text;
    }
    y += 20;
  }
  return y + 4;
}

void IncidentPanel::draw_note(Frame& f, Desk& d, const Rect& r, const Incident& i) {
  const bool focus = std::exchange(focus_note_, false);
  if (d.modal) {  // what lies over the panel has the keyboard, and ImGui must not see the field
    f.p.fill(r, f.p.t.input, unit::kRadius);
    f.p.stroke(r, f.p.t.line2, 1, unit::kRadius);
    f.p.text(r.x + 10, r.mid_y(), note_.text.empty() ? "Write a note" : note_.text, Face::m, f.p.t.t3, Align::left,
             r.w - 20);
    note_.active = false;
    return;
  }
  const bool entered = text_field(f.p, "panel/note", r, note_, "Write a note", focus, "N");
  if (!entered || note_.text.find_first_not_of(' ') == std::string::npos) return;
  Command c = command_about(CommandKind::note, i);
  c.text = note_.text;
  if (d.send(f, i, std::move(c))) note_.text.clear();
}

}  // namespace wf::ui
