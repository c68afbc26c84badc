#include "console/ui/map/map_ground.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "console/ui/map/map_geometry.hpp"

namespace wf::ui {
namespace {

constexpr std::size_t kMostNames = 80;           ///< tried in one frame
constexpr std::uint32_t kMostVertices = 60'000;  ///< of one area: indices of a draw list have 16 bits

/// Strokes a ring without the points that lie within a pixel of the one before.
void stroke(Painter& p, const MapTransform& view, const Ring& ring, bool closed, ImU32 color) {
  static thread_local std::vector<ImVec2> points;
  points.clear();
  for (const Point q : ring) {
    const ImVec2 s = view.to_screen(q);
    const ImVec2 at = p.at(s.x, s.y);
    if (points.empty() || std::abs(at.x - points.back().x) + std::abs(at.y - points.back().y) >= 1)
      points.push_back(at);
  }
  if (points.size() < 2) return;
  p.list().AddPolyline(points.data(), static_cast<int>(points.size()), color, closed ? ImDrawFlags_Closed : 0, 1);
}

}  // namespace

Point on_plane(LonLat at, LonLat middle) {
  return {static_cast<float>((at.lon - middle.lon) * std::cos(middle.lat * 3.14159265 / 180) * kKilometresPerDegree),
          static_cast<float>((at.lat - middle.lat) * kKilometresPerDegree)};
}

void WorldGround::set(std::shared_ptr<const BaseMap> map) {
  map_ = std::move(map);
  made_for_ = {1e9, 1e9};
  land_.clear();
  lines_.clear();
}

void WorldGround::make(LonLat middle) {
  if (!map_ || (made_for_.lon == middle.lon && made_for_.lat == middle.lat)) return;
  made_for_ = middle;
  land_.clear();
  lines_.clear();
  const auto moved = [&](const Ring& ring, Bounds& bounds) {
    Ring out;
    out.reserve(ring.size());
    for (const Point q : ring) {
      out.push_back(on_plane({q.x, q.y}, middle));
      include(bounds, out.back());
    }
    return out;
  };
  for (const Polygon& polygon : map_->land) {
    Shape shape{nowhere(), {}, &polygon.triangles};
    shape.rings.push_back(moved(polygon.outer, shape.bounds));
    for (const Ring& hole : polygon.holes) shape.rings.push_back(moved(hole, shape.bounds));
    land_.push_back(std::move(shape));
  }
  for (const Ring& line : map_->lines) {
    Shape shape{nowhere(), {}, nullptr};
    shape.rings.push_back(moved(line, shape.bounds));
    lines_.push_back(std::move(shape));
  }
}

void WorldGround::draw(Painter& p, const MapTransform& view, LonLat middle) {
  make(middle);
  const Bounds seen = view.visible();
  ImDrawList& list = p.list();
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  for (const Shape& shape : land_) {
    if (!touch(shape.bounds, seen)) continue;
    std::uint32_t count = 0;
    for (const Ring& ring : shape.rings) count += static_cast<std::uint32_t>(ring.size());
    if (count > kMostVertices || shape.triangles->empty()) continue;
    list.PrimReserve(static_cast<int>(shape.triangles->size()), static_cast<int>(count));
    const auto base = list._VtxCurrentIdx;
    for (const Ring& ring : shape.rings)
      for (const Point q : ring) {
        const ImVec2 s = view.to_screen(q);
        list.PrimWriteVtx(p.at(s.x, s.y), white, p.t.map.ground);
      }
    for (const std::uint32_t index : *shape.triangles)
      list.PrimWriteIdx(static_cast<ImDrawIdx>(base + std::min(index, count - 1)));
  }
  for (const Shape& shape : land_)
    if (touch(shape.bounds, seen))
      for (const Ring& ring : shape.rings) stroke(p, view, ring, true, p.t.line2);
  for (const Shape& shape : lines_)
    if (touch(shape.bounds, seen)) stroke(p, view, shape.rings.front(), false, p.t.line);
}

void WorldGround::draw_places(Painter& p, const MapTransform& view, LonLat middle, std::vector<Rect>& taken) const {
  if (!map_) return;
  std::size_t tried = 0;
  for (const BaseMap::Place& place : map_->places) {
    const ImVec2 at = view.to_screen(on_plane(place.at, middle));
    if (!view.port.contains(at.x, at.y)) continue;
    if (++tried > kMostNames) return;
    const float width = p.width(place.name, Face::s);
    const Rect box{at.x - 4, at.y - 9, width + 14, 18};
    const bool hit = std::any_of(taken.begin(), taken.end(), [&](const Rect& o) {
      return box.x < o.right() && o.x < box.right() && box.y < o.bottom() && o.y < box.bottom();
    });
    if (hit || box.right() > view.port.right()) continue;
    taken.push_back(box);
    p.circle(at.x, at.y, 1.5F, p.t.t3);
    p.text(at.x + 7, at.y, place.name, Face::s, p.t.t3);
  }
}

}  // namespace wf::ui
