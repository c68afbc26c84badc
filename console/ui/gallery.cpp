#include "console/ui/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "console/ui/icons.hpp"
#include "console/ui/target.hpp"
#include "console/ui/wall_row.hpp"
#include "console/ui/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kColumn = 444;

constexpr Priority kFalling[] = {Priority::critical, Priority::high, Priority::medium, Priority::low};

std::string hex(ImU32 c) { return fmt::format("#{:02X}{:02X}{:02X}", c & 0xFF, (c >> 8U) & 0xFF, (c >> 16U) & 0xFF); }

/// Draws sections one under another; each returns where it ended.
struct Board {
  Frame& f;
  Painter& p;
  const Tokens& t;
  float x = 0;

  float head(float y, std::string_view title, std::string_view sub) const {
    p.text(x, y + 10, title, Face::m_semibold, t.t1);
    p.text(x + kColumn, y + 10, sub, Face::s, t.t3, Align::right);
    p.hairline(x, y + 25, kColumn, t.line2);
    return y + 36;
  }

  float priority(float y) const {
    y = head(y, "Priority", "filled: needs you. outlined: somebody has it");
    for (const Priority q : kFalling) {
      const PriorityColors& c = t.of(q);
      const float m = y + 16;
      mark(p, q, x + 16, m, 30);
      mark(p, q, x + 56, m, 24);
      mark(p, q, x + 92, m, 24, MarkState::held);
      mark(p, q, x + 124, m, 18);
      mark_with_letter(p, q, x + 144, m);
      std::string name(name_of(q));
      name[0] = static_cast<char>(name[0] - 32);
      p.text(x + 190, m, name, Face::m_semibold, t.t1);
      p.text(x + 270, m, hex(c.fill), Face::mono_s, t.t2);
      p.text(x + 338, m, hex(c.text), Face::mono_s, c.text);
      p.text(x + kColumn, m, fmt::format("{:.1f}", contrast(c.text, t.bg1)), Face::mono_s, t.t2, Align::right);
      y += 36;
    }
    return y;
  }

  float chips(float y) const {
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

  float badges(float y) const {
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

  float rings(float y) const {
    y = head(y, "Ring, gauge, sparkline", "");
    struct R {
      RingState ring;
      const char* time;
      const char* word;
    };
    const R list[] = {{{0.86F, false, false, false, Priority::low}, "25:49", "to ack"},
                      {{0.37F, false, false, true, Priority::critical}, "0:22", "to ack"},
                      {{0.10F, false, false, true, Priority::medium}, "0:58", "to ack"},
                      {{0, false, true, false, Priority::high}, "+1:04", "ack late"},
                      {{0, true, false, false, Priority::low}, "0:24", "met"}};
    for (int k = 0; k < 5; ++k) {
      const R& r = list[k];
      const float rx = x + static_cast<float>(k) * 90;
      ring(p, rx + 10, y + 18, 9, r.ring);
      const ImU32 ink = r.ring.late  ? t.of(Priority::critical).text
                        : r.ring.hot ? t.of(r.ring.priority).text
                        : r.ring.met ? t.t2
                                     : t.t1;
      p.text(rx + 26, y + 9, r.time, Face::mono_m, ink);
      p.text(rx + 26, y + 28, r.word, Face::s, r.ring.late ? ink : t.t3);
    }
    y += 52;
    static constexpr std::uint32_t kRates[] = {3, 9, 34};
    static constexpr std::string_view kSay[] = {"calm", "near the limit", "flood, limit 10"};
    for (int k = 0; k < 3; ++k) {
      const float gx = x + static_cast<float>(k) * 150;
      const ImU32 ink = kRates[k] > 10 ? t.of(Priority::critical).text : t.t1;
      p.text(gx, y + 8, std::to_string(kRates[k]), Face::m_semibold, ink);
      gauge(p, gx + 26, y + 4, 100, static_cast<float>(kRates[k]), 10, 2);
      p.text(gx + 26, y + 26, kSay[k], Face::s, kRates[k] > 10 ? ink : t.t3);
    }
    y += 44;
    static constexpr std::uint32_t kBusy[] = {0, 0, 1, 0, 2, 3, 2, 4, 6, 5, 7, 6, 8, 9, 7, 5, 4, 6, 7, 8};
    static constexpr std::uint32_t kSudden[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 3, 9};
    static constexpr std::uint32_t kSilent[] = {5, 6, 5, 6, 7, 5, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    sparkline(p, {x, y, 120, 24}, kBusy, 20);
    sparkline(p, {x + 150, y, 120, 24}, kSudden, 20);
    sparkline(p, {x + 300, y, 120, 24}, kSilent, 20);
    p.text(x, y + 36, "busy", Face::s, t.t3);
    p.text(x + 150, y + 36, "sudden", Face::s, t.t3);
    p.text(x + 300, y + 36, "fell silent", Face::s, t.t3);
    return y + 42;
  }

  float buttons(float y) const {
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

  float checklist(float y) const {
    y = head(y, "Checklist", "24 a step");
    struct Step {
      const char* text;
      const char* right;
      int look;  // 1 done, 2 now, 3 late
    };
    static constexpr Step kSteps[] = {{"Look at camera C-27", "04:10", 1},
                                      {"Acknowledge", "", 2},
                                      {"Dispatch nearest guard", "0:45", 0},
                                      {"Lock lobby door D-230", "two people", 0},
                                      {"Call duty manager", "5:00 late", 3}};
    for (const Step& s : kSteps) {
      const float m = y + 12;
      if (s.look == 2) p.fill({x - 8, m - 12, kColumn + 16, 24}, t.bg3);
      check_box(p, x, m, s.look == 1);
      p.text(x + 24, m, s.text, s.look == 2 ? Face::m_semibold : Face::m, s.look == 1 ? t.t3 : t.t1);
      if (s.look == 2)
        key_cap(p, x + kColumn - key_width(p, "Space"), m, "Space");
      else
        p.text(x + kColumn, m, s.right, s.look == 3 ? Face::s_semibold : Face::mono_s,
               s.look == 3 ? t.of(Priority::critical).text : t.t2, Align::right);
      y += 26;
    }
    return y;
  }

  float icons(float y) const {
    y = head(y, "Icons", "16 grid, 1.5 stroke");
    constexpr int kAcross = 17;
    for (int k = 0; k < kIcons; ++k)
      icon(p, static_cast<Icon>(k), x + 10 + static_cast<float>(k % kAcross) * 26.2F,
           y + 12 + static_cast<float>(k / kAcross) * 30, 18, t.t1);
    return y + 30 * static_cast<float>((kIcons + kAcross - 1) / kAcross) - 4;
  }

  float type(float y) const {
    y = head(y, "Type", "Inter and JetBrains Mono");
    p.text(x, y + 14, "XL", Face::s_semibold, t.t2);
    p.text(x + 148, y + 14, "All quiet since 03:42", Face::xl_semibold, t.t1);
    p.text(x, y + 46, "L", Face::s_semibold, t.t2);
    p.text(x + 148, y + 46, "Server room forced", Face::l_semibold, t.t1);
    p.text(x, y + 72, "M", Face::s_semibold, t.t2);
    p.text(x + 148, y + 72, "Lab B door held open", Face::m, t.t1);
    p.text(x + kColumn, y + 72, "04:10:37", Face::mono_m, t.t1, Align::right);
    p.text(x, y + 96, "S", Face::s_semibold, t.t2);
    p.text(x + 148, y + 96, "HQ › Level 2 › Server room", Face::s, t.t1);
    p.text(x + kColumn, y + 96, "hv-07", Face::mono_s, t.t2, Align::right);
    static constexpr std::string_view kSizes[] = {"28, 600", "20, 600", "16, 400 500 600", "14, 400 500 600"};
    static constexpr float kAt[] = {14, 46, 72, 96};
    for (std::size_t k = 0; k < 4; ++k) p.text(x + 28, y + kAt[k], kSizes[k], Face::mono_s, t.t3, Align::left, 116);
    return y + 106;
  }

  float grounds(float y) const {
    y = head(y, "Ground and text", "contrast on the pane ground");
    const std::pair<const char*, ImU32> list[] = {{"bg0", t.bg0}, {"bg1", t.bg1},     {"bg2", t.bg2}, {"bg3", t.bg3},
                                                  {"bg4", t.bg4}, {"line2", t.line2}, {"t3", t.t3},   {"t2", t.t2},
                                                  {"t1", t.t1},   {"acc", t.acc}};
    for (int k = 0; k < 10; ++k) {
      const float sx = x + static_cast<float>(k % 5) * 91;
      const float sy = y + static_cast<float>(k / 5) * 56;
      p.fill({sx, sy, 80, 24}, list[k].second);
      p.stroke({sx, sy, 80, 24}, t.line2);
      p.text(sx, sy + 36, list[k].first, Face::s_semibold, t.t2);
      if (k >= 5)
        p.text(sx + 80, sy + 36, fmt::format("{:.1f}", contrast(list[k].second, t.bg1)), Face::mono_s, t.t2,
               Align::right);
    }
    return y + 104;
  }

  float banners(float y) const {
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

  float toasts(float y) const {
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

  float states(float y) const {
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

  float asking(float y) const {
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

  float rows(float y, const Desk& d) const {
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
};

}  // namespace

void Gallery::draw(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  p.push_clip(r);
  p.fill(r, p.t.bg1);
  pane_head(p, {r.x, r.y, r.w, unit::kHeader}, p.t.dark ? "Dark theme" : "Light theme",
            "every widget in every state, sizes at 100 %");
  const Rect view{r.x, r.y + unit::kHeader, r.w, r.h - unit::kHeader};
  const float top = begin_scroll(f, "gallery", view, scroll_) + 16;
  const int columns = r.w >= 3 * kColumn + 4 * 24 ? 3 : r.w >= 2 * kColumn + 3 * 24 ? 2 : 1;
  Board b{f, p, p.t};
  using Section = float (Board::*)(float) const;
  static constexpr Section kSections[] = {&Board::priority, &Board::chips,  &Board::badges,    &Board::rings,
                                          &Board::buttons,  &Board::icons,  &Board::checklist, &Board::states,
                                          &Board::asking,   &Board::toasts, &Board::banners,   &Board::type,
                                          &Board::grounds};
  // Where the next column begins; the last section, the rows, ends the last one.
  const std::vector<std::size_t> breaks = columns == 3   ? std::vector<std::size_t>{5, 9}
                                          : columns == 2 ? std::vector<std::size_t>{7}
                                                         : std::vector<std::size_t>{};
  const float gap = (r.w - static_cast<float>(columns) * kColumn) / static_cast<float>(columns + 1);
  int column = 0;
  float y = top;
  float bottom = top;
  b.x = std::round(r.x + gap);
  for (std::size_t k = 0; k < std::size(kSections); ++k) {
    if (std::find(breaks.begin(), breaks.end(), k) != breaks.end()) {
      ++column;
      bottom = std::max(bottom, y);
      y = top;
      b.x = std::round(r.x + gap + static_cast<float>(column) * (kColumn + gap));
    }
    y = (b.*kSections[k])(y) + 24;
  }
  bottom = std::max(bottom, b.rows(y, d) + 16);
  end_scroll(f, "gallery", view, scroll_, bottom);
  p.pop_clip();
}

}  // namespace wf::ui
