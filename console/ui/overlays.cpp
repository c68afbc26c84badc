#include "console/ui/overlays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr float kToastWidth = 360, kToastHeight = 52;

/// Eases out: fast, then slow.
float ease(double t) {
  const double v = std::clamp(t, 0.0, 1.0);
  return static_cast<float>(1 - (1 - v) * (1 - v));
}

}  // namespace

void draw_toasts(Frame& f, Desk& d, const Rect& area) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const double now = f.input.seconds;
  float y = area.bottom() - 12;
  for (std::size_t k = d.toasts.size(); k-- > 0;) {
    const Toast& toast = d.toasts[k];
    const bool error = toast.kind == Toast::Kind::error;
    const double age = now - toast.at;
    if (!error && age > motion::kToastStays + motion::kToastOut) {
      d.toasts.erase(d.toasts.begin() + static_cast<std::ptrdiff_t>(k));
      continue;
    }
    float shown = f.reduce_motion ? 1 : ease(age / motion::kToastIn);
    if (!error && age > motion::kToastStays && !f.reduce_motion)
      shown = 1 - ease((age - motion::kToastStays) / motion::kToastOut);
    if (age < motion::kToastIn || (!error && age > motion::kToastStays))
      f.wake(0);
    else if (!error)
      f.wake(motion::kToastStays - age + 0.001);
    y -= kToastHeight;
    const Rect r{area.right() - 16 - kToastWidth + (1 - shown) * 24, y, kToastWidth, kToastHeight};
    y -= 8;
    p.float_box(r, t.bg1, t.line2);
    const ImU32 edge = error                               ? t.of(Priority::critical).edge
                       : toast.kind == Toast::Kind::notice ? t.of(Priority::medium).edge
                                                           : t.t3;
    p.fill({r.x, r.y, 3, r.h}, edge);
    icon(p,
         error                               ? Icon::warning
         : toast.kind == Toast::Kind::notice ? Icon::notice
                                             : Icon::check,
         r.x + 22, r.mid_y(), 16, error ? t.of(Priority::critical).text : t.t1, 1.6F);
    (void)p.hits.add(fmt::format("toast/{}", k), r);
    const Rect cross{r.right() - 36, r.y + 10, 32, 32};
    const Hit hit = p.hits.add(fmt::format("toast/close/{}", k), cross);
    icon(p, Icon::cross, cross.mid_x(), cross.mid_y(), 12, hit.hovered ? t.t1 : t.t3, 1.25F);
    const float room = r.w - 42 - 40;
    if (toast.detail.empty()) {
      p.text(r.x + 42, r.mid_y(), toast.title, Face::m_semibold, t.t1, Align::left, room);
    } else {
      p.text(r.x + 42, r.y + 17, toast.title, Face::m_semibold, t.t1, Align::left, room);
      p.text(r.x + 42, r.y + 36, toast.detail, Face::s, t.t2, Align::left, room);
    }
    if (hit.clicked) d.toasts.erase(d.toasts.begin() + static_cast<std::ptrdiff_t>(k));
  }
}

void draw_tip(Frame& f, const Desk& d, const Rect& window) {
  if (d.tip.empty()) return;
  Painter& p = f.p;
  const float w = std::min(p.width(d.tip, Face::s), window.w - 48) + 20;
  const ImVec2 m = p.hits.mouse();
  float x = m.x + 14;
  float y = m.y + 18;
  if (x + w > window.right() - 8) x = std::max(window.x + 8, window.right() - 8 - w);
  if (y + 28 > window.bottom() - 8) y = m.y - 36;
  const Rect r{x, y, w, 28};
  p.float_box(r, p.t.bg3, p.t.line2);
  p.text(r.x + 10, r.mid_y(), d.tip, Face::s, p.t.t1, Align::left, r.w - 20);
}

float draw_banners(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  float y = r.y;
  constexpr float kHeight = 32;
  const auto bar = [&](ImU32 ground, ImU32 ink, Icon which, std::string_view strong, std::string_view rest) {
    const Rect at{r.x, y, r.w, kHeight};
    p.fill(at, ground);
    icon(p, which, at.x + 24, at.mid_y(), 15, ink, 1.5F);
    const float w = p.text(at.x + 44, at.mid_y(), strong, Face::m_semibold, ink, Align::left, at.w - 60);
    if (at.w - w - 70 > 40) p.text(at.x + 54 + w, at.mid_y(), rest, Face::s_medium, ink, Align::left, at.w - w - 70);
    y += kHeight;
  };
  const PriorityColors& c = t.of(Priority::critical);
  if (!f.input.connection_problem.empty())
    bar(c.fill, c.ink, Icon::unplug, f.input.connection_problem,
        text_of<"wall as of {}">(f.time.clock(f.snapshot.now)));
  if (!f.snapshot.health.problem.empty()) bar(c.fill, c.ink, Icon::warning, f.snapshot.health.problem, "engine"_tr);
  if (!f.snapshot.health.heartbeat.empty())
    bar(c.fill, c.ink, Icon::warning, f.snapshot.health.heartbeat, "heartbeat"_tr);
  if (d.counts.drill) {
    const Rect at{r.x, y, r.w, kHeight};
    p.fill(at, t.bg3);
    p.dashed(at, t.acc, 1, 6, 4);
    icon(p, Icon::play, at.x + 24, at.mid_y(), 12, t.acc);
    const float w = p.text(at.x + 44, at.mid_y(), "DRILL running"_tr, Face::m_semibold, t.acc);
    p.text(at.x + 54 + w, at.mid_y(), "kept out of every real figure"_tr, Face::s, t.t2);
    y += kHeight;
  }
  return y - r.y;
}

void draw_keys_help(Frame& f, Desk& d, const Rect& window, bool& open) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  struct Line {
    Text key, what;
  };
  static constexpr Line kWall[] = {{"Up Down"_tr, "move over the wall"_tr},
                                   {"PgUp PgDn"_tr, "a page up or down"_tr},
                                   {"Home"_tr, "newcomers in, then to the top"_tr},
                                   {"Enter"_tr, "turn the map to the incident"_tr},
                                   {untranslated("A"), "show all that is open"_tr},
                                   {untranslated("U"), "only what nobody has"_tr},
                                   {untranslated("I"), "only mine"_tr},
                                   {untranslated("Y"), "one or two lines a row"_tr},
                                   {untranslated("G"), "in a flood: fold or unfold"_tr}};
  static constexpr Line kIncident[] = {{"Space"_tr, "acknowledge what is shown"_tr},
                                       {untranslated("D"), "dispatch##key"_tr},
                                       {untranslated("K"), "guard: received, on the way"_tr},
                                       {untranslated("O"), "on scene##key"_tr},
                                       {untranslated("N"), "note##key"_tr},
                                       {untranslated("E"), "escalate##key"_tr},
                                       {untranslated("Z"), "shelve, or return from the shelf"_tr},
                                       {untranslated("R"), "resolve with a cause"_tr},
                                       {untranslated("C"), "call: telephone or radio"_tr},
                                       {untranslated("M X"), "merge, split"_tr},
                                       {untranslated("1 … 9"), "tick a step of the plan"_tr},
                                       {untranslated("J"), "skip a step, with a reason"_tr},
                                       {untranslated("B"), "take back what was ticked last"_tr},
                                       {untranslated("V"), "told of a skipped step: seen"_tr},
                                       {untranslated("P 0"), "whom to call: reached, no answer"_tr}};
  static constexpr Line kEverywhere[] = {{"Ctrl K"_tr, "find anything"_tr},
                                         {untranslated("W"), "alert wall"_tr},
                                         {untranslated("S"), "site map"_tr},
                                         {untranslated("H"), "health of agents"_tr},
                                         {untranslated("T"), "rules: what they are worth"_tr},
                                         {untranslated("F"), "map: fit; rules: find"_tr},
                                         {untranslated("L"), "light or dark"_tr},
                                         {untranslated(","), "settings"_tr},
                                         {"Ctrl + −"_tr, "zoom; Ctrl 0: as it was"_tr},
                                         {untranslated("F11"), "full screen"_tr},
                                         {untranslated("Q"), "mute for 10 min"_tr},
                                         {untranslated("?"), "these keys"_tr},
                                         {"Esc"_tr, "close, then deselect"_tr}};
  (void)p.hits.add("keys/shade", {0, 0, 1e5F, 1e5F});
  p.fill({window.x, window.y, window.w, window.h}, faded(t.bg0, 0.5F));
  const bool three = window.w > 960;
  const float w = three ? 984 : 420;
  constexpr std::size_t kLongest = std::max({std::size(kWall), std::size(kIncident), std::size(kEverywhere)});
  constexpr std::size_t kAll = std::size(kWall) + std::size(kIncident) + std::size(kEverywhere);
  const float h = three ? 108 + 26 * static_cast<float>(kLongest) : 196 + 26 * static_cast<float>(kAll);
  const Rect box{std::round(window.mid_x() - w / 2), std::round(window.y + std::max(16.0F, (window.h - h) * 0.4F)), w,
                 std::min(h, window.h - 32)};
  p.float_box(box, t.bg1, t.line2);
  const Hit inside = p.hits.add("keys/box", box);
  p.push_clip(box);
  p.text(box.x + 24, box.y + 30, "Keys"_tr, Face::l_semibold, t.t1);
  const float kw = key_width(p, "Esc"_tr);
  key_cap(p, box.right() - 20 - kw, box.y + 30, "Esc"_tr);
  float x = box.x + 24;
  float y = box.y + 60;
  const auto group = [&](std::string_view title, const Line* lines, std::size_t n) {
    float gy = y;
    p.text(x, gy + 10, title, Face::m_semibold, t.t1);
    p.hairline(x, gy + 24, 296, t.line2);
    gy += 32;
    for (std::size_t k = 0; k < n; ++k) {
      key_cap(p, x, gy + 12, lines[k].key);
      p.text(x + 92, gy + 12, lines[k].what, Face::s, t.t2, Align::left, 204);
      gy += 26;
    }
    if (three)
      x += 320;
    else
      y = gy + 12;
  };
  group("Wall"_tr, kWall, std::size(kWall));
  group("Incident"_tr, kIncident, std::size(kIncident));
  group("Everywhere"_tr, kEverywhere, std::size(kEverywhere));
  p.pop_clip();
  const ImVec2 m = p.hits.mouse();
  if (d.keys.take(Key::escape) || d.keys.letter('?') || (ImGui::IsMouseClicked(0) && !box.contains(m.x, m.y)))
    open = false;
  (void)inside;
}

}  // namespace wf::ui
