#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/ui/console.hpp"
#include "console/ui/draw/draw.hpp"
#include "console/ui/draw/time_text.hpp"
#include "console/ui/standing.hpp"

namespace wf::ui {

/// What is selected in one window; every view reads and sets the same one.
struct Selection {
  std::uint64_t incident = 0;  ///< 0: none
  std::string device;          ///< device id whose card is open on the map; empty: none
  std::string site, level;     ///< what the map shows; empty: it decides
  bool show_incident = false;  ///< set for one frame: the map turns to the selected incident
};

/// What all views of one frame share. Views draw with `p` into the rectangle they are given (units, see Painter),
/// read `snapshot`, and append to `commands`; they own nothing of it and keep none of it.
struct Frame {
  Painter& p;
  const Snapshot& snapshot;
  const Standing& standing;  ///< of `snapshot`
  const FrameInput& input;
  const SiteTime& time;  ///< in the zone of the site that is shown
  Selection& selection;
  View& view;  ///< which view fills the window; navigation sets it
  std::vector<Command>& commands;
  double& redraw_in;  ///< seconds until the next frame is needed; < 0: none. Use wake().
  bool reduce_motion = false;

  /// The incident that is selected; null: none, or it is no longer open.
  [[nodiscard]] const Incident* selected() const {
    return selection.incident == 0 ? nullptr : standing.incident(selection.incident);
  }
  /// Asks for a frame in at most `seconds`.
  void wake(double seconds) const {
    if (redraw_in < 0 || seconds < redraw_in) redraw_in = seconds;
  }
};

}  // namespace wf::ui
