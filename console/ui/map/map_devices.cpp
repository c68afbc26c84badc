// Doors, cameras with what they see, and the glyphs of everything else that stands on a plan.
#include <algorithm>
#include <cmath>

#include "console/ui/map/map_scene.hpp"

namespace wf::ui {
namespace {

constexpr float kPi = 3.14159265F;
constexpr float kOpenAngle = 82 * kPi / 180, kForcedAngle = 62 * kPi / 180;
constexpr float kTwoLeaves = 1.9F;  // metres: wider doors have two leaves
constexpr float kRolling = 3.4F;    // wider ones roll up
constexpr std::size_t kMostGlyphs = 1500;

ImVec2 operator+(ImVec2 a, ImVec2 b) { return {a.x + b.x, a.y + b.y}; }
ImVec2 operator-(ImVec2 a, ImVec2 b) { return {a.x - b.x, a.y - b.y}; }
ImVec2 operator*(ImVec2 a, float k) { return {a.x * k, a.y * k}; }
float size(ImVec2 a) { return std::sqrt(a.x * a.x + a.y * a.y); }

/// A leaf that turns around `hinge` from `closed_end` towards `side`.
void leaf(Painter& p, ImVec2 hinge, ImVec2 closed_end, ImVec2 side, float angle, float width, ImU32 color) {
  const ImVec2 d = closed_end - hinge;
  const float l = size(d);
  if (l <= 0) return;
  const ImVec2 u = d * (1 / l);
  constexpr int kSteps = 10;
  ImVec2 sweep[kSteps + 1];
  for (int i = 0; i <= kSteps; ++i) {
    const float a = angle * static_cast<float>(i) / kSteps;
    sweep[i] = hinge + (u * std::cos(a) + side * std::sin(a)) * l;
  }
  ImDrawList& list = p.list();
  list.PathLineTo(p.at(hinge.x, hinge.y));
  const bool clockwise = u.x * side.y - u.y * side.x > 0;
  for (int i = 0; i <= kSteps; ++i) {
    const ImVec2 q = sweep[clockwise ? i : kSteps - i];
    list.PathLineTo(p.at(q.x, q.y));
  }
  list.PathFillConvex(faded(color, 0.25F));
  for (const ImVec2& q : sweep) list.PathLineTo(p.at(q.x, q.y));
  list.PathStroke(faded(color, 0.7F), 0, std::max(1.0F, p.scale()));
  p.line(hinge.x, hinge.y, sweep[kSteps].x, sweep[kSteps].y, color, width);
  p.circle(hinge.x, hinge.y, width / 2, color);
  p.circle(sweep[kSteps].x, sweep[kSteps].y, width / 2, color);
}

void camera_glyph(const MapScene& s, ImVec2 at, float heading, float size, bool lost, ImU32 color) {
  const float h = heading * kPi / 180;
  const ImVec2 u = s.view.turned({std::sin(h), std::cos(h)});
  const ImVec2 v(-u.y, u.x);
  const auto q = [&](float x, float y) { return at + u * (x * size) + v * (y * size); };
  // A casing keeps it apart from walls.
  const ImU32 ground = s.p.t.map.corridor;
  if (lost) {
    s.p.polygon({q(-0.5F, -0.62F), q(0.8F, -0.62F), q(0.8F, 0.62F), q(-0.5F, 0.62F)}, ground);
    s.p.polygon({q(0.8F, -0.2F), q(1.6F, -0.75F), q(1.6F, 0.75F), q(0.8F, 0.2F)}, ground);
    s.p.polyline({q(-0.5F, -0.62F), q(0.8F, -0.62F), q(0.8F, 0.62F), q(-0.5F, 0.62F)}, color, 1.25F, true);
    s.p.polyline({q(0.8F, -0.2F), q(1.6F, -0.75F), q(1.6F, 0.75F), q(0.8F, 0.2F)}, color, 1.25F, true);
  } else {
    s.p.polygon({q(-0.5F, -0.62F), q(0.8F, -0.62F), q(0.8F, 0.62F), q(-0.5F, 0.62F)}, color);
    s.p.polygon({q(0.8F, -0.2F), q(1.6F, -0.75F), q(1.6F, 0.75F), q(0.8F, 0.2F)}, color);
  }
}

void box_glyph(const MapScene& s, ImVec2 at, DeviceKind kind, const DeviceState* state, bool lost) {
  const Tokens& t = s.p.t;
  const bool abnormal = state != nullptr && state->in_incident;
  const float half = glyph_reach(s, kind);
  const Rect r{at.x - half, at.y - half, 2 * half, 2 * half};
  const ImU32 color = abnormal ? t.of(state->worst).text : t.map.device;
  s.p.fill(r, abnormal ? t.of(state->worst).mute : t.map.corridor, 2);
  if (lost)
    s.p.dashed(r, t.map.device, 1, 3, 2);
  else
    s.p.stroke(r, abnormal ? t.of(state->worst).edge : t.map.device, abnormal ? 1.5F : 1.0F, 2);
  icon(s.p, icon_of(kind), at.x, at.y, half * 2 - 6, color, 1.1F);
}

}  // namespace

bool has_glyph(const MapScene& s, std::size_t i) {
  if (!s.close()) return false;
  const DeviceKind kind = s.plan.site->devices[s.plan.devices[i]].kind;
  const DeviceState* state = s.news.states[i];
  if (kind == DeviceKind::camera || kind == DeviceKind::door || kind == DeviceKind::guard_post) return true;
  if (state != nullptr && (state->in_incident || state->state == "offline")) return true;
  if (kind == DeviceKind::reader) return s.scale() >= 9;
  return s.near() && s.plan.crowding[i] * s.scale() >= 42;  // racks full of hosts are dots until there is room
}

void draw_box_glyph(const MapScene& s, std::size_t i) {
  const Device& d = s.plan.site->devices[s.plan.devices[i]];
  const DeviceState* state = s.news.states[i];
  box_glyph(s, s.at(d.position), d.kind, state, state != nullptr && state->state == "offline");
}

float glyph_reach(const MapScene& s, DeviceKind kind) {
  switch (kind) {
    case DeviceKind::door:
      return 7;
    case DeviceKind::reader:
      return s.near() ? 4.0F : 3.0F;
    case DeviceKind::camera:
      return s.near() ? 9.0F : 7.0F;
    default:
      return s.near() ? 9.0F : 7.5F;
  }
}

void draw_cones(const MapScene& s) {
  if (!s.overlays.cover || s.scale() < 2.5F) return;
  const Tokens& t = s.p.t;
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  ImDrawList& list = s.p.list();
  const bool outlines = s.scale() >= 5;
  for (std::size_t i = 0; i < s.plan.cones.size(); ++i) {
    const MapCone& cone = s.plan.cones[i];
    if (!touch(cone.bounds, s.seen)) continue;
    const DeviceState* state = s.news.cones[i];
    const auto n = static_cast<unsigned>(cone.ring.size());
    if (without_picture(state)) {
      for (std::size_t k = 0; k < n && outlines; ++k) {
        const ImVec2 a = s.at(cone.ring[k]);
        const ImVec2 b = s.at(cone.ring[(k + 1) % n]);
        s.p.dashed_line(a.x, a.y, b.x, b.y, faded(t.map.device, 0.55F), 1, 3, 4);
      }
      continue;
    }
    const bool hot = state != nullptr && state->in_incident;
    const ImU32 fill = faded(t.map.cone, hot ? t.map.cone_alpha * 0.8F : t.map.cone_alpha);
    list.PrimReserve(static_cast<int>((n - 2) * 3), static_cast<int>(n));
    const unsigned base = list._VtxCurrentIdx;
    for (const Point& m : cone.ring) {
      const ImVec2 q = s.at(m);
      list.PrimWriteVtx(s.p.at(q.x, q.y), white, fill);
    }
    for (unsigned k = 1; k + 1 < n; ++k) {
      list.PrimWriteIdx(static_cast<ImDrawIdx>(base));
      list.PrimWriteIdx(static_cast<ImDrawIdx>(base + k));
      list.PrimWriteIdx(static_cast<ImDrawIdx>(base + k + 1));
    }
    if (!outlines) continue;
    for (const Point& m : cone.ring) {
      const ImVec2 q = s.at(m);
      list.PathLineTo(s.p.at(q.x, q.y));
    }
    list.PathStroke(hot ? faded(t.t1, 0.5F) : faded(t.map.cone, 0.18F), ImDrawFlags_Closed,
                    std::max(1.0F, s.p.scale()));
  }
}

void draw_doors(const MapScene& s) {
  const Tokens& t = s.p.t;
  const float k = s.scale();
  const float inner = std::max(1.5F, k * 0.16F);
  const float outer = std::max(2.5F, k * 0.26F);
  for (std::size_t i = 0; i < s.plan.doors.size(); ++i) {
    const MapDoor& d = s.plan.doors[i];
    if (!holds(s.seen, d.a) && !holds(s.seen, d.b)) continue;
    const DoorLeaf state = leaf_of(s.news.doors[i]);
    const ImU32 color = state == DoorLeaf::forced ? t.of(Priority::critical).edge
                        : state == DoorLeaf::held ? t.of(Priority::high).edge
                                                  : t.map.door;
    const ImVec2 a = s.at(d.a);
    const ImVec2 b = s.at(d.b);
    if (k < 3) {  // a plan this small has no room for leaves; what is abnormal still shows
      if (state == DoorLeaf::forced || state == DoorLeaf::held)
        s.p.fill({(a.x + b.x) / 2 - 2, (a.y + b.y) / 2 - 2, 4, 4}, color);
      continue;
    }
    if (!d.leaf && s.plan.outdoor()) continue;  // where one ground passes into another there is nothing to see
    const ImVec2 side = s.view.turned(d.swing);
    const float wall = d.shell ? outer : inner;
    const float jamb = std::max({3.0F, k * 0.3F, wall + 2}) / 2 + 1;
    for (const ImVec2 q : {a, b}) map_stroke(s.p, q - side * jamb, q + side * jamb, 1.25F, t.map.door);
    if (!d.leaf) continue;
    const float wide = length(d.b - d.a);
    const float thickness = std::max(2.5F, k * 0.2F);
    if (state == DoorLeaf::closed) {
      map_stroke(s.p, a, b, std::max(1.5F, k * 0.11F), t.map.door);
      if (wide > kTwoLeaves && wide <= kRolling && k >= 10) {
        const ImVec2 mid = (a + b) * 0.5F;
        map_stroke(s.p, mid - side * (jamb * 0.6F), mid + side * (jamb * 0.6F), 1, t.map.door);
      }
    } else if (wide > kRolling) {
      s.p.dashed_line(a.x, a.y, b.x, b.y, color, std::max(1.5F, k * 0.11F), 4, 4);
    } else if (wide > kTwoLeaves) {
      const ImVec2 mid = (a + b) * 0.5F;
      const float angle = state == DoorLeaf::forced ? kForcedAngle : kOpenAngle;
      leaf(s.p, a, mid, side, angle, thickness, color);
      leaf(s.p, b, mid, side, angle, thickness, color);
    } else {
      leaf(s.p, a, b, side, state == DoorLeaf::forced ? kForcedAngle : kOpenAngle, thickness, color);
    }
  }
}

void draw_devices(const MapScene& s) {
  const Tokens& t = s.p.t;
  std::size_t visible = 0;
  for (const std::uint32_t d : s.plan.devices) visible += holds(s.seen, s.plan.site->devices[d].position) ? 1U : 0U;
  const bool glyphs = s.close() && visible <= kMostGlyphs;
  ImDrawList& list = s.p.list();
  const float k = s.p.scale();
  for (std::size_t i = 0; i < s.plan.devices.size(); ++i) {
    const Device& d = s.plan.site->devices[s.plan.devices[i]];
    if (!holds(s.seen, d.position)) continue;
    const DeviceState* state = s.news.states[i];
    const bool abnormal = state != nullptr && state->in_incident;
    if (d.kind == DeviceKind::door) continue;  // drawn with its opening
    const ImVec2 at = s.at(d.position);
    if (!glyphs || !has_glyph(s, i)) {
      if (!abnormal && (s.scale() < 1.2F || d.kind == DeviceKind::reader)) continue;
      const float half = abnormal ? 2.5F : 1.5F;
      list.AddRectFilled({std::round((at.x - half) * k), std::round((at.y - half) * k)},
                         {std::round((at.x + half) * k), std::round((at.y + half) * k)},
                         abnormal ? t.of(state->worst).edge : faded(t.map.device, 0.6F));
      continue;
    }
    switch (d.kind) {
      case DeviceKind::camera:
        camera_glyph(s, at, d.heading, s.near() ? 7.0F : 5.0F, without_picture(state), abnormal ? t.t1 : t.map.device);
        break;
      case DeviceKind::reader: {
        const float w = s.near() ? 5.0F : 3.0F;
        const float h = s.near() ? 7.0F : 4.0F;
        s.p.fill({at.x - w / 2, at.y - h / 2, w, h}, abnormal ? t.of(state->worst).edge : t.map.device, 1);
        break;
      }
      default:
        draw_box_glyph(s, i);
    }
  }
}

}  // namespace wf::ui
