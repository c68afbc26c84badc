// What steers the map: breadcrumb, levels, overlays, legend, zoom; scale bar and note.
#include <algorithm>
#include <array>
#include <cmath>

#include "console/ui/draw/widgets.hpp"
#include "console/ui/map/map_memory.hpp"

namespace wf::ui {
namespace {

constexpr float kColumn = 216, kRow = 34;

/// Path from the world to the level; each part but the last leads there. Returns the x behind it.
float draw_crumbs(Frame& f, float x, float mid, float most, MapMemory& m, bool long_form) {
  Painter& p = f.p;
  const Site* s = m.shown();
  struct Part {
    std::string_view text;
    int to;  // 0 world, 1 site, 2 building, 3 here
  };
  std::vector<Part> parts;
  if (long_form || m.world || (m.estate && m.estate->sites.size() > 1)) parts.push_back({"World"_tr, 0});
  if (s != nullptr && !m.world) {
    if (long_form && !s->locality.empty() && s->locality != s->short_name) parts.push_back({s->locality, 1});
    parts.push_back({s->short_name.empty() ? s->name : s->short_name, 1});
    const Building* b = m.level != nullptr && !m.level->outdoor ? m.building() : nullptr;
    if (b != nullptr && !b->name.empty()) parts.push_back({b->name, 2});
    if (m.level != nullptr) parts.push_back({m.level->name.empty() ? m.level->short_name : m.level->name, 3});
  }
  // Too long: the middle gives way, then what is around it.
  const auto width = [&] {
    float w = 0;
    for (std::size_t i = 0; i < parts.size(); ++i)
      w +=
          p.width(parts[i].text, i + 1 == parts.size() ? Face::m_semibold : Face::m) + (i + 1 == parts.size() ? 0 : 20);
    return w;
  };
  while (parts.size() > 1 && width() > most) parts.erase(parts.begin() + (parts.size() > 3 ? 1 : 0));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    const float w = p.width(parts[i].text, last ? Face::m_semibold : Face::m);
    std::array<char, 40> name{};
    std::snprintf(name.data(), name.size(), "map/crumb/%zu", i);
    const Hit hit = last ? Hit{} : p.hits.add(name.data(), {x - 4, mid - 14, w + 8, 28});
    p.text(x, mid, parts[i].text, last ? Face::m_semibold : Face::m, last || hit.hovered ? p.t.t1 : p.t.t2, Align::left,
           std::max(40.0F, most));
    x += w;
    most -= w + 20;
    if (hit.clicked && s != nullptr) {
      if (parts[i].to == 0) m.enter_world();
      if (parts[i].to == 1)
        m.enter(m.site, m.outdoor_level(*s) != nullptr ? m.outdoor_level(*s) : m.usual_level(m.site));
      if (parts[i].to == 2) m.enter(m.site, m.usual_level(m.site));
    }
    if (last) break;
    icon(p, Icon::right, x + 10, mid, 11, p.t.t3, 1.25F);
    x += 20;
  }
  return x;
}

struct Overlay {
  const char* name;
  Text text, tip;
  Icon icon;
  bool MapOverlays::*on;
};
constexpr std::array<Overlay, 4> kOverlays{{
    {"map/overlay/people", "People"_tr, "People present in each zone"_tr, Icon::people, &MapOverlays::people},
    {"map/overlay/heat", "Event heat, 1 h"_tr, "Where events of open incidents happened, last hour"_tr, Icon::heat,
     &MapOverlays::heat},
    {"map/overlay/cover", "Camera cover"_tr, "What cameras see"_tr, Icon::coverage, &MapOverlays::cover},
    {"map/overlay/blind", "Blind spots"_tr, "What no camera with a picture sees"_tr, Icon::notice, &MapOverlays::blind},
}};

void levels_box(Frame& f, const Rect& r, MapMemory& m, const std::vector<const Level*>& levels, float row) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.hits.add("map/box/levels", r, false);
  p.float_box(r, t.bg1, t.line2);
  p.text(r.x + 16, r.y + 20, "Levels"_tr, Face::m_semibold, t.t1);
  p.text(r.right() - 16, r.y + 20, "people"_tr, Face::s, t.t3, Align::right);
  float y = r.y + 40;
  for (std::size_t k = levels.size(); k-- > 0;) {  // the highest on top, outdoors last
    const std::size_t indoor = static_cast<std::size_t>(
        std::count_if(levels.begin(), levels.end(), [](const Level* l) { return !l->outdoor; }));
    const std::size_t i =
        k >= levels.size() - indoor ? k - (levels.size() - indoor) : indoor + (levels.size() - indoor - 1 - k);
    const Level& l = *levels[i];
    const bool on = !m.world && &l == m.level;
    const Rect line{r.x + 1, y, r.w - 2, row};
    const Hit hit = p.hits.add("map/level/" + l.id, line);
    if (on || hit.hovered) p.fill(line, on ? t.bg4 : t.bg2);
    if (on) p.fill({line.x, y, 3, row}, t.t1);
    const float mid = line.mid_y();
    const PlaceNews& n = m.news.of_level(l);
    p.text(r.x + 16, mid, l.short_name, Face::m_semibold, on ? t.t1 : t.t2, Align::left, 26);
    p.text(r.x + 44, mid, l.name, on ? Face::m_semibold : Face::m, on ? t.t1 : t.t2, Align::left, r.w - 44 - 66);
    if (n.any) mark(p, n.worst, r.right() - 50, mid, 12, n.mark());
    if (n.people_known) {
      p.text(r.right() - 16, mid, std::to_string(n.people), Face::mono_m, n.people > 0 ? t.t1 : t.t3, Align::right);
    } else {
      p.fill({r.right() - 24, mid - 0.5F, 8, 1}, t.t3);
    }
    if (hit.clicked) m.enter(m.site, &l);
    y += row;
  }
}

/// Returns its height.
float sites_box(Frame& f, const Rect& room, MapMemory& m) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const std::vector<Site>& sites = m.estate->sites;
  const auto fits = static_cast<std::size_t>(std::max(0.0F, (room.h - 48) / kRow));
  const std::size_t shown = std::min(sites.size(), fits);
  const Rect r{room.x, room.y, room.w, 48 + kRow * static_cast<float>(shown)};
  p.hits.add("map/box/sites", r, false);
  p.float_box(r, t.bg1, t.line2);
  p.text(r.x + 16, r.y + 20, shown < sites.size() ? text_of<"Sites, {} in all">(sites.size()) : "Sites"_tr.str(),
         Face::m_semibold, t.t1);
  p.text(r.right() - 16, r.y + 20, "open##incidents"_tr, Face::s, t.t3, Align::right);
  float y = r.y + 40;
  for (std::size_t i = 0; i < shown; ++i) {
    const Rect line{r.x + 1, y, r.w - 2, kRow};
    const Hit hit = p.hits.add("map/sites/" + sites[i].id, line);
    if (hit.hovered) p.fill(line, t.bg2);
    const PlaceNews& n = m.news.of_site(i);
    p.text(r.x + 16, line.mid_y(), sites[i].name.empty() ? sites[i].id : sites[i].name, Face::m,
           hit.hovered ? t.t1 : t.t2, Align::left, r.w - 82);
    if (n.any) mark(p, n.worst, r.right() - 50, line.mid_y(), 12, n.mark());
    p.text(r.right() - 16, line.mid_y(), std::to_string(n.incidents), Face::mono_m, n.any ? t.t1 : t.t3, Align::right);
    if (hit.clicked) m.enter(i, m.usual_level(i));
    y += kRow;
  }
  return r.h;
}

void overlays_box(Frame& f, const Rect& r, SiteMapState& state, const LevelData* data) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.hits.add("map/box/overlays", r, false);
  p.float_box(r, t.bg1, t.line2);
  p.text(r.x + 16, r.y + 20, "Overlays"_tr, Face::m_semibold, t.t1);
  float y = r.y + 40;
  for (const Overlay& o : kOverlays) {
    const Rect line{r.x + 1, y, r.w - 2, kRow};
    const Hit hit = p.hits.add(o.name, line);
    bool& on = state.overlays.*o.on;
    if (hit.clicked) on = !on;
    if (hit.hovered) p.fill(line, t.bg2);
    icon(p, o.icon, r.x + 24, line.mid_y(), 14, on ? t.t1 : t.t3);
    p.text(r.x + 44, line.mid_y(), o.text, Face::m, on ? t.t1 : t.t2);
    toggle(p, r.right() - 44, line.mid_y(), on);
    y += kRow;
  }
  p.hairline(r.x + 1, y, r.w - 2, t.line);
  std::string line = "Switch blind spots on to count them"_tr;
  if (data != nullptr && state.overlays.blind) {
    const BlindSpots& b = data->blind;
    line = b.none_to_watch || b.cells == 0 ? "No corridor on this level"_tr.str()
           : data->plan->outdoor()         ? text_of<"Open ground seen: {} %">(b.seen_percent())
                                           : text_of<"Corridors seen: {} %">(b.seen_percent());
  } else if (data != nullptr) {
    line = plural<"{} camera", "{} cameras">(data->news.cameras);
    if (data->news.without_picture > 0) line += ", " + text_of<"{} without picture">(data->news.without_picture);
  } else {
    line = "Nothing is shown here"_tr;
  }
  p.text(r.x + 16, y + 14, line, Face::s, t.t2, Align::left, r.w - 32);
}

void legend_box(Frame& f, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const MapColors& m = t.map;
  p.hits.add("map/box/legend", r, false);
  p.float_box(r, t.bg1, t.line2);
  p.text(r.x + 16, r.y + 20, "Doors and cameras"_tr, Face::m_semibold, t.t1);
  const float x = r.x + 24;
  const auto y = [&](int row) { return r.y + 44 + 24 * static_cast<float>(row); };
  const auto label = [&](float lx, int row, Text text) { p.text(lx, y(row), text, Face::s, t.t2); };
  p.fill({x - 8, y(0) - 1.5F, 3, 3}, m.wall);
  p.fill({x + 5, y(0) - 1.5F, 3, 3}, m.wall);
  p.fill({x - 5, y(0) - 1, 10, 2}, m.door);
  const auto swing = [&](int row, float tip, float angle, ImU32 color) {
    p.line(x - 5, y(row) + 6, x + tip, y(row) - 6, color, 2.5F);
    p.arc(x - 5, y(row) + 6, 12, angle, 0, color, 1);
  };
  swing(1, -5, -1.57F, m.door);
  swing(2, -5, -1.57F, t.of(Priority::high).edge);
  swing(3, 1, -1.1F, t.of(Priority::critical).edge);
  label(r.x + 42, 0, "closed##a door"_tr);
  label(r.x + 42, 1, "open##a door"_tr);
  label(r.x + 42, 2, "held open"_tr);
  label(r.x + 42, 3, "forced##legend"_tr);
  const float c = r.x + 118;
  p.polygon({{c, y(0)}, {c + 16, y(0) - 6}, {c + 16, y(0) + 6}}, faded(m.cone, 0.25F));
  p.polyline({{c, y(0)}, {c + 16, y(0) - 6}, {c + 16, y(0) + 6}}, faded(m.cone, 0.5F), 1, true);
  for (const auto& [ax, ay, bx, by] : {std::array{0.0F, 0.0F, 16.0F, -6.0F}, std::array{16.0F, -6.0F, 16.0F, 6.0F},
                                       std::array{16.0F, 6.0F, 0.0F, 0.0F}})
    p.dashed_line(c + ax, y(1) + ay, c + bx, y(1) + by, m.device, 1, 3, 2);
  for (int i = 0; i < 3; ++i) {
    const float lx = c + 6 * static_cast<float>(i);
    p.line(lx, y(2) + 5, lx + 6, y(2) - 5, t.t3, 1.25F);
  }
  const Rect host{c + 1, y(3) - 7, 14, 14};
  p.fill(host, m.corridor, 2);
  p.stroke(host, m.device, 1, 2);
  icon(p, Icon::host, host.mid_x(), host.mid_y(), 9, m.device, 1.1F);
  label(c + 24, 0, "live view"_tr);
  label(c + 24, 1, "no picture"_tr);
  label(c + 24, 2, "blind spot"_tr);
  label(c + 24, 3, "host"_tr);
}

void zoom_box(Frame& f, const Rect& r, MapMemory& m) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.hits.add("map/box/zoom", r, false);
  p.float_box(r, t.bg1, t.line2);
  const ImVec2 mid(m.view.transform().port.mid_x(), m.view.transform().port.mid_y());
  const auto part = [&](const char* name, float x, float w, Icon which) {
    const Rect b{r.x + x, r.y + 1, w, r.h - 2};
    const Hit hit = p.hits.add(name, b);
    if (hit.hovered) p.fill(b.inset(1), t.bg3, 3);
    icon(p, which, r.x + x + (which == Icon::fit ? 20 : w / 2), r.mid_y(), 14, t.t1);
    return hit.clicked;
  };
  if (part("map/zoom/out", 1, 39, Icon::minus)) m.view.zoom(mid, 1 / 1.4F);
  p.upright(r.x + 40, r.y + 1, r.h - 2, t.line);
  const std::string percent = std::to_string(static_cast<int>(std::lround(m.view.zoomed() * 100))) + " %";
  p.text(r.x + 76, r.mid_y(), percent, Face::mono_s, t.t1, Align::center);
  p.upright(r.x + 112, r.y + 1, r.h - 2, t.line);
  if (part("map/zoom/in", 113, 39, Icon::plus)) m.view.zoom(mid, 1.4F);
  p.upright(r.x + 152, r.y + 1, r.h - 2, t.line);
  if (part("map/zoom/fit", 153, 62, Icon::fit)) m.view.fit(f.input.seconds, !f.reduce_motion);
  key_cap(p, r.x + 188, r.mid_y(), "F");
}

}  // namespace

void map_tip(Painter& p, float x, float y, const Rect& within, std::string_view text, std::string_view second) {
  const float w = std::max(p.width(text, Face::s_medium), p.width(second, Face::s)) + 16;
  const float h = second.empty() ? 26.0F : 44.0F;
  Rect r{x, y, w, h};
  r.x = std::clamp(r.x, within.x + 4, std::max(within.x + 4, within.right() - w - 4));
  if (r.bottom() > within.bottom() - 4) r.y = y - h - 24;
  p.float_box(r, p.t.bg2, p.t.line2);
  p.text(r.x + 8, r.y + 13, text, Face::s_medium, p.t.t1);
  p.text(r.x + 8, r.y + 31, second, Face::s, p.t.t2);
}

void draw_map_header(Frame& f, const Rect& r, SiteMapState& state) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  MapMemory& m = *state.memory;
  p.hits.add("map/header", r, false);
  pane_head(p, r, {});
  float x = r.right() - 12;
  const float y = r.y + 6;
  std::string_view tip;
  float tip_x = 0;
  x -= 28;
  if (f.view != View::guard) {  // from a post nothing leads away
    if (icon_button(p, "map/full", x, y, Icon::fullscreen).clicked) f.view = View::map;
    if (p.hits.hovered_name() == "map/full") tip = "Site map on the whole screen"_tr, tip_x = x;
    x -= 32;
  }
  if (icon_button(p, "map/fit", x, y, Icon::fit).clicked) m.view.fit(f.input.seconds, !f.reduce_motion);
  if (p.hits.hovered_name() == "map/fit") tip = "Fit the map (F)"_tr, tip_x = x;
  x -= 10;
  p.upright(x, r.y + 10, 20, t.line2);
  x -= 6;
  for (std::size_t i = kOverlays.size(); i-- > 0 && !m.world;) {
    const Overlay& o = kOverlays[i];
    x -= 28;
    bool& on = state.overlays.*o.on;
    const Hit hit = icon_button(p, o.name, x, y, o.icon, on);
    if (hit.clicked) on = !on;
    if (hit.hovered) tip = o.tip, tip_x = x;
    x -= 4;
  }
  const std::vector<const Level*> levels = m.world ? std::vector<const Level*>{} : m.switcher();
  if (!levels.empty()) {
    x -= 4;
    p.upright(x, r.y + 10, 20, t.line2);
    x -= 10;
    // Wide enough for a mark beside the short name; narrower when there are many.
    const float most = std::max(160.0F, r.w * 0.42F);
    const float w = std::clamp(most / static_cast<float>(levels.size()), 24.0F, 40.0F);
    const auto shown = std::min(levels.size(), static_cast<std::size_t>(most / w));
    std::size_t first = 0;
    for (std::size_t i = 0; i < levels.size(); ++i)
      if (levels[i] == m.level && i >= shown) first = std::min(i, levels.size() - shown);
    x -= w * static_cast<float>(shown);
    const Rect all{x, y, w * static_cast<float>(shown), 28};
    p.fill(all, t.bg1, 4);
    p.stroke(all, t.line2, 1, 4);
    for (std::size_t k = 0; k < shown; ++k) {
      const Level& l = *levels[first + k];
      const Rect part{x + w * static_cast<float>(k), y, w, 28};
      const Hit hit = p.hits.add("map/level/" + l.id, part);
      const bool on = &l == m.level;
      if (on || hit.hovered) p.fill(part.inset(1), on ? t.bg4 : t.bg3, 3);
      const PlaceNews& n = m.news.of_level(l);
      const bool marked = n.any && w >= 34;
      p.text(part.mid_x() - (marked ? 7 : 0), part.mid_y(), l.short_name, on ? Face::m_semibold : Face::m_medium,
             n.any && !marked ? t.of(n.worst).text
             : on             ? t.t1
                              : t.t2,
             Align::center, w - (marked ? 16 : 4));
      if (marked) mark(p, n.worst, part.right() - 11, part.mid_y(), 9, n.mark());
      if (hit.clicked) m.enter(m.site, &l);
      if (hit.hovered && l.name != l.short_name) tip = l.name, tip_x = part.x;
    }
  }
  draw_crumbs(f, r.x + 16, r.mid_y(), x - r.x - 32, m, false);
  if (!tip.empty()) map_tip(p, tip_x, r.bottom() + 4, {r.x, r.y, r.w, 400}, tip);
}

void draw_map_column(Frame& f, const Rect& area, SiteMapState& state, const LevelData* data) {
  Painter& p = f.p;
  MapMemory& m = *state.memory;
  const float x = area.x + 16;
  float y = area.y + 16;
  const Rect crumbs{x, y, 420, 36};
  p.hits.add("map/box/crumbs", crumbs, false);
  p.float_box(crumbs, p.t.bg1, p.t.line2);
  draw_crumbs(f, x + 16, crumbs.mid_y(), crumbs.w - 32, m, true);
  y += 48;
  const float bottom = area.bottom() - 16;
  const float zoom_h = 36;
  if (m.world) {
    if (m.estate) y += sites_box(f, {x, y, kColumn, bottom - y - zoom_h - 12}, m) + 12;
    zoom_box(f, {x, y, kColumn, zoom_h}, m);
    return;
  }
  const std::vector<const Level*> levels = m.switcher();
  const float count = static_cast<float>(levels.size());
  float row = kRow;
  // Low windows: rows come closer first, then the legend goes.
  const float overlays_h = 40 + kRow * static_cast<float>(kOverlays.size()) + 30;
  const auto needed = [&](float r, bool legend) {
    return 48 + count * r + 12 + overlays_h + 12 + (legend ? 148 : 0) + zoom_h;
  };
  bool legend = true;
  if (y + needed(row, legend) > bottom) row = 26;
  if (y + needed(row, legend) > bottom) legend = false;
  if (!levels.empty()) {
    const float h = std::min(48 + count * row, bottom - y - overlays_h - zoom_h - 24);
    if (h > 80) {
      const Rect box{x, y, kColumn, h};
      p.push_clip({box.x - 2, box.y - 2, box.w + 8, box.h + 8});
      levels_box(f, box, m, levels, row);
      p.pop_clip();
      y += h + 12;
    }
  }
  overlays_box(f, {x, y, kColumn, overlays_h}, state, data);
  y += overlays_h + 12;
  if (legend) {
    legend_box(f, {x, y, kColumn, 136});
    y += 148;
  }
  zoom_box(f, {x, y, kColumn, zoom_h}, m);
}

void draw_scale_bar(Painter& p, float x, float y, const MapTransform& view, float per_metre) {
  const Tokens& t = p.t;
  // 1, 2 or 5 times a power of ten, between 50 and 130 long.
  float metres = std::pow(10.0F, std::floor(std::log10(130 / per_metre)));
  if (!(metres > 0) || !std::isfinite(metres)) return;
  for (const float times : {5.0F, 2.0F})
    if (metres * times * per_metre <= 130) {
      metres *= times;
      break;
    }
  const float w = metres * per_metre;
  std::array<char, 32> text{};
  if (metres >= 1000)
    std::snprintf(text.data(), text.size(), "%g km", static_cast<double>(metres) / 1000);
  else if (metres >= 1)
    std::snprintf(text.data(), text.size(), "%g m", static_cast<double>(metres));
  else
    std::snprintf(text.data(), text.size(), "%g cm", static_cast<double>(metres) * 100);
  const float label = p.width(text.data(), Face::mono_s);
  const bool turned = std::abs(view.turn()) > 0.02F;
  p.fill({x - 6, y - 8, w + label + 20 + (turned ? 26.0F : 0.0F), 16}, faded(t.map.outside, 0.72F), 3);
  p.fill({x, y - 1, w, 2}, t.t3);
  p.fill({x, y - 5, 1, 10}, t.t3);
  p.fill({x + w - 1, y - 5, 1, 10}, t.t3);
  p.text(x + w + 8, y, text.data(), Face::mono_s, t.t2);
  if (!turned) return;
  const ImVec2 north = view.turned({0, 1});
  const float cx = x + w + label + 24;
  const ImVec2 side(-north.y, north.x);
  const auto q = [&](float along, float across) {
    return ImVec2(cx + north.x * along + side.x * across, y + north.y * along + side.y * across);
  };
  p.polygon({q(8, 0), q(-6, 4.5F), q(-3, 0)}, t.t2);
  p.polyline({q(8, 0), q(-6, -4.5F), q(-3, 0)}, t.t2, 1, true);
}

void draw_map_note(Frame& f, float right, float y, const LevelNews& news) {
  if (news.without_picture == 0) return;
  std::string text = plural<"{} camera without picture", "{} cameras without picture">(news.without_picture);
  if (news.without_picture_since != 0) text = text_of<"{} since {}">(text, f.time.minutes(news.without_picture_since));
  const float w = f.p.width(text, Face::s);
  f.p.fill({right - w - 26, y - 8, w + 32, 16}, faded(f.p.t.map.outside, 0.72F), 3);
  icon(f.p, Icon::notice, right - w - 12, y, 12, f.p.t.t2, 1.5F);
  f.p.text(right, y, text, Face::s, f.p.t.t2, Align::right);
}

}  // namespace wf::ui
