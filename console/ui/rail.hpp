#pragma once
#include "console/ui/desk.hpp"

namespace wf::ui {

/// The narrow rail that leads to the views. A view that does not exist yet keeps its place, dim, and says so.
void draw_rail(Frame& f, Desk& d, const Rect& r);

}  // namespace wf::ui
