#pragma once
#include "console/ui/desk.hpp"

namespace wf::ui {

/// What the top bar remembers: when data arrived last.
struct TopBarState {
  std::uint64_t events = 0;
  double beat = -10;
};

/// The bar that is always there, 48 high: site, threat, clock, open incidents, alarm rate, feeds, sound, seat, find.
/// Cells that find no room leave, the least needed first.
void draw_top_bar(Frame& f, Desk& d, const Rect& r, TopBarState& state);

}  // namespace wf::ui
