#include "console/ui/map/map_labels.hpp"
#include "console/ui/draw/model_words.hpp"

#include <algorithm>
#include <cmath>

#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kCell = 48;
constexpr float kLine = 16, kPill = 20;
constexpr float kSpare = 10;  // a room must be so much wider than its name

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

Rect around(float x, float y, float w, float h) { return {x - w / 2, y - h / 2, w, h}; }

/// True when a box of the screen lies within the unit.
bool within(const MapScene& s, const Unit& unit, const Rect& r) {
  const auto in = [&](float x, float y) { return inside(unit.polygons, s.view.to_map({x, y})); };
  return in(r.x, r.y) && in(r.right(), r.y) && in(r.x, r.bottom()) && in(r.right(), r.bottom()) && in(r.mid_x(), r.y) &&
         in(r.mid_x(), r.bottom());
}

/// A unit may reach beyond the outer wall of its level: a name does not, since the wall would run through it.
bool within_walls(const MapScene& s, ImVec2 spot, const Rect& r) {
  const Level* const level = s.plan.level;
  const auto in = [&](float x, float y) { return inside(level->polygons, s.view.to_map({x, y})); };
  // Where the level's outline is another place's, or none, it says nothing.
  if (level == nullptr || level->outdoor || !in(spot.x, spot.y)) return true;
  return in(r.x, r.y) && in(r.right(), r.y) && in(r.x, r.bottom()) && in(r.right(), r.bottom());
}

struct Offset {
  float x, y;
};
// Where a name may stand around its best place, nearest first.
constexpr Offset kAround[] = {{0, 0},  {0, -14},  {0, 14},  {0, -28},   {0, 28},   {-14, 0}, {14, 0}, {-22, 0},
                              {22, 0}, {-22, 20}, {22, 20}, {-22, -20}, {22, -20}, {0, -44}, {0, 44}, {-48, 0},
                              {48, 0}, {-48, 28}, {48, 28}, {-48, -28}, {48, -28}, {0, -64}, {0, 64}, {-84, 0},
                              {84, 0}, {-84, 40}, {84, 40}, {-84, -40}, {84, -40}, {0, -92}, {0, 92}};

void block_devices(const MapScene& s, LabelSpace& space) {
  std::size_t count = 0;
  for (std::size_t k = 0; k < s.plan.devices.size(); ++k) {
    const Device& d = s.plan.site->devices[s.plan.devices[k]];
    if (d.kind == DeviceKind::door || !holds(s.seen, d.position) || ++count > 1500) continue;
    const ImVec2 q = s.at(d.position);
    if (has_glyph(s, k)) {
      const float reach = glyph_reach(s, d.kind) + 1;
      space.block({q.x - reach, q.y - reach, 2 * reach, 2 * reach});
    } else {
      space.discourage({q.x - 2, q.y - 2, 4, 4}, 2);
    }
  }
  for (std::size_t i = 0; i < s.plan.doors.size() && s.close(); ++i) {
    const MapDoor& d = s.plan.doors[i];
    if (leaf_of(s.news.doors[i]) == DoorLeaf::closed || !holds(s.seen, d.a)) continue;
    Bounds screen = nowhere();
    for (const Point corner : {d.a, d.b, d.a + d.swing * length(d.b - d.a)}) {
      const ImVec2 q = s.at(corner);
      include(screen, {q.x, q.y});
    }
    space.discourage(
        {screen.min.x - 2, screen.min.y - 2, screen.max.x - screen.min.x + 4, screen.max.y - screen.min.y + 4}, 3);
  }
}

/// Furniture and treads: names rather stand beside them.
void discourage_fixtures(const MapScene& s, LabelSpace& space) {
  if (s.scale() < 5) return;
  std::size_t count = 0;
  const auto box = [&](const Bounds& b, int weight) {
    if (!touch(b, s.seen) || ++count > 3000) return;
    Bounds screen = nowhere();
    for (const Point corner : {b.min, b.max, Point{b.min.x, b.max.y}, Point{b.max.x, b.min.y}}) {
      const ImVec2 q = s.at(corner);
      include(screen, {q.x, q.y});
    }
    space.discourage(
        {screen.min.x - 1, screen.min.y - 1, screen.max.x - screen.min.x + 2, screen.max.y - screen.min.y + 2}, weight);
  };
  for (const FloorMesh& m : s.plan.fixtures) box(m.bounds, is_solid(s.plan.site->fixtures[m.item].category) ? 2 : 1);
  for (const Detail& d : s.plan.details) {
    if (d.kind != Detail::Kind::fixture) continue;
    Bounds b = nowhere();
    include(b, d.line.a);
    include(b, d.line.b);
    box(b, 1);
  }
}

void place_marks(const MapScene& s, LabelSpace& space, MapLayout& out) {
  for (std::uint32_t i = 0; i < s.news.units.size(); ++i) {
    const UnitNews& u = s.news.units[i];
    const FloorMesh& mesh = s.plan.floors[u.floor];
    if (!touch(mesh.bounds, s.seen)) continue;
    const Unit& unit = s.plan.site->units[mesh.item];
    const float size = s.near() ? 26.0F : s.scale() >= 5 ? 20.0F : 16.0F;
    const ImVec2 best = s.at(s.plan.labels[u.floor].at);
    const float half_room = s.plan.labels[u.floor].width * s.scale() / 2;
    ImVec2 q = best;
    bool placed = false;
    // Off the path rather than off the machines, and roomy rather than close.
    struct Try {
      float room;
      int least;
    };
    static constexpr Try kTries[] = {{1.7F, 1}, {1.7F, 2}, {1.15F, 2}, {1.7F, 3}, {1.15F, 3}, {1.15F, 4}};
    for (const Try& t : kTries) {
      for (const float side : {0.0F, 0.62F, -0.62F, 0.3F, -0.3F})
        for (const float down : {12.0F, 0.0F, 30.0F, -14.0F, 52.0F, -34.0F}) {
          if (placed) break;
          const ImVec2 c(best.x + side * half_room, best.y + down);
          const Rect r = around(c.x, c.y, size * t.room, size * t.room);
          if (!within(s, unit, r) || !space.free(r, t.least)) continue;
          q = c;
          placed = true;
        }
    }
    out.marks.push_back({i, q.x, q.y, size});
    space.block(around(q.x, q.y, size * 1.5F, size * 1.5F));
  }
}

void place_names(const MapScene& s, LabelSpace& space, MapLayout& out) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < s.plan.floors.size(); ++i) {
    const FloorMesh& mesh = s.plan.floors[i];
    if (!touch(mesh.bounds, s.seen) || mesh.floor == Floor::solid) continue;
    const Unit& unit = s.plan.site->units[mesh.item];
    if (unit.name.empty()) continue;
    // What is a corridor is plain to see; its name helps only close by.
    if (unit.category == "walkway" && s.scale() < 22 && !s.plan.outdoor()) continue;
    order.push_back(i);
  }
  std::vector<std::uint8_t> abnormal(s.plan.floors.size(), 0);
  for (const UnitNews& u : s.news.units)
    abnormal[u.floor] = static_cast<std::uint8_t>(1 + static_cast<int>(u.news.worst));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return abnormal[a] > abnormal[b]; });
  for (const std::uint32_t i : order) {
    const Unit& unit = s.plan.site->units[s.plan.floors[i].item];
    const LabelSpot& spot = s.plan.labels[i];
    const float room = spot.width * s.scale();
    if (room < 24) continue;
    float width = s.plan.label_widths[i];
    if (width < 0) width = s.plan.label_widths[i] = s.p.width(unit.name, Face::s_medium);
    const bool strong = abnormal[i] != 0;
    if (strong) width = s.p.width(unit.name, Face::s_semibold);
    if (width > room - kSpare) continue;
    const std::int32_t people = s.overlays.people && s.near() ? s.news.people[i] : -1;
    const ImVec2 best = s.at(spot.at);
    // With its pill rather than without, beside furniture rather than on it, but a name rather than none.
    struct Try {
      bool pill;
      int least;
      std::size_t offsets;
    };
    static constexpr Try kTries[] = {{true, 1, 13},  {true, 2, 31},  {true, 3, 31},  {false, 1, 13}, {false, 1, 31},
                                     {false, 2, 13}, {false, 2, 31}, {false, 3, 31}, {false, 4, 31}};
    bool placed = false;
    for (const Try& t : kTries) {
      if (placed) break;
      // An urgent name stays near its mark, and the way never runs through it.
      if ((t.pill && people < 0) || (strong && (t.least == 1 || t.least > 3))) continue;
      const float w = t.pill ? std::max(width, 44.0F) : width;
      const float h = t.pill ? kLine + 6 + kPill : kLine;
      for (std::size_t k = 0; k < t.offsets; ++k) {
        const Offset& o = kAround[k];
        const Rect r = around(best.x + o.x, best.y + o.y, w + kSpare, h);
        if (!space.free(r, t.least) || !within(s, unit, r) || !within_walls(s, best, r)) continue;
        out.names.push_back({i, r.mid_x(), r.y + kLine / 2, width, strong, t.pill ? people : -1, r});
        space.block(r);
        placed = true;
        break;
      }
    }
    if (placed || !strong) continue;
    // An urgent room is named wherever its name has room at all.
    ImVec2 found;
    float least = 1e9F;
    for (const int weight : {3, LabelSpace::kBlocks}) {
      if (least < 1e9F) break;
      for (float dy = -160; dy <= 160; dy += 4)
        for (float dx = -160; dx <= 160; dx += 8) {
          const float far = std::hypot(dx, 2 * dy);
          const Rect r = around(best.x + dx, best.y + dy, width + kSpare, kLine);
          if (far >= least || !space.free(r, weight) || !within(s, unit, r)) continue;
          least = far;
          found = {r.mid_x(), r.mid_y()};
        }
    }
    if (least >= 1e9F) continue;
    const Rect r = around(found.x, found.y, width + kSpare, kLine);
    out.names.push_back({i, found.x, found.y, width, true, -1, r});
    space.block(r);
  }
}

void place_tags(const MapScene& s, LabelSpace& space, MapLayout& out) {
  if (!s.near()) return;
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < s.plan.devices.size(); ++i) {
    const Device& d = s.plan.site->devices[s.plan.devices[i]];
    if (d.kind == DeviceKind::door || d.kind == DeviceKind::reader || !holds(s.seen, d.position)) continue;
    if (!has_glyph(s, i) || ++count > 400) continue;
    const ImVec2 q = s.at(d.position);
    const float w = s.p.width(tag_of(d, s.news.states[i]), Face::mono_s);
    const float reach = glyph_reach(s, d.kind) + 7;
    struct Try {
      float x, y;
      Align align;
    };
    const Try tries[] = {{q.x + reach, q.y, Align::left},          {q.x - reach, q.y, Align::right},
                         {q.x, q.y + reach + 5, Align::center},    {q.x, q.y - reach - 5, Align::center},
                         {q.x + reach, q.y + 8, Align::left},      {q.x - reach, q.y + 8, Align::right},
                         {q.x + 4, q.y + reach + 5, Align::right}, {q.x + 4, q.y - reach - 5, Align::right},
                         {q.x - 4, q.y + reach + 5, Align::left},  {q.x - 4, q.y - reach - 5, Align::left},
                         {q.x - 8, q.y + reach + 9, Align::right}, {q.x - 8, q.y - reach - 9, Align::right},
                         {q.x + 8, q.y + reach + 9, Align::left},  {q.x + 8, q.y - reach - 9, Align::left}};
    const int floor = s.plan.floor_at(d.position);
    const Unit* unit = floor < 0 ? nullptr : &s.plan.site->units[s.plan.floors[static_cast<std::size_t>(floor)].item];
    const DeviceState* state = s.news.states[i];
    const bool abnormal = state != nullptr && state->in_incident;
    // In its own room, so that no wall runs through it; what is abnormal is named anywhere.
    for (int pass = 0; pass < (unit == nullptr || abnormal ? 4 : 2); ++pass) {
      bool placed = false;
      for (const Try& t : tries) {
        const float x = t.align == Align::left ? t.x : t.align == Align::right ? t.x - w : t.x - w / 2;
        const Rect r{x - 1, t.y - 7, w + 2, 14};
        if (!space.free(r, pass == 0 ? 1 : pass == 3 ? 4 : 2)) continue;
        if (pass < 2 && unit != nullptr && !within(s, *unit, r)) continue;
        // Out of its room, but not out of the building: there a card may lie on it, and it would name the street.
        const auto outside = [&](float at) { return s.plan.floor_at(s.view.to_map({at, r.mid_y()})) < 0; };
        if (pass >= 2 && unit != nullptr && (outside(r.x) || outside(r.right()))) continue;
        out.tags.push_back({i, t.x, t.y, t.align, r});
        space.block(r);
        placed = true;
        break;
      }
      if (placed) break;
    }
  }
}

}  // namespace

void LabelSpace::reset(const Rect& port) {
  port_ = port;
  columns_ = std::max(1, static_cast<int>(port.w / kCell) + 1);
  rows_ = std::max(1, static_cast<int>(port.h / kCell) + 1);
  boxes_.clear();
  const auto count = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
  if (cells_.size() != count) cells_.resize(count);
  for (auto& c : cells_) c.clear();
}

void LabelSpace::add(const Rect& r, int weight) {
  if (!(r.w >= 0) || !(r.h >= 0) || !overlap(r, port_)) return;
  const auto n = static_cast<std::uint32_t>(boxes_.size());
  boxes_.push_back({r, weight});
  const auto cell = [](float v, int most) { return std::clamp(static_cast<int>(v / kCell), 0, most - 1); };
  for (int y = cell(r.y - port_.y, rows_); y <= cell(r.bottom() - port_.y, rows_); ++y)
    for (int x = cell(r.x - port_.x, columns_); x <= cell(r.right() - port_.x, columns_); ++x)
      cells_[static_cast<std::size_t>(y * columns_ + x)].push_back(n);
}

bool LabelSpace::free(const Rect& r, int least) const {
  if (r.x < port_.x || r.y < port_.y || r.right() > port_.right() || r.bottom() > port_.bottom()) return false;
  const auto cell = [](float v, int most) { return std::clamp(static_cast<int>(v / kCell), 0, most - 1); };
  for (int y = cell(r.y - port_.y, rows_); y <= cell(r.bottom() - port_.y, rows_); ++y)
    for (int x = cell(r.x - port_.x, columns_); x <= cell(r.right() - port_.x, columns_); ++x)
      for (const std::uint32_t i : cells_[static_cast<std::size_t>(y * columns_ + x)])
        if (boxes_[i].weight >= least && overlap(r, boxes_[i].r)) return false;
  return true;
}

std::string tag_of(const Device& d, const DeviceState* state) {
  if (d.kind == DeviceKind::camera && without_picture(state)) return d.id + " " + device_state_word(state->state);
  return d.id;
}

void MapLayout::make(const MapScene& s, LabelSpace& space) {
  names.clear();
  tags.clear();
  marks.clear();
  discs.clear();
  space.reset(s.view.port);
  block_devices(s, space);
  discourage_fixtures(s, space);
  place_discs(s, space, *this);
  place_marks(s, space, *this);
  place_names(s, space, *this);
  place_tags(s, space, *this);
}

void draw_labels(const MapScene& s, const MapLayout& layout) {
  const Tokens& t = s.p.t;
  for (const MapLayout::Name& n : layout.names) {
    const FloorMesh& mesh = s.plan.floors[n.floor];
    const Unit& unit = s.plan.site->units[mesh.item];
    s.p.text(n.x, n.mid, unit.name, n.strong ? Face::s_semibold : Face::s_medium,
             n.strong                                               ? t.t1
             : mesh.floor == Floor::void_ || is_outdoor(mesh.floor) ? t.t3
                                                                    : t.t2,
             Align::center);
    if (n.people < 0) continue;
    const std::string count = std::to_string(n.people);
    const float w = std::round(s.p.width(count, Face::mono_s) + 28);
    const Rect pill{std::round(n.x - w / 2), n.mid + 12, w, kPill};
    s.p.fill(pill, t.map.corridor, kPill / 2);
    s.p.stroke(pill, t.map.wall, 1, kPill / 2);
    icon(s.p, Icon::person, pill.x + 12, pill.mid_y(), 11, n.people > 0 ? t.t2 : t.t3, 1.25F);
    s.p.text(pill.x + 20, pill.mid_y(), count, Face::mono_s, n.people > 0 ? t.t1 : t.t3);
  }
  for (const MapLayout::Tag& g : layout.tags) {
    const Device& d = s.plan.site->devices[s.plan.devices[g.device]];
    const DeviceState* state = s.news.states[g.device];
    const bool abnormal = state != nullptr && state->in_incident;
    s.p.text(g.x, g.mid, tag_of(d, state), Face::mono_s, abnormal ? t.t1 : t.t2, g.align);
  }
}

}  // namespace wf::ui
