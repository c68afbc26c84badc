#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "console/ui/console.hpp"
#include "console/ui/desk.hpp"
#include "console/ui/draw/draw.hpp"

namespace wf::ui {

/// What tests and pictures may look into: where things stand and what was written, never what is true.
struct Probe {
  std::vector<WrittenText>*& written;  ///< set it, and each frame appends its texts
  const Hits& hits;
  const Selection& selection;
  const View& view;
  const Desk& desk;
  /// Called before a view is drawn, or the page that stands where one was shut: a test may let it fail.
  std::function<void(View, bool shut)>*& before_view;
};
[[nodiscard]] Probe probe(Console& console);

}  // namespace wf::ui
