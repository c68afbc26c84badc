#pragma once
#include "console/ui/frame.hpp"
#include "console/ui/map/map_level.hpp"
#include "console/ui/map/map_news.hpp"
#include "console/ui/map/map_transform.hpp"
#include "console/ui/map/site_map.hpp"

namespace wf::ui {

/// What all parts of one level's drawing share for one frame.
struct MapScene {
  Frame& f;
  Painter& p;
  const MapTransform& view;
  const LevelPlan& plan;
  const LevelNews& news;
  const MapOverlays& overlays;
  const IncidentPath* path = nullptr;  ///< of the selected incident, when it is on this level
  const Incident* selected = nullptr;  ///< the selected incident
  bool full_view = false;
  Bounds seen;  ///< part of the map that is visible, with a margin

  [[nodiscard]] ImVec2 at(Point m) const { return view.to_screen(m); }
  [[nodiscard]] float scale() const { return view.scale; }
  /// Devices have their full glyphs; below they are dots.
  [[nodiscard]] bool close() const { return view.scale >= 6; }
  /// Devices and people have names.
  [[nodiscard]] bool near() const { return view.scale >= 13.5F; }
};

/// A straight stroke between two places of the screen, in units: crisp along the axes, soft otherwise. `reach`
/// lengthens both ends.
void map_stroke(Painter& p, ImVec2 a, ImVec2 b, float width, ImU32 color, float reach_a = 0, float reach_b = 0);
/// One mesh in one colour.
void map_mesh(const MapScene& s, const FloorMesh& mesh, ImU32 color);
/// The outline of polygons.
void map_outline(const MapScene& s, const std::vector<Polygon>& polygons, ImU32 color, float width);

// In the order in which they lie upon each other.
void draw_surroundings(const MapScene& s, const LevelPlan* ground);  ///< venue, ground, roads; `ground`: outdoor level
void draw_floors(const MapScene& s);                                 ///< units, details, fixtures, tints
void draw_cones(const MapScene& s);
void draw_walls(const MapScene& s);
void draw_frames(const MapScene& s);  ///< priority frames of units
void draw_doors(const MapScene& s);
void draw_devices(const MapScene& s);
/// Buildings seen from outside, or as neighbours of the one that is shown. `inner`: ground floors that are drawn
/// inside, dim.
void draw_footprints(const MapScene& s, const EstateNews& news, const std::vector<const LevelPlan*>& inner);

/// Whether a device has its full glyph here; others are dots.
[[nodiscard]] bool has_glyph(const MapScene& s, std::size_t device);  ///< position in LevelPlan::devices
/// A host and its like, in its box.
void draw_box_glyph(const MapScene& s, std::size_t device);
/// Half the size of a device's glyph on the screen, units.
[[nodiscard]] float glyph_reach(const MapScene& s, DeviceKind kind);

}  // namespace wf::ui
