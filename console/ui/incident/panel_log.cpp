// Log and say: who did what, and a note.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {

float IncidentPanel::draw_log(Frame& f, Desk& d, float x, float y, float w, const Incident& i, const Rect& view) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  section_head(p, x, y, w, "Log"_tr, plural<"{} line", "{} lines">(i.log.size()));
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

void IncidentPanel::draw_note(Frame& f, Desk& d, const Rect& foot, const Incident& i) {
  Rect r = foot;
  if (const float calls = draw_calls_button(f, d, foot, i); calls > 0) r.w -= calls + unit::kGap;
  const bool focus = std::exchange(focus_note_, false);
  if (d.modal) {  // what lies over the panel has the keyboard, and ImGui must not see the field
    f.p.fill(r, f.p.t.input, unit::kRadius);
    f.p.stroke(r, f.p.t.line2, 1, unit::kRadius);
    f.p.text(r.x + 10, r.mid_y(), note_.text.empty() ? "Write a note"_tr.view() : std::string_view(note_.text), Face::m,
             f.p.t.t3, Align::left, r.w - 20);
    note_.active = false;
    return;
  }
  const bool entered = text_field(f.p, "panel/note", r, note_, "Write a note"_tr, focus, "N");
  if (!entered || note_.text.find_first_not_of(' ') == std::string::npos) return;
  Command c = command_about(CommandKind::note, i);
  c.text = note_.text;
  if (d.send(f, i, std::move(c))) note_.text.clear();
}

}  // namespace wf::ui
