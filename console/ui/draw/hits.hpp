#pragma once
#include <imgui.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace wf::ui {

/// A rectangle in units (one unit is a pixel at 100 %).
struct Rect {
  float x = 0, y = 0, w = 0, h = 0;
  [[nodiscard]] float right() const { return x + w; }
  [[nodiscard]] float bottom() const { return y + h; }
  [[nodiscard]] float mid_x() const { return x + w / 2; }
  [[nodiscard]] float mid_y() const { return y + h / 2; }
  [[nodiscard]] bool contains(float px, float py) const { return px >= x && px < x + w && py >= y && py < y + h; }
  [[nodiscard]] Rect inset(float d) const { return {x + d, y + d, w - 2 * d, h - 2 * d}; }
};

/// What the pointer does to one named area.
struct Hit {
  bool hovered = false;         ///< topmost area under the pointer
  bool held = false;            ///< pressed here and not released yet
  bool pressed = false;         ///< button went down in this frame
  bool clicked = false;         ///< button came up over it after it went down on it
  bool double_clicked = false;  ///< second press within ImGui's double-click time
  bool right_clicked = false;
};

/// The clickable areas of a frame, by stable name ("row/42", "panel/acknowledge"). The area that was registered
/// last under the pointer wins, so what is drawn on top is hit first; a shade over everything blocks what lies
/// below. Hover is decided from the areas of the frame before. ImGui's thread only.
class Hits {
 public:
  struct Area {
    std::uint64_t id = 0;
    Rect rect;               ///< clipped to what is visible
    std::uint32_t name = 0;  ///< offset and length into the names
    std::uint32_t length = 0;
    bool scrolls = false;
  };

  /// Starts a frame. `scale`: pixels a unit.
  void begin(float scale);
  /// Registers an area; `clip` cuts it. A disabled area takes the hover but is never clicked.
  Hit add(std::string_view name, const Rect& rect, bool enabled = true);
  /// Registers an area that takes the wheel; returns its notches of this frame (up positive).
  float wheel(std::string_view name, const Rect& rect);
  void push_clip(const Rect& rect);
  void pop_clip();

  /// The pointer, in units.
  [[nodiscard]] ImVec2 mouse() const { return mouse_; }
  [[nodiscard]] ImVec2 mouse_delta() const { return delta_; }
  /// True while any area holds the pressed pointer.
  [[nodiscard]] bool any_held() const { return active_ != 0; }
  [[nodiscard]] std::string_view hovered_name() const;

  /// For tests: the areas of the current frame, and their names.
  [[nodiscard]] const std::vector<Area>& areas() const { return areas_; }
  [[nodiscard]] std::string_view name(const Area& a) const { return {names_.data() + a.name, a.length}; }
  [[nodiscard]] const Area* find(std::string_view name) const;

 private:
  [[nodiscard]] Rect clipped(const Rect& r) const;

  std::vector<Area> areas_;
  std::vector<char> names_;
  std::vector<Rect> clips_;
  std::vector<char> hot_name_;
  std::uint64_t hot_ = 0, hot_scroll_ = 0, active_ = 0;
  ImVec2 mouse_{-1, -1}, delta_{0, 0};
  bool down_ = false, released_ = false, double_ = false, right_ = false;
};

}  // namespace wf::ui
