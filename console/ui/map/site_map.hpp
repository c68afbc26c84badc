#pragma once
#include <cstdint>
#include <memory>

#include "console/ui/frame.hpp"

namespace wf::ui {

struct MapMemory;

/// What one map remembers between frames: which place it shows, how far it is zoomed, and drawings that it keeps
/// for as long as the estate stays the same. One for each place on the screen where a map stands; a pane and a
/// full view may share one.
struct SiteMapState {
  SiteMapState();
  ~SiteMapState();
  SiteMapState(SiteMapState&&) noexcept;
  SiteMapState& operator=(SiteMapState&&) noexcept;

  MapOverlays overlays;
  std::unique_ptr<MapMemory> memory;
};

/// Where the map stands, to be kept; and lets it stand there as soon as it is drawn.
[[nodiscard]] MapStand stand_of(const SiteMapState& state);
void stand_at(SiteMapState& state, const MapStand& stand);

/// Draws the site map into `area`, whole: ground, plan, devices, people, the selected incident's path, and what
/// steers it. `full_view` false: the pane above the incident panel (a 40 high header with breadcrumb, levels and
/// overlays). True: the site map view, with levels, overlays and legend at the left, and the cards of the selected
/// device and incident at the right.
///
/// Reads and sets Selection: `site` and `level` say what is shown, `device` whose card is open, `incident` whose
/// path is drawn. Turns to the selected incident when another one is selected and when `show_incident` becomes
/// set. Takes the wheel and drags over the plan; F fits while the pointer is over the map or in the full view.
/// Asks for frames only while something moves. ImGui's thread only.
void draw_site_map(Frame& f, const Rect& area, SiteMapState& state, bool full_view);

}  // namespace wf::ui
