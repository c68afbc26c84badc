#include "console/shell/monitors.hpp"

#include <algorithm>
#include <cstdlib>

namespace wf::shell {
namespace {

constexpr int kLeastWidth = 320, kLeastHeight = 200;  ///< of a window that anybody can use
constexpr int kBeside = 36;                           ///< a title bar: what shows of a window under another

/// The one that it stood on, else the first, which is the primary one.
int find_monitor(const WindowPlace& place, const std::vector<Monitor>& monitors) {
  int best = -1;
  long nearest = 0;
  for (std::size_t i = 0; i < monitors.size(); ++i) {
    const Monitor& m = monitors[i];
    if (m.name != place.monitor) continue;
    const long far =
        std::labs(static_cast<long>(m.x) - place.monitor_x) + std::labs(static_cast<long>(m.y) - place.monitor_y);
    if (best >= 0 && far >= nearest) continue;
    best = static_cast<int>(i);
    nearest = far;
  }
  return best;
}

}  // namespace

Spot spot_of(const WindowPlace& place, const std::vector<Monitor>& monitors, const std::vector<Spot>& taken) {
  Spot out;
  out.width = place.width;
  out.height = place.height;
  if (monitors.empty()) return out;
  const int own = find_monitor(place, monitors);
  out.monitor = std::max(own, 0);
  const Monitor& m = monitors[static_cast<std::size_t>(out.monitor)];
  out.width = std::clamp(place.width, std::min(kLeastWidth, m.work_width), m.work_width);
  out.height = std::clamp(place.height, std::min(kLeastHeight, m.work_height), m.work_height);
  const auto within = [](int at, int from, int room, int size) { return std::clamp(at, from, from + room - size); };
  out.x = within(m.x + place.x, m.work_x, m.work_width, out.width);
  out.y = within(m.y + place.y, m.work_y, m.work_height, out.height);
  // A full-screen window that lost its monitor stays a window: the first monitor has other work.
  out.fullscreen = place.fullscreen && own >= 0;
  for (std::size_t tries = 0; tries <= taken.size(); ++tries) {
    const bool covers = std::any_of(taken.begin(), taken.end(), [&](const Spot& t) {
      return t.x == out.x && t.y == out.y && t.width >= out.width && t.height >= out.height;
    });
    if (!covers) break;
    out.x = within(out.x + kBeside, m.work_x, m.work_width, out.width);
    out.y = within(out.y + kBeside, m.work_y, m.work_height, out.height);
  }
  return out;
}

WindowPlace place_of(int x, int y, int width, int height, bool fullscreen, const std::vector<Monitor>& monitors) {
  WindowPlace out;
  out.width = width;
  out.height = height;
  out.fullscreen = fullscreen;
  out.x = x;
  out.y = y;
  // The one under its middle, else the first.
  const Monitor* on = monitors.empty() ? nullptr : &monitors.front();
  const int cx = x + width / 2, cy = y + height / 2;
  for (const Monitor& m : monitors)
    if (cx >= m.x && cx < m.x + m.width && cy >= m.y && cy < m.y + m.height) on = &m;
  if (on == nullptr) return out;
  out.monitor = on->name;
  out.monitor_x = on->x;
  out.monitor_y = on->y;
  out.x = x - on->x;
  out.y = y - on->y;
  return out;
}

}  // namespace wf::shell
