// Widgets in every state, and whole pieces made of them.
#include "console/ui/gallery/gallery_board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/incident/target.hpp"
#include "console/ui/wall/wall_row.hpp"

namespace wf::ui {

float Board::chips(float y) const {
  y = head(y, "Chips and filters", "24 high");
  float cx = x;
  const auto put = [&](std::string_view label, const ChipStyle& s) {
    float used = 0;
    chip(p, "gallery/chip/" + std::string(label), cx, y, label, s, &used);
    cx += used + 8;
  };
  static constexpr Icon kDoor = Icon::door;
  static constexpr Icon kPlus = Icon::plus;
  static constexpr Priority kCritical = Priority::critical;
  ChipStyle s;
  s.on = true;
  s.count = 16;
  put("All open", s);
  s = {};
  s.count = 3;
  put("Mine", s);
  s.count = 15;
  s.closes = true;
  put("Site: HQ", s);
  s = {};
  s.drops = true;
  put("Priority", s);
  s = {};
  s.icon = &kDoor;
  put("Door", s);
  y += 32;
  cx = x;
  s = {};
  s.count = 4;
  s.look = Look::hover;
  put("Hover", s);
  cx += 4;
  s.look = Look::focus;
  put("Focus", s);
  cx += 4;
  s = {};
  s.count = 0;
  s.enabled = false;
  put("Off", s);
  s = {};
  s.draft = true;
  s.icon = &kPlus;
  put("Save", s);
  s = {};
  s.priority = &kCritical;
  s.count = 1;
  put("Critical", s);
  return y + 24;
}

float Board::badges(float y) const {
  y = head(y, "Badges and states", "20 high");
  float bx = x;
  const auto put = [&](std::string_view label, BadgeKind kind, const Icon* which = nullptr, bool mono = false) {
    bx += badge(p, bx, y + 10, label, kind, which, mono) + 8;
  };
  static constexpr Icon kClock = Icon::clock;
  static constexpr Icon kNotice = Icon::notice;
  static constexpr Icon kPulse = Icon::pulse;
  put("Critical", BadgeKind::critical);
  put("High", BadgeKind::high);
  put("Medium", BadgeKind::medium);
  put("Low", BadgeKind::low);
  put("New", BadgeKind::strong);
  put("Plain", BadgeKind::plain);
  put("Outline", BadgeKind::outline);
  y += 30;
  bx = x;
  put("DRILL", BadgeKind::drill);
  put("PAST 03:12", BadgeKind::past, &kClock);
  put("stale 4 min", BadgeKind::stale, &kNotice);
  put("Live", BadgeKind::plain, &kPulse);
  put("INC-2417", BadgeKind::outline, nullptr, true);
  y += 32;
  static constexpr float kAt[] = {0, 88, 220, 336};
  for (int k = 0; k < 8; ++k) {
    const auto state = static_cast<IncidentState>(k);
    const float sx = x + kAt[k % 4];
    const float m = y + 8 + static_cast<float>(k / 4) * 24;
    const bool fresh = state == IncidentState::fresh;
    state_glyph(p, state, sx + 6, m, fresh ? t.of(Priority::high).text : t.t2);
    p.text(sx + 18, m, name_of(state), fresh ? Face::m_semibold : Face::m, fresh ? t.t1 : t.t2);
  }
  return y + 44;
}

float Board::buttons(float y) const {
  y = head(y, "Buttons", "28 high");
  static constexpr Icon kLock = Icon::lock;
  static constexpr Icon kUnlock = Icon::unlock;
  float bx = x;
  const auto put = [&](std::string_view label, const ButtonStyle& s) {
    float used = 0;
    button(p, "gallery/button/" + std::string(label), bx, y, label, s, &used);
    bx += used + 12;
  };
  ButtonStyle s;
  s.kind = ButtonKind::primary;
  s.key = "Space";
  put("Acknowledge", s);
  s = {};
  s.key = "D";
  put("Dispatch", s);
  s = {};
  s.look = Look::hover;
  put("Hover", s);
  s.look = Look::down;
  put("Held", s);
  y += 40;
  bx = x;
  s = {};
  s.look = Look::focus;
  put("Focus", s);
  s = {};
  s.kind = ButtonKind::far_reaching;
  s.icon = &kLock;
  put("Lock level 2", s);
  s = {};
  s.kind = ButtonKind::ghost;
  put("Cancel", s);
  s = {};
  s.enabled = false;
  s.icon = &kUnlock;
  put("Unlock 10 s", s);
  y += 40;
  icon(p, Icon::notice, x + 7, y + 6, 12, t.t2, 1.5F);
  p.text(x + 20, y + 6, "Unlock: a forced door must be reset first. The reason stands beside it.", Face::s, t.t2,
         Align::left, kColumn - 20);
  return y + 14;
}

float Board::checklist(float y) const {
  y = head(y, "Checklist", "16 a line, 8 around");
  struct Step {
    const char *text, *under, *late;
    int look;  // 1 done, 2 now, 3 skipped
  };
  static constexpr Step kSteps[] = {{"Look at camera C-27", "M. Okafor, 04:10", "", 1},
                                    {"Send two guards to the room", "Operator, 1 min left", "", 2},
                                    {"Call the owner of the badge", "Skipped by T. Novak, 04:12", "", 3},
                                    {"End sessions nobody explains", "IT, ", "5 min late", 0}};
  int number = 0;
  for (const Step& s : kSteps) {
    ++number;
    if (s.look == 2) p.fill({x - 8, y, kColumn + 16, 42}, t.bg3);
    float m = y + 12;
    if (s.look == 1 || s.look == 3)
      check_box(p, x + 2, m, s.look == 1 ? Checked::yes : Checked::skipped);
    else
      key_cap(p, x, m, std::to_string(number));
    const bool settled = s.look == 1 || s.look == 3;
    p.text(x + 26, m, s.text, s.look == 2 ? Face::m_semibold : Face::m, settled ? t.t3 : t.t1);
    m += 17;
    const float u = p.text(x + 26, m, s.under, Face::s, s.look == 2 ? t.t2 : t.t3);
    p.text(x + 26 + u, m, s.late, Face::s_semibold, t.of(Priority::critical).text);
    if (s.look == 2) {
      const float kw = key_width(p, "K");
      key_cap(p, x + kColumn - kw, m, "K");
      p.text(x + kColumn - kw - 6, m, "Skip", Face::s_medium, t.acc, Align::right);
    }
    y += 44;
  }
  return y;
}

float Board::banners(float y) const {
  y = head(y, "Banners of honest state", "32 high, above the view");
  const PriorityColors& c = t.of(Priority::critical);
  const auto bar = [&](ImU32 ground, ImU32 ink, Icon which, std::string_view a, std::string_view b) {
    const Rect r{x, y, kColumn, 32};
    p.fill(r, ground);
    icon(p, which, r.x + 18, r.mid_y(), 15, ink, 1.5F);
    const float w = p.text(r.x + 36, r.mid_y(), a, Face::m_semibold, ink);
    p.text(r.x + 46 + w, r.mid_y(), b, Face::s_medium, ink);
    y += 38;
  };
  bar(c.fill, c.ink, Icon::unplug, "Engine not reached for 8 s", "wall as of 04:10:29");
  bar(t.mode, t.mode_ink, Icon::warning, "Flood", "34 in 10 min, 61 folded");
  bar(t.past_bg, t.past, Icon::clock, "PAST 03:12:08", "58 min ago");
  const Rect r{x, y, kColumn, 32};
  p.fill(r, t.bg3);
  p.dashed(r, t.acc, 1, 6, 4);
  icon(p, Icon::play, r.x + 18, r.mid_y(), 12, t.acc);
  const float w = p.text(r.x + 36, r.mid_y(), "DRILL running", Face::m_semibold, t.acc);
  p.text(r.x + 46 + w, r.mid_y(), "kept out of every real figure", Face::s, t.t2);
  return y + 32;
}

float Board::toasts(float y) const {
  y = head(y, "Toasts", "360 wide, leave after 6 s, errors stay");
  const auto one = [&](Icon which, ImU32 ink, ImU32 edge, std::string_view a, std::string_view b) {
    const Rect r{x, y, 360, 52};
    p.float_box(r, t.bg1, t.line2);
    p.fill({r.x, r.y, 3, r.h}, edge);
    icon(p, which, r.x + 22, r.mid_y(), 16, ink, 1.6F);
    p.text(r.x + 42, r.y + 17, a, Face::m_semibold, t.t1);
    p.text(r.x + 42, r.y + 36, b, Face::s, t.t2);
    icon(p, Icon::cross, r.right() - 20, r.mid_y(), 12, t.t3, 1.25F);
    y += 60;
  };
  one(Icon::check, t.t1, t.t3, "INC-2409 resolved: nuisance", "rule PA-031");
  one(Icon::notice, t.t1, t.of(Priority::medium).edge, "Shelve: not now", "Life safety is never shelved");
  one(Icon::warning, t.of(Priority::critical).text, t.of(Priority::critical).edge, "Not carried out",
      "INC-2417 changed since it was shown");
  return y - 8;
}

float Board::states(float y) const {
  y = head(y, "Empty, error, stale", "each says what, since when, what now");
  const float w = (kColumn - 24) / 3;
  const auto box = [&](int k, Icon which, ImU32 ink, std::string_view a, std::string_view b, std::string_view c) {
    const Rect r{x + static_cast<float>(k) * (w + 12), y, w, 132};
    p.fill(r, t.bg2);
    if (k == 2) p.hatch(r.inset(1), t.line, 9);
    p.stroke(r, t.line);
    if (k == 1) p.fill({r.x, r.y, r.w, 3}, t.of(Priority::critical).fill);
    if (k == 2) p.fill({r.x + 8, r.y + 14, r.w - 16, 104}, t.bg2);
    icon(p, which, r.mid_x(), r.y + 32, 26, ink, 1.75F);
    p.text(r.mid_x(), r.y + 68, a, Face::m_semibold, t.t1, Align::center, r.w - 12);
    p.text(r.mid_x(), r.y + 90, b, Face::s, t.t2, Align::center, r.w - 12);
    p.text(r.mid_x(), r.y + 110, c, Face::s, t.t2, Align::center, r.w - 12);
  };
  box(0, Icon::shield_check, t.t2, "All quiet", "since 03:42", "12 agents, none late");
  box(1, Icon::warning, t.of(Priority::critical).text, "Disk full", "on the engine", "free some room");
  box(2, Icon::notice, t.t2, "No picture", "C-29, since 03:39", "nothing received");
  return y + 132;
}

float Board::asking(float y) const {
  y = head(y, "Asking once", "far-reaching: says exactly what");
  const Rect r{x, y, kColumn, 132};
  p.float_box(r, t.bg1, t.line2);
  p.hazard({r.x + 1, r.y + 1, r.w - 2, 6});
  p.text(r.x + 16, r.y + 30, "Lock down Level 2?", Face::l_semibold, t.t1);
  p.text(r.x + 16, r.y + 56, "34 doors lock. 14 people are inside, 2 guards keep access.", Face::s, t.t2, Align::left,
         r.w - 32);
  p.text(r.x + 16, r.y + 74, "Fire release and emergency exits stay as they are.", Face::s, t.t2);
  static constexpr Icon kLock = Icon::lock;
  ButtonStyle go;
  go.kind = ButtonKind::far_reaching;
  go.icon = &kLock;
  ButtonStyle no;
  no.key = "Esc";
  const float gw = button_width(p, "Lock 34 doors", go);
  const float nw = button_width(p, "Cancel", no);
  button(p, "gallery/lock", r.right() - 16 - gw, r.y + 92, "Lock 34 doors", go);
  button(p, "gallery/cancel", r.right() - 28 - gw - nw, r.y + 92, "Cancel", no);
  return y + 136;
}

float Board::rows(float y, const Desk& d) const {
  y = head(y, "Row of the wall", "56 roomy, 40 compact");
  const WallColumns c = wall_columns(kColumn + 120, false);
  Incident i;
  i.event_count = 9;
  i.opened = i.changed = f.input.now - 38 * kSecond;
  i.respond_by = f.input.now + 22 * kSecond;
  i.domains = {true, true, false};
  // Only what a column has room for is drawn here, so the row is cut off as a narrow wall would.
  p.push_clip({x, y, kColumn, 56 * 3 + 40});
  const auto put = [&](Priority q, IncidentState state, std::string_view title, std::string_view place, bool selected,
                       bool hover, bool compact) {
    i.priority = q;
    i.state = state;
    i.acknowledged_revision = state == IncidentState::fresh ? 0 : 1;
    i.owner = state == IncidentState::fresh ? "" : "M. Okafor";
    i.title = title;
    i.place = {std::string(place)};
    const float h = compact ? unit::kCompactRow : unit::kRow;
    Rect at{x, y, kColumn, h};
    WallColumns narrow = c;
    narrow.title_end = 288;
    narrow.domains = narrow.state = narrow.age = narrow.target = kColumn + 60;
    narrow.count = narrow.spark = narrow.change = narrow.place = -1;
    narrow.state = 300;
    narrow.state_end = kColumn - 8;
    if (compact) narrow.title = 44;
    draw_wall_row(f, d, at, narrow, i, compact, selected, hover);
    y += h;
  };
  put(Priority::critical, IncidentState::fresh, "Door forced after denials", "HQ › Server room", true, false, false);
  put(Priority::high, IncidentState::fresh, "One badge, two sites", "Antwerp › Entrance", false, false, false);
  put(Priority::high, IncidentState::dispatched, "Lab B door held open", "HQ › Level 2 › Lab B", false, true, false);
  put(Priority::medium, IncidentState::acknowledged, "Port scan from guest Wi-Fi", "HQ", false, false, true);
  p.pop_clip();
  return y;
}

}  // namespace wf::ui
