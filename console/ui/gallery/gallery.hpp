#pragma once
#include "console/ui/desk.hpp"

namespace wf::ui {

/// Every widget in every state, in the theme that is on: what a change of look is judged by.
class Gallery {
 public:
  void draw(Frame& f, Desk& d, const Rect& r);

 private:
  Scroll scroll_;
};

}  // namespace wf::ui
