#pragma once
#include <cstdint>
#include <vector>

#include "console/ui/desk.hpp"

namespace wf::ui {

/// The strip under wall and map, 132 high: a lane for each domain with the incidents of the last two hours as bars,
/// and the events as a histogram. Bars are packed anew when they change.
class TimeStrip {
 public:
  void draw(Frame& f, Desk& d, const Rect& r);
  /// 64 high, under the full map: the histogram, and a mark where each open incident began.
  static void draw_slim(Frame& f, Desk& d, const Rect& r);

 private:
  struct Placed {
    std::uint32_t bar = 0;  ///< index into the snapshot's bars
    std::uint8_t row = 0;
  };
  void pack(const Snapshot& s);

  std::vector<Snapshot::Bar> packed_;  ///< what placed_ was made of
  std::vector<Placed> placed_;
  float lane_height_[3] = {};
  std::uint8_t lane_rows_[3] = {};
};

}  // namespace wf::ui
