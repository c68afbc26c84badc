#pragma once
#include <map>
#include <string>
#include <vector>

#include "console/ui/console.hpp"
#include "console/ui/remembered.hpp"

namespace wf::shell {

/// Where a window stands: on which monitor, and where on it.
struct WindowPlace {
  std::string monitor;                      ///< its name; empty: not known
  int monitor_x = 0, monitor_y = 0;         ///< where that monitor stood; tells two of one name apart
  int x = 0, y = 0, width = 0, height = 0;  ///< from the monitor's corner; width 0: not known
  bool fullscreen = false;
  [[nodiscard]] bool known() const { return width > 0 && height > 0; }
  bool operator==(const WindowPlace&) const = default;
};

struct WindowKept {
  ui::WindowMemory memory;
  WindowPlace place;
  bool operator==(const WindowKept&) const = default;
};

/// Windows that belong together, by a name.
using Arrangements = std::map<std::string, std::vector<WindowKept>>;

/// All that outlives a console. Comfort and arrangements are a person's; the rest belongs to one engine's seat, since
/// incidents of another engine are others.
struct Kept {
  ui::Comfort comfort;
  Arrangements arrangements;
  UtcNs muted_until = 0;  ///< system clock; 0: not muted
  std::vector<WindowKept> windows;
  bool operator==(const Kept&) const = default;
};

}  // namespace wf::shell
