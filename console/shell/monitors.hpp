#pragma once
#include <string>
#include <vector>

#include "console/shell/kept.hpp"

namespace wf::shell {

/// A monitor that is there now: all of it, and the part that panels and docks leave.
struct Monitor {
  std::string name;
  int x = 0, y = 0, width = 0, height = 0;
  int work_x = 0, work_y = 0, work_width = 0, work_height = 0;
};

/// Where a window goes: pixels of the whole desktop.
struct Spot {
  int x = 0, y = 0, width = 0, height = 0;
  int monitor = -1;  ///< index; −1: there are none, or the window never stood anywhere
  bool fullscreen = false;
  bool operator==(const Spot&) const = default;
};

/// The spot of a window that stood at `place`: on its monitor if that is there, else on the first, and always whole and
/// visible. Two of one name are told apart by where they stood. `taken`: spots of windows that stand already; it does
/// not cover one of them exactly where there is room beside.
[[nodiscard]] Spot spot_of(const WindowPlace& place, const std::vector<Monitor>& monitors,
                           const std::vector<Spot>& taken);

/// The other way: where a window with this content stands now.
[[nodiscard]] WindowPlace place_of(int x, int y, int width, int height, bool fullscreen,
                                   const std::vector<Monitor>& monitors);

}  // namespace wf::shell
