#include "console/ui/wall/wall_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/incident/dispatch_text.hpp"
#include "console/ui/incident/target.hpp"

namespace wf::ui {
namespace {

constexpr float kDomainPitch = 22;

/// `first` leaves out the site that everybody here knows they are at.
void place_text(Frame& f, float x, float mid, float max, const Incident& i, ImU32 ink, std::size_t first = 0) {
  // Written piece by piece into one string that stays, so that a frame does not allocate for each row.
  static thread_local std::string path;
  path.clear();
  for (std::size_t k = first; k < i.place.size(); ++k) {
    if (k > first) path += " › ";
    path += i.place[k];
  }
  f.p.text(x, mid, path, Face::s, ink, Align::left, max);
}

bool at_home(const Frame& f, const Incident& i) {
  const Site* home = i.place.size() > 1 ? home_site(f.snapshot) : nullptr;
  return home != nullptr && (i.place[0] == home->short_name || i.place[0] == home->name);
}

std::string_view owner_of(const Incident& i) {
  if (dispatched(i)) return i.dispatched_to;
  return i.owner.empty() ? "no owner"_tr.view() : std::string_view(i.owner);
}

}  // namespace

WallColumns wall_columns(float w, bool compact) {
  WallColumns c;
  c.target = w - 84;
  c.age = w - 100;
  const bool change = !compact && w >= 900;
  const bool spark = w >= 760;
  const bool count = w >= 640;
  if (compact) {
    c.title = 44;
    c.age = w - 96;
    c.change = -1;
    c.state = w - 268;
    c.state_end = w - 148;
    c.spark_width = 48;
    c.spark = spark ? c.state - 64 : -1;
    c.count = spark ? c.spark - 10 : count ? c.state - 14 : -1;
    c.domains = count ? c.count - 108 : c.state - 72;
    const float room = c.domains - c.title - 12;
    if (room > 420) {
      c.place = c.title + std::round(room * 0.7F);
      c.title_end = c.place - 12;
      c.place_end = c.domains - 10;
    } else {
      c.title_end = c.domains - 12;
    }
    return c;
  }
  c.change = change ? c.target - 192 : -1;
  c.change_end = w - 150;
  c.state = change ? c.change - 124 : c.target - 192;
  c.state_end = change ? c.change - 8 : c.age - 52;
  c.spark = spark ? c.state - 68 : -1;
  c.count = spark ? c.spark - 8 : count ? c.state - 16 : -1;
  c.domains = count ? c.count - 104 : c.state - 80;
  c.title_end = c.domains - 6;
  return c;
}

void spark_of(const Incident& i, UtcNs now, std::uint32_t (&out)[16]) {
  std::fill(std::begin(out), std::end(out), 0U);
  const std::int64_t minute = now / kMinute;
  for (const auto& [at, n] : i.per_minute) {
    const std::int64_t back = minute - at;
    if (back < 0 || back > 31) continue;
    out[15 - static_cast<std::size_t>(back / 2)] += n;
  }
}

std::string late_in_words(const Incident& i) {
  const std::int64_t by = i.opened - i.first;
  return by >= kMinute ? text_of<"LATE {}">(span(by)) : "LATE"_tr.str();
}

namespace {

/// What alarm management says of a row, most urgent to know first.
template <class Each>
void each_state(const Incident& i, bool steps, Each each) {
  if (!i.open()) return;
  if (!i.escalated_to.empty()) each("ESCALATED"_tr, BadgeKind::strong);
  if (steps && !i.skips_told.empty())
    each("STEP SKIPPED"_tr, BadgeKind::strong);
  else if (steps &&
           std::any_of(i.plan.begin(), i.plan.end(), [](const PlanStep& s) { return s.overdue && !s.settled(); }))
    each("STEP OVERDUE"_tr, BadgeKind::outline);
  if (i.cleared_at != 0 && i.state != IncidentState::cleared) each("CLEARED"_tr, BadgeKind::outline);
  if (i.in_test) each("TEST"_tr, BadgeKind::outline);
  if (i.suppressed) each("SUPPRESSED"_tr, BadgeKind::outline);
  if (i.chattering) each("CHATTERING"_tr, BadgeKind::plain);
  if (i.fleeting) each("FLEETING"_tr, BadgeKind::plain);
  if (i.stale) each("STALE"_tr, BadgeKind::plain);
  if (i.explains != 0) {
    // Without a string of its own: it is drawn for every row of every frame.
    char text[48];
    const auto made = fmt::format_to_n(text, sizeof text, "{} {}", "EXPLAINS"_tr, i.explains);
    each(std::string_view(text, std::min(made.size, sizeof text)), BadgeKind::outline);
  }
}

}  // namespace

float mark_badges(Painter& p, float x, float cy, const Incident& i, bool steps) {
  static constexpr Icon kClock = Icon::clock;
  const float begin = x;
  if (i.drill) x += badge(p, x, cy, "DRILL"_tr, BadgeKind::drill) + 8;
  if (i.late) x += badge(p, x, cy, late_in_words(i), BadgeKind::plain, &kClock) + 8;
  each_state(i, steps, [&](std::string_view word, BadgeKind kind) { x += badge(p, x, cy, word, kind) + 8; });
  return x - begin;
}

float mark_badges_width(const Painter& p, const Incident& i, bool steps) {
  static constexpr Icon kClock = Icon::clock;
  float w = 0;
  if (i.drill) w += badge_width(p, "DRILL"_tr) + 8;
  if (i.late) w += badge_width(p, late_in_words(i), &kClock) + 8;
  each_state(i, steps, [&](std::string_view word, BadgeKind) { w += badge_width(p, word) + 8; });
  return w;
}

Rect acknowledge_place(const Rect& row, const WallColumns& c) {
  return {row.x + c.state - 2, row.mid_y() - 14, c.state_end - c.state, 28};
}

void draw_wall_row(Frame& f, const Desk& d, const Rect& r, const WallColumns& c, const Incident& i, bool compact,
                   bool selected, bool hovered) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const PriorityColors& q = t.of(i.priority);
  const UtcNs now = f.input.now;
  const bool waits = i.needs_acknowledgement() && i.state != IncidentState::shelved;
  const bool critical = i.priority == Priority::critical || i.life_safety;
  const bool gone = i.state == IncidentState::resolved;
  const float mid = r.mid_y();
  const float line1 = compact ? mid : mid - 9;
  const float line2 = mid + 11;
  const ImU32 ink = gone ? t.t3 : waits || (compact && selected) ? t.t1 : t.t2;
  const Face strong = waits ? Face::m_semibold : Face::m_medium;

  if (waits && critical)
    p.fill(r, selected ? q.tint2 : q.tint);
  else if (selected)
    p.fill(r, t.bg4);
  else if (hovered)
    p.fill(r, t.bg2);
  p.hairline(r.x, r.bottom() - 1, r.w, t.line);
  if (waits) {
    ImU32 edge = q.edge;
    if (critical && !f.reduce_motion) {
      const double phase = std::fmod(f.input.seconds, 1.0);
      if (phase < 0.5) edge = q.dim;
      f.wake(phase < 0.5 ? 0.5 - phase : 1.0 - phase);
    }
    p.fill({r.x, r.y, edge_width(i.priority), r.h - 1}, edge);
  }
  if (selected) p.stroke({r.x, r.y, r.w, r.h - 1}, t.acc, 2);

  mark(p, i.priority, compact ? r.x + 23 : r.x + 24, mid, compact ? 20 : 24, mark_state(i));
  // On two lines the badges stand before the place, whose end matters less than the title's.
  const float badges = mark_badges_width(p, i, true);
  const float title_end = c.title_end - (compact ? badges : 0);
  // A long title is set smaller before it loses its end.
  const float title_room = title_end - c.title;
  const Face title_face = p.width(i.title, strong) > title_room ? waits ? Face::s_semibold : Face::s_medium : strong;
  const float used = p.text(r.x + c.title, line1, i.title, title_face, ink, Align::left, title_room);
  if (compact) mark_badges(p, r.x + c.title + used + 8, line1, i, true);
  if (!compact) mark_badges(p, r.x + c.title, line2, i, true);
  if (!compact)
    place_text(f, r.x + c.title + badges, line2, c.title_end - c.title - badges, i, selected ? t.t2 : t.t3);
  else if (c.place >= 0)
    place_text(f, r.x + c.place, mid, c.place_end - c.place, i, t.t2, at_home(f, i) ? 1 : 0);

  for (std::size_t k = 0; k < 3; ++k)
    icon(p, icon_of(static_cast<Domain>(k)), r.x + c.domains + 8 + static_cast<float>(k) * kDomainPitch, mid, 15,
         i.domains[k] ? ink : t.line2, i.domains[k] ? 1.5F : 1.25F);
  if (c.count >= 0) p.text(r.x + c.count, mid, count_text(i.event_count), Face::mono_m, ink, Align::right);
  if (c.spark >= 0) {
    std::uint32_t v[16];
    spark_of(i, now, v);
    const float h = compact ? 18 : 20;
    sparkline(p, {r.x + c.spark, mid - h / 2, c.spark_width, h}, v, 16);
  }

  const bool asked = std::any_of(d.sent.begin(), d.sent.end(), [&](const Sent& s) { return s.incident == i.id; });
  const bool offers = hovered && waits && !asked;
  if (offers) {
    const Rect at = acknowledge_place(r, c);
    p.fill(at, t.bg3, unit::kRadius);
    p.stroke(at, t.acc, 1, unit::kRadius);
    p.text(at.mid_x(), mid, "Acknowledge"_tr, Face::s_semibold, t.t1, Align::center, at.w - 8);
  } else {
    state_glyph(p, i.state, r.x + c.state + 5, line1, waits ? q.text : t.t2);
  }
  const bool overdue = !waits && dispatched(i) && i.dispatch.due != 0 && now > i.dispatch.due;
  const std::string_view state = asked ? "Sent"_tr.view() : state_words(i);
  if (!offers)
    p.text(r.x + c.state + 18, line1, state, strong, overdue ? t.of(Priority::critical).text : ink, Align::left,
           c.state_end - c.state - 18);
  if (!compact && !offers) {
    const std::string_view owner = owner_of(i);
    p.text(r.x + c.state + 18, line2, owner, Face::s, i.owner.empty() && !dispatched(i) ? t.t3 : t.t2, Align::left,
           c.state_end - c.state - 18);
  }
  if (c.change >= 0) {
    const float room = c.change_end - c.change;
    const Face face = p.width(i.last_change, Face::m) > room ? Face::s : Face::m;
    p.text(r.x + c.change, line1, i.last_change, face, ink, Align::left, room);
    p.text(r.x + c.change, line2, ago(now - i.changed), Face::s, t.t3, Align::left, c.change_end - c.change);
  }
  p.text(r.x + c.age, line1, duration(now - i.opened), Face::mono_m, ink, Align::right);

  const Target g = target_of(i, now, t);
  float x = r.x + c.target;
  if (g.has_ring) {
    ring(p, x + 10, mid, compact ? 8 : 9, g.ring);
    x += 26;
  }
  const float room = r.right() - 4 - x;
  if (g.time.empty()) {
    p.text(x, compact ? mid : line1, g.word, Face::s, g.word_ink, Align::left, room);
  } else {
    p.text(x, line1, g.time, g.ring.met ? Face::mono_m : Face::mono_m_medium, g.ink, Align::left, room);
    if (!compact) p.text(x, line2, g.word, Face::s, g.word_ink, Align::left, room);
  }
}

void draw_wall_heads(Frame& f, const Rect& r, const WallColumns& c, bool compact) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(r, t.bg1);
  p.hairline(r.x, r.bottom() - 1, r.w, t.line);
  const float mid = r.mid_y();
  const auto head = [&](float x, std::string_view text, Align align = Align::left, float max = 0) {
    return p.text(r.x + x, mid, text, Face::s, t.t3, align, max);
  };
  head(c.title, compact ? "Cause"_tr : "What and where"_tr);
  if (compact && c.place >= 0) head(c.place, "Where"_tr);
  head(c.domains, "Domains"_tr, Align::left, c.count >= 0 ? c.count - c.domains - 46 : c.state - c.domains);
  if (c.count >= 0) head(c.count, c.spark >= 0 ? "Events##column"_tr : Text(), Align::right);
  if (c.spark >= 0) head(c.spark, "30 min"_tr);
  head(c.state + 18, compact ? "State"_tr : "State, owner"_tr, Align::left, c.state_end - c.state - 18);
  if (c.change >= 0) head(c.change, "Last change"_tr);
  head(c.age, "Age"_tr, Align::right);
  head(c.target + 26, "Target"_tr);
}

}  // namespace wf::ui
