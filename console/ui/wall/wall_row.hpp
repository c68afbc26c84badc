#pragma once
#include "console/ui/desk.hpp"

namespace wf::ui {

/// Where the columns of the wall stand, from its left edge. They hang on the right edge; what finds no room is left
/// out (< 0), the title takes what remains.
struct WallColumns {
  float title = 48, title_end = 368, place = -1, place_end = 0, domains = 380, count = 484, spark = 492,
        spark_width = 56, state = 560, state_end = 676, change = 684, change_end = 810, age = 860, target = 876;
};
[[nodiscard]] WallColumns wall_columns(float width, bool compact);

/// One incident as a row of the wall, 56 high, or 40 on one line.
void draw_wall_row(Frame& f, const Desk& d, const Rect& r, const WallColumns& c, const Incident& i, bool compact,
                   bool selected, bool hovered);
/// Where a row that waits has its button while the pointer is on it: in the place of its state.
[[nodiscard]] Rect acknowledge_place(const Rect& row, const WallColumns& c);
/// The names above the columns.
void draw_wall_heads(Frame& f, const Rect& r, const WallColumns& c, bool compact);

/// DRILL, LATE with how late it came, and what alarm management says, from x on; gives the width, with the gap after
/// each. Nothing: 0. `steps`: also that a step of the plan was skipped, else that one is overdue.
float mark_badges(Painter& p, float x, float cy, const Incident& i, bool steps);
[[nodiscard]] float mark_badges_width(const Painter& p, const Incident& i, bool steps);
/// "LATE 3 h": its row appeared so long after it began.
[[nodiscard]] std::string late_in_words(const Incident& i);

/// Events of the last 30 minutes in sixteen spans.
void spark_of(const Incident& i, UtcNs now, std::uint32_t (&out)[16]);

}  // namespace wf::ui
