#pragma once
#include <string_view>

#include "console/ui/desk.hpp"
#include "console/ui/draw/draw.hpp"

namespace wf::ui {

/// Draws the gallery's sections one under another; each gives where it ended.
struct Board {
  static constexpr float kColumn = 444;
  Frame& f;
  Painter& p;
  const Tokens& t;
  float x = 0;

  float head(float y, std::string_view title, std::string_view sub) const;
  float priority(float y) const;
  float chips(float y) const;
  float badges(float y) const;
  float rings(float y) const;
  float buttons(float y) const;
  float checklist(float y) const;
  float icons(float y) const;
  float type(float y) const;
  float grounds(float y) const;
  float banners(float y) const;
  float toasts(float y) const;
  float states(float y) const;
  float asking(float y) const;
  float rows(float y, const Desk& d) const;
};

}  // namespace wf::ui
