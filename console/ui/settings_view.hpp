#pragma once
#include "console/ui/desk.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {

/// What one person likes, on this machine: look, sound, keys. What the engine does is not set here. Up and Down go
/// over the lines, Left and Right change the one that is marked, Enter does what its button says.
class SettingsView {
 public:
  void draw(Frame& f, Desk& d, const Rect& r, SoundWish& sound);

 private:
  struct Line;
  void draw_windows(Frame& f, Desk& d, Line& line);
  Scroll scroll_;
  FieldState name_;
  bool focus_name_ = false;
  int at_ = 0, lines_ = 0;
};

}  // namespace wf::ui
