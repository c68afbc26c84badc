#include "console/ui/map/site_map.hpp"

#include <algorithm>
#include <cmath>

#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/map/map_memory.hpp"

namespace wf::ui {
namespace {

constexpr float kColumnLeft = 252, kColumnRight = 352;  // what the full view's cards take, with their margins
constexpr float kDragStarts = 4;

void empty_state(Frame& f, const Rect& r, std::string_view title, std::string_view second) {
  icon(f.p, Icon::map, r.mid_x(), r.mid_y() - 40, 40, f.p.t.t3, 2);
  f.p.text(r.mid_x(), r.mid_y(), title, Face::l_semibold, f.p.t.t1, Align::center, r.w - 32);
  f.p.text(r.mid_x(), r.mid_y() + 28, second, Face::m, f.p.t.t2, Align::center, r.w - 32);
}

/// Brings what is kept of the level up to date with the snapshot and the selection.
void refresh(Frame& f, MapMemory& m, LevelData& d, const MapOverlays& overlays, float turn) {
  if (d.news_of != m.news.generation()) {
    d.news.update(*d.plan, m.news, f.snapshot);
    d.news_of = m.news.generation();
    d.path_of = 0;
  }
  if (overlays.blind && d.blind_of != d.news.cover_key) {
    d.blind.make(*d.plan, d.news, turn);
    d.blind_of = d.news.cover_key;
  }
  if (overlays.heat && d.heat_of != f.snapshot.version) {
    d.heat.make(*d.plan, f.snapshot, turn);
    d.heat_of = f.snapshot.version;
  }
  const Incident* i = f.selected();
  if (i == nullptr || i->site_id != d.plan->site->id) {
    d.path_of = 0;
    return;
  }
  if (d.path_of == i->id && d.path_revision == i->revision) return;
  if (!d.routed) {
    d.routes.build(*d.plan, turn);
    d.routed = true;
  }
  d.path = path_of(*i, *d.plan, d.routes);
  d.path_of = i->id;
  d.path_revision = i->revision;
}

const MapLayout::Mark* mark_at(const MapLayout& layout, ImVec2 q) {
  for (auto it = layout.marks.rbegin(); it != layout.marks.rend(); ++it)
    if (std::hypot(it->x - q.x, it->y - q.y) < it->size * 0.7F) return &*it;
  return nullptr;
}

/// The device under the pointer; doors count along their whole width.
int device_at(const MapScene& s, ImVec2 q) {
  if (s.scale() < 2) return -1;
  const Point m = s.view.to_map(q);
  const float reach = (s.close() ? 11.0F : 6.0F) / s.scale();
  const int near = s.plan.device_near(m, reach);
  if (near >= 0) return near;
  for (const MapDoor& d : s.plan.doors)
    if (d.device >= 0 && distance_to_segment(m, d.a, d.b) <= 7 / s.scale()) return d.device;
  return -1;
}

int footprint_at(const LevelPlan& plan, Point m) {
  for (const FloorMesh& b : plan.footprints)
    if (holds(b.bounds, m)) {
      const auto& polygons = plan.site->buildings[b.item].footprint;
      if (std::any_of(polygons.begin(), polygons.end(), [&](const Polygon& q) { return sound(q) && inside(q, m); }))
        return static_cast<int>(b.item);
    }
  return -1;
}

const Level* level_of_building(const MapMemory& m, const Site& s, const Building& b) {
  const Level* best = nullptr;
  for (const Level& l : s.levels) {
    if (l.building_id != b.id || l.outdoor) continue;
    const PlaceNews& n = m.news.of_level(l);
    if (best == nullptr) {
      best = &l;
      continue;
    }
    const PlaceNews& o = m.news.of_level(*best);
    if (n.any != o.any                ? n.any
        : n.any && n.worst != o.worst ? n.worst > o.worst
                                      : std::abs(l.ordinal) < std::abs(best->ordinal))
      best = &l;
  }
  return best;
}

/// What the pointer is over: an outline and a tip.
void draw_hover(const MapScene& s, MapMemory& m, bool over) {
  if (!over || m.dragged > kDragStarts) return;
  const ImVec2 q = s.p.hits.mouse();
  const Tokens& t = s.p.t;
  if (const MapLayout::Mark* mk = mark_at(m.layout, q)) {
    const PlaceNews& n = s.news.units[mk->unit].news;
    const Incident* i = s.f.standing.incident(n.incident);
    if (i != nullptr)
      map_tip(s.p, q.x + 12, q.y + 18, s.view.port, i->title,
              n.incidents > 1 ? text_of<"{} open here">(n.incidents) : word_of(i->state).str());
    return;
  }
  const int device = device_at(s, q);
  if (device >= 0) {
    const Device& d = s.plan.site->devices[static_cast<std::size_t>(device)];
    const ImVec2 at = s.at(d.position);
    if (finite(d.position) && d.placed) s.p.stroke({at.x - 13, at.y - 13, 26, 26}, faded(t.acc, 0.7F), 1.5F, 4);
    std::string second;
    if (s.f.snapshot.devices) {
      const auto it = s.f.snapshot.devices->find(d.id);
      if (it != s.f.snapshot.devices->end() && !it->second.state.empty()) {
        second = device_state_word(it->second.state);
        if (it->second.since != 0) second = text_of<"{} since {}">(second, s.f.time.minutes(it->second.since));
      }
    }
    map_tip(s.p, q.x + 12, q.y + 18, s.view.port,
            d.name.empty() || d.name == d.id || d.name.find(d.id) != std::string::npos
                ? (d.name.empty() ? d.id : d.name)
                : d.id + "  " + d.name,
            second);
    return;
  }
  const Point p = s.view.to_map(q);
  if (s.plan.outdoor()) {
    const int b = footprint_at(s.plan, p);
    if (b >= 0) {
      map_outline(s, s.plan.site->buildings[static_cast<std::size_t>(b)].footprint, t.acc, 2);
      return;
    }
  }
  const int floor = s.plan.floor_at(p);
  if (floor < 0 || s.scale() < 3) return;
  const Unit& u = s.plan.site->units[s.plan.floors[static_cast<std::size_t>(floor)].item];
  map_outline(s, u.polygons, faded(t.acc, 0.45F), 1);
  // A room whose name found no place says it here.
  const bool named = std::any_of(m.layout.names.begin(), m.layout.names.end(), [&](const MapLayout::Name& n) {
    return n.floor == static_cast<std::uint32_t>(floor);
  });
  if (!named && !u.name.empty()) map_tip(s.p, q.x + 12, q.y + 18, s.view.port, u.name);
}

void pick(const MapScene& s, MapMemory& m) {
  const ImVec2 q = s.p.hits.mouse();
  Selection& sel = s.f.selection;
  for (const MapLayout::Disc& d : m.layout.discs) {
    if (s.path == nullptr || s.selected == nullptr || std::abs(q.x - d.x) > d.w / 2 || std::abs(q.y - d.y) > 10)
      continue;
    const Contribution& c = s.selected->why[static_cast<std::size_t>(s.path->stops[d.stop].last) - 1];
    if (s.plan.site->device(c.device_id) != nullptr) {
      sel.device = c.device_id;
      m.unit = -1;
      return;
    }
  }
  if (const MapLayout::Mark* mk = mark_at(m.layout, q)) {
    sel.incident = s.news.units[mk->unit].news.incident;
    m.unit = static_cast<int>(s.plan.floors[s.news.units[mk->unit].floor].item);
    sel.device.clear();
    m.followed = sel.incident;  // it is in view already
    return;
  }
  const int device = device_at(s, q);
  if (device >= 0) {
    sel.device = s.plan.site->devices[static_cast<std::size_t>(device)].id;
    m.unit = -1;
    return;
  }
  const Point p = s.view.to_map(q);
  if (s.plan.outdoor()) {
    const int b = footprint_at(s.plan, p);
    if (b >= 0) {
      const Level* l = level_of_building(m, *s.plan.site, s.plan.site->buildings[static_cast<std::size_t>(b)]);
      if (l != nullptr) {
        m.enter(m.site, l);
        return;
      }
    }
  }
  const int floor = s.plan.floor_at(p);
  const int unit = floor < 0 ? -1 : static_cast<int>(s.plan.floors[static_cast<std::size_t>(floor)].item);
  m.unit = unit == m.unit && sel.device.empty() ? -1 : unit;  // a second click closes
  sel.device.clear();
}

/// Pans and zooms; true when the plan was clicked.
bool steer(Frame& f, MapMemory& m, const Rect& port, bool full_view, bool& over) {
  Hits& hits = f.p.hits;
  const float notches = hits.wheel("map/wheel", port);
  const Hit hit = hits.add("map/plan", port);
  over = hit.hovered;
  if (notches != 0) m.view.zoom(hits.mouse(), std::pow(1.2F, std::clamp(notches, -5.0F, 5.0F)));
  if (hit.pressed) m.dragged = 0;
  if (hit.held) {
    const ImVec2 d = hits.mouse_delta();
    const float before = m.dragged;
    m.dragged += std::abs(d.x) + std::abs(d.y);
    if (m.dragged > kDragStarts) m.view.pan(before > kDragStarts ? d : ImVec2(d.x, d.y));
  } else if (!hit.clicked) {
    m.dragged = 0;
  }
  if (hit.double_clicked)
    m.view.center_on(m.view.transform().to_map(hits.mouse()), 0, f.input.seconds, !f.reduce_motion);
  if ((full_view || hit.hovered) && !ImGui::GetIO().WantTextInput && !ImGui::GetIO().KeyCtrl)
    for (const ImWchar c : ImGui::GetIO().InputQueueCharacters) {
      const ImVec2 mid(port.mid_x(), port.mid_y());
      if (c == 'f' || c == 'F') m.view.fit(f.input.seconds, !f.reduce_motion);
      if (c == '+' && full_view) m.view.zoom(mid, 1.4F);
      if (c == '-' && full_view) m.view.zoom(mid, 1 / 1.4F);
    }
  const bool clicked = hit.clicked && m.dragged <= kDragStarts && !hit.double_clicked;
  return clicked;
}

/// All of a level that changes only with what PlanKey names: no texts, nothing to click, nothing that moves.
void draw_plan(const MapScene& s, MapMemory& m, const LevelData& d) {
  const Site& site = *m.shown();
  const Level* ground = m.outdoor_level(site);
  const LevelPlan* around = ground != nullptr && ground != m.level ? m.data(site, ground).plan.get() : nullptr;
  draw_surroundings(s, around);
  m.inner.clear();
  if (d.plan->outdoor() && s.view.scale >= 1.5F)
    for (const Level& l : site.levels)
      if (!l.outdoor && l.ordinal == 0) m.inner.push_back(m.data(site, &l).plan.get());
  if (!d.plan->outdoor()) draw_footprints(s, m.news, m.inner);
  draw_floors(s);
  if (d.plan->outdoor()) draw_footprints(s, m.news, m.inner);
  if (s.overlays.heat) draw_heat(s, d.heat);
  draw_cones(s);
  if (s.overlays.blind) draw_blind(s, d.blind);
  draw_walls(s);
  draw_frames(s);
  if (m.unit >= 0 && s.f.selection.device.empty()) {
    const Unit& u = site.units[static_cast<std::size_t>(m.unit)];
    if (m.level != nullptr && u.level_id == m.level->id) map_outline(s, u.polygons, s.p.t.acc, 2);
  }
  draw_doors(s);
  draw_devices(s);
}

/// Where the map stood when the program ended: once, after it was fitted to what it shows.
void take_kept(MapMemory& m) {
  if (m.kept && !m.kept->fitted && m.kept->world == m.world) m.view.stand({m.kept->x, m.kept->y}, m.kept->scale);
  m.kept.reset();
}

void draw_level(Frame& f, const Rect& port, const Rect& free, SiteMapState& state, LevelData& d, bool full_view) {
  MapMemory& m = *state.memory;
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Site& site = *m.shown();
  const float turn = m.turns[m.site];
  // Levels of a building lie upon each other: someone who zoomed in stays at the place when the level changes.
  const auto key_of_plan = reinterpret_cast<std::uintptr_t>(d.plan.get());
  const bool other = m.view.key() != key_of_plan;
  m.view.set_outline(d.plan->outline, key_of_plan);
  m.view.place(port, free, turn);
  if (m.scope != m.site + 2)
    m.view.fit(f.input.seconds, false);
  else if (other && (m.view.fitted() || m.was_outdoor != d.plan->outdoor()))
    m.view.fit(f.input.seconds, !f.reduce_motion);
  m.scope = m.site + 2;
  take_kept(m);
  m.was_outdoor = d.plan->outdoor();
  bool over = false;
  const bool clicked = steer(f, m, port, full_view, over);
  if (m.view.step(f.input.seconds)) f.wake(0);
  refresh(f, m, d, state.overlays, -turn);

  const MapTransform& view = m.view.transform();
  MapScene s{f, p, view, *d.plan, d.news, state.overlays, nullptr, nullptr, full_view, {}};
  s.seen = grown(view.visible(), 40 / view.scale);
  s.selected = f.selected();
  if (d.path_of != 0 && !d.path.stops.empty()) s.path = &d.path;

  p.push_clip(port);
  const PlanKey shown{view,
                      d.plan.get(),
                      m.news.generation(),
                      d.blind_of,
                      state.overlays.heat ? d.heat_of : 0,
                      &t,
                      p.fonts().font_height,
                      state.overlays,
                      f.selection.device.empty() ? m.unit : -1};
  if (!(m.drawn_of == shown) || !m.drawn.put(p.list())) {
    m.drawn.begin(p.list());
    draw_plan(s, m, d);
    m.drawn.end(p.list());
    m.drawn_of = shown;
  }

  LayoutKey key{view,
                d.plan.get(),
                m.news.generation(),
                d.path_of,
                d.path_revision,
                p.fonts().font_height,
                state.overlays.people};
  const LayoutKey& had = m.layout_of;
  if (!had.view.same_as(key.view) || had.plan != key.plan || had.news != key.news || had.incident != key.incident ||
      had.revision != key.revision || had.font != key.font || had.people != key.people) {
    m.layout.make(s, m.space);
    m.layout_of = key;
  }
  draw_labels(s, m.layout);
  draw_path(s, m.layout);
  if (draw_marks(s, m.layout)) f.wake(0.1);
  const Device* chosen = f.selection.device.empty() ? nullptr : site.device(f.selection.device);
  if (chosen != nullptr && chosen->placed && finite(chosen->position) && m.level != nullptr &&
      chosen->level_id == m.level->id) {
    const ImVec2 q = s.at(chosen->position);
    p.stroke({q.x - 17, q.y - 17, 34, 34}, t.acc, 2, 4);
  }
  draw_hover(s, m, over);
  p.pop_clip();
  if (clicked) pick(s, m);
}

}  // namespace

SiteMapState::SiteMapState() : memory(std::make_unique<MapMemory>()) {}
SiteMapState::~SiteMapState() = default;
SiteMapState::SiteMapState(SiteMapState&&) noexcept = default;
SiteMapState& SiteMapState::operator=(SiteMapState&&) noexcept = default;

MapStand stand_of(const SiteMapState& state) {
  const MapMemory& m = *state.memory;
  MapStand out;
  if (m.kept) {
    out = *m.kept;
  } else {
    out.world = m.world;
    out.chosen = !m.unguided;
    out.fitted = m.view.fitted();
    if (!out.fitted) {
      out.x = m.view.transform().center.x;
      out.y = m.view.transform().center.y;
      out.scale = m.view.transform().scale;
    }
  }
  out.overlays = state.overlays;
  return out;
}

void stand_at(SiteMapState& state, const MapStand& stand) {
  state.overlays = stand.overlays;
  state.memory->kept = stand;
}

void draw_site_map(Frame& f, const Rect& area, SiteMapState& state, bool full_view) {
  if (area.w < 40 || area.h < 60) return;
  MapMemory& m = *state.memory;
  Painter& p = f.p;
  choose_place(f, m);
  const float head = full_view ? 0 : unit::kHeader;
  const Rect port{area.x, area.y + head, area.w, area.h - head};
  Rect free{port.x + 36, port.y + 14, port.w - 72, port.h - 36};
  if (full_view) {
    free = {port.x + kColumnLeft, port.y + 68, port.w - kColumnLeft - kColumnRight - 4, port.h - 68 - 72};
    if (free.w < 240) free = {port.x + 24, port.y + 68, port.w - 48, port.h - 140};
  }
  p.fill(area, p.t.map.outside);
  LevelData* data = nullptr;
  const Site* site = m.shown();
  if (site == nullptr) {
    empty_state(f, port, "No site is loaded"_tr,
                text_of<"Start with {} and a folder of IMDF files: {}.">("--site", "console/site/README.md"));
  } else if (m.world) {
    bool over = false;
    steer(f, m, port, full_view, over);  // before the pins, which lie on top
    if (m.view.step(f.input.seconds)) f.wake(0);
    draw_world(f, port, free, state);
    if (m.scope != 1) m.view.fit(f.input.seconds, false);
    m.scope = 1;
    take_kept(m);
  } else {
    m.view.set_farthest(0);
    data = &m.data(*site, m.level);
    draw_level(f, port, free, state, *data, full_view);
    if (data->plan->outline.empty())
      empty_state(f, port, "Nothing is drawn on this level"_tr, "Its files hold no units, outline or devices."_tr);
  }
  if (site != nullptr) {
    const float y = full_view ? port.bottom() - 32 : port.bottom() - 10;
    draw_scale_bar(p, free.x, y, m.view.transform(), m.view.transform().scale / (m.world ? 1000.0F : 1.0F));
    if (data != nullptr) draw_map_note(f, free.right(), y, data->news);
  }
  if (!full_view) {
    draw_map_header(f, {area.x, area.y, area.w, unit::kHeader}, state);
    if (data != nullptr && area.w > 520)
      draw_thing_card(f, {area.right() - 316, port.y + 12, 304, port.h - 24}, state, *data, true);
    return;
  }
  if (site != nullptr) draw_map_column(f, area, state, data);
  if (area.w < 900) return;
  const Rect right{area.right() - 336, area.y + 16, 320, area.h - 32};
  float y = right.y;
  if (data != nullptr) {
    // The steps below need room for a few of them; without an incident there are none.
    const bool steps = f.selected() != nullptr;
    const float room = steps ? std::max(right.h * 0.62F, right.h - 228) : right.h;
    const float h = draw_thing_card(f, {right.x, y, right.w, room}, state, *data, false);
    y += h > 0 ? h + 12 : 0;
  }
  draw_steps_card(f, {right.x, y, right.w, right.bottom() - y}, state, data);
}

}  // namespace wf::ui
