// Ground, floors and walls.
#include <algorithm>
#include <cmath>

#include "console/ui/map/map_scene.hpp"

namespace wf::ui {
namespace {

constexpr float kInnerWall = 0.16F, kOuterWall = 0.26F;  // metres
constexpr std::uint32_t kMostPoints = 60000;             // of one mesh: what 16-bit indices hold

bool seen(const MapScene& s, const Segment& l) {
  Bounds b = nowhere();
  include(b, l.a);
  include(b, l.b);
  return touch(b, s.seen);
}

}  // namespace

void map_stroke(Painter& p, ImVec2 a, ImVec2 b, float width, ImU32 color, float reach_a, float reach_b) {
  const float k = p.scale();
  const float w = std::max(1.0F, std::round(width * k));
  ImDrawList& list = p.list();
  if (std::abs(a.x - b.x) * k < 0.6F) {
    if (a.y > b.y) {
      std::swap(a, b);
      std::swap(reach_a, reach_b);
    }
    const float x = std::round((a.x + b.x) / 2 * k - w / 2);
    list.AddRectFilled({x, std::round((a.y - reach_a) * k)}, {x + w, std::round((b.y + reach_b) * k)}, color);
  } else if (std::abs(a.y - b.y) * k < 0.6F) {
    if (a.x > b.x) {
      std::swap(a, b);
      std::swap(reach_a, reach_b);
    }
    const float y = std::round((a.y + b.y) / 2 * k - w / 2);
    list.AddRectFilled({std::round((a.x - reach_a) * k), y}, {std::round((b.x + reach_b) * k), y + w}, color);
  } else {
    const float dx = b.x - a.x;
    const float dy = b.y - a.y;
    const float l = std::sqrt(dx * dx + dy * dy);
    list.PathLineTo(p.at(a.x - dx / l * reach_a, a.y - dy / l * reach_a));
    list.PathLineTo(p.at(b.x + dx / l * reach_b, b.y + dy / l * reach_b));
    list.PathStroke(color, 0, std::max(1.0F, width * k));
  }
}

void map_mesh(const MapScene& s, const FloorMesh& mesh, ImU32 color) {
  if (mesh.indices == 0 || mesh.points > kMostPoints) return;
  ImDrawList& list = s.p.list();
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  list.PrimReserve(static_cast<int>(mesh.indices), static_cast<int>(mesh.points));
  const unsigned base = list._VtxCurrentIdx;
  for (std::uint32_t i = 0; i < mesh.points; ++i) {
    const ImVec2 q = s.at(s.plan.points[mesh.first_point + i]);
    list.PrimWriteVtx(s.p.at(q.x, q.y), white, color);
  }
  for (std::uint32_t i = 0; i < mesh.indices; ++i)
    list.PrimWriteIdx(static_cast<ImDrawIdx>(base + s.plan.indices[mesh.first_index + i]));
}

void map_outline(const MapScene& s, const std::vector<Polygon>& polygons, ImU32 color, float width) {
  for (const Polygon& q : polygons) {
    if (!sound(q)) continue;
    const auto ring = [&](const Ring& r) {
      for (std::size_t i = 0, j = r.size() - 1; i < r.size(); j = i++)
        map_stroke(s.p, s.at(r[j]), s.at(r[i]), width, color, width / 2, width / 2);
    };
    ring(q.outer);
    for (const Ring& hole : q.holes) ring(hole);
  }
}

void draw_surroundings(const MapScene& s, const LevelPlan* ground) {
  const MapColors& m = s.p.t.map;
  s.p.fill(s.view.port, m.outside);
  for (const Polygon& q : s.plan.site->venue) {
    if (!sound(q)) continue;
    ImDrawList& list = s.p.list();
    // The venue is mostly a plain shape; without triangles a fan stands in.
    const bool meshed = !q.triangles.empty();
    const auto point = [&](std::size_t i) {
      for (const Ring* r = &q.outer;;) {
        if (i < r->size()) {
          const ImVec2 v = s.at((*r)[i]);
          return s.p.at(v.x, v.y);
        }
        i -= r->size();
        const std::size_t next = r == &q.outer ? 0 : static_cast<std::size_t>(r - q.holes.data()) + 1;
        if (next >= q.holes.size()) return s.p.at(0, 0);
        r = &q.holes[next];
      }
    };
    if (meshed)
      for (std::size_t i = 0; i + 2 < q.triangles.size(); i += 3)
        list.AddTriangleFilled(point(q.triangles[i]), point(q.triangles[i + 1]), point(q.triangles[i + 2]), m.ground);
    else
      for (std::size_t i = 1; i + 1 < q.outer.size(); ++i)
        list.AddTriangleFilled(point(0), point(i), point(i + 1), m.ground);
  }
  if (ground == nullptr || ground == &s.plan) return;
  const MapScene outside{s.f, s.p, s.view, *ground, s.news, s.overlays, nullptr, nullptr, s.full_view, s.seen};
  for (const FloorMesh& mesh : ground->floors)
    if (touch(mesh.bounds, s.seen)) map_mesh(outside, mesh, color_of(m, mesh.floor));
  if (s.scale() >= 2.5F)
    for (const Detail& d : ground->details)
      if (seen(s, d.line)) map_stroke(s.p, s.at(d.line.a), s.at(d.line.b), 1, m.marking);
}

void draw_floors(const MapScene& s) {
  const MapColors& m = s.p.t.map;
  const float k = s.scale();
  const bool outdoor = s.plan.outdoor();
  if (!outdoor) {
    // What of the building no unit claims is floor too.
    for (const Polygon& q : s.plan.level->polygons) {
      if (!sound(q) || q.triangles.size() < 3) continue;
      for (std::size_t i = 0; i + 2 < q.triangles.size(); i += 3) {
        if (std::max({q.triangles[i], q.triangles[i + 1], q.triangles[i + 2]}) >= q.outer.size()) continue;
        const ImVec2 a = s.at(q.outer[q.triangles[i]]);
        const ImVec2 b = s.at(q.outer[q.triangles[i + 1]]);
        const ImVec2 c = s.at(q.outer[q.triangles[i + 2]]);
        s.p.list().AddTriangleFilled(s.p.at(a.x, a.y), s.p.at(b.x, b.y), s.p.at(c.x, c.y), m.corridor);
      }
    }
  }
  for (const FloorMesh& mesh : s.plan.floors)
    if (touch(mesh.bounds, s.seen)) map_mesh(s, mesh, color_of(m, mesh.floor));
  const ImU32 hatch = s.p.t.dark ? rgb(0x1A1F24) : rgb(0xC6CDD5);
  for (const Detail& d : s.plan.details) {
    if (k < (d.kind == Detail::Kind::marking ? 2.5F : 5.0F) || !seen(s, d.line)) continue;
    const ImU32 color = d.kind == Detail::Kind::hatch ? hatch : d.kind == Detail::Kind::marking ? m.marking : m.fixture;
    map_stroke(s.p, s.at(d.line.a), s.at(d.line.b), 1, color);
  }
  if (k >= 4)
    for (const FloorMesh& mesh : s.plan.fixtures) {
      if (!touch(mesh.bounds, s.seen)) continue;
      const Fixture& f = s.plan.site->fixtures[mesh.item];
      if (is_solid(f.category))
        map_mesh(s, mesh, m.fixture);
      else if (k >= 7)
        map_outline(s, f.polygons, m.fixture, 1);
    }
  for (const UnitNews& u : s.news.units) {
    const FloorMesh& mesh = s.plan.floors[u.floor];
    if (touch(mesh.bounds, s.seen)) map_mesh(s, mesh, faded(s.p.t.of(u.news.worst).fill, s.p.t.dark ? 0.20F : 0.14F));
  }
}

void draw_walls(const MapScene& s) {
  const MapColors& m = s.p.t.map;
  const float k = s.scale();
  const float inner = std::max(k < 4 ? 1.0F : 1.5F, k * kInnerWall);
  const float outer = std::max(k < 4 ? 1.5F : 2.5F, k * kOuterWall);
  const auto draw = [&](const std::vector<MapWall>& walls, float width, ImU32 color) {
    for (const MapWall& w : walls) {
      if (!seen(s, {w.a, w.b})) continue;
      map_stroke(s.p, s.at(w.a), s.at(w.b), width, color, w.cap_a * width / 2, w.cap_b * width / 2);
    }
  };
  draw(s.plan.walls.inner, inner, m.wall);
  draw(s.plan.walls.shell, outer, m.outer);
}

void draw_frames(const MapScene& s) {
  // The most urgent last, so that its frame is whole where rooms touch.
  for (int level = 0; level < 4; ++level)
    for (const UnitNews& u : s.news.units) {
      if (static_cast<int>(u.news.worst) != level) continue;
      const FloorMesh& mesh = s.plan.floors[u.floor];
      if (!touch(mesh.bounds, s.seen)) continue;
      map_outline(s, s.plan.site->units[mesh.item].polygons, s.p.t.of(u.news.worst).edge, 2);
    }
}

void draw_footprints(const MapScene& s, const EstateNews& news, const std::vector<const LevelPlan*>& inner) {
  const Tokens& t = s.p.t;
  const Site& site = *s.plan.site;
  const std::string* own = s.plan.level != nullptr && !s.plan.level->outdoor ? &s.plan.level->building_id : nullptr;
  for (const FloorMesh& mesh : s.plan.footprints) {
    const Building& b = site.buildings[mesh.item];
    if ((own != nullptr && *own == b.id) || !touch(mesh.bounds, s.seen)) continue;
    PlaceNews all;
    for (const Level& l : site.levels) {
      if (l.building_id != b.id) continue;
      const PlaceNews& n = news.of_level(l);
      if (n.any && (!all.any || n.worst > all.worst || (n.worst == all.worst && all.held && !n.held))) {
        all.worst = n.worst;
        all.held = n.held;
        all.any = true;
      }
    }
    const bool told = all.any && own == nullptr;
    map_mesh(s, mesh, own == nullptr ? t.map.office : t.map.corridor);
    for (const LevelPlan* plan : inner) {
      if (plan->level == nullptr || plan->level->building_id != b.id) continue;
      const MapScene floor{s.f, s.p, s.view, *plan, s.news, s.overlays, nullptr, nullptr, s.full_view, s.seen};
      for (const FloorMesh& m : plan->floors) map_mesh(floor, m, color_of(t.map, m.floor));
      for (const MapWall& w : plan->walls.inner)
        map_stroke(s.p, s.at(w.a), s.at(w.b), std::max(1.0F, s.scale() * kInnerWall), faded(t.map.wall, 0.55F));
      map_mesh(s, mesh, faded(t.map.office, 0.45F));  // a veil: it is not what is looked at
    }
    if (told) map_mesh(s, mesh, faded(t.of(all.worst).fill, 0.07F));
    map_outline(s, b.footprint,
                told             ? t.of(all.worst).edge
                : own == nullptr ? t.map.outer
                                 : t.map.wall,
                own == nullptr ? 2.5F : 1.5F);
    const ImVec2 lo = s.at(mesh.bounds.min);
    const ImVec2 hi = s.at(mesh.bounds.max);
    const ImVec2 mid((lo.x + hi.x) / 2, (lo.y + hi.y) / 2);
    const float room = std::abs(hi.x - lo.x) - 16;
    if (room < 30) {
      if (told) mark(s.p, all.worst, mid.x, mid.y, 20, all.mark());
      continue;
    }
    if (own != nullptr) {
      s.p.text(mid.x, mid.y, b.name, Face::s_medium, t.t3, Align::center, room);
      continue;
    }
    // A plate: what building it is, and which of its levels call.
    struct Call {
      const Level* level;
      const PlaceNews* news;
    };
    std::vector<Call> calls;
    float calls_w = 0;
    for (const Level& l : site.levels) {
      const PlaceNews& n = news.of_level(l);
      if (l.building_id != b.id || !n.any) continue;
      const float w = 22 + s.p.width(l.name, Face::s) + 14;
      if (calls_w + w > room - 20) break;
      calls.push_back({&l, &n});
      calls_w += w;
    }
    calls_w -= calls.empty() ? 0.0F : 14.0F;
    const float name_w = s.p.width(b.name, Face::m_semibold);
    const float w = std::max(name_w, calls_w) + 24;
    const Rect plate{std::round(mid.x - w / 2), std::round(mid.y - (calls.empty() ? 15.0F : 27.0F)), w,
                     calls.empty() ? 30.0F : 54.0F};
    s.p.fill(plate, faded(t.bg1, 0.88F), 4);
    s.p.stroke(plate, told ? t.of(all.worst).edge : t.line2, 1, 4);
    s.p.text(mid.x, plate.y + 15, b.name, Face::m_semibold, t.t1, Align::center, name_w + 1);
    float x = mid.x - calls_w / 2;
    for (const Call& c : calls) {
      mark(s.p, c.news->worst, x + 7, plate.y + 38, 14, c.news->mark());
      x += 20 + s.p.text(x + 20, plate.y + 38, c.level->name, Face::s, t.t2) + 16;
    }
  }
}

}  // namespace wf::ui
